/* Check program of fifo-rpc.
 *
 * Bad clients and a bad server are played by the check program itself, always with non-blocking
 * descriptors, so that nothing the student does can hold it up. The pids of clients that do not
 * exist are taken far above any real one. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../../../labs/2-fifo/3-rpc/rpc.h"
#include "harness/lab.h"

/* Above kernel.pid_max's largest value (2^22): nobody has these pids. */
enum { GHOST = 5000000, CROWD = 20 };

static const char *path;                 /* of the server's FIFO */
static struct lab_proc *server, *client; /* started last */
static unsigned disturb; /* enum lab_provoke: how the student's programs are disturbed */

/* --- what a hang means
 * ---------------------------------------------------------------------------- */

/* The system call a process is blocked in, -1 when it is not blocked (or has gone). After a proven
 * hang the unwinder has stopped the threads for a moment; wait until they are back in their calls.
 */
static long blocked_call(struct lab_proc *p)
{
    char name[64], text[256];
    long call;

    snprintf(name, sizeof name, "/proc/%d/syscall", (int)lab_inner_pid(p));
    for (int tries = 0; tries < 400 && !lab_ended(p); tries++) {
        int fd = open(name, O_RDONLY | O_CLOEXEC);
        ssize_t n = fd != -1 ? read(fd, text, sizeof text - 1) : -1;
        if (fd != -1)
            close(fd);
        text[n > 0 ? n : 0] = '\0';
        if (n <= 0) /* the reference's processes cannot be looked into */
            return -1;
        if (sscanf(text, "%ld", &call) == 1)
            return call;
        poll(NULL, 0, 5);
    }
    return -1;
}

/* A server that waits for requests while it holds a write end of its own FIFO is as it should be.
 * So a hang is the fault of whoever waits in open(); and if nobody does, a client has got no reply.
 */
static const char *no_reply(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)diagnosis;
    (void)p;
    if (v != VERDICT_HANG || client == NULL || server == NULL)
        return NULL;
    if (blocked_call(client) == SYS_openat) {
        lab_hint("客户停在 open 里等另一端。PATH 和自己的 FIFO 都要带 O_NONBLOCK 打开："
                 "服务器不会先来敲门，他还不知道有你。",
                 "The client waits in open() for the other end. Open PATH and your own FIFO with "
                 "O_NONBLOCK: the server does not come first, it has not heard of you yet.");
        return "fifo-no-peer";
    }
    if (blocked_call(server) == SYS_openat)
        return "fifo-no-peer";
    if (lab_ended(client))
        return NULL;
    lab_note("客户在等答复，服务器在等请求",
             "the client waits for a reply, the server for requests");
    lab_hint(
        "请求没有得到答复。先看服务器在 stderr 上说它要答复哪个路径：和客户在等的是同一个吗？"
        "客户要先开好自己的 PATH.PID（自己的 getpid()），再把四个字段都填好（check 最后用 "
        "rpc_check 算），一次写满 sizeof rq = 16 个字节；不然服务器会当作坏请求扔掉。",
        "The request got no reply. Does the server say on stderr which path it tried: the one "
        "the client waits at? The client opens its PATH.PID (its own getpid()) first, fills in "
        "all four fields (check last, by rpc_check()) and writes sizeof rq = 16 bytes at once; "
        "else the server takes the request for a broken one.");
    return "no-reply";
}

/* --- starting -----------------------------------------------------------------------------------
 */

static const char *not_ready(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)diagnosis;
    (void)p;
    if (v != VERDICT_HANG)
        return NULL;
    if (blocked_call(server) == SYS_openat) {
        lab_hint(
            "服务器停在 open 里等第一个客户，还没有说 ready。用 O_RDONLY | O_NONBLOCK 打开 PATH，"
            "再自己打开一个写端拿着。",
            "The server waits in open() for its first client and has not said ready. Open PATH "
            "with O_RDONLY | O_NONBLOCK, then a write end of your own.");
        return "fifo-no-peer";
    }
    lab_note("服务器已经在等请求，stdout 上却还没有 ready",
             "the server waits for requests already, but ready has not come out");
    lab_hint("ready 要马上写出去：stdout 是管道时，puts 和 printf 只放进缓冲区，后面加 "
             "fflush(stdout)。",
             "ready must go out at once: with a pipe as stdout puts() and printf() only fill a "
             "buffer; add fflush(stdout).");
    return "ready-not-flushed";
}

static struct lab_proc *start_server(enum lab_side side)
{
    server = lab_spawn(.program = "fifo_rpcd", .args = LAB_ARGS(path), .side = side,
                       .provoke = side == LAB_STUDENT ? disturb : 0,
                       .role_zh = side == LAB_STUDENT ? "服务器" : "参考服务器",
                       .role_en = side == LAB_STUDENT ? "the server" : "the reference server");
    lab_on_fail(not_ready);
    lab_expect_line(server, "ready");
    lab_on_fail(no_reply);
    return server;
}

static struct lab_proc *start_client(enum lab_side side, unsigned len)
{
    return client =
               lab_spawn(.program = "fifo_rpcc", .args = LAB_ARGS(path, lab_text("%u", len)),
                         .side = side, .provoke = side == LAB_STUDENT ? disturb : 0,
                         .role_zh = side == LAB_STUDENT ? "客户" : "参考客户",
                         .role_en = side == LAB_STUDENT ? "the client" : "the reference client");
}

static void expect_number(struct lab_proc *p, unsigned first)
{
    lab_wait(p);
    lab_expect_output(p, lab_text("%u\n", first));
    lab_expect_exit(p, 0);
}

static void ask(enum lab_side side, unsigned len, unsigned first)
{
    expect_number(start_client(side, len), first);
}

/* End a server whose end is not the subject. */
static void dismiss(void)
{
    lab_kill(server, SIGKILL);
    lab_wait(server);
    unlink(path);
}

static const char *does_not_stop(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)diagnosis;
    (void)p;
    if (v != VERDICT_HANG)
        return NULL;
    lab_note("服务器收到了 SIGTERM，处理函数返回以后又睡了下去",
             "the server got SIGTERM, its handler returned, and it went back to sleep");
    lab_hint("signal() 装的处理函数带 SA_RESTART：read、open 被打断后自动重来，不会返回 EINTR，"
             "主循环就没有机会看标志。用 sigaction，sa_flags 里不要 SA_RESTART；"
             "或者用 ppoll，它总会返回 EINTR。",
             "signal() installs handlers with SA_RESTART: read() and open() start again instead of "
             "failing with EINTR, and the loop never looks at the flag. Use sigaction() without "
             "SA_RESTART, or ppoll(), which always returns.");
    return "ignores-sigterm";
}

static void expect_stop(void)
{
    lab_on_fail(does_not_stop);
    lab_hint_for(
        "killed-by-signal", "sigterm-not-handled",
        "SIGTERM 默认就是死，来不及删 FIFO。装一个处理函数，只设一个标志，"
        "让主循环自己收拾好再退出。",
        "SIGTERM kills by default, and the FIFO stays. Install a handler that sets a flag; "
        "the main loop then tidies up and ends.");
    lab_kill(server, SIGTERM);
    lab_wait(server);
    lab_on_fail(no_reply);
    lab_expect_exit(server, 0);
    lab_hint("SIGTERM 的处理函数只设一个标志；主循环醒来，unlink(PATH)，再退出。在处理函数里直接 "
             "_exit，就什么都没有收拾。",
             "The handler of SIGTERM only sets a flag; the main loop wakes up, removes PATH and "
             "ends. _exit() in the handler tidies nothing.");
    lab_expect(access(path, F_OK) == -1, VERDICT_LEAK, "fifo-leak", "服务器已经退出，%s 还在。",
               "The server has ended, yet %s is still there.", path);
}

/* --- playing the client
 * ----------------------------------------------------------------------------- */

static struct rpc_request request(int pid, unsigned len)
{
    struct rpc_request rq = {.magic = RPC_MAGIC, .pid = pid, .len = len};

    rq.check = rpc_check(&rq);
    return rq;
}

static int open_fifo(const char *name, int flags)
{
    int fd = open(name, flags | O_NONBLOCK | O_CLOEXEC);

    if (fd == -1)
        lab_fail(VERDICT_WRONG_STATE, errno == ENXIO ? "no-reader" : "no-fifo",
                 errno == ENXIO ? "%s 没有人开着读端。" : "打不开 %s。",
                 errno == ENXIO ? "Nobody has %s open for reading." : "%s cannot be opened.", name);
    return fd;
}

static void send_bytes(const void *data, size_t len)
{
    int fd = open_fifo(path, O_WRONLY);

    if (write(fd, data, len) != (ssize_t)len)
        lab_fail(VERDICT_WRONG_STATE, "no-reader", "写不进服务器的 FIFO：%s。",
                 "Cannot write to the server's FIFO: %s.", strerror(errno));
    close(fd);
}

static void send_request(int pid, unsigned len)
{
    struct rpc_request rq = request(pid, len);

    send_bytes(&rq, sizeof rq);
}

struct door { /* the private FIFO of a client that is played here */
    char path[512];
    int fd;
    struct rpc_reply reply;
    size_t got;
};

static void make_door(struct door *d, int pid)
{
    d->got = 0;
    if (!rpc_reply_path(d->path, sizeof d->path, path, pid) || mkfifo(d->path, 0666) == -1 ||
        chmod(d->path, 0666) == -1 ||
        (d->fd = open(d->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)) == -1)
        lab_internal("cannot make a private FIFO: %s", strerror(errno));
}

static void drop_door(struct door *d)
{
    close(d->fd);
    unlink(d->path);
}

static bool replied(void *arg)
{
    struct door *d = arg;
    ssize_t n = read(d->fd, (char *)&d->reply + d->got, sizeof d->reply - d->got);

    d->got += n > 0 ? (size_t)n : 0;
    return d->got == sizeof d->reply;
}

static const char *request_lost(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    if (v == VERDICT_HANG && blocked_call(server) == SYS_openat)
        return "fifo-no-peer";
    (void)p;
    /* The server itself waits for requests: it has thrown this one away. */
    if (v == VERDICT_HANG && strcmp(diagnosis, "fifo-no-peer") != 0) {
        lab_hint("请求已经到了，服务器却在等下一条。一次 read 可能得到半条，也可能得到几条："
                 "凑够 16 个字节才处理，缓冲区里剩下的也要接着处理；坏的跳过去。用了 fread，"
                 "多读到的就留在 stdio 的缓冲区里，poll 看不见。",
                 "The request has arrived, yet the server waits for the next one. One read() may "
                 "give half a request or several: handle each 16 bytes, all that are in the "
                 "buffer, and skip broken ones. With fread() the rest stays in a buffer of stdio, "
                 "where poll() cannot see it.");
        return "request-lost";
    }
    return NULL;
}

static void expect_reply(struct door *d, uint32_t status, uint32_t first)
{
    lab_on_fail(request_lost);
    lab_await(replied, d, "request-lost", "服务器的答复", "the server's reply");
    lab_on_fail(no_reply);
    lab_expect(d->reply.status == status && d->reply.first == first, VERDICT_PROTOCOL,
               "wrong-reply", "答复是 status %u、first %u，应该是 status %u、first %u。",
               "The reply is status %u, first %u; it should be status %u, first %u.",
               d->reply.status, d->reply.first, status, first);
}

/* --- the tests: both sides
 * ------------------------------------------------------------------------------ */

static void begin(void)
{
    path = lab_path("rpc");
    lab_on_fail(no_reply);
    lab_hint_for(
        "no-output", NULL,
        "客户没有打印号码。看看 stderr：它是不是没有得到答复，或者被拒绝了？整数都用本机的"
        "字节序，不要 htonl；等答复要用 poll 或阻塞的 read，不能睡一会儿再看。",
        "The client printed no number. See stderr: did it get no reply, or a refusal? "
        "Integers are in the byte order of the machine, no htonl(); wait for the reply with "
        "poll() or a blocking read(), not for some time to pass.");
    lab_hint_for(
        "wrong-output", NULL,
        "客户打印的是答复里的 first。服务器的号码从 1 开始，每答复一位就往后推 len 个："
        "下一位的第一个号码，紧接着上一位的最后一个。",
        "The client prints first of the reply. The server counts from 1 and goes on by len "
        "with every reply: the next client's first number follows the last one's last.");
}

LAB_TEST(numbers)
{
    begin();
    start_server(LAB_STUDENT);
    lab_context("第一个客户，LEN = 3", "the first client, LEN = 3");
    ask(LAB_STUDENT, 3, 1);
    lab_await_blocked(server, -1, -1); /* it has dealt with the client */
    int open_before = lab_open_fds(server);
    lab_context("第二个客户，LEN = 5", "the second client, LEN = 5");
    ask(LAB_STUDENT, 5, 4);
    lab_context("第三个客户，LEN = 1", "the third client, LEN = 1");
    ask(LAB_STUDENT, 1, 9);
    lab_await_blocked(server, -1, -1);
    lab_hint("每答复一位客户，就把打开他的 FIFO 得到的描述符关掉；出错返回的路上也要关。"
             "不关的话，几百位客户之后 open 就会得到 EMFILE。",
             "Close the descriptor of a client's FIFO after each reply, on the error paths too; a "
             "few hundred clients later open() would fail with EMFILE.");
    lab_expect(lab_open_fds(server) == open_before, VERDICT_LEAK, "fd-leak",
               "又答复了两位客户，服务器开着的描述符从 %d 个变成了 %d 个。",
               "After two more clients the server has gone from %d to %d open descriptors.",
               open_before, lab_open_fds(server));
    lab_hint(NULL, NULL);
    lab_context("服务器收到 SIGTERM", "the server gets SIGTERM");
    expect_stop();

    lab_context("用法不对时", "with wrong arguments");
    lab_hint("用法不对：退出状态 2。骨架里已经写好。",
             "Wrong usage: exit status 2, as in the skeleton.");
    struct lab_proc *p = lab_start("fifo_rpcd");
    lab_wait(p);
    lab_expect_exit(p, 2);
    p = lab_start("fifo_rpcc", path, "0");
    lab_wait(p);
    lab_expect_exit(p, 2);
}

LAB_TEST(your_server)
{
    begin();
    start_server(LAB_STUDENT);
    ask(LAB_REFERENCE, 1, 1);
    ask(LAB_REFERENCE, 1000000, 2);
    ask(LAB_REFERENCE, 7, 1000002);
    ask(LAB_REFERENCE, 1, 1000009);
    dismiss();
}

LAB_TEST(your_client)
{
    begin();
    start_server(LAB_REFERENCE);
    ask(LAB_STUDENT, 10, 1);
    ask(LAB_STUDENT, 1000000, 11);
    ask(LAB_STUDENT, 1, 1000011);
    lab_context("同号的旧 FIFO 还在，或者别的客户的 FIFO 也在",
                "with a private FIFO of somebody else");
    struct door other;
    make_door(&other, GHOST);
    ask(LAB_STUDENT, 2, 1000012);
    lab_expect(access(other.path, F_OK) == 0, VERDICT_WRONG_STATE, "fifo-removed",
               "客户删掉了别人的 FIFO。", "The client has removed the FIFO of somebody else.");
    drop_door(&other);
    dismiss();
}

static int by_first(const void *a, const void *b)
{
    const unsigned *x = a, *y = b;

    return (x[0] > y[0]) - (x[0] < y[0]);
}

static void serve_crowd(int count)
{
    struct lab_proc *clients[CROWD];
    unsigned blocks[CROWD][2], next = 1; /* first, length */

    start_server(LAB_STUDENT);
    for (int i = 0; i < count; i++) {
        blocks[i][1] = 1 + lab_random(1000);
        clients[i] = start_client(LAB_STUDENT, blocks[i][1]);
    }
    for (int i = 0; i < count; i++) {
        lab_wait(clients[i]);
        lab_expect_exit(clients[i], 0);
        blocks[i][0] = (unsigned)strtoul(lab_output(clients[i], NULL), NULL, 10);
    }
    qsort(blocks, (size_t)count, sizeof blocks[0], by_first);
    for (int i = 0; i < count; i++) {
        lab_expect(blocks[i][0] >= next, VERDICT_PROTOCOL, "number-twice",
                   "从 %u 开始的一段和前一段重叠：它应该从 %u 开始。",
                   "The block from %u overlaps the one before: it should start at %u.",
                   blocks[i][0], next);
        lab_expect(blocks[i][0] == next, VERDICT_PROTOCOL, "numbers-left-out",
                   "号码从 %u 跳到了 %u，中间的没有发给任何人。",
                   "The numbers jump from %u to %u; nobody got those between.", next, blocks[i][0]);
        next += blocks[i][1];
    }
    dismiss();
}

LAB_TEST(many_clients)
{
    begin();
    lab_hint_for(
        "wrong-status", "client-not-served",
        "看看客户的 stderr。“没有服务器”：ready 要等 PATH 建好、也打开了以后才能打印。"
        "没有答复：服务器处理一条请求时，别的请求也要留着。",
        "See the client's stderr. No server: ready may be printed only after PATH has been "
        "made and opened. No reply: keep other requests while you handle one.");
    lab_context("%d 个客户同时来", "%d clients at the same time", CROWD);
    serve_crowd(CROWD);
    disturb = LAB_DELAY | LAB_SHORT_IO;
    lab_context("6 个客户同时来，双方的调用会被耽搁，read 每次只读到一部分",
                "6 clients at once, calls are held up, read() gets a part each time");
    for (int i = 0; i < 3; i++)
        serve_crowd(6);
}

/* --- the tests: the client
 * ----------------------------------------------------------------------------------- */

/* Our FIFO in place of the server's, with room for 4 bytes: a request of 16 has to wait, and none
 * of it may get in before the rest. */
static int make_full_fifo(void)
{
    char page[4096] = {0};

    if (mkfifo(path, 0666) == -1 || chmod(path, 0666) == -1)
        lab_internal("cannot make %s: %s", path, strerror(errno));
    int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd == -1 || fcntl(fd, F_SETPIPE_SZ, 4096) != 4096 ||
        write(fd, page, sizeof page - 4) != (ssize_t)sizeof page - 4)
        lab_internal("cannot fill %s: %s", path, strerror(errno));
    return fd;
}

static int queued(int fd)
{
    int n = 0;

    ioctl(fd, FIONREAD, &n);
    return n;
}

static int open_client_door(void)
{
    char name[512];

    rpc_reply_path(name, sizeof name, path, lab_inner_pid(client));
    int fd = open(name, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    lab_hint("服务器只试着打开一次，绝不等。所以要先建好 PATH.PID，用 O_RDONLY | O_NONBLOCK "
             "打开它，然后才发请求；反过来，答复送到时你还没有开门。",
             "The server tries once and never waits. So make PATH.PID and open it with O_RDONLY | "
             "O_NONBLOCK before sending the request; otherwise the reply finds the door shut.");
    lab_expect(fd != -1 || errno != ENOENT, VERDICT_PROTOCOL, "fifo-after-request",
               "客户已经在发请求，%s 却还不存在。",
               "The client sends its request already, but %s "
               "does not exist yet.",
               name);
    lab_expect(fd != -1, VERDICT_PROTOCOL, "opens-after-request",
               "客户已经在发请求，%s 却还没有人开着读端。",
               "The client sends its request already, but nobody has %s open for reading.", name);
    lab_hint(NULL, NULL);
    return fd;
}

static const char *gave_up(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)v;
    (void)p;
    if (strcmp(diagnosis, "no-block") != 0)
        return NULL;
    lab_note("服务器的 FIFO 暂时满了，客户就结束了",
             "the server's FIFO was full, and the client ended");
    lab_hint("满了只说明服务器忙。打开时用过 O_NONBLOCK 的话，发请求之前用 fcntl 去掉它，"
             "让 write 等。",
             "Full means that the server is busy. If you opened with O_NONBLOCK, take it off with "
             "fcntl() before sending, and let write() wait.");
    return "busy-server-fatal";
}

/* The request the client has put into our FIFO. */
static bool take_request(void *arg)
{
    struct door *d = arg; /* fd: where to read; reply is unused */

    return queued(d->fd) >= (int)sizeof(struct rpc_request);
}

static void expect_request(int fd, unsigned len)
{
    struct rpc_request rq = {0};
    struct door at = {.fd = fd};

    lab_await(take_request, &at, "no-request", "客户的请求（16 个字节）", "the request, 16 bytes");
    lab_expect(queued(fd) == (int)sizeof rq && read(fd, &rq, sizeof rq) == (ssize_t)sizeof rq,
               VERDICT_PROTOCOL, "wrong-request", "客户发来 %d 字节，请求应该正好 %d 字节。",
               "The client sent %d bytes, a request has %d.", queued(fd), (int)sizeof rq);
    lab_expect(rpc_valid(&rq), VERDICT_PROTOCOL, "wrong-request",
               "请求的 magic 或 check 不对（magic %#x，check %#x）。",
               "The magic or check of the request is wrong (magic %#x, check %#x).", rq.magic,
               rq.check);
    lab_expect(rq.pid == lab_inner_pid(client), VERDICT_PROTOCOL, "wrong-request",
               "请求里的 pid 是 %d，客户的 pid 是 %d。",
               "The request says pid %d, the client has %d.", rq.pid, (int)lab_inner_pid(client));
    lab_expect(rq.len == len, VERDICT_PROTOCOL, "wrong-request", "请求里的 len 是 %u，应该是 %u。",
               "The request says len %u, it should be %u.", rq.len, len);
}

static void drain(int fd, size_t len)
{
    char page[4096];

    if (read(fd, page, len) != (ssize_t)len)
        lab_internal("cannot drain the FIFO: %s", strerror(errno));
}

LAB_TEST(before_asking)
{
    struct rpc_reply reply = {RPC_OK, 4242};

    begin();
    lab_context("服务器忙，PATH 里只剩 4 个字节的地方", "a busy server: room for 4 bytes in PATH");
    int fd = make_full_fifo();
    start_client(LAB_STUDENT, 12);
    lab_on_fail(gave_up);
    lab_await_blocked(client, -1, -1);
    lab_on_fail(no_reply);
    int door = open_client_door();
    lab_hint("请求要用一次 write 写完 16 个字节。不超过 PIPE_BUF 的一次 write 是原子的；"
             "一个字段一个字段地写，两个客户的请求就会交错。",
             "Write all 16 bytes in one write(). Up to PIPE_BUF a write is atomic; field by field "
             "the requests of two clients get mixed.");
    lab_expect(
        queued(fd) == 4092, VERDICT_PROTOCOL, "split-request",
        "地方不够，客户却已经写进了 %d 个字节：它没有一次写完整条请求。",
        "There was not enough room, yet %d bytes of the request are in: it was not one write.",
        queued(fd) - 4092);
    lab_hint(NULL, NULL);
    drain(fd, 4092);
    expect_request(fd, 12);
    if (write(door, &reply, sizeof reply) != (ssize_t)sizeof reply)
        lab_internal("cannot reply: %s", strerror(errno));
    close(door);
    expect_number(client, 4242);
    close(fd);
    unlink(path);
}

static const char *waits_for_server(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    struct stat st;

    (void)p;
    if (v != VERDICT_HANG)
        return NULL;
    if (stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
        lab_note("PATH 现在是一个普通文件", "PATH is a regular file now");
        lab_hint("open 不要带 O_CREAT：没有 FIFO 时，它造出来的是普通文件。",
                 "open() without O_CREAT: where there is no FIFO that makes a regular file.");
        return "regular-file";
    }
    lab_hint("用 O_WRONLY | O_NONBLOCK 打开 PATH：没有服务器就是 ENXIO（名字都没有是 ENOENT），"
             "马上报错退出 1。",
             "Open PATH with O_WRONLY | O_NONBLOCK: without a server that fails with ENXIO (ENOENT "
             "if there is no name), so report it and exit with 1.");
    return strcmp(diagnosis, "fifo-no-peer") == 0 ? NULL : "waits-without-server";
}

LAB_TEST(no_server)
{
    begin();
    lab_context("有服务器", "with a server");
    start_server(LAB_REFERENCE);
    ask(LAB_STUDENT, 1, 1);
    dismiss();
    lab_on_fail(waits_for_server);
    lab_context("PATH 不存在", "PATH does not exist");
    struct lab_proc *p = start_client(LAB_STUDENT, 1);
    lab_wait(p);
    lab_hint("open 不要带 O_CREAT：没有 FIFO 时，它造出来的是普通文件。",
             "open() without O_CREAT: where there is no FIFO that makes a regular file.");
    lab_expect(access(path, F_OK) == -1, VERDICT_WRONG_STATE, "regular-file",
               "客户造出了一个 PATH，应该只有服务器才创建它。",
               "The client has created PATH; only the server may.");
    lab_hint(NULL, NULL);
    lab_expect_output(p, "");
    lab_expect_exit(p, 1);
    lab_expect_clean();
    lab_context("FIFO 还在，服务器已经不在了", "the FIFO is there, the server is not");
    if (mkfifo(path, 0666) == -1 || chmod(path, 0666) == -1)
        lab_internal("cannot make %s: %s", path, strerror(errno));
    p = start_client(LAB_STUDENT, 1);
    lab_wait(p);
    lab_expect_output(p, "");
    lab_expect_exit(p, 1);
    unlink(path);
}

static const char *server_gone(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)diagnosis;
    (void)p;
    if (v != VERDICT_HANG)
        return NULL;
    lab_note("服务器收下请求后就死了，没有打开过客户的 FIFO",
             "the server took the request and died without opening the client's FIFO");
    lab_hint("从来没有写者的 FIFO 不会有 EOF，所以只等答复是等不到头的。"
             "服务器死了，PATH 就没有读者：把 PATH 的写端留着，一起 poll，它会报 POLLERR。",
             "A FIFO that never had a writer never gives EOF, so waiting for the reply alone may "
             "last for ever. When the server dies PATH has no reader: keep its write end open and "
             "poll() it too; it reports POLLERR.");
    return "waits-for-dead-server";
}

LAB_TEST(server_dies)
{
    struct rpc_reply reply = {RPC_OK, 77};

    begin();
    lab_context("答复分两次来：3 个字节，5 个字节", "a reply in two pieces, of 3 and 5 bytes");
    int fd = make_full_fifo();
    drain(fd, 4092);
    start_client(LAB_STUDENT, 1);
    expect_request(fd, 1);
    int door = open_client_door();
    if (write(door, &reply, 3) != 3)
        lab_internal("cannot reply: %s", strerror(errno));
    lab_hint_for("no-block", "single-read", "一次 read 可能只得到答复的一部分：循环到够 8 个字节。",
                 "One read() may give a part of the reply: loop until there are 8 bytes.");
    lab_await_blocked(client, -1, -1);
    if (write(door, (char *)&reply + 3, 5) != 5)
        lab_fail(VERDICT_PROTOCOL, "single-read", "只收到答复的前 3 个字节，客户就关上了门。",
                 "After 3 bytes of the reply the client has closed its door.");
    close(door);
    expect_number(client, 77);

    lab_context("服务器收下请求，没有答复就死了", "the server takes the request and dies");
    start_client(LAB_STUDENT, 5);
    expect_request(fd, 5);
    lab_await_blocked(client, -1, -1);
    lab_on_fail(server_gone);
    close(fd);
    unlink(path);
    lab_wait(client);
    lab_expect_output(client, "");
    lab_expect_exit(client, 1);
}

/* --- the tests: the server
 * -------------------------------------------------------------------------------------- */

/* Before the server is asleep in a call it has dealt with everything it was sent. */
static void await_idle(void)
{
    lab_await_blocked(server, -1, -1);
}

static const char *not_idle(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)p;
    if (v == VERDICT_BUSY_LOOP) {
        lab_hint(
            "最后一个客户走了，read 就一直返回 0。自己再打开一个 PATH 的写端，拿着不用："
            "写者永远不为零，read（或 poll）就会睡着等。",
            "When the last client has left read() returns 0 for ever. Keep a write end of PATH "
            "open yourself, unused: then there always is a writer and read() or poll() sleeps.");
        return "eof-spin";
    }
    if (strcmp(diagnosis, "no-block") != 0)
        return NULL;
    lab_note("最后一个客户走了，服务器就结束了", "the last client left, and the server ended");
    lab_hint("read 返回 0 只是说“现在没有客户”，不是“不会再有客户”。"
             "自己留一个 PATH 的写端，就不会有 EOF。",
             "read() returning 0 only says that there is no client now. Keep a write end of PATH "
             "open yourself and there is no EOF.");
    return "ends-at-eof";
}

LAB_TEST(idle_server)
{
    begin();
    start_server(LAB_STUDENT);
    lab_on_fail(not_idle);
    lab_context("还没有客户", "before the first client");
    await_idle();
    for (unsigned i = 0; i < 3; i++) {
        lab_context("第 %u 个客户走了以后", "after client %u has left", i + 1);
        ask(LAB_REFERENCE, 2, 1 + 2 * i);
        await_idle();
    }
    lab_context("一个客户打开 PATH，一个字也没说就走了",
                "a client opens PATH and leaves without a word");
    close(open_fifo(path, O_WRONLY));
    await_idle();
    ask(LAB_REFERENCE, 1, 7);
    lab_on_fail(no_reply);
    dismiss();
}

static void expect_sigpipe_handled(void)
{
    char name[64], text[4096];
    unsigned long long blocked = 0, ignored = 0, caught = 0;

    snprintf(name, sizeof name, "/proc/%d/status", (int)lab_inner_pid(server));
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd != -1 ? read(fd, text, sizeof text - 1) : -1;
    if (fd != -1)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    const char *at = strstr(text, "SigBlk:");
    if (at == NULL ||
        sscanf(at, "SigBlk: %llx SigIgn: %llx SigCgt: %llx", &blocked, &ignored, &caught) != 3)
        lab_internal("%s: no signal masks", name);
    lab_hint(
        "客户在服务器打开他的 FIFO 之后、写答复之前离开，write 就会引来 SIGPIPE，默认是死："
        "一个客户能杀死整个服务器。signal(SIGPIPE, SIG_IGN)，write 返回 EPIPE 就算了。",
        "If a client leaves between your open() and write(), SIGPIPE comes and kills by "
        "default: one client can end the server. signal(SIGPIPE, SIG_IGN); EPIPE is harmless.");
    lab_expect(((blocked | ignored | caught) >> (SIGPIPE - 1) & 1) != 0, VERDICT_WRONG_STATE,
               "sigpipe-not-handled", "服务器没有处理 SIGPIPE（SigIgn、SigCgt 里都没有它）。",
               "The server has not arranged for SIGPIPE (neither in SigIgn nor in SigCgt).");
    lab_hint(NULL, NULL);
}

static void fill_door(struct door *d, int pid)
{
    static const char page[65536];

    make_door(d, pid);
    int fd = open(d->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd == -1 || write(fd, page, sizeof page) <= 0)
        lab_internal("cannot fill %s: %s", d->path, strerror(errno));
    close(fd);
}

static const char *waits_for_client(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)diagnosis;
    (void)p;
    return v == VERDICT_HANG ? "waits-for-client" : NULL;
}

LAB_TEST(vanished_clients)
{
    struct door d;

    begin();
    lab_hint_for(
        "fifo-no-peer", NULL,
        "服务器停在 open 里等一个不开门的客户，别的客户全都陪着等。"
        "用 O_WRONLY | O_NONBLOCK：没有人在读就是 ENXIO，放弃这一个，服务下一个。",
        "The server waits in open() for a client that never opens, and everybody else with "
        "it. O_WRONLY | O_NONBLOCK fails with ENXIO: give this one up, serve the next.");
    lab_hint_for(
        "wrong-output", "number-wasted", "没有送出去的号码不算用掉：答复写成功了，才加 len。",
        "Numbers that were not delivered are not used up: add len after the reply has been "
        "written.");
    start_server(LAB_STUDENT);
    lab_context("客户没有建 FIFO 就发了请求", "a request without a private FIFO");
    send_request(GHOST, 10);
    ask(LAB_REFERENCE, 2, 1);

    lab_context("客户建了 FIFO，没有打开", "a private FIFO that nobody opens");
    make_door(&d, GHOST + 1);
    close(d.fd);
    send_request(GHOST + 1, 10);
    ask(LAB_REFERENCE, 2, 3);
    unlink(d.path);

    lab_context("客户的 FIFO 是满的", "a private FIFO that is full");
    lab_on_fail(waits_for_client);
    lab_hint("服务器停在 write 里等一个不读的客户。打开时的 O_NONBLOCK 别去掉："
             "满了就是 EAGAIN，放弃这一个。",
             "The server waits in write() for a client that does not read. Leave O_NONBLOCK on: "
             "when the FIFO is full, EAGAIN, and you give this one up.");
    fill_door(&d, GHOST + 2);
    send_request(GHOST + 2, 10);
    ask(LAB_REFERENCE, 2, 5);
    drop_door(&d);
    lab_hint(NULL, NULL);
    lab_on_fail(no_reply);

    lab_context("服务器空闲时", "while the server is idle");
    await_idle();
    expect_sigpipe_handled();
    dismiss();
}

static void glued_and_split(void)
{
    struct rpc_request two[2] = {request(GHOST, 4), request(GHOST + 1, 6)};
    struct door a, b;

    make_door(&a, GHOST);
    make_door(&b, GHOST + 1);
    lab_hint(
        "FIFO 是字节流：一次 read 可能是两条半请求。把字节攒在缓冲区里，"
        "够 16 个就处理一条，剩下的留到下次。",
        "A FIFO is a byte stream: one read() may bring two and a half requests. Collect bytes, "
        "handle a request whenever 16 are there, keep the rest.");
    lab_context("两条请求一次写来", "two requests in one write");
    send_bytes(two, sizeof two);
    expect_reply(&a, RPC_OK, 1);
    expect_reply(&b, RPC_OK, 5);
    a.got = 0;
    lab_context("一条请求分两次来：10 个字节，6 个字节",
                "a request in two pieces, of 10 and 6 bytes");
    send_bytes(two, 10);
    await_idle();
    send_bytes((char *)two + 10, 6);
    expect_reply(&a, RPC_OK, 11);
    lab_hint(NULL, NULL);
    drop_door(&a);
    drop_door(&b);
}

static void bad_values(void)
{
    struct door d;

    lab_hint(
        "len 要先检查再用：0 和大于 RPC_MAX_LEN 的，答复 RPC_BAD_LEN、first 为 0，不分配。",
        "Check len before using it: for 0 and above RPC_MAX_LEN reply RPC_BAD_LEN with first 0 "
        "and allot nothing.");
    make_door(&d, GHOST);
    lab_context("len = 0", "len = 0");
    send_request(GHOST, 0);
    expect_reply(&d, RPC_BAD_LEN, 0);
    d.got = 0;
    lab_context("len = 4294967295", "len = 4294967295");
    send_request(GHOST, 4294967295u);
    expect_reply(&d, RPC_BAD_LEN, 0);
    drop_door(&d);
    lab_hint_for("wrong-output", "number-wasted", NULL, NULL);
    lab_context("len 不合法、pid 是 0 和 −1 的请求之后，下一个客户",
                "the next client after requests with bad len, and pid 0 and -1");
    send_request(0, 5);
    send_request(-1, 5);
    ask(LAB_REFERENCE, 3, 15);
    lab_hint(NULL, NULL);
}

static const char *misaligned(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)diagnosis;
    (void)p;
    if (v != VERDICT_HANG)
        return NULL;
    lab_hint(
        "一个坏客户只写了半条，后面所有的请求就都错开了几个字节。"
        "16 个字节通不过 rpc_valid，就往后挪**一个**字节再看，直到重新对齐。",
        "After half a request from a bad client everything behind it is shifted. When 16 bytes "
        "do not pass rpc_valid(), move on by one byte and look again.");
    return "stays-misaligned";
}

static void fragments(void)
{
    struct rpc_request rq = request(GHOST, 9);

    lab_on_fail(misaligned);
    lab_context("有人写了 3 个字节的垃圾之后，下一个客户",
                "the next client after 3 bytes of garbage");
    send_bytes("abc", 3);
    ask(LAB_REFERENCE, 3, 18);
    lab_context("有人写了半条请求就死了，下一个客户", "the next client after half a request");
    send_bytes(&rq, 7);
    ask(LAB_REFERENCE, 3, 21);
    lab_context("有人写了 check 不对的请求，下一个客户",
                "the next client after a request with a wrong check");
    rq.check ^= 1;
    send_bytes(&rq, sizeof rq);
    ask(LAB_REFERENCE, 1, 24);
    lab_on_fail(no_reply);
}

LAB_TEST(broken_requests)
{
    begin();
    start_server(LAB_STUDENT);
    glued_and_split();
    bad_values();
    lab_hint_for("no-output", NULL,
                 "参考客户没有得到号码：服务器是不是因为前面的坏请求退出了？看看它的 stderr。"
                 "坏请求只该跳过，不能连累别人。",
                 "The reference's client got no number: did the server end because of the broken "
                 "request? See its stderr. Broken requests are skipped; others must not suffer.");
    fragments();
    dismiss();
}

static void make_file(const char *name, const char *text)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

    if (fd == -1 || fchmod(fd, 0666) == -1 ||
        write(fd, text, strlen(text)) != (ssize_t)strlen(text))
        lab_internal("cannot make %s: %s", name, strerror(errno));
    close(fd);
}

static void expect_untouched(const char *name, const char *text)
{
    char now[256];
    /* It may be a FIFO by now. */
    int fd = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    ssize_t n = fd != -1 ? read(fd, now, sizeof now) : -1;

    if (fd != -1)
        close(fd);
    lab_expect(n == (ssize_t)strlen(text) && memcmp(now, text, strlen(text)) == 0,
               VERDICT_WRONG_STATE, "file-touched", "%s 是普通文件，却被改了或者删了。",
               "%s is a regular file, and it was changed or removed.", name);
    unlink(name);
}

static bool ended_or_ready(void *arg)
{
    struct lab_proc *p = arg;
    size_t len;

    lab_output(p, &len);
    return lab_ended(p) || len > 0;
}

LAB_TEST(not_a_fifo)
{
    static const char text[] = "a file with some precious words in it\n";
    char reply[512];

    begin();
    lab_context("PATH 是普通文件", "PATH is a regular file");
    lab_hint("mkfifo 得到 EEXIST，只说明名字有了；用 stat 和 S_ISFIFO 看它是什么，不是就退出 1。",
             "EEXIST from mkfifo() only says that the name exists; look with stat() and S_ISFIFO, "
             "and exit with 1 if it is something else.");
    make_file(path, text);
    struct lab_proc *p = lab_spawn(.program = "fifo_rpcd", .args = LAB_ARGS(path));
    lab_on_fail(no_reply);
    lab_await(ended_or_ready, p, "no-end", "服务器拒绝，或开始服务",
              "the server to refuse or start");
    expect_untouched(path, text);
    lab_wait(p);
    lab_expect_output(p, "");
    lab_expect_exit(p, 1);

    lab_context("有人把 PATH.PID 做成普通文件", "somebody made PATH.PID a regular file");
    lab_hint(
        "那个名字是客户报的，底下可能是任何东西。打开后用 fstat 确认是 FIFO 才写。",
        "The name comes from the client and may be anything. fstat() what you opened and write "
        "only to a FIFO.");
    start_server(LAB_STUDENT);
    rpc_reply_path(reply, sizeof reply, path, GHOST);
    make_file(reply, text);
    send_request(GHOST, 5);
    lab_wait(start_client(LAB_REFERENCE, 1)); /* the request before this one has been dealt with */
    expect_untouched(reply, text);
    expect_number(client, 1);
    dismiss();
}

LAB_TEST(stops)
{
    begin();
    lab_context("服务器在等请求", "the server waits for requests");
    start_server(LAB_STUDENT);
    await_idle();
    expect_stop();
    lab_context("上次留下的 FIFO 还在", "with a FIFO left from last time");
    lab_hint("崩溃的服务器会留下 FIFO。mkfifo 得到 EEXIST，而它确实是 FIFO，就照用。",
             "A crashed server leaves its FIFO. When mkfifo() fails with EEXIST and it is a FIFO, "
             "use it.");
    if (mkfifo(path, 0666) == -1 || chmod(path, 0666) == -1)
        lab_internal("cannot make %s: %s", path, strerror(errno));
    start_server(LAB_STUDENT);
    lab_hint(NULL, NULL);
    ask(LAB_REFERENCE, 3, 1);
    expect_stop();
}

LAB_MAIN({"numbers", numbers}, {"your_server", your_server}, {"your_client", your_client},
         {"many_clients", many_clients}, {"before_asking", before_asking},
         {"idle_server", idle_server}, {"vanished_clients", vanished_clients},
         {"broken_requests", broken_requests}, {"not_a_fifo", not_a_fifo}, {"stops", stops},
         {"no_server", no_server}, {"server_dies", server_dies})
