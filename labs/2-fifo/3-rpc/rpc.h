/* fifo-rpc 的协议：服务器和客户都按它说话。这个文件不要改。
 *
 *     客户 ── struct rpc_request ──▶ PATH ──▶ 服务器
 *     客户 ◀── struct rpc_reply ──── PATH.PID ◀── 服务器
 *
 * 整数都用本机的字节序：FIFO 只在一台机器上用。 */
#ifndef RPC_H
#define RPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#define RPC_MAGIC 0x31435052u   /* 内存里是 "RPC1" */
enum { RPC_MAX_LEN = 1000000 }; /* 一次最多要这么多个号码 */
enum { RPC_OK, RPC_BAD_LEN };   /* rpc_reply.status */

struct rpc_request { /* 16 字节，没有空洞 */
    uint32_t magic;  /* RPC_MAGIC */
    int32_t pid;     /* 客户的 pid：答复写到 PATH.PID */
    uint32_t len;    /* 要几个连续的号码，1 到 RPC_MAX_LEN */
    uint32_t check;  /* rpc_check() 的值 */
};

struct rpc_reply {   /* 8 字节 */
    uint32_t status; /* RPC_OK，或 RPC_BAD_LEN：len 不合法，没有分配 */
    uint32_t first;  /* 第一个号码；出错时是 0 */
};

/* 前三个字段的校验和。 */
static inline uint32_t rpc_check(const struct rpc_request *r)
{
    return ~(r->magic + 31u * (uint32_t)r->pid + 131u * r->len);
}

/* 这 16 个字节是一条完好的请求吗？（len 合不合法另说。） */
static inline bool rpc_valid(const struct rpc_request *r)
{
    return r->magic == RPC_MAGIC && r->check == rpc_check(r);
}

/* 答复用的 FIFO 的路径：服务器的 PATH，一个点，客户的 pid。放不下返回 false。 */
static inline bool rpc_reply_path(char *path, size_t size, const char *server, long pid)
{
    int n = snprintf(path, size, "%s.%ld", server, pid);

    return n > 0 && (size_t)n < size;
}

#endif
