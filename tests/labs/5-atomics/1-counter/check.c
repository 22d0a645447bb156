/* atomic-counter: the races are real ones, on two CPUs. The machine decides how a race ends, so a
 * mode that must lose is tried until it does, and a mode that must not lose is tried several times.
 */
#include "harness/lab.h"

#include <ctype.h>
#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum { EXACT_TRIALS = 5, RACE_TRIALS = 30, MAX_CHILDREN = 64, MAX_ROUNDS = 1000000000 };
static const char *const mode_names[] = {"plain", "volatile", "atomic", "mutex"};
enum { MODE_COUNT = sizeof mode_names / sizeof mode_names[0] };

struct counts {
    long result, expected, lost;
};

/* --- reading what the program printed --- */

static const char *render(const struct counts *c)
{
    return lab_text("result=%ld expected=%ld lost=%ld\n", c->result, c->expected, c->lost);
}

/* Wait for a program that must succeed; the three numbers, whose sums have been checked. */
static struct counts finish(struct lab_proc *p, long workers, long rounds)
{
    struct counts c, ideal = {workers * rounds, workers * rounds, 0};
    size_t len;

    lab_wait(p);
    lab_expect_exit(p, 0);
    lab_expect_clean(); /* workers nobody waited for explain wrong numbers better */
    if (sscanf(lab_output(p, &len), "result=%ld expected=%ld lost=%ld", &c.result, &c.expected,
               &c.lost) != 3)
        lab_expect_output(p, render(&ideal));
    lab_expect_output(p, render(&c));
    lab_expect(c.expected == ideal.expected, VERDICT_WRONG_OUTPUT, "wrong-expected",
               "expected=%1$ld 不对：应当是 P×N = %2$ld。",
               "expected=%1$ld is wrong: P×N is %2$ld.", c.expected, ideal.expected);
    lab_expect(c.lost == c.expected - c.result, VERDICT_WRONG_OUTPUT, "lost-not-computed",
               "报告前后矛盾：result=%1$ld expected=%2$ld，却说 lost=%3$ld。",
               "The report contradicts itself: result=%1$ld expected=%2$ld lost=%3$ld.", c.result,
               c.expected, c.lost);
    lab_expect(c.result <= c.expected, VERDICT_WRONG_OUTPUT, "too-many",
               "result=%1$ld 比 expected=%2$ld 还大：多加了。",
               "result=%1$ld exceeds expected=%2$ld: something was added twice.", c.result,
               c.expected);
    return c;
}

static const char *const wait_hint[LANG_COUNT] = {
    [LANG_ZH] = "造了几个工人，就要 waitpid 几次，每个都要等到；都结束了再读计数器。",
    [LANG_EN] = "Wait once for every worker, whatever its number; read the counter after that.",
};

/* Mistakes that can show in any test: a test's own hint would not fit them. */
static void common_hints(void)
{
    lab_hint_for("zombie", NULL, wait_hint[LANG_ZH], wait_hint[LANG_EN]);
    lab_hint_for("orphan", NULL, wait_hint[LANG_ZH], wait_hint[LANG_EN]);
    lab_hint_for("wrong-expected", NULL, "expected 是命令行给的 P 乘 N，和实际加成了多少无关。",
                 "expected is P times N from the command line, whatever was really added.");
    lab_hint_for("lost-not-computed", NULL, "lost 要用 expected 减 result 算出来，不能写死。",
                 "Compute lost as expected minus result.");
    lab_hint_for(
        "busy-loop", NULL,
        "有进程在转圈，等一个永远不变的东西。它等的标志或计数器真的在共享内存里吗？谁来改它？"
        "普通变量的循环，gcc -O2 只读一次：要用 _Atomic。",
        "Something spins on a value that never changes. Is it in shared memory? Who sets "
        "it? Is it _Atomic?");
    lab_hint_for("too-few-workers", NULL,
                 "程序很快就结束了，没有看到工人。fork 出 P 个子进程了吗？它们真的各加了 N 次吗？",
                 "The program ended at once. Does it fork P children that add N times each?");
}

static struct lab_proc *start(long workers, long rounds, const char *mode)
{
    lab_context("（atomic_counter %1$ld %2$ld %3$s）", "(atomic_counter %1$ld %2$ld %3$s)", workers,
                rounds, mode);
    common_hints();
    return lab_start("atomic_counter", lab_text("%ld", workers), lab_text("%ld", rounds), mode);
}

static struct counts run(long workers, long rounds, const char *mode)
{
    return finish(start(workers, rounds, mode), workers, rounds);
}

static double cpu_seconds(const struct lab_proc *p)
{
    const struct rusage *u = lab_usage(p);

    return (double)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) +
           (double)(u->ru_utime.tv_usec + u->ru_stime.tv_usec) / 1e6;
}

/* --- looking at the workers: helpers that run beside them, in their PID namespace --- */

struct look {
    pid_t parent; /* as the program itself sees it */
    enum { LOOK_LIST, LOOK_KILL_ALL, LOOK_STOP_FIRST, LOOK_STOP_LAST, LOOK_CONTINUE } what;
};

struct child {
    pid_t pid;
    char state;
};

static int by_pid(const void *a, const void *b)
{
    const struct child *x = a, *y = b;

    return (x->pid > y->pid) - (x->pid < y->pid);
}

/* Fill in pid and state if `name` in /proc is a living child of `parent`. */
static bool read_child(const char *name, pid_t parent, struct child *c)
{
    char path[64], text[512], *rest;
    int ppid;
    FILE *f;
    size_t n;

    if (!isdigit((unsigned char)name[0]))
        return false;
    snprintf(path, sizeof path, "/proc/%.20s/stat", name);
    f = fopen(path, "re");
    if (f == NULL)
        return false;
    n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[n] = '\0';
    rest = strrchr(text, ')');
    c->pid = (pid_t)strtol(name, NULL, 10);
    return rest != NULL && sscanf(rest + 1, " %c %d", &c->state, &ppid) == 2 && ppid == parent &&
           c->state != 'Z' && c->state != 'X' && c->pid > 1;
}

static size_t list_children(pid_t parent, struct child *children)
{
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    size_t n = 0;

    if (proc == NULL)
        return 0;
    while (n < MAX_CHILDREN && (entry = readdir(proc)) != NULL)
        n += read_child(entry->d_name, parent, &children[n]);
    closedir(proc);
    qsort(children, n, sizeof children[0], by_pid);
    return n;
}

/* Number of threads of a process, and whether it maps memory that is writable and shared. */
static void describe(pid_t pid, int *threads, bool *shared)
{
    char path[64], line[512];
    FILE *f;

    *threads = 0;
    *shared = false;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    f = fopen(path, "re");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        sscanf(line, "Threads: %d", threads);
    if (f != NULL)
        fclose(f);
    snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    f = fopen(path, "re");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (strstr(line, " rw-s ") != NULL || strstr(line, " rwxs ") != NULL)
            *shared = true;
    if (f != NULL)
        fclose(f);
}

/* The only CPU a process may use, or -1 when it may use several. */
static int only_cpu(pid_t pid)
{
    cpu_set_t set;

    if (sched_getaffinity(pid, sizeof set, &set) != 0 || CPU_COUNT(&set) != 1)
        return -1;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &set))
            return cpu;
    return -1;
}

/* Says "CHILDREN THREADS SHARED PINNED CPUS STOPPED": how many children, threads of the parent, is
 * there shared memory, children on one CPU each, different CPUs among those, pid acted upon. */
static int look_at_workers(void *arg)
{
    const struct look *l = arg;
    struct child children[MAX_CHILDREN];
    size_t n = list_children(l->parent, children), pinned = 0, cpus = 0;
    cpu_set_t seen;
    int threads;
    bool shared;

    CPU_ZERO(&seen);
    for (size_t i = 0; i < n; i++) {
        int cpu = only_cpu(children[i].pid);
        if (cpu < 0)
            continue;
        pinned++;
        cpus += !CPU_ISSET(cpu, &seen);
        CPU_SET(cpu, &seen);
    }
    for (size_t i = 0; i < n; i++) {
        bool chosen =
            (l->what == LOOK_STOP_FIRST && i == 0) || (l->what == LOOK_STOP_LAST && i == n - 1);
        if (l->what == LOOK_KILL_ALL)
            kill(children[i].pid, SIGKILL);
        else if (chosen && n > 1)
            kill(children[i].pid, SIGSTOP);
        else if (l->what == LOOK_CONTINUE)
            kill(children[i].pid, SIGCONT);
    }
    describe(l->parent, &threads, &shared);
    dprintf(STDOUT_FILENO, "%zu %d %d %zu %zu\n", n, threads, shared, pinned, cpus);
    return 0;
}

struct workers {
    int children, threads, shared, pinned, cpus;
};

static struct workers look(struct lab_proc *p, int what)
{
    static struct look l;
    struct workers w;
    struct lab_proc *helper;
    size_t len;

    l.parent = lab_inner_pid(p);
    l.what = what;
    helper = lab_trusted(look_at_workers, &l, "检查程序", "the check program");
    lab_wait(helper);
    if (sscanf(lab_output(helper, &len), "%d %d %d %d %d", &w.children, &w.threads, &w.shared,
               &w.pinned, &w.cpus) != 5)
        lab_internal("the helper that looks at the workers said nothing");
    return w;
}

/* Workers are past the starting line when they have used this much CPU time; so has a program that
 * does everything in one process, which is why this ends the wait even when too few are there. */
struct wanted {
    struct lab_proc *p;
    size_t workers;
    bool seen; /* all of them at once; on a busy machine one may have ended before the next look */
};

static bool at_work(void *arg)
{
    struct wanted *w = arg;

    w->seen = w->seen || lab_descendants(w->p) >= w->workers;
    return lab_cpu_seconds(w->p) > (w->seen ? 0.05 : 1.0);
}

/* Wait until all workers count; fails the test when there are not that many at once. */
static void await_workers(struct lab_proc *p, int workers)
{
    struct wanted wanted = {.p = p, .workers = (size_t)workers};
    struct workers w;

    lab_await(at_work, &wanted, "too-few-workers", "所有工人同时在加",
              "all workers counting at the same time");
    if (wanted.seen)
        return;
    w = look(p, LOOK_LIST);
    if (w.children >= workers)
        return;
    lab_note("此刻：主进程有 %1$d 个子进程、%2$d 个线程", "right now: %1$d children, %2$d threads",
             w.children, w.threads);
    if (w.threads > 1)
        lab_hint(
            "题目要 P 个进程：每个工人用 fork 造。线程共享整个地址空间，看不出共享内存有没有建对。",
            "The task asks for processes made by fork(): threads share everything anyway.");
    else
        lab_hint("先把 P 个工人全部 fork 出来，再统一等。fork 一个、等一个，就成了一个接一个地跑，"
                 "永远看不到竞争。",
                 "Fork all P workers first and wait afterwards; fork-wait-fork-wait is serial.");
    lab_fail(VERDICT_WRONG_STATE, w.threads > 1 ? "threads-not-processes" : "serial-workers",
             "应当有 %1$d 个工人进程同时在加，实际只有 %2$d 个。",
             "%1$d worker processes should be counting at once; there are %2$d.", workers,
             w.children);
}

/* --- tests --- */

LAB_TEST(usage)
{
    static const char *const wrong[][4] = {
        {NULL},
        {"2", "10", NULL},
        {"2", "10", "fast", NULL},
        {"0", "10", "atomic", NULL},
        {"65", "10", "atomic", NULL},
        {"-1", "10", "atomic", NULL},
        {"2", "-1", "atomic", NULL},
        {"2", "1000000001", "atomic", NULL},
        {"2", "12x", "atomic", NULL},
        {"two", "12", "atomic", NULL},
        {"2", "", "atomic", NULL},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const char *const *w = wrong[i];
        struct lab_proc *p = lab_spawn(.program = "atomic_counter", .args = w);

        lab_context("（参数：%1$s %2$s %3$s）", "(arguments: %1$s %2$s %3$s)",
                    w[0] != NULL ? w[0] : "无", w[0] != NULL ? w[1] : "",
                    w[0] != NULL && w[2] != NULL ? w[2] : "");
        lab_wait(p);
        lab_expect_exit(p, 2);
        lab_expect_output(p, "");
    }
}

/* A lone worker cannot lose anything; result=0 then means its additions went elsewhere. */
static void blame_memory(const char *mode)
{
    struct lab_proc *p = start(1, 1000000000, mode);
    struct workers w;

    await_workers(p, 1);
    w = look(p, LOOK_LIST);
    if (w.shared)
        return;
    lab_note("%1$s 的地址空间里没有一段可写的共享映射（/proc/PID/maps 里没有 rw-s）",
             "%1$s maps no writable shared memory (no rw-s in /proc/PID/maps)", "atomic_counter");
    lab_hint(
        "fork 之后，私有内存一写就分家：子进程加的是自己的副本。哪个 mmap 标志让父子看见同一块？",
        "After fork() private memory is copied on write. Which mmap() flag keeps it common?");
    lab_fail(VERDICT_WRONG_STATE, "not-shared", "工人加了，父进程却一次也没看到：内存没有共享。",
             "The worker added, the parent saw nothing: the memory is not shared.");
}

LAB_TEST(one_worker)
{
    static const long rounds[] = {1, 0, 1000, 123457};

    for (size_t m = 0; m < MODE_COUNT; m++) {
        for (size_t i = 0; i < sizeof rounds / sizeof rounds[0]; i++) {
            struct counts c = run(1, rounds[i], mode_names[m]);

            if (c.lost == 0)
                continue;
            if (c.result == 0)
                blame_memory(mode_names[m]);
            lab_context("（atomic_counter 1 %1$ld %2$s）", "(atomic_counter 1 %1$ld %2$s)",
                        rounds[i], mode_names[m]);
            lab_hint("内存是共享的，可是读到的数不对。读结果是不是在 waitpid 之前？工人加的和你读的"
                     "是同一个成员吗？循环是不是少了一圈？",
                     "The memory is shared, but the number is wrong. Is it read before waitpid()? "
                     "Is what the worker adds to what you read? Is the loop one round short?");
            lab_fail(VERDICT_WRONG_OUTPUT, "wrong-output",
                     "只有一个工人，没有人和它抢，却少了 %1$ld 次。",
                     "One worker alone, and %1$ld additions are missing.", c.lost);
        }
    }
}

/* A mode that must never lose. */
static void expect_exact(const char *mode, long workers, long rounds)
{
    for (int i = 0; i < EXACT_TRIALS; i++) {
        struct counts c = run(workers, rounds, mode);

        lab_expect(c.lost == 0, VERDICT_RACE, "lost-updates",
                   "%1$s 模式丢了 %2$ld 次：result=%3$ld expected=%4$ld。",
                   "Mode %1$s lost %2$ld additions: result=%3$ld expected=%4$ld.", mode, c.lost,
                   c.result, c.expected);
    }
}

/* The same while workers are held up after fork() and around the lock: every start has another
 * schedule. */
static void expect_exact_held_up(const char *mode, long workers, long rounds)
{
    for (int i = 0; i < 3; i++) {
        struct lab_proc *p =
            lab_spawn(.program = "atomic_counter", .provoke = LAB_DELAY,
                      .args = LAB_ARGS(lab_text("%ld", workers), lab_text("%ld", rounds), mode));

        lab_context("（atomic_counter %1$ld %2$ld %3$s，工人时快时慢）",
                    "(atomic_counter %1$ld %2$ld %3$s, workers held up now and then)", workers,
                    rounds, mode);
        lab_expect(finish(p, workers, rounds).lost == 0, VERDICT_RACE, "lost-updates",
                   "%1$s 模式丢了更新。", "Mode %1$s lost updates.", mode);
    }
}

static void need_two_cpus(void)
{
    if (lab_cpus() > 1)
        return;
    lab_hint(NULL, NULL); /* nothing is wrong with the program */
    lab_context("", "");
    lab_undecided("这台机器只给了一个 CPU，两个进程不会真的同时跑，看不出会不会丢。",
                  "Only one CPU: two processes never run at the same time here.");
}

LAB_TEST(atomic_exact)
{
    lab_hint(
        "“读出来、加一、写回去”哪怕每一步都是原子的，合起来也不是。要找一个把三步当成一步做完的"
        "操作；用 compare_exchange 的话，它失败时什么也没加，要重来。计数器本身要小到 CPU "
        "一条指令就能处理（atomic_is_lock_free 为真）。",
        "An atomic load and an atomic store are still two steps. Use one read-modify-write "
        "operation (a compare_exchange that fails has added nothing: try again), on a type for "
        "which atomic_is_lock_free() is true.");
    expect_exact("atomic", 2, 1000000);
    expect_exact("atomic", 4, 200000);
    expect_exact("atomic", 9, 20000);
    expect_exact_held_up("atomic", 6, 1000);
    need_two_cpus();
}

/* glibc takes shortcuts with a lock it believes to be private; its own assertions may notice. */
static const char *name_assertion(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    size_t len;

    (void)diagnosis;
    return v == VERDICT_WRONG_STATUS && p != NULL &&
                   strstr(lab_errors(p, &len), "pthread_mutex_") != NULL
               ? "private-futex"
               : NULL;
}

/* On one CPU a worker loses the CPU again and again, mostly while it holds the lock, and the other
 * one must sleep on it: a lock that cannot wake another process hangs here, whatever its luck. */
static void expect_lock_across_switches(void)
{
    const long rounds = 8000000;
    struct lab_proc *p =
        lab_spawn(.program = "atomic_counter",
                  .args = LAB_ARGS("2", lab_text("%ld", rounds), "mutex"), .cpu = 1);

    lab_context("（atomic_counter 2 %1$ld mutex，只给一个 CPU）",
                "(atomic_counter 2 %1$ld mutex, on one CPU)", rounds);
    lab_expect(finish(p, 2, rounds).lost == 0, VERDICT_RACE, "lost-updates", "mutex 模式丢了更新。",
               "Mode mutex lost updates.");
}

LAB_TEST(mutex_exact)
{
    lab_hint("锁要管用，得满足三条：所有进程用的是同一把（锁在共享内存里）；它知道自己要跨进程"
             "（PTHREAD_PROCESS_SHARED）；加一全程拿着它。",
             "One and the same lock (in shared memory), told that it is shared between processes, "
             "held during the whole addition.");
    lab_hint_for(
        "private-futex", NULL,
        "默认属性的 pthread_mutex 只在一个进程里管用：等锁的进程睡在“自己的” futex 上，别的进程"
        "解锁时叫不醒它；C 库自己的断言（Assertion）也可能先失败。用 pthread_mutexattr_setpshared "
        "说明它要跨进程，再把这个属性交给 pthread_mutex_init。",
        "A default pthread mutex works inside one process only: the waiter sleeps on a "
        "private futex (or an assertion of the C library fails first). Set PTHREAD_PROCESS_SHARED "
        "in an attribute and give that to pthread_mutex_init().");
    lab_on_fail(name_assertion);
    expect_lock_across_switches();
    expect_exact("mutex", 2, 300000);
    expect_exact("mutex", 4, 50000);
    expect_exact("mutex", 9, 5000);
    expect_exact_held_up("mutex", 4, 12);
    need_two_cpus();
}

/* 400 million real read-modify-writes cannot be done in 20 ms; one addition of N can. */
static void expect_real_loop(const char *mode)
{
    const long rounds = 400000000;
    struct lab_proc *p = start(1, rounds, mode);
    double seconds;

    finish(p, 1, rounds);
    seconds = cpu_seconds(p);
    if (seconds >= 0.02)
        return;
    lab_hint("gcc -O2 看得出“循环 N 次加一”等于“加一次 N”，就真的这么编译了（objdump -d 看看）。"
             "在循环里放一个编译器屏障，逼它每次都真的去内存里读、写。",
             "gcc -O2 turned N additions of one into one addition of N. Put a compiler barrier "
             "into the loop.");
    lab_fail(VERDICT_WRONG_STATE, "loop-collapsed",
             "%1$ld 次加一总共只用了 %2$.4f 秒 CPU：循环被编译器合并了，没有真的加那么多次。",
             "%1$ld additions took %2$.4f s of CPU: the compiler has merged the loop.", rounds,
             seconds);
}

/* A mode that must lose: tried until it does. */
static void expect_loss(const char *mode)
{
    long rounds = 2000000;

    need_two_cpus();
    for (int i = 0; i < RACE_TRIALS; i++) {
        if (run(2, rounds, mode).lost > 0)
            return;
        if (rounds < 20000000)
            rounds *= 10;
    }
    await_workers(start(2, 1000000000, mode), 2);
    lab_hint(
        "检查三件事：工人是不是都造好了才一起开始；是不是钉在两个不同的 CPU 上；这个模式里是不是"
        "偷偷用了锁或原子操作，或者先在局部变量里攒好再一次加进去。",
        "Do all workers start together? On two different CPUs? Does this mode secretly lock, "
        "or collect in a local variable?");
    lab_fail(VERDICT_WRONG_STATE, "never-raced",
             "%1$s 模式试了 %2$d 回，一次更新也没丢：这不是没有保护的写法。",
             "Mode %1$s lost nothing in %2$d runs: these are not unprotected additions.", mode,
             RACE_TRIALS);
}

LAB_TEST(plain_races)
{
    expect_real_loop("plain");
    expect_loss("plain");
}

LAB_TEST(volatile_races)
{
    expect_real_loop("volatile");
    expect_loss("volatile");
}

LAB_TEST(workers)
{
    struct lab_proc *p = start(3, 1000000000, "atomic");
    struct workers w;

    await_workers(p, 3);
    w = look(p, LOOK_KILL_ALL);
    if (lab_cpus() > 1) {
        lab_note("3 个工人里有 %1$d 个只许在一个 CPU 上跑，一共用到 %2$d 个不同的 CPU",
                 "%1$d of 3 workers are pinned, to %2$d different CPUs", w.pinned, w.cpus);
        lab_hint("每个工人在开始前把自己钉在一个 CPU 上（sched_setaffinity），轮流用允许的那几个"
                 "（sched_getaffinity）。",
                 "Each worker pins itself (sched_setaffinity) to one of the allowed CPUs in turn.");
        lab_expect(w.pinned == 3 && w.cpus > 1, VERDICT_WRONG_STATE, "not-pinned",
                   "工人没有分别钉在不同的 CPU 上。",
                   "The workers are not pinned to different CPUs.");
    }
    lab_hint("有工人没做完，加出来的数就不可信。waitpid 的 status 里写着它是怎么结束的。",
             "A worker that did not finish makes the sum worthless: look at waitpid()'s status.");
    lab_hint_for("wrong-status", "dead-worker-ignored", NULL, NULL);
    lab_context("（3 个工人都被 SIGKILL 杀掉之后）",
                "(after all 3 workers were killed by SIGKILL)");
    lab_wait(p);
    lab_expect_exit(p, 1);
    lab_expect_output(p, "");
    need_two_cpus();
}

static bool one_left(void *arg)
{
    return lab_descendants(arg) <= 1;
}

/* Start two workers and stop one in the middle of its work; the other one still counts then. */
static struct lab_proc *start_and_stop(int stop, long *rounds)
{
    for (*rounds = 25000000; *rounds < MAX_ROUNDS; *rounds *= 2) {
        struct lab_proc *p = start(2, *rounds, "atomic");

        await_workers(p, 2);
        lab_expect_blocking(true);
        if (look(p, stop).children == 2)
            return p;
        lab_expect_blocking(false);
        lab_wait(p); /* they were too quick for us */
    }
    lab_internal("the workers are always done before they can be stopped");
}

/* One worker is stopped until the others have ended; its share must be in the result all the same.
 */
static void expect_patience(int stop, const char *zh, const char *en)
{
    long rounds;
    struct lab_proc *p = start_and_stop(stop, &rounds);

    lab_await(one_left, p, "no-wait", "另一个工人加完", "the end of the other worker");
    lab_context(zh, en);
    lab_await_blocked(p, -1, -1); /* the parent: a stopped worker is not blocked */
    look(p, LOOK_CONTINUE);
    lab_expect_blocking(false);
    lab_expect(finish(p, 2, rounds).lost == 0, VERDICT_RACE, "lost-updates",
               "atomic 模式丢了更新。", "Mode atomic lost updates.");
}

LAB_TEST(waits_for_all)
{
    lab_no_pauses();
    lab_hint(wait_hint[LANG_ZH], wait_hint[LANG_EN]);
    lab_hint_for("no-block", "no-wait", wait_hint[LANG_ZH], wait_hint[LANG_EN]);
    expect_patience(LOOK_STOP_FIRST, "（先造的工人被 SIGSTOP 停住，后造的已经加完）",
                    "(the first worker stopped, the last one done)");
    expect_patience(LOOK_STOP_LAST, "（后造的工人被 SIGSTOP 停住，先造的已经加完）",
                    "(the last worker stopped, the first one done)");
}

static struct lab_proc *failing; /* the program whose fork() fails */

/* When the program itself has ended, whoever sleeps on was left behind by it. */
static const char *name_orphans(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)diagnosis;
    (void)p;
    return v == VERDICT_HANG && lab_ended(failing) ? "orphan" : NULL;
}

LAB_TEST(fork_fails)
{
    struct lab_proc *p = lab_spawn(.program = "atomic_counter",
                                   .args = LAB_ARGS("64", "1000", "atomic"), .max_processes = 8);

    lab_context("（要 64 个工人，但只许有几个进程）",
                "(64 workers wanted, a few processes allowed)");
    lab_hint(
        "fork 返回 -1 "
        "时，已经造好的工人还站在起跑线上。放他们走（或叫他们散），等他们都结束，再退出 1。",
        "When fork() fails the workers made so far still wait at the line: send them home, reap "
        "them, exit 1.");
    failing = p;
    lab_on_fail(name_orphans);
    lab_wait(p);
    lab_expect_exit(p, 1);
    lab_expect_output(p, "");
}

LAB_TEST(closed_stdin)
{
    struct lab_proc *p = lab_spawn(.program = "atomic_counter",
                                   .args = LAB_ARGS("32", "1000", "mutex"), .input_closed = true);

    lab_context("（atomic_counter 32 1000 mutex，标准输入关着）",
                "(atomic_counter 32 1000 mutex, stdin closed)");
    lab_hint(
        "工人可以比 CPU 多：第 i 个工人用第 i mod K 个允许的 CPU。另外，0 号描述符关着时，下一个"
        "打开的东西会拿到 0。",
        "There may be more workers than CPUs: use CPU i mod K. With descriptor 0 closed the "
        "next thing opened gets 0.");
    common_hints();
    struct counts c = finish(p, 32, 1000);
    lab_hint(
        "人一多就抢得厉害：锁在共享内存里吗？是 PTHREAD_PROCESS_SHARED 吗？读、加、写全程拿着它"
        "吗？",
        "The more workers, the more they compete: is the lock in shared memory, is it "
        "PTHREAD_PROCESS_SHARED, is it held while reading, adding and writing?");
    lab_expect(c.lost == 0, VERDICT_RACE, "lost-updates", "mutex 模式丢了更新。",
               "Mode mutex lost updates.");
}

LAB_MAIN({"usage", usage}, {"one_worker", one_worker}, {"atomic_exact", atomic_exact},
         {"mutex_exact", mutex_exact}, {"plain_races", plain_races},
         {"volatile_races", volatile_races}, {"workers", workers}, {"waits_for_all", waits_for_all},
         {"fork_fails", fork_fails}, {"closed_stdin", closed_stdin})
