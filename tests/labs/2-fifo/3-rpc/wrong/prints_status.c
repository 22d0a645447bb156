// expect: numbers wrong-output
// file: fifo_rpcc.c
// printf %d 打印 status 而不是 first。
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

/* 名字里有自己的 pid，别的活着的进程不会用它；已经有了，就是从前某个同号进程留下的。 */
static int open_reply(const char *path)
{
    if (mkfifo(path, 0600) == -1 &&
        (errno != EEXIST || unlink(path) == -1 || mkfifo(path, 0600) == -1))
        return -1;
    /* O_NONBLOCK：不等写者，马上成为读者，服务器才打得开另一端。 */
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd == -1)
        unlink(path);
    return fd;
}

/* 没有服务器时不要停在 open 里：不存在是 ENOENT，没有人在读是 ENXIO。
 * 打开以后去掉 O_NONBLOCK：服务器忙、管道满的时候，写请求要老老实实地等。 */
static int open_server(const char *path)
{
    struct stat st;
    int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);

    if (fd == -1)
        return -1;
    if (fstat(fd, &st) == -1 || !S_ISFIFO(st.st_mode) || fcntl(fd, F_SETFL, 0) == -1) {
        close(fd);
        errno = EINVAL;
        return -1;
    }
    return fd;
}

/* 一次 write 写完 16 个字节。不超过 PIPE_BUF，内核保证不和别的客户的请求交错。 */
static bool ask(int server, uint32_t len)
{
    struct rpc_request rq = {.magic = RPC_MAGIC, .pid = (int32_t)getpid(), .len = len};
    ssize_t n;

    rq.check = rpc_check(&rq);
    do
        n = write(server, &rq, sizeof rq);
    while (n == -1 && errno == EINTR);
    return n == sizeof rq;
}

/* 等答复，同时看着服务器：它死了，PATH 就没有了读者，我们手里的写端会报 POLLERR。
 * 只等答复的话，服务器一死，我们就永远等下去：它还没来得及打开的 FIFO 不会有 EOF。 */
static bool await_reply(int fd, int server, struct rpc_reply *reply)
{
    size_t got = 0;

    while (got < sizeof *reply) {
        struct pollfd p[2] = {{.fd = fd, .events = POLLIN}, {.fd = server}};
        if (poll(p, 2, -1) == -1) {
            if (errno == EINTR)
                continue;
            return false;
        }
        if (p[0].revents == 0) {
            errno = EPIPE;
            return false;
        }
        ssize_t n = read(fd, (char *)reply + got, sizeof *reply - got);
        if (n == -1 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n <= 0) { /* 0：服务器打开过又关了，话没有说完 */
            errno = n == 0 ? EPIPE : errno;
            return false;
        }
        got += (size_t)n;
    }
    return true;
}

/* 用已经打开的答复 FIFO 做完一次交易。返回退出状态。 */
static int transact(const char *path, int reply_fd, uint32_t len)
{
    struct rpc_reply reply;
    int server = open_server(path);

    if (server == -1) {
        fprintf(stderr, "fifo_rpcc: %s 上没有服务器: %s\n", path, strerror(errno));
        return 1;
    }
    bool ok = ask(server, len) && await_reply(reply_fd, server, &reply);
    if (!ok)
        perror("fifo_rpcc: 服务器没有答复");
    close(server);
    if (!ok)
        return 1;
    if (reply.status != RPC_OK) {
        fprintf(stderr, "fifo_rpcc: 服务器拒绝了请求（%u）\n", reply.status);
        return 1;
    }
    printf("%u\n", reply.status);
    return fflush(stdout) == EOF ? 1 : 0;
}

int main(int argc, char **argv)
{
    char mine[4096];
    uint32_t len;

    if (argc != 3 || !parse_len(argv[2], &len)) {
        fprintf(stderr, "用法: fifo_rpcc PATH LEN （1 ≤ LEN ≤ %d）\n", RPC_MAX_LEN);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN); /* 服务器刚好死了：write 返回 EPIPE，我们还要删掉自己的 FIFO */
    if (!rpc_reply_path(mine, sizeof mine, argv[1], getpid())) {
        fprintf(stderr, "fifo_rpcc: 路径太长\n");
        return 1;
    }
    int reply_fd = open_reply(mine);
    if (reply_fd == -1) {
        fprintf(stderr, "fifo_rpcc: 不能建 %s: %s\n", mine, strerror(errno));
        return 1;
    }
    int status = transact(argv[1], reply_fd, len);
    close(reply_fd);
    unlink(mine);
    return status;
}
