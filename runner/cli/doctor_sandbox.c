/* The sandbox, and whether processes can be looked at well enough to explain a hang. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/scratch.h"
#include "cli/doctor.h"
#include "observe/observe.h"
#include "observe/unwind.h"
#include "sandbox/sandbox.h"

enum { PATIENCE_MS = 20000 };

/* A number in /proc/sys; -1 when there is no such setting. */
static long setting(const char *path)
{
    struct buf text = BUF_INIT;
    long value = -1;
    if (fs_read(path, 4096, &text, NULL) == 0 && text.len)
        value = strtol(text.data, NULL, 10);
    buf_release(&text);
    return value;
}

static bool in_container(void)
{
    return fs_exists("/.dockerenv") || fs_exists("/run/.containerenv") || getenv("container");
}

/* The error of making a user namespace here; 0: it can be made. */
static int userns_error(void)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0)
        _exit(unshare(CLONE_NEWUSER) == 0 ? 0 : errno);
    if (pid < 0)
        return errno;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

/* Every setting that is known to forbid it and is set so here. */
static void remedies(struct finding *f)
{
    if (access("/usr/bin/bwrap", X_OK) != 0)
        finding_remedy(f, MSG_CLI_DOC_SANDBOX_BWRAP);
    if (setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1)
        finding_remedy(f, MSG_CLI_DOC_SANDBOX_APPARMOR);
    if (userns_error() == ENOSPC)
        finding_remedy(f, MSG_CLI_DOC_SANDBOX_MAX);
    if (setting("/proc/sys/kernel/unprivileged_userns_clone") == 0)
        finding_remedy(f, MSG_CLI_DOC_SANDBOX_CLONE);
    if (in_container())
        finding_remedy(f, MSG_CLI_DOC_SANDBOX_DOCKER);
    if (!f->remedy.len)
        finding_remedy(f, MSG_CLI_DOC_SANDBOX_OTHER);
}

void doctor_sandbox(struct cli *c, struct finding *f)
{
    struct err e = {0};
    AUTO_FREE char *init = fs_join(c->course.layout.build, "lab-init");
    double started = clock_ms();
    if (c->sandbox == SANDBOX_NONE) {
        finding_say(f, MARK_WARN, MSG_CLI_DOC_SANDBOX_OFF);
        return;
    }
    if (sandbox_probe(init, &e) == 0) {
        finding_say(f, MARK_GOOD, MSG_CLI_DOC_SANDBOX_WORKS, clock_ms() - started);
        return;
    }
    finding_say(f, c->sandbox == SANDBOX_BWRAP ? MARK_BAD : MARK_WARN, MSG_CLI_DOC_SANDBOX_FAILS,
                e.text);
    remedies(f);
}

/* --- looking at a process that waits ------------------------------------------------------------
 */

struct sleeper { /* a child that waits in read() on an empty pipe */
    pid_t pid;
    int hold; /* write end: closing it lets the child go */
};

static _Noreturn void sleeper_main(const char *program, const int ends[2])
{
    char byte;
    close(ends[1]); /* else it would wait for itself to close it */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY); /* the unwinder is no ancestor (Yama) */
    signal(SIGPIPE, SIG_DFL);
    if (dup2(ends[0], 0) < 0)
        _exit(126);
    if (program)
        execl(program, program, (char *)NULL);
    _exit(program ? 127 : (int)read(0, &byte, 1));
}

/* `program` is one that reads from its stdin; NULL: a plain fork of ours. */
static bool sleeper_start(struct sleeper *s, const char *program)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    s->pid = fork();
    if (s->pid == 0)
        sleeper_main(program, ends);
    close(ends[0]);
    s->hold = ends[1];
    if (s->pid < 0)
        close(s->hold);
    return s->pid > 0;
}

static void sleeper_stop(struct sleeper *s)
{
    int status;
    close(s->hold);
    while (waitpid(s->pid, &status, 0) < 0 && errno == EINTR)
        ;
}

/* Wait for the state that /proc must show; false when it does not within a generous time. */
static bool sleeper_seen(const struct sleeper *s)
{
    int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    double deadline = clock_ms() + PATIENCE_MS;
    AUTO_FREE char *path = str_format("/proc/%d/syscall", (int)s->pid);
    pid_t found = 0;
    struct buf text = BUF_INIT;
    bool readable = fs_read(path, 4096, &text, NULL) == 0;
    while (proc >= 0 && readable && !found && clock_ms() < deadline) {
        found = observe_find_blocked(proc, s->pid, SYS_read, 0);
        if (!found)
            poll(NULL, 0, 1);
    }
    buf_release(&text);
    if (proc >= 0)
        close(proc);
    return found > 0;
}

void doctor_proc(struct cli *c, struct finding *f)
{
    struct sleeper s;
    (void)c;
    if (!sleeper_start(&s, NULL)) {
        finding_say(f, MARK_BAD, MSG_CLI_DOC_NO_FORK);
        return;
    }
    if (sleeper_seen(&s)) {
        finding_say(f, MARK_GOOD, MSG_CLI_DOC_PROC_WORKS);
    } else {
        finding_say(f, MARK_WARN, MSG_CLI_DOC_PROC_FAILS);
        if (setting("/proc/sys/kernel/yama/ptrace_scope") > 1)
            finding_remedy(f, MSG_CLI_DOC_PROC_YAMA);
        else
            finding_remedy(f, in_container() ? MSG_CLI_DOC_SANDBOX_DOCKER : MSG_CLI_DOC_PROC_OTHER);
    }
    sleeper_stop(&s);
}

/* --- source lines
 * ---------------------------------------------------------------------------------- */

static bool names_line(struct unwinder *u, const struct sleeper *s)
{
    enum { DEPTH = 16, LINE = 4 };
    struct frame frames[DEPTH];
    size_t n = unwinder_stack(u, s->pid, frames, DEPTH);
    for (size_t i = 0; i < n; i++)
        if (strcmp(frames[i].file, "probe.c") == 0 && frames[i].line == LINE)
            return true;
    return false;
}

static bool lines_work(const char *folder)
{
    static const char source[] = "#include <unistd.h>\nint main(void)\n{\n"
                                 "    char c; return (int)read(0, &c, 1);\n}\n";
    struct buf said = BUF_INIT;
    struct unwinder u = {.socket = -1};
    struct sleeper s;
    struct err e = {0};
    bool works = false;
    AUTO_FREE char *program = fs_join(folder, "probe");
    if (doctor_compile(folder, "probe", source, NULL, &said) &&
        unwinder_start(&u, "/out", folder, &e) == 0) {
        if (sleeper_start(&s, program)) {
            works = sleeper_seen(&s) && names_line(&u, &s);
            sleeper_stop(&s);
        }
        unwinder_stop(&u);
    }
    buf_release(&said);
    return works;
}

void doctor_lines(struct cli *c, struct finding *f)
{
    struct scratch scratch;
    scratch_make(&scratch, "doctor", true, NULL);
    const char *folder = scratch.path; /* NULL: no place */
    (void)c;
    if (folder && lines_work(folder)) {
        finding_say(f, MARK_GOOD, MSG_CLI_DOC_LINES_WORK);
    } else {
        finding_say(f, MARK_WARN, MSG_CLI_DOC_LINES_FAIL);
        finding_remedy(f, MSG_CLI_DOC_LINES_REMEDY);
    }
    scratch_remove(&scratch);
}
