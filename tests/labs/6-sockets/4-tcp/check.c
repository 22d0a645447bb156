/* sock-tcp: the check program is a client (and once a server) itself, with sockets that never
 * block. TCP acknowledges what the kernel has, not what the program has read, so a trusted helper
 * that splits a frame asks sock_diag(7) to learn when the server has taken a piece. */
#include "harness/lab.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT = 1 << 20, HEADER = 4, BURST = 200, PATIENCE = 20000, STUFFED = 24 };

/* One end of a connection, ours. What arrives collects in `data`. */
struct peer {
    int fd;
    char *data;
    size_t len, room;
    bool eof; /* closed by the other side, or broken */
};

static const char *meaning; /* what it means when everybody sleeps now; NULL: as proven */

static const char *name_hang(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)diagnosis;
    (void)p;
    return v == VERDICT_HANG ? meaning : NULL;
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

/* --- frames --- */

struct frame {
    char *bytes; /* header and body; lives until the end of the test */
    size_t len;  /* of both */
};

static void put_length(char *at, uint32_t length)
{
    const uint32_t wire = htonl(length);

    memcpy(at, &wire, HEADER);
}

static struct frame make_frame(const void *body, size_t len)
{
    struct frame f = {malloc(HEADER + len), HEADER + len};

    if (f.bytes == NULL)
        lab_internal("out of memory");
    put_length(f.bytes, (uint32_t)len);
    memcpy(f.bytes + HEADER, body, len);
    return f;
}

static const char *random_bytes(size_t len)
{
    char *data = malloc(len + 1);

    if (data == NULL)
        lab_internal("out of memory");
    for (size_t i = 0; i < len; i++)
        data[i] = (char)lab_random(256);
    return data;
}

/* --- sockets of our own --- */

static struct sockaddr_in address_of(const char *host, int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

    if (inet_pton(AF_INET, host, &a.sin_addr) != 1)
        lab_internal("not an address: %s", host);
    return a;
}

static int new_socket(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), yes = 1;

    if (fd < 0)
        lab_internal("socket: %s", strerror(errno));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return fd;
}

static struct peer connect_from(int fd, const char *host, int port)
{
    struct sockaddr_in a = address_of(host, port);
    struct peer p = {.fd = fd};
    int error = 0;
    socklen_t len = sizeof error;

    if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0 && errno == EINPROGRESS) {
        /* the kernels shake hands by themselves, whatever the server does: this wait is not for it,
         * so the server's rest while it lasts proves nothing */
        struct pollfd shaken = {.fd = fd, .events = POLLOUT};
        if (poll(&shaken, 1, 30000) <= 0)
            lab_internal("connect to %s: no answer from the network", host);
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
    } else if (errno != 0 && connect(fd, (struct sockaddr *)&a, sizeof a) != 0 &&
               errno != EISCONN) {
        error = errno;
    }
    if (error != 0 && error == ECONNREFUSED && strcmp(host, "127.0.0.1") == 0)
        lab_hint(
            "没有套接字在那个端口上监听。bind 之后 listen 了吗？监听的套接字是不是被关掉了？打印"
            "的端口换成主机序（ntohs）了吗？",
            "No socket listens on that port. Is listen() called after bind()? Was the listening "
            "socket closed? Is the printed port in host order (ntohs)?");
    if (error != 0)
        lab_fail(VERDICT_PROTOCOL,
                 strcmp(host, "127.0.0.1") == 0 && error == ECONNREFUSED ? "not-listening"
                 : error == ECONNREFUSED                                 ? "loopback-only"
                                                                         : "not-listening",
                 "服务器已经报出端口 %2$d，连接 %1$s 却失败：%3$s。",
                 "The server has said port %2$d, but connecting to %1$s fails: %3$s.", host, port,
                 strerror(error));
    return p;
}

static struct peer connect_to(const char *host, int port)
{
    errno = 0;
    return connect_from(new_socket(), host, port);
}

static void hang_up(struct peer *p)
{
    close(p->fd);
    free(p->data);
    *p = (struct peer){.fd = -1};
}

/* Close so that the other side gets a reset. */
static void hang_up_rudely(struct peer *p)
{
    const struct linger now = {.l_onoff = 1, .l_linger = 0};

    setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    hang_up(p);
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

    await(sent_all, &s, "not-reading", "对方把数据读走", "the other side to read");
}

struct expected {
    struct peer *p;
    size_t bytes;
};

static bool has_bytes(void *arg)
{
    struct expected *e = arg;

    pump(e->p);
    return e->p->eof || e->p->len >= e->bytes;
}

/* The header that came says something else than it should: which mistake is that? */
static void judge_header(const struct peer *p, const char *expected)
{
    uint32_t got, want;

    memcpy(&got, p->data, HEADER);
    memcpy(&want, expected, HEADER);
    if (got == want)
        return;
    lab_note("长度的 4 个字节：%1$02x %2$02x %3$02x %4$02x",
             "the 4 bytes of the length: %1$02x %2$02x %3$02x %4$02x", (unsigned char)p->data[0],
             (unsigned char)p->data[1], (unsigned char)p->data[2], (unsigned char)p->data[3]);
    if (got != __builtin_bswap32(want))
        return;
    lab_hint("x86 是小端，网络序是大端：发之前 htonl，收之后 ntohl。",
             "x86 is little-endian, the network is big-endian: htonl() before sending.");
    lab_fail(
        VERDICT_PROTOCOL, "wrong-byte-order",
        "回答里的长度字节颠倒了：应当是 %1$u，按网络序读出来是 %2$u。",
        "The length in the answer is in the wrong byte order: it should be %1$u and reads %2$u.",
        ntohl(want), ntohl(got));
}

static struct lab_proc *serving; /* the server that ought to go on, or NULL */

/* The server is gone while clients still come. When that shows depends on the schedule: in an
 * answer that fails to come, or in a client that is refused. */
static const char *name_gone(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)v;
    (void)p;
    if (serving == NULL || !lab_ended(serving) ||
        (strcmp(diagnosis, "no-answer") != 0 && strcmp(diagnosis, "wrong-status") != 0))
        return NULL;
    lab_hint(
        "服务器自己已经退出了，后来的客户连不上。fork 之后各关各的：父进程关 accept 得到的连接，"
        "子进程关监听的套接字；关反了，父进程的下一次 accept 就失败。",
        "The server itself has ended, so later clients are refused. After fork() the parent "
        "closes the connection that accept() gave and the child closes the listening socket; "
        "the other way round the parent's next accept() fails.");
    return "not-listening";
}

static struct peer *awaits_on; /* whom a frame is due to */
static struct frame awaited;   /* which */

/* Everybody sleeps although a frame is due: how much of it has come? */
static const char *name_silence(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    if (v != VERDICT_HANG)
        return name_gone(v, diagnosis, p);
    pump(awaits_on);
    if (awaits_on->len < HEADER || memcmp(awaits_on->data, awaited.bytes, HEADER) != 0)
        return meaning;
    lab_note("回答共 %1$zu 字节，只来了 %2$zu 字节", "the answer has %1$zu bytes; %2$zu came",
             awaited.len, awaits_on->len);
    return "short-write";
}

/* The right frame, and the next ones behind it although the first has not been answered. */
static const char *name_ahead(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    if (v != VERDICT_WRONG_OUTPUT || awaits_on->len <= awaited.len ||
        memcmp(awaits_on->data, awaited.bytes, awaited.len) != 0)
        return name_silence(v, diagnosis, p);
    lab_hint(
        "一帧发出去，要等收完它的回答，才发下一帧。一直发不收，双方的缓冲区会先后填满：服务器停在 "
        "send，你也停在 send，谁也不读。",
        "Send a frame, receive its answer, then send the next. If you only send, the buffers "
        "fill up on both sides: the server stops in send(), so do you, and nobody reads.");
    return "sends-ahead";
}

/* The next bytes must be exactly this frame (or several). */
static void expect_frames(struct peer *p, const char *bytes, size_t len, const char *diagnosis)
{
    struct expected e = {p, len};

    awaited = (struct frame){(char *)bytes, len};
    awaits_on = p;
    meaning = diagnosis;
    lab_on_fail(name_silence);
    lab_await(has_bytes, &e, diagnosis, "回答", "the answer");
    meaning = NULL;
    lab_on_fail(name_ahead);
    if (p->len >= HEADER && len >= HEADER)
        judge_header(p, bytes);
    lab_hint_for(
        "connection-closed", NULL,
        "先看 stderr "
        "和证据：哪个调用失败了，描述符对不对？一条连接上可以有许多帧：收一帧、答一帧，循环到客户关"
        "连接为止。没有到齐就接着收，"
        "recv 返回 0 才是对方关了。",
        "Look at stderr and the evidence first: did a call fail, is it the right descriptor? There "
        "may be many frames on a connection: receive one, answer it, and so on until "
        "the client closes. Go on receiving while a frame is incomplete; only a recv() of "
        "0 means that the other side closed.");
    if (p->eof && p->len == 0 && len > 0)
        lab_fail(VERDICT_PROTOCOL, "connection-closed", "对方没有回答就关了连接。",
                 "The other side closed the connection without an answer.");
    lab_expect_bytes("收到的帧（长度和内容）", "the frame (length and body)", bytes, len, p->data,
                     p->len);
    lab_on_fail(NULL);
    p->len = 0;
}

static void echo(struct peer *p, const void *body, size_t len, const char *diagnosis)
{
    struct frame f = make_frame(body, len);

    say(p, f.bytes, f.len);
    expect_frames(p, f.bytes, f.len, diagnosis);
    free(f.bytes);
}

static bool at_eof(void *arg)
{
    pump(arg);
    return ((struct peer *)arg)->eof;
}

static void expect_closed(struct peer *p, const char *diagnosis)
{
    await(at_eof, p, diagnosis, "服务器关闭连接", "the server to close the connection");
    lab_expect_bytes("关闭之前收到的内容", "what came before the end", "", 0, p->data, p->len);
}

/* --- servers --- */

static int read_port(struct lab_proc *server)
{
    const char *line;
    int port = 0;
    char extra;

    expect_meaning("no-port");
    lab_hint_for(
        "no-port", NULL,
        "listen 成功之后打印 port N，并且马上 fflush：标准输出接在管道上时，stdio 会攒着不发。",
        "Print port N after listen() and flush it: on a pipe stdio keeps it.");
    line = lab_read_line(server);
    meaning = NULL;
    if (strcmp(line, "port 0") == 0)
        lab_hint(
            "0 是“随便给我一个”，不是真正的端口。listen 之后用 getsockname 去问：传进去的长度要"
            "先等于 sizeof address（它是输入，也是输出），返回值要看，打印 ntohs(sin_port)。",
            "0 means \"any\"; it is no port. Ask getsockname() after listen(): the length passed "
            "in has to be sizeof address (it goes in and comes out), look at what it returns, "
            "and print ntohs(sin_port).");
    lab_expect(sscanf(line, "port %d%c", &port, &extra) == 1 && port > 0 && port < 65536,
               VERDICT_WRONG_OUTPUT, "wrong-port",
               "第一行应当是“port N”，N 是真正监听的端口；实际是“%1$.60s”。",
               "The first line should be \"port N\" with the real port; it is \"%1$.60s\".", line);
    return port;
}

static struct lab_proc *start_server(int *port)
{
    struct lab_proc *server = lab_start("tcpd", "0");

    lab_hint_for(
        "no-answer", NULL,
        "客户发完了一帧，等不到回答；看服务器的进程停在哪一行，在等什么。长度恰好 4 个字节"
        "（uint32_t），先 ntohl；内容读满 length 个字节就答，不要等更多。",
        "The client has sent a frame and gets no answer; see where the server's process is "
        "and what it waits for. The length has 4 bytes (uint32_t) and goes through ntohl(); "
        "answer after length bytes of body, do not wait for more.");
    lab_hint_for(
        "short-write", NULL,
        "回答没有送完：回答也是 4 字节长度加全部内容；send 可能只送出一部分，循环到送完为止。",
        "The answer is incomplete: it has 4 bytes of length and all of the body, too; "
        "send() may take a part only, so loop until all is sent.");
    *port = read_port(server);
    return server;
}

/* Ends a server. Children that still serve somebody end with their clients. */
static void end_server(struct lab_proc *server)
{
    lab_allow_left(LAB_LEFT_PROCESS, NULL);
    lab_kill(server, SIGKILL);
    lab_wait(server);
}

/* --- a helper that sends piece by piece --- */

struct ports { /* of the two ends of a connection */
    int server, own;
};

struct socket_query {
    struct nlmsghdr header;
    struct inet_diag_req_v2 request;
};

/* Bytes that the owner of the connection local:remote has not read; -1: no such connection.
 * sock_diag(7), which looks up the one socket; /proc/net/tcp walks through a table of all. */
static long unread(int diag, unsigned local, unsigned remote)
{
    const uint32_t host = htonl(INADDR_LOOPBACK);
    struct socket_query q = {
        .header = {.nlmsg_len = sizeof q,
                   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                   .nlmsg_flags = NLM_F_REQUEST},
        .request = {.sdiag_family = AF_INET,
                    .sdiag_protocol = IPPROTO_TCP,
                    .idiag_states = ~0U,
                    .id = {.idiag_sport = htons((uint16_t)local),
                           .idiag_dport = htons((uint16_t)remote),
                           .idiag_src = {host},
                           .idiag_dst = {host},
                           .idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE}}}};
    union {
        struct nlmsghdr header;
        char bytes[2048];
    } a;
    if (send(diag, &q, sizeof q, 0) != (ssize_t)sizeof q || recv(diag, &a, sizeof a, 0) <= 0 ||
        a.header.nlmsg_type != SOCK_DIAG_BY_FAMILY)
        return -1;
    const struct inet_diag_msg *m = NLMSG_DATA(&a.header);
    return m->idiag_state == TCP_TIME_WAIT ? -1 : (long)m->idiag_rqueue;
}

/* Ends when the server has read what was sent. The pieces and the answer are the test's own affair:
 * a process of ours that sleeps in recv() would hide that everybody does. */
static int until_read(void *arg)
{
    const struct ports *p = arg;
    const struct timespec moment = {.tv_nsec = 200000};
    int diag = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

    for (int i = 0; i < PATIENCE && unread(diag, (unsigned)p->server, (unsigned)p->own) > 0; i++)
        nanosleep(&moment, NULL);
    close(diag);
    return 0;
}

/* Send, and wait until the server has taken all of it. */
static void say_until_read(struct peer *p, int port, const char *data, size_t len)
{
    struct sockaddr_in own;
    socklen_t own_len = sizeof own;

    if (getsockname(p->fd, (struct sockaddr *)&own, &own_len) != 0)
        lab_internal("getsockname: %s", strerror(errno));
    struct ports ports = {port, ntohs(own.sin_port)};
    say(p, data, len);
    lab_wait(lab_trusted(until_read, &ports, "检查程序", "the check program"));
}

static void expect_dribbled(int port, const char *data, size_t len, size_t piece)
{
    struct peer p = connect_to("127.0.0.1", port);
    struct expected e = {&p, len};

    for (size_t at = 0; at < len; at += piece)
        say_until_read(&p, port, data + at, len - at < piece ? len - at : piece);
    await(has_bytes, &e, "depends-on-chunks", "回答", "the answer");
    if (p.len == 0)
        lab_fail(VERDICT_PROTOCOL, "depends-on-chunks",
                 "服务器没有回答就关了连接：一帧还没有到齐。",
                 "The server closed the connection before the frame was complete.");
    lab_expect_bytes("收到的帧（长度和内容）", "the frame (length and body)", data, len, p.data,
                     p.len);
    hang_up(&p);
}

/* --- tests of the server --- */

static void expect_dialogue(const char *host, int port, enum lab_side side, int on)
{
    const char *text = "one\ntwo\n三\n";
    struct lab_proc *c =
        lab_spawn(.program = "tcpc", .side = side, .host = on, .input = text,
                  .input_len = strlen(text), .args = LAB_ARGS(host, lab_text("%d", port), "4"));

    lab_wait(c);
    lab_expect_exit(c, 0);
    lab_expect_output(c, text);
}

static void expect_usage(void)
{
    static const char *const bad[][5] = {
        {"tcpd"},
        {"tcpd", "65536"},
        {"tcpd", "-1"},
        {"tcpd", "80x"},
        {"tcpd", "1", "2"},
        {"tcpc"},
        {"tcpc", "127.0.0.1"},
        {"tcpc", "localhost!", "80"},
        {"tcpc", "127.0.0.1", "0"},
        {"tcpc", "127.0.0.1", "80", "0"},
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct lab_proc *p = lab_start_list(bad[i]);
        lab_context("%1$s，参数不对", "%1$s with wrong arguments", bad[i][0]);
        lab_wait(p);
        lab_expect_exit(p, 2);
        lab_expect_output(p, "");
    }
    lab_context("", "");
}

/* A free port that is another usable port when its bytes are swapped. */
static int pick_port(void)
{
    for (;;) {
        struct sockaddr_in a = address_of("127.0.0.1", 0);
        socklen_t len = sizeof a;
        int fd = new_socket();

        if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0 ||
            getsockname(fd, (struct sockaddr *)&a, &len) != 0)
            lab_internal("bind: %s", strerror(errno));
        close(fd);
        if (a.sin_port >= 1024 && a.sin_port != ntohs(a.sin_port))
            return ntohs(a.sin_port);
    }
}

static void expect_given_port(void)
{
    int wanted = pick_port(), port;
    struct lab_proc *server = lab_start("tcpd", lab_text("%d", wanted));

    lab_context("tcpd %1$d", "tcpd %1$d", wanted);
    lab_hint("端口在地址里是网络序：htons。", "The port in an address is big-endian: htons().");
    port = read_port(server);
    lab_expect(port == wanted, VERDICT_WRONG_STATE, "wrong-port",
               "要的是端口 %1$d，监听的却是 %2$d。",
               "Port %1$d was asked for, but it listens on %2$d.", wanted, port);
    end_server(server);
    lab_hint(NULL, NULL);
}

LAB_TEST(echoes)
{
    static const char zeros[] = "a\0b\0\0c";
    int port;
    struct lab_proc *server;
    struct peer p;

    expect_usage();
    expect_given_port();
    lab_context("", "");
    serving = server = start_server(&port);
    p = connect_to("127.0.0.1", port);
    echo(&p, "hello", 5, "no-answer");
    echo(&p, "你好，世界\n", strlen("你好，世界\n"), "no-answer");
    lab_context("内容里有值为 0 的字节", "the body contains zero bytes");
    lab_hint("内容是任意字节。有多长看帧头，不看 strlen。",
             "The body is any bytes: its length is in the header, not where a zero is.");
    lab_hint_for("wrong-output", "stops-at-zero", NULL, NULL);
    lab_hint_for("short-output", "stops-at-zero", NULL, NULL);
    lab_hint_for("short-write", "stops-at-zero", NULL, NULL);
    echo(&p, zeros, sizeof zeros, "no-answer");
    hang_up(&p);
    lab_hint(NULL, NULL);
    lab_context("对方是参考客户端 tcpc", "the reference client tcpc asks");
    lab_on_fail(name_gone);
    expect_dialogue("127.0.0.1", port, LAB_REFERENCE, 0);
    lab_on_fail(NULL);
    serving = NULL;
    end_server(server);
}

enum { LENGTH = 65536, SWAPPED = 256, PART = 300 };

/* Header 00 01 00 00: 65536, or 256 if the bytes are taken the wrong way round. What a server of
 * the second kind takes for the next header is 00 00 10 00: it then waits for 1 MiB. */
static struct frame make_ambiguous(void)
{
    struct frame f = make_frame(lab_pattern(LENGTH), LENGTH);

    memcpy(f.bytes + HEADER + SWAPPED, "\0\0\x10\0", HEADER);
    return f;
}

static const char *name_swapped(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    if (v != VERDICT_HANG)
        return name_gone(v, diagnosis, p);
    pump(awaits_on);
    lab_note("帧头是 00 01 00 00（65536），回答一共来了 %1$zu 字节",
             "the header is 00 01 00 00 (65536); %1$zu bytes of answer came", awaits_on->len);
    return awaits_on->len == HEADER + SWAPPED ? "no-ntohl" : "no-answer";
}

/* A connection that worked alone gives wrong bytes when others talk in between. */
static void rename_mixed(void)
{
    lab_hint_for(
        "wrong-output", "clients-mixed-up",
        "单独一个客户时是对的，几个客户交替说话就错了：他们的字节混到了一起。收到一半的帧要按客户"
        "分开存。线程之间共享全局变量、static 变量，还有传给 pthread_create 的那个地址；"
        "fork 出来的子进程则各有各的一份。",
        "Right for one client alone, wrong when several take turns: their bytes got mixed up. Keep "
        "each client's unfinished frame apart. Threads share global and static variables, and "
        "whatever address was passed to pthread_create(); children made by fork() have their own.");
}

static void expect_order(int port, const struct frame *f)
{
    struct peer p = connect_to("127.0.0.1", port);
    struct expected e = {&p, f->len};

    lab_context("帧头是 00 01 00 00，即 65536 字节", "header 00 01 00 00, that is 65536 bytes");
    lab_hint("长度是网络序（大端）：00 01 00 00 是 65536。x86 直接当整数用，会看成 256。收下之后先 "
             "ntohl。",
             "The length is big-endian: 00 01 00 00 is 65536. Used as it is on x86 it reads 256. "
             "Convert with ntohl().");
    say(&p, f->bytes, f->len);
    awaits_on = &p;
    lab_on_fail(name_swapped);
    lab_await(has_bytes, &e, "no-answer", "回答", "the answer");
    lab_on_fail(NULL);
    lab_hint(NULL, NULL);
    lab_expect(!p.eof || p.len > 0, VERDICT_PROTOCOL, "connection-closed",
               "65536 字节没有超过上限，服务器却断开了。",
               "65536 bytes are within the limit, but the server hangs up.");
    expect_frames(&p, f->bytes, f->len, "no-answer");
    hang_up(&p);
}

LAB_TEST(byte_order)
{
    struct frame f = make_ambiguous(), small = make_frame("another", 7);
    int port;
    struct lab_proc *server = start_server(&port);
    struct peer p, other;

    expect_order(port, &f);
    lab_context("一帧 65536 字节，内容只到了 300 字节",
                "300 of the 65536 bytes of a frame have come");
    lab_hint("收齐一整帧才回答。", "Answer when the frame is complete.");
    p = connect_to("127.0.0.1", port);
    say_until_read(&p, port, f.bytes, HEADER + PART);
    /* Somebody who came later has got an answer: there was time enough to answer p as well. */
    expect_dribbled(port, small.bytes, small.len, 1);
    other = connect_to("127.0.0.1", port);
    echo(&other, "once more", 9, "no-answer");
    hang_up(&other);
    pump(&p);
    lab_expect(p.len == 0, VERDICT_PROTOCOL, "answers-too-early",
               "一帧还没有到齐，服务器就送来了 %1$zu 字节。",
               "The frame is not complete, yet the server has sent %1$zu bytes.", p.len);
    lab_expect(!p.eof, VERDICT_PROTOCOL, "connection-closed", "一帧还没有到齐，服务器就关了连接。",
               "The server closed the connection in the middle of a frame.");
    say(&p, f.bytes + HEADER + PART, LENGTH - PART);
    lab_context("65536 字节的一帧，分两次到达；中间服务过别的客户",
                "a frame of 65536 bytes in two parts, other clients were served in between");
    rename_mixed();
    expect_frames(&p, f.bytes, f.len, "no-answer");
    hang_up(&p);
    end_server(server);
}

/* Frames of growing length, one after the other. */
static struct frame make_burst(void)
{
    struct frame all = {NULL, 0};
    FILE *out = open_memstream(&all.bytes, &all.len);

    if (out == NULL)
        lab_internal("out of memory");
    for (int i = 0; i < BURST; i++) {
        struct frame f = make_frame(lab_pattern((size_t)i), (size_t)i);
        fwrite(f.bytes, 1, f.len, out);
        free(f.bytes);
    }
    fclose(out);
    return all;
}

LAB_TEST(pieces)
{
    static const char *const mixed_up[] = {
        "wrong-output",   "extra-output", "short-output", "lost-lines",        "wrong-order",
        "doubled-output", "short-write",  "missing-nul",  "connection-closed", "wrong-byte-order"};
    int port;
    struct lab_proc *server = start_server(&port);
    struct frame f = make_frame("slow but sure", 13), burst = make_burst();
    struct peer p;

    lab_hint(
        "TCP 是字节流，没有“一次”这回事：一次 recv 可能只有半个长度，也可能是好几帧。写一个“读满 n "
        "个字节”的函数，长度和内容都用它读；不多读，多出来的字节属于下一帧。",
        "TCP is a stream: one recv() may bring half a header or several frames. Write a function "
        "that reads exactly n bytes, and use it for header and body.");
    lab_hint_for("depends-on-chunks", NULL,
                 "一次 recv 可能只有半个长度，也可能是好几帧。长度恰好读满 4 个字节，内容恰好读满 "
                 "length 个字节；少读了就接着读，多读的字节属于下一帧，不能扔。",
                 "One recv() may bring half a header or several frames. Read exactly 4 bytes of "
                 "header and exactly length bytes of body: go on when there are fewer, and do not "
                 "throw away what belongs to the next frame.");
    for (size_t i = 0; i < sizeof mixed_up / sizeof mixed_up[0]; i++)
        lab_hint_for(mixed_up[i], "depends-on-chunks", NULL, NULL);
    lab_context("一帧被拆成一个个字节到达", "a frame arrives byte by byte");
    expect_dribbled(port, f.bytes, f.len, 1);
    lab_context("一帧每次到 3 个字节：长度被拆开，内容也被拆开",
                "a frame arrives three bytes at a time: header and body are cut");
    expect_dribbled(port, f.bytes, f.len, 3);
    lab_context("%1$d 帧挤在一次 send 里到达", "%1$d frames arrive in one send()", BURST);
    p = connect_to("127.0.0.1", port);
    say(&p, burst.bytes, burst.len);
    expect_frames(&p, burst.bytes, burst.len, "depends-on-chunks");
    hang_up(&p);
    end_server(server);
}

static void echo_length(struct peer *p, size_t length)
{
    struct frame f = make_frame(lab_pattern(length), length);
    struct expected e = {p, f.len};

    lab_context("一帧的内容有 %1$zu 字节", "a frame of %1$zu bytes", length);
    say(p, f.bytes, f.len);
    expect_meaning("no-answer");
    lab_await(has_bytes, &e, "no-answer", "回答", "the answer");
    meaning = NULL;
    lab_expect(!p->eof || p->len > 0 || length > 0, VERDICT_PROTOCOL, "zero-is-eof",
               "空帧也是一帧：长度是 0，服务器却断开了。",
               "An empty frame is a frame, but the server hangs up.");
    lab_expect(!p->eof || p->len > 0, VERDICT_PROTOCOL, "limit-too-small",
               "%1$zu 字节没有超过上限 1048576，服务器却断开了。",
               "%1$zu bytes are within the limit of 1048576, but the server hangs up.", length);
    expect_frames(p, f.bytes, f.len, "no-answer");
    free(f.bytes);
}

static void expect_cut_off(int port, uint32_t length)
{
    struct peer p = connect_to("127.0.0.1", port);
    char header[HEADER];

    put_length(header, length);
    lab_context("帧头说有 %1$u 字节", "the header says %1$u bytes", length);
    lab_hint("长度是对方说的，不能先信再说：ntohl 之后马上和 1048576 "
             "比较，超过就关连接，一个字节也不分配、"
             "不再读。它是无符号数。",
             "The length is the peer's word: compare it with 1048576 right after ntohl(), and hang "
             "up. It is unsigned.");
    say(&p, header, sizeof header);
    expect_closed(&p, "trusts-length");
    hang_up(&p);
}

LAB_TEST(lengths)
{
    static const size_t good[] = {0, 1, 2, 4095, 4096, 65535, 65536, 65537, LIMIT - 1, LIMIT, 0, 3};
    static const uint32_t bad[] = {LIMIT + 1, LIMIT + 4, 0x7fffffff, 0x80000000, 0xffffffff};
    int port;
    struct lab_proc *server = start_server(&port);
    struct peer p = connect_to("127.0.0.1", port);

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        echo_length(&p, good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        expect_cut_off(port, bad[i]);
    lab_context("断开了几个乱说长度的客户之后", "after some clients with absurd lengths");
    echo(&p, "still here", 10, "no-answer");
    hang_up(&p);
    end_server(server);
}

/* Send frames and read nothing, until the server takes no more. Returns the bytes sent. */
static size_t stuff(struct peer *p, const struct frame *f, struct lab_proc *server)
{
    size_t sent = 0, refused = 0;

    while (sent < STUFFED * f->len && refused < 20) {
        size_t at = sent % f->len;
        ssize_t n = send(p->fd, f->bytes + at, f->len - at, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (n > 0) {
            sent += (size_t)n;
            refused = 0;
            continue;
        }
        if (errno != EAGAIN)
            break;
        refused++;
        lab_await_blocked(server, -1, -1);
    }
    return sent;
}

/* What is missing of the last frame, and all the answers. */
static void read_late(struct peer *p, const struct frame *f, size_t sent)
{
    size_t frames = (sent + f->len - 1) / f->len;
    char *all = malloc(frames * f->len + 1);

    if (all == NULL)
        lab_internal("out of memory");
    for (size_t i = 0; i < frames; i++)
        memcpy(all + i * f->len, f->bytes, f->len);
    if (sent % f->len != 0)
        say(p, f->bytes + sent % f->len, f->len - sent % f->len);
    expect_frames(p, all, frames * f->len, "no-answer");
    free(all);
}

LAB_TEST(slow_reader)
{
    struct frame f = make_frame(lab_pattern(LIMIT), LIMIT);
    int port, small = 16384, fd = new_socket();
    struct lab_proc *server = start_server(&port);
    struct peer p;

    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    errno = 0;
    p = connect_from(fd, "127.0.0.1", port);
    lab_context("客户一口气发了许多 1 MiB 的帧，之后才开始读",
                "the client sends many frames of 1 MiB and reads afterwards");
    read_late(&p, &f, stuff(&p, &f, server));
    hang_up(&p);
    end_server(server);

    lab_context("每次收发都可能只做一部分，或者被信号打断",
                "every send and receive may do a part only, or be interrupted");
    lab_hint(
        "send 的返回值可能比要送的小，recv 也是；被打断时返回 -1，errno 是 EINTR。看返回值，剩下的"
        "接着送。",
        "send() may take less than it was given, recv() too; EINTR means again. Look at the "
        "result and go on with the rest.");
    server =
        lab_spawn(.program = "tcpd", .args = LAB_ARGS("0"), .provoke = LAB_SHORT_IO | LAB_EINTR);
    port = read_port(server);
    for (int i = 0; i < 3; i++) {
        p = connect_to("127.0.0.1", port);
        echo(&p, lab_pattern(3000), 3000, "no-answer");
        echo(&p, lab_pattern(20000), 20000, "no-answer");
        hang_up(&p);
    }
    end_server(server);
}

struct server_state {
    struct lab_proc *server;
    int fds;
};

static bool tidied_up(void *arg)
{
    const struct server_state *s = arg;
    int now = lab_open_fds(s->server);

    return now < 0 || (now <= s->fds && lab_descendants(s->server) == 0);
}

static bool no_zombies(void *arg)
{
    return lab_zombies(arg) == 0;
}

static const char *name_untidy(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)diagnosis;
    (void)p;
    return v == VERDICT_HANG ? meaning : NULL;
}

static void expect_tidy(struct lab_proc *server, int fds)
{
    struct server_state s = {server, fds};

    lab_hint_for(
        "fd-leak", NULL,
        "accept 得到的描述符，每条路都要 "
        "close：客户关了、说到一半走了、不守规矩，都一样。fork 的写法"
        "里，父进程也要关掉自己那一份。",
        "Close what accept() returned on every path; with fork() the parent's copy as well.");
    meaning = "fd-leak";
    lab_on_fail(name_untidy);
    lab_await(tidied_up, &s, "fd-leak", "服务器关掉已经走了的客户的描述符，子进程也结束",
              "the server to close the descriptors of clients that left");
    lab_hint_for("zombie", NULL, "子进程结束以后要收尸：signal(SIGCHLD, SIG_IGN)，或者 waitpid。",
                 "Reap ended children: signal(SIGCHLD, SIG_IGN), or waitpid().");
    meaning = "zombie";
    lab_await(no_zombies, server, "zombie", "服务器给结束了的子进程收尸",
              "the server to reap its children");
    meaning = NULL;
    lab_on_fail(NULL);
    lab_hint(NULL, NULL);
}

/* Is the server itself, not one of its children, blocked in a call (proc(5), syscall)? */
static bool rests(void *arg)
{
    char path[64];
    long call = -1;
    FILE *f;

    snprintf(path, sizeof path, "/proc/%d/syscall", (int)lab_inner_pid(arg));
    f = fopen(path, "re");
    if (f != NULL && fscanf(f, "%ld", &call) != 1)
        call = -1; /* "running" */
    if (f != NULL)
        fclose(f);
    return call >= 0;
}

/* One client comes and goes while the server has nothing else to do: whatever the end of a child
 * does to a server that waits for the next client has happened before that one comes. */
static void visit(struct lab_proc *server, int port, int fds)
{
    struct peer p = connect_to("127.0.0.1", port);

    lab_context("一个客户来过又走了", "a client has come and gone");
    echo(&p, "hello", 5, "no-answer");
    lab_await(rests, server, "no-block", "服务器停下来等下一个客户",
              "the server to wait for the next client");
    hang_up(&p);
    expect_tidy(server, fds);
    lab_hint_for(
        "no-block", "not-listening",
        "客户走了以后，服务器该接着等下一个，它却自己退出了。子进程结束会送来 SIGCHLD："
        "处理函数没有 SA_RESTART 的话，accept 返回 -1，errno 是 EINTR，回去再等。",
        "When a client has gone the server should wait for the next one, but it has ended. "
        "The end of a child sends SIGCHLD: with a handler without SA_RESTART accept() "
        "fails with EINTR. Call it again.");
    lab_await_blocked(server, -1, -1);
    lab_hint_for("no-block", NULL, NULL, NULL);
}

LAB_TEST(vanishing)
{
    struct frame f = make_frame(lab_pattern(LIMIT), LIMIT);
    const size_t parts[] = {0, 1, 3, HEADER, 100, f.len};
    int port, fds;
    struct lab_proc *server = start_server(&port);
    struct peer p;

    lab_await_blocked(server, -1, -1);
    fds = lab_open_fds(server);
    visit(server, port, fds);
    for (size_t i = 0; i < 2 * sizeof parts / sizeof parts[0]; i++) {
        size_t part = parts[i / 2];

        lab_context(i % 2 == 0 ? "客户发了 %1$zu 字节（一帧共 %2$zu 字节）就关了连接"
                               : "客户发了 %1$zu 字节（一帧共 %2$zu 字节）就断了（RST）",
                    i % 2 == 0 ? "the client closed after %1$zu bytes of %2$zu"
                               : "the client reset the connection after %1$zu bytes of %2$zu",
                    part, f.len);
        p = connect_to("127.0.0.1", port);
        say(&p, f.bytes, part);
        if (i % 2 == 0)
            hang_up(&p);
        else
            hang_up_rudely(&p);
        p = connect_to("127.0.0.1", port);
        echo(&p, "still here", 10, "no-answer");
        hang_up(&p);
    }
    expect_tidy(server, fds);
    end_server(server);
}

LAB_TEST(silent_client)
{
    int port;
    struct lab_proc *server = start_server(&port);
    struct peer silent = connect_to("127.0.0.1", port), half = connect_to("127.0.0.1", port), p;
    struct frame f = make_frame("unfinished", 10);

    say(&half, f.bytes, 6);
    lab_await_blocked(server, -1, -1);
    p = connect_to("127.0.0.1", port);
    lab_context("另有一个客户连上后一声不吭，一个只发了半帧",
                "one other client is silent, one has sent half a frame");
    lab_hint("服务器正睡在那个不说话的客户身上。最简单的办法：每个客户 fork 一个子进程。",
             "The server sleeps on the silent client. The simplest way out: a child per client.");
    rename_mixed();
    echo(&p, "here", 4, "blocked-by-silent-client");
    say(&half, f.bytes + 6, f.len - 6);
    expect_frames(&half, f.bytes, f.len, "blocked-by-silent-client");
    echo(&silent, "awake", 5, "blocked-by-silent-client");
    hang_up(&silent);
    hang_up(&half);
    hang_up(&p);
    end_server(server);
}

static bool ended_or_spoke(void *arg)
{
    size_t len;

    lab_output(arg, &len);
    return len > 0 || lab_ended(arg);
}

/* The hint of the moment is about a server that cannot listen there. */
static struct lab_proc *restart_on(int port)
{
    struct lab_proc *server = lab_start("tcpd", lab_text("%d", port));
    int said = read_port(server);

    lab_hint(NULL, NULL);
    lab_expect(said == port, VERDICT_WRONG_OUTPUT, "wrong-port", "要的是端口 %1$d，报出的是 %2$d。",
               "Port %1$d was asked for, but it says %2$d.", port, said);
    return server;
}

static bool gone(void *arg)
{
    return lab_ended(arg);
}

LAB_TEST(restart)
{
    int port, again;
    struct lab_proc *server = start_server(&port), *second;
    struct peer p;
    size_t len;

    lab_context("第一个服务器还在监听，又在同一个端口上启动一个",
                "a second server on the port where the first one listens");
    lab_hint(
        "SO_REUSEADDR 是对的，SO_REUSEPORT 不是：后者让两个服务器同时监听一个端口，客户被分走。",
        "SO_REUSEADDR is right, SO_REUSEPORT is not: it lets two servers share a port.");
    second = lab_start("tcpd", lab_text("%d", port));
    expect_meaning("steals-port");
    lab_await(ended_or_spoke, second, "hang", "第二个 tcpd 退出", "the second tcpd to end");
    meaning = NULL;
    lab_output(second, &len);
    lab_hint(
        "bind 失败（EADDRINUSE）要报错退出：不看它的返回值就 listen，内核会随便挑一个端口。"
        "SO_REUSEADDR 是对的，SO_REUSEPORT 不是：后者让两个服务器同时监听一个端口，客户被分走。",
        "A failed bind() (EADDRINUSE) is an error: listen() on an unbound socket gets any port "
        "from the kernel. SO_REUSEADDR is right, SO_REUSEPORT is not: it lets two servers "
        "share a port.");
    if (sscanf(lab_output(second, &len), "port %d", &again) == 1 && again != port)
        lab_fail(VERDICT_WRONG_STATE, "wrong-port",
                 "端口 %1$d 已经被第一个服务器占着，第二个没有报错，却监听在 %2$d 上。",
                 "Port %1$d is taken by the first server; the second one did not complain and "
                 "listens on %2$d.",
                 port, again);
    lab_expect(len == 0, VERDICT_WRONG_STATE, "steals-port",
               "端口 %1$d 上已经有一个服务器，第二个也监听成功了。",
               "There is a server on port %1$d, and a second one listens there as well.", port);
    lab_wait(second);
    lab_expect_exit(second, 1);

    /* The server closes first: its side of the connection is the one that stays in TIME_WAIT. */
    lab_hint(NULL, NULL);
    expect_cut_off(port, LIMIT + 1);
    p = connect_to("127.0.0.1", port);
    echo(&p, "before", 6, "no-answer");
    hang_up(&p);
    end_server(server);
    lab_context("服务器刚被杀掉，在同一个端口上重新启动", "restarted on the port it has just used");
    lab_hint(
        "先关连接的一方，端口会在 TIME_WAIT 里留一分钟。在 bind 之前用 setsockopt 设 "
        "SO_REUSEADDR。",
        "The side that closes first keeps the port in TIME_WAIT for a minute. Set SO_REUSEADDR "
        "before bind().");
    lab_hint_for("no-output", "no-reuseaddr", NULL, NULL);
    server = restart_on(port);
    p = connect_to("127.0.0.1", port);
    echo(&p, "after", 5, "no-answer");

    /* A child that serves this client lives on. */
    lab_context("服务器被杀掉，还有一个客户连着；在同一个端口上重新启动",
                "killed while a client is connected, then restarted on the port");
    lab_allow_left(LAB_LEFT_PROCESS, NULL);
    lab_kill(server, SIGKILL);
    lab_await(gone, server, "no-block", "被杀的服务器结束", "the killed server to end");
    lab_hint(
        "端口还被占着：为那个客户服务的子进程还活着，它手里有从父进程继承来的监听套接字。fork "
        "之后，子进程先 close(listener)。",
        "The port is still taken: the child that serves the client lives on with the listening "
        "socket it inherited. After fork() the child closes the listener first.");
    lab_hint_for("no-output", "child-keeps-listener", NULL, NULL);
    second = restart_on(port);
    hang_up(&p);
    lab_wait(server);
    end_server(second);
}

LAB_TEST(two_hosts)
{
    int port;
    struct lab_proc *server;
    struct peer p;

    lab_two_hosts();
    lab_hint(
        "tcpd 监听的地址要是 INADDR_ANY（0.0.0.0）：绑在 127.0.0.1 上，只有本机连得到。"
        "tcpc 在别的测试里也连不上，就先改 tcpc：HOST 用 inet_pton，PORT 用 htons。",
        "tcpd listens on INADDR_ANY (0.0.0.0): 127.0.0.1 can be reached from this host only. If "
        "tcpc cannot connect in the other tests either, mend that first: inet_pton() for "
        "HOST, htons() for PORT.");
    lab_context("tcpd 在第二台主机上，客户在第一台上",
                "tcpd on the second host, clients on the first");
    server = lab_spawn(.program = "tcpd", .args = LAB_ARGS("0"), .host = 2);
    port = read_port(server);
    p = connect_to(lab_host_address(2), port);
    echo(&p, lab_pattern(LIMIT), LIMIT, "no-answer");
    hang_up(&p);
    expect_dialogue(lab_host_address(2), port, LAB_REFERENCE, 1);
    expect_dialogue(lab_host_address(2), port, LAB_STUDENT, 1);
    end_server(server);
    lab_context("参考的 tcpd 在第一台主机上，你的 tcpc 在第二台上",
                "the reference's tcpd on the first host, your tcpc on the second");
    lab_hint("连接的是命令行给的地址，不是 127.0.0.1。",
             "Connect to the address on the command line, not to 127.0.0.1.");
    server = lab_spawn(.program = "tcpd", .side = LAB_REFERENCE, .args = LAB_ARGS("0"), .host = 1);
    port = read_port(server);
    expect_dialogue(lab_host_address(1), port, LAB_STUDENT, 2);
    end_server(server);
}

/* --- tests of the client --- */

struct door {
    const char *host;
    int listener, port;
    struct peer peer;
};

static struct door open_door(const char *host, bool listening)
{
    struct door d = {.listener = new_socket(), .host = host, .peer = {.fd = -1}};
    struct sockaddr_in a = address_of(host, 0);
    socklen_t len = sizeof a;

    if (bind(d.listener, (struct sockaddr *)&a, sizeof a) != 0 ||
        (listening && listen(d.listener, 8) != 0) ||
        getsockname(d.listener, (struct sockaddr *)&a, &len) != 0)
        lab_internal("listen: %s", strerror(errno));
    d.port = ntohs(a.sin_port);
    return d;
}

static bool somebody_came(void *arg)
{
    struct door *d = arg;

    d->peer.fd = accept4(d->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    return d->peer.fd >= 0;
}

static struct lab_proc *receive_client(struct door *d, const char *size, const char *input,
                                       size_t len, bool dribbled)
{
    struct lab_proc *c =
        lab_spawn(.program = "tcpc", .input = input, .input_len = len, .dribble = dribbled,
                  .args = LAB_ARGS(d->host, lab_text("%d", d->port), size));

    d->peer = (struct peer){.fd = -1};
    lab_hint_for("never-connected", NULL,
                 "tcpc 要连接命令行给的 HOST 和 PORT（端口用 htons），不是别的地址。",
                 "tcpc connects to the HOST and PORT (htons) of its command line.");
    await(somebody_came, d, "never-connected", "tcpc 来连接", "tcpc to connect");
    return c;
}

/* The next frame from the client. */
static void expect_request(struct door *d, const void *body, size_t len, const char *diagnosis)
{
    struct frame f = make_frame(body, len);

    expect_frames(&d->peer, f.bytes, f.len, diagnosis);
    free(f.bytes);
}

/* Answer in pieces: each is sent when the client waits again. */
static void answer(struct door *d, struct lab_proc *c, const void *body, size_t len, size_t piece)
{
    struct frame f = make_frame(body, len);

    for (size_t at = 0; at < f.len; at += piece) {
        lab_await_blocked(c, -1, -1);
        say(&d->peer, f.bytes + at, f.len - at < piece ? f.len - at : piece);
    }
    free(f.bytes);
}

static const char *name_zero(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    size_t len;
    const char *out = lab_output(p, &len);

    (void)diagnosis;
    if (v != VERDICT_WRONG_OUTPUT || len != 17 || memcmp(out, "ABCDEFGHIJKLUVWXY", len) != 0)
        return NULL;
    lab_hint("内容是任意字节，0 也算。按长度打印（write、fwrite），不用 %s、puts、strlen。",
             "The body is any bytes, zero too: print by length, not with %s, puts() or strlen().");
    return "stops-at-zero";
}

static void expect_cutting(void)
{
    static const char text[] = "abcdefghijklmnopqrstuvwxy";
    struct door d = open_door("127.0.0.2", true);
    struct lab_proc *c;

    lab_context("SIZE 是 10，标准输入共 25 字节，一个字节一个字节地来",
                "SIZE 10, 25 bytes of input, byte by byte");
    lab_hint("标准输入也是字节流：一次 read 得到几个字节和 SIZE 无关。读满 SIZE 个字节（或到 "
             "EOF）再发一帧。",
             "Standard input is a stream too: read SIZE bytes (or up to EOF) before you send.");
    c = receive_client(&d, "10", text, 25, true);
    expect_request(&d, text, 10, "short-stdin-read");
    lab_hint_for("no-block", "client-one-recv", NULL, NULL);
    lab_context("回答一个字节一个字节地来", "the answer comes byte by byte");
    lab_hint("一次 recv 未必是一整帧，也未必是整个长度：都要读满。",
             "One recv() need not be a frame, nor a whole header: read exactly that much.");
    answer(&d, c, "ABCDEFGHIJ", 10, 1);
    expect_request(&d, text + 10, 10, "client-one-recv");
    lab_context("回答比发出的短", "the answer is shorter than the request");
    answer(&d, c, "KL", 2, 100);
    expect_request(&d, text + 20, 5, "client-one-recv");
    lab_context("回答比发出的长，含有 0",
                "the answer is longer than the request and has a zero in it");
    answer(&d, c, "UVWXY\0Z", 7, 5);
    lab_hint("输入完了，回答也收齐了：直接退出。不要再读到 EOF 为止，服务器也在等你先关；真要读到 "
             "EOF，得先 shutdown(fd, SHUT_WR)。",
             "The input has ended and all answers are there: exit. Do not read up to EOF, the "
             "server waits for you to close; if you must, shutdown(fd, SHUT_WR) first.");
    expect_meaning("no-half-close");
    lab_wait(c);
    meaning = NULL;
    lab_hint(NULL, NULL);
    lab_on_fail(name_zero);
    lab_expect_output_bytes(c, "ABCDEFGHIJKLUVWXY\0Z", 19);
    lab_on_fail(NULL);
    lab_expect_exit(c, 0);
    hang_up(&d.peer);
    close(d.listener);
}

static void expect_round_trip(int port, const char *size, size_t len, unsigned provoke)
{
    const char *data = random_bytes(len);
    const char *args[] = {"127.0.0.1", lab_text("%d", port), size, NULL};
    struct lab_proc *c = lab_spawn(.program = "tcpc", .args = args, .input = data, .input_len = len,
                                   .provoke = provoke);

    lab_wait(c);
    lab_expect_output_bytes(c, data, len);
    lab_expect_exit(c, 0);
}

LAB_TEST(client_frames)
{
    struct lab_proc *server;
    int port;

    expect_cutting();
    lab_hint(NULL, NULL);
    server = lab_spawn(.program = "tcpd", .side = LAB_REFERENCE, .args = LAB_ARGS("0"));
    port = read_port(server);
    lab_context("对方是参考服务器，标准输入为空", "the reference server, empty input");
    expect_round_trip(port, NULL, 0, 0);
    lab_context("对方是参考服务器，200000 字节，不给 SIZE",
                "the reference server, no SIZE, 200000 bytes");
    expect_round_trip(port, NULL, 200000, 0);
    lab_context("对方是参考服务器，SIZE 是 1048576", "the reference server, SIZE 1048576");
    expect_round_trip(port, "1048576", 2 * LIMIT + 12345, 0);
    lab_context("每次收发都可能只做一部分，或者被信号打断",
                "every send and receive may do a part only, or be interrupted");
    lab_hint(
        "read、recv、send、write 都可能只做一部分，也可能被打断（EINTR）：看返回值，剩下的接着做。",
        "read, recv, send and write may do a part only or fail with EINTR: go on with the rest.");
    expect_round_trip(port, "5000", 12345, LAB_SHORT_IO | LAB_EINTR);
    end_server(server);
}

/* A server that misbehaves after the first request: it says `bytes` and, unless it stays, leaves.
 */
static void expect_defeat(const char *bytes, size_t len, bool stays, const char *diagnosis)
{
    struct door d = open_door("127.0.0.1", true);
    struct lab_proc *c = receive_client(&d, "100", "hello", 5, false);

    expect_request(&d, "hello", 5, "no-request");
    say(&d.peer, bytes, len);
    if (!stays)
        hang_up(&d.peer);
    expect_meaning(diagnosis);
    lab_wait(c);
    meaning = NULL;
    lab_on_fail(NULL);
    lab_expect_exit(c, 1);
    if (stays)
        hang_up(&d.peer);
    close(d.listener);
}

/* A server that leaves before the client has anything to say. */
static void expect_quick_end(bool rude, const char *data)
{
    struct door d = open_door("127.0.0.1", true);
    struct lab_proc *c =
        lab_spawn(.program = "tcpc", .input_open = true,
                  .args = LAB_ARGS("127.0.0.1", lab_text("%d", d.port), "1048576"));

    await(somebody_came, &d, "never-connected", "tcpc 来连接", "tcpc to connect");
    if (rude)
        hang_up_rudely(&d.peer);
    else
        hang_up(&d.peer);
    lab_send(c, data, LIMIT);
    lab_close_input(c);
    lab_wait(c);
    lab_expect_exit(c, 1);
    close(d.listener);
}

LAB_TEST(client_firmness)
{
    struct door d = open_door("127.0.0.1", false);
    const char *data = random_bytes(LIMIT);
    struct lab_proc *c;

    lab_context("没有服务器在听", "no server listens");
    c = lab_start("tcpc", "127.0.0.1", lab_text("%d", d.port));
    lab_wait(c);
    lab_expect_exit(c, 1);
    lab_expect_output(c, "");
    close(d.listener);

    lab_hint("欠着回答就走，或者答到一半就走，都是出了错：退出 1。",
             "A server that leaves while it owes an answer is an error: exit with 1.");
    lab_hint_for("wrong-status", "lost-answer-ignored", NULL, NULL);
    lab_context("服务器没有回答就关了连接", "the server closes without an answer");
    expect_defeat("", 0, false, "lost-answer-ignored");
    lab_context("服务器答了半个长度就走", "the server leaves after half a header");
    expect_defeat("\0\0", 2, false, "lost-answer-ignored");
    lab_context("服务器答了半帧就走", "the server leaves in the middle of a frame");
    expect_defeat("\0\0\0\5he", 6, false, "lost-answer-ignored");

    lab_hint("服务器的话也不能全信：长度超过 1048576 就退出 1，不分配，不再读。",
             "Do not trust the server either: a length above 1048576 means exit 1.");
    lab_hint_for("wrong-status", "client-trusts-length", NULL, NULL);
    lab_context("服务器说回答有 1048577 字节", "the server says 1048577 bytes");
    expect_defeat("\0\x10\0\1", 4, true, "client-trusts-length");
    lab_context("服务器说回答有 4294967295 字节", "the server says 4294967295 bytes");
    expect_defeat("\xff\xff\xff\xff", 4, true, "client-trusts-length");

    lab_context("服务器一接受就关了连接，tcpc 正要发 1 MiB",
                "the server closes at once; tcpc sends 1 MiB");
    lab_hint("send 加 MSG_NOSIGNAL：对方走了就得到 EPIPE 或 ECONNRESET，而不是被 SIGPIPE 杀死。",
             "Use MSG_NOSIGNAL: an error instead of death by SIGPIPE.");
    expect_quick_end(false, data);
    lab_context("服务器一接受就断开（RST），tcpc 正要发 1 MiB",
                "the server resets at once; tcpc sends 1 MiB");
    expect_quick_end(true, data);
}

LAB_MAIN({"echoes", echoes}, {"byte_order", byte_order}, {"pieces", pieces}, {"lengths", lengths},
         {"slow_reader", slow_reader}, {"vanishing", vanishing}, {"silent_client", silent_client},
         {"restart", restart}, {"two_hosts", two_hosts}, {"client_frames", client_frames},
         {"client_firmness", client_firmness})
