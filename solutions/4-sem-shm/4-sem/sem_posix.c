/* 轮流打印：P 个进程共用一个标准输出，严格按 1、2、…、P、1、2、… 的次序各打一行。
 *
 * 用法：sem_posix P R
 *
 * 每个工人有一个信号量，意思是“轮到你了”，初值都是 0。父进程造好所有工人，给 1 号发第一张票；
 * 工人等到自己的票，打印一行，再把票交给下一个人。任何时候整个程序里只有一张票，所以只有一个
 * 工人醒着。 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_OK = 0, EXIT_RUNTIME = 1, EXIT_USAGE = 2, MAX_WORKERS = 32, MAX_ROUNDS = 1000000 };

/* 放在共享内存里的全部东西。信号量本身要在这里：它就是那张票。 */
struct shared {
    sem_t turn[MAX_WORKERS]; /* turn[i] 为 1：轮到工人 i */
};

struct game {
    struct shared *shared;
    int workers;
    long rounds;
};

static void on_usr1(int sig)
{
    (void)sig;
}

/* SIGUSR1 什么也不做，但会打断等待。没有 SA_RESTART：sem_wait、waitpid 会返回 EINTR。 */
static void install_usr1(void)
{
    struct sigaction sa = {.sa_handler = on_usr1};
    sigemptyset(&sa.sa_mask);
    sigaction(SIGUSR1, &sa, NULL);
}

static int fail(const char *what)
{
    fprintf(stderr, "sem_posix: %s: %s\n", what, strerror(errno));
    return -1;
}

static struct shared *shared_new(int workers)
{
    /* MAP_SHARED 是关键：换成 MAP_PRIVATE，或者放在全局变量里，fork 之后每个进程各有一份副本，
     * 别人 post 的那一份不是你等的那一份。 */
    struct shared *s =
        mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (s == MAP_FAILED) {
        fail("mmap");
        return NULL;
    }
    for (int i = 0; i < workers; i++) {
        /* 第二个参数不是 0：跨进程。是 0 的话，sem_post 只叫得醒本进程的线程。
         * 第三个参数是 0：还没有轮到任何人。在 fork 之前初始化，而且只初始化一次。 */
        if (sem_init(&s->turn[i], 1, 0) == -1) {
            fail("sem_init");
            munmap(s, sizeof *s);
            return NULL;
        }
    }
    return s;
}

/* 被信号打断的 sem_wait 没有拿到票，要接着等。 */
static int wait_turn(sem_t *s)
{
    while (sem_wait(s) == -1)
        if (errno != EINTR)
            return fail("sem_wait");
    return 0;
}

/* 直接 write，不经过 stdio：交票之前，这一行必须已经在外面了，不能还躺在自己的缓冲区里。 */
static int write_all(const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDOUT_FILENO, text, len);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return fail("写标准输出");
        text += n;
        len -= (size_t)n;
    }
    return 0;
}

/* 工人 index（从 0 数起）的一生。返回退出状态。 */
static int work(const struct game *g, int index)
{
    sem_t *mine = &g->shared->turn[index];
    sem_t *next = &g->shared->turn[(index + 1) % g->workers];

    for (long r = 1; r <= g->rounds; r++) {
        char line[64];
        int len = snprintf(line, sizeof line, "%ld:%d\n", r, index + 1);
        if (wait_turn(mine) == -1 || write_all(line, (size_t)len) == -1)
            return EXIT_RUNTIME;
        /* 先打印，后交票。最后一轮的最后一个人也照样交：1 号已经走了，多一张票没人拿。 */
        if (sem_post(next) == -1) {
            fail("sem_post");
            return EXIT_RUNTIME;
        }
    }
    return EXIT_OK;
}

/* 造工人，返回造出来的个数。 */
static int start_workers(const struct game *g, pid_t *pids)
{
    for (int i = 0; i < g->workers; i++) {
        pids[i] = fork();
        if (pids[i] == -1) {
            fail("fork");
            return i;
        }
        if (pids[i] == 0)
            _exit(work(g, i));
    }
    return g->workers;
}

/* 有人没把票交出去就死了，后面的人会永远等下去：替他们结束。只杀自己造的、还没收尸的。 */
static void dismiss(const pid_t *pids, int count)
{
    for (int i = 0; i < count; i++)
        if (pids[i] > 0)
            kill(pids[i], SIGKILL);
}

static void forget(pid_t *pids, int count, pid_t ended)
{
    for (int i = 0; i < count; i++)
        if (pids[i] == ended)
            pids[i] = 0; /* 收过尸的号码可能已经属于别人了，不能再发信号 */
}

/* 谁先结束就先收谁：若按 1、2、3 的次序等，2 号死了，父进程却还在等睡着的 1 号。 */
static bool wait_for_workers(pid_t *pids, int count)
{
    bool good = true;
    for (int left = count; left > 0;) {
        int status;
        pid_t pid = waitpid(-1, &status, 0);
        if (pid == -1 && errno == EINTR)
            continue;
        if (pid == -1)
            return fail("waitpid") == 0;
        left--;
        forget(pids, count, pid);
        if (good && (!WIFEXITED(status) || WEXITSTATUS(status) != 0)) {
            good = false;
            dismiss(pids, count);
        }
    }
    return good;
}

static int play(const struct game *g)
{
    pid_t pids[MAX_WORKERS];
    int started = start_workers(g, pids);
    bool complete = started == g->workers;

    /* 人没到齐就不开始。 */
    if (!complete || sem_post(&g->shared->turn[0]) == -1)
        dismiss(pids, started);
    return wait_for_workers(pids, started) && complete ? EXIT_OK : EXIT_RUNTIME;
}

static bool parse(const char *text, long low, long high, long *value)
{
    char *end;

    errno = 0;
    *value = strtol(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && *value >= low && *value <= high;
}

int main(int argc, char **argv)
{
    long workers, rounds;
    int status;

    if (argc != 3 || !parse(argv[1], 1, MAX_WORKERS, &workers) ||
        !parse(argv[2], 0, MAX_ROUNDS, &rounds)) {
        fprintf(stderr, "用法: sem_posix P R\n");
        return EXIT_USAGE;
    }
    install_usr1();
    struct game g = {.workers = (int)workers, .rounds = rounds};
    g.shared = shared_new(g.workers);
    if (g.shared == NULL)
        return EXIT_RUNTIME;
    status = play(&g);
    for (int i = 0; i < g.workers; i++)
        sem_destroy(&g.shared->turn[i]); /* 工人都走了，没有人在等 */
    munmap(g.shared, sizeof *g.shared);
    return status;
}
