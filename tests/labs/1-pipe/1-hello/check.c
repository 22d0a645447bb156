/* Check program of pipe-hello.
 *
 * Two provocations make uninitialised memory visible on every machine: the program is compiled with
 * -ftrivial-auto-var-init=pattern (exercise.ini) and started with MALLOC_PERTURB_, so a message
 * that was not terminated is followed by garbage and never by a lucky NUL. */
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "harness/lab.h"

/* Below MAX_ARG_STRLEN (131072), above the capacity of a pipe (65536). */
enum { LARGE = 120000 };

static const char *sent;  /* the message of the program that is being judged */
static const char *plain; /* set when the same test passed with a message without '%' */

/* --- what is wrong with an output --------------------------------------------------------------
 */

struct said { /* an output that begins with "child got N bytes: " */
    const char *out;
    size_t out_len;
    size_t count;     /* its N */
    const char *body; /* what follows */
    size_t len;
    size_t want; /* length of the message sent */
};

static bool skip_text(const char **at, const char *end, const char *text)
{
    size_t len = strlen(text);

    if ((size_t)(end - *at) < len || memcmp(*at, text, len) != 0)
        return false;
    *at += len;
    return true;
}

static bool parse_output(struct said *s, struct lab_proc *p)
{
    s->out = lab_output(p, &s->out_len);
    s->want = strlen(sent);
    const char *at = s->out, *end = s->out + s->out_len;

    if (!skip_text(&at, end, "child got ") || at == end || *at < '0' || *at > '9')
        return false;
    for (s->count = 0; at < end && *at >= '0' && *at <= '9'; at++)
        s->count = s->count * 10 + (size_t)(*at - '0');
    if (!skip_text(&at, end, " bytes: "))
        return false;
    s->body = at;
    s->len = (size_t)(end - at);
    return true;
}

/* Does the body begin with the whole message? */
static bool has_message(const struct said *s)
{
    return s->len >= s->want && memcmp(s->body, sent, s->want) == 0;
}

static bool killed_by(struct lab_proc *p, int sig)
{
    return lab_ended(p) && WIFSIGNALED(lab_status(p)) && WTERMSIG(lab_status(p)) == sig;
}

/* 0xfe is what -ftrivial-auto-var-init=pattern leaves, 0x5a what MALLOC_PERTURB_=165 does. */
static bool never_written(char c)
{
    return (unsigned char)c == 0xfe || (unsigned char)c == 0x5a;
}

/* Is the body the message, several times over? */
static bool repeats(const struct said *s)
{
    size_t want = s->want;

    if (want == 0 || s->count % want != 0 || s->len < s->count || !has_message(s))
        return false;
    return memcmp(s->body, s->body + want, s->count - want) == 0;
}

static const char *too_many(const struct said *s)
{
    size_t want = s->want;

    if (repeats(s)) {
        lab_note("管道里有 %zu 遍消息", "the pipe carried the message %zu times", s->count / want);
        lab_hint("不止一个进程写了消息。fork 只调用一次，返回值存进变量再比较（写成两个 "
                 "if (fork() …) 就有三个子进程）；子进程打印完要 exit，不能接着做父进程的事。",
                 "More than one process wrote the message. Call fork() once and keep its result "
                 "(two if (fork() …) make three children); the child must exit after printing and "
                 "not go on with the parent's work.");
        return "written-twice";
    }
    /* One byte more: a NUL that %s swallowed, or that is visible in the output. */
    bool hidden = s->len == want + 1 && s->body[want] == '\n';
    bool visible = s->len == want + 2 && s->body[want] == '\0';

    if (s->count == want + 1 && (hidden || visible)) {
        lab_hint("子进程多数到 1 个字节：父进程把 C 字符串末尾的 '\\0' 也写进了管道。"
                 "管道传的是字节，不是字符串，长度用 strlen(argv[1])，不要加 1。",
                 "The child counted one byte too many: the parent also wrote the terminating NUL. "
                 "A pipe carries bytes, not strings; write strlen(argv[1]) of them.");
        return "sent-nul";
    }
    lab_note("消息有 %zu 字节，子进程却说有 %zu 字节",
             "the message has %zu bytes, but the child says %zu", want, s->count);
    if (has_message(s) && s->len > want && never_written(s->body[want])) {
        lab_note("多出来的是从没写过的内存（0x%02x）", "the rest is memory nobody wrote (0x%02x)",
                 (unsigned)(unsigned char)s->body[want]);
        lab_hint(
            "N 是各次 read 返回值之和。read 不补 '\\0'，对读到的数据用 strlen 会一直数下去；"
            "父进程也只能写 strlen(argv[1]) 个字节，不是整个缓冲区。",
            "N is the sum of what read() returned. read() adds no NUL, so strlen() on its data "
            "counts on; and the parent must write strlen(argv[1]) bytes, not a whole buffer.");
        return "uninitialised-bytes";
    }
    lab_hint(
        "write 的第三个参数是要写的字节数，它会照写不误，哪怕越过了字符串的末尾。"
        "父进程给的是消息的长度吗？不是缓冲区的大小，也不是 sizeof 指针（8）。",
        "The third argument of write() is how many bytes to write, even beyond the end of the "
        "string: the length of the message, not the size of a buffer, nor that of a pointer (8).");
    return "sent-too-much";
}

static const char *nothing_came(const struct said *s, struct lab_proc *p)
{
    if (killed_by(p, SIGPIPE)) {
        lab_note("父进程写管道时死于 SIGPIPE：它那根管道没有读者；"
                 "子进程一读就是 EOF：它那根管道没有写者",
                 "the parent died of SIGPIPE: its pipe had no reader; "
                 "the child read EOF at once: its pipe had no writer");
        lab_hint("父子俩用的是两根不同的管道。fork 之后才调用 pipe()，两个进程就各建各的；"
                 "先 pipe 后 fork，子进程才继承到同一根。",
                 "Parent and child use two different pipes. pipe() after fork() makes one in each "
                 "process; call pipe() first, then the child inherits the same one.");
        return "separate-pipes";
    }
    lab_note("消息有 %zu 字节，子进程一个也没有读到", "of %zu bytes the child read none", s->want);
    lab_hint("检查两件事：read 和 write 的返回值是不是 -1（fd[0] 只能读，fd[1] 只能写，"
             "用反了就是 EBADF）；管道是不是在 fork 之前建的。",
             "Check two things: did read() or write() return -1 (fd[0] only reads, fd[1] only "
             "writes; the wrong one gives EBADF), and was the pipe made before fork()?");
    return "eof-before-data";
}

static const char *too_few(const struct said *s, struct lab_proc *p)
{
    if (s->count == 0)
        return nothing_came(s, p);
    if (has_message(s)) {
        lab_note("正文一字节不少（%zu 字节），N 却是 %zu", "all %zu bytes are there, yet N is %zu",
                 s->want, s->count);
        lab_hint("N 是字节数，等于各次 read 返回值之和。一个汉字在 UTF-8 里占 3 个字节；"
                 "strlen 数的也不是读到的字节。",
                 "N is the number of bytes: the sum of what read() returned. A Chinese character "
                 "takes 3 bytes in UTF-8.");
        return "wrong-count";
    }
    if (memmem(s->body, s->len, "child got ", 10) != NULL) {
        lab_note("那一行打印了不止一次，每次只有一块",
                 "the line was printed more than once, a piece each");
        lab_hint(
            "先把各次 read 得到的都攒起来，读到 EOF 再打印，只打印一行。一次 read 不是一条消息。",
            "Collect what the reads return and print once, after EOF: one read() is not one "
            "message.");
        return "printed-in-pieces";
    }
    lab_note("消息有 %zu 字节，子进程却说只有 %zu 字节",
             "the message has %zu bytes, the child says %zu", s->want, s->count);
    if (s->count == 1) {
        lab_hint(
            "只有 1 个字节：是不是写成了 n = read(…) > 0？比较先算，n 得到的是 1。写成 "
            "(n = read(…)) > 0。如果缓冲区只有 1 个字节，就循环到 read 返回 0。",
            "One byte only: is it n = read(…) > 0? The comparison goes first and n becomes 1; "
            "write (n = read(…)) > 0. With a buffer of one byte, loop until read() returns 0.");
        return "truncated-message";
    }
    if (strchr(" \n", sent[s->count]) != NULL || sent[s->count - 1] == '\n') {
        lab_note("停下的地方正好是空格或换行", "it stopped right at a blank or newline");
        lab_hint(
            "scanf(\"%s\") 遇到空白就停，fgets 读到换行就停：它们是读文字的。"
            "管道里是任意字节，用 read 读到它返回 0。",
            "scanf(\"%s\") stops at a blank, fgets() after a newline: they read text. The pipe "
            "carries any bytes: read() until it returns 0.");
        return "truncated-message";
    }
    lab_hint("一次 read 只保证“至少 1 个字节”，管道一次也装不下整条消息：一直读到 read 返回 0。"
             "还要确认缓冲区装满时会变大：长度为 0 的 read 也返回 0，那不是 EOF。",
             "One read() promises at least one byte, no more, and the pipe cannot hold the whole "
             "message: read until it returns 0. And let the buffer grow: a read() of length 0 "
             "returns 0 too, but that is not EOF.");
    return "truncated-message";
}

/* The line of the child is right, but something follows. */
static const char *more_follows(const struct said *s)
{
    size_t line = (size_t)(s->body - s->out) + s->want + 1;
    size_t rest = s->out_len - line;

    lab_note("子进程的那一行是对的，后面又多了 %zu 字节",
             "the child's line is right, but %zu bytes follow", rest);
    if (rest <= line && memcmp(s->out, s->out + line, rest) == 0) {
        lab_hint("fork 会把 stdio 缓冲区里还没写出去的字节也复制一份，两个进程退出时各写一遍。"
                 "fork 之前不要留下没冲刷的输出；父进程什么也不用打印。",
                 "fork() also copies bytes that still wait in stdio's buffer, and both processes "
                 "write them at exit. Leave nothing unflushed before fork(); the parent has "
                 "nothing to print.");
        return "doubled-output";
    }
    lab_hint("stdout 上只有子进程的那一行。父进程什么也不打印；想说的话写到 stderr。",
             "Nothing but the child's line belongs on stdout. The parent prints nothing there; "
             "stderr is free.");
    return "extra-output";
}

static const char *right_count(const struct said *s)
{
    if (!has_message(s) && s->len == s->want + 1 && s->want > 0) {
        lab_note("N 是对的，打印的 %zu 字节却不是消息",
                 "N is right, but the %zu bytes are not the message", s->want);
        lab_hint("每次 read 都要接在前一次的后面：read(fd, buf + len, room - len)。都读到 buf "
                 "的开头，后来的就盖掉了先来的。",
                 "Each read() has to continue where the last one ended: read(fd, buf + len, room - "
                 "len). Reading to the start of buf each time overwrites what came first.");
        return "overwritten";
    }
    if (!has_message(s))
        return NULL;
    if (s->len == s->want) {
        lab_hint("只差最后的换行符：格式是 child got N bytes: MSG 再加一个 '\\n'。",
                 "Only the final newline is missing: child got N bytes: MSG, then '\\n'.");
        return "missing-newline";
    }
    if (s->body[s->want] == '\n')
        return s->len > s->want + 1 ? more_follows(s) : NULL;
    lab_note("消息后面多出 %zu 个不属于它的字节", "%zu bytes that are not the message follow it",
             s->len - s->want);
    lab_hint("read 读到的不是 C 字符串，末尾没有 '\\0'；%s 会一直打印到碰巧遇见 0 为止。"
             "用 fwrite(buf, 1, n, stdout) 或 %.*s，让长度说了算。",
             "read() does not make a C string, no NUL follows the data; %s prints on until it "
             "happens to meet one. Use fwrite(buf, 1, n, stdout) or %.*s.");
    return "missing-nul";
}

static const char *wrong_bytes(struct lab_proc *p)
{
    struct said s;

    if (plain != NULL && strchr(sent, '%') != NULL) {
        lab_note("不含 %% 的消息刚才是对的", "a message without %% was right a moment ago");
        lab_hint("消息被当成了格式串：printf(buf) 会解释其中的 %d、%s。"
                 "数据永远不要放在 printf 的第一个参数里。",
                 "The message was taken for a format: printf(buf) interprets its %d and %s. Never "
                 "pass data as the first argument of printf().");
        return "format-string";
    }
    if (!parse_output(&s, p))
        return NULL;
    if (s.count == s.want)
        return right_count(&s);
    return s.count > s.want ? too_many(&s) : too_few(&s, p);
}

static const char *refine(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    if ((v != VERDICT_WRONG_OUTPUT && v != VERDICT_CRASH) || p == NULL || sent == NULL)
        return NULL;
    if (lab_ended(p) && WIFEXITED(lab_status(p)) && WEXITSTATUS(lab_status(p)) != 0)
        lab_note("它的退出状态是 %d", "its exit status is %d", WEXITSTATUS(lab_status(p)));
    if (strcmp(diagnosis, "no-output") == 0 && plain == NULL)
        return NULL;
    return wrong_bytes(p);
}

/* --- starting and judging ------------------------------------------------------------------------
 */

static void begin(void)
{
    lab_on_fail(refine);
    lab_hint_for(
        "no-output", NULL,
        "一个字节也没打印。先看证据里有没有失败的调用和不为 0 的退出状态（128+S 表示子进程被信号 S "
        "杀死）：子进程走到打印那里了吗？走到了，就看打印之后是不是用了 _exit："
        "它不冲刷 stdio 缓冲区，而 stdout 是管道时 printf 只写进缓冲区。",
        "Not a byte was printed. See whether the evidence names a failed call or a status that is "
        "not 0 (128+S: signal S killed the child): did the child get as far as printing? If it "
        "did, was _exit() called after printf()? That does not flush stdio, and with a pipe as "
        "stdout printf() only fills a buffer.");
    lab_hint_for(
        "sigpipe", NULL,
        "父进程写的时候，没有人开着读端。子进程在读完之前就结束了（或者还没有写），把 fd[0] "
        "关掉了，或者父进程在 fork 之前就关了 fd[0]；也可能管道是 fork 之后才建的。"
        "忽略 SIGPIPE 不解决问题。",
        "When the parent wrote, nobody had the read end open: the child ended before reading it "
        "all (or is not written yet), it closed fd[0], or the parent did so before fork(); or the "
        "pipe was made after fork(). Ignoring SIGPIPE does not help.");
    lab_hint_for(
        "wrong-status", NULL,
        "输出是对的，退出状态不对。子进程打印完有没有 exit，还是接着做了父进程的事？waitpid "
        "成功了吗（返回 −1 时 status 里什么也没有）？status 要先用 WIFEXITED、WEXITSTATUS 拆开。",
        "The output is right, the status is not. Does the child exit after printing, or go on with "
        "the parent's work? Did waitpid() succeed (on -1 status holds nothing)? Take status apart "
        "with WIFEXITED and WEXITSTATUS.");
}

static struct lab_proc *start(const char *message)
{
    sent = message;
    return lab_spawn(.program = "pipe_hello", .args = LAB_ARGS(message),
                     .env = LAB_ARGS("MALLOC_PERTURB_=165"));
}

static void expect_message(struct lab_proc *p)
{
    const char *expected = lab_text("child got %zu bytes: %s\n", strlen(sent), sent);

    lab_wait(p);
    lab_expect_output_bytes(p, expected, strlen(expected));
    lab_expect_exit(p, 0);
}

static const char *random_text(size_t len)
{
    return lab_text("%.*s", (int)len, lab_pattern(len));
}

/* --- the tests
 * ------------------------------------------------------------------------------------ */

LAB_TEST(prints_message)
{
    begin();
    expect_message(start("hi"));
    expect_message(start("hello, pipe"));
    expect_message(start(random_text(12))); /* one that no program can have in a table */

    lab_context("没有给 MSG 时", "without MSG");
    lab_hint_for("wrong-status", NULL,
                 "用法不对：退出状态 2，说明写到 stderr，stdout 上什么也不要有。",
                 "Wrong usage: exit status 2, words on stderr, nothing on stdout.");
    struct lab_proc *p = lab_start("pipe_hello");
    lab_wait(p);
    lab_expect_exit(p, 2);
    lab_expect_output(p, "");
}

LAB_TEST(empty_message)
{
    begin();
    lab_context("MSG 是空字符串时", "when MSG is the empty string");
    lab_hint_for("no-output", NULL,
                 "消息是空的，第一次 read 就返回 0：那是 EOF，不是出错，那一行照样要打印。",
                 "The message is empty and the first read() returns 0: that is EOF, not an error; "
                 "print the line all the same.");
    expect_message(start(""));
}

LAB_TEST(any_bytes)
{
    begin();
    lab_context("中文消息", "a Chinese message");
    expect_message(start("你好，管道！"));
    lab_context("反斜杠、制表符、换行", "backslash, tab, newline");
    expect_message(start("C:\\new\tline 1\nline 2\n"));
    lab_context("不是 UTF-8 的字节", "bytes that are not UTF-8");
    expect_message(start("\xff\xfe\x01 raw \x80"));
    plain = sent;
    lab_context("消息里有 %% 时", "when the message has a %%");
    expect_message(start("进度 100% 完成，%d%x%%"));
}

LAB_TEST(long_message)
{
    static const size_t sizes[] = {4095, 4096, 4097, 65536, 65537, LARGE};

    begin();
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        lab_context("MSG 有 %zu 字节时", "when MSG has %zu bytes", sizes[i]);
        expect_message(start(random_text(sizes[i])));
    }
}

/* A long message, printed once without hindrance: whatever the program does later with the same
 * message, it is known to print all of it. */
static const char *printed_text(void)
{
    const char *text = random_text(LARGE);

    expect_message(start(text));
    return text;
}

/* The program ended although its stdout had room for a small part of the message only. */
static const char *ended_early(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    if (strcmp(diagnosis, "no-block") != 0 || p == NULL)
        return refine(v, diagnosis, p);
    if (!lab_ended(p) || !WIFEXITED(lab_status(p)))
        return NULL;
    lab_note(
        "stdout 只放得下 4096 字节，消息有 %zu 字节，父进程却已经结束（状态 %d）",
        "stdout had room for 4096 bytes of a message of %zu, yet the parent has ended (status %d)",
        strlen(sent), WEXITSTATUS(lab_status(p)));
    lab_hint("父进程没有等子进程：shell 以为命令已完成，子进程的输出会出现在提示符之后，"
             "它的退出状态也没人知道。写完、关掉写端以后，用 waitpid 等它。",
             "The parent does not wait for its child: the shell thinks the command is done, the "
             "output appears after the prompt and nobody learns the status. Write, close the write "
             "end, then waitpid().");
    return "no-wait";
}

/* Without the provocation the same message just arrived. */
static const char *partial_ignored(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)diagnosis;
    (void)p;
    if (v == VERDICT_LEAK)
        return NULL;
    lab_note("read 和 write 一次做完时，同样长的消息刚才是对的",
             "when read() and write() did all at once, the same message was right");
    lab_hint("write 也可以只写一部分：返回值是写了多少，要从那里接着写，直到写完。read 也一样。",
             "write() may do a part only: it returns how much, go on from there until all is "
             "written. The same holds for read().");
    return "partial-io";
}

static const char *interrupt_fatal(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)diagnosis;
    (void)p;
    if (v == VERDICT_LEAK)
        return NULL;
    lab_note("没有信号打断时，同样长的消息刚才是对的",
             "without interruptions the same message was right");
    lab_hint(
        "read、write、waitpid 返回 −1 而 errno 是 "
        "EINTR，只表示被信号打断了，什么也没做：再调用一次。",
        "read(), write() or waitpid() failing with EINTR were only interrupted by a signal and "
        "did nothing: call them again.");
    return "eintr-fatal";
}

static void expect_provoked(unsigned provoke, int times)
{
    for (int i = 0; i < times; i++) { /* other arguments, other disturbances */
        sent = random_text(20000);
        expect_message(
            lab_spawn(.program = "pipe_hello", .args = LAB_ARGS(sent), .provoke = provoke));
    }
}

LAB_TEST(partial_and_interrupted)
{
    begin();
    expect_message(start(random_text(20000)));
    lab_on_fail(partial_ignored);
    lab_context("read、write 每次只做一部分", "read() and write() do a part each time");
    expect_provoked(LAB_SHORT_IO, 4);
    lab_on_fail(interrupt_fatal);
    lab_context("调用不时被信号打断", "calls are interrupted now and then");
    expect_provoked(LAB_EINTR, 24);
}

/* Start with a full stdout: the printing process blocks in write(1, …). */
static struct lab_proc *start_and_hold(const char *text, bool ignore_sigpipe, pid_t *writer)
{
    lab_on_fail(ended_early);
    sent = text;
    struct lab_proc *p =
        lab_spawn(.program = "pipe_hello", .args = LAB_ARGS(text), .hold_output = true,
                  .stdout_pipe = 4096, .ignore_sigpipe = ignore_sigpipe);
    *writer = lab_await_blocked(p, SYS_write, 1);
    return p;
}

/* The parent is looked at first, so another pid means that the parent is not blocked (yet). */
static bool parent_waits(void *arg)
{
    struct lab_proc *p = arg;

    return lab_await_blocked(p, -1, -1) == lab_pid(p);
}

LAB_TEST(child_prints_parent_waits)
{
    pid_t writer;

    begin();
    const char *text = printed_text();
    lab_context("读者暂时不读 stdout 时", "while nobody reads stdout");
    struct lab_proc *p = start_and_hold(text, false, &writer);
    if (writer == lab_pid(p)) {
        lab_hint("分工是：父进程写管道，子进程读到 EOF 后打印，父进程等它。fork 在子进程里返回 0。",
                 "The parent writes the pipe, the child reads to EOF and prints, the parent waits. "
                 "fork() returns 0 in the child.");
        lab_fail(VERDICT_WRONG_STATE, "parent-prints", "正在写标准输出的是父进程自己，不是子进程。",
                 "The process that writes standard output is the parent, not the child.");
    }
    lab_await(parent_waits, p, "no-wait", "父进程停下来等子进程",
              "the parent to wait for its child");
    lab_release_output(p);
    expect_message(p);
}

LAB_TEST(childs_status)
{
    pid_t writer;

    begin();
    const char *text = printed_text();
    lab_context("子进程打印时读者走了，它被 SIGPIPE 杀死",
                "the reader of stdout leaves, SIGPIPE kills the child");
    lab_hint_for(
        "wrong-status", "signal-status-lost",
        "父进程要如实交代子进程的结局：被信号杀死就退出 128+信号（SIGPIPE 是 13，所以 141）。"
        "不能总是 return 0，也不能直接返回 waitpid 给的 status；"
        "WEXITSTATUS 只在 WIFEXITED 为真时有意义，被杀时用 WTERMSIG。",
        "The parent must tell how its child ended: killed by a signal means 128 + signal "
        "(SIGPIPE is 13: 141). Neither 0 always nor the status of waitpid() itself; "
        "WEXITSTATUS only means something if WIFEXITED, otherwise look at WTERMSIG.");
    struct lab_proc *p = start_and_hold(text, false, &writer);
    lab_close_output(p);
    lab_wait(p);
    /* A child that ignores SIGPIPE by itself and reports the error is right as well. */
    if (!WIFEXITED(lab_status(p)) || WEXITSTATUS(lab_status(p)) != 1)
        lab_expect_exit(p, 128 + SIGPIPE);

    lab_context("SIGPIPE 被忽略，子进程写标准输出得到 EPIPE",
                "SIGPIPE ignored: the child's write to stdout fails with EPIPE");
    lab_hint_for("wrong-status", "write-error-ignored",
                 "消息没有写出去，程序却说成功了。printf 只是放进缓冲区；"
                 "fflush(stdout) 的返回值（或 ferror）才知道成败，失败时子进程退出 1。",
                 "The message was not written, yet the program claims success. printf() only fills "
                 "a buffer; fflush(stdout) tells. The child should then exit with 1.");
    p = start_and_hold(text, true, &writer);
    lab_close_output(p);
    lab_wait(p);
    lab_expect_exit(p, 1);
}

/* With descriptor 0 open the same program just passed. */
static const char *fd_zero(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)diagnosis;
    (void)p;
    if (v == VERDICT_LEAK)
        return NULL;
    lab_note("描述符 0 开着时，同样的消息刚才是对的",
             "with descriptor 0 open the same message was right");
    lab_hint("0 空着，pipe() 就会把它发给你：fd[0] 可以等于 0，这是合法的描述符。"
             "别把 0 当失败；dup2(0, 0) 什么也不做，之后的 close(0) 却真的关了它。",
             "With 0 free, pipe() hands it out: fd[0] may be 0, a valid descriptor. Do not take 0 "
             "for failure; dup2(0, 0) does nothing, and a close(0) after it really closes it.");
    return "fd-zero";
}

LAB_TEST(stdin_closed)
{
    begin();
    expect_message(start("hi"));
    lab_context("启动时描述符 0 就关着", "descriptor 0 closed from the start");
    lab_on_fail(fd_zero);
    struct lab_proc *p =
        lab_spawn(.program = "pipe_hello", .args = LAB_ARGS("hi"), .input_closed = true);
    expect_message(p);
}

static void expect_refusal(struct lab_proc *p, const char *id, const char *zh, const char *en)
{
    static const char *const failures[] = {"wrong-status", "sigpipe", "killed-by-signal",
                                           "segfault"};

    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++)
        lab_hint_for(failures[i], id, zh, en);
    sent = NULL;
    lab_wait(p);
    lab_expect_exit(p, 1);
    lab_expect_output(p, "");
}

LAB_TEST(pipe_fails)
{
    begin();
    lab_context("只剩一个描述符可用，pipe() 得到 EMFILE",
                "one descriptor left: pipe() gives EMFILE");
    /* 0, 1, 2 and one more, which the dynamic loader needs: pipe() wants two. */
    expect_refusal(lab_spawn(.program = "pipe_hello", .args = LAB_ARGS("hi"), .max_files = 4),
                   "pipe-unchecked",
                   "pipe() 返回 -1 时 fd[] 里什么也没有。检查返回值，用 perror 说明，退出 1。",
                   "When pipe() returns -1, fd[] holds nothing. Check it, perror(), exit 1.");
}

LAB_TEST(fork_fails)
{
    begin();
    lab_context("进程数到了上限，fork() 得到 EAGAIN",
                "no more processes allowed: fork() gives EAGAIN");
    expect_refusal(
        lab_spawn(.program = "pipe_hello", .args = LAB_ARGS("hi"), .max_processes = -1),
        "fork-unchecked",
        "fork() 返回 -1 表示没有子进程。-1 不是 0，不检查就会走进父进程的分支，"
        "对着没有读者的管道写，再等一个不存在的进程。",
        "fork() returning -1 means there is no child. -1 is not 0: unchecked, the parent's "
        "branch writes to a pipe without reader and waits for nobody.");
}

LAB_MAIN({"prints_message", prints_message}, {"empty_message", empty_message},
         {"any_bytes", any_bytes}, {"long_message", long_message},
         {"partial_and_interrupted", partial_and_interrupted},
         {"child_prints_parent_waits", child_prints_parent_waits}, {"childs_status", childs_status},
         {"stdin_closed", stdin_closed}, {"pipe_fails", pipe_fails}, {"fork_fails", fork_fails})
