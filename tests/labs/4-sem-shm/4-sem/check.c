/* sem-posix. The trick of these tests: nobody reads the program's output, so the pipe fills and the
 * game stops in the middle, with one worker in write() and all others waiting for their turn. A
 * trusted helper then looks at every worker through /proc. Nothing here depends on time. */
#include "harness/lab.h"

#include <ctype.h>
#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_WORKERS = 32, SETTLE_LOOKS = 20000, PIPE = 4096, WHOLE_LINES = 64 };

/* --- the game --- */

static size_t line_length(long round, int worker)
{
    return (size_t)snprintf(NULL, 0, "%ld:%d\n", round, worker);
}

static const char *expected_output(int workers, long rounds, size_t *len)
{
    char *text = malloc((size_t)workers * (size_t)rounds * 16 + 1), *at = text;

    if (text == NULL)
        lab_internal("out of memory");
    *at = '\0';
    for (long r = 1; r <= rounds; r++)
        for (int i = 1; i <= workers; i++)
            at += sprintf(at, "%ld:%d\n", r, i);
    *len = (size_t)(at - text);
    return text;
}

static void expect_output(struct lab_proc *p, int workers, long rounds)
{
    size_t len;
    const char *text = expected_output(workers, rounds, &len);

    lab_expect_output_bytes(p, text, len);
    free((char *)text);
}

static struct lab_proc *play(int workers, long rounds, int cpu)
{
    lab_context("sem_posix %1$d %2$ld", "sem_posix %1$d %2$ld", workers, rounds);
    return lab_spawn(.program = "sem_posix", .cpu = cpu,
                     .args = LAB_ARGS(lab_text("%d", workers), lab_text("%ld", rounds)));
}

static void expect_game(int workers, long rounds, int cpu)
{
    struct lab_proc *p = play(workers, rounds, cpu);

    lab_hint_for("zombie", "no-wait", NULL, NULL);
    lab_hint_for("orphan", "no-wait", NULL, NULL);
    lab_wait(p);
    expect_output(p, workers, rounds);
    lab_expect_exit(p, 0);
    lab_expect_clean();
}

/* The hints for what everybody meets here: hangs, and lines out of order. */
static void explain_mistakes(void)
{
    lab_hint_for(
        "wrong-order", NULL,
        "轮到谁，要由上一个人指名：每个工人等自己的信号量，打印完 post 下一个人的。全体合用"
        "一个信号量的话，post 完自己马上又拿到了；等的和 post 的下标写反了，次序就倒过来。",
        "The last worker must name the next one: wait for your own semaphore, post your "
        "neighbour's. With one semaphore for all the poster gets it back at once; with "
        "the two indexes swapped the order is reversed.");
    lab_hint_for(
        "wrong-status", NULL,
        "打印的都对，退出状态不对。waitpid 是不是在全部收完之后又返回了一次 -1？子进程干完活 "
        "_exit 了吗？没有的话，它会接着执行 main 里后面的代码：再 fork，再 waitpid。",
        "The output is right, the status is not. Does waitpid() fail once more after all "
        "are reaped? Does a child _exit() when it is done? If not it goes on with the "
        "rest of main(): more forks, more waits.");
    lab_hint_for("doubled-output", NULL,
                 "同一行打印了不止一次：是不是多了工人？子进程干完活要马上 _exit，否则它会接着转 "
                 "main 里的循环，再造出别的工人来。",
                 "Lines come more than once: are there more workers than there should be? A child "
                 "has to _exit() when it is done, or it goes on with the loop of main() and makes "
                 "workers of its own.");
    lab_hint_for(
        "lock-order", "lost-ticket",
        "票在一个没有人等的信号量上，等着的人等的都是 0：post 错了人。1 号叫 2 号，……，P "
        "号叫 1 号，下标从 0 数起时是 (i + 1) % P；不是 P 个工人都还在的话，也会这样。",
        "The ticket lies at a semaphore that nobody waits for, the others are 0: the wrong "
        "one was posted. Worker i calls (i + 1) % P, counted from 0; it is the same when "
        "one of the P workers is missing.");
    lab_hint_for("private-futex", NULL,
                 "sem_init 的第二个参数 pshared 是 0：这个信号量只在一个进程里管用，别的进程 "
                 "sem_post 之后值变成了 1，睡着的人却没有被叫醒。改成 1。",
                 "sem_init() with pshared = 0 works inside one process only: a post of another "
                 "process changes the value but wakes nobody. Pass 1.");
    lab_hint_for(
        "not-shared", NULL,
        "fork 之后，普通的内存（全局变量、malloc、MAP_PRIVATE）一写就分家，每个进程 "
        "sem_post 的是自己的那一份。用 mmap 的 MAP_SHARED | MAP_ANONYMOUS，在 fork "
        "之前建好。",
        "After fork() ordinary memory (globals, malloc, MAP_PRIVATE) is a copy: each "
        "process posts its own. Use mmap() with MAP_SHARED | MAP_ANONYMOUS before fork().");
    lab_hint_for(
        "sem-zero-no-poster", NULL,
        "所有信号量都是 0，没有人手里有票：那张票哪里去了？查四处：第一张票是谁发的（初值，"
        "或者父进程 post 一次）；每个人打印完都 post 了下一个人的吗（P 号的下一个是 1 号）；"
        "P 个工人都造出来了吗（在 fork 的循环里就 waitpid，后面的人没有出生）；是不是有人在 "
        "fork 之后又 sem_init，把刚 post 的票抹掉了。",
        "Every semaphore is 0, so the ticket is lost. Who hands out the first one? Does "
        "everybody post the next worker (1 comes after P)? Are there P workers (with waitpid() "
        "in the loop of fork() the others are never born)? Does somebody call sem_init() again "
        "after fork()?");
}

/* --- a helper that looks at the workers, in their own PID namespace --- */

struct worker {
    int pid;
    char state;
    long call;                        /* system call it sleeps in, -1 when it runs */
    unsigned long long bytes, writes; /* written so far, and in how many calls */
};

struct crowd {
    struct worker parent;
    int threads; /* of the parent */
    int named;   /* named semaphores that the parent has mapped */
    int count;   /* living children */
    struct worker child[MAX_WORKERS + 1];
};

struct order { /* what the helper does after looking */
    pid_t parent;
    int signal;
    enum { TO_NOBODY, TO_WAITING, TO_FIRST_WAITING, TO_WRITER } to;
};

static bool read_file(pid_t pid, const char *name, char *text, size_t size)
{
    char path[64];
    FILE *f;
    size_t n;

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    f = fopen(path, "re");
    if (f == NULL)
        return false;
    n = fread(text, 1, size - 1, f);
    fclose(f);
    text[n] = '\0';
    return n > 0;
}

/* State and parent of a process; false when it is gone. */
static bool read_state(pid_t pid, char *state, int *ppid)
{
    char text[1024], *rest;

    if (!read_file(pid, "stat", text, sizeof text))
        return false;
    rest = strrchr(text, ')');
    return rest != NULL && sscanf(rest + 1, " %c %d", state, ppid) == 2 && *state != 'Z' &&
           *state != 'X';
}

static unsigned long long field(const char *text, const char *name)
{
    const char *at = strstr(text, name);

    return at != NULL ? strtoull(at + strlen(name), NULL, 10) : 0;
}

static void read_worker(struct worker *w)
{
    char text[1024];

    w->call = -1;
    if (w->state == 'S' && read_file(w->pid, "syscall", text, sizeof text) &&
        sscanf(text, "%ld", &w->call) != 1)
        w->call = -1;
    if (read_file(w->pid, "io", text, sizeof text)) {
        w->bytes = field(text, "wchar:");
        w->writes = field(text, "syscw:");
    }
}

/* A named semaphore is a mapped file /dev/shm/sem.NAME (sem_overview(7)). */
static int count_named(pid_t pid)
{
    char path[64], line[512];
    int n = 0;
    FILE *f;

    snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    f = fopen(path, "re");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        n += strstr(line, "/dev/shm/sem.") != NULL;
    if (f != NULL)
        fclose(f);
    return n;
}

static void look(pid_t parent, struct crowd *c)
{
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    char text[2048];
    int ppid;

    *c = (struct crowd){.parent = {.pid = parent, .state = 'X', .call = -1}};
    if (read_state(parent, &c->parent.state, &ppid))
        read_worker(&c->parent);
    if (read_file(parent, "status", text, sizeof text))
        c->threads = (int)field(text, "Threads:");
    c->named = count_named(parent);
    while (proc != NULL && c->count <= MAX_WORKERS && (entry = readdir(proc)) != NULL) {
        struct worker *w = &c->child[c->count];

        w->pid = isdigit((unsigned char)entry->d_name[0]) ? atoi(entry->d_name) : 0;
        if (w->pid <= 1 || !read_state(w->pid, &w->state, &ppid) || ppid != parent)
            continue;
        read_worker(w);
        c->count++;
    }
    if (proc != NULL)
        closedir(proc);
}

static bool asleep(const struct worker *w)
{
    return w->state != 'R' && w->call >= 0;
}

/* Everybody sleeps, where they slept the last time, and has written nothing since. */
static bool same(const struct crowd *a, const struct crowd *b)
{
    bool equal = a->count == b->count && a->parent.call == b->parent.call && asleep(&a->parent);

    for (int i = 0; equal && i < a->count; i++)
        equal = a->child[i].pid == b->child[i].pid && a->child[i].call == b->child[i].call &&
                a->child[i].writes == b->child[i].writes && asleep(&a->child[i]);
    return equal;
}

static void send_signals(const struct order *o, const struct crowd *c)
{
    for (int i = 0; i < c->count; i++) {
        bool writes = c->child[i].call == SYS_write;

        if (o->to == TO_NOBODY || writes != (o->to == TO_WRITER) || c->child[i].pid <= 1)
            continue;
        kill(c->child[i].pid, o->signal);
        if (o->to == TO_FIRST_WAITING)
            return;
    }
}

/* Look again and again until nothing moves (a program that never rests is ended by its CPU limit),
 * obey the order, and tell what was seen. */
static int look_and_act(void *arg)
{
    const struct order *o = arg;
    struct crowd now, last = {0};
    const struct timespec moment = {.tv_nsec = 1000000};

    for (int i = 0, steady = 0; i < SETTLE_LOOKS && steady < 3; i++, last = now) {
        look(o->parent, &now);
        steady = same(&now, &last) ? steady + 1 : 0;
        if (now.parent.state == 'X')
            break;
        nanosleep(&moment, NULL);
    }
    send_signals(o, &now);
    printf("%c %ld %llu %d %d %d\n", now.parent.state, now.parent.call, now.parent.bytes,
           now.threads, now.named, now.count);
    for (int i = 0; i < now.count; i++)
        printf("%d %c %ld %llu %llu\n", now.child[i].pid, now.child[i].state, now.child[i].call,
               now.child[i].bytes, now.child[i].writes);
    fflush(stdout);
    return 0;
}

static const char *next_line(const char *text)
{
    const char *newline = strchr(text, '\n');

    return newline != NULL ? newline + 1 : text + strlen(text);
}

/* Send a helper. Everybody may sleep meanwhile: it is we who hold the game up. */
static struct crowd settle(struct lab_proc *p, int signal, int to)
{
    struct order o = {lab_inner_pid(p), signal, to};
    struct lab_proc *helper;
    struct crowd c = {0};
    const char *text;

    lab_expect_blocking(true);
    helper = lab_trusted(look_and_act, &o, "检查程序", "the check program");
    lab_wait(helper);
    lab_expect_blocking(false);
    text = lab_output(helper, NULL);
    if (sscanf(text, " %c %ld %llu %d %d %d", &c.parent.state, &c.parent.call, &c.parent.bytes,
               &c.threads, &c.named, &c.count) != 6 ||
        c.count > MAX_WORKERS + 1)
        lab_internal("the helper that looks at the workers said: %s", text);
    for (int i = 0; i < c.count; i++) {
        text = next_line(text);
        if (sscanf(text, "%d %c %ld %llu %llu", &c.child[i].pid, &c.child[i].state,
                   &c.child[i].call, &c.child[i].bytes, &c.child[i].writes) != 5)
            lab_internal("the helper that looks at the workers said: %s", text);
    }
    return c;
}

static int count_in(const struct crowd *c, long call)
{
    int n = 0;

    for (int i = 0; i < c->count; i++)
        n += c->child[i].call == call;
    return n;
}

static int sleepers(const struct crowd *c)
{
    return count_in(c, SYS_nanosleep) + count_in(c, SYS_clock_nanosleep) + count_in(c, SYS_poll) +
           count_in(c, SYS_select) + count_in(c, SYS_pselect6) + count_in(c, SYS_ppoll);
}

/* --- what must be true while the game is held up --- */

static void expect_workers(const struct crowd *c, int workers)
{
    lab_note("停住的时候：主进程有 %1$d 个子进程、%2$d 个线程",
             "while it was held up: the program had %1$d children and %2$d threads", c->count,
             c->threads);
    lab_hint(c->threads > 1 ? "题目要 P 个进程：每个工人用 fork "
                              "造。线程共享整个地址空间，看不出信号量能不能跨进程。"
                            : "先把 P 个工人全部 fork 出来，再等。父进程自己不算工人。",
             c->threads > 1 ? "The task asks for processes made by fork(), not threads."
                            : "Fork all P workers first; the parent is not one of them.");
    lab_expect(c->count == workers, VERDICT_WRONG_STATE,
               c->threads > 1 ? "threads-not-processes" : "wrong-worker-count",
               "游戏进行到一半，应当有 %1$d 个工人进程，实际有 %2$d 个。",
               "In the middle of the game there should be %1$d workers; there are %2$d.", workers,
               c->count);
}

static void expect_one_writer(const struct crowd *c)
{
    int writing = count_in(c, SYS_write);

    lab_note("停住的时候：睡在 write 里的有 %1$d 个工人，睡在信号量（futex）上的有 %2$d 个",
             "while it was held up: %1$d workers slept in write(), %2$d on a semaphore (futex)",
             writing, count_in(c, SYS_futex));
    lab_hint(
        "任何时候，所有信号量的值加起来至多是 1：只有一张票。初值给多了、忘了等，都会多出票来。",
        "All semaphores together never exceed 1: there is one ticket. Check initial values, "
        "and that everybody waits.");
    lab_expect(writing <= 1, VERDICT_WRONG_STATE, "turn-not-exclusive",
               "同一时刻有 %1$d 个工人在打印：不是轮流。",
               "%1$d workers print at the same time: they do not take turns.", writing);
}

/* Each worker has written lines of its own, one at a time. */
static void expect_own_lines(const struct crowd *c)
{
    int silent = 0;

    for (int i = 0; i < c->count; i++) {
        const struct worker *w = &c->child[i];

        silent += w->bytes == 0;
        if (w->writes > 0 && w->bytes / w->writes >= WHOLE_LINES) {
            lab_hint(
                "标准输出是管道时，printf 只是把字节放进本进程的缓冲区。叫下一个人之前先 "
                "fflush(stdout)，或者改用 write。",
                "On a pipe printf() only fills the process's own buffer: fflush(stdout) before "
                "you post, or use write().");
            lab_fail(VERDICT_WRONG_STATE, "not-flushed",
                     "一个工人只调用了 %2$llu 次 write，就写出了 %1$llu "
                     "字节：许多行攒在缓冲区里，到满了才一起出去。",
                     "A worker wrote %1$llu bytes in %2$llu calls: its lines pile up in a buffer.",
                     w->bytes, w->writes);
        }
    }
    lab_hint("第 i 个工人打印它自己的行。父进程只造工人、等工人。",
             "Worker i prints its own lines; the parent only starts workers and waits.");
    lab_expect(c->parent.bytes < PIPE / 2, VERDICT_WRONG_STATE, "parent-prints",
               "打印的是父进程（已经写了 %1$llu 字节），不是工人。",
               "It is the parent that prints (%1$llu bytes so far).", c->parent.bytes);
    lab_expect(silent == 0, VERDICT_WRONG_STATE, "silent-workers",
               "输出已经有 %1$d 字节，却有 %2$d 个工人一行也没打印过。",
               "After %1$d bytes of output %2$d workers have not printed a line.", PIPE, silent);
}

static void expect_waiting(const struct crowd *c)
{
    int waiting = count_in(c, SYS_futex), naps = sleepers(c);

    lab_hint(
        "没轮到就 sem_wait：内核会让你睡到有人 sem_post 为止。过一会儿看一眼（sleep、usleep、"
        "sem_trywait、sem_timedwait）既慢，又靠运气。",
        "Wait with sem_wait(): the kernel lets you sleep until somebody posts. Looking now and "
        "then is slow and a matter of luck.");
    lab_expect(naps == 0, VERDICT_WRONG_STATE, "polls-for-turn",
               "有 %1$d 个工人不是睡在信号量上，而是睡一会儿、看一眼。",
               "%1$d workers do not wait for a semaphore but look again and again.", naps);
    lab_expect(waiting == c->count - 1, VERDICT_WRONG_STATE, "not-waiting",
               "%1$d 个工人里，一个在打印，睡在信号量上的应当有 %2$d 个，实际是 %3$d 个。",
               "Of %1$d workers one prints and %2$d should wait for a semaphore; %3$d do.",
               c->count, c->count - 1, waiting);
}

/* Start a game that nobody watches, and wait until it stands still. */
static struct lab_proc *start_held(int workers, long rounds, bool ignore_sigpipe)
{
    struct lab_proc *p =
        lab_spawn(.program = "sem_posix", .stdout_pipe = PIPE, .hold_output = true,
                  .ignore_sigpipe = ignore_sigpipe,
                  .args = LAB_ARGS(lab_text("%d", workers), lab_text("%ld", rounds)));

    lab_context("sem_posix %1$d %2$ld，标准输出暂时没有人读",
                "sem_posix %1$d %2$ld, nobody reads its output for now", workers, rounds);
    lab_hint_for("no-block", "never-blocks",
                 "输出应当有好几万字节，管道放不下，写的人必然要停下来等。每个工人都打印了自己的 R "
                 "行吗？",
                 "There should be far more output than fits into the pipe. Does every worker print "
                 "all its lines?");
    explain_mistakes();
    lab_await_blocked(p, SYS_write, 1);
    return p;
}

static void release(struct lab_proc *p, int workers, long rounds)
{
    lab_hint(NULL, NULL);
    lab_release_output(p);
    lab_wait(p);
    expect_output(p, workers, rounds);
    lab_expect_exit(p, 0);
}

/* --- tests --- */

LAB_TEST(usage)
{
    static const char *const wrong[][4] = {
        {NULL},      {"3", NULL},       {"3", "2", "1", NULL}, {"0", "2", NULL},
        {"33", "2"}, {"-1", "2", NULL}, {"3", "-1", NULL},     {"3", "1000001", NULL},
        {"3x", "2"}, {"3", "", NULL},   {"three", "2", NULL},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const char *shown = "";
        for (size_t k = 0; wrong[i][k] != NULL; k++)
            shown = lab_text("%s %s", shown, wrong[i][k]);
        struct lab_proc *p = lab_spawn(.program = "sem_posix", .args = wrong[i]);

        lab_context("sem_posix%1$s", "sem_posix%1$s", shown);
        lab_wait(p);
        lab_expect_exit(p, 2);
        lab_expect_output(p, "");
    }
}

LAB_TEST(small_games)
{
    static const int games[][2] = {{1, 1}, {1, 4}, {2, 1}, {2, 3}, {3, 2}, {5, 4}, {4, 0}};

    explain_mistakes();
    for (size_t i = 0; i < sizeof games / sizeof games[0]; i++)
        expect_game(games[i][0], games[i][1], 0);
}

LAB_TEST(asleep_until_called)
{
    const int workers = 5;
    const long rounds = 1000;
    lab_forbid_sleep();
    struct lab_proc *p = start_held(workers, rounds, false);
    struct crowd c = settle(p, 0, TO_NOBODY);

    expect_workers(&c, workers);
    lab_hint(
        "命名信号量（sem_open）是系统里的一个对象，要起名、要删除，程序一崩溃就留下来。父子进程之间"
        "用不着：sem_init 放在共享内存里的。",
        "A named semaphore (sem_open) is an object of the system that a crash leaves behind. "
        "Between parent and children sem_init() in shared memory does.");
    lab_expect(c.named == 0, VERDICT_WRONG_STATE, "named-semaphores",
               "用的是 %1$d 个命名信号量，题目要未命名的。",
               "It uses %1$d named semaphores; the task asks for unnamed ones.", c.named);
    expect_own_lines(&c);
    expect_one_writer(&c);
    expect_waiting(&c);
    lab_hint(NULL, NULL);
    /* who prints before it waits is caught above or, when it was only preempted there, here */
    lab_hint_for(
        "wrong-order", "turn-not-exclusive",
        "轮不到的工人也打印了。先等自己的信号量，等到了再打印，打印完才 post 下一个人的。",
        "A worker printed out of turn. Wait for your own semaphore first, print after it, and "
        "only then post your neighbour's.");
    release(p, workers, rounds);
}

LAB_TEST(many_rounds)
{
    static const int games[][2] = {{2, 1000}, {3, 1000}, {8, 1000}, {32, 100}};

    explain_mistakes();
    for (size_t i = 0; i < sizeof games / sizeof games[0]; i++) {
        expect_game(games[i][0], games[i][1], 1); /* all on one CPU */
        expect_game(games[i][0], games[i][1], 0);
    }
}

LAB_TEST(held_up)
{
    static const unsigned kinds[] = {LAB_DELAY, LAB_DELAY | LAB_EINTR, LAB_ALL};

    explain_mistakes();
    for (int i = 0; i < 6; i++) {
        if (i % 3 > 0)
            lab_hint_for("wrong-order", NULL,
                         "被打断的 sem_wait 没有拿到票：看它的返回值，EINTR 就接着等。",
                         "An interrupted sem_wait() has no ticket: look at what it returns, and "
                         "wait again on EINTR.");
        lab_hint(i % 3 == 2 ? "write 可能只写出一部分，也可能被打断：看返回值，没写完的接着写。"
                            : NULL,
                 i % 3 == 2 ? "write() may write a part only, or be interrupted: look at what it "
                              "returns and write the rest."
                            : NULL);
        const int workers = 2 + i;
        const long rounds = 30 - 2 * i;
        struct lab_proc *p =
            lab_spawn(.program = "sem_posix", .provoke = kinds[i % 3],
                      .args = LAB_ARGS(lab_text("%d", workers), lab_text("%ld", rounds)));

        lab_context(i % 3 == 0   ? "sem_posix %1$d %2$ld，每次调用前后都可能被耽搁"
                    : i % 3 == 1 ? "sem_posix %1$d %2$ld，调用会被耽搁、被信号打断"
                                 : "sem_posix %1$d %2$ld，调用会被耽搁、被打断、只写出一部分",
                    i % 3 == 0   ? "sem_posix %1$d %2$ld, held up before and after calls"
                    : i % 3 == 1 ? "sem_posix %1$d %2$ld, calls held up and interrupted"
                                 : "sem_posix %1$d %2$ld, calls held up, interrupted, cut short",
                    workers, rounds);
        lab_wait(p);
        expect_output(p, workers, rounds);
        lab_expect_exit(p, 0);
    }
}

static struct lab_proc *signalled;

static const char *name_signal_death(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)diagnosis;
    (void)p;
    if (!lab_ended(signalled) || v == VERDICT_WRONG_OUTPUT)
        return NULL;
    return "eintr-ends-wait";
}

LAB_TEST(signals)
{
    const int workers = 4;
    const long rounds = 600;
    struct lab_proc *p = signalled = start_held(workers, rounds, false);
    struct crowd c;

    lab_context("没轮到的工人和父进程都收到了 SIGUSR1",
                "SIGUSR1 for the parent and for every worker that waits");
    for (int i = 0; i < 3; i++) {
        settle(p, SIGUSR1, TO_WAITING);
        lab_kill(p, SIGUSR1);
        c = settle(p, 0, TO_NOBODY);
        lab_hint(
            "被信号打断的 sem_wait 和 waitpid 返回 -1，errno 是 EINTR：什么也没等到，回去再等。",
            "An interrupted sem_wait() or waitpid() fails with EINTR: wait again.");
        lab_expect(c.parent.state != 'X' && c.count == workers, VERDICT_WRONG_STATE,
                   "eintr-ends-wait", "一个信号来过，%1$d 个工人只剩 %2$d 个，父进程%3$s。",
                   "After a signal %2$d of %1$d workers are left.", workers, c.count,
                   c.parent.state == 'X' ? "也结束了" : "还在");
        lab_expect(count_in(&c, SYS_write) <= 1, VERDICT_WRONG_STATE, "eintr-as-token",
                   "一个信号来过，没轮到的工人也打印起来了：被打断的等待被当成了轮到自己。",
                   "After a signal a worker prints although it is not its turn: an interrupted "
                   "wait was taken for a ticket.");
    }
    lab_on_fail(name_signal_death);
    release(p, workers, rounds);
}

/* The first line that does not fit into a pipe of one page: its round, and whose it is. A line
 * never straddles two pages of a pipe (pipe_write() in the kernel). */
static int first_to_wait(int workers, long *round)
{
    size_t sum = 0;

    for (*round = 1;; (*round)++)
        for (int i = 1; i <= workers; i++) {
            sum += line_length(*round, i);
            if (sum > PIPE)
                return i;
        }
}

struct ending {
    struct lab_proc *p;
    size_t left;
};

static bool others_ended(void *arg)
{
    const struct ending *e = arg;

    return lab_descendants(e->p) <= e->left && !lab_ended(e->p);
}

LAB_TEST(waits_for_last)
{
    long rounds;
    int workers = 3, stuck;
    struct lab_proc *p;

    /* In the last round some workers have finished for good when the pipe is full. */
    while ((stuck = first_to_wait(workers, &rounds)) < 2)
        workers++;
    lab_context("sem_posix %1$d %2$ld，最后一轮打印到 %3$d 号时没有人读",
                "sem_posix %1$d %2$ld, nobody reads from worker %3$d's last line on", workers,
                rounds, stuck);
    lab_hint("前面的工人都走完了，后面的还没打印，父进程却已经走了。造了几个工人就要等到几个，"
             "不是等到一个就算。",
             "Some workers are done, the others still have a line to print, but the parent has "
             "gone: reap as many as you forked.");
    lab_hint_for("no-block", "no-wait", NULL, NULL);
    lab_hint_for("orphan", "no-wait", NULL, NULL);
    p = lab_spawn(.program = "sem_posix", .stdout_pipe = PIPE, .hold_output = true,
                  .args = LAB_ARGS(lab_text("%d", workers), lab_text("%ld", rounds)));
    lab_await_blocked(p, SYS_write, 1);
    struct ending e = {p, (size_t)(workers - stuck + 1)};
    lab_await(others_ended, &e, "no-wait", "前面的工人都结束，父进程还在等后面的",
              "the first workers to end while the parent waits for the others");
    struct crowd c = settle(p, 0, TO_NOBODY);
    lab_expect(c.parent.state != 'X' && c.count == (int)e.left, VERDICT_WRONG_STATE, "no-wait",
               "还有 %1$d 个工人没打印完，父进程已经退出了。",
               "%1$d workers still have a line to print, and the parent has ended.", (int)e.left);
    release(p, workers, rounds);
}

static struct lab_proc *broken; /* a game that cannot go on */

static const char *name_stuck(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)diagnosis;
    (void)p;
    if (v == VERDICT_HANG)
        return lab_ended(broken) ? "orphan" : "dead-worker-ignored";
    return v == VERDICT_LEAK ? "orphan" : NULL;
}

static void expect_breakup(struct lab_proc *p)
{
    static const char zh[] =
        "一个工人死了，他手里的票也没了，其余的人永远等不到。父进程用 waitpid(-1, &status, 0) "
        "等，先死的先知道；看到有人不是正常退出 0（被信号杀死也算），就给其余的工人发 SIGKILL，"
        "收齐尸体，退出 1。忽略 SIGCHLD（SIG_IGN）的话，waitpid 就拿不到状态了。";
    static const char en[] =
        "A dead worker takes its ticket along, so the others wait for ever. Wait with "
        "waitpid(-1, &status, 0); when one did not exit with 0 (or was killed), kill the others, "
        "reap them all and exit 1. With SIGCHLD ignored waitpid() gets no status.";

    broken = p;
    lab_hint_for("dead-worker-ignored", NULL, zh, en);
    lab_hint_for("orphan", NULL, zh, en);
    lab_hint_for("wrong-status", "dead-worker-ignored", zh, en);
    lab_on_fail(name_stuck);
    lab_release_output(p);
    lab_wait(p);
    lab_expect_exit(p, 1);
    lab_expect_clean();
    lab_on_fail(NULL);
}

LAB_TEST(worker_dies)
{
    struct lab_proc *p = start_held(5, 1000, false);

    settle(p, SIGKILL, TO_FIRST_WAITING);
    lab_context("一个正在等的工人被 SIGKILL 杀死", "a waiting worker was killed");
    expect_breakup(p);
    p = start_held(5, 1000, false);
    settle(p, SIGKILL, TO_WRITER);
    lab_context("正在打印的工人被 SIGKILL 杀死", "the worker that prints was killed");
    expect_breakup(p);
}

LAB_TEST(reader_leaves)
{
    for (int i = 0; i < 2; i++) {
        struct lab_proc *p = start_held(3, 2000, i == 1);

        lab_context(i == 0 ? "读标准输出的人走了：SIGPIPE 杀死了正在写的工人"
                           : "读标准输出的人走了，SIGPIPE 被忽略：write 得到 EPIPE",
                    i == 0 ? "the reader of stdout left: SIGPIPE killed the writing worker"
                           : "the reader of stdout left, SIGPIPE ignored: write() says EPIPE");
        lab_hint(i == 0 ? "waitpid 的 status 里写着工人是怎么结束的：不是正常退出 0，就是失败。"
                        : "写标准输出的返回值（write，或 fflush）要看：写不出去，工人就以 1 退出。",
                 i == 0 ? "waitpid()'s status tells how the worker ended."
                        : "Look at what write() or fflush() returns; a worker that cannot write "
                          "exits with 1.");
        lab_hint_for("wrong-status", i == 0 ? "dead-worker-ignored" : "write-error-ignored", NULL,
                     NULL);
        lab_hint_for("dead-worker-ignored", NULL,
                     "写不出去的工人已经死了（或者以 1 退出），别人等不到他的票。父进程要看每个 "
                     "status：有人没有正常结束，就让其余的人也结束，退出 1。",
                     "The worker that could not write is dead (or exited with 1) and the others "
                     "wait for its ticket. Look at every status: when one failed end the others "
                     "and exit 1.");
        lab_hint_for("orphan", NULL,
                     "父进程自己走了，等票的工人还睡着，从此没有人能叫醒他们。先给其余的工人发 "
                     "SIGKILL，用 waitpid 收齐，再退出 1。",
                     "The parent has gone, and the workers that wait for a ticket sleep for ever. "
                     "Kill them, reap them all with waitpid(), and only then exit with 1.");
        broken = p;
        lab_on_fail(name_stuck);
        lab_close_output(p);
        lab_wait(p);
        lab_expect_exit(p, 1);
        lab_on_fail(NULL);
        lab_expect_clean();
    }
}

static const char *name_fork_failure(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)diagnosis;
    (void)p;
    return v == VERDICT_HANG || v == VERDICT_WRONG_STATUS ? "fork-unchecked" : NULL;
}

LAB_TEST(fork_fails)
{
    struct lab_proc *p =
        lab_spawn(.program = "sem_posix", .args = LAB_ARGS("32", "100"), .max_processes = 8);

    lab_context("要 32 个工人，但只许有几个进程", "32 workers wanted, a few processes allowed");
    lab_hint("fork 返回 -1 时，已经造好的工人正睡着等票，而缺了人，票永远转不了一圈。让他们结束、"
             "收尸，退出 1。",
             "When fork() fails the workers made so far wait in vain: end and reap them, exit 1.");
    lab_on_fail(name_fork_failure);
    lab_wait(p);
    lab_expect_exit(p, 1);
}

LAB_TEST(closed_stdin)
{
    struct lab_proc *p =
        lab_spawn(.program = "sem_posix", .args = LAB_ARGS("3", "20"), .input_closed = true);

    lab_context("sem_posix 3 20，标准输入关着", "sem_posix 3 20, stdin closed");
    explain_mistakes();
    lab_wait(p);
    expect_output(p, 3, 20);
    lab_expect_exit(p, 0);
}

LAB_MAIN({"usage", usage}, {"small_games", small_games},
         {"asleep_until_called", asleep_until_called}, {"many_rounds", many_rounds},
         {"held_up", held_up}, {"signals", signals}, {"waits_for_last", waits_for_last},
         {"worker_dies", worker_dies}, {"reader_leaves", reader_leaves}, {"fork_fails", fork_fails},
         {"closed_stdin", closed_stdin})
