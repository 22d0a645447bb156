/* pipe_eof K —— 把 stdin 的各行轮流发给 K 个子进程，再按编号一个一个地收卷。
 * 任务见 task.zh.md；卡住时看 hints.zh.md。 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_CHILDREN = 16 };

struct worker {
    pid_t pid;
    int write_end;
};

/* 子进程做的事：数一数从 read_end 能读到多少字节，打印一行。返回退出状态。 */
static int child(int number, int read_end)
{
    /* TODO: 数据里什么字节都可能有；怎样才算读完了？ */
    /* TODO: 打印，并确认真的写出去了 */
    fprintf(stderr, "pipe_eof: 子进程 %d 还没有写（读端是 %d）\n", number, read_end);
    return 0;
}

/* 创建第 started + 1 个子进程；前 started 个已经在 workers 里。失败返回 false。 */
static bool start(struct worker *workers, int started)
{
    /* TODO: 这时父进程手里有哪些描述符？fork 会复制其中的哪几个？ */
    /* TODO: 子进程只该留下什么？父进程只该留下什么？什么时候关？ */
    workers[started] = (struct worker){.pid = -1, .write_end = -1};
    return child(started + 1, -1) == 0;
}

/* 把 stdin 的各行轮流交给各个子进程。 */
static bool deal(struct worker *workers, int count)
{
    /* TODO: 一次 read 不等于一行；行可以比任何缓冲区都长 */
    /* TODO: 有个子进程中途死了，别人的行还要照样送到 */
    fprintf(stderr, "pipe_eof: 没有给 %d 个子进程发题（第一个的写端是 %d）\n", count,
            workers[0].write_end);
    return true;
}

/* 收卷：按编号，一个结束了才轮到下一个。 */
static bool collect(struct worker *workers, int count)
{
    /* TODO: 怎样让子进程 i 知道“没有了”，而别的子进程还不知道？ */
    fprintf(stderr, "pipe_eof: 没有收 %d 份卷（第一个的 pid 是 %d）\n", count, (int)workers[0].pid);
    return true;
}

/* --- 下面已经写好 --------------------------------------------------------------------- */

static int parse_count(const char *text)
{
    char *end;
    long k = strtol(text, &end, 10);

    return *text != '\0' && *end == '\0' && k >= 1 && k <= MAX_CHILDREN ? (int)k : -1;
}

int main(int argc, char **argv)
{
    struct worker workers[MAX_CHILDREN];
    int count = argc == 2 ? parse_count(argv[1]) : -1, started = 0;

    if (count == -1) {
        fprintf(stderr, "用法: pipe_eof K （1 ≤ K ≤ %d）\n", MAX_CHILDREN);
        return 2;
    }
    while (started < count && start(workers, started))
        started++;
    bool dealt = started == count && deal(workers, count);
    bool collected = collect(workers, started);
    return dealt && collected ? 0 : 1;
}
