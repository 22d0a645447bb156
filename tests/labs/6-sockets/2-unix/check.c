/* sock-unix: the check program is a client (and once a server) itself, with sockets that never
 * block. It splits requests where it wants by waiting until the server has read what was sent
 * (SIOCOUTQ). */
#include "server.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

/* --- tests of the server --- */

/* The first words: ready, and one line back. */
static struct lab_proc *greet(const char *path)
{
    struct lab_proc *server;
    struct peer p;

    lab_hint("listen 成功之后打印 ready，并且马上 fflush：标准输出接在管道上时，stdio 会攒着不发。",
             "After listen() print ready and flush it: on a pipe stdio keeps it in its buffer.");
    expect_meaning("no-ready");
    server = start_server(path);
    meaning = NULL;
    lab_hint(NULL, NULL);
    p = connect_to(path);
    ask(&p, "ECHO hello\n", "hello\n");
    ask(&p, "ECHO 你好，世界\n", "你好，世界\n");
    hang_up(&p);
    return server;
}

/* A reference client talks to the student's server. */
static void expect_dialogue(const char *path, const char *input, const char *output)
{
    struct lab_proc *client =
        lab_spawn(.program = "unixc", .side = LAB_REFERENCE, .args = LAB_ARGS(path), .input = input,
                  .input_len = strlen(input));

    lab_context("（对方是参考客户端 unixc）", "(the reference client unixc asks)");
    lab_wait(client);
    lab_expect_output(client, output);
    lab_expect_exit(client, 0);
}

LAB_TEST(commands)
{
    static const char *const dialogue[][2] = {
        {"ECHO a b  c \n", "a b  c \n"},
        {"ECHO %s%n\\\n", "%s%n\\\n"},
        {"ECHO \n", "\n"},
        {"ECHO  x\n", " x\n"},
        {"ECHO\n", "ERR unknown\n"},
        {"ECHOx\n", "ERR unknown\n"},
        {"echo x\n", "ERR unknown\n"},
        {"\n", "ERR unknown\n"},
        {"WHOAMI 0 0 1\n", "ERR unknown\n"},
        {"QUIT now\n", "ERR unknown\n"},
        {" QUIT\n", "ERR unknown\n"},
        {"HELP\n", "ERR unknown\n"},
        {"ECHO \r\n", "\r\n"},
    };
    static const char zeros[] = "ECHO a\0b\0\n";
    struct lab_proc *server = greet(socket_path("s"));
    struct peer p = connect_to(lab_path("s"));

    lab_hint_for(
        "wrong-output", NULL,
        "逐字节对照题目里的回答。如果对自己人也答 ERR denied：SO_PEERCRED 要问 accept 返回的"
        "那个描述符，传进去的长度要先等于 sizeof(struct ucred)（它是输入，也是输出），"
        "getsockopt 的返回值也要看。",
        "Compare with the answers in the task byte by byte. If it says ERR denied to its own "
        "user: ask the accepted descriptor for SO_PEERCRED, with a length that is "
        "sizeof(struct ucred) before the call (it goes in and comes out), and look at what "
        "getsockopt() returns.");
    for (size_t i = 0; i < sizeof dialogue / sizeof dialogue[0]; i++) {
        lab_context("（请求是“%1$.*2$s”）", "(the request is \"%1$.*2$s\")", dialogue[i][0],
                    (int)strcspn(dialogue[i][0], "\r\n"));
        ask(&p, dialogue[i][0], dialogue[i][1]);
    }
    lab_context("（ECHO 的内容里有值为 0 的字节）", "(the text to echo contains zero bytes)");
    lab_hint("行里可以有任何字节，0 也算。记住长度，别靠 strlen 和 %s 找结尾。",
             "A line may hold any byte, zero too: carry the length, do not look for a NUL.");
    lab_hint_for("wrong-output", "stops-at-zero", NULL, NULL);
    lab_hint_for("lost-lines", "stops-at-zero", NULL, NULL);
    lab_hint_for("short-output", "stops-at-zero", NULL, NULL);
    lab_hint_for("lost-bytes", "stops-at-zero", NULL, NULL);
    say(&p, zeros, sizeof zeros - 1);
    expect_answer_as(&p, "a\0b\0\n", 5, "no-answer");
    lab_hint(NULL, NULL);
    lab_context("（QUIT 之后）", "(after QUIT)");
    say_text(&p, "QUIT\nECHO never\n");
    expect_closed(&p);
    hang_up(&p);
    expect_dialogue(lab_path("s"), "ECHO one\nnonsense\nECHO 三\nQUIT\n", "one\nERR unknown\n三\n");
    end_server(server, "s");
}

/* Every byte is sent only when the server has read the one before. */
static void dribble(struct peer *p, const char *text, const char *diagnosis)
{
    for (; *text != '\0'; text++) {
        say(p, text, 1);
        await(all_read, p, diagnosis, "对方读走一个字节", "the other side to read one byte");
    }
}

/* A server that lives through short and delayed transfers: every start has another schedule. */
static void expect_whole_answers(void)
{
    enum { LINES = 25 };
    static const char *const partial[] = {"wrong-output", "extra-output", "short-output",
                                          "lost-lines", "wrong-order"};
    const char *path = socket_path("s");
    char requests[LINES * 40], answers[LINES * 40];

    lab_context("（每次 recv、send 只传一部分，还会被耽搁）",
                "(recv() and send() move a part each time and are held up)");
    lab_hint("send 返回发走了多少，可以比要发的少：剩下的接着发，或者留到 POLLOUT 再发。",
             "send() returns how much it took, perhaps less than asked: send the rest, now or at "
             "POLLOUT.");
    for (size_t i = 0; i < sizeof partial / sizeof partial[0]; i++)
        lab_hint_for(partial[i], "partial-send", NULL, NULL);
    for (int round = 0; round < 3; round++) {
        size_t in = 0, out = 0;
        for (int i = 0; i < LINES; i++) {
            unsigned number = lab_random(1000000);

            in += (size_t)sprintf(requests + in, "ECHO partial-%d-%u\n", i, number);
            out += (size_t)sprintf(answers + out, "partial-%d-%u\n", i, number);
        }
        struct lab_proc *server = start_disturbed_server(path);
        struct peer p = connect_to(path);

        say(&p, requests, in);
        expect_answer_as(&p, answers, out, "partial-send");
        hang_up(&p);
        end_server(server, "s");
    }
}

LAB_TEST(pieces)
{
    /* `commands` has shown that whole lines are answered: what is new here is how they arrive. */
    static const char *const mixed_up[] = {"wrong-output", "extra-output", "short-output",
                                           "lost-lines",   "wrong-order",  "doubled-output"};
    struct lab_proc *server = start_server(socket_path("s"));
    struct peer p = connect_to(lab_path("s"));
    struct peer half = connect_to(lab_path("s"));
    char *requests = NULL, *answers = NULL;
    size_t requests_len, answers_len;
    FILE *in = open_memstream(&requests, &requests_len);
    FILE *out = open_memstream(&answers, &answers_len);

    if (in == NULL || out == NULL)
        lab_internal("out of memory");
    lab_hint(
        "流套接字没有“一次”这回事：一次 recv 可能只有半行，也可能是好几行。把读到的字节攒进缓冲，"
        "凑齐一行（找到 \\n）处理一行，剩下的留着。",
        "A stream has no messages: one recv() may bring half a line or many. Collect bytes, "
        "handle each complete line, keep the rest.");
    for (size_t i = 0; i < sizeof mixed_up / sizeof mixed_up[0]; i++)
        lab_hint_for(mixed_up[i], "depends-on-chunks", NULL, NULL);
    lab_context("（一行被拆成一个个字节到达）", "(a line arrives byte by byte)");
    dribble(&p, "ECHO slow but sure\n", "not-reading");
    expect_answer_as(&p, "slow but sure\n", 14, "depends-on-chunks");
    for (int i = 0; i < BURST_LINES; i++) {
        unsigned number = lab_random(1000000);

        fprintf(in, "ECHO %d-%u\n", i, number);
        fprintf(out, "%d-%u\n", i, number);
    }
    fclose(in);
    fclose(out);
    lab_context("（%1$d 行挤在一次 write 里到达）", "(%1$d lines arrive in one write)",
                BURST_LINES);
    say(&p, requests, requests_len);
    expect_answer_as(&p, answers, answers_len, "depends-on-chunks");
    lab_context("（一次到达一行半）", "(one line and a half arrive at once)");
    say_text(&p, "ECHO first\nECHO sec");
    expect_answer_as(&p, "first\n", 6, "depends-on-chunks");
    say_text(&p, "ond\n");
    expect_answer_as(&p, "second\n", 7, "depends-on-chunks");
    struct peer quits = connect_to(lab_path("s"));
    lab_context("（ECHO 和 QUIT 挤在一次到达）", "(ECHO and QUIT arrive at once)");
    lab_hint("QUIT 只管它后面的：前面的请求都要答完、送出去，再关连接。",
             "QUIT is about what follows it: answer and send what came before, then close.");
    say_text(&quits, "ECHO bye\nQUIT\nECHO never\n");
    expect_answer_as(&quits, "bye\n", 4, "answers-dropped");
    expect_closed(&quits);
    hang_up(&quits);
    lab_context("（客户发完请求就 shutdown(SHUT_WR)，最后是半行）",
                "(the client shuts down writing after a line and a half)");
    lab_hint("对方不再发了，不等于不再收：先把整行都答完再关。没有换行的半行不是请求。",
             "End of input is not end of interest: answer the complete lines, then close.");
    say_text(&half, "ECHO a\nECHO b\nECHO hal");
    shutdown(half.fd, SHUT_WR);
    expect_answer_as(&half, "a\nb\n", 4, "no-answer");
    expect_closed(&half);
    free(requests);
    free(answers);
    hang_up(&p);
    hang_up(&half);
    end_server(server, "s");
    expect_whole_answers();
}

/* "ECHO " and x's: `len` bytes in all, and a newline. */
static char *long_request(size_t len)
{
    char *line = malloc(len + 2);

    if (line == NULL)
        lab_internal("out of memory");
    memcpy(line, "ECHO ", 5);
    memcpy(line + 5, lab_pattern(len - 5), len - 5);
    for (size_t i = 5; i < len; i++)
        if (line[i] == '\n')
            line[i] = '.';
    line[len] = '\n';
    line[len + 1] = '\0';
    return line;
}

static void ask_long(struct peer *p, size_t len)
{
    char *line = long_request(len);

    lab_context("（一行有 %1$zu 字节，不算换行）", "(a line of %1$zu bytes without newline)", len);
    say(p, line, len + 1);
    if (len > LINE_LIMIT) {
        expect_answer(p, "ERR too long\n");
    } else {
        await_answer(p, line + 5, len - 4, "no-answer");
        lab_expect(!answered(p, "ERR too long\n"), VERDICT_WRONG_OUTPUT, "limit-too-small",
                   "一行 %1$zu 字节还没有超过 1024，却答了 ERR too long。",
                   "A line of %1$zu bytes is within the limit, yet it is too long.", len);
        expect_answer_as(p, line + 5, len - 4, "no-answer");
    }
    free(line);
}

LAB_TEST(long_lines)
{
    static const size_t lengths[] = {LINE_LIMIT - 1, LINE_LIMIT,     LINE_LIMIT + 1,
                                     LINE_LIMIT + 2, 2 * LINE_LIMIT, 2 * LINE_LIMIT + 1,
                                     4096,           100000,         1000000};
    struct lab_proc *server = start_server(socket_path("s"));
    struct peer p = connect_to(lab_path("s"));

    lab_hint("缓冲要放得下 1024 字节和它的换行。满了还没见到换行：答一次 ERR too "
             "long，然后把这一行剩下的"
             "字节读掉扔掉，直到换行。",
             "The buffer must hold 1024 bytes and the newline. Full without one: answer once, then "
             "discard up to the newline.");
    lab_hint_for("extra-output", "answered-twice", NULL, NULL);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        ask_long(&p, lengths[i]);
        lab_context("（紧跟在 %1$zu 字节的行之后）", "(right after a line of %1$zu bytes)",
                    lengths[i]);
        ask(&p, "ECHO next\n", "next\n");
    }
    hang_up(&p);
    end_server(server, "s");
}

LAB_TEST(idle_client)
{
    struct lab_proc *server = start_server(socket_path("s"));
    struct peer silent = connect_to(lab_path("s"));
    struct peer half = connect_to(lab_path("s"));
    struct peer active;

    say_text(&half, "ECHO unfinis");
    lab_await_blocked(server, -1, -1);
    active = connect_to(lab_path("s"));
    lab_context("（另有一个客户连上后一声不吭，一个只发了半行）",
                "(one other client is silent, one has sent half a line)");
    lab_hint(
        "服务器正睡在那个不说话的客户身上。要么用 poll "
        "同时等所有的连接，谁有数据理谁；要么每个客户 "
        "fork 一个子进程。",
        "The server sleeps on the silent client. Wait for all connections at once with poll(), "
        "or fork a child per client.");
    say_text(&active, "ECHO here\n");
    expect_answer_as(&active, "here\n", 5, "blocked-by-idle-client");
    say_text(&half, "hed\n");
    expect_answer_as(&half, "unfinished\n", 11, "blocked-by-idle-client");
    say_text(&silent, "ECHO awake\n");
    expect_answer_as(&silent, "awake\n", 6, "blocked-by-idle-client");
    hang_up(&silent);
    hang_up(&half);
    hang_up(&active);
    end_server(server, "s");
}

/* Send requests and read nothing, until the server takes no more (or has taken a lot). */
static int stuff(struct peer *p, struct lab_proc *server)
{
    static const char request[] = "ECHO 0123456789\n";
    const size_t len = sizeof request - 1;
    size_t sent = 0, refused = 0;

    while (sent < 60000 * len && refused < 3) {
        ssize_t n =
            send(p->fd, request + sent % len, len - sent % len, MSG_DONTWAIT | MSG_NOSIGNAL);

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
    return (int)(sent / len);
}

LAB_TEST(slow_reader)
{
    struct lab_proc *server = start_server(socket_path("s"));
    struct peer slow = connect_to(lab_path("s"));
    struct peer active = connect_to(lab_path("s"));
    int asked = stuff(&slow, server);
    char *answers = malloc((size_t)asked * 11 + 1);

    if (answers == NULL)
        lab_internal("out of memory");
    for (int i = 0; i < asked; i++)
        memcpy(answers + (size_t)i * 11, "0123456789\n", 11);
    lab_context("（另一个客户发了 %1$d 个请求，一个回答也没读）",
                "(another client sent %1$d requests and read no answer)", asked);
    lab_hint("写也会阻塞：对方不读，套接字的缓冲就满了。发不出去的先留着，等 POLLOUT "
             "再发；没发完之前别再"
             "读他的请求。或者每个客户一个子进程。",
             "Writing blocks too when the peer does not read. Keep what does not fit and wait for "
             "POLLOUT, or use a child per client.");
    say_text(&active, "ECHO here\n");
    expect_answer_as(&active, "here\n", 5, "blocked-by-slow-client");
    lab_context("（那个客户后来把 %1$d 个回答都读了）", "(that client then reads all %1$d answers)",
                asked);
    expect_answer_as(&slow, answers, (size_t)asked * 11, "no-answer");
    free(answers);
    hang_up(&slow);
    hang_up(&active);
    end_server(server, "s");
}

/* What vanished clients may leave for a moment: the last one's end may not have been noticed yet,
 * and a server may reap its children only when the next client comes. */
enum { LATE = 3 };

static void expect_cleaned_up(struct lab_proc *server, int fds_before)
{
    int fds, zombies;

    lab_await_blocked(server, -1, -1);
    fds = lab_open_fds(server);
    zombies = (int)lab_zombies(server);
    lab_expect(fds <= fds_before + LATE, VERDICT_LEAK, "fd-leak",
               "客户都走了，服务器还开着 %1$d 个描述符；没有客户时它只有 %2$d 个。",
               "All clients have left, and the server has %1$d descriptors open instead of %2$d.",
               fds, fds_before);
    lab_hint(
        "子进程结束了，要有人 wait：SIGCHLD 的处理函数里循环 waitpid(-1, NULL, WNOHANG)，或者把 "
        "SIGCHLD 设成 SIG_IGN，让内核代劳。",
        "Ended children must be waited for: waitpid(-1, NULL, WNOHANG) in a loop on SIGCHLD, or "
        "ignore SIGCHLD.");
    lab_expect(zombies <= LATE, VERDICT_LEAK, "zombie",
               "服务过的客户都走了，留下 %1$d 个僵尸子进程没有收。",
               "The clients have left, and %1$d zombie children are not reaped.", zombies);
}

static void expect_alive(const char *path)
{
    struct peer p = connect_to(path);

    ask(&p, "ECHO alive\n", "alive\n");
    hang_up(&p);
}

/* Clients that leave early, each followed by one that behaves. */
static void leave_early(void)
{
    struct peer p;

    lab_context("（客户连上就走）", "(a client that leaves at once)");
    p = connect_to(lab_path("s"));
    hang_up(&p);
    lab_context("（客户说了半行就走）", "(a client that leaves in the middle of a line)");
    p = connect_to(lab_path("s"));
    say_text(&p, "ECHO half a li");
    hang_up(&p);
    expect_alive(lab_path("s"));
}

LAB_TEST(vanishing)
{
    struct lab_proc *server = start_server(socket_path("s"));
    int fds;

    lab_await_blocked(server, -1, -1);
    fds = lab_open_fds(server);
    lab_hint(
        "谁 accept，谁 "
        "close：每条连接结束的路上（EOF、出错、QUIT、被拒绝）都要关掉它的描述符；fork 的"
        "写法里，父进程也要关自己那一份。",
        "Close the accepted descriptor on every way out; a forking parent closes its copy too.");
    lab_hint_for(
        "sigpipe", NULL,
        "往已经关闭的连接里写，内核会发 SIGPIPE，默认就是杀死进程。send 加 MSG_NOSIGNAL（或忽略 "
        "SIGPIPE），让它变成 EPIPE：只送走这一个客户。",
        "Writing to a closed connection raises SIGPIPE. Use MSG_NOSIGNAL and treat EPIPE "
        "as the end of that client only.");
    for (int i = 0; i < 8; i++)
        leave_early();
    lab_context("（二十来个客户来过又走了之后）", "(after some twenty clients have come and gone)");
    expect_cleaned_up(server, fds);
    for (int i = 0; i < 4; i++) {
        struct peer p;

        lab_context("（客户问了几千句，没读回答就走）",
                    "(a client that asks thousands of times and leaves without reading)");
        p = connect_to(lab_path("s"));
        stuff(&p, server);
        hang_up(&p);
        expect_alive(lab_path("s"));
    }
    expect_cleaned_up(server, fds);
    end_server(server, "s");
}

/* A client in the server's PID namespace: prints the answer, then who it is itself. */
static int ask_whoami(void *arg)
{
    struct sockaddr_un a = address_of(arg);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char c;

    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) != 0 ||
        send(fd, "WHOAMI\n", 7, MSG_NOSIGNAL) != 7)
        return 1;
    while (recv(fd, &c, 1, 0) == 1) {
        dprintf(STDOUT_FILENO, "%c", c);
        if (c == '\n') {
            dprintf(STDOUT_FILENO, "%u %u %d\n", getuid(), getgid(), getpid());
            return 0;
        }
    }
    return 1;
}

/* Does the answer name the server itself? */
static bool names_server(const char *answer, struct lab_proc *server)
{
    unsigned uid, gid;
    int pid;

    return sscanf(answer, "%u %u %d", &uid, &gid, &pid) == 3 && pid == lab_inner_pid(server);
}

static void expect_identity(struct lab_proc *client, struct lab_proc *server, const char *expected)
{
    size_t len;
    const char *said = lab_output(client, &len);

    if (names_server(said, server))
        lab_fail(VERDICT_WRONG_OUTPUT, "own-identity",
                 "WHOAMI 答的 pid %1$d 是服务器自己，不是问话的人。",
                 "WHOAMI answered pid %1$d: that is the server itself, not the one who asks.",
                 (int)lab_inner_pid(server));
    lab_expect_output(client, expected);
}

static void expect_whoami(const char *path)
{
    struct lab_proc *server = start_server(path);
    struct lab_proc *client;
    unsigned uid, gid;
    size_t len;
    int pid;

    lab_hint("对方是谁，问内核：getsockopt(SOL_SOCKET, SO_PEERCRED) 给出 connect 那一刻的 "
             "pid、uid、gid。"
             "要问 accept 返回的那个描述符——监听套接字上记的是服务器自己。",
             "Ask the kernel with SO_PEERCRED on the accepted descriptor; the listening socket "
             "carries the server's own identity.");
    client =
        lab_trusted(ask_whoami, (void *)(uintptr_t)path, "检查程序的客户", "a client of the check");
    lab_wait(client);
    lab_expect(lab_output(client, &len) != NULL && len > 0, VERDICT_PROTOCOL, "connection-closed",
               "服务器没有回答 WHOAMI 就关了连接。", "The server closed without answering WHOAMI.");
    if (sscanf(lab_output(client, &len), "%*[^\n]\n%u %u %d", &uid, &gid, &pid) != 3)
        lab_fail(VERDICT_WRONG_OUTPUT, "wrong-output", "WHOAMI 的回答不完整。",
                 "The answer to WHOAMI is incomplete.");
    lab_context("（问话的是检查程序的进程 %1$d，uid %2$u）",
                "(process %1$d of the check asks, uid %2$u)", pid, uid);
    expect_identity(client, server, lab_text("%u %u %d\n%u %u %d\n", uid, gid, pid, uid, gid, pid));
    client =
        lab_spawn(.program = "unixc", .args = LAB_ARGS(path), .input = "WHOAMI\n", .input_len = 7);
    lab_context("（问话的是你的 unixc）", "(your unixc asks)");
    lab_wait(client);
    expect_identity(client, server, lab_text("%u %u %d\n", uid, gid, (int)lab_inner_pid(client)));
    end_server(server, "s");
}

static void expect_refused_uid(const char *path)
{
    struct lab_proc *server = lab_start("unixd", path, lab_text("%u", getuid() + 1));
    struct peer p;

    lab_expect_line(server, "ready");
    p = connect_to(path);
    lab_context("（只许 uid %1$u，来的是 uid %2$u）", "(only uid %1$u is welcome; uid %2$u comes)",
                getuid() + 1, getuid());
    lab_hint(
        "accept 之后、读第一个字节之前，先用 SO_PEERCRED 看对方的 uid。不对就答 ERR denied "
        "并关闭。",
        "After accept() and before the first read look at SO_PEERCRED; say ERR denied and close.");
    say_text(&p, "ECHO secret\n");
    await_answer(&p, "ERR denied\n", 11, "not-refused");
    lab_expect(!answered(&p, "secret\n"), VERDICT_WRONG_STATE, "not-refused",
               "不该服务的客户得到了服务。", "A client that must be refused was served.");
    expect_answer_as(&p, "ERR denied\n", 11, "not-refused");
    expect_closed(&p);
    hang_up(&p);
    end_server(server, "s");
    server = lab_start("unixd", path, lab_text("%u", getuid()));
    lab_expect_line(server, "ready");
    lab_context("（许可的 uid 是 %1$u，来的正是他）", "(uid %1$u is welcome and comes)", getuid());
    expect_alive(path);
    end_server(server, "s");
}

LAB_TEST(identity)
{
    const char *path = socket_path("s");

    expect_whoami(path);
    expect_refused_uid(path);
}

/* --- who owns the path --- */

static ino_t inode_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? st.st_ino : 0;
}

static int open_lock(const char *path)
{
    int fd = open(lab_text("%s.lock", path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0)
        lab_internal("%s.lock: %s", path, strerror(errno));
    return fd;
}

/* The path still belongs to the first server, which still answers. */
static void expect_untouched(const char *path, ino_t inode)
{
    lab_expect(
        inode_of(path) == inode, VERDICT_WRONG_STATE, "stole-path",
        "第二个 unixd 把 PATH 删掉或换掉了：第一个还活着，却再也没有人连得上它。",
        "The second unixd removed or replaced PATH; nobody can reach the first one any more.");
    expect_alive(path);
}

LAB_TEST(second_instance)
{
    const char *path = socket_path("s"), *locked = socket_path("locked");
    struct lab_proc *server = start_server(path), *second;
    ino_t inode = inode_of(path);
    int lock;

    lab_hint(
        "bind 之前先问：这个路径有主人吗？打开 PATH.lock，flock(LOCK_EX|LOCK_NB)：拿到了才能清理和 "
        "bind，拿不到就退出 1。锁要一直拿到进程结束。",
        "Before bind(): open PATH.lock and flock(LOCK_EX|LOCK_NB). Only the holder may clean up "
        "and bind; keep the lock until the end.");
    lab_context("（对同一个 PATH 启动第二个 unixd）", "(a second unixd for the same PATH)");
    second = lab_start("unixd", path);
    await_decision(second);
    expect_untouched(path, inode);
    expect_refusal(second, "second-server", "第一个 unixd 还在服务，第二个也说了 ready。",
                   "The first unixd still serves, and the second one says ready as well.");
    expect_untouched(path, inode);
    lock = open_lock(path);
    lab_expect(flock(lock, LOCK_EX | LOCK_NB) != 0, VERDICT_WRONG_STATE, "no-lock",
               "unixd 正在服务，却没有用 flock 锁住 PATH.lock：别的 unixd 看不出路径有主。",
               "unixd serves without holding flock() on PATH.lock.");
    close(lock);
    lab_context("（PATH 上有旧套接字，但锁在别人手里：他可能正要 bind）",
                "(a stale socket at PATH, but somebody else holds the lock)");
    make_stale(locked);
    inode = inode_of(locked);
    lock = open_lock(locked);
    if (flock(lock, LOCK_EX | LOCK_NB) != 0)
        lab_internal("flock: %s", strerror(errno));
    second = lab_start("unixd", locked);
    expect_refusal(second, "ignores-lock", "PATH.lock 被别的进程锁着，unixd 还是抢了路径。",
                   "Another process holds PATH.lock, and unixd took the path all the same.");
    lab_expect(inode_of(locked) == inode, VERDICT_WRONG_STATE, "ignores-lock",
               "没有拿到锁，却动了 PATH。", "PATH was changed without holding the lock.");
    close(lock);
    unlink(locked);
    end_server(server, "s");
}

LAB_TEST(stale_socket)
{
    static const char text[] = "not a socket\n";
    const char *path = socket_path("s"), *file = socket_path("file");
    struct lab_proc *server;
    char now[sizeof text];
    int fd;

    make_stale(path);
    close(open_lock(path));
    lab_context("（PATH 上有上次崩溃留下的套接字，PATH.lock 也在，但没有人拿着锁）",
                "(a crash has left the socket and PATH.lock, which nobody holds)");
    lab_hint(
        "进程死了，套接字文件不会自己消失，bind 会得到 EADDRINUSE。拿到锁就说明主人不在了：先 "
        "unlink 再 "
        "bind。锁看的是 flock，不是文件存不存在。",
        "A socket file outlives its server: bind() says EADDRINUSE. The holder of the lock may "
        "unlink it. What counts is the flock, not that the lock file exists.");
    server = start_server_as(path, "stale-not-removed", NULL, NULL);
    expect_alive(path);
    lab_kill(server, SIGKILL);
    lab_wait(server);
    lab_context("（上一个 unixd 刚被 SIGKILL 杀掉）", "(the last unixd was killed by SIGKILL)");
    server = start_server_as(path, "stale-not-removed", NULL, NULL);
    expect_alive(path);
    end_server(server, "s");

    lab_context("（PATH 是一个普通文件）", "(PATH is a regular file)");
    lab_hint("unlink 之前先用 lstat 看清楚：只有套接字（S_ISSOCK）才可能是自己人留下的。",
             "Look with lstat() before unlink(): only a socket can be a leftover of ours.");
    fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, text, sizeof text - 1) != (ssize_t)sizeof text - 1)
        lab_internal("%s: %s", file, strerror(errno));
    close(fd);
    expect_refusal(lab_start("unixd", file), "deleted-file",
                   "PATH 上本来是一个普通文件，unixd 把它删了。",
                   "PATH was a regular file, and unixd deleted it.");
    fd = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    lab_expect(fd >= 0 && read(fd, now, sizeof now) == (ssize_t)sizeof text - 1 &&
                   memcmp(now, text, sizeof text - 1) == 0,
               VERDICT_WRONG_STATE, "deleted-file", "PATH 上的普通文件被动过了。",
               "The regular file at PATH is not what it was.");
    close(fd);
    unlink(file);
}

/* SIGTERM must end it: when it sleeps on, the hang is no riddle. */
static void terminate(struct lab_proc *server)
{
    lab_await_blocked(server, -1, -1);
    expect_meaning("sigterm-ignored");
    lab_kill(server, SIGTERM);
    lab_wait(server);
    meaning = NULL;
    lab_expect_exit(server, 0);
}

LAB_TEST(sigterm)
{
    const char *path = socket_path("s");
    struct lab_proc *server = start_server(path);
    struct peer silent, half;

    lab_hint(
        "收到 SIGTERM 时服务器多半正睡在 poll 或 accept 里。用 signalfd 把信号也变成 poll "
        "的一个描述符，"
        "或者不带 SA_RESTART 装处理函数并用 ppoll；醒来后 unlink(PATH)、关连接、退出 0。",
        "The server sleeps in poll() or accept() when SIGTERM comes. Use signalfd, or a handler "
        "without SA_RESTART and ppoll(); then unlink(PATH), close, exit 0.");
    lab_hint_for("children-left", NULL,
                 "unixd 自己退出了，它 fork 出来服务客户的子进程还睡着。记下每个子进程的 pid，收到 "
                 "SIGTERM 时"
                 "逐个 kill，再 waitpid 等它们。",
                 "unixd has ended, its children still serve. Remember their pids; on SIGTERM kill "
                 "and wait for each.");
    lab_context("（没有客户时收到 SIGTERM）", "(SIGTERM without clients)");
    terminate(server);
    lab_expect(access(path, F_OK) != 0, VERDICT_LEAK, "path-left",
               "unixd 退出了，PATH 还在：套接字文件不会自己消失。",
               "unixd has ended and PATH is still there.");

    lab_context("（一个客户在发呆、一个说到一半时收到 SIGTERM）",
                "(SIGTERM with one silent client and one in the middle of a line)");
    server = start_server(path);
    silent = connect_to(path);
    half = connect_to(path);
    ask(&silent, "ECHO hi\n", "hi\n");
    say_text(&half, "ECHO unfinis");
    await(all_read, &half, "not-reading", "服务器读走半行", "the server to read half a line");
    terminate(server);
    lab_expect(access(path, F_OK) != 0, VERDICT_LEAK, "path-left",
               "unixd 退出了，PATH 还在：套接字文件不会自己消失。",
               "unixd has ended and PATH is still there.");
    expect_closed(&silent);
    expect_closed(&half);
    hang_up(&silent);
    hang_up(&half);
}

/* A path in the work folder of exactly `len` bytes. */
static const char *path_of(size_t len)
{
    size_t folder = strlen(lab_path("x")) - 1;
    char name[512];

    if (len <= folder || len - folder >= sizeof name)
        lab_undecided("工作目录的名字太长，凑不出 %1$zu 字节的路径。",
                      "The work folder's name is too long for a path of %1$zu bytes.", len);
    memset(name, 'p', sizeof name);
    name[len - folder] = '\0';
    return lab_path(name);
}

LAB_TEST(long_path)
{
    static const size_t lengths[] = {PATH_LIMIT + 1, PATH_LIMIT + 2, 200};
    const char *fits = path_of(PATH_LIMIT);
    struct lab_proc *p;
    struct peer peer;

    lab_allow_left(LAB_LEFT_FILE, NULL);
    lab_hint("sun_path 一共 108 字节，要留一个给结尾的 0。先比较 strlen 和 "
             "sizeof，再复制；截断和越界都不行。",
             "sun_path has 108 bytes including the final NUL. Compare before you copy.");
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        lab_context("（unixd 的 PATH 有 %1$zu 字节）", "(unixd, PATH of %1$zu bytes)", lengths[i]);
        expect_refusal(lab_start("unixd", path_of(lengths[i])), "long-path-accepted",
                       "这么长的路径放不进 sun_path（108 字节，含结尾的 0），unixd 却说了 ready。",
                       "Such a path does not fit into sun_path, yet unixd says ready.");
        lab_context("（unixc 的 PATH 有 %1$zu 字节）", "(unixc, PATH of %1$zu bytes)", lengths[i]);
        p = lab_start("unixc", path_of(lengths[i]));
        lab_wait(p);
        lab_expect_exit(p, 1);
    }
    lab_context("（PATH 正好 107 字节）", "(PATH of exactly 107 bytes)");
    p = start_server(fits);
    peer = connect_to(fits);
    ask(&peer, "ECHO fits\n", "fits\n");
    hang_up(&peer);
    end_server(p, NULL);
    lab_context("（参数不对）", "(wrong arguments)");
    for (int i = 0; i < 5; i++) {
        static const char *const wrong[][5] = {
            {"unixd"}, {"unixd", "a", "b"}, {"unixd", "a", "1x"}, {"unixc"}, {"unixc", "a", "b"}};
        p = lab_start_list(wrong[i]);
        lab_wait(p);
        lab_expect_exit(p, 2);
        lab_expect_output(p, "");
    }
}

/* --- tests of the client --- */

static void expect_client(const char *path, const char *input, size_t len, const char *output,
                          size_t output_len)
{
    struct lab_proc *client =
        lab_spawn(.program = "unixc", .args = LAB_ARGS(path), .input = input, .input_len = len);

    lab_wait(client);
    lab_expect_output_bytes(client, output, output_len);
    lab_expect_exit(client, 0);
}

#define EXPECT_CLIENT(path, input, output)                                                         \
    expect_client(path, input, sizeof(input) - 1, output, sizeof(output) - 1)

/* Whether the client misses its answers or only its status depends on what the reset overtakes. */
static const char *name_after_quit(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)diagnosis;
    (void)p;
    return v == VERDICT_WRONG_OUTPUT || v == VERDICT_WRONG_STATUS ? "goes-on-after-quit" : NULL;
}

static void expect_talk(void)
{
    const char *path = socket_path("s");
    struct lab_proc *server =
        lab_spawn(.program = "unixd", .side = LAB_REFERENCE, .args = LAB_ARGS(path));
    struct lab_proc *client;

    lab_expect_line(server, "ready");
    lab_hint_for("extra-output", "answer-without-end",
                 "多出来的是缓冲区里上一次留下的字节：recv 不会在末尾补 0。按收到的长度打印"
                 "（fwrite、printf(\"%.*s\", …)），不要用 %s、puts、strchr。",
                 "What is too much was left in the buffer from before: recv() adds no 0 at the "
                 "end. Print by "
                 "length (fwrite(), printf(\"%.*s\", ...)), not with %s, puts() or strchr().");
    EXPECT_CLIENT(path, "ECHO one\nECHO 二\nwhat\nECHO \n", "one\n二\nERR unknown\n\n");
    lab_context("（最后一行没有换行）", "(the last line has no newline)");
    lab_hint("服务器只认整行。标准输入的最后一行若没有换行，发的时候要补上。",
             "The server knows complete lines only: add the newline that the last line lacks.");
    expect_meaning("newline-not-added");
    EXPECT_CLIENT(path, "ECHO one\nECHO two", "one\ntwo\n");
    meaning = NULL;
    lab_hint(NULL, NULL);
    lab_context("（QUIT 之后标准输入里还有行）", "(more input after QUIT)");
    lab_hint(
        "一问一答：发一行，收一行，再读下一行输入。QUIT 之后服务器会关连接，后面的输入不用再发，"
        "也没有回答可等：退出 0。",
        "Send a line, receive its answer, then read the next line. After QUIT the server closes: "
        "nothing more to send, no answer to wait for, exit with 0.");
    lab_on_fail(name_after_quit);
    EXPECT_CLIENT(path, "ECHO one\nQUIT\nECHO two\n", "one\n");
    lab_on_fail(NULL);
    lab_hint(NULL, NULL);
    lab_context("（标准输入是空的）", "(empty input)");
    EXPECT_CLIENT(path, "", "");
    lab_context("（行里有值为 0 的字节）", "(zero bytes in a line)");
    EXPECT_CLIENT(path, "ECHO a\0b\nECHO c\n", "a\0b\nc\n");
    lab_context("（标准输入一行一行地来，每行的回答要马上看到）",
                "(input comes line by line; each answer must show at once)");
    lab_hint(
        "收到一行回答就 fflush(stdout)：标准输出接在管道上时，stdio 会一直攒到缓冲满。",
        "fflush(stdout) after every answer: on a pipe stdio keeps it until its buffer is full.");
    client = lab_spawn(.program = "unixc", .args = LAB_ARGS(path), .input_open = true);
    expect_meaning("answer-not-shown");
    lab_send_text(client, "ECHO first\n");
    lab_expect_line(client, "first");
    lab_send_text(client, "ECHO second\n");
    lab_expect_line(client, "second");
    meaning = NULL;
    lab_close_input(client);
    lab_wait(client);
    lab_expect_exit(client, 0);
    lab_context("（服务器已经不在了）", "(the server is gone)");
    lab_hint("connect 失败：说明原因，退出 1。", "connect() fails: say why, exit 1.");
    end_server(server, "s");
    client = lab_start("unixc", path);
    lab_wait(client);
    lab_expect_exit(client, 1);
    lab_expect_output(client, "");
}

struct door {
    int listener;
    struct peer peer;
};

static bool somebody_came(void *arg)
{
    struct door *d = arg;

    d->peer.fd = accept4(d->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    return d->peer.fd >= 0;
}

/* Start the student's client against a server of ours. */
static struct lab_proc *receive_client(struct door *d, const char *path)
{
    struct lab_proc *client =
        lab_spawn(.program = "unixc", .args = LAB_ARGS(path), .input_open = true);

    d->peer = (struct peer){.fd = -1};
    await(somebody_came, d, "never-connected", "unixc 来连接", "unixc to connect");
    return client;
}

static void expect_firmness(void)
{
    const char *path = lab_path("ours");
    struct sockaddr_un a = address_of(path);
    struct door door = {.listener = new_socket()};
    struct lab_proc *client;

    if (bind(door.listener, (struct sockaddr *)&a, sizeof a) != 0 || listen(door.listener, 8) != 0)
        lab_internal("%s: %s", path, strerror(errno));
    lab_context("（服务器一个字节一个字节地回答）", "(the server answers byte by byte)");
    lab_hint("一次 recv 未必是一整行：读到 \\n 为止，才算收到一个回答。",
             "One recv() need not be a whole line: an answer ends at \\n.");
    client = receive_client(&door, path);
    lab_send_text(client, "ECHO hello\n");
    expect_answer_as(&door.peer, "ECHO hello\n", 11, "no-request");
    dribble(&door.peer, "hello\n", "one-recv");
    lab_expect_line(client, "hello");
    lab_send_text(client, "ECHO again\n");
    expect_answer_as(&door.peer, "ECHO again\n", 11, "no-request");
    dribble(&door.peer, "again\n", "one-recv");
    lab_expect_line(client, "again");
    lab_close_input(client);
    lab_wait(client);
    lab_expect_exit(client, 0);
    hang_up(&door.peer);

    lab_context("（服务器还欠着一个回答就关了连接）",
                "(the server closes while it owes an answer)");
    lab_hint("recv 返回 0：服务器走了。还欠着回答就走，是出了错：退出 1。",
             "recv() returned 0: exit 1.");
    client = receive_client(&door, path);
    lab_send_text(client, "ECHO hello\n");
    expect_answer_as(&door.peer, "ECHO hello\n", 11, "no-request");
    hang_up(&door.peer);
    lab_close_input(client);
    lab_wait(client);
    lab_expect_exit(client, 1);

    lab_context("（服务器接受连接后马上关掉，unixc 还在发）",
                "(the server closes at once; unixc sends)");
    lab_hint_for("sigpipe", NULL, "send 加 MSG_NOSIGNAL，对方走了就得到 EPIPE，而不是被信号杀死。",
                 "Use MSG_NOSIGNAL: EPIPE instead of death by signal.");
    client = receive_client(&door, path);
    hang_up(&door.peer);
    lab_send_text(client, "ECHO hello\n");
    lab_close_input(client);
    lab_wait(client);
    lab_expect_exit(client, 1);
    close(door.listener);
    unlink(path);
}

/* A client that lives through short and delayed transfers: every start has another schedule. */
static void expect_whole_requests(void)
{
    static const char input[] = "ECHO the first of some lines\nECHO the second of them\nECHO 三\n";
    static const char output[] = "the first of some lines\nthe second of them\n三\n";
    const char *path = socket_path("whole");
    struct lab_proc *server =
        lab_spawn(.program = "unixd", .side = LAB_REFERENCE, .args = LAB_ARGS(path));

    lab_expect_line(server, "ready");
    lab_context("（每次 recv、send 只传一部分，还会被耽搁）",
                "(recv() and send() move a part each time and are held up)");
    lab_hint("send 返回发走了多少，可以比要发的少：循环到整行发完，再等回答。",
             "send() returns how much it took, perhaps less than asked: loop until the line is "
             "sent, then wait for the answer.");
    expect_meaning("partial-send");
    for (int i = 0; i < 4; i++) {
        struct lab_proc *client =
            lab_spawn(.program = "unixc", .args = LAB_ARGS(path), .input = input,
                      .input_len = sizeof input - 1, .provoke = LAB_SHORT_IO | LAB_DELAY);

        lab_wait(client);
        lab_expect_output(client, output);
        lab_expect_exit(client, 0);
    }
    meaning = NULL;
    end_server(server, "whole");
}

LAB_TEST(unixc)
{
    expect_talk();
    lab_hint(NULL, NULL);
    expect_firmness();
    lab_hint(NULL, NULL);
    expect_whole_requests();
}

LAB_MAIN({"commands", commands}, {"pieces", pieces}, {"long_lines", long_lines},
         {"idle_client", idle_client}, {"slow_reader", slow_reader}, {"vanishing", vanishing},
         {"identity", identity}, {"second_instance", second_instance},
         {"stale_socket", stale_socket}, {"sigterm", sigterm}, {"long_path", long_path},
         {"unixc", unixc})
