// expect: numbers fifo-no-peer
// file: fifo_rpcd.c
// 服务器把 PATH 打开成了写端。
#define _GNU_SOURCE
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
    int requests;  /* PATH 的读端，非阻塞 */
    uint32_t next; /* 下一个没发出去的号码 */
    char buf[4096];
    size_t len; /* buf 里还没处理的字节 */
};

static volatile sig_atomic_t stopping;

static void on_signal(int sig)
{
    (void)sig;
    stopping = 1;
}

/* --- 答复 ----------------------------------------------------------------------------- */

/* 打开客户的 FIFO。O_NONBLOCK：没有人在读就是 ENXIO，立刻放弃，绝不停在这里等。
 * 名字是按客户报的 pid 拼的，那里可能是任何东西，确认是 FIFO 才写。 */
static int open_reply(const char *path)
{
    struct stat st;
    int fd = open(path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);

    if (fd != -1 && (fstat(fd, &st) == -1 || !S_ISFIFO(st.st_mode))) {
        close(fd);
        errno = EINVAL;
        return -1;
    }
    return fd;
}

/* 8 个字节不超过 PIPE_BUF，非阻塞写要么全写进去，要么一个也不写（EAGAIN：他把自己的 FIFO 塞满了）。
 */
static bool send_reply(const char *path, struct rpc_reply reply)
{
    int fd = open_reply(path);

    if (fd == -1)
        return false;
    bool sent = write(fd, &reply, sizeof reply) == sizeof reply;
    close(fd);
    return sent;
}

static void serve(struct server *s, const struct rpc_request *rq)
{
    char path[4096];
    struct rpc_reply reply = {RPC_OK, s->next};

    if (rq->len < 1 || rq->len > RPC_MAX_LEN)
        reply = (struct rpc_reply){RPC_BAD_LEN, 0};
    if (rq->pid <= 0 || !rpc_reply_path(path, sizeof path, s->path, rq->pid))
        return;
    if (!send_reply(path, reply)) {
        fprintf(stderr, "fifo_rpcd: 答复不了 %s: %s\n", path, strerror(errno));
        return; /* 号码没有送出去，就留给下一位 */
    }
    if (reply.status == RPC_OK)
        s->next += rq->len;
}

/* --- 请求 ----------------------------------------------------------------------------- */

/* FIFO 是字节流：缓冲区里可能是半条、一条、三条半，也可能夹着坏客户留下的碎片。
 * 够 16 个字节就看一眼：完好就处理；不完好就往后挪一个字节再看，直到重新对齐。 */
static void parse(struct server *s)
{
    struct rpc_request rq;
    size_t at = 0;

    while (s->len - at >= sizeof rq) {
        memcpy(&rq, s->buf + at, sizeof rq); /* 位置不一定对齐，不能直接转指针 */
        if (rpc_valid(&rq)) {
            serve(s, &rq);
            at += sizeof rq;
        } else {
            at++;
        }
    }
    s->len -= at;
    memmove(s->buf, s->buf + at, s->len);
}

/* 返回 false：读出错，服务器干不下去了。 */
static bool receive(struct server *s)
{
    ssize_t n = read(s->requests, s->buf + s->len, sizeof s->buf - s->len);

    if (n == -1)
        return errno == EINTR || errno == EAGAIN;
    s->len += (size_t)n;
    parse(s);
    return true;
}

/* 信号平时是阻塞的，只在 ppoll 睡着的时候放行。
 * 否则信号可能在“看过 stopping”和“睡下去”之间到来，我们就带着 stopping == 1 一直睡。 */
static bool serve_until_signal(struct server *s, const sigset_t *normal)
{
    while (!stopping) {
        struct pollfd p = {.fd = s->requests, .events = POLLIN};
        int n = ppoll(&p, 1, NULL, normal);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1 || !receive(s)) {
            perror("fifo_rpcd: 读请求");
            return false;
        }
    }
    return true;
}

/* --- 开张 ----------------------------------------------------------------------------- */

static void prepare_signals(sigset_t *normal)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t stop;

    signal(SIGPIPE, SIG_IGN); /* 客户在我们写答复时离开：write 返回 EPIPE，仅此而已 */
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    sigprocmask(SIG_BLOCK, &stop, normal);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
}

/* 已经有了同名的 FIFO（上次崩溃留下的）就照用。返回读端，失败返回 -1。 */
static int open_requests(const char *path)
{
    struct stat st;

    if (mkfifo(path, 0600) == -1 && errno != EEXIST)
        return -1;
    if (stat(path, &st) == -1)
        return -1;
    if (!S_ISFIFO(st.st_mode)) {
        errno = EEXIST;
        return -1;
    }
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    /* 自己也留一个写端，从不用它：客户走光的时候，读到的就不是 EOF，而是“暂时没有”。 */
    if (fd != -1 && open(path, O_WRONLY | O_CLOEXEC) == -1) {
        close(fd);
        return -1;
    }
    return fd;
}

int main(int argc, char **argv)
{
    static struct server s = {.next = 1};
    sigset_t normal;

    if (argc != 2) {
        fprintf(stderr, "用法: fifo_rpcd PATH\n");
        return 2;
    }
    s.path = argv[1];
    prepare_signals(&normal);
    s.requests = open_requests(s.path);
    if (s.requests == -1) {
        fprintf(stderr, "fifo_rpcd: 不能打开 %s: %s\n", s.path, strerror(errno));
        return 1;
    }
    puts("ready");
    fflush(stdout);

    bool ok = serve_until_signal(&s, &normal);
    unlink(s.path);
    return ok ? 0 : 1;
}
