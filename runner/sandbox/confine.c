#include "sandbox/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/sandbox.h"

/* What a parser needs; everything else fails with EPERM. */
static const int allowed[] = {
    SCMP_SYS(read),          SCMP_SYS(write),
    SCMP_SYS(readv),         SCMP_SYS(writev),
    SCMP_SYS(pread64),       SCMP_SYS(lseek),
    SCMP_SYS(fstat),         SCMP_SYS(newfstatat),
    SCMP_SYS(close),         SCMP_SYS(mmap),
    SCMP_SYS(munmap),        SCMP_SYS(mremap),
    SCMP_SYS(mprotect),      SCMP_SYS(madvise),
    SCMP_SYS(brk),           SCMP_SYS(futex),
    SCMP_SYS(rt_sigreturn),  SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),
    SCMP_SYS(getrandom),     SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),          SCMP_SYS(exit_group),
#ifdef __SANITIZE_ADDRESS__ /* what the sanitizer's own runtime asks */
    SCMP_SYS(gettid),        SCMP_SYS(sigaltstack),
    SCMP_SYS(sched_yield),
#endif
};

static int limit(int resource, rlim_t value)
{
    const struct rlimit r = {value, value};
    return setrlimit(resource, &r);
}

static int set_limits(int cpu_seconds, int memory_mb)
{
    int rc =
        limit(RLIMIT_CPU, (rlim_t)cpu_seconds) | limit(RLIMIT_CORE, 0) | limit(RLIMIT_FSIZE, 0);
#ifndef __SANITIZE_ADDRESS__ /* which reserves terabytes */
    rc |= limit(RLIMIT_AS, (rlim_t)memory_mb << 20);
#else
    (void)memory_mb;
#endif
    return rc;
}

/* Everything above 2 but these two. */
static int close_others(int in, int out)
{
    unsigned low = (unsigned)(in < out ? in : out), high = (unsigned)(in < out ? out : in);
    int rc = 0;
    if (low > 3)
        rc |= close_range(3, low - 1, 0);
    if (high > low + 1)
        rc |= close_range(low + 1, high - 1, 0);
    return rc | close_range(high + 1, ~0u, 0);
}

static int apply_filter(void)
{
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int rc = ctx ? 0 : -1;
    for (size_t i = 0; rc == 0 && i < sizeof allowed / sizeof allowed[0]; i++)
        rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
    if (rc == 0)
        rc = seccomp_load(ctx);
    if (ctx)
        seccomp_release(ctx);
    return rc;
}

int sandbox_confine(int in, int out, int cpu_seconds, int memory_mb, struct err *e)
{
    if (sandbox_drop_root(e) != 0)
        return -1;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd < 3; fd++)
        if (null < 0 || dup2(null, fd) < 0)
            return err_sys(e, MSG_SANDBOX_NO_CONFINEMENT);
    if (close_others(in, out) != 0 || set_limits(cpu_seconds, memory_mb) != 0 ||
        prctl(PR_SET_DUMPABLE, 0) != 0 || apply_filter() != 0)
        return err_sys(e, MSG_SANDBOX_NO_CONFINEMENT);
    return 0;
}
