/* Starting one process in a test's sandbox. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/filter.h"
#include "sandbox/sandbox.h"

static const char *const default_env[] = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "HOME=/w", NULL};

/* --- in the child: a checklist; any failure ends it with a line on its stderr -------------------
 */

static _Noreturn void give_up(const char *what)
{
    int saved = errno;
    dprintf(2, "ipclab: %s: %s\n", what, strerror(saved));
    _exit(127);
}

static void take_descriptors(const struct sandbox_command *cmd)
{
    int source[3];
    /* first out of the way of 0..2, so that no dup2 overwrites another's source */
    for (int i = 0; i < 3; i++) {
        source[i] = -1;
        if (cmd->fds[i] >= 0 && (source[i] = fcntl(cmd->fds[i], F_DUPFD_CLOEXEC, 10)) < 0)
            give_up("dup");
    }
    for (int i = 0; i < 3; i++) {
        if (source[i] < 0)
            close(i);
        else if (dup2(source[i], i) < 0)
            give_up("dup2");
    }
}

static bool is_passed(const struct sandbox_command *cmd, int fd)
{
    for (const int *p = cmd->pass; p && *p >= 0; p++)
        if (*p == fd)
            return true;
    return false;
}

/* Nothing of ours may be inherited; the executed descriptor must survive until exec. */
static void close_the_rest(const struct sandbox_command *cmd)
{
    if (syscall(SYS_close_range, 3u, ~0u, 1u << 2 /* CLOSE_RANGE_CLOEXEC */) != 0)
        give_up("close_range");
    for (const int *p = cmd->pass; p && *p >= 0; p++)
        if (fcntl(*p, F_SETFD, 0) != 0)
            give_up("pass");
}

/* For functions of ours no exec closes anything. */
static void close_now(const struct sandbox_command *cmd, int keep)
{
    for (int fd = 3; fd < 1024; fd++)
        if (fd != keep && !is_passed(cmd, fd))
            close(fd);
}

static void reset_signals(const struct sandbox_command *cmd)
{
    sigset_t none;
    for (int sig = 1; sig < NSIG; sig++)
        signal(sig, SIG_DFL);
    if (cmd->ignore_sigpipe)
        signal(SIGPIPE, SIG_IGN);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void set_limit(int resource, rlim_t soft, rlim_t hard)
{
    struct rlimit now, wanted = {soft, hard};
    if (getrlimit(resource, &now) == 0 && now.rlim_max < wanted.rlim_max)
        wanted.rlim_max = now.rlim_max;
    if (wanted.rlim_cur > wanted.rlim_max)
        wanted.rlim_cur = wanted.rlim_max;
    if (setrlimit(resource, &wanted) != 0)
        give_up("setrlimit");
}

/* Without a user namespace RLIMIT_NPROC counts all processes of the user on the machine. */
static rlim_t processes_of_user(void)
{
    DIR *dir = opendir("/proc");
    rlim_t count = 0;
    struct stat st;
    for (struct dirent *d; dir && (d = readdir(dir));)
        if (d->d_name[0] >= '0' && d->d_name[0] <= '9' &&
            fstatat(dirfd(dir), d->d_name, &st, 0) == 0 && st.st_uid == getuid())
            count++;
    if (dir)
        closedir(dir);
    return count;
}

static void set_limits(const struct sandbox_command *cmd, enum sandbox_mode mode)
{
    const struct sandbox_limits *l = &cmd->limits;
    rlim_t files = l->files ? (rlim_t)l->files : 256;
    rlim_t size = l->file_bytes ? (rlim_t)l->file_bytes : 64u << 20;
    set_limit(RLIMIT_CORE, 0, 0);
    set_limit(RLIMIT_FSIZE, size, size);
    set_limit(RLIMIT_NOFILE, files, files);
    set_limit(RLIMIT_MEMLOCK, 8u << 20, 8u << 20);
    if (l->cpu_seconds)
        set_limit(RLIMIT_CPU, (rlim_t)l->cpu_seconds, (rlim_t)l->cpu_seconds + 1);
    if (l->memory_bytes)
        set_limit(RLIMIT_AS, (rlim_t)l->memory_bytes, (rlim_t)l->memory_bytes);
    if (l->processes) {
        rlim_t n = (rlim_t)l->processes;
        if (mode == SANDBOX_NONE && n > 1)
            n += processes_of_user();
        set_limit(RLIMIT_NPROC, n, n);
    }
}

int sandbox_cpus(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

static void pin(int nth)
{
    cpu_set_t allowed, one;
    if (nth < 0 || sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return;
    int count = CPU_COUNT(&allowed);
    nth %= count;
    CPU_ZERO(&one);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &allowed) && nth-- == 0)
            CPU_SET(cpu, &one);
    sched_setaffinity(0, sizeof one, &one);
}

/* Until exec this is a copy of the grader, with its memory and its descriptors, and once the
 * capabilities are gone nothing else keeps another process of the same user out of its /proc files.
 * exec makes the process dumpable again after it has closed the descriptors. */
static void hide(void)
{
    if (prctl(PR_SET_DUMPABLE, 0) != 0)
        give_up("dumpable");
}

/* When the machine runs out of memory the student's process is to go, not the grader. */
static void offer_to_the_oom_killer(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return; /* a reference peer: not in this /proc */
    if (write(fd, "1000", 4) != 4)
        give_up("oom_score_adj");
    close(fd);
}

static void drop_capabilities(void)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2];
    memset(none, 0, sizeof none);
    for (int cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
        prctl(PR_CAPBSET_DROP,
              cap); /* refused without CAP_SETPCAP, when there is nothing to lose */
    if (syscall(SYS_capset, &head, none) != 0)
        give_up("capset");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        give_up("no_new_privs");
}

static _Noreturn void run_trusted(const struct sandbox_command *cmd)
{
    prctl(PR_SET_DUMPABLE, 0); /* same uid as the student's programs: they must not trace us */
    close_now(cmd, -1);
    int status = cmd->run(cmd->arg);
    fflush(NULL);
    _exit(status);
}

static _Noreturn void child(const struct sandbox_test *t, const struct sandbox_command *cmd,
                            pid_t parent)
{
    const struct sandbox *s = t->box;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (s->mode == SANDBOX_NONE && getppid() != parent) /* else the namespace ends it */
        _exit(3);
    setsid();
    reset_signals(cmd);
    take_descriptors(cmd);
    umask(cmd->umask ? cmd->umask : 022);
    if (chdir(cmd->dir ? cmd->dir : t->dir) != 0)
        give_up("chdir");
    pin(cmd->cpu);
    if (cmd->net_ns > 0 && setns(cmd->net_ns, CLONE_NEWNET) != 0)
        give_up("setns");
    if (cmd->fixed_addresses && personality(ADDR_NO_RANDOMIZE) < 0)
        give_up("personality");
    if (cmd->place == PLACE_TRUSTED)
        run_trusted(cmd);
    close_the_rest(cmd);
    if (s->mode == SANDBOX_BWRAP) {
        hide();
        offer_to_the_oom_killer();
    }
    drop_capabilities();
    set_limits(cmd, s->mode);
    if (s->mode == SANDBOX_BWRAP && filter_apply(s->filter, s->filter_len) != 0)
        give_up("seccomp");
    char *const *argv = (char *const *)cmd->argv;
    char *const *env = (char *const *)(cmd->env ? cmd->env : default_env);
    if (cmd->exec_fd >= 0)
        syscall(SYS_execveat, cmd->exec_fd, "", argv, env, 0x1000 /* AT_EMPTY_PATH */);
    else
        execve(cmd->path, argv, env);
    give_up(cmd->path ? cmd->path : argv[0]);
}

/* --- in the caller
 * --------------------------------------------------------------------------------- */

/* Which PID namespace the next fork() puts its child into. */
static int choose_namespace(const struct sandbox_test *t, enum sandbox_place place, struct err *e)
{
    if (t->box->mode == SANDBOX_NONE)
        return 0;
    int ns = place == PLACE_PEER ? t->box->ns_pid : t->ns_pid;
    return setns(ns, CLONE_NEWPID) == 0 ? 0 : err_sys(e, MSG_SANDBOX_CANNOT_JOIN, "pid");
}

int sandbox_spawn(struct sandbox_child *c, struct sandbox_test *t,
                  const struct sandbox_command *cmd, struct err *e)
{
    *c = (struct sandbox_child){.pid = 0, .pidfd = -1};
    if (choose_namespace(t, cmd->place, e) != 0)
        return -1;
    fflush(NULL);
    pid_t self = getpid(), pid = fork();
    if (pid < 0)
        return err_sys(e, MSG_SANDBOX_CANNOT_FORK);
    if (pid == 0)
        child(t, cmd, self);
    c->pid = pid;
    c->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (c->pidfd >= 0)
        return 0;
    err_sys(e, MSG_SANDBOX_CANNOT_FORK);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    c->pid = 0;
    return -1;
}

void sandbox_signal(const struct sandbox_child *c, int sig)
{
    if (c->pidfd >= 0)
        syscall(SYS_pidfd_send_signal, c->pidfd, sig, NULL, 0);
}

int sandbox_reap(struct sandbox_child *c, int *status, struct rusage *usage)
{
    if (c->pid <= 0)
        return -1;
    pid_t got = wait4(c->pid, status, WNOHANG, usage);
    if (got == 0)
        return 0;
    int failed = got < 0;
    c->pid = 0;
    if (c->pidfd >= 0)
        close(c->pidfd);
    c->pidfd = -1;
    return failed ? -1 : 1;
}
