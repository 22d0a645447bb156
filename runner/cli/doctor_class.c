/* Is this machine fit to grade a class? What ipclab doctor --grading looks at beyond the rest. */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fs.h"
#include "cli/doctor.h"
#include "grade/pool.h"
#include "sandbox/cgroup.h"
#include "sandbox/sandbox.h"

/* The text of a small file, "" when it cannot be read; malloc'd. */
static char *file_text(const char *path)
{
    struct buf b = BUF_INIT;
    if (fs_read(path, 1 << 16, &b, NULL) != 0)
        buf_clear(&b);
    buf_adds(&b, "");
    return buf_steal(&b);
}

/* A learner may do without the sandbox; others' programs must not run without it. */
void doctor_class_sandbox(struct cli *c, struct finding *f)
{
    if (c->sandbox == SANDBOX_NONE) {
        finding_say(f, MARK_BAD, MSG_CLI_DOC_CLASS_NO_SANDBOX);
        return;
    }
    doctor_sandbox(c, f);
    if (f->mark == MARK_WARN)
        finding_say(f, MARK_BAD, MSG_CLI_DOC_CLASS_NO_SANDBOX);
}

/* Numbers of user namespaces: each running grading needs one. */
void doctor_class_namespaces(struct cli *c, struct finding *f)
{
    enum { WANTED = 64 };
    AUTO_FREE char *text = file_text("/proc/sys/user/max_user_namespaces");
    long count = text[0] ? strtol(text, NULL, 10) : -1;
    (void)c;
    if (count < 0)
        finding_say(f, MARK_WARN, MSG_CLI_DOC_CLASS_NS_UNKNOWN);
    else
        finding_say(f, count < WANTED ? MARK_WARN : MARK_GOOD, MSG_CLI_DOC_CLASS_NS, count);
    if (count >= 0 && count < WANTED)
        finding_remedy(f, MSG_CLI_DOC_SANDBOX_MAX);
}

void doctor_class_limits(struct cli *c, struct finding *f)
{
    AUTO_FREE char *why = NULL;
    AUTO_FREE char *group = cgroup_parent(&why);
    (void)c;
    if (group) {
        finding_say(f, MARK_GOOD, MSG_CLI_DOC_CLASS_CGROUP, group);
        return;
    }
    finding_say(f, MARK_WARN, MSG_CLI_DOC_CLASS_RLIMITS, why ? why : "?");
    finding_remedy(f, MSG_CLI_DOC_CLASS_RLIMITS_REMEDY);
}

void doctor_class_memory(struct cli *c, struct finding *f)
{
    enum { PER_JOB_MB = 1024 };
    AUTO_FREE char *text = file_text("/proc/meminfo");
    const char *line = strstr(text, "MemAvailable:");
    unsigned long long kib = 0;
    (void)c;
    if (!line || sscanf(line, "MemAvailable: %llu", &kib) != 1) {
        finding_say(f, MARK_WARN, MSG_CLI_DOC_CLASS_MEMORY_UNKNOWN);
        return;
    }
    unsigned long long mb = kib >> 10, wanted = (unsigned long long)pool_jobs() * PER_JOB_MB;
    finding_say(f,
                mb < PER_JOB_MB ? MARK_BAD
                : mb < wanted   ? MARK_WARN
                                : MARK_GOOD,
                MSG_CLI_DOC_CLASS_MEMORY, mb, pool_jobs(), wanted);
    if (mb < wanted)
        finding_remedy(f, MSG_CLI_DOC_CLASS_MEMORY_REMEDY, mb / PER_JOB_MB ? mb / PER_JOB_MB : 1);
}

/* Where private folders go ($TMPDIR first) and where the gradebook goes (here). */
void doctor_class_space(struct cli *c, struct finding *f)
{
    enum { WANTED_MB = 2048, NEEDED_MB = 256, WANTED_INODES = 20000 };
    const char *tmp = getenv("TMPDIR");
    char here[4096];
    const char *places[] = {tmp && tmp[0] == '/' ? tmp : "/tmp",
                            getcwd(here, sizeof here) ? here : "."};
    (void)c;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct statvfs v;
        if (access(places[i], W_OK | X_OK) != 0 || statvfs(places[i], &v) != 0 ||
            (i == 0 && v.f_flag & ST_NOEXEC)) {
            finding_say(f, MARK_BAD, MSG_CLI_DOC_CLASS_PLACE_BAD, places[i]);
            finding_remedy(f, MSG_CLI_DOC_SPACE_NONE_REMEDY);
            continue;
        }
        unsigned long long mb = (unsigned long long)v.f_bavail * v.f_frsize >> 20;
        unsigned long long inodes = v.f_files ? v.f_favail : WANTED_INODES; /* btrfs counts none */
        bool little = mb < WANTED_MB || inodes < WANTED_INODES;
        finding_say(f,
                    mb < NEEDED_MB ? MARK_BAD
                    : little       ? MARK_WARN
                                   : MARK_GOOD,
                    MSG_CLI_DOC_CLASS_SPACE, places[i], mb, inodes);
        if (little)
            finding_remedy(f, MSG_CLI_DOC_CLASS_SPACE_REMEDY, (int)WANTED_MB, (int)WANTED_INODES);
    }
}

/* What makes times and races differ from run to run. */
void doctor_class_noise(struct cli *c, struct finding *f)
{
    AUTO_FREE char *smt = file_text("/sys/devices/system/cpu/smt/active");
    AUTO_FREE char *governor = file_text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
    AUTO_FREE char *load = file_text("/proc/loadavg");
    governor[strcspn(governor, "\n")] = '\0';
    doctor_cpus(c, f);
    if (smt[0] == '1')
        finding_say(f, MARK_GOOD, MSG_CLI_DOC_CLASS_SMT);
    if (strcmp(governor, "powersave") == 0 || strcmp(governor, "ondemand") == 0)
        finding_say(f, MARK_GOOD, MSG_CLI_DOC_CLASS_GOVERNOR, governor);
    if (strtod(load, NULL) > 2.0 * sandbox_cpus()) {
        finding_say(f, MARK_WARN, MSG_CLI_DOC_CLASS_LOAD, strtod(load, NULL), sandbox_cpus());
        finding_remedy(f, MSG_CLI_DOC_CLASS_LOAD_REMEDY);
    }
}

void doctor_class_descriptors(struct cli *c, struct finding *f)
{
    enum { NEEDED = 256, WANTED = 1024 };
    struct rlimit files = {0, 0}, processes = {0, 0};
    (void)c;
    getrlimit(RLIMIT_NOFILE, &files);
    getrlimit(RLIMIT_NPROC, &processes);
    unsigned long long most = files.rlim_cur > 1000000 ? 1000000 : files.rlim_cur;
    finding_say(f,
                most < NEEDED   ? MARK_BAD
                : most < WANTED ? MARK_WARN
                                : MARK_GOOD,
                MSG_CLI_DOC_CLASS_FILES, most);
    if (most < WANTED)
        finding_remedy(f, MSG_CLI_DOC_CLASS_FILES_REMEDY, (int)WANTED);
    if (processes.rlim_cur != RLIM_INFINITY && processes.rlim_cur < WANTED) {
        finding_say(f, MARK_WARN, MSG_CLI_DOC_CLASS_PROCESSES,
                    (unsigned long long)processes.rlim_cur);
        finding_remedy(f, MSG_CLI_DOC_CLASS_PROCESSES_REMEDY, (int)WANTED);
    }
}

/* The similarity report needs sim_c; everything else does without. */
void doctor_class_tools(struct cli *c, struct finding *f)
{
    static const char *const places[] = {"/usr/bin/sim_c", "/usr/local/bin/sim_c"};
    bool found = false;
    (void)c;
    finding_say(f, MARK_GOOD, MSG_CLI_DOC_CLASS_SQLITE, store_engine());
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        found |= access(places[i], X_OK) == 0;
    if (found) {
        finding_say(f, MARK_GOOD, MSG_CLI_DOC_CLASS_SIM);
        return;
    }
    finding_say(f, MARK_WARN, MSG_CLI_DOC_CLASS_NO_SIM);
    finding_remedy(f, MSG_CLI_DOC_CLASS_SIM_REMEDY);
}

void doctor_class_user(struct cli *c, struct finding *f)
{
    struct err e = {0};
    uid_t uid = 0;
    gid_t gid = 0;
    (void)c;
    if (geteuid() != 0)
        finding_say(f, MARK_GOOD, MSG_CLI_DOC_CLASS_USER, (unsigned)geteuid());
    else if (sandbox_unprivileged(&uid, &gid, &e) == 0)
        finding_say(f, MARK_GOOD, MSG_CLI_DOC_CLASS_ROOT, (unsigned)uid);
    else {
        finding_say(f, MARK_BAD, MSG_CLI_DOC_CLASS_ROOT_STAYS, e.text);
        finding_remedy(f, MSG_CLI_DOC_CLASS_ROOT_REMEDY);
    }
}
