/* fifo_rpcd PATH —— 发号服务器：每个客户得到一段连续的、别人没有的号码。
 * 协议在 rpc.h，任务见 task.zh.md；卡住时看 hints.zh.md。 */
#define _GNU_SOURCE /* ppoll */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rpc.h"

struct server {
    const char *path;
    int requests;  /* PATH 的读端 */
    uint32_t next; /* 下一个没发出去的号码 */
};

/* 把答复送到客户的 FIFO。送到了返回 true。 */
static bool send_reply(const char *path, struct rpc_reply reply)
{
    /* TODO: 客户可能没有开门、塞满了自己的门、刚刚死了；你不能停在任何一处等他 */
    /* TODO: 那个名字底下也可能根本不是 FIFO */
    fprintf(stderr, "fifo_rpcd: 没有答复 %s（号码 %u）\n", path, reply.first);
    return false;
}

/* 处理一条完好的请求。 */
static void serve(struct server *s, const struct rpc_request *rq)
{
    char path[4096];

    /* TODO: len、pid 不合法时怎么办？号码什么时候才算用掉？ */
    if (rpc_reply_path(path, sizeof path, s->path, rq->pid))
        send_reply(path, (struct rpc_reply){RPC_OK, s->next});
}

/* 建好 PATH，打开读端。失败返回 -1。 */
static int open_requests(const char *path)
{
    /* TODO: PATH 已经存在时，先看看它是什么 */
    /* TODO: 打开的时候还没有客户；客户走光了以后呢？ */
    fprintf(stderr, "fifo_rpcd: 没有打开 %s\n", path);
    return -1;
}

/* 一直服务，直到收到 SIGTERM 或 SIGINT。 */
static bool serve_until_signal(struct server *s)
{
    /* TODO: 一次 read 可能是半条请求，也可能是好几条，还可能夹着碎片（rpc_valid） */
    /* TODO: 信号恰好在睡下去之前到来，会怎样？ */
    struct rpc_request rq = {.len = 1};
    serve(s, &rq);
    return true;
}

int main(int argc, char **argv)
{
    struct server s = {.next = 1};

    if (argc != 2) {
        fprintf(stderr, "用法: fifo_rpcd PATH\n");
        return 2;
    }
    s.path = argv[1];
    /* TODO: 哪些信号要处理，哪些要忽略？ */
    s.requests = open_requests(s.path);
    if (s.requests == -1)
        return 1;
    puts("ready");
    fflush(stdout);

    bool ok = serve_until_signal(&s);
    unlink(s.path);
    return ok ? 0 : 1;
}
