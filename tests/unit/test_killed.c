/* ipclab killed with SIGKILL at many moments: nothing it started may stay.
 *
 * A grading is run under ptrace, which makes "moments" exact: process number p of the run (0
 * ipclab, 1 the worker, 2 bubblewrap, 3 what bubblewrap clones, then compilers and the Check
 * program) has made its n-th stop at a system call. There ipclab is killed, everything else may go
 * on, and the test waits until the last process of the run has ended. A first run that nobody
 * disturbs counts the stops. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "course/course.h"

enum {
    PROCESSES = 512, /* of one run, far more than there are */
    EARLY = 4,       /* the processes whose start is looked at closely */
    BUBBLEWRAP = 2,
    MOMENTS = 9,      /* of each of them */
    CLOSE_STOPS = 48, /* of bubblewrap since it cloned its child, one by one */
    GENEROUS_S = 60,  /* a last resort: ends of processes are events, not times */
};

static struct {
    pid_t pid; /* 0: ended */
    int stops;
    int cloned; /* stops when it made its last child */
} seen[PROCESSES];
static int seen_count;
static volatile sig_atomic_t gave_up;
static char *ipclab, *source;

static void on_alarm(int sig)
{
    gave_up = sig;
}

/* --- one run under ptrace --- */

static _Noreturn void run_traced(const char *mode)
{
    int null = open("/dev/null", O_RDWR);
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0 ||
        ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
        _exit(3);
    raise(SIGSTOP);
    execl(ipclab, ipclab, "run", "pipe-hello", mode, "--source", source, "--test", "prints_message",
          (char *)NULL);
    _exit(3);
}

static int number_of(pid_t pid)
{
    for (int i = 0; i < seen_count; i++)
        if (seen[i].pid == pid)
            return i;
    ck_assert_int_lt(seen_count, PROCESSES);
    seen[seen_count].pid = pid;
    seen[seen_count].stops = 0;
    return seen_count++;
}

/* The signal to hand on with a stop that was not ours. */
static int signal_of(int status)
{
    int sig = WSTOPSIG(status);
    if (status >> 16 || sig == (SIGTRAP | 0x80) || sig == SIGSTOP || sig == SIGTRAP)
        return 0;
    return sig;
}

static void kill_the_rest(void)
{
    for (int i = 0; i < seen_count; i++)
        if (seen[i].pid > 1)
            kill(seen[i].pid, SIGKILL); /* not reaped, so still the same */
    while (waitpid(-1, NULL, __WALL) > 0 || errno == EINTR)
        continue;
}

/* How many processes were left, in words of the first. */
static int leftovers(char *what, size_t size)
{
    int count = 0;
    for (int i = 0; i < seen_count; i++) {
        char name[40], text[64] = "";
        if (seen[i].pid <= 1)
            continue;
        snprintf(name, sizeof name, "/proc/%d/comm", (int)seen[i].pid);
        int fd = open(name, O_RDONLY | O_CLOEXEC);
        ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
        if (fd >= 0)
            close(fd);
        text[n > 0 ? n - 1 : 0] = '\0';
        if (count++ == 0)
            snprintf(what, size, "process %d (%s)", i, text);
    }
    return count;
}

static void start(const char *mode)
{
    int status;
    pid_t root = fork();
    if (root == 0)
        run_traced(mode);
    ck_assert_int_gt(root, 1);
    number_of(root);
    ck_assert_int_eq(waitpid(root, &status, __WALL), root);
    ck_assert_int_eq(ptrace(PTRACE_SETOPTIONS, root, NULL,
                            PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
                                PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL),
                     0);
    ptrace(PTRACE_SYSCALL, root, NULL, 0);
}

/* What happened to a process; false when it has ended. */
static bool note(int n, int status)
{
    if (!WIFSTOPPED(status)) {
        seen[n].pid = 0;
        return false;
    }
    if (status >> 16 == PTRACE_EVENT_CLONE || status >> 16 == PTRACE_EVENT_FORK)
        seen[n].cloned = seen[n].stops;
    seen[n].stops += WSTOPSIG(status) == (SIGTRAP | 0x80);
    return true;
}

/* Run to the end; kill ipclab when process `who` makes its `stop`-th stop (-1: never). That process
 * stands still until ipclab and its worker have gone. */
static void run(const char *mode, int who, int stop)
{
    int status, left = 0;
    char what[128] = "";
    pid_t held = 0;
    bool killed = false;
    memset(seen, 0, sizeof seen);
    seen_count = 0;
    gave_up = 0;
    start(mode);
    alarm(GENEROUS_S);
    for (;;) {
        pid_t pid = waitpid(-1, &status, __WALL);
        if (pid < 0 && errno == EINTR && gave_up) {
            left = leftovers(what, sizeof what);
            kill_the_rest();
            break;
        }
        if (pid < 0 && errno != EINTR)
            break;
        if (pid < 0)
            continue;
        int n = number_of(pid);
        bool lives = note(n, status);
        if (lives && !killed && n == who && seen[n].stops == stop && seen[0].pid > 1) {
            kill(seen[0].pid, SIGKILL);
            killed = true;
            held = who > 1 ? pid : 0;
        }
        if (lives && pid != held)
            ptrace(!killed && n < EARLY ? PTRACE_SYSCALL : PTRACE_CONT, pid, NULL,
                   signal_of(status));
        if (held && !seen[0].pid && !seen[1].pid) {
            ptrace(PTRACE_CONT, held, NULL, 0);
            held = 0;
        }
    }
    alarm(0);
    ck_assert_msg(left == 0, "killed at stop %d of process %d (%s): %d left, first %s", stop, who,
                  mode, left, what);
}

/* --- tests --- */

static void setup(void)
{
    struct layout l;
    struct err e;
    struct sigaction action = {.sa_handler = on_alarm}; /* without SA_RESTART */
    ck_assert_int_eq(layout_find(&l, &e), 0);
    ipclab = fs_join(l.build, "ipclab");
    source = fs_join(l.solutions, "1-pipe/1-hello");
    layout_release(&l);
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* what loses its parent comes to us */
    sigaction(SIGALRM, &action, NULL);
}

static void at_many_moments(const char *mode, bool bubblewrap)
{
    int stops[EARLY];
    run(mode, -1, 0);
    int cloned = seen[BUBBLEWRAP].cloned;
    for (int i = 0; i < EARLY; i++)
        stops[i] = seen[i].stops;
    for (int who = 0; who < EARLY; who++) {
        ck_assert_int_gt(stops[who], 0);
        for (int k = 0; k < MOMENTS; k++)
            run(mode, who, 1 + (int)((long)stops[who] * k / MOMENTS));
    }
    for (int k = 0; bubblewrap && k < CLOSE_STOPS; k++)
        run(mode, BUBBLEWRAP, cloned + k);
}

START_TEST(nothing_stays_with_bwrap)
{
    at_many_moments("--sandbox=bwrap", true);
}
END_TEST

/* Process 2 is a compiler then. */
START_TEST(nothing_stays_without)
{
    at_many_moments("--sandbox=none", false);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("killed");
    TCase *t = tcase_create("killed");
    tcase_set_timeout(t, 600);
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, nothing_stays_with_bwrap);
    tcase_add_test(t, nothing_stays_without);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
