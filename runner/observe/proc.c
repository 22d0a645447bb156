#include "observe/proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/buf.h"

int proc_open(int proc, pid_t pid)
{
    char name[24];
    snprintf(name, sizeof name, "%d", (int)pid);
    return openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

ssize_t proc_read(int dir, const char *name, char *text, size_t size)
{
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    size_t len = 0;
    while (len + 1 < size) {
        ssize_t n = read(fd, text + len, size - 1 - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            close(fd);
            return -1;
        }
        if (n == 0)
            break;
        len += (size_t)n;
    }
    close(fd);
    text[len] = '\0';
    return (ssize_t)len;
}

bool proc_stat(int dir, const char *name, struct proc_stat *s)
{
    char text[1024];
    if (proc_read(dir, name, text, sizeof text) <= 0)
        return false;
    /* The name may hold anything, parentheses and blanks included: the last ')' ends it. */
    char *open = strchr(text, '('), *close_ = strrchr(text, ')');
    if (!open || !close_ || close_ < open)
        return false;
    *close_ = '\0';
    snprintf(s->name, sizeof s->name, "%s", open + 1);
    int ppid;
    unsigned long long utime, stime;
    long long cutime, cstime;
    if (sscanf(
            close_ + 1,
            " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %lld %lld %*d %*d %*d %*d %llu",
            &s->state, &ppid, &utime, &stime, &cutime, &cstime, &s->start) != 7)
        return false;
    s->ppid = ppid;
    s->ticks = utime + stime;
    s->children_ticks = (unsigned long long)(cutime + cstime);
    return true;
}

static pid_t last_number(const char *line)
{
    long n = 0;
    for (char *end; *line && *line != '\n'; line = end) {
        long value = strtol(line, &end, 10);
        if (end == line)
            break;
        n = value;
    }
    return (pid_t)n;
}

bool proc_status(int dir, const char *name, struct proc_status *s)
{
    char text[4096];
    if (proc_read(dir, name, text, sizeof text) <= 0)
        return false;
    *s = (struct proc_status){0};
    const char *ns = strstr(text, "\nNSpid:");
    if (!ns)
        ns = strstr(text, "\nPid:");
    if (ns)
        s->inner = last_number(strchr(ns, ':') + 1);
    const char *v = strstr(text, "\nvoluntary_ctxt_switches:");
    const char *n = strstr(text, "\nnonvoluntary_ctxt_switches:");
    if (v && n) {
        s->has_switches = true;
        s->switches =
            strtoull(strchr(v, ':') + 1, NULL, 10) + strtoull(strchr(n, ':') + 1, NULL, 10);
    }
    return true;
}

static bool signal_set(const char *text, const char *name, uint64_t *set)
{
    const char *at = strstr(text, name);
    if (at)
        *set |= strtoull(at + strlen(name), NULL, 16);
    return at;
}

bool proc_signals(int dir, const char *name, struct proc_signals *s)
{
    char text[4096];
    *s = (struct proc_signals){0};
    return proc_read(dir, name, text, sizeof text) > 0 &&
           signal_set(text, "\nSigPnd:", &s->pending) &&
           signal_set(text, "\nShdPnd:", &s->pending) &&
           signal_set(text, "\nSigBlk:", &s->blocked) && signal_set(text, "\nSigCgt:", &s->caught);
}

void proc_syscall(int dir, const char *name, struct call_state *c)
{
    char text[512];
    *c = (struct call_state){.in = IN_UNREADABLE};
    if (proc_read(dir, name, text, sizeof text) <= 0)
        return;
    c->in = IN_NO_CALL;
    int fields = sscanf(text, "%ld %lx %lx %lx %lx %lx %lx %lx %lx", &c->nr, &c->arg[0], &c->arg[1],
                        &c->arg[2], &c->arg[3], &c->arg[4], &c->arg[5], &c->stack, &c->code);
    if (fields == 9 && c->nr >= 0)
        c->in = IN_CALL;
}

bool call_equal(const struct call_state *a, const struct call_state *b)
{
    return a->in == b->in && a->nr == b->nr && memcmp(a->arg, b->arg, sizeof a->arg) == 0 &&
           a->stack == b->stack && a->code == b->code;
}

static int by_number(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

int proc_numbers(int dir, const char *name, int **list, size_t *count)
{
    *list = NULL;
    *count = 0;
    int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    if (!d) {
        if (fd >= 0)
            close(fd);
        return -1;
    }
    size_t cap = 0;
    for (struct dirent *entry; (entry = readdir(d));) {
        char *end;
        long n = strtol(entry->d_name, &end, 10);
        if (*end || end == entry->d_name)
            continue;
        if (*count == cap)
            *list = mem_grow(*list, cap = cap ? 2 * cap : 16, sizeof **list);
        (*list)[(*count)++] = (int)n;
    }
    closedir(d);
    if (*count > 1)
        qsort(*list, *count, sizeof **list, by_number);
    return 0;
}

/* Append the pids of one "children" file, which may be longer than any fixed buffer. */
static bool add_children(int dir, int tid, pid_t **list, size_t *count, size_t *cap)
{
    char name[48];
    snprintf(name, sizeof name, "task/%d/children", tid);
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
    if (!f) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    int pid;
    while (fscanf(f, "%d", &pid) == 1) {
        if (*count == *cap)
            *list = mem_grow(*list, *cap = *cap ? 2 * *cap : 8, sizeof **list);
        (*list)[(*count)++] = pid;
    }
    fclose(f);
    return true;
}

int proc_children(int dir, pid_t **list, size_t *count)
{
    AUTO_FREE int *tids = NULL;
    size_t threads, cap = 0;
    *list = NULL;
    *count = 0;
    if (proc_numbers(dir, "task", &tids, &threads) < 0)
        return -1;
    bool readable = threads == 0;
    for (size_t i = 0; i < threads; i++)
        readable |= add_children(dir, tids[i], list, count, &cap);
    return readable ? 0 : -1;
}

int proc_scan(int proc, struct proc_parent **list, size_t *count)
{
    AUTO_FREE int *pids = NULL;
    size_t n;
    *list = NULL;
    *count = 0;
    if (proc_numbers(proc, ".", &pids, &n) < 0)
        return -1;
    *list = mem_alloc((n + 1) * sizeof **list);
    for (size_t i = 0; i < n; i++) {
        char name[32];
        struct proc_stat s;
        snprintf(name, sizeof name, "%d/stat", pids[i]);
        if (proc_stat(proc, name, &s))
            (*list)[(*count)++] = (struct proc_parent){.pid = pids[i], .ppid = s.ppid};
    }
    return 0;
}

bool proc_memory(int dir, unsigned long address, void *data, size_t len)
{
    int fd = openat(dir, "mem", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    size_t got = 0;
    while (got < len) {
        ssize_t n = pread(fd, (char *)data + got, len - got, (off_t)(address + got));
        if (n <= 0)
            break;
        got += (size_t)n;
    }
    close(fd);
    return got == len;
}

static bool parse_mapping(const char *line, struct mapping *m)
{
    char perms[8];
    unsigned major_, minor_;
    int path = 0;
    if (sscanf(line, "%lx-%lx %7s %lx %x:%x %llu %n", &m->start, &m->end, perms, &m->offset,
               &major_, &minor_, &m->inode, &path) < 7)
        return false;
    m->writable = perms[1] == 'w';
    m->shared = perms[3] == 's';
    m->dev = makedev(major_, minor_);
    snprintf(m->path, sizeof m->path, "%.*s", (int)strcspn(line + path, "\n"), line + path);
    return true;
}

void proc_mappings(int dir, bool (*visit)(const struct mapping *m, void *arg), void *arg)
{
    int fd = openat(dir, "maps", O_RDONLY | O_CLOEXEC);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
    if (!f) {
        if (fd >= 0)
            close(fd);
        return;
    }
    char *line = NULL;
    size_t size = 0;
    struct mapping m;
    while (getline(&line, &size, f) > 0 && (!parse_mapping(line, &m) || visit(&m, arg)))
        continue;
    free(line);
    fclose(f);
}

struct mapping_search {
    unsigned long address;
    struct mapping *found;
    bool hit;
};

static bool visit_mapping(const struct mapping *m, void *arg)
{
    struct mapping_search *s = arg;
    if (s->address < m->start || s->address >= m->end)
        return true;
    *s->found = *m;
    s->hit = true;
    return false;
}

bool proc_mapping(int dir, unsigned long address, struct mapping *m)
{
    struct mapping_search s = {.address = address, .found = m};
    proc_mappings(dir, visit_mapping, &s);
    return s.hit;
}

static enum fd_kind kind_of(const char *target, mode_t mode)
{
    static const struct {
        const char *prefix;
        enum fd_kind kind;
    } prefixes[] = {
        {"pipe:[", FD_PIPE},
        {"socket:[", FD_SOCKET},
        {"anon_inode:[eventfd]", FD_EVENT},
        {"anon_inode:[timerfd]", FD_TIMER},
        {"anon_inode:[eventpoll]", FD_EPOLL},
        {"anon_inode:[signalfd]", FD_SIGNAL},
        {"anon_inode:[pidfd]", FD_PIDFD},
        {"pidfd:[", FD_PIDFD},
        {"anon_inode:[io_uring]", FD_URING},
    };
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(target, prefixes[i].prefix, strlen(prefixes[i].prefix)) == 0)
            return prefixes[i].kind;
    if (target[0] != '/')
        return FD_UNKNOWN;
    if (S_ISFIFO(mode))
        return FD_FIFO;
    if (strcmp(target, "/dev/null") == 0)
        return FD_FILE;
    return S_ISREG(mode) || S_ISDIR(mode) ? FD_FILE : FD_UNKNOWN;
}

bool proc_fdinfo(int dir, int fd, const char *name, int base, unsigned long *value)
{
    char path[48], text[2048], key[64];
    snprintf(path, sizeof path, "fdinfo/%d", fd);
    if (proc_read(dir, path, text, sizeof text) <= 0)
        return false;
    snprintf(key, sizeof key, "%s:", name);
    const char *line = strncmp(text, key, strlen(key)) == 0 ? text : NULL;
    if (!line) {
        snprintf(key, sizeof key, "\n%s:", name);
        line = strstr(text, key);
    }
    if (!line)
        return false;
    *value = strtoul(strchr(line, ':') + 1, NULL, base);
    return true;
}

bool proc_fd_target(int dir, int fd, char *target, size_t size)
{
    char name[40];
    snprintf(name, sizeof name, "fd/%d", fd);
    ssize_t n = readlinkat(dir, name, target, size - 1);
    if (n < 0)
        return false;
    target[n] = '\0';
    return true;
}

bool proc_fd(int dir, int fd, bool with_flags, struct fd_info *info)
{
    char name[40];
    *info = (struct fd_info){.fd = fd, .flags = -1};
    if (!proc_fd_target(dir, fd, info->target, sizeof info->target))
        return false;
    snprintf(name, sizeof name, "fd/%d", fd);
    struct stat st; /* of the object behind the link; nothing is opened */
    if (fstatat(dir, name, &st, 0) == 0) {
        info->inode = st.st_ino;
        info->dev = st.st_dev;
        info->kind = kind_of(info->target, st.st_mode);
    }
    unsigned long flags;
    if (with_flags && proc_fdinfo(dir, fd, "flags", 8, &flags))
        info->flags = (int)flags;
    return true;
}

int proc_steal_fd(pid_t pid, int fd)
{
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (pidfd < 0)
        return -1;
    int copy = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
    close(pidfd);
    return copy;
}
