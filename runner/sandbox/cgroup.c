#include "sandbox/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"

enum { TEXT_MAX = 1 << 20, PATIENCE_MS = 5000 };

static const char prefix[] = "ipclab-run-", own[] = "ipclab-grader";

/* --- reading and writing the files of a group ----------------------------------------------------
 */

static int put(const char *group, const char *file, const char *text)
{
    AUTO_FREE char *path = fs_join(group, file);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t n = write(fd, text, strlen(text));
    int saved = errno;
    close(fd);
    errno = saved;
    return n == (ssize_t)strlen(text) ? 0 : -1;
}

static char *get(const char *group, const char *file)
{
    AUTO_FREE char *path = fs_join(group, file);
    struct buf b = BUF_INIT;
    if (fs_read(path, TEXT_MAX, &b, NULL) != 0)
        buf_clear(&b);
    buf_adds(&b, "");
    return buf_steal(&b);
}

static bool has_word(const char *text, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = text; (at = strstr(at, word)) != NULL; at += len)
        if ((at == text || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\n' || !at[len]))
            return true;
    return false;
}

bool cgroup_offers(const char *controllers)
{
    return has_word(controllers, "memory") && has_word(controllers, "pids");
}

/* --- where ---------------------------------------------------------------------------------------
 */

/* The mount point of version 2 in the text of /proc/self/mounts: malloc'd. */
static char *mount_point(const char *mounts)
{
    for (const char *line = mounts; *line;) {
        size_t len = strcspn(line, "\n");
        char where[512], type[64];
        if (sscanf(line, "%*s %511s %63s", where, type) == 2 && strcmp(type, "cgroup2") == 0)
            return str_dup(where);
        line += len + (line[len] == '\n');
    }
    return NULL;
}

char *cgroup_locate(const char *cgroup, const char *mounts)
{
    AUTO_FREE char *where = mount_point(mounts);
    const char *line = strncmp(cgroup, "0::", 3) == 0 ? cgroup : strstr(cgroup, "\n0::");
    if (!where || !line)
        return NULL;
    line = strchr(line, '/');
    if (!line)
        return NULL;
    size_t len = strcspn(line, "\n");
    AUTO_FREE char *path = str_ndup(line, len);
    if (strncmp(path, "/..", 3) == 0)
        return NULL; /* outside of what this mount shows */
    return str_format("%s%s", where, strcmp(path, "/") == 0 ? "" : path);
}

static bool enable(const char *group)
{
    AUTO_FREE char *enabled = get(group, "cgroup.subtree_control");
    return cgroup_offers(enabled) || put(group, "cgroup.subtree_control", "+memory +pids") == 0;
}

/* Controllers can be handed down only by a group without processes: step into a child. Others may
 * be left behind (a shell in the same scope); then it is not ours to use. */
static bool step_aside(const char *group)
{
    AUTO_FREE char *child = fs_join(group, own);
    if (mkdir(child, 0755) != 0 && errno != EEXIST)
        return false;
    if (put(child, "cgroup.procs", "0") == 0 && enable(group))
        return true;
    put(group, "cgroup.procs", "0");
    rmdir(child);
    return false;
}

/* The group we may use, NULL and *why when there is none. */
static char *find(char **why)
{
    AUTO_FREE char *cgroup = get("/proc/self", "cgroup");
    AUTO_FREE char *mounts = get("/proc/self", "mounts");
    char *group = cgroup_locate(cgroup, mounts);
    if (!group) {
        *why = str_dup("cgroup2");
        return NULL;
    }
    /* a grader started by one that has stepped aside (ipclab grade's own children) */
    size_t len = strlen(group), tail = sizeof own;
    if (len > tail && group[len - tail] == '/' && strcmp(group + len - tail + 1, own) == 0)
        group[len - tail] = '\0';
    AUTO_FREE char *controllers = get(group, "cgroup.controllers");
    AUTO_FREE char *probe = fs_join(group, "cgroup.procs");
    if (!cgroup_offers(controllers))
        *why = str_format("%s/cgroup.controllers: memory, pids", group);
    else if (access(group, W_OK | X_OK) != 0 || access(probe, W_OK) != 0)
        *why = str_dup(probe);
    else if (enable(group) || step_aside(group))
        return group;
    else
        *why = str_format("%s/cgroup.subtree_control", group);
    free(group);
    return NULL;
}

char *cgroup_parent(char **why)
{
    static bool tried;
    static char *parent, *reason; /* kept for the life of the process */
    if (!tried)
        parent = find(&reason);
    tried = true;
    if (why)
        *why = str_dup(reason);
    return str_dup(parent);
}

/* --- one submission's
 * -----------------------------------------------------------------------------
 */

/* rmdir works on empty groups only, so those in use stay. */
static void sweep(const char *parent)
{
    DIR *dir = opendir(parent);
    for (struct dirent *d; dir && (d = readdir(dir));)
        if (strncmp(d->d_name, prefix, sizeof prefix - 1) == 0) {
            AUTO_FREE char *path = fs_join(parent, d->d_name);
            AUTO_FREE char *events = get(path, "cgroup.events");
            struct stat st;
            /* one that was made just now is about to be filled */
            if (strstr(events, "populated 0") && stat(path, &st) == 0 &&
                st.st_mtime + 60 < time(NULL))
                rmdir(path);
        }
    if (dir)
        closedir(dir);
}

int cgroup_make(struct cgroup *c, const char *parent, long memory_bytes, int processes,
                struct err *e)
{
    static unsigned count;
    AUTO_FREE char *memory = str_format("%ld", memory_bytes);
    AUTO_FREE char *pids = str_format("%d", processes);
    sweep(parent);
    c->path = str_format("%s/%s%d-%u", parent, prefix, (int)getpid(), count++);
    if (mkdir(c->path, 0755) != 0) {
        err_sys(e, MSG_BASE_CANNOT_CREATE, c->path);
        free(c->path);
        c->path = NULL;
        return -1;
    }
    if (put(c->path, "memory.max", memory) != 0 || put(c->path, "pids.max", pids) != 0) {
        err_sys(e, MSG_BASE_CANNOT_WRITE, c->path);
        cgroup_remove(c);
        return -1;
    }
    put(c->path, "memory.swap.max", "0"); /* absent where there is no swap accounting */
    return 0;
}

int cgroup_join(const struct cgroup *c, struct err *e)
{
    if (c->path && put(c->path, "cgroup.procs", "0") != 0)
        return err_sys(e, MSG_BASE_CANNOT_WRITE, c->path);
    return 0;
}

void cgroup_remove(struct cgroup *c)
{
    double deadline = clock_ms() + PATIENCE_MS;
    if (!c->path)
        return;
    put(c->path, "cgroup.kill", "1");
    while (rmdir(c->path) != 0 && errno == EBUSY && clock_ms() < deadline)
        poll(NULL, 0, 1); /* its last process is on its way out */
    free(c->path);
    c->path = NULL;
}
