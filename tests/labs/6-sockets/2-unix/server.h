/* Starting, ending and judging the student's server. Included once, by check.c. */
#ifndef SOCK_UNIX_SERVER_H
#define SOCK_UNIX_SERVER_H

#include <signal.h>

#include "peer.h"

/* The lock file stays, as the task says. */
static const char *socket_path(const char *name)
{
    lab_allow_left(LAB_LEFT_FILE, lab_text("%s.lock", name));
    return lab_path(name);
}

static unsigned disturb; /* enum lab_provoke: how the next server is disturbed */

/* A server that must come up; `diagnosis` and the hint are for one that ends instead. */
static struct lab_proc *start_server_as(const char *path, const char *diagnosis, const char *zh,
                                        const char *en)
{
    struct lab_proc *server =
        lab_spawn(.program = "unixd", .args = LAB_ARGS(path), .provoke = disturb);

    serving = server;
    lab_hint_for("not-listening", NULL,
                 "ready 是说给等着的人听的：bind 和 listen 都成功之后才能说。",
                 "Say ready only after bind() and listen() have succeeded.");
    lab_hint_for(
        "busy-loop", NULL,
        "服务器在空转。poll 的超时是 0 吗？输出缓冲空着还登记 POLLOUT 吗？对方关了的描述符还留在 "
        "poll 的数组里吗？",
        "The server spins. Is poll()'s timeout 0? POLLOUT wanted with nothing to send? A "
        "closed peer still in the array?");
    lab_hint_for("no-output", diagnosis, zh, en);
    lab_expect_line(server, "ready");
    lab_hint_for("no-output", NULL, NULL, NULL);
    return server;
}

static struct lab_proc *start_server(const char *path)
{
    return start_server_as(
        path, "never-ready",
        "unixd 没有说 ready 就退出了。按次序看：拿到锁了吗？清理旧套接字、socket、bind、"
        "listen 哪一步失败了？把每一步的 errno 打印到标准错误。",
        "unixd ended without saying ready. Print errno after each of: lock, "
        "unlink, socket, bind, listen.");
}

static struct lab_proc *start_disturbed_server(const char *path)
{
    disturb = LAB_SHORT_IO | LAB_DELAY;
    struct lab_proc *server = start_server(path);
    disturb = 0;
    return server;
}

/* Ends a server without asking for manners: only the test `sigterm` grades those. */
static void end_server(struct lab_proc *server, const char *name)
{
    lab_allow_left(LAB_LEFT_FILE, name);
    lab_allow_left(LAB_LEFT_PROCESS, NULL);
    lab_kill(server, SIGKILL);
    lab_wait(server);
    serving = NULL;
}

static bool ended_or_spoke(void *arg)
{
    size_t len;

    lab_output(arg, &len);
    return len > 0 || lab_ended(arg);
}

static void await_decision(struct lab_proc *server)
{
    lab_await(ended_or_spoke, server, "hang", "unixd 结束", "the end of unixd");
}

/* A server that must not start: exit status 1 and no "ready". */
static void expect_refusal(struct lab_proc *server, const char *diagnosis, const char *zh,
                           const char *en)
{
    size_t len;

    await_decision(server);
    lab_output(server, &len);
    if (len > 0)
        lab_fail(VERDICT_WRONG_STATE, diagnosis, zh, en);
    lab_wait(server);
    lab_expect_exit(server, 1);
    lab_expect_output(server, "");
}

#endif
