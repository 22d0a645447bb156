/* fifo_open {r|w} {block|nonblock|timeout MS} PATH —— 打开 FIFO 的三种方式。
 * 任务见 task.zh.md；卡住时看 hints.zh.md。 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum how { BLOCK, NONBLOCK, TIMEOUT };

struct request {
    bool reader;
    enum how how;
    long timeout_ms;
    const char *path;
};

/* --- 命令行 --------------------------------------------------------------------------- */

static int usage(void)
{
    fprintf(stderr, "用法: fifo_open {r|w} {block|nonblock|timeout MS} PATH\n");
    return 2;
}

/* 0 到 1000000000 的十进制整数，不要符号，不要空格。 */
static bool parse_ms(const char *text, long *ms)
{
    if (*text == '\0' || strlen(text) > 10 || text[strspn(text, "0123456789")] != '\0')
        return false;
    *ms = strtol(text, NULL, 10);
    return *ms <= 1000000000;
}

static bool parse(struct request *rq, int argc, char **argv)
{
    if (argc < 4 || (strcmp(argv[1], "r") != 0 && strcmp(argv[1], "w") != 0))
        return false;
    rq->reader = argv[1][0] == 'r';
    rq->path = argv[argc - 1];
    rq->timeout_ms = 0;
    if (strcmp(argv[2], "timeout") == 0) {
        rq->how = TIMEOUT;
        return argc == 5 && parse_ms(argv[3], &rq->timeout_ms);
    }
    rq->how = strcmp(argv[2], "block") == 0 ? BLOCK : NONBLOCK;
    return argc == 4 && (rq->how == BLOCK || strcmp(argv[2], "nonblock") == 0);
}

/* --- 从这里开始是你的 ----------------------------------------------------------------- */

/* 保证 path 是一个 FIFO：没有就创建，权限 0600；有而不是 FIFO 就报错。 */
static bool make_fifo(const char *path)
{
    /* TODO: 创建；“已经有了”不是错误，但要弄清楚有的是什么 */
    fprintf(stderr, "fifo_open: make_fifo(%s) 还没有写\n", path);
    return true;
}

/* 按要求打开。返回描述符，失败返回 -1。 */
static int open_fifo(const struct request *rq)
{
    /* TODO: block：停在 open 里等对方 */
    /* TODO: nonblock：对方不在时，读者和写者的结果不一样 */
    /* TODO: timeout：最多等 rq->timeout_ms 毫秒；等的时候不能空转 */
    fprintf(stderr, "fifo_open: open_fifo(%s) 还没有写\n", rq->path);
    return -1;
}

/* 搬运数据：r 从 fd 抄到 stdout 直到 EOF，w 从 stdin 抄到 fd 直到 EOF。 */
static bool transfer(const struct request *rq, int fd)
{
    /* TODO: 打开时加的 O_NONBLOCK，现在还要吗？ */
    /* TODO: r nonblock 时，第一个写者到来之前的“0”是什么意思？ */
    /* TODO: 读者中途离开会怎样？ */
    fprintf(stderr, "fifo_open: transfer(%s, %d) 还没有写\n", rq->reader ? "r" : "w", fd);
    return true;
}

int main(int argc, char **argv)
{
    struct request rq;

    if (!parse(&rq, argc, argv))
        return usage();
    if (!make_fifo(rq.path))
        return 1;

    int fd = open_fifo(&rq);
    /* TODO: 打开失败：ENXIO 和超时各打印一行，退出 1 */
    /* TODO: 打开成功：打印 open ok，并让它马上写出去 */
    return transfer(&rq, fd) ? 0 : 1;
}
