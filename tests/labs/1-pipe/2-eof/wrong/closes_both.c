// expect: deals_lines nothing-arrived
// 父进程 fork 之后把两端都关了。
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
    int write_end; /* -1：已经关掉 */
};

/* --- 子进程 --------------------------------------------------------------------------- */

/* 数到 EOF 为止。字节里什么都可能有，所以“读完了”只看返回值 0。 */
static int child(int number, int read_end)
{
    static char buf[65536];
    unsigned long long total = 0;
    ssize_t n;

    while ((n = read(read_end, buf, sizeof buf)) != 0) {
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1) { /* 不能写成 while (read(…))：−1 也是“真” */
            perror("pipe_eof: 读管道");
            return 1;
        }
        total += (unsigned long long)n;
    }
    printf("child %d: %llu bytes\n", number, total);
    if (fflush(stdout) == EOF) {
        perror("pipe_eof: 写标准输出");
        return 1;
    }
    return 0;
}

/* --- 创建与收卷 ----------------------------------------------------------------------- */

static void close_write_end(struct worker *w)
{
    if (w->write_end != -1)
        close(w->write_end);
    w->write_end = -1;
}

/* 创建第 started + 1 个子进程。子进程里不返回。 */
static bool start(struct worker *workers, int started)
{
    int fd[2];

    if (pipe(fd) == -1) {
        perror("pipe_eof: pipe");
        return false;
    }
    pid_t pid = fork();
    if (pid == -1) {
        perror("pipe_eof: fork");
        close(fd[0]);
        close(fd[1]);
        return false;
    }
    if (pid == 0) {
        close(fd[1]); /* 自己的写端：不关，就是自己等自己 */
        /* 哥哥姐姐们的写端：fork 复制了父进程手里的每一个。不关，父进程关了也白关，
         * 它们要等我也结束了才读得到 EOF。 */
        for (int i = 0; i < started; i++)
            close_write_end(&workers[i]);
        exit(child(started + 1, fd[0]));
    }
    /* 读端马上关，不能等到最后：否则下一个子进程会继承它，
     * 而且子进程死了以后，父进程自己就是读者，write 永远得不到 EPIPE。 */
    close(fd[0]);
    close(fd[1]);
    workers[started] = (struct worker){.pid = pid, .write_end = fd[1]};
    return true;
}

/* 关掉写端 i，等子进程 i；它结束了才轮到 i + 1。全部正常交卷时返回 true。 */
static bool collect(struct worker *workers, int count)
{
    bool ok = true;

    for (int i = 0; i < count; i++) {
        int status;
        pid_t got;

        close_write_end(&workers[i]); /* 先关后等：反过来就是互相等 */
        do
            got = waitpid(workers[i].pid, &status, 0);
        while (got == -1 && errno == EINTR);
        if (got == -1 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            fprintf(stderr, "pipe_eof: 子进程 %d 没有交卷\n", i + 1);
            ok = false;
        }
    }
    return ok;
}

/* --- 发题 ----------------------------------------------------------------------------- */

/* 写完 len 个字节。子进程已经死了（EPIPE）：关掉它的写端，以后的行就丢弃。 */
static void deliver(struct worker *w, const char *data, size_t len)
{
    while (len > 0 && w->write_end != -1) {
        ssize_t n = write(w->write_end, data, len);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1) {
            perror("pipe_eof: 写管道");
            close_write_end(w);
            return;
        }
        data += n;
        len -= (size_t)n;
    }
}

/* 一次 read 可能是半行，也可能是好几行；只有换行符才轮到下一个子进程。
 * 行再长也不用存下来：读到多少就转交多少。 */
static bool deal(struct worker *workers, int count)
{
    static char buf[65536];
    int turn = 0;

    for (;;) {
        ssize_t n = read(STDIN_FILENO, buf, sizeof buf);
        if (n == 0)
            return true;
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1) {
            perror("pipe_eof: 读标准输入");
            return false;
        }
        for (const char *at = buf, *end = buf + n; at < end;) {
            const char *newline = memchr(at, '\n', (size_t)(end - at));
            const char *next = newline != NULL ? newline + 1 : end;
            deliver(&workers[turn], at, (size_t)(next - at));
            if (newline != NULL)
                turn = (turn + 1) % count;
            at = next;
        }
    }
}

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
    /* 在 fork 之后才忽略：子进程不该继承它。有人中途死了，write 就返回 EPIPE，不会连累我们。 */
    signal(SIGPIPE, SIG_IGN);

    bool dealt = started == count && deal(workers, count);
    bool collected = collect(workers, started); /* 出错也要收卷：不留下孤儿和僵尸 */
    return dealt && collected ? 0 : 1;
}
