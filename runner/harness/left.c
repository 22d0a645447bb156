/* What a test leaves behind: processes, System V ids, /dev/shm, POSIX queues, files. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/text.h"
#include "harness/state.h"

/* One thing found. In mode none the host's own things are there as well: what was there at the
 * beginning of the test is not counted. */
struct left {
    enum lab_left kind;
    const char *diagnosis; /* static */
    char *name;            /* owned: file name, or "key 0x1b… id 3" */
    bool ours;             /* mode none, System V: made (or only used) by a program of this test */
};
struct left_list {
    struct left *items; /* owned */
    size_t n;
};

static struct left_list before;

static struct {
    enum lab_left kind;
    char *name; /* owned, NULL: any */
} allowed[64];
static size_t n_allowed;

void lab_allow_left(enum lab_left kind, const char *name)
{
    if (n_allowed == sizeof allowed / sizeof allowed[0])
        lab_internal("too many lab_allow_left()");
    allowed[n_allowed].kind = kind;
    allowed[n_allowed++].name = str_dup(name);
}

static void add(struct left_list *l, enum lab_left kind, const char *diagnosis, char *name)
{
    l->items = mem_grow(l->items, l->n + 1, sizeof *l->items);
    l->items[l->n++] = (struct left){kind, diagnosis, name};
}

static const char *kind_of_file(const struct stat *st)
{
    if (S_ISFIFO(st->st_mode))
        return "fifo-leak";
    return S_ISSOCK(st->st_mode) ? "socket-leak" : "file-leak";
}

static void scan_folder(struct left_list *l, const char *path, enum lab_left kind,
                        const char *diagnosis)
{
    DIR *dir = opendir(path);
    struct stat st;
    for (struct dirent *d; dir && (d = readdir(dir));) {
        if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0 ||
            fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 || st.st_uid != getuid())
            continue;
        struct buf name = BUF_INIT;
        text_sanitize(&name, d->d_name, strlen(d->d_name));
        add(l, kind, diagnosis ? diagnosis : kind_of_file(&st), buf_steal(&name));
    }
    if (dir)
        closedir(dir);
}

/* --- System V: whose? --------------------------------------------------------------------------
 */

static bool is_program(long pid)
{
    for (size_t i = 0; i < lab.n_procs; i++)
        if (pid > 1 && lab.procs[i]->pid == (pid_t)pid)
            return true;
    return false;
}

static bool last_used_here(int id, long count)
{
    for (int i = 0; i < count; i++)
        if (is_program(semctl(id, i, GETPID)))
            return true;
    return false;
}

/* Nobody else's for certain. For shared memory the kernel tells who made it. For the others only
 * who used it last: that is enough without a key, because only the tree of its creator knows the
 * id. */
static bool made_here(enum lab_left kind, const long *v)
{
    if (kind == LAB_LEFT_SYSV_SHM)
        return is_program(v[4]);
    if (v[0] != IPC_PRIVATE)
        return false;
    if (kind == LAB_LEFT_SYSV_MSG)
        return is_program(v[5]) || is_program(v[6]);
    return last_used_here((int)v[1], v[3]);
}

/* /proc/sysvipc shows the IPC namespace of the reader, which is the test's own. Columns: proc(5).
 */
static void scan_sysv(struct left_list *l, const char *name, enum lab_left kind, int uid_column)
{
    AUTO_FREE char *path = str_format("sysvipc/%s", name);
    int fd = openat(lab.box.proc, path, O_RDONLY | O_CLOEXEC);
    FILE *f = fd >= 0 ? fdopen(fd, "r") : NULL;
    char line[512];
    if (!f) {
        if (fd >= 0)
            close(fd);
        return;
    }
    bool header = true;
    while (fgets(line, sizeof line, f)) {
        long v[16] = {0};
        int n = 0;
        for (char *at = line, *end = NULL; n < 16; at = end) {
            v[n] = strtol(at, &end, 10);
            if (end == at)
                break;
            n++;
        }
        if (!header && n > uid_column && v[uid_column] == (long)getuid()) {
            add(l, kind, "sysv-leak",
                str_format("%s key 0x%08x id %ld", name, (unsigned)v[0], v[1]));
            l->items[l->n - 1].ours = made_here(kind, v);
        }
        header = false;
    }
    fclose(f);
}

static void scan_ipc(struct left_list *l)
{
    scan_sysv(l, "msg", LAB_LEFT_SYSV_MSG, 7);
    scan_sysv(l, "sem", LAB_LEFT_SYSV_SEM, 4);
    scan_sysv(l, "shm", LAB_LEFT_SYSV_SHM, 7);
    scan_folder(l, "/dev/shm", LAB_LEFT_SHM, "shm-leak");
    scan_folder(l, "/dev/mqueue", LAB_LEFT_MQUEUE, "mqueue-leak");
}

static void scan(struct left_list *l)
{
    scan_ipc(l);
    scan_folder(l, lab.test.dir, LAB_LEFT_FILE, NULL);
    if (lab.box.mode == SANDBOX_BWRAP) /* elsewhere /tmp is everybody's */
        scan_folder(l, "/tmp", LAB_LEFT_FILE, NULL);
}

void lab_left_begin(void)
{
    if (lab.box.mode == SANDBOX_NONE)
        scan(&before);
}

static bool was_before(const struct left *x)
{
    for (size_t i = 0; i < before.n; i++)
        if (before.items[i].kind == x->kind && strcmp(before.items[i].name, x->name) == 0)
            return true;
    return false;
}

/* In mode none another program's objects are visible too: only what this test handed out, or what
 * its programs provably made, is its own for certain. Names of semaphores stand in /dev/shm with
 * "sem." before them. */
static bool is_foreign(const struct left *x)
{
    if (lab.box.mode != SANDBOX_NONE || x->kind == LAB_LEFT_FILE || x->ours)
        return false;
    const char *name = strncmp(x->name, "sem.", 4) == 0 ? x->name + 4 : x->name;
    const char *key = strstr(x->name, "key 0x");
    AUTO_FREE char *line = key ? str_format("\n%.10s\n", key + 4) : str_format("\n%s\n", name);
    return strstr(buf_text(&lab.handed_out), line) == NULL;
}

static bool is_allowed(const struct left *x)
{
    for (size_t i = 0; i < n_allowed; i++) {
        const char *name = allowed[i].name;
        if (allowed[i].kind != x->kind)
            continue;
        if (!name || strcmp(name[0] == '/' ? name + 1 : name, x->name) == 0)
            return true;
    }
    return false;
}

/* --- processes
 * ------------------------------------------------------------------------------------ */

static bool is_ours(pid_t pid)
{
    if (pid == lab.unwinder.pid || pid == lab.test.init)
        return true;
    for (size_t i = 0; i < lab.n_procs; i++)
        if (lab.procs[i]->pid == pid)
            return true;
    return false;
}

void lab_count_orphans(size_t *alive, size_t *zombies)
{
    struct proc_info *list = NULL;
    size_t n = 0;
    pid_t root = lab.test.init > 0 ? lab.test.init : getpid();
    *alive = *zombies = 0;
    if (observe_tree(lab.box.proc, root, &list, &n) != 0)
        return;
    for (size_t i = 0; i < n; i++) {
        /* only what was re-parented: direct children of the root, and what they started */
        if (list[i].pid == root || (list[i].ppid == root && is_ours(list[i].pid)))
            continue;
        if (root == getpid() && list[i].ppid != root)
            continue; /* mode none: descendants of running programs are below us too */
        if (list[i].state == 'Z' || list[i].state == 'X')
            (*zombies)++;
        else
            (*alive)++;
    }
    free(list);
}

static void check_processes(void)
{
    size_t alive, zombies;
    for (size_t i = 0; i < n_allowed; i++)
        if (allowed[i].kind == LAB_LEFT_PROCESS)
            return;
    lab_count_orphans(&alive, &zombies);
    if (alive + zombies == 0)
        return;
    struct failure f = {.verdict = VERDICT_LEAK};
    size_t unreaped = 0, runs = 0;
    for (size_t i = 0; i < lab.n_procs; i++) {
        unreaped += lab.procs[i]->zombies_at_end;
        runs += lab.procs[i]->side == LAB_STUDENT && !lab.procs[i]->trusted;
    }
    /* A zombie handed over at the moment its parent ended was never waited for; a process that was
     * still alive then has outlived its parent, whether or not it has ended since. */
    if (alive == 0 && unreaped > 0) {
        f.diagnosis = "zombie";
        lab_say(f.symptom, MSG_HARNESS_ZOMBIES, zombies);
        lab_say(f.hint, MSG_HARNESS_HINT_ZOMBIE);
    } else {
        f.diagnosis = "orphan";
        lab_say(f.symptom, MSG_HARNESS_ORPHANS, alive + zombies);
        lab_say(f.hint, MSG_HARNESS_HINT_ORPHAN);
    }
    if (runs > 1)
        lab_say(f.evidence, MSG_HARNESS_LEFT_TOTAL, runs);
    lab_fail_with(&f);
}

/* --- objects and files
 * ----------------------------------------------------------------------------- */

static const struct {
    const char *diagnosis;
    enum msg_id what, item, hint;
} kinds[] = {
    {"sysv-leak", MSG_HARNESS_LEFT_SYSV, MSG_HARNESS_ITEM_SYSV, MSG_HARNESS_HINT_SYSV},
    {"shm-leak", MSG_HARNESS_LEFT_SHM, MSG_HARNESS_ITEM_SHM, MSG_HARNESS_HINT_SHM},
    {"mqueue-leak", MSG_HARNESS_LEFT_MQUEUE, MSG_HARNESS_ITEM_MQUEUE, MSG_HARNESS_HINT_MQUEUE},
    {"fifo-leak", MSG_HARNESS_LEFT_FIFO, MSG_HARNESS_ITEM_FIFO, MSG_HARNESS_HINT_UNLINK},
    {"socket-leak", MSG_HARNESS_LEFT_SOCKET, MSG_HARNESS_ITEM_SOCKET, MSG_HARNESS_HINT_UNLINK},
    {"file-leak", MSG_HARNESS_LEFT_FILE, MSG_HARNESS_ITEM_FILE, MSG_HARNESS_HINT_FILE},
};
enum { ITEMS_SHOWN = 8 };

static size_t kind_of(const char *diagnosis)
{
    size_t i = 0;
    while (strcmp(kinds[i].diagnosis, diagnosis) != 0)
        i++;
    return i;
}

static void check_objects(void)
{
    struct left_list now = {0};
    struct failure f = {.verdict = VERDICT_LEAK};
    size_t shown = 0, more = 0;
    scan(&now);
    for (size_t i = 0; i < now.n; i++) {
        const struct left *x = &now.items[i];
        if (was_before(x) || is_allowed(x) || is_foreign(x))
            continue;
        if (!f.diagnosis)
            f.diagnosis = x->diagnosis;
        if (shown++ < ITEMS_SHOWN)
            lab_say_more(f.evidence, kinds[kind_of(x->diagnosis)].item, x->name);
        else
            more++;
    }
    if (!f.diagnosis)
        return;
    if (more)
        lab_say_more(f.evidence, MSG_HARNESS_ITEM_MORE, more);
    lab_say(f.symptom, kinds[kind_of(f.diagnosis)].what);
    lab_say(f.hint, kinds[kind_of(f.diagnosis)].hint);
    lab_fail_with(&f);
}

void lab_check_left(void)
{
    check_processes();
    check_objects();
}

void lab_expect_clean(void)
{
    lab_check_left();
}

/* --- mode none -----------------------------------------------------------------------------------
 */

static void remove_sysv(const struct left *x)
{
    const char *id = strstr(x->name, " id ");
    int number = id ? (int)strtol(id + 4, NULL, 10) : -1;
    if (number < 0)
        return;
    if (x->kind == LAB_LEFT_SYSV_MSG)
        msgctl(number, IPC_RMID, NULL);
    else if (x->kind == LAB_LEFT_SYSV_SEM)
        semctl(number, 0, IPC_RMID);
    else
        shmctl(number, IPC_RMID, NULL);
}

void lab_remove_left(void)
{
    struct left_list now = {0};
    if (lab.box.mode != SANDBOX_NONE)
        return; /* the namespaces take everything with them */
    scan_ipc(&now);
    for (size_t i = 0; i < now.n; i++) {
        const struct left *x = &now.items[i];
        if (was_before(x) || is_foreign(x))
            continue;
        AUTO_FREE char *path =
            fs_join(x->kind == LAB_LEFT_MQUEUE ? "/dev/mqueue" : "/dev/shm", x->name);
        if (x->kind == LAB_LEFT_SHM || x->kind == LAB_LEFT_MQUEUE)
            unlink(path);
        else
            remove_sysv(x);
    }
}
