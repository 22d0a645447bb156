/* Check program of pipe-pipeline.
 *
 * The stages are ordinary programs (cat, sort, yes, sh…). Who holds what is read from /proc while
 * they all sleep: a pipe belongs on descriptor 1 of one stage and descriptor 0 of the next, and
 * nowhere else. So the report can name the process and the descriptor. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/lab.h"
#include "observe/observe.h"

enum { MOST = 32, PARENT = 0 };

static struct lab_proc *judged; /* the program started last */
static int proc_dir = -1;       /* /proc of the sandbox: pids as the program sees them */

/* --- looking at the processes -------------------------------------------------------------------
 */

struct seen { /* one process: the student's program first, then everything below it */
    pid_t pid, ppid;
    char state;
    char name[20];
    long call; /* the system call it is blocked in, -1 none */
    unsigned long arg;
    struct open_fd *fds; /* owned */
    size_t count;
};

static void read_call(struct seen *s)
{
    char path[64], text[256];
    ssize_t n;

    snprintf(path, sizeof path, "%d/syscall", (int)s->pid);
    int fd = openat(proc_dir, path, O_RDONLY | O_CLOEXEC);
    n = fd != -1 ? read(fd, text, sizeof text - 1) : -1;
    if (fd != -1)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    if (sscanf(text, "%ld %lx", &s->call, &s->arg) != 2)
        s->call = -1;
}

/* The living processes; 0 when the student's program has gone. */
static int look(struct seen all[MOST])
{
    struct proc_info *list = NULL;
    size_t n = 0;
    int count = 0;

    if (proc_dir == -1 && (proc_dir = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
        lab_internal("/proc: %s", strerror(errno));
    if (judged == NULL || observe_tree(proc_dir, lab_inner_pid(judged), &list, &n) != 0)
        return 0;
    for (size_t i = 0; i < n && count < MOST; i++) {
        struct seen *s = &all[count];
        if (list[i].state == 'Z' || list[i].state == 'X')
            continue;
        *s = (struct seen){.pid = list[i].pid, .ppid = list[i].ppid, .state = list[i].state};
        snprintf(s->name, sizeof s->name, "%s", list[i].name);
        if (observe_fds(proc_dir, s->pid, &s->fds, &s->count) != 0)
            s->count = 0;
        read_call(s);
        count++;
    }
    free(list);
    return count;
}

static void forget(struct seen all[], int count)
{
    for (int i = 0; i < count; i++)
        free(all[i].fds);
}

/* After a proven hang: the unwinder has stopped the threads for a moment to read their stacks, so
 * wait until each is back in its system call. */
static int look_settled(struct seen all[MOST])
{
    for (int tries = 0;; tries++) {
        int count = look(all), asleep = 0;
        for (int i = 0; i < count; i++)
            asleep += all[i].call != -1;
        if (asleep == count || tries == 400)
            return count;
        forget(all, count);
        poll(NULL, 0, 5);
    }
}

static const char *target_of(const struct seen *s, int fd)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->fds[i].fd == fd)
            return s->fds[i].target;
    return "";
}

static bool is_pipe(const char *target)
{
    return strncmp(target, "pipe:[", 6) == 0;
}

/* Is the pipe between two stages: on descriptor 1 of one or 0 of another (not the harness's)? */
static bool between_stages(const struct seen all[], int count, const char *pipe)
{
    bool outer = false, joins = false;

    for (int fd = 0; fd <= 2; fd++)
        outer = outer || strcmp(target_of(&all[PARENT], fd), pipe) == 0;
    for (int i = 1; i < count; i++)
        joins = joins || strcmp(target_of(&all[i], 0), pipe) == 0 ||
                strcmp(target_of(&all[i], 1), pipe) == 0;
    return is_pipe(pipe) && joins && !outer;
}

/* --- an end in the wrong hands
 * --------------------------------------------------------------------- */

struct surplus {
    const char *id;
    int who; /* index into the processes */
    int fd;
    bool writes;
};

static bool find_end(const struct seen all[], int count, bool writes, struct surplus *s)
{
    for (s->who = 0; s->who < count; s->who++)
        for (size_t i = 0; i < all[s->who].count; i++) {
            const struct open_fd *fd = &all[s->who].fds[i];
            bool in_place = s->who != PARENT && fd->fd <= 2;
            if (in_place || writes != ((fd->flags & O_ACCMODE) != O_RDONLY) ||
                !between_stages(all, count, fd->target))
                continue;
            bool own = s->who == PARENT || strcmp(fd->target, target_of(&all[s->who], 0)) == 0 ||
                       strcmp(fd->target, target_of(&all[s->who], 1)) == 0;
            s->fd = fd->fd;
            s->writes = writes;
            s->id = !writes ? "unclosed-read-end"
                    : own   ? "unclosed-write-end"
                            : "sibling-holds-write-end";
            return true;
        }
    return false;
}

/* Write ends first: they keep a reader from its EOF. */
static bool find_surplus(const struct seen all[], int count, struct surplus *s)
{
    return find_end(all, count, true, s) || find_end(all, count, false, s);
}

static const char *who_zh(const struct seen all[], int who)
{
    return who == PARENT ? "父进程" : lab_text("%s（pid %d）", all[who].name, (int)all[who].pid);
}

static const char *who_en(const struct seen all[], int who)
{
    return who == PARENT ? "the parent" : lab_text("%s (pid %d)", all[who].name, (int)all[who].pid);
}

static void hint_surplus(const struct surplus *s)
{
    if (s->who == PARENT)
        lab_hint(
            "父进程既不读也不写，它手里的端口只会碍事：写端不关，后一段等不到 EOF；"
            "读端不关，前一段收不到 SIGPIPE。每启动一段，就把这一段用掉的两个描述符关掉。",
            "The parent neither reads nor writes; with its write end open the next stage never "
            "sees EOF, with its read end open the stage before never gets SIGPIPE. Close what a "
            "stage uses as soon as it has been started.");
    else
        lab_hint("dup2 是复制，原来的描述符还开着。接好 0 和 1 之后，把管道的原描述符都关掉，"
                 "还有为下一段准备的读端和别的管道的端口"
                 "（或者用 pipe2(fd, O_CLOEXEC)，让 exec 替你关）。",
                 "dup2() copies, the original stays open. When 0 and 1 are in place close the "
                 "originals, the read end meant for the next stage and all other pipes (or use "
                 "pipe2(fd, O_CLOEXEC) and let exec() close them).");
}

/* --- refining
 * ----------------------------------------------------------------------------------------- */

/* Set while every stage lasts until its input ends, so that a missing one was never started. */
static bool all_must_live;

/* A process that still runs the student's program: its exec() failed, and it went on. */
static bool goes_on(const struct seen all[], int count)
{
    for (int i = 1; i < count; i++)
        if (strcmp(all[i].name, all[PARENT].name) == 0)
            return true;
    return false;
}

static bool waits_in_loop(const struct seen all[], int count)
{
    return all_must_live && count == 2 && all[PARENT].call == SYS_wait4 &&
           (all[1].call == SYS_write || all[1].call == SYS_read) && lab_zombies(judged) == 0;
}

static const char *hung(const char *diagnosis)
{
    struct seen all[MOST];
    struct surplus s;
    int count = look_settled(all);
    const char *id = NULL;

    if (goes_on(all, count)) {
        lab_note("有一个子进程没有变成命令，还在运行 pipe_pipeline 自己的代码",
                 "a child has not become a command, it still runs the code of pipe_pipeline");
        id = "child-goes-on";
    } else if (waits_in_loop(all, count)) {
        lab_note("只启动了第一段，父进程已经在等它了",
                 "only the first stage has been started, and the parent waits for it already");
        lab_hint(
            "不能启动一段等一段：读它的人还没有出生，管道一满它就停住。"
            "先把所有的段都启动，再逐个等。",
            "Do not wait for each stage as it is started: its reader has not been born, and it "
            "stops when the pipe is full. Start all, then wait.");
        id = "wait-in-loop";
    } else if (find_surplus(all, count, &s)) {
        if (strcmp(s.id, diagnosis) != 0)
            lab_note(s.writes ? "%1$s手里有一个多余的写端：描述符 %3$d"
                              : "%1$s手里有一个多余的读端：描述符 %3$d",
                     s.writes ? "%2$s holds a surplus write end: descriptor %3$d"
                              : "%2$s holds a surplus read end: descriptor %3$d",
                     who_zh(all, s.who), who_en(all, s.who), s.fd);
        hint_surplus(&s);
        id = s.id;
    } else if (count == 1 && lab_zombies(judged) == 0) {
        lab_note("所有的段都已经结束，也收过了，父进程还在等",
                 "all stages have ended and been reaped, the parent still waits");
        lab_hint(
            "子进程可能在 fork 返回之前就结束了：在 SIGCHLD 的处理函数里收它，pid 还没有记下来，"
            "这一个就永远等不到。全部启动以后用 waitpid(pid, …) 逐个等，就没有先后的问题。",
            "A child may end before fork() has returned: a SIGCHLD handler then reaps a pid "
            "that has not been noted yet. Start all, then waitpid() for each: no order "
            "matters there.");
        id = "waits-for-nobody";
    }
    forget(all, count);
    return id;
}

static const char *refine(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)p;
    return v == VERDICT_HANG ? hung(diagnosis) : NULL;
}

static void begin(void)
{
    lab_on_fail(refine);
    lab_hint_for(
        "no-output", NULL,
        "什么也没有输出。最后一段的 stdout 就是 pipe_pipeline 自己的 stdout，不要动它；"
        "前面每一段的 stdout 接到新管道的写端，后一段的 stdin 接到它的读端。"
        "dup2 要在子进程里做。每一段真的 exec 了吗？看看 stderr：命令要在 PATH 里找，用 execvp；"
        "命令自己说 Bad file descriptor，就是两端接反了（读端 fd[0] 接 0，写端 fd[1] 接 1）。",
        "No output. The last stage keeps the stdout of pipe_pipeline; every other writes to a "
        "new pipe and the next one reads it; dup2() belongs into the child. Did every stage "
        "exec()? Look at stderr: use execvp(), which searches PATH; a command that says Bad file "
        "descriptor got the wrong end (fd[0] becomes 0, fd[1] becomes 1).");
    lab_hint_for(
        "busy-loop", NULL,
        "看证据里是谁在用 CPU。如果是 cat、yes 这样的命令：它读写的是同一根管道（自己喂自己），"
        "或者读它的那一段已经走了，却还有人开着读端。如果是你的程序：循环等的时候要睡在 waitpid "
        "里。",
        "Who uses the CPU? A command such as cat or yes reads and writes the same pipe (it feeds "
        "itself), or its reader has gone while somebody still has the read end open. If it is your "
        "program: sleep in waitpid() instead of asking again and again.");
    lab_hint_for(
        "wrong-output", NULL,
        "命令运行了，输出却不对。argv[0] 是命令自己：execvp(command[0], command)，不是 command + "
        "1。"
        "段数不同的例子都对吗：每一段都接上了前一段的读端吗？",
        "The commands ran, with a wrong result. argv[0] is the command itself: execvp(command[0], "
        "command), not command + 1. Are other numbers of stages right: does every stage get the "
        "read end of the one before?");
}

/* --- starting and judging
 * -------------------------------------------------------------------------------- */

/* run("in", LAB_ARGS("--", "cat")) */
static struct lab_proc *run(const char *input, const char *const *args)
{
    return judged = lab_spawn(.program = "pipe_pipeline", .args = args, .input = input,
                              .input_len = strlen(input));
}

static void expect(struct lab_proc *p, const char *output, int status)
{
    lab_wait(p);
    lab_expect_output(p, output);
    lab_expect_exit(p, status);
}

/* The same with calls held up: every start has another schedule. */
static void expect_held_up(const char *input, const char *const *args, const char *output,
                           int status)
{
    for (int i = 0; i < 4; i++) {
        judged = lab_spawn(.program = "pipe_pipeline", .args = args, .input = input,
                           .input_len = strlen(input), .provoke = LAB_DELAY);
        expect(judged, output, status);
    }
}

/* --- the tests
 * -------------------------------------------------------------------------------------------- */

LAB_TEST(runs_commands)
{
    begin();
    lab_context("一段", "one stage");
    expect(run("", LAB_ARGS("--", "echo", "hello")), "hello\n", 0);
    expect(run("from stdin\n", LAB_ARGS("--", "cat")), "from stdin\n", 0);
    lab_context("两段：sort : head -2", "two stages: sort : head -2");
    expect(run("pear\napple\nfig\n", LAB_ARGS("--", "sort", ":", "head", "-2")), "apple\nfig\n", 0);
    lab_context("四段", "four stages");
    expect(run("b\na\nb\n",
               LAB_ARGS("--", "cat", ":", "sort", ":", "uniq", "-c", ":", "tr", "-d", " ")),
           "1a\n2b\n", 0);

    lab_context("有空的一段，或没有 --", "with an empty stage, or without --");
    lab_hint("用法不对：退出状态 2，什么也不运行。这一部分在骨架里已经写好。",
             "Wrong usage: exit status 2, nothing runs. The skeleton has this part.");
    expect(run("", LAB_ARGS("--", "echo", "x", ":")), "", 2);
    expect(run("", LAB_ARGS("echo", "x")), "", 2);
}

static const char *words_changed(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    if (v != VERDICT_WRONG_OUTPUT || p == NULL || strstr(lab_output(p, NULL), "[a][b]") == NULL)
        return refine(v, diagnosis, p);
    lab_note("一个词 “a  b” 变成了两个", "one word, \"a  b\", has become two");
    lab_hint(
        "参数变了样，是因为经过了 shell，或者拼成一行又重新切开。system、popen、sh -c "
        "都会再解释一遍；"
        "argv 里的词原样交给 execvp 就行。",
        "The words changed because a shell (system, popen, sh -c) saw them, or they were joined "
        "and split again. Pass argv to execvp() as it is.");
    return "through-a-shell";
}

LAB_TEST(words_as_given)
{
    begin();
    lab_on_fail(words_changed);
    lab_context("参数里有空格、星号、$", "words with blanks, stars, dollars");
    expect(run("", LAB_ARGS("--", "printf", "[%s]", "a  b", "*", "$HOME", "a:b", ":", "cat")),
           "[a  b][*][$HOME][a:b]", 0);
    lab_context("参数里有引号、井号、反斜杠和空字符串",
                "quotes, a hash, a backslash, an empty word");
    expect(run("", LAB_ARGS("--", "printf", "[%s]", "'q\"", "#", "\\n", "", ":", "cat")),
           "['q\"][#][\\n][]", 0);
}

static void status_case(const char *const *args, int status)
{
    struct lab_proc *p = run("", args);

    lab_wait(p);
    lab_expect_exit(p, status);
}

/* Of two stages the first is left, waiting for input; the other has ended, and the parent, asleep,
 * has reaped it if it reaps in the order of ending. */
static bool only_first_reads(const struct seen all[], int count)
{
    return count == 2 && all[1].call == SYS_read && all[1].arg == 0 && all[PARENT].call != -1;
}

static bool first_left(void *arg)
{
    struct seen all[MOST];
    int count = look(all);
    bool left = only_first_reads(all, count) && all[PARENT].state == 'S';

    (void)arg;
    forget(all, count);
    return left;
}

static void hint_last_is_ours(void)
{
    lab_hint(
        "N 段只有 N − 1 根管道。最后一段的 stdout 直接沿用 pipe_pipeline 自己的：不给它建管道，"
        "不 dup2，父进程也不替它转发。这样它写什么，外面立刻看得到。",
        "N stages have N - 1 pipes. The last one keeps the stdout of pipe_pipeline: no pipe "
        "for it, no dup2(), and the parent does not pass its output on. What it writes is "
        "then seen at once.");
}

static const char *output_kept_back(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    const char *id = refine(v, diagnosis, p);
    struct seen all[MOST];

    if (id != NULL || v != VERDICT_HANG)
        return id;
    int count = look_settled(all);
    bool left = only_first_reads(all, count);
    forget(all, count);
    if (!left)
        return NULL;
    lab_note("最后一段写出 ended 就结束了，这一行却没有到 pipe_pipeline 的 stdout；"
             "测试看到它，才会让第一段结束",
             "the last stage has written \"ended\" and is gone, but the line is not on the stdout "
             "of pipe_pipeline; the test lets the first stage end when it sees the line");
    hint_last_is_ours();
    return "last-stage-piped";
}

LAB_TEST(last_status)
{
    static const char kill_self[] = "kill -9 $$";

    begin();
    lab_hint_for(
        "wrong-status", "not-the-last-status",
        "要的是最后一段的状态，不是第一段的，也不是最后**结束**的那一段的。"
        "记住每一段的 pid，用 waitpid(pid, …) 逐个等。waitpid 给的 status 也不能直接返回："
        "退出状态在 WEXITSTATUS(status) 里。",
        "The status of the last stage is wanted: not of the first, not of the one that ends "
        "last. Keep the pids and waitpid() for each. And status is not yet the exit status: "
        "that is WEXITSTATUS(status).");
    lab_context("true : false", "true : false");
    status_case(LAB_ARGS("--", "true", ":", "false"), 1);
    lab_context("false : true", "false : true");
    status_case(LAB_ARGS("--", "false", ":", "true"), 0);
    lab_context("第一段最后才结束，状态 5；最后一段先结束，状态 7",
                "the first stage ends last with 5, the last stage ends first with 7");
    judged = lab_spawn(.program = "pipe_pipeline", .input_open = true,
                       .args = LAB_ARGS("--", "sh", "-c", "echo up >&2; read x; exit 5", ":", "sh",
                                        "-c", "echo ended; exit 7"));
    lab_on_fail(output_kept_back);
    lab_expect_line(judged, "ended");
    lab_on_fail(refine);
    lab_await(first_left, NULL, "stage-not-waited-for", "最后一段结束，第一段还在读",
              "the last stage to end while the first still reads");
    lab_close_input(judged);
    lab_wait(judged);
    lab_expect_exit(judged, 7);
    lab_hint_for(
        "wrong-status", "signal-status-lost",
        "被信号 S 杀死的，按 shell 的惯例记 128+S。WEXITSTATUS 只在 WIFEXITED 为真时有意义，"
        "被杀时看 WTERMSIG。",
        "For a stage killed by signal S report 128+S. WEXITSTATUS only means something if "
        "WIFEXITED; otherwise look at WTERMSIG.");
    lab_context("最后一段被 SIGKILL 杀死", "SIGKILL ends the last stage");
    status_case(LAB_ARGS("--", "true", ":", "sh", "-c", kill_self), 137);
    lab_context("只有第一段被 SIGKILL 杀死", "SIGKILL ends the first stage only");
    status_case(LAB_ARGS("--", "sh", "-c", kill_self, ":", "true"), 0);
}

static void hint_to_exit(void)
{
    lab_hint(
        "exec 失败以后，子进程还在运行你的代码。用 _exit(127) 马上结束它：不写，它就回到循环里"
        "接着去建后面的段；写成 exit，会把继承来的 stdio 缓冲区再写一遍。",
        "After a failed exec() the child still runs your code. End it with _exit(127): without "
        "it the child goes on building stages; exit() writes the inherited stdio buffer again.");
}

/* cat : wc -l behind a stage that could not be run must count nothing. */
static const char *went_on(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    const char *id = refine(v, diagnosis, p);

    if (id == NULL && v == VERDICT_WRONG_OUTPUT && lab_ended(p) && lab_output(p, NULL)[0] != '\0') {
        lab_note("第一段没能运行，却有数据流进了后面的段",
                 "the first stage could not run, yet data came to the stages after it");
        id = "child-goes-on";
    }
    if (id != NULL && strcmp(id, "child-goes-on") == 0)
        hint_to_exit();
    return id;
}

LAB_TEST(not_found)
{
    begin();
    lab_on_fail(went_on);
    lab_hint_for(
        "wrong-status", "exec-failure-status",
        "execvp 返回就是失败，子进程要马上结束。errno 是 ENOENT：_exit(127)；别的：_exit(126)。"
        "errno 要先存下来：perror、fprintf、close 都可能改掉它。",
        "execvp() only returns on failure, and the child must end at once. ENOENT: "
        "_exit(127); anything else: _exit(126). Save errno first: perror(), fprintf() and "
        "close() may change it.");
    lab_context("第一段不存在，后面是 cat 和 wc -l", "no such command first, then cat and wc -l");
    expect(run("input\n", LAB_ARGS("--", "no-such-command-here", ":", "cat", ":", "wc", "-l")),
           "0\n", 0);
    lab_on_fail(refine);
    lab_context("命令不存在", "no such command");
    expect(run("", LAB_ARGS("--", "no-such-command-here")), "", 127);
    lab_context("最后一段不存在", "no such command in the last stage");
    expect(run("", LAB_ARGS("--", "echo", "x", ":", "no-such-command-here")), "", 127);
    lab_context("文件在，但没有执行权限", "a file without execute permission");
    const char *plain = lab_path("plain");
    int fd = open(plain, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (fd == -1)
        lab_internal("cannot make %s: %s", plain, strerror(errno));
    close(fd);
    expect(run("", LAB_ARGS("--", plain)), "", 126);
    unlink(plain);
    lab_context("四段都不存在，有的在 fork 返回之前就结束了",
                "four stages that do not exist; some end before fork() returns");
    expect_held_up(
        "", LAB_ARGS("--", "no-such-1", ":", "no-such-2", ":", "no-such-3", ":", "no-such-4"), "",
        127);
}

/* --- at rest
 * ------------------------------------------------------------------------------------------------
 */

/* So many processes named cat, each blocked reading its descriptor 0, and the parent asleep. */
static bool cats_at_rest(void *arg)
{
    const int *want = arg;
    struct seen all[MOST];
    int count = look(all), reading = 0;
    bool parent_sleeps = count > 0 && all[PARENT].state == 'S';

    for (int i = 1; i < count; i++)
        reading += strcmp(all[i].name, "cat") == 0 && all[i].call == SYS_read && all[i].arg == 0;
    forget(all, count);
    return parent_sleeps && reading == *want;
}

/* A mask in /proc/PID/status, such as "SigIgn:". */
static unsigned long long signal_mask(pid_t pid, const char *field)
{
    char path[64], text[4096];
    unsigned long long mask = 0;

    snprintf(path, sizeof path, "%d/status", (int)pid);
    int fd = openat(proc_dir, path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd != -1 ? read(fd, text, sizeof text - 1) : -1;
    if (fd != -1)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    const char *at = strstr(text, field);
    if (at != NULL)
        sscanf(at + strlen(field), "%llx", &mask);
    return mask;
}

static void expect_parentage(const struct seen all[], int count)
{
    for (int i = 1; i < count; i++)
        if (all[i].ppid != all[PARENT].pid) {
            lab_note("中间的进程是 %s", "the process in between is %s", all[1].name);
            lab_hint("每一段都由你的进程自己 fork，再直接 execvp；不要经过 system、popen，"
                     "也不要让前一段去 fork 后一段：那样你就没法等它们。",
                     "fork() every stage from your own process and execvp() it: no system(), no "
                     "popen(), no stage that forks the next one, you could not wait for it.");
            lab_fail(VERDICT_WRONG_STATE, "not-your-child",
                     "有一段 %s 不是你的子进程：它的父进程是 pid %d。",
                     "A stage, %s, is not your child: its parent has pid %d.", all[i].name,
                     (int)all[i].ppid);
        }
}

/* Stages whose descriptor 0 (or 1) is still that of pipe_pipeline itself: exactly one of each. */
static void expect_chain(const struct seen all[], int count)
{
    for (int fd = 0; fd <= 1; fd++) {
        int outer = 0;
        for (int i = 1; i < count; i++)
            outer += !between_stages(all, count, target_of(&all[i], fd));
        if (fd == 1 && outer == 0) {
            hint_last_is_ours();
            lab_fail(
                VERDICT_WRONG_STATE, "last-stage-piped",
                "%d 段的 stdout 全都接着管道；最后一段的应该就是 pipe_pipeline 自己的 stdout。",
                "All %d stages have a pipe as their stdout; the last one should have that of "
                "pipe_pipeline itself.",
                count - 1);
        }
        lab_hint(
            "管道接反了，或者没有接上。dup2(old, new) 的意思是“让 new 变得和 old 一样”："
            "dup2(in, 0)、dup2(out, 1)。还要记住把这一根的读端留给下一段。",
            "The pipes are not connected. dup2(old, new) makes new the same as old: dup2(in, 0), "
            "dup2(out, 1). And keep the read end for the next stage.");
        lab_expect(outer == 1, VERDICT_WRONG_STATE, "not-connected",
                   "%d 段当中，有 %d 段的描述符 %d 不是段与段之间的管道；应该正好有一段是这样。",
                   "Of %d stages %d have descriptor %d not on a pipe between stages; it should be "
                   "exactly one.",
                   count - 1, outer, fd);
        lab_hint(NULL, NULL);
    }
}

static void expect_three(const struct seen all[], int count)
{
    struct surplus s;

    if (find_surplus(all, count, &s)) {
        hint_surplus(&s);
        lab_fail(VERDICT_WRONG_STATE, s.id,
                 s.writes ? "%1$s手里多出一个管道的写端：描述符 %3$d。"
                          : "%1$s手里多出一个管道的读端：描述符 %3$d。",
                 s.writes ? "%2$s holds a write end of a pipe it should not have: descriptor %3$d."
                          : "%2$s holds a read end of a pipe it should not have: descriptor %3$d.",
                 who_zh(all, s.who), who_en(all, s.who), s.fd);
    }
    for (int i = 1; i < count; i++)
        for (size_t k = 0; k < all[i].count; k++)
            lab_expect(all[i].fds[k].fd <= 2, VERDICT_WRONG_STATE, "leaked-descriptor",
                       "%s 多出描述符 %d（%s），应该只有 0、1、2。",
                       "%s has descriptor %d (%s); it should have 0, 1 and 2 only.", all[i].name,
                       all[i].fds[k].fd, all[i].fds[k].target);
}

static void expect_signals(const struct seen all[], int count)
{
    for (int i = 1; i < count; i++) {
        lab_hint(
            "exec 会继承“忽略”和信号掩码。命令们指望 SIGPIPE 是默认动作，掩码是空的。",
            "exec() passes on ignored signals and the mask. Commands expect the default action "
            "of SIGPIPE and an empty mask.");
        lab_expect((signal_mask(all[i].pid, "SigIgn:") >> (SIGPIPE - 1) & 1) == 0,
                   VERDICT_WRONG_STATE, "sigpipe-ignored", "%s 启动时 SIGPIPE 被忽略了。",
                   "%s was started with SIGPIPE ignored.", all[i].name);
        lab_expect(signal_mask(all[i].pid, "SigBlk:") == 0, VERDICT_WRONG_STATE, "signals-blocked",
                   "%s 启动时有信号被阻塞。", "%s was started with blocked signals.", all[i].name);
        lab_hint(NULL, NULL);
    }
}

LAB_TEST(only_three)
{
    struct seen all[MOST];
    int want = 4;

    begin();
    all_must_live = true;
    lab_context("cat : cat : cat : cat，都在等输入",
                "cat : cat : cat : cat, all waiting for input");
    judged = lab_spawn(.program = "pipe_pipeline", .input_open = true,
                       .args = LAB_ARGS("--", "cat", ":", "cat", ":", "cat", ":", "cat"));
    lab_await(cats_at_rest, &want, "stages-missing", "四个 cat 都停在 read 里，父进程也停下来",
              "four cats blocked in read, and the parent asleep");
    int count = look(all);
    expect_parentage(all, count);
    expect_chain(all, count);
    expect_three(all, count);
    expect_signals(all, count);
    forget(all, count);
    lab_send_text(judged, "through all of them\n");
    lab_close_input(judged);
    expect(judged, "through all of them\n", 0);
}

LAB_TEST(big_data)
{
    size_t len = 2000000;

    begin();
    all_must_live = true;
    lab_context("8 段 cat，%zu 字节", "8 times cat, %zu bytes", len);
    const char *data = lab_pattern(len);
    judged = lab_spawn(.program = "pipe_pipeline",
                       .args = LAB_ARGS("--", "cat", ":", "cat", ":", "cat", ":", "cat", ":", "cat",
                                        ":", "cat", ":", "cat", ":", "cat"),
                       .input = data, .input_len = len);
    lab_wait(judged);
    lab_expect_output_bytes(judged, data, len);
    lab_expect_exit(judged, 0);

    lab_context("第一段自己写出 300000 字节", "the first stage writes 300000 bytes by itself");
    expect(run("", LAB_ARGS("--", "head", "-c", "300000", "/dev/zero", ":", "wc", "-c")),
           "300000\n", 0);
    lab_context("各段时快时慢", "stages that are held up now and then");
    expect_held_up("",
                   LAB_ARGS("--", "head", "-c", "300000", "/dev/zero", ":", "cat", ":", "wc", "-c"),
                   "300000\n", 0);
}

LAB_TEST(reader_leaves)
{
    begin();
    lab_context("yes : head -1", "yes : head -1");
    expect(run("", LAB_ARGS("--", "yes", ":", "head", "-1")), "y\n", 0);
    lab_context("yes : cat : cat : head -2", "yes : cat : cat : head -2");
    expect(run("", LAB_ARGS("--", "yes", ":", "cat", ":", "cat", ":", "head", "-2")), "y\ny\n", 0);
    lab_context("yes : true", "yes : true");
    expect(run("", LAB_ARGS("--", "yes", ":", "true")), "", 0);
    lab_context("yes : cat : head -1，各段时快时慢",
                "yes : cat : head -1, stages held up now and then");
    expect_held_up("", LAB_ARGS("--", "yes", ":", "cat", ":", "head", "-1"), "y\n", 0);
}

/* Only the cat is left, reading, and the parent sleeps. */
static bool one_cat_left(void *arg)
{
    struct seen all[MOST];
    int want = 1, count = look(all);

    (void)arg;
    forget(all, count);
    return count == 2 && cats_at_rest(&want);
}

static const char *ended_early(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    if (strcmp(diagnosis, "stage-not-waited-for") != 0)
        return refine(v, diagnosis, p);
    lab_note("true 结束了，pipe_pipeline 也跟着结束，第一段 cat 还在读 stdin",
             "true has ended, pipe_pipeline too, while the first stage, cat, still reads stdin");
    lab_hint("shell 等的是所有段，不只是最后一段；否则前面的段会变成孤儿，在后台继续运行。",
             "A shell waits for every stage, not only the last one; the others would go on in the "
             "background as orphans.");
    return NULL;
}

LAB_TEST(waits_for_all)
{
    begin();
    lab_on_fail(ended_early);
    lab_context("cat : true，stdin 还开着", "cat : true, with stdin open");
    judged = lab_spawn(.program = "pipe_pipeline", .input_open = true,
                       .args = LAB_ARGS("--", "cat", ":", "true"));
    lab_await(one_cat_left, NULL, "stage-not-waited-for", "true 结束，父进程继续等 cat",
              "true to end and the parent to wait for cat");
    lab_close_input(judged);
    expect(judged, "", 0);
}

/* With descriptor 0 open the same pipeline just passed. */
static const char *fd_zero(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    const char *id = refine(v, diagnosis, p);

    if (v == VERDICT_LEAK)
        return id;
    lab_note("描述符 0 开着时，同样的流水线刚才是对的",
             "with descriptor 0 open the same pipeline was right");
    lab_hint("0 空着，pipe() 就会把它发给你，fd[0] 可以等于 0。dup2(0, 0) 什么也不做，"
             "跟着的 close(0) 却真的把刚接好的输入关了；第一段也会拿着别人的读端；"
             "带 O_CLOEXEC 的 0 号则会被 exec 关掉。"
             "最省心的办法：一开始就用 /dev/null 把 0、1、2 的空缺占住。",
             "With 0 free pipe() hands it out: fd[0] may be 0. dup2(0, 0) does nothing and the "
             "close(0) after it closes the new input; and the first stage holds a read end that is "
             "not its own; with O_CLOEXEC exec() closes it. The simple way: fill gaps among 0, 1, "
             "2 with /dev/null first.");
    return "fd-zero";
}

static void closed_case(const char *const *args, const char *output)
{
    judged = NULL;
    expect(run("", args), output, 0);
    lab_on_fail(fd_zero);
    judged = lab_spawn(.program = "pipe_pipeline", .args = args, .input_closed = true);
    expect(judged, output, 0);
    lab_on_fail(refine);
}

LAB_TEST(stdin_closed)
{
    begin();
    lab_context("启动时描述符 0 就关着", "descriptor 0 closed from the start");
    closed_case(LAB_ARGS("--", "echo", "hi"), "hi\n");
    closed_case(LAB_ARGS("--", "echo", "hi", ":", "cat", ":", "cat"), "hi\n");
    lab_context("启动时描述符 0 就关着，yes : head -1",
                "descriptor 0 closed from the start, yes : head -1");
    closed_case(LAB_ARGS("--", "yes", ":", "head", "-1"), "y\n");
}

LAB_TEST(few_descriptors)
{
    const char *args[2 * 20 + 1] = {"--"};

    begin();
    lab_context("20 段 cat，描述符最多 12 个", "20 times cat, at most 12 descriptors");
    lab_hint(
        "不要先把所有管道都建好。启动一段需要的只有：上一根管道的读端和这一根的两端；"
        "启动完就关，所以再多的段也只要 6 个描述符。",
        "Do not make all pipes first. To start a stage you need the read end of the pipe before "
        "and the two ends of the next; close them at once, and 6 descriptors do for any number.");
    lab_hint_for("no-output", "too-many-descriptors", NULL, NULL);
    lab_hint_for("wrong-status", "too-many-descriptors", NULL, NULL);
    for (int i = 1; i < 40; i++)
        args[i] = i % 2 == 1 ? "cat" : ":";
    judged = lab_spawn(.program = "pipe_pipeline", .args = args, .input = "x\n", .input_len = 2,
                       .max_files = 12);
    expect(judged, "x\n", 0);
}

LAB_TEST(cannot_start)
{
    begin();
    lab_hint(
        "pipe 和 fork 都可能返回 −1。-1 不能当 pid 用；关掉手里的端口，等已经启动的段，退出 1。",
        "pipe() and fork() may return -1, which is no pid. Close what you hold, wait for the "
        "stages that run, exit with 1.");
    lab_hint_for("wrong-status", "fork-unchecked", NULL, NULL);
    lab_context("进程数到了上限，fork 得到 EAGAIN", "no more processes: fork() gives EAGAIN");
    judged = lab_spawn(.program = "pipe_pipeline", .args = LAB_ARGS("--", "cat", ":", "cat"),
                       .max_processes = -1);
    expect(judged, "", 1);
    lab_hint_for("wrong-status", "pipe-unchecked", NULL, NULL);
    lab_context("描述符用完，第二根管道得到 EMFILE",
                "no more descriptors: the second pipe() fails");
    judged = lab_spawn(.program = "pipe_pipeline",
                       .args = LAB_ARGS("--", "cat", ":", "cat", ":", "cat"), .max_files = 5);
    expect(judged, "", 1);
}

LAB_MAIN({"runs_commands", runs_commands}, {"words_as_given", words_as_given},
         {"last_status", last_status}, {"not_found", not_found}, {"only_three", only_three},
         {"big_data", big_data}, {"reader_leaves", reader_leaves}, {"waits_for_all", waits_for_all},
         {"stdin_closed", stdin_closed}, {"few_descriptors", few_descriptors},
         {"cannot_start", cannot_start})
