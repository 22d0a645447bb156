// expect: your_server wrong-output
// file: fifo_rpcd.c
// 每个客户都得到同样的号码。
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rpc.h"

static volatile sig_atomic_t stopping;
static const char *base;
static uint32_t next_number = 1;

static void stop(int sig)
{
    (void)sig;
    stopping = 1;
}

static int send_reply(const char *path, struct rpc_reply reply)
{
    struct stat st;
    int fd = open(path, O_WRONLY | O_NONBLOCK);

    if (fd == -1)
        return -1;
    if (fstat(fd, &st) == -1 || !S_ISFIFO(st.st_mode)) {
        close(fd);
        return -1;
    }
    ssize_t n = write(fd, &reply, sizeof reply);
    close(fd);
    return n == sizeof reply ? 0 : -1;
}

static void serve(const struct rpc_request *rq)
{
    char path[4096];
    struct rpc_reply reply = {RPC_OK, next_number};

    if (rq->pid <= 0 || !rpc_reply_path(path, sizeof path, base, rq->pid))
        return;
    if (rq->len < 1 || rq->len > RPC_MAX_LEN) {
        reply.status = RPC_BAD_LEN;
        reply.first = 0;
        send_reply(path, reply);
        return;
    }
    if (send_reply(path, reply) == 0)
        next_number = 1;
}

int main(int argc, char **argv)
{
    static char buf[4096];
    struct sigaction sa = {.sa_handler = stop};
    struct stat st;
    sigset_t block, normal;
    size_t have = 0;

    if (argc != 2)
        return 2;
    base = argv[1];
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&block);
    sigaddset(&block, SIGTERM);
    sigprocmask(SIG_BLOCK, &block, &normal);
    sigaction(SIGTERM, &sa, NULL);
    if (mkfifo(base, 0600) == -1 && errno != EEXIST)
        return 1;
    if (stat(base, &st) == -1 || !S_ISFIFO(st.st_mode)) {
        fprintf(stderr, "%s: not a FIFO\n", base);
        return 1;
    }
    int in = open(base, O_RDONLY | O_NONBLOCK);
    int keep = open(base, O_WRONLY);
    if (in == -1 || keep == -1)
        return 1;
    puts("ready");
    fflush(stdout);
    while (!stopping) {
        struct pollfd p = {.fd = in, .events = POLLIN};
        if (ppoll(&p, 1, NULL, &normal) == -1)
            continue;
        ssize_t n = read(in, buf + have, sizeof buf - have);
        if (n == -1)
            continue;
        have += n;
        size_t at = 0;
        while (have - at >= sizeof(struct rpc_request)) {
            struct rpc_request rq;
            memcpy(&rq, buf + at, sizeof rq);
            if (!rpc_valid(&rq)) {
                at++;
                continue;
            }
            serve(&rq);
            at += sizeof rq;
        }
        have -= at;
        memmove(buf, buf + at, have);
    }
    unlink(base);
    return 0;
}
