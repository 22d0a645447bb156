// expect: server_dies busy-loop
// file: fifo_rpcc.c
// 用非阻塞的 read 一直问，不睡。
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

static char mine[4096];

static int fail(const char *why)
{
    perror(why);
    unlink(mine);
    return 1;
}

int main(int argc, char **argv)
{
    struct rpc_reply reply;
    size_t got = 0;

    if (argc != 3 || atol(argv[2]) < 1 || atol(argv[2]) > RPC_MAX_LEN)
        return 2;
    signal(SIGPIPE, SIG_IGN);
    if (!rpc_reply_path(mine, sizeof mine, argv[1], getpid()))
        return 1;
    if (mkfifo(mine, 0600) == -1)
        return 1;
    int in = open(mine, O_RDONLY | O_NONBLOCK);
    if (in == -1)
        return fail(mine);
    int out = open(argv[1], O_WRONLY | O_NONBLOCK);
    if (out == -1)
        return fail(argv[1]);
    fcntl(out, F_SETFL, 0);
    struct rpc_request rq = {.magic = RPC_MAGIC, .pid = getpid(), .len = atol(argv[2])};
    rq.check = rpc_check(&rq);
    if (write(out, &rq, sizeof rq) != sizeof rq)
        return fail("write");
    while (got < sizeof reply) {
        ssize_t n = read(in, (char *)&reply + got, sizeof reply - got);
        if (n == -1 && errno == EAGAIN)
            continue;
        if (n > 0)
            got += n;
    }
    unlink(mine);
    if (reply.status != RPC_OK)
        return 1;
    printf("%u\n", reply.first);
    return fflush(stdout) == EOF;
}
