/* The machine: versions, CPUs, clock, space, IPC mechanisms, terminal. */
#include <errno.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <langinfo.h>
#include <mqueue.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fs.h"
#include "cli/doctor.h"

/* PRETTY_NAME of /etc/os-release, malloc'd. */
static char *distribution(void)
{
    struct buf text = BUF_INIT;
    char *name = NULL;
    if (fs_read("/etc/os-release", 1 << 16, &text, NULL) == 0) {
        const char *at = strstr(text.data, "PRETTY_NAME=");
        if (at) {
            at += strlen("PRETTY_NAME=");
            at += *at == '"';
            name = str_ndup(at, strcspn(at, "\"\n"));
        }
    }
    buf_release(&text);
    return name ? name : str_dup("Linux");
}

void doctor_versions(struct cli *c, struct finding *f)
{
    struct utsname u;
    AUTO_FREE char *system = distribution();
    (void)c;
    if (uname(&u) != 0)
        memset(&u, 0, sizeof u);
    finding_say(f, MARK_GOOD, MSG_CLI_DOC_VERSIONS_ARE, IPCLAB_VERSION, system, u.release,
                u.machine, gnu_get_libc_version());
}

/* --- CPUs --------------------------------------------------------------------------------------
 */

static bool pinning_works(void)
{
    int status = -1;
    pid_t pid = fork();
    if (pid == 0) {
        cpu_set_t all, one;
        int cpu = 0;
        if (sched_getaffinity(0, sizeof all, &all) != 0)
            _exit(1);
        while (cpu < CPU_SETSIZE - 1 && !CPU_ISSET(cpu, &all))
            cpu++;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        _exit(sched_setaffinity(0, sizeof one, &one) == 0 && sched_getcpu() == cpu ? 0 : 1);
    }
    if (pid < 0)
        return false;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status == 0;
}

/* Share of CPU time that a container grants, in CPUs; 0: no limit known. */
static double quota(void)
{
    struct buf text = BUF_INIT;
    double allowed = 0, period = 0;
    if (fs_read("/sys/fs/cgroup/cpu.max", 4096, &text, NULL) == 0 &&
        sscanf(text.data, "%lf %lf", &allowed, &period) != 2)
        allowed = period = 0;
    buf_release(&text);
    return period > 0 ? allowed / period : 0;
}

void doctor_cpus(struct cli *c, struct finding *f)
{
    int count = sandbox_cpus();
    double share = quota();
    (void)c;
    finding_say(f, MARK_GOOD, MSG_CLI_DOC_CPUS_COUNT, count);
    if (count < 2) {
        finding_say(f, MARK_WARN, MSG_CLI_DOC_CPUS_ONE);
        finding_remedy(f, MSG_CLI_DOC_CPUS_ONE_REMEDY);
    }
    if (!pinning_works())
        finding_say(f, MARK_WARN, MSG_CLI_DOC_CPUS_NO_PIN);
    if (share > 0 && share < 1)
        finding_say(f, MARK_WARN, MSG_CLI_DOC_CPUS_QUOTA, share);
}

/* --- clock, space -------------------------------------------------------------------------------
 */

void doctor_clock(struct cli *c, struct finding *f)
{
    enum { MADE = 1735689600 }; /* 2025-01-01: no copy of this program is older */
    struct timespec resolution, now;
    (void)c;
    if (clock_getres(CLOCK_MONOTONIC, &resolution) != 0 ||
        clock_gettime(CLOCK_REALTIME, &now) != 0) {
        finding_say(f, MARK_BAD, MSG_CLI_DOC_CLOCK_NONE);
        return;
    }
    long ns = resolution.tv_sec ? 999999999 : resolution.tv_nsec;
    finding_say(f, ns > 1000000 ? MARK_WARN : MARK_GOOD, MSG_CLI_DOC_CLOCK_IS, ns);
    if (now.tv_sec < MADE) {
        finding_say(f, MARK_WARN, MSG_CLI_DOC_CLOCK_OLD);
        finding_remedy(f, MSG_CLI_DOC_CLOCK_REMEDY);
    }
}

void doctor_space(struct cli *c, struct finding *f)
{
    enum { ENOUGH_MB = 256 };
    const char *places[] = {getenv("TMPDIR"), "/tmp", "/var/tmp"};
    struct statvfs v;
    (void)c;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (!places[i] || places[i][0] != '/' || access(places[i], W_OK | X_OK) != 0 ||
            statvfs(places[i], &v) != 0)
            continue;
        if (v.f_flag & ST_NOEXEC) {
            finding_say(f, MARK_GOOD, MSG_CLI_DOC_SPACE_NOEXEC, places[i]);
            continue;
        }
        unsigned long long mb = (unsigned long long)v.f_bavail * v.f_frsize >> 20;
        finding_say(f, mb < ENOUGH_MB ? MARK_WARN : MARK_GOOD, MSG_CLI_DOC_SPACE_IS, places[i], mb);
        if (mb < ENOUGH_MB)
            finding_remedy(f, MSG_CLI_DOC_SPACE_REMEDY, (int)ENOUGH_MB);
        return;
    }
    finding_say(f, MARK_BAD, MSG_CLI_DOC_SPACE_NONE);
    finding_remedy(f, MSG_CLI_DOC_SPACE_NONE_REMEDY);
}

/* --- what the course is about --------------------------------------------------------------------
 */

static bool has_mqueue(void)
{
    AUTO_FREE char *name = str_format("ipclab-doctor-%d", (int)getpid());
    int q = (int)syscall(SYS_mq_open, name, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600, NULL);
    if (q < 0)
        return false;
    close(q);
    syscall(SYS_mq_unlink, name);
    return true;
}

static bool has_shm(void)
{
    AUTO_FREE char *name = str_format("/dev/shm/ipclab-doctor-%d", (int)getpid());
    int fd = open(name, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    close(fd);
    unlink(name);
    return true;
}

static bool has_sysv(void)
{
    int id = msgget(IPC_PRIVATE, 0600);
    return id >= 0 && msgctl(id, IPC_RMID, NULL) == 0;
}

void doctor_ipc(struct cli *c, struct finding *f)
{
    const struct {
        bool (*has)(void);
        const char *name;
    } list[] = {{has_sysv, "System V"}, {has_mqueue, "mqueue"}, {has_shm, "/dev/shm"}};
    struct buf good = BUF_INIT, bad = BUF_INIT;
    (void)c;
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        struct buf *b = list[i].has() ? &good : &bad;
        buf_addf(b, "%s%s", b->len ? ", " : "", list[i].name);
    }
    if (good.len)
        finding_say(f, MARK_GOOD, MSG_CLI_DOC_IPC_HAS, good.data);
    if (bad.len) {
        finding_say(f, MARK_WARN, MSG_CLI_DOC_IPC_LACKS, bad.data);
        finding_remedy(f, MSG_CLI_DOC_IPC_REMEDY);
    }
    buf_release(&good);
    buf_release(&bad);
}

/* --- terminal
 * ------------------------------------------------------------------------------------- */

void doctor_terminal(struct cli *c, struct finding *f)
{
    const char *term = getenv("TERM"), *charset = nl_langinfo(CODESET);
    if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
        finding_say(f, MARK_GOOD, MSG_CLI_DOC_TERMINAL_IS, term && *term ? term : "?", c->columns);
    else
        finding_say(f, MARK_GOOD, MSG_CLI_DOC_TERMINAL_NONE);
    if (!term || !*term || strcmp(term, "dumb") == 0) {
        finding_say(f, MARK_WARN, MSG_CLI_DOC_TERMINAL_DUMB);
        finding_remedy(f, MSG_CLI_DOC_TERMINAL_REMEDY);
    }
    finding_say(f, MARK_GOOD, MSG_CLI_DOC_CHARSET, charset);
    if (strcmp(charset, "UTF-8") != 0) {
        finding_say(f, MARK_WARN, MSG_CLI_DOC_CHARSET_BAD);
        finding_remedy(f, MSG_CLI_DOC_CHARSET_REMEDY);
    }
}
