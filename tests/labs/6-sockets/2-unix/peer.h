/* The check program as a client: sockets of its own that never block, what it says and what it
 * expects to hear. Included once, by check.c. */
#ifndef SOCK_UNIX_PEER_H
#define SOCK_UNIX_PEER_H

#include "harness/lab.h"

#include <errno.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { LINE_LIMIT = 1024, PATH_LIMIT = 107, BURST_LINES = 300 };

/* One end of a connection, ours. What arrives collects in `data`. */
struct peer {
    int fd;
    const char *path; /* where it connected; NULL: it was accepted */
    char *data;
    size_t len, room;
    bool eof; /* closed by the other side, or broken */
};

static struct lab_proc *serving; /* the server asked now; NULL: none of the student's */
static const char *meaning;      /* what it means when everybody sleeps now; NULL: as proven */

/* A hang while something is due is named after it; when the server itself has ended, then whoever
 * sleeps on are its children. */
static const char *name_hang(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)diagnosis;
    (void)p;
    if (v != VERDICT_HANG || meaning == NULL)
        return NULL;
    return serving != NULL && lab_ended(serving) ? "children-left" : meaning;
}

static void expect_meaning(const char *diagnosis)
{
    meaning = diagnosis;
    lab_on_fail(name_hang);
}

/* lab_await(), with the same diagnosis whether the others sleep or have ended. */
static void await(bool (*condition)(void *), void *arg, const char *diagnosis, const char *zh,
                  const char *en)
{
    expect_meaning(diagnosis);
    lab_await(condition, arg, diagnosis, zh, en);
    meaning = NULL;
}

/* --- sockets of our own --- */

static struct sockaddr_un address_of(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};

    if (strlen(path) > PATH_LIMIT)
        lab_internal("the work folder's name is too long for a socket: %s", path);
    memcpy(a.sun_path, path, strlen(path));
    return a;
}

static int new_socket(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        lab_internal("socket: %s", strerror(errno));
    return fd;
}

static bool try_connect(int fd, const char *path)
{
    struct sockaddr_un a = address_of(path);

    return connect(fd, (struct sockaddr *)&a, sizeof a) == 0;
}

/* Nobody listens: if the server died, say how. */
static void blame_server(const char *diagnosis)
{
    if (serving == NULL)
        return;
    expect_meaning(diagnosis);
    lab_wait(serving);
    meaning = NULL;
    lab_expect_exit(serving, 0);
    lab_fail(VERDICT_WRONG_STATE, "server-ended", "服务器自己退出了，没有人叫它停。",
             "The server has ended although nobody asked it to.");
}

static struct peer connect_to(const char *path)
{
    struct peer p = {.fd = new_socket(), .path = path};

    if (try_connect(p.fd, path))
        return p;
    if (errno == ECONNREFUSED || errno == ENOENT)
        blame_server("not-listening");
    if (errno == EPROTOTYPE) {
        lab_hint("socket() 的第二个参数要是 SOCK_STREAM，双方才说得上话：数据报、SOCK_SEQPACKET "
                 "和字节流不是一类套接字。",
                 "The second argument of socket() has to be SOCK_STREAM: datagrams and "
                 "SOCK_SEQPACKET are other types than a byte stream.");
        lab_fail(VERDICT_PROTOCOL, "wrong-socket-type", "connect 失败：%1$s。",
                 "connect() fails: %1$s.", strerror(errno));
    }
    lab_fail(VERDICT_PROTOCOL, "not-listening", "服务器已经说了 ready，connect 却失败：%1$s。",
             "The server has said ready, but connect() fails: %1$s.", strerror(errno));
}

/* A socket file without a server, as a crash leaves it. */
static void make_stale(const char *path)
{
    struct sockaddr_un a = address_of(path);
    int fd = new_socket();

    if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0)
        lab_internal("bind: %s", strerror(errno));
    close(fd);
}

static void hang_up(struct peer *p)
{
    close(p->fd);
    free(p->data);
    *p = (struct peer){.fd = -1};
}

/* Take in what has arrived. */
static void pump(struct peer *p)
{
    while (!p->eof) {
        ssize_t n;

        if (p->room - p->len < 65536) {
            p->room = 2 * p->room + 65536;
            p->data = realloc(p->data, p->room);
            if (p->data == NULL)
                lab_internal("out of memory");
        }
        n = recv(p->fd, p->data + p->len, p->room - p->len, MSG_DONTWAIT);
        if (n > 0)
            p->len += (size_t)n;
        else if (n == 0 || errno != EAGAIN)
            p->eof = true;
        else
            return;
    }
}

struct sending {
    struct peer *p;
    const char *data;
    size_t left;
};

static bool sent_all(void *arg)
{
    struct sending *s = arg;

    while (s->left > 0) {
        ssize_t n = send(s->p->fd, s->data, s->left, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (n < 0 && errno == EAGAIN) {
            pump(s->p);
            return false;
        }
        if (n < 0)
            return true; /* broken: the next read tells */
        s->data += n;
        s->left -= (size_t)n;
    }
    return true;
}

/* Send everything; answers are taken in meanwhile. */
static void say(struct peer *p, const void *data, size_t len)
{
    struct sending s = {p, data, len};

    await(sent_all, &s, "not-reading", "服务器把请求读走", "the server to read the request");
}

static void say_text(struct peer *p, const char *text)
{
    say(p, text, strlen(text));
}

static bool all_read(void *arg)
{
    struct peer *p = arg;
    int queued = 0;

    return ioctl(p->fd, SIOCOUTQ, &queued) != 0 || queued == 0;
}

static size_t count_lines(const struct peer *p)
{
    size_t n = 0;

    for (size_t i = 0; i < p->len; i++)
        n += p->data[i] == '\n';
    return n;
}

struct expected {
    struct peer *p;
    size_t lines, bytes;
};

/* Enough has come, or nothing more will. Bytes alone would wait for ever for a lost newline. */
static bool has_answers(void *arg)
{
    struct expected *e = arg;

    pump(e->p);
    return e->p->eof || e->p->len >= e->bytes || count_lines(e->p) >= e->lines;
}

/* Wait for that much of an answer; `diagnosis` when it does not come. */
static void await_answer(struct peer *p, const char *expected, size_t len, const char *diagnosis)
{
    struct expected e = {p, 0, len};

    for (size_t i = 0; i < len; i++)
        e.lines += expected[i] == '\n';
    await(has_answers, &e, diagnosis, "服务器的回答", "the server's answer");
    if (!p->eof || p->len > 0)
        return;
    if (p->path != NULL && !try_connect(new_socket(), p->path))
        blame_server("connection-closed");
    lab_fail(VERDICT_PROTOCOL, "connection-closed", "对方没有回答就关了连接。",
             "The other side closed the connection without an answer.");
}

/* The next answers must be exactly these bytes. */
static void expect_answer_as(struct peer *p, const char *expected, size_t len,
                             const char *diagnosis)
{
    await_answer(p, expected, len, diagnosis);
    lab_expect_bytes("服务器的回答", "the server's answer", expected, len, p->data, p->len);
    p->len = 0;
}

static bool answered(const struct peer *p, const char *text)
{
    return p->len == strlen(text) && memcmp(p->data, text, p->len) == 0;
}

static void expect_answer(struct peer *p, const char *expected)
{
    expect_answer_as(p, expected, strlen(expected), "no-answer");
}

static void ask(struct peer *p, const char *request, const char *expected)
{
    say_text(p, request);
    expect_answer(p, expected);
}

static bool at_eof(void *arg)
{
    pump(arg);
    return ((struct peer *)arg)->eof;
}

static void expect_closed(struct peer *p)
{
    await(at_eof, p, "connection-left-open", "服务器关闭连接",
          "the server to close the connection");
    lab_expect_bytes("关闭之前收到的内容", "what came before the end", "", 0, p->data, p->len);
}

#endif
