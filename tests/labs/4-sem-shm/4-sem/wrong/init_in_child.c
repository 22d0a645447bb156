// expect: many_rounds init-while-waiting|sem-zero-no-poster|lost-ticket
// 每个工人在 fork 之后又初始化一遍，抹掉了刚 post 的票。
#define _GNU_SOURCE 1
#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_WORKERS = 32 };

struct shared {
    sem_t turn[MAX_WORKERS];
};

static void on_usr1(int sig)
{
    (void)sig;
}

static int work(struct shared *s, int workers, long rounds, int index)
{
    for (int i = 0; i < workers; i++)
        sem_init(&s->turn[i], 1, i == 0 && index == 0);
    for (long r = 1; r <= rounds; r++) {
        while (sem_wait(&s->turn[index]) == -1)
            if (errno != EINTR)
                return 1;
        printf("%ld:%d\n", r, index + 1);
        if (fflush(stdout) != 0)
            return 1;
        sem_post(&s->turn[(index + 1) % workers]);
    }
    return 0;
}

static void kill_all(const pid_t *pids, int count)
{
    for (int i = 0; i < count; i++)
        if (pids[i] > 0)
            kill(pids[i], SIGKILL);
}

static int wait_all(pid_t *pids, int count)
{
    int bad = 0;
    for (int left = count; left > 0;) {
        int status;
        pid_t pid = waitpid(-1, &status, 0);
        if (pid == -1 && errno == EINTR)
            continue;
        if (pid == -1)
            return 1;
        left--;
        for (int i = 0; i < count; i++)
            if (pids[i] == pid)
                pids[i] = 0;
        if (status != 0) {
            bad = 1;
            kill_all(pids, count);
        }
    }
    return bad;
}

static long number(const char *text, long low, long high)
{
    char *end;
    errno = 0;
    long v = strtol(text, &end, 10);
    return errno || end == text || *end || v < low || v > high ? -1 : v;
}

int main(int argc, char **argv)
{
    struct sigaction sa = {.sa_handler = on_usr1};
    sigaction(SIGUSR1, &sa, NULL);
    long workers = argc == 3 ? number(argv[1], 1, MAX_WORKERS) : -1;
    long rounds = argc == 3 ? number(argv[2], 0, 1000000) : -1;
    if (workers == -1 || rounds == -1) {
        fprintf(stderr, "用法: sem_posix P R\n");
        return 2;
    }
    struct shared *s =
        mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (s == MAP_FAILED)
        return 1;

    pid_t pids[MAX_WORKERS];
    for (int i = 0; i < workers; i++) {
        pids[i] = fork();
        if (pids[i] == -1) {
            kill_all(pids, i);
            wait_all(pids, i);
            return 1;
        }
        if (pids[i] == 0)
            _exit(work(s, (int)workers, rounds, i));
    }
    return wait_all(pids, (int)workers);
}
