/* fifo_rpcc PATH LEN —— 向 PATH 上的服务器要 LEN 个连续的号码，打印第一个。
 * 协议在 rpc.h，任务见 task.zh.md；卡住时看 hints.zh.md。 */
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

static bool parse_len(const char *text, uint32_t *len)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);

    *len = (uint32_t)n;
    return *text >= '0' && *text <= '9' && *end == '\0' && n >= 1 && n <= RPC_MAX_LEN;
}

/* 用 mine 这个私有 FIFO 向 server_path 要 len 个号码。得到了返回 true。 */
static bool transact(const char *server_path, const char *mine, uint32_t len,
                     struct rpc_reply *reply)
{
    /* TODO: 三件事的次序：建好并打开自己的 FIFO、打开服务器的、发请求 */
    /* TODO: 没有服务器时，不能停在 open 里 */
    /* TODO: 答复可能分几次来；服务器可能没答复就死了 */
    fprintf(stderr, "fifo_rpcc: 没有向 %s 要 %u 个号码（答复应该写到 %s）\n", server_path, len,
            mine);
    *reply = (struct rpc_reply){RPC_OK, 0};
    return false;
}

int main(int argc, char **argv)
{
    char mine[4096];
    struct rpc_reply reply;
    uint32_t len;

    if (argc != 3 || !parse_len(argv[2], &len)) {
        fprintf(stderr, "用法: fifo_rpcc PATH LEN （1 ≤ LEN ≤ %d）\n", RPC_MAX_LEN);
        return 2;
    }
    if (!rpc_reply_path(mine, sizeof mine, argv[1], getpid()))
        return 1;
    /* TODO: 无论怎样结束，都不要留下 mine */
    if (!transact(argv[1], mine, len, &reply) || reply.status != RPC_OK)
        return 1;
    printf("%u\n", reply.first);
    return fflush(stdout) == EOF ? 1 : 0;
}
