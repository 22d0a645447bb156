/* Check program of pipe-eof.
 *
 * The heart of it is an audit: while the parent waits for input and every child is blocked in read
 * on its own pipe, /proc tells who holds which end of which pipe. A sibling that holds a write end
 * is seen there, at rest; nothing depends on how fast anybody is. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/lab.h"
#include "observe/observe.h"

enum { MOST = 16, LONG_LINE = 200000 };

static struct lab_proc *judged; /* the program started last */
static const char *input;       /* what it was given, */
static size_t input_len;        /* NULL when that is not known in full */
static int children;            /* its K */
static int proc_dir = -1;       /* /proc of the sandbox: pids as the program sees them */

/* --- what should come out ----------------------------------------------------------------------
 */

typedef size_t weigh_fn(const char *line, size_t len);

static size_t whole(const char *line, size_t len)
{
    (void)line;
    return len;
}

static size_t without_newline(const char *line, size_t len)
{
    return len > 0 && line[len - 1] == '\n' ? len - 1 : len;
}

/* Deal the lines in turn; a line longer than `piece` counts as several. */
static void deal(size_t counts[], size_t piece, weigh_fn *weigh)
{
    const char *end = input + input_len;
    int turn = 0;

    memset(counts, 0, MOST * sizeof counts[0]);
    for (const char *at = input; at < end; turn = (turn + 1) % children) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t len = (size_t)((newline != NULL ? newline + 1 : end) - at);
        if (len > piece)
            len = piece;
        counts[turn] += weigh(at, len);
        at += len;
    }
}

/* The same, when each child stops counting at its first `stop`. */
static void deal_until(size_t counts[], char stop)
{
    bool stopped[MOST] = {false};
    int turn = 0;

    memset(counts, 0, MOST * sizeof counts[0]);
    for (size_t i = 0; i < input_len; i++) {
        stopped[turn] = stopped[turn] || input[i] == stop;
        counts[turn] += !stopped[turn];
        if (input[i] == '\n')
            turn = (turn + 1) % children;
    }
}

static const char *report(const size_t counts[])
{
    char text[MOST * 48];
    int at = 0;

    text[0] = '\0';
    for (int i = 0; i < children; i++)
        at += snprintf(text + at, sizeof text - (size_t)at, "child %d: %zu bytes\n", i + 1,
                       counts[i]);
    return lab_text("%s", text);
}

/* --- what is wrong with an output ---------------------------------------------------------------
 */

/* One line for each child, in any order. */
static bool parse_report(struct lab_proc *p, size_t counts[])
{
    const char *at = lab_output(p, NULL);
    bool seen[MOST] = {false};

    for (int i = 0; i < children; i++) {
        int number, used = 0;
        size_t bytes;
        if (sscanf(at, "child %d: %zu bytes%n", &number, &bytes, &used) != 2 || used == 0 ||
            at[used] != '\n' || number < 1 || number > children || seen[number - 1])
            return false;
        seen[number - 1] = true;
        counts[number - 1] = bytes;
        at += used + 1;
    }
    return *at == '\0';
}

static const char *printed_twice(struct lab_proc *p)
{
    int times[MOST + 1] = {0}, number;

    for (const char *at = lab_output(p, NULL); at != NULL; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (sscanf(at, "child %d:", &number) != 1 || number < 1 || number > MOST ||
            ++times[number] < 2)
            continue;
        lab_note("“child %d” 打印了不止一次", "\"child %d\" was printed more than once", number);
        lab_hint(
            "子进程做完 child() 以后没有结束，又接着执行了父进程的代码（再 fork、再等、再打印）。"
            "在子进程里用 exit(child(…)) 收尾。",
            "After child() the child did not end but went on with the parent's code. In the child "
            "finish with exit(child(...)).");
        return "child-goes-on";
    }
    return NULL;
}

static bool same(const size_t a[], const size_t b[])
{
    return memcmp(a, b, (size_t)children * sizeof a[0]) == 0;
}

static size_t sum(const size_t counts[])
{
    size_t total = 0;

    for (int i = 0; i < children; i++)
        total += counts[i];
    return total;
}

static size_t no_nul(const char *line, size_t len)
{
    size_t count = 0;

    for (size_t i = 0; i < len; i++)
        count += line[i] != '\0';
    return count;
}

/* Exactly the children that were sent a NUL counted too little. How much strlen() loses depends on
 * how the bytes were cut into reads: something between all after the first NUL and the NULs. */
static bool lost_at_nuls(const size_t got[])
{
    size_t all[MOST], least[MOST], most[MOST];

    deal(all, SIZE_MAX, whole);
    deal(most, SIZE_MAX, no_nul);
    deal_until(least, '\0');
    for (int i = 0; i < children; i++)
        if (got[i] < least[i] || got[i] > most[i])
            return false;
    return sum(got) < sum(all);
}

static const char *special_byte(const size_t got[])
{
    static const struct {
        char byte;
        const char *zh, *en;
    } stops[] = {{'\0', "'\\0'", "'\\0'"},
                 {'\x04', "0x04（Ctrl-D）", "0x04 (Ctrl-D)"},
                 {'\x1a', "0x1a（Ctrl-Z）", "0x1a (Ctrl-Z)"},
                 {'\xff', "0xff（EOF 即 −1 存进 char）", "0xff (EOF, -1, in a char)"}};
    size_t counts[MOST];

    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
        deal_until(counts, stops[i].byte);
        if (!same(got, counts) || sum(counts) == input_len)
            continue;
        lab_note("每个子进程都正好数到自己收到的第一个 %s 为止",
                 "every child counted exactly to the first %s it was sent", stops[i].zh);
        lab_hint("字节流里没有“结束字符”：Ctrl-D、'\\0'、0xff 都可以是数据。"
                 "EOF 不是一个字节，而是 read 的返回值 0；长度也只看返回值，不能用 strlen。",
                 "A byte stream has no end character: Ctrl-D, NUL and 0xff may all be data. EOF is "
                 "not a byte but the return value 0 of read(); lengths come from there too, never "
                 "from strlen().");
        return stops[i].byte == '\0' ? "nul-is-data" : "sentinel-byte";
    }
    if (!lost_at_nuls(got))
        return NULL;
    lab_note("只有收到过 '\\0' 的子进程少数了",
             "only the children that were sent a NUL counted too little");
    lab_hint(
        "数据里可以有 '\\0'，所以 fgets、strlen、fputs 都不合用：它们到 '\\0' 为止。"
        "长度只看 read（或 getline）的返回值。",
        "The data may contain NUL bytes, so fgets(), strlen() and fputs() do not do: they stop at "
        "one. Use the length that read() or getline() returns.");
    return "nul-is-data";
}

static const char *cut_lines(const size_t got[])
{
    static const size_t sizes[] = {10,   16,   32,   64,   80,   100,   128,   200,   255,
                                   256,  300,  500,  512,  1000, 1024,  1500,  2000,  2048,
                                   4000, 4096, 5000, 8000, 8192, 10000, 16384, 32768, 65536};
    size_t counts[MOST];

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (size_t less = 0; less < 2; less++) { /* fgets leaves one byte for the NUL */
            deal(counts, sizes[i] - less, whole);
            if (!same(got, counts))
                continue;
            lab_note("结果与“每 %zu 字节就算一行”完全一致",
                     "this is exactly what comes out if every %zu bytes count as a line",
                     sizes[i] - less);
            lab_hint("行可以比缓冲区长：fgets 或 read 装满了，不等于一行完了。"
                     "看到 '\\n' 才轮到下一个子进程。",
                     "A line may be longer than your buffer: a full buffer is not the end of a "
                     "line. Only a newline passes the turn.");
            return "line-split";
        }
    return NULL;
}

/* The lower 8 or 16 bits of every number are right, and the rest is missing. */
static bool overflowed(const size_t got[], const size_t counts[], size_t range)
{
    for (int i = 0; i < children; i++)
        if (got[i] != counts[i] % range)
            return false;
    return true;
}

static const char *nothing_or_overflow(const size_t got[], const size_t counts[])
{
    if (sum(got) == 0) {
        lab_note("stdin 有 %zu 字节，子进程们一个也没有读到",
                 "of %zu bytes on stdin the children read none", input_len);
        lab_hint(
            "父进程真的写了吗，子进程读的是自己那根管道的 fd[0] 吗（不是 0 号标准输入）？"
            "read 和 write 的返回值是不是 −1：fd[0] 只能读，fd[1] 只能写，用反了就是 EBADF；"
            "管道要在 fork 之前建好。",
            "Does the parent write at all, and does the child read fd[0] of its pipe (not "
            "descriptor 0)? Did read() or write() return -1? fd[0] only reads, fd[1] only writes, "
            "the wrong one gives EBADF; and pipe() comes before fork().");
        return "nothing-arrived";
    }
    if (!overflowed(got, counts, 256) && !overflowed(got, counts, 65536))
        return NULL;
    lab_note("每个数都只剩下低 8 位或低 16 位",
             "only the lower 8 or 16 bits of each number are left");
    lab_hint(
        "计数的变量太小，装不下就从 0 重新数起。退出状态也只有 8 位。用 size_t 或 unsigned long "
        "long。",
        "The counter is too small and wraps around; an exit status has 8 bits, too. Use size_t "
        "or unsigned long long.");
    return "count-overflow";
}

/* No byte is missing. */
static const char *wrong_shares(const size_t got[])
{
    if (sum(got) > input_len) {
        lab_note("stdin 只有 %zu 字节，子进程们却一共数到 %zu",
                 "stdin has %zu bytes, yet the children counted %zu", input_len, sum(got));
        lab_hint("要么多写了：write 的第三个参数是这一段的长度，不是缓冲区的大小；"
                 "要么多数了：计数的变量从 0 开始，每次加上 read 的返回值。",
                 "Either too much was written (the third argument of write() is the length of this "
                 "piece, not the size of the buffer), or counted (start at 0, add what read() "
                 "returned).");
        return "counted-too-much";
    }
    lab_note("stdin 的 %zu 字节一个没少，只是没有给对人",
             "all %zu bytes of stdin arrived, but not at the right children", input_len);
    lab_hint(
        "第 1 行给子进程 1，以后每遇到一个换行符才轮到下一个。每个子进程还要有自己的一根管道："
        "几个子进程读同一根，谁先读到就归谁。",
        "Line 1 goes to child 1, and each newline passes the turn to the next. And every child "
        "needs a pipe of its own: when several read the same one, the first to come takes it.");
    return "wrong-turn";
}

static const char *explain_counts(const size_t got[])
{
    size_t counts[MOST];

    deal(counts, SIZE_MAX, whole);
    if (same(got, counts))
        return NULL; /* the order is wrong, or something else than the numbers */
    const char *id = nothing_or_overflow(got, counts);
    if (id != NULL)
        return id;
    id = special_byte(got);
    if (id != NULL)
        return id;
    deal(counts, SIZE_MAX, without_newline);
    if (same(got, counts)) {
        lab_hint("换行符也是这一行的字节，要一起交给子进程。",
                 "The newline belongs to its line: pass it on.");
        return "newline-lost";
    }
    if (children > 1 && got[0] == input_len && sum(got) == input_len) {
        lab_note("全部 %zu 字节都给了子进程 1", "all %zu bytes went to child 1", input_len);
        lab_hint("一次 read 读到的不是“一行”，而是当时有的字节，可能是好几行。"
                 "自己在缓冲区里找 "
                 "'\\n'。分行没问题的话，再看是不是几个子进程共用了一根管道：谁先读到就归谁。",
                 "One read() does not give one line but the bytes there are, perhaps many lines. "
                 "Look for the newlines yourself. If you do, see whether the children share one "
                 "pipe: the "
                 "first to read takes all.");
        return "read-is-line";
    }
    id = cut_lines(got);
    if (id != NULL)
        return id;
    if (sum(got) < input_len) {
        lab_note("stdin 有 %zu 字节，子进程们一共只数到 %zu",
                 "of %zu bytes the children counted %zu", input_len, sum(got));
        lab_hint("有字节没送到，或没数到。write 可能只写一部分，read 可能只读一部分，"
                 "都要循环；被信号打断（EINTR）就再来一次。",
                 "Bytes were not sent or not counted. write() and read() may handle only a part: "
                 "loop, and try again on EINTR.");
        return "bytes-lost";
    }
    return wrong_shares(got);
}

/* --- who holds what
 * -------------------------------------------------------------------------------- */

struct held { /* one process of the program: 0 is the parent, 1… are its children in order */
    pid_t pid;
    char state;
    struct open_fd *fds; /* owned */
    size_t count;
    const char
        *reads; /* the pipe it is blocked reading ("pipe:[7]"), borrowed; NULL: not blocked */
};

/* First argument of the system call, when the process is blocked in `nr`. */
static bool blocked_in(pid_t pid, long nr, unsigned long *arg)
{
    char path[64], text[256];
    long call;
    int fd;
    ssize_t n;

    snprintf(path, sizeof path, "%d/syscall", (int)pid);
    fd = openat(proc_dir, path, O_RDONLY | O_CLOEXEC);
    n = fd != -1 ? read(fd, text, sizeof text - 1) : -1;
    if (fd != -1)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    return sscanf(text, "%ld %lx", &call, arg) == 2 && (nr == -1 || call == nr);
}

static const char *target_of(const struct held *h, unsigned long fd)
{
    for (size_t i = 0; i < h->count; i++)
        if ((unsigned long)h->fds[i].fd == fd)
            return h->fds[i].target;
    return NULL;
}

static void look_at(struct held *h, pid_t pid, char state)
{
    unsigned long fd;

    *h = (struct held){.pid = pid, .state = state};
    if (observe_fds(proc_dir, pid, &h->fds, &h->count) != 0)
        h->count = 0;
    if (blocked_in(pid, SYS_read, &fd))
        h->reads = target_of(h, fd);
}

/* The parent and its living children; returns how many, 0 when the parent has gone. */
static int look(struct held all[MOST + 1])
{
    struct proc_info *list = NULL;
    size_t n = 0;
    int count = 0;

    if (proc_dir == -1 && (proc_dir = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
        lab_internal("/proc: %s", strerror(errno));
    if (judged == NULL || observe_tree(proc_dir, lab_inner_pid(judged), &list, &n) != 0)
        return 0;
    for (size_t i = 0; i < n && count <= MOST; i++)
        if (list[i].state != 'Z' && list[i].state != 'X' && (i == 0 || list[i].ppid == list[0].pid))
            look_at(&all[count++], list[i].pid, list[i].state);
    free(list);
    return count;
}

static void forget(struct held all[], int count)
{
    for (int i = 0; i < count; i++)
        free(all[i].fds);
}

/* After a proven hang: the unwinder has stopped the threads for a moment to read their stacks, so
 * wait until each is back in its system call. */
static int look_settled(struct held all[MOST + 1])
{
    for (int tries = 0;; tries++) {
        int count = look(all), asleep = 0;
        unsigned long what;
        for (int i = 0; i < count; i++)
            asleep += blocked_in(all[i].pid, -1, &what) &&
                      (all[i].reads != NULL || !blocked_in(all[i].pid, SYS_read, &what));
        if (asleep == count || tries == 400)
            return count;
        forget(all, count);
        poll(NULL, 0, 5);
    }
}

static bool holds(const struct held *h, const char *pipe, int mode, int *fd)
{
    for (size_t i = 0; i < h->count; i++) {
        *fd = h->fds[i].fd;
        if (strcmp(h->fds[i].target, pipe) == 0 && (h->fds[i].flags & O_ACCMODE) == mode)
            return true;
    }
    return false;
}

static const char *name_of(int number)
{
    return number == 0 ? "父进程" : lab_text("子进程 %d ", number);
}

static const char *name_en(int number)
{
    return number == 0 ? "the parent" : lab_text("child %d", number);
}

/* Somebody else than `owner` holds this end of the pipe of child `of`. */
struct surplus {
    const char *id;
    int who, of, fd;
    const char *end_zh, *end_en;
};

static bool find_surplus(const struct held all[], int count, struct surplus *s)
{
    for (s->of = 1; s->of < count; s->of++)
        for (s->who = 1; s->who < count; s->who++) {
            s->id = s->who == s->of ? "unclosed-write-end" : "sibling-holds-write-end";
            s->end_zh = "写端";
            s->end_en = "write end";
            if (all[s->of].reads != NULL && holds(&all[s->who], all[s->of].reads, O_WRONLY, &s->fd))
                return true;
        }
    for (s->of = 1; s->of < count; s->of++)
        for (s->who = 0; s->who < count; s->who++) {
            s->id = "unclosed-read-end";
            s->end_zh = "读端";
            s->end_en = "read end";
            if (s->who != s->of && all[s->of].reads != NULL &&
                holds(&all[s->who], all[s->of].reads, O_RDONLY, &s->fd))
                return true;
        }
    return false;
}

static void hint_surplus(const struct surplus *s)
{
    if (strcmp(s->id, "unclosed-write-end") == 0)
        lab_hint("fork 把写端也复制给了子进程。它自己手里还有一个写端，内核就认为还有人会写，"
                 "它永远等不到 EOF。子进程一开始就 close(fd[1])。",
                 "fork() copied the write end too. While the reader itself holds one, the kernel "
                 "sees a possible writer and never gives EOF. close(fd[1]) first in the child.");
    else if (strcmp(s->id, "sibling-holds-write-end") == 0)
        lab_hint(
            "后创建的子进程，继承了父进程当时手里的每一个描述符，包括前面各根管道的写端。"
            "父进程关了自己的那个，兄弟手里的还开着。在子进程里把以前的写端也逐个关掉。",
            "A child created later inherits everything the parent has open at that moment, the "
            "write ends of the earlier pipes included. In the child, close those as well.");
    else
        lab_hint("一根管道的读端只该在读它的子进程手里。多出来的读端让写者以为还有人会读："
                 "那个子进程死了，write 也得不到 EPIPE，管道一满就永远睡下去。"
                 "父进程在 fork 之后马上 close(fd[0])。",
                 "Only the child that reads a pipe should hold its read end. With a surplus one "
                 "write() never fails with EPIPE when that child dies, it sleeps for ever once the "
                 "pipe is full. The parent closes fd[0] right after fork().");
}

static void note_surplus(const struct surplus *s)
{
    lab_note("管道 %1$d 的%3$s还在%2$s手里（描述符 %5$d）",
             "pipe %1$d: %4$s is held by the wrong process, descriptor %5$d", s->of,
             name_of(s->who), s->end_zh, s->end_en, s->fd);
}

/* --- refining
 * ---------------------------------------------------------------------------------------- */

static const char *hung(const char *diagnosis)
{
    struct held all[MOST + 1];
    struct surplus s;
    const char *id = NULL;
    int count = look_settled(all);

    if (count > 0 && count < children + 1 && strcmp(diagnosis, "hang") == 0 && all[0].reads) {
        lab_note("父进程在等 stdin，只有 %d 个子进程",
                 "the parent waits for stdin, with %d children", count - 1);
        lab_hint("K 个子进程要在读 stdin 之前全部创建好。",
                 "Create all K children before reading stdin.");
        id = "children-not-started";
    } else if (find_surplus(all, count, &s)) {
        if (strcmp(s.id, diagnosis) != 0) /* else the evidence has it already */
            note_surplus(&s);
        hint_surplus(&s);
        id = s.id;
    }
    forget(all, count);
    return id;
}

static const char *refine(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    size_t got[MOST];

    if (v == VERDICT_HANG)
        return hung(diagnosis);
    if (v != VERDICT_WRONG_OUTPUT || p == NULL || input == NULL)
        return NULL;
    return parse_report(p, got) ? explain_counts(got) : printed_twice(p);
}

static void begin(void)
{
    lab_on_fail(refine);
    lab_hint_for("no-output", NULL,
                 "一行也没有。子进程读到 EOF 后要打印；stdout 是管道时 printf 只放进缓冲区，"
                 "_exit 不会把它写出去，用 fflush(stdout)。",
                 "Not a line came. The children print after EOF; with a pipe as stdout printf() "
                 "only fills a buffer and _exit() drops it: fflush(stdout).");
    lab_hint_for("wrong-order", NULL, "收卷要按编号：关掉 1 的写端，等 1 结束，然后才轮到 2。",
                 "Collect by number: close the write end of 1, wait for 1, only then turn to 2.");
    lab_hint_for(
        "wait-before-close", NULL,
        "父进程手里的写端还开着就去等，两边互相等。对每个子进程：先 close，再 waitpid。",
        "The parent waits while it still holds the write end, so both wait for each other. "
        "For every child: close() first, then waitpid().");
}

/* --- starting and judging
 * ----------------------------------------------------------------------------- */

static struct lab_proc *start(int k, const char *data, size_t len)
{
    children = k;
    input = data;
    input_len = len;
    return judged =
               lab_spawn(.program = "pipe_eof", .args = LAB_ARGS(lab_text("%d", k)), .input = data,
                         .input_len = len, .role_zh = "父进程", .role_en = "the parent");
}

static struct lab_proc *start_open(int k)
{
    children = k;
    input = NULL;
    return judged = lab_spawn(.program = "pipe_eof", .args = LAB_ARGS(lab_text("%d", k)),
                              .input_open = true, .role_zh = "父进程", .role_en = "the parent");
}

static void expect_report(struct lab_proc *p)
{
    size_t counts[MOST];

    deal(counts, SIZE_MAX, whole);
    lab_wait(p);
    lab_expect_output(p, report(counts));
    lab_expect_exit(p, 0);
}

static void run_text(int k, const char *text)
{
    expect_report(start(k, text, strlen(text)));
}

/* --- the tests
 * ------------------------------------------------------------------------------------------ */

LAB_TEST(deals_lines)
{
    begin();
    lab_context("K = 1", "K = 1");
    run_text(1, "one\ntwo\n");
    lab_context("K = 2，五行", "K = 2, five lines");
    run_text(2, "a\nbb\nccc\ndddd\neeeee\n");
    lab_context("K = 5，十三行", "K = 5, thirteen lines");
    run_text(5, "1\n22\n333\n4444\n55555\n666666\n7777777\n88888888\n9\n10\n11\n12\n13\n");

    lab_context("没有给 K 时", "without K");
    lab_hint("用法不对：退出状态 2，说明写到 stderr，stdout 上什么也不要有。",
             "Wrong usage: exit status 2, words on stderr, nothing on stdout.");
    judged = lab_start("pipe_eof");
    input = NULL;
    lab_wait(judged);
    lab_expect_exit(judged, 2);
    lab_expect_output(judged, "");
}

LAB_TEST(odd_inputs)
{
    begin();
    lab_context("stdin 是空的", "stdin is empty");
    run_text(3, "");
    lab_context("行数比 K 少", "fewer lines than K");
    run_text(4, "only one\n");
    lab_context("有空行", "with empty lines");
    run_text(2, "\n\nx\n\n\ny\n");
    lab_context("最后一行没有换行符", "the last line has no newline");
    run_text(3, "a\nbb\nccc\ndddd");
}

LAB_TEST(any_bytes)
{
    static const char data[] = "plain\nab\x04"
                               "cdefg\n\xff\xfe 12345\nx\0y\0\0z\n\x1a\x1a\n\0\n"
                               "Q\xff"
                               "Q\n中文也是字节\n\x04\x04\x04tail\0tail";

    begin();
    lab_context("数据里有 '\\0'、0x04、0x1a、0xff", "data with NUL, 0x04, 0x1a and 0xff");
    expect_report(start(3, data, sizeof data - 1));
    expect_report(start(1, data, sizeof data - 1));
}

/* Lines of all lengths up to several pipes full, `len` bytes in all. */
static char *lines(size_t len)
{
    static const size_t sizes[] = {LONG_LINE, 1, 4095, 4096, 4097, 65535, 65536, 65537, 200, 7};
    char *data = malloc(len);
    size_t at = 0;

    if (data == NULL)
        lab_internal("no memory for %zu bytes", len);
    memcpy(data, lab_pattern(len), len);
    for (size_t i = 0; i < len; i++)
        if (data[i] == '\n')
            data[i] = '.';
    for (size_t i = lab_random(3); (at += sizes[i % (sizeof sizes / sizeof sizes[0])]) <= len; i++)
        data[at - 1] = '\n';
    return data;
}

LAB_TEST(long_lines)
{
    size_t len = 900000;

    begin();
    char *data = lines(len);
    lab_context("最长的行有 %d 字节", "the longest line has %d bytes", LONG_LINE);
    expect_report(start(2, data, len));
    expect_report(start(7, data, len));
    free(data);
}

/* --- at rest: every child blocked in read
 * -------------------------------------------------------------- */

/* K children, each blocked in read on a pipe, and the parent asleep. */
static bool all_at_rest(void *arg)
{
    struct held all[MOST + 1];
    int count = look(all), reading = 0;
    bool parent_sleeps = count > 0 && all[0].state == 'S';

    (void)arg;
    for (int i = 1; i < count; i++)
        reading += all[i].reads != NULL;
    forget(all, count);
    return parent_sleeps && count == children + 1 && reading == children;
}

static void await_rest(void)
{
    lab_await(all_at_rest, NULL, "children-not-started",
              "所有子进程都创建好，并停在 read 里等自己的管道",
              "all children to be there, each blocked in read on its pipe");
}

static void audit(void)
{
    struct held all[MOST + 1];
    struct surplus s;
    int count = look(all);

    for (int i = 1; i < count; i++)
        for (int k = i + 1; k < count; k++)
            lab_expect(strcmp(all[i].reads, all[k].reads) != 0, VERDICT_WRONG_STATE, "shared-pipe",
                       "子进程 %d 和 %d 在读同一根管道：谁抢到算谁的。每个子进程要有自己的管道。",
                       "Children %d and %d read the same pipe. Every child needs one of its own.",
                       i, k);
    if (find_surplus(all, count, &s)) {
        hint_surplus(&s);
        lab_fail(VERDICT_WRONG_STATE, s.id,
                 "所有进程都停下来的时候，管道 %1$d 的%3$s还在%2$s手里（描述符 %6$d）。",
                 "With all processes at rest, the %5$s of pipe %1$d is still held by %4$s "
                 "(descriptor %6$d).",
                 s.of, name_of(s.who), s.end_zh, name_en(s.who), s.end_en, s.fd);
    }
    forget(all, count);
}

LAB_TEST(own_ends_only)
{
    begin();
    lab_context("K = 4，等 stdin 的时候", "K = 4, while waiting for stdin");
    struct lab_proc *p = start_open(4);
    await_rest();
    audit();
    lab_send_text(p, "a\nbb\nccc\ndddd\neeeee\n");
    lab_close_input(p);
    lab_wait(p);
    lab_expect_output(p,
                      "child 1: 8 bytes\nchild 2: 3 bytes\nchild 3: 4 bytes\nchild 4: 5 bytes\n");
    lab_expect_exit(p, 0);
}

/* --- signalling one child
 * --------------------------------------------------------------------------------
 */

struct order {
    pid_t pid; /* in the sandbox */
    int sig;
};

static int give(void *arg)
{
    const struct order *o = arg;

    return o->pid > 1 && kill(o->pid, o->sig) == 0 ? 0 : 1;
}

/* The processes can only be signalled by one that sees the same pids: a helper in the sandbox. */
static void signal_child(pid_t pid, int sig)
{
    struct order o = {.pid = pid, .sig = sig};
    struct lab_proc *helper = lab_trusted(give, &o, "助手", "the helper");

    lab_wait(helper);
    if (!WIFEXITED(lab_status(helper)) || WEXITSTATUS(lab_status(helper)) != 0)
        lab_internal("cannot send signal %d to a child", sig);
}

static pid_t child_pid(int number)
{
    struct held all[MOST + 1];
    int count = look(all);
    pid_t pid = number < count ? all[number].pid : 0;

    forget(all, count);
    return pid;
}

/* The parent has gone on from stdin to something that makes it wait. */
static bool parent_waits(void *arg)
{
    struct held all[MOST + 1];
    unsigned long what;
    int count = look(all);
    const char *in = count > 0 ? target_of(&all[0], 0) : NULL;
    bool at_stdin =
        count > 0 && all[0].reads != NULL && in != NULL && strcmp(in, all[0].reads) == 0;
    bool waits = count > 0 && all[0].state == 'S' && blocked_in(all[0].pid, -1, &what) && !at_stdin;

    (void)arg;
    forget(all, count);
    return waits;
}

LAB_TEST(one_by_one)
{
    begin();
    lab_no_pauses();
    lab_context("子进程 1 读到 EOF 后被暂停，还没有结束", "child 1 is stopped before it can end");
    struct lab_proc *p = start_open(3);
    await_rest();
    pid_t first = child_pid(1);
    lab_expect_blocking(true);
    signal_child(first, SIGSTOP);
    lab_close_input(p);
    lab_await(parent_waits, NULL, "no-wait", "父进程停下来等子进程 1",
              "the parent to wait for child 1");

    struct held all[MOST + 1];
    int count = look(all), reading = 0;
    for (int i = 1; i < count; i++)
        reading += all[i].pid != first && all[i].reads != NULL;
    forget(all, count);
    lab_hint(
        "关掉 1 的写端之后，先 waitpid(1)，再关 2 的写端。"
        "一口气全关掉，大家同时读到 EOF，谁先打印就看运气了。",
        "After closing the write end of 1, waitpid() for 1 before closing that of 2. If all are "
        "closed at once, everybody reads EOF and the order of the lines is luck.");
    lab_expect(reading == 2, VERDICT_WRONG_STATE, "closed-all-at-once",
               "子进程 1 还没有结束，另外两个子进程中已有 %d 个读到了 EOF。",
               "Child 1 has not ended, yet %d of the other two have already read EOF.",
               2 - reading);
    lab_hint(NULL, NULL);
    signal_child(first, SIGCONT);
    lab_expect_blocking(false);
    lab_wait(p);
    lab_expect_output(p, "child 1: 0 bytes\nchild 2: 0 bytes\nchild 3: 0 bytes\n");
    lab_expect_exit(p, 0);
}

/* The same input, undisturbed, came out right a moment ago. */
static const char *only_a_part(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    const char *id = refine(v, diagnosis, p);

    if (v != VERDICT_WRONG_OUTPUT && v != VERDICT_WRONG_STATUS)
        return id;
    lab_note("同样的输入，每次 read、write 都做满的时候是对的",
             "with complete reads and writes the same input came out right");
    lab_hint("write 返回多少，就只写了多少；剩下的要接着写。",
             "write() has written as much as it returns; write the rest in a loop.");
    return "short-write";
}

static const char *interrupted(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    const char *id = refine(v, diagnosis, p);

    if (v != VERDICT_WRONG_OUTPUT && v != VERDICT_WRONG_STATUS)
        return id;
    lab_note("同样的输入，没有信号打断的时候是对的",
             "without interruptions the same input came out right");
    lab_hint(
        "被信号打断不是出错：read、write、waitpid 返回 −1 而 errno 是 EINTR 时，再来一次。"
        "父进程和子进程的循环都要这样写。",
        "Being interrupted is no error: when read(), write() or waitpid() fails with EINTR, try "
        "again, in the parent and in the children.");
    return "eintr-fatal";
}

static struct lab_proc *start_provoked(unsigned provoke)
{
    return judged = lab_spawn(.program = "pipe_eof", .args = LAB_ARGS(lab_text("%d", children)),
                              .input = input, .input_len = input_len, .provoke = provoke,
                              .role_zh = "父进程", .role_en = "the parent");
}

LAB_TEST(disturbed)
{
    static const char text[] = "first\nsecond line\n\nfourth, a little longer than the others\n5\n";
    size_t len = 100000;

    begin();
    lab_context("stdin 一个字节一个字节地来", "stdin comes byte by byte");
    children = 3;
    input = text;
    input_len = sizeof text - 1;
    judged = lab_spawn(.program = "pipe_eof", .args = LAB_ARGS("3"), .input = text,
                       .input_len = input_len, .dribble = true, .role_zh = "父进程",
                       .role_en = "the parent");
    expect_report(judged);

    char *data = lines(len);
    lab_context("没有打扰", "undisturbed");
    expect_report(start(3, data, len));
    lab_context("每次 read、write 只做一部分", "every read() and write() does only a part");
    lab_on_fail(only_a_part);
    for (int k = 2; k <= 5; k++) { /* other arguments, other parts: one run may spare a long line */
        children = k;
        expect_report(start_provoked(LAB_SHORT_IO));
    }
    lab_context("read、write、waitpid 不时被信号打断",
                "read(), write() and waitpid() are interrupted now and then");
    lab_on_fail(interrupted);
    for (int k = 2; k <= 5; k++) { /* other arguments, other disturbances */
        children = k;
        expect_report(start_provoked(LAB_SHORT_IO | LAB_EINTR));
    }
    free(data);
}

static bool child_gone(void *arg)
{
    const pid_t *pid = arg;
    struct held all[MOST + 1];
    int count = look(all);
    bool gone = true;

    for (int i = 0; i < count; i++)
        gone = gone && all[i].pid != *pid;
    forget(all, count);
    return gone;
}

/* Three long lines a round, child by child. */
static void send_rounds(struct lab_proc *p, int rounds, size_t line)
{
    char *text = malloc(line);

    if (text == NULL)
        lab_internal("no memory for %zu bytes", line);
    memset(text, 'x', line);
    text[line - 1] = '\n';
    for (int i = 0; i < 3 * rounds; i++)
        lab_send(p, text, line);
    free(text);
}

LAB_TEST(child_dies)
{
    begin();
    lab_context("子进程 2 在开始之前被杀死", "child 2 is killed before the start");
    struct lab_proc *p = start_open(3);
    await_rest();
    pid_t second = child_pid(2);
    signal_child(second, SIGKILL);
    lab_await(child_gone, &second, "no-block", "子进程 2 消失", "child 2 to vanish");
    lab_hint_for(
        "sigpipe", NULL,
        "往没有读者的管道写，会先收到 SIGPIPE，默认就是死：一个子进程死了，父进程也陪葬。"
        "父进程忽略 SIGPIPE，write 返回 −1、EPIPE，就不再给它发，继续发别人的。",
        "Writing to a pipe without readers raises SIGPIPE, deadly by default. Ignore it in "
        "the parent; write() then fails with EPIPE: stop serving that child, go on with the "
        "others.");
    lab_hint_for("wrong-status", "dead-child-ignored",
                 "子进程 2 没有交卷，整个程序就不算成功：waitpid 的 status 不是“正常退出 0”时，"
                 "最后退出 1。",
                 "Child 2 did not deliver, so the program did not succeed: if a status is not "
                 "\"exited with 0\", exit with 1 in the end.");
    lab_hint("一个子进程死了，只少它那一行；别人的行照样发、照样收。",
             "When one child dies only its line is missing; the others get theirs and print.");
    send_rounds(p, 5, 30000);
    lab_close_input(p);
    lab_wait(p);
    lab_expect_output(p, "child 1: 150000 bytes\nchild 3: 150000 bytes\n");
    lab_expect_exit(p, 1);
}

LAB_TEST(few_descriptors)
{
    begin();
    char *data = lines(100000);
    children = MOST;
    input = data;
    input_len = 100000;
    lab_context("K = 16，描述符最多 24 个", "K = 16, at most 24 descriptors");
    lab_hint(
        "父进程每个子进程只需要留一个描述符。读端在 fork 之后马上关，别等全部创建完。",
        "The parent needs one descriptor per child. Close the read end right after fork(), not "
        "when all have been created.");
    lab_hint_for("wrong-output", "too-many-descriptors", NULL, NULL);
    lab_hint_for("short-output", "too-many-descriptors", NULL, NULL);
    lab_hint_for("no-output", "too-many-descriptors", NULL, NULL);
    lab_hint_for("wrong-status", "too-many-descriptors", NULL, NULL);
    judged = lab_spawn(.program = "pipe_eof", .args = LAB_ARGS("16"), .input = data,
                       .input_len = input_len, .max_files = 24, .role_zh = "父进程",
                       .role_en = "the parent");
    expect_report(judged);
    free(data);
}

static void expect_error(struct lab_proc *p)
{
    input = NULL;
    lab_wait(p);
    lab_expect_exit(p, 1);
}

LAB_TEST(cannot_start)
{
    static const char text[] = "a\nb\nc\n";

    begin();
    children = MOST;
    lab_hint(
        "pipe 和 fork 都可能返回 −1。已经创建的子进程也要收：关掉它们的写端，等它们，再退出 1。",
        "pipe() and fork() may return -1. Children created so far must be collected too: close "
        "their write ends, wait, then exit with 1.");
    lab_context("进程数到了上限，fork 得到 EAGAIN", "no more processes: fork() gives EAGAIN");
    expect_error(judged = lab_spawn(.program = "pipe_eof", .args = LAB_ARGS("3"), .input = text,
                                    .input_len = 6, .max_processes = -1));
    lab_context("描述符用完，第九根管道得到 EMFILE", "no more descriptors: the ninth pipe() fails");
    expect_error(judged = lab_spawn(.program = "pipe_eof", .args = LAB_ARGS("16"), .input = text,
                                    .input_len = 6, .max_files = 12));
    lab_context("启动时描述符 0 就关着", "descriptor 0 closed from the start");
    lab_hint("read(0, …) 返回 −1（EBADF）：报错，照样收卷，退出 1。"
             "while (read(…)) 把 −1 当成真，会一直转下去。",
             "read(0, ...) fails with EBADF: say so, collect the children, exit with 1. "
             "while (read(...)) takes -1 for true and spins.");
    expect_error(judged =
                     lab_spawn(.program = "pipe_eof", .args = LAB_ARGS("3"), .input_closed = true));
}

LAB_MAIN({"deals_lines", deals_lines}, {"odd_inputs", odd_inputs}, {"any_bytes", any_bytes},
         {"long_lines", long_lines}, {"own_ends_only", own_ends_only}, {"one_by_one", one_by_one},
         {"disturbed", disturbed}, {"child_dies", child_dies}, {"few_descriptors", few_descriptors},
         {"cannot_start", cannot_start})
