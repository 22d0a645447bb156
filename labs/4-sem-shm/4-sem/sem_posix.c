/* 轮流打印：P 个进程共用一个标准输出，严格按 1、2、…、P、1、2、… 的次序各打一行。
 *
 * 用法：sem_posix P R
 *
 * 参数解析和信号处理已经写好。从 main 里的 TODO 开始。 */
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

/* TODO 1：所有进程共用的东西放在这里。要几个信号量，每个是什么意思，初值各是多少？ */
struct shared {
    sem_t turn;
};

static void on_usr1(int sig)
{
    (void)sig;
}

/* SIGUSR1 什么也不做，但会打断等待。没有 SA_RESTART：sem_wait、waitpid 会返回 EINTR。请保留。 */
static void install_usr1(void)
{
    struct sigaction sa = {.sa_handler = on_usr1};
    sigemptyset(&sa.sa_mask);
    sigaction(SIGUSR1, &sa, NULL);
}

/* TODO 2：建一块父子进程共用的内存，初始化里面的信号量。 */
static struct shared *shared_new(int workers)
{
    (void)workers;
    return NULL;
}

/* TODO 3：工人 index（从 0 数起）：每一轮等到轮到自己，打印一行，再叫下一个。返回退出状态。 */
static int work(struct shared *s, int workers, long rounds, int index)
{
    (void)s;
    (void)workers;
    (void)rounds;
    (void)index;
    return EXIT_OK;
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

    if (argc != 3 || !parse(argv[1], 1, MAX_WORKERS, &workers) ||
        !parse(argv[2], 0, MAX_ROUNDS, &rounds)) {
        fprintf(stderr, "用法: sem_posix P R\n");
        return EXIT_USAGE;
    }
    install_usr1();
    struct shared *s = shared_new((int)workers);

    /* TODO 4：造 workers 个子进程，各去执行 work。fork 中途失败怎么办？ */
    work(s, (int)workers, rounds, 0);

    /* TODO 5：等每一个工人。有一个没有正常结束，后面的人会永远等下去：怎么让他们也散掉？ */
    return EXIT_OK;
}
