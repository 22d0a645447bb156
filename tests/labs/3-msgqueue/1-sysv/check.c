/* Checks of msg_sysv. The trusted side opens the same queues and looks at every byte itself, so
 * that each rule of the message format is judged where it can be seen: in the kernel. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "harness/lab.h"

enum { BIGGEST = 8192, MAX_MESSAGES = 64, LETTERS = 6 };

struct message { /* as msgsnd(2) and msgrcv(2) want it */
    long mtype;
    char mtext[2 * BIGGEST];
};

struct line { /* what a message should be; strings may hold NUL */
    long type;
    const char *text;
    size_t len;
};
#define LINE(type, literal)                                                                        \
    {                                                                                              \
        type, literal, sizeof literal - 1                                                          \
    }
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- the trusted side of a queue ---------------------------------------------------------------
 */

static int queue_make(key_t key)
{
    int id = msgget(key, IPC_CREAT | IPC_EXCL | 0600);
    if (id == -1)
        lab_internal("msgget: %s", strerror(errno));
    return id;
}

static struct msqid_ds queue_look(int id)
{
    struct msqid_ds ds;
    if (msgctl(id, IPC_STAT, &ds) == -1)
        lab_internal("msgctl: %s", strerror(errno));
    return ds;
}

/* Make the queue hold at most `bytes` bytes of text, so that a few lines fill it. */
static void queue_shrink(int id, size_t bytes)
{
    struct msqid_ds ds = queue_look(id);
    ds.msg_qbytes = bytes;
    if (msgctl(id, IPC_SET, &ds) == -1)
        lab_internal("msgctl: %s", strerror(errno));
}

static void queue_put(int id, const struct line *l)
{
    static struct message m;
    m.mtype = l->type;
    memcpy(m.mtext, l->text, l->len);
    if (msgsnd(id, &m, l->len, IPC_NOWAIT) == -1)
        lab_internal("msgsnd: %s", strerror(errno));
}

static void queue_remove(int id)
{
    if (msgctl(id, IPC_RMID, NULL) == -1)
        lab_internal("msgctl: %s", strerror(errno));
}

/* Keys and message counts of all queues of this IPC namespace. */
static void note_queues(void)
{
    char row[256];
    FILE *f = fopen("/proc/sysvipc/msg", "re");
    while (f && fgets(row, sizeof row, f)) {
        long key, id;
        unsigned mode, bytes, count;
        if (sscanf(row, "%ld %ld %o %u %u", &key, &id, &mode, &bytes, &count) == 5)
            lab_note("现有的队列：key=%1$ld，%2$u 条消息",
                     "a queue there is: key=%1$ld, %2$u messages", key, count);
    }
    if (f)
        fclose(f);
}

/* The queue the student's `send` should have made under `key`. */
static int queue_of_student(key_t key)
{
    int id = msgget(key, 0);
    if (id != -1)
        return id;
    note_queues();
    lab_hint(
        "key 就是命令行上的那个整数：不要用 IPC_PRIVATE，也不要拿它去算 ftok。"
        "一个队列也没有留下，就看 send 是不是把它删了：IPC_RMID 只归 rm，消息要留给收件人。",
        "The key is the integer on the command line: no IPC_PRIVATE, no ftok(). If no queue is "
        "left at all, did send remove it? IPC_RMID is for rm alone, the messages are for the "
        "receiver.");
    lab_fail(VERDICT_WRONG_STATE, "wrong-key",
             "msg_sysv send %1$s 结束了，可是没有 key 为 %1$s 的队列。",
             "msg_sysv send %1$s has ended, but there is no queue with key %1$s.",
             lab_key_text(key));
}

/* --- judging what was sent
 * ------------------------------------------------------------------------ */

struct compared {  /* one message of the student and what it should be */
    size_t number; /* 1-based, for the report */
    const struct line *want;
    const struct message *got;
    ssize_t len;
};

static void compare_text(const struct compared *c)
{
    lab_hint("正文要和这一行逐字节相同。mtext 是紧跟在 mtype "
             "后面的数组，不是指针；复制了多少字节，msgsz 就填多少。",
             "The text must equal the line. mtext is an array right after mtype, not a pointer; "
             "msgsz is "
             "the number of bytes you copied.");
    lab_expect_bytes(lab_text("第 %zu 条消息的正文", c->number),
                     lab_text("the text of message %zu", c->number), c->want->text, c->want->len,
                     c->got->mtext, (size_t)c->len);
}

/* The message is a proper beginning of its line: where was it cut? */
static void fail_too_short(const struct compared *c)
{
    size_t len = (size_t)c->len;
    if (memcmp(c->got->mtext, c->want->text, len) != 0)
        return;
    if (c->want->text[len] == '\0') {
        lab_hint(
            "行里可以有 '\\0'。strlen、strcspn 到 '\\0' 为止，getline 的返回值才是这一行的长度。",
            "A line may hold '\\0'. strlen() stops there; getline() returns the true length.");
        lab_fail(VERDICT_WRONG_STATE, "stops-at-nul", "第 %1$zu 行在 '\\0' 处被截断了。",
                 "Line %1$zu was cut at its '\\0'.", c->number);
    }
    if (c->want->text[len] == ' ') {
        lab_hint("scanf(\"%%s\") 读的是单词，不是行。读行用 getline。",
                 "scanf(\"%%s\") reads words. Use getline() for lines.");
        lab_fail(VERDICT_WRONG_STATE, "splits-at-spaces", "第 %1$zu 行在空格处被拆开了。",
                 "Line %1$zu was split at a space.", c->number);
    }
    if (len + 1 == c->want->len) {
        lab_hint("最后一行可能没有换行符。先看最后一个字节是不是 '\\n'，是才去掉。",
                 "The last line may have no newline. Remove the last byte only if it is '\\n'.");
        lab_fail(VERDICT_WRONG_STATE, "chops-last-byte", "没有换行符的最后一行少了一个字节。",
                 "The last line, which has no newline, lost a byte.");
    }
}

/* A message is longer than its line: which of the classic mistakes is it? */
static void fail_too_long(const struct compared *c, bool all_equal)
{
    size_t extra = (size_t)c->len - c->want->len;
    char last = c->got->mtext[c->len - 1];
    lab_note("第 %1$zu 行有 %2$zu 字节，对应的消息正文有 %3$zd 字节",
             "line %1$zu has %2$zu bytes, its message %3$zd", c->number, c->want->len, c->len);
    if (all_equal) {
        lab_hint(
            "msgsz 填了整个数组（或结构体）的大小。它应该是这一行的长度：数组其余部分是没写过的"
            "内存，不该寄出去。",
            "msgsz is the size of the whole array. It should be the length of this line.");
        lab_fail(VERDICT_WRONG_STATE, "sends-whole-buffer",
                 "不论行有多长，每条消息的正文都是 %1$zd 字节。",
                 "Every message has %1$zd bytes of text, however long its line is.", c->len);
    }
    if (extra == sizeof(long)) {
        lab_hint("msgsz 只数正文，不含开头的 mtype。多出来的 8 字节是从正文后面的内存里读来的。",
                 "msgsz counts the text only, not the mtype in front of it.");
        lab_fail(VERDICT_WRONG_STATE, "counts-mtype", "每条消息的正文多了 8 字节。",
                 "Each message has 8 bytes of text too many.");
    }
    if (extra == 1 && last == '\n') {
        lab_hint("消息自带边界，不需要换行符。发送前把行尾的换行符去掉。",
                 "A message has its own boundary. Remove the newline before sending.");
        lab_fail(VERDICT_WRONG_STATE, "sends-newline", "换行符也被放进了消息正文。",
                 "The newline was put into the message.");
    }
    if (extra == 1 && last == '\0') {
        lab_hint("长度多算了 1（strlen(s) + 1）。消息有自己的长度，不靠 '\\0' 结尾。",
                 "The length is one too large. A message has a length of its own, no '\\0'.");
        lab_fail(VERDICT_WRONG_STATE, "sends-nul", "结尾的 '\\0' 也被放进了消息正文。",
                 "The terminating '\\0' was put into the message.");
    }
    compare_text(c);
}

static void expect_message(const struct compared *c, bool all_equal)
{
    if (c->got->mtype != c->want->type) {
        lab_hint("消息开头的 mtype 要填命令行上的 TYPE。",
                 "mtype must be TYPE of the command line.");
        lab_fail(VERDICT_WRONG_STATE, "wrong-type", "消息的类型是 %1$ld，应该是 %2$ld。",
                 "The type of the message is %1$ld instead of %2$ld.", c->got->mtype,
                 c->want->type);
    }
    if ((size_t)c->len > c->want->len)
        fail_too_long(c, all_equal);
    if ((size_t)c->len < c->want->len)
        fail_too_short(c);
    compare_text(c);
}

static struct message taken[MAX_MESSAGES];
static ssize_t taken_len[MAX_MESSAGES];

static size_t take_some(int id, size_t limit)
{
    size_t n = 0;
    while (n < limit &&
           (taken_len[n] = msgrcv(id, &taken[n], sizeof taken[n].mtext, 0, IPC_NOWAIT)) >= 0)
        n++;
    return n;
}

/* The messages taken are exactly the lines that are not empty? */
static void expect_empty_lines(const struct line *want, size_t count, size_t n)
{
    size_t k = 0, empty = 0;
    for (size_t i = 0; i < count; i++) {
        if (want[i].len == 0)
            empty++;
        else if (k < n && (size_t)taken_len[k] == want[i].len &&
                 memcmp(taken[k].mtext, want[i].text, want[i].len) == 0)
            k++;
    }
    if (empty == 0 || k != n || k + empty != count)
        return;
    lab_hint("正文 0 字节也是一条合法的消息：msgsnd(id, &m, 0, 0)。",
             "A message with 0 bytes of text is fine: msgsnd(id, &m, 0, 0).");
    lab_fail(VERDICT_WRONG_STATE, "skips-empty-lines", "空行没有变成消息。",
             "Empty lines did not become messages.");
}

static size_t expect_taken(int id, const struct line *want, size_t count, size_t limit)
{
    size_t n = take_some(id, limit);
    bool all_equal = n > 1;
    for (size_t i = 1; i < n; i++)
        all_equal = all_equal && taken_len[i] == taken_len[0];
    expect_empty_lines(want, count, n);
    for (size_t i = 0; i < n && i < count; i++) {
        struct compared c = {
            .number = i + 1, .want = &want[i], .got = &taken[i], .len = taken_len[i]};
        expect_message(&c, all_equal);
    }
    lab_expect(n >= count, VERDICT_WRONG_STATE, "lost-message",
               "队列里只有 %1$zu 条消息，应该有 %2$zu 条。空行也是一条消息（0 字节正文）。",
               "The queue holds %1$zu messages instead of %2$zu. An empty line is a message, too.",
               n, count);
    return n;
}

/* The next messages are these; more may follow (a sender may be waiting to put them). */
static void expect_first(int id, const struct line *want, size_t count)
{
    expect_taken(id, want, count, count);
}

/* The queue holds exactly these messages, in this order. Empties it. */
static void expect_queue(int id, const struct line *want, size_t count)
{
    size_t n = expect_taken(id, want, count, MAX_MESSAGES);
    lab_expect(n == count, VERDICT_WRONG_STATE, "extra-message",
               "队列里有 %1$zu 条消息，应该只有 %2$zu 条。",
               "The queue holds %1$zu messages instead of %2$zu.", n, count);
}

/* --- judging what was printed
 * ---------------------------------------------------------------------- */

enum print_style { BY_LENGTH, AS_STRING_CLEARED, AS_STRING_REUSED, REQUESTED_TYPE };

/* What a receiver prints for these messages in that style. Freed with the process. */
static char *printed(const struct line *l, size_t count, enum print_style style, long requested,
                     size_t *len)
{
    char *text = NULL;
    static char buffer[2 * BIGGEST];
    memset(buffer, 0, sizeof buffer);
    FILE *f = open_memstream(&text, len);
    if (!f)
        lab_internal("open_memstream: %s", strerror(errno));
    for (size_t i = 0; i < count; i++) {
        if (style == AS_STRING_CLEARED)
            memset(buffer, 0, sizeof buffer);
        memcpy(buffer, l[i].text, l[i].len);
        fprintf(f, "%ld:", style == REQUESTED_TYPE ? requested : l[i].type);
        bool as_string = style == AS_STRING_CLEARED || style == AS_STRING_REUSED;
        fwrite(buffer, 1, as_string ? strlen(buffer) : l[i].len, f);
        fputc('\n', f);
    }
    if (fclose(f) != 0)
        lab_internal("fclose: %s", strerror(errno));
    return text;
}

static bool looks(struct lab_proc *p, const struct line *l, size_t count, enum print_style style,
                  long requested)
{
    size_t want_len, got_len;
    char *want = printed(l, count, style, requested, &want_len);
    const char *got = lab_output(p, &got_len);
    bool same = want_len == got_len && memcmp(want, got, got_len) == 0;
    free(want);
    return same;
}

static void expect_printed(struct lab_proc *p, const struct line *l, size_t count, long requested)
{
    if (!looks(p, l, count, BY_LENGTH, 0)) {
        if (looks(p, l, count, AS_STRING_REUSED, 0) || looks(p, l, count, AS_STRING_CLEARED, 0)) {
            lab_hint(
                "printf(\"%%s\") 打印到 '\\0' 为止，而正文没有 '\\0' "
                "结尾，里面倒可能有。正文的长度是 "
                "msgrcv 的返回值，按它 fwrite。",
                "printf(\"%%s\") stops at '\\0'. The text has a length: what msgrcv() returned.");
            lab_fail(VERDICT_WRONG_OUTPUT, "prints-as-string",
                     "正文被当作 C 字符串打印了：要么带出上一条消息的尾巴，要么在 '\\0' 处断掉。",
                     "The text was printed as a C string: with the tail of an earlier message, or "
                     "cut at a '\\0'.");
        }
        if (looks(p, l, count, REQUESTED_TYPE, requested)) {
            lab_hint("要打印的是收到的那条消息的 mtype，不是命令行上的 TYPE。",
                     "Print the mtype of the message received, not TYPE of the command line.");
            lab_fail(VERDICT_WRONG_OUTPUT, "prints-requested-type",
                     "每一行都打印了命令行上的 %1$ld，而不是消息自己的类型。",
                     "Each line shows %1$ld of the command line, not the type of the message.",
                     requested);
        }
    }
    size_t len;
    char *want = printed(l, count, BY_LENGTH, 0, &len);
    lab_expect_output_bytes(p, want, len);
    free(want);
}

static struct lab_proc *send_text(key_t key, const char *type, const void *input, size_t len)
{
    struct lab_proc *p = lab_spawn(.program = "msg_sysv", .umask = 0, .input = input,
                                   .input_len = len, .role_zh = "发送方", .role_en = "sender",
                                   .args = LAB_ARGS("send", lab_key_text(key), type));
    return p;
}

static struct lab_proc *start_waiter(key_t key, const char *type)
{
    return lab_spawn(.program = "msg_sysv", .role_zh = "等消息的进程", .role_en = "waiter",
                     .args = LAB_ARGS("recv", "-w", lab_key_text(key), type));
}

struct sleeper {
    struct lab_proc *p;
    bool napping;
};

static bool fell_asleep(void *arg)
{
    struct sleeper *s = arg;
    char path[64];
    long nr = -1;
    snprintf(path, sizeof path, "/proc/%d/syscall", (int)lab_inner_pid(s->p));
    FILE *f = fopen(path, "re");
    if (f && fscanf(f, "%ld", &nr) != 1)
        nr = -1; /* "running" */
    if (f)
        fclose(f);
    s->napping = nr == SYS_clock_nanosleep || nr == SYS_nanosleep || nr == SYS_poll ||
                 nr == SYS_select || nr == SYS_pselect6 || nr == SYS_ppoll;
    return s->napping || nr == SYS_msgrcv || nr == SYS_msgsnd || lab_ended(s->p);
}

/* Wait until it sleeps in msgrcv() or msgsnd(). A nap with a time limit is not a wait. */
static void await_asleep(struct lab_proc *p, long nr)
{
    struct sleeper s = {.p = p};
    lab_await(fell_asleep, &s, "no-block", "它睡着", "falling asleep");
    if (s.napping) {
        lab_hint(
            "不带 IPC_NOWAIT 的 msgrcv、msgsnd 自己会睡，消息一到（有了空位）立刻醒。不需要 "
            "sleep。",
            "msgrcv() and msgsnd() without IPC_NOWAIT sleep by themselves. No sleep() is needed.");
        lab_fail(VERDICT_WRONG_STATE, "polls-instead-of-waiting",
                 "它在定时睡眠、反复查看，没有在队列上等。",
                 "It naps and looks again instead of waiting on the queue.");
    }
    lab_await_blocked(p, nr, -1);
}

/* A plain `recv` that waits for more instead of ending. */
static void hint_recv_blocks(void)
{
    static const char zh[] =
        "不带 -w 的 recv 取到没有为止就该结束。哪个标志让 msgrcv 在没有消息时立刻返回 ENOMSG？"
        "（msgrcv 的第四个参数是类型，第五个才是标志；证据里 mtype = 2048，就是 IPC_NOWAIT "
        "填错了位置。）";
    static const char en[] =
        "recv without -w ends when nothing matches. Which flag of msgrcv() says so? (The fourth "
        "argument is the type, the fifth the flags; mtype = 2048 is IPC_NOWAIT in the wrong "
        "place.)";
    lab_hint_for("own-empty-queue", "recv-blocks", zh, en);
    lab_hint_for("wrong-mtype", "recv-blocks", zh, en);
    lab_hint_for("hang", "recv-blocks", zh, en);
}

/* --- tests
 * ------------------------------------------------------------------------------------------- */

LAB_TEST(send_stores_messages)
{
    static const char input[] =
        "hello, queue\n\nline with \0 inside\n\xe4\xb8\xad\xe6\x96\x87\nno newline";
    static const struct line want[] = {
        LINE(7, "hello, queue"),        LINE(7, ""),
        LINE(7, "line with \0 inside"), LINE(7, "\xe4\xb8\xad\xe6\x96\x87"),
        LINE(7, "no newline"),
    };
    key_t key = lab_key();
    lab_hint_for(
        "wrong-status", NULL,
        "看看 stderr：msgsnd 返回 EINVAL 时，不是 mtype 没填（必须大于 0），就是 msgsz "
        "超过了上限；Permission denied 是创建队列时没有给权限（IPC_CREAT | 0600，八进制）。",
        "See stderr. EINVAL of msgsnd(): mtype not set (must be > 0), or msgsz too large. "
        "Permission denied: the queue was created without the mode (IPC_CREAT | 0600, octal).");
    struct lab_proc *p = send_text(key, "7", input, sizeof input - 1);
    lab_wait(p);
    lab_expect_exit(p, 0);
    lab_expect_output(p, "");

    int id = queue_of_student(key);
    unsigned mode = queue_look(id).msg_perm.mode & 0777;
    expect_queue(id, want, COUNT(want));
    lab_expect(
        mode == 0600, VERDICT_WRONG_STATE, "wrong-mode",
        "队列的权限是 %1$04o，应该是 0600。权限写在 msgget 的第二个参数里：IPC_CREAT | 0600。",
        "The queue has mode %1$04o instead of 0600 (second argument of msgget).", mode);
    queue_remove(id);
}

LAB_TEST(recv_prints_all)
{
    static const struct line lines[] = {
        LINE(4, "a rather long first message"), LINE(4, "short"), LINE(9, ""),
        LINE(4, "NUL \0 in the middle"),        LINE(2, "last"),
    };
    key_t key = lab_key();
    int id = queue_make(key);
    for (size_t i = 0; i < COUNT(lines); i++)
        queue_put(id, &lines[i]);

    hint_recv_blocks();
    lab_hint_for(
        "short-output", NULL,
        "空消息也是消息：msgrcv 返回 0 是取到了一条 0 字节的；取完了是 −1，errno 是 ENOMSG。",
        "An empty message is a message: msgrcv() returning 0 got one of 0 bytes. No more is "
        "-1 with ENOMSG.");
    lab_hint_for("wrong-status", NULL,
                 "没有匹配的消息（ENOMSG）是不带 -w 的 recv 的正常结局，以 0 退出。",
                 "No more matching messages (ENOMSG) is the normal end: exit 0.");
    struct lab_proc *p = lab_start("msg_sysv", "recv", lab_key_text(key), "0");
    lab_wait(p);
    expect_printed(p, lines, COUNT(lines), 0);
    lab_expect_exit(p, 0);
    lab_expect(msgget(key, 0) == id, VERDICT_WRONG_STATE, "recv-removes-queue",
               "recv 把队列删掉了。取空的队列仍然是队列，只有 rm 才删除它。",
               "recv removed the queue. An empty queue is still a queue; only rm removes it.");

    lab_context("队列已经空了，再收一次", "receiving again from the empty queue");
    p = lab_start("msg_sysv", "recv", lab_key_text(key), "0");
    lab_wait(p);
    lab_expect_output(p, "");
    lab_expect_exit(p, 0);
    queue_remove(id);
}

LAB_TEST(recv_by_type)
{
    static const struct line all[] = {LINE(5, "a"), LINE(3, "b"), LINE(7, "c"), LINE(3, "d"),
                                      LINE(1, "e")};
    static const struct line three[] = {LINE(3, "b"), LINE(3, "d")};
    static const struct line up_to_five[] = {LINE(1, "e"), LINE(5, "a")};
    static const struct line rest[] = {LINE(7, "c")};
    static const struct line five_only = LINE(5, "a");
    static const struct {
        const char *type;
        const struct line *want;
        size_t count;
    } steps[] = {{"3", three, 2}, {"-5", up_to_five, 2}, {"2", NULL, 0}, {"0", rest, 1}};

    key_t key = lab_key();
    int id = queue_make(key);
    for (size_t i = 0; i < COUNT(all); i++)
        queue_put(id, &all[i]);

    hint_recv_blocks();
    lab_note("队列里依次是 5:a 3:b 7:c 3:d 1:e", "the queue held 5:a 3:b 7:c 3:d 1:e");
    lab_hint(
        "把 TYPE 原样交给 msgrcv 的第四个参数：正数、0、负数三种含义内核都懂，不需要自己挑。",
        "Pass TYPE to msgrcv() as it is: the kernel knows what positive, 0 and negative mean.");
    for (size_t i = 0; i < COUNT(steps); i++) {
        lab_context("recv KEY %1$s", "recv KEY %1$s", steps[i].type);
        struct lab_proc *p = lab_start("msg_sysv", "recv", lab_key_text(key), steps[i].type);
        lab_wait(p);
        if (i == 1 && looks(p, &five_only, 1, BY_LENGTH, 0))
            lab_fail(VERDICT_WRONG_OUTPUT, "negative-as-equal",
                     "recv KEY -5 只取了类型 5；负数的意思是“类型不超过 5 的，小的先取”。",
                     "recv KEY -5 took type 5 only; negative means: types up to 5, lowest first.");
        expect_printed(p, steps[i].want, steps[i].count, strtol(steps[i].type, NULL, 10));
        lab_expect_exit(p, 0);
    }
    queue_remove(id);
}

static void expect_no_queue(key_t key, const char *command)
{
    int id = msgget(key, 0);
    if (id == -1)
        return;
    queue_remove(id);
    lab_hint("只有 send 可以带 IPC_CREAT。收件人自己造的空队列里永远不会有信。",
             "Only send may use IPC_CREAT. No message ever arrives in a queue the receiver made.");
    lab_fail(VERDICT_WRONG_STATE, "recv-creates-queue",
             "队列本来不存在，msg_sysv %1$s 却把它创建出来了。",
             "There was no queue, and msg_sysv %1$s created one.", command);
}

LAB_TEST(missing_queue)
{
    static const char *const commands[] = {"recv", "stat", "rm"};
    lab_hint_for(
        "own-empty-queue", NULL, "只有 send 可以带 IPC_CREAT。收件人自己造的空队列里永远不会有信。",
        "Only send may use IPC_CREAT. No message ever arrives in a queue the receiver made.");
    for (size_t i = 0; i < COUNT(commands); i++) {
        key_t key = lab_key();
        lab_context("%1$s 一个不存在的队列", "%1$s of a queue that does not exist", commands[i]);
        struct lab_proc *p = i == 0 ? lab_start("msg_sysv", "recv", lab_key_text(key), "0")
                                    : lab_start("msg_sysv", commands[i], lab_key_text(key));
        lab_wait(p);
        expect_no_queue(key, commands[i]);
        lab_expect_output(p, "");
        lab_expect_exit(p, 1);
    }
    key_t key = lab_key();
    lab_context("recv -w 一个不存在的队列", "recv -w of a queue that does not exist");
    struct lab_proc *p = start_waiter(key, "0");
    lab_wait(p);
    expect_no_queue(key, "recv -w");
    lab_expect_exit(p, 1);
}

LAB_TEST(stat_counts)
{
    key_t key = lab_key();
    struct lab_proc *p = send_text(key, "1", "a\nbb\n\n", 6);
    lab_wait(p);
    lab_expect_exit(p, 0);
    int id = queue_of_student(key);

    p = lab_start("msg_sysv", "stat", lab_key_text(key));
    lab_wait(p);
    lab_hint(
        "msgctl(id, IPC_STAT, &ds)：条数是 msg_qnum，正文字节数是 msg_cbytes；msg_qbytes 是上限。",
        "msgctl(IPC_STAT): msg_qnum messages, msg_cbytes bytes of text; msg_qbytes is the limit.");
    lab_expect_output(p, "messages=3 bytes=3\n");
    lab_expect_exit(p, 0);

    lab_context("又发了一条 3 字节的消息之后", "after one more message of 3 bytes");
    lab_hint_for(
        "wrong-status", NULL,
        "第二次 send 失败了，看看 stderr。File exists：不要用 IPC_EXCL，队列已经有了就接着用。",
        "The second send failed, see stderr. File exists: no IPC_EXCL, use the queue there is.");
    p = send_text(key, "2", "ccc\n", 4);
    lab_wait(p);
    lab_expect_exit(p, 0);
    lab_expect(msgget(key, 0) == id && queue_look(id).msg_qnum == 4, VERDICT_WRONG_STATE,
               "send-recreates-queue", "第二次 send 没有接在原来的三条消息后面。",
               "The second send did not append to the three messages.");
    p = lab_start("msg_sysv", "stat", lab_key_text(key));
    lab_wait(p);
    lab_expect_output(p, "messages=4 bytes=6\n");
    queue_remove(id);
}

static const char *refine_wait(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)v;
    size_t len = 0;
    if (p)
        lab_output(p, &len);
    if (strcmp(diagnosis, "no-block") != 0 || len == 0)
        return NULL;
    lab_hint("它打印了类型 3 的消息。要哪个类型由 msgrcv 的第四个参数决定，-w 时也一样。",
             "It printed the message of type 3. The fourth argument of msgrcv() selects the type.");
    return "takes-any-type";
}

LAB_TEST(wait_for_type)
{
    static const struct line other = LINE(3, "not for you"), first = LINE(5, "first"),
                             second = LINE(5, "second"), third = LINE(5, "third");
    key_t key = lab_key();
    int id = queue_make(key);
    queue_put(id, &other);

    struct lab_proc *p = start_waiter(key, "5");
    lab_hint_for("no-block", NULL,
                 "队列里只有类型 3 的消息时，recv -w KEY 5 应该在 msgrcv 里等待。",
                 "With only a message of type 3, recv -w KEY 5 should wait in msgrcv().");
    lab_on_fail(refine_wait);
    await_asleep(p, SYS_msgrcv);
    lab_on_fail(NULL);
    if (queue_look(id).msg_qnum != 1) {
        lab_hint("不要把消息都取出来再自己挑：取出来的别人就收不到了。让 msgrcv 的第四个参数去挑。",
                 "Do not take every message and choose yourself: let msgrcv() choose by type.");
        lab_fail(
            VERDICT_WRONG_STATE, "eats-other-types", "等类型 5 的时候，别人的类型 3 消息被取走了。",
            "While waiting for type 5 it took a message of type 3 that belongs to somebody else.");
    }
    queue_put(id, &first);
    queue_put(id, &second);
    lab_wait(p);
    expect_printed(p, &first, 1, 5);
    lab_expect_exit(p, 0);
    lab_expect(queue_look(id).msg_qnum == 2, VERDICT_WRONG_STATE, "takes-too-many",
               "recv -w 应该只取一条，队列里应该还剩 2 条，实际剩 %1$lu 条。",
               "recv -w takes one message; 2 should be left, there are %1$lu.",
               (unsigned long)queue_look(id).msg_qnum);

    lab_context("消息已经在队列里，不用等", "the message is there already");
    queue_put(id, &third);
    p = start_waiter(key, "5");
    lab_wait(p);
    expect_printed(p, &second, 1, 5);
    lab_expect_exit(p, 0);
    lab_expect(queue_look(id).msg_qnum == 2, VERDICT_WRONG_STATE, "takes-too-many",
               "recv -w 应该只取一条，队列里应该还剩 2 条，实际剩 %1$lu 条。",
               "recv -w takes one message; 2 should be left, there are %1$lu.",
               (unsigned long)queue_look(id).msg_qnum);
    queue_remove(id);
}

/* A wait that ended after a signal: by the signal itself, or because EINTR was taken for the end?
 */
static const char *refine_signal(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)v;
    if (strcmp(diagnosis, "no-block") != 0 || !p || !lab_ended(p))
        return NULL;
    if (WIFSIGNALED(lab_status(p))) {
        lab_hint("main 里的 install_usr1() 要保留：没有处理函数，SIGUSR1 会直接杀死进程。",
                 "Keep install_usr1() in main: without a handler SIGUSR1 kills the process.");
        return "killed-by-signal";
    }
    return "eintr-ends-wait";
}

static void nudge(struct lab_proc *p, long nr)
{
    lab_on_fail(NULL);
    await_asleep(p, nr);
    lab_on_fail(refine_signal);
    lab_hint(
        "msgsnd 和 msgrcv 被信号打断时返回 -1、errno 为 EINTR，SA_RESTART 对它们无效。这不是出错，"
        "也不是结束：重新调用一次。",
        "msgsnd() and msgrcv() return EINTR after a signal, even with SA_RESTART. Call again.");
    for (int i = 0; i < 3; i++) {
        lab_kill(p, SIGUSR1);
        await_asleep(p, nr);
    }
}

static const char *refine_disturbed(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)diagnosis;
    (void)p;
    if (v != VERDICT_HANG)
        return NULL;
    lab_note("发了 %1$d 行，等消息的也是 %1$d 个进程，每个取一条",
             "%1$d lines were sent to %1$d waiters that take one each", LETTERS);
    return "message-lost-by-eintr";
}

/* Senders and waiters are held up and interrupted at any call that may wait. The queue has room for
 * two lines, so the sender waits, too. */
static void exchange_disturbed(int id, key_t key)
{
    static const char input[] = "letter 0\nletter 1\nletter 2\nletter 3\nletter 4\nletter 5\n";
    const unsigned provoke = LAB_DELAY | LAB_EINTR;
    struct lab_proc *w[LETTERS], *p;
    bool seen[LETTERS] = {false};
    queue_shrink(id, 20);
    for (int i = 0; i < LETTERS; i++)
        w[i] =
            lab_spawn(.program = "msg_sysv", .provoke = provoke, .role_zh = "等消息的进程",
                      .role_en = "waiter", .args = LAB_ARGS("recv", "-w", lab_key_text(key), "2"));
    p = lab_spawn(.program = "msg_sysv", .provoke = provoke, .input = input,
                  .input_len = sizeof input - 1, .role_zh = "发送方", .role_en = "sender",
                  .args = LAB_ARGS("send", lab_key_text(key), "2"));
    lab_on_fail(refine_disturbed);
    lab_wait(p);
    lab_expect_exit(p, 0);
    for (int i = 0; i < LETTERS; i++) {
        unsigned n = LETTERS;
        lab_wait(w[i]);
        lab_expect_exit(w[i], 0);
        sscanf(lab_output(w[i], NULL), "2:letter %u", &n);
        lab_expect_output(w[i], lab_text("2:letter %u\n", n < LETTERS ? n : 0));
        lab_expect(!seen[n], VERDICT_PROTOCOL, "message-twice",
                   "第 %1$u 行被收到了两次：被打断以后，它又发了一遍已经发出去的。",
                   "Line %1$u came twice: it was sent again after an interruption.", n);
        seen[n] = true;
    }
    lab_on_fail(NULL);
}

LAB_TEST(signal_while_waiting)
{
    static const struct line hit = LINE(2, "after the signals"), filler = LINE(9, "0123456789"),
                             line = LINE(2, "abcdefghij");
    key_t key = lab_key();
    int id = queue_make(key);

    lab_context("recv -w 等待时收到 SIGUSR1", "SIGUSR1 while recv -w waits");
    struct lab_proc *p = start_waiter(key, "2");
    nudge(p, SYS_msgrcv);
    queue_put(id, &hit);
    lab_wait(p);
    expect_printed(p, &hit, 1, 2);
    lab_expect_exit(p, 0);

    lab_context("send 等空位时收到 SIGUSR1", "SIGUSR1 while send waits for room");
    queue_shrink(id, 15);
    queue_put(id, &filler);
    p = send_text(key, "2", "abcdefghij\n", 11);
    nudge(p, SYS_msgsnd);
    expect_first(id, &filler, 1);
    lab_wait(p);
    lab_expect_exit(p, 0);
    expect_queue(id, &line, 1);

    lab_context("一个 send 和 %1$d 个 recv -w，调用会被耽搁、被信号打断",
                "one send and %1$d recv -w, calls held up and interrupted", LETTERS);
    for (int i = 0; i < 3; i++)
        exchange_disturbed(id, key);
    queue_remove(id);
}

LAB_TEST(rm_wakes_waiter)
{
    static const struct line unread = LINE(3, "never read");
    key_t key = lab_key();
    int id = queue_make(key);
    queue_put(id, &unread);
    struct lab_proc *waiter = start_waiter(key, "8");
    await_asleep(waiter, SYS_msgrcv);

    struct lab_proc *rm = lab_start("msg_sysv", "rm", lab_key_text(key));
    lab_hint_for("hang", "not-removed", "删除队列用 msgctl(id, IPC_RMID, NULL)。",
                 "A queue is removed by msgctl(id, IPC_RMID, NULL).");
    lab_wait(rm);
    lab_expect_exit(rm, 0);
    if (msgget(key, 0) != -1) {
        lab_hint("把消息取空不等于删除队列。删除用 msgctl(id, IPC_RMID, "
                 "NULL)，队列和其中的消息立刻消失。",
                 "Emptying a queue does not remove it. msgctl(id, IPC_RMID, NULL) does.");
        lab_fail(VERDICT_WRONG_STATE, "not-removed", "msg_sysv rm 成功退出，队列却还在。",
                 "msg_sysv rm exited with 0, but the queue is still there.");
    }
    lab_wait(waiter);
    lab_expect_output(waiter, "");
    if (lab_status(waiter) == 0) {
        lab_hint(
            "队列被删时 msgrcv 返回 -1，errno 是 EIDRM。它没等到消息，这是错误，不是 0。",
            "When the queue is removed msgrcv() fails with EIDRM. That is an error, not success.");
        lab_fail(VERDICT_WRONG_STATUS, "eidrm-ignored",
                 "队列被删了，recv -w 没有等到消息，却以 0 退出。",
                 "The queue was removed; recv -w got no message, yet it exited with 0.");
    }
    lab_expect_exit(waiter, 1);
}

/* `len` bytes in which every place looks different, without a newline. */
static char *long_line(size_t len)
{
    char *text = malloc(len + 16);
    if (!text)
        lab_internal("malloc: %s", strerror(errno));
    for (size_t i = 0; i < len; i += 8)
        snprintf(text + i, 9, "%07zu.", i);
    return text;
}

/* The receiver printed the beginning of the message only (MSG_NOERROR and a small buffer). */
static void expect_not_cut(struct lab_proc *p, const struct line *whole)
{
    size_t len;
    const char *out = lab_output(p, &len);
    size_t text = len >= 3 ? len - 3 : 0; /* without "1:" and the newline */
    if (text == 0 || text >= whole->len || memcmp(out + 2, whole->text, text) != 0)
        return;
    lab_hint("收件缓冲区小于消息，又用了 MSG_NOERROR：多出来的部分被悄悄丢掉，再也找不回来。",
             "The buffer is too small and MSG_NOERROR drops the rest for good.");
    lab_fail(VERDICT_WRONG_OUTPUT, "truncates-message",
             "消息有 %1$zu 字节，只打印了前 %2$zu 字节。",
             "The message has %1$zu bytes, only the first %2$zu were printed.", whole->len, text);
}

LAB_TEST(biggest_message)
{
    struct msginfo info;
    if (msgctl(0, IPC_INFO, (struct msqid_ds *)&info) == -1)
        lab_internal("msgctl: %s", strerror(errno));
    if (info.msgmax != BIGGEST)
        lab_undecided("这台机器的 msgmax 不是 8192，而是 %1$d。",
                      "msgmax of this machine is %1$d, not 8192.", info.msgmax);

    char *text = long_line(BIGGEST + 1);
    const struct line whole = {1, text, BIGGEST}, ok = LINE(1, "ok");
    key_t key = lab_key();
    lab_context("一行 8192 字节", "a line of 8192 bytes");
    struct lab_proc *p = send_text(key, "1", text, BIGGEST);
    lab_wait(p);
    lab_expect_exit(p, 0);
    int id = queue_of_student(key);
    if (queue_look(id).msg_qnum > 1) {
        lab_hint(
            "缓冲区比行短，fgets 把一行分成几次返回。用 getline，或者至少 8192 + 2 字节的缓冲区。",
            "The buffer is shorter than the line, so fgets() returns it in pieces. Use getline().");
        lab_fail(VERDICT_WRONG_STATE, "line-split", "一行变成了 %1$lu 条消息。",
                 "One line became %1$lu messages.", (unsigned long)queue_look(id).msg_qnum);
    }
    expect_queue(id, &whole, 1);

    queue_put(id, &whole);
    lab_hint_for("no-output", "buffer-too-small",
                 "msgrcv 的缓冲区放不下这条消息（E2BIG，消息还在队列里）。准备 8192 "
                 "字节的正文空间，或者放大后再取。",
                 "The buffer is too small (E2BIG; the message stays). Provide 8192 bytes of text.");
    p = lab_start("msg_sysv", "recv", lab_key_text(key), "0");
    lab_wait(p);
    expect_not_cut(p, &whole);
    expect_printed(p, &whole, 1, 0);
    lab_expect_exit(p, 0);

    lab_context("ok 一行之后是 8193 字节的一行", "a line of 8193 bytes after the line ok");
    char *input = malloc(BIGGEST + 32);
    if (!input)
        lab_internal("malloc: %s", strerror(errno));
    size_t len = (size_t)sprintf(input, "ok\n%.*s\nafter\n", BIGGEST + 1, text);
    p = send_text(key, "1", input, len);
    lab_wait(p);
    lab_hint_for("extra-message", "oversize-accepted",
                 "超长的一行应该报错并停止，不能截断或拆开发送，也不能跳过它继续。",
                 "A line that is too long is an error: do not cut, split or skip it.");
    expect_queue(id, &ok, 1);
    lab_expect_exit(p, 1);
    queue_remove(id);
    free(input);
    free(text);
}

LAB_TEST(full_queue)
{
    static const struct line want[] = {LINE(6, "one 567890"), LINE(6, "two 567890"),
                                       LINE(6, "three 7890"), LINE(6, "four 67890")};
    static const char input[] = "one 567890\ntwo 567890\nthree 7890\nfour 67890\n";
    key_t key = lab_key();
    int id = queue_make(key);
    queue_shrink(id, 25);
    lab_note("队列的上限调到了 25 字节，每行 10 字节", "the queue holds 25 bytes, a line has 10");
    lab_hint_for("no-block", "send-does-not-wait",
                 "队列满了不是错误：不带 IPC_NOWAIT 的 msgsnd 会一直等到有空位。",
                 "A full queue is no error: msgsnd() without IPC_NOWAIT waits for room.");
    struct lab_proc *p = send_text(key, "6", input, sizeof input - 1);
    await_asleep(p, SYS_msgsnd);
    expect_first(id, want, 2);
    lab_wait(p);
    lab_expect_exit(p, 0);
    expect_queue(id, want + 2, 2);
    queue_remove(id);
}

LAB_TEST(interop)
{
    key_t key = lab_key();
    const char *name = lab_key_text(key);
    const char *type = lab_text("%u", 1 + lab_random(1000000));
    const char *input =
        lab_text("%u\n\n%0*u\nend", lab_random(1000), 1 + (int)lab_random(200), lab_random(1000));
    const char *want = lab_text(
        "%s:%.*s\n%s:\n%s:%s\n%s:end\n", type, (int)strcspn(input, "\n"), input, type, type,
        lab_text("%.*s", (int)strcspn(strstr(input, "\n\n") + 2, "\n"), strstr(input, "\n\n") + 2),
        type);
    for (int student_sends = 1; student_sends >= 0; student_sends--) {
        enum lab_side sender = student_sends ? LAB_STUDENT : LAB_REFERENCE;
        enum lab_side receiver = student_sends ? LAB_REFERENCE : LAB_STUDENT;
        lab_context(student_sends ? "你发，参考程序收" : "参考程序发，你收",
                    student_sends ? "you send, the reference receives"
                                  : "the reference sends, you receive");
        struct lab_proc *p =
            lab_spawn(.program = "msg_sysv", .side = sender, .input = input,
                      .input_len = strlen(input), .args = LAB_ARGS("send", name, type));
        lab_wait(p);
        lab_expect_exit(p, 0);
        p = lab_spawn(.program = "msg_sysv", .side = receiver,
                      .args = LAB_ARGS("recv", name, type));
        lab_wait(p);
        lab_expect_output(p, want);
        lab_expect_exit(p, 0);
    }
    queue_remove(queue_of_student(key));
}

LAB_TEST(usage)
{
    static const char *const bad[][6] = {
        {"msg_sysv"},
        {"msg_sysv", "send"},
        {"msg_sysv", "send", "77"},
        {"msg_sysv", "send", "77", "0"},
        {"msg_sysv", "send", "77", "-3"},
        {"msg_sysv", "send", "77", "one"},
        {"msg_sysv", "send", "-w", "77", "1"},
        {"msg_sysv", "send", "0", "1"},
        {"msg_sysv", "recv", "77", "1x"},
        {"msg_sysv", "recv", "-w", "77"},
        {"msg_sysv", "stat"},
        {"msg_sysv", "rm", "77", "1"},
        {"msg_sysv", "purge", "77"},
    };
    lab_hint("TYPE 的范围见题目：send 只接受大于 0 的整数。用法错误时不要碰任何队列。",
             "send accepts only TYPE > 0. Wrong usage must not touch any queue.");
    for (size_t i = 0; i < COUNT(bad); i++) {
        const char *shown = bad[i][0];
        for (size_t k = 1; bad[i][k]; k++)
            shown = lab_text("%s %s", shown, bad[i][k]);
        lab_context("%1$s", "%1$s", shown);
        struct lab_proc *p = lab_start_list(bad[i]);
        lab_wait(p);
        lab_expect_exit(p, 2);
    }
}

LAB_MAIN({"send_stores_messages", send_stores_messages}, {"recv_prints_all", recv_prints_all},
         {"recv_by_type", recv_by_type}, {"missing_queue", missing_queue},
         {"stat_counts", stat_counts}, {"wait_for_type", wait_for_type},
         {"signal_while_waiting", signal_while_waiting}, {"rm_wakes_waiter", rm_wakes_waiter},
         {"biggest_message", biggest_message}, {"full_queue", full_queue}, {"interop", interop},
         {"usage", usage})
