#include "grade/unpack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/decode.h"
#include "base/fs.h"
#include "grade/unpack_child.h"

enum { PATIENCE_MS = 120000 }; /* the last resort: the child's CPU limit comes long before */

static const enum msg_id reasons[REASON_COUNT] = {
    [REASON_ABSOLUTE] = MSG_GRADE_REFUSED_ABSOLUTE,
    [REASON_DOTS] = MSG_GRADE_REFUSED_DOTS,
    [REASON_LINK] = MSG_GRADE_REFUSED_LINK,
    [REASON_SPECIAL] = MSG_GRADE_REFUSED_SPECIAL,
    [REASON_LARGE] = MSG_GRADE_REFUSED_LARGE,
    [REASON_DEEP] = MSG_GRADE_REFUSED_DEEP,
    [REASON_NESTED] = MSG_GRADE_REFUSED_NESTED,
    [REASON_TWICE] = MSG_GRADE_REFUSED_TWICE,
    [REASON_NO_NAME] = MSG_GRADE_REFUSED_NO_NAME,
    [REASON_ENCRYPTED] = MSG_GRADE_REFUSED_ENCRYPTED,
    [REASON_MANY] = MSG_GRADE_REFUSED_MANY,
    [REASON_BOMB] = MSG_GRADE_REFUSED_BOMB,
    [REASON_DAMAGED] = MSG_GRADE_REFUSED_DAMAGED,
    [REASON_MEMORY] = MSG_GRADE_REFUSED_MEMORY,
    [REASON_UNCONFINED] = MSG_GRADE_REFUSED_UNCONFINED,
};

/* --- what was found ---------------------------------------------------------------------- */

void unpacked_release(struct unpacked *u)
{
    for (size_t i = 0; i < u->n_files; i++) {
        free(u->files[i].path);
        buf_release(&u->files[i].content);
    }
    for (size_t i = 0; i < u->n_refusals; i++) {
        free(u->refusals[i].what);
        text2_release(&u->refusals[i].why);
    }
    for (size_t i = 0; i < u->n_archives; i++)
        free(u->archives[i]);
    free(u->files);
    free(u->refusals);
    free(u->archives);
    *u = (struct unpacked){.files = NULL};
}

static void add_refusal(struct unpacked *u, const char *what, const struct text2 *why)
{
    u->refusals = mem_grow(u->refusals, u->n_refusals + 1, sizeof *u->refusals);
    u->refusals[u->n_refusals++] = (struct unpack_refusal){.what = str_dup(what), .why = *why};
}

void unpack_refuse(struct unpacked *u, const char *what, enum msg_id why, ...)
{
    struct text2 text;
    for (size_t lang = 0; lang < LANG_COUNT; lang++) {
        va_list ap;
        va_start(ap, why);
        text.text[lang] = msg_vformat((enum lang)lang, why, ap);
        va_end(ap);
    }
    if (u->n_refusals < UNPACK_REFUSALS_MAX) {
        add_refusal(u, what, &text);
        return;
    }
    text2_release(&text);
    if (u->n_refusals > UNPACK_REFUSALS_MAX)
        return;
    for (size_t lang = 0; lang < LANG_COUNT; lang++)
        text.text[lang] = msg_format((enum lang)lang, MSG_GRADE_REFUSED_MORE);
    add_refusal(u, NULL, &text);
}

static bool has_file(const struct unpacked *u, const char *path)
{
    for (size_t i = 0; i < u->n_files; i++)
        if (strcmp(u->files[i].path, path) == 0)
            return true;
    return false;
}

static void add_file(struct unpacked *u, const char *path, struct buf *content, long long modified)
{
    if (has_file(u, path)) {
        unpack_refuse(u, path, reasons[REASON_TWICE]);
        buf_release(content);
        return;
    }
    u->files = mem_grow(u->files, u->n_files + 1, sizeof *u->files);
    u->files[u->n_files++] =
        (struct unpack_file){.path = str_dup(path), .content = *content, .modified = modified};
    *content = (struct buf)BUF_INIT;
}

bool unpack_is_archive(const char *name)
{
    static const char *const endings[] = {".zip", ".tar", ".tar.gz",  ".tgz", ".tar.xz",
                                          ".txz", ".7z",  ".tar.bz2", ".tbz2"};
    size_t len = strlen(name);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t n = strlen(endings[i]);
        if (len > n && strcasecmp(name + len - n, endings[i]) == 0)
            return true;
    }
    return false;
}

/* --- archives: reading what the child sends ---------------------------------------------- */

/* 1, or 0 at the end or when the child takes too long. */
static int receive(int fd, void *data, size_t len, double deadline)
{
    for (char *p = data; len;) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        int left = (int)(deadline - clock_ms());
        if (left <= 0)
            return 0;
        if (poll(&ready, 1, left) <= 0)
            continue;
        ssize_t n = read(fd, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return 0;
        p += n;
        len -= (size_t)n;
    }
    return 1;
}

static void on_refusal(struct unpacked *u, uint32_t reason, const char *path, const char *text)
{
    if (reason >= REASON_COUNT)
        reason = REASON_DAMAGED;
    unpack_refuse(u, *path ? path : NULL, reasons[reason], text);
}

/* One message; false when there are no more. The child may have been taken over by what it read:
 * nothing it says is trusted further than a path and some bytes. */
static bool take_message(struct unpacked *u, int fd, double deadline, bool *ended)
{
    struct message_head h;
    if (!receive(fd, &h, sizeof h, deadline) || h.path_len > 4096 ||
        h.data_len > UNPACK_FILE_MAX + 65536 || u->n_files > UNPACK_ENTRIES_MAX)
        return false;
    AUTO_FREE char *raw = mem_alloc(h.path_len + 1);
    struct buf data = BUF_INIT;
    AUTO_FREE char *bytes = mem_alloc(h.data_len + 1);
    if (!receive(fd, raw, h.path_len, deadline) || !receive(fd, bytes, h.data_len, deadline))
        return false;
    AUTO_FREE char *path = text_decode(raw, h.path_len);
    switch (h.kind) {
    case MESSAGE_FILE:
        buf_add(&data, bytes, h.data_len);
        add_file(u, path, &data, 0);
        return true;
    case MESSAGE_REFUSAL:
        on_refusal(u, h.reason, path, bytes);
        return true;
    case MESSAGE_OTHERS:
        u->others = h.reason;
        return true;
    }
    *ended = h.kind == MESSAGE_END;
    return false;
}

static void read_messages(struct unpacked *u, int fd, pid_t pid)
{
    double deadline = clock_ms() + PATIENCE_MS;
    bool ended = false;
    int status = 0;
    while (take_message(u, fd, deadline, &ended))
        ;
    if (!ended) {
        int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
        if (pidfd >= 0) {
            syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
            close(pidfd);
        }
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (!ended && WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        unpack_refuse(u, NULL, reasons[REASON_BOMB]);
    else if (!ended)
        unpack_refuse(u, NULL, MSG_GRADE_REFUSED_CRASH,
                      WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

/* Regular files only, beneath `dir`, never through a link. */
static int open_beneath(int dir, const char *path, int flags)
{
    struct {
        uint64_t flags, mode, resolve;
    } how = {.flags = (uint64_t)(flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK),
             .resolve = 0x08 /* RESOLVE_BENEATH */ | 0x04 /* RESOLVE_NO_SYMLINKS */};
    return (int)syscall(SYS_openat2, dir, path, &how, sizeof how);
}

int unpack_archive(struct unpacked *u, int dir, const char *path, const struct unpack_wanted *w,
                   struct err *e)
{
    int ends[2];
    struct stat st;
    *u = (struct unpacked){.files = NULL};
    int in = open_beneath(dir, path, O_RDONLY);
    if (in < 0 || fstat(in, &st) != 0 || !S_ISREG(st.st_mode)) {
        unpack_refuse(u, NULL, in < 0 ? MSG_GRADE_REFUSED_UNREADABLE : MSG_GRADE_REFUSED_SPECIAL,
                      in < 0 ? strerror(errno) : "");
        if (in >= 0)
            close(in);
        return 0;
    }
    if (pipe2(ends, O_CLOEXEC) != 0) {
        close(in);
        return err_sys(e, MSG_SANDBOX_CANNOT_FORK);
    }
    pid_t pid = fork();
    if (pid == 0)
        unpack_child(in, ends[1], w);
    close(in);
    close(ends[1]);
    if (pid < 0) {
        err_sys(e, MSG_SANDBOX_CANNOT_FORK);
        close(ends[0]);
        return -1;
    }
    read_messages(u, ends[0], pid);
    close(ends[0]);
    return 0;
}

/* --- folders ------------------------------------------------------------------------------ */

struct walk {
    struct unpacked *u;
    int root;
    const struct unpack_wanted *wanted;
    size_t entries;
    long long total;
};

int unpack_single(struct unpacked *u, int dir, const char *path, const char *as, struct err *e)
{
    struct buf content = BUF_INIT;
    struct stat st;
    struct err why = {0};
    int fd = open_beneath(dir, path, O_RDONLY);
    (void)e;
    AUTO_FREE char *name = text_decode(as, strlen(as));
    if (fd < 0) {
        unpack_refuse(u, name,
                      errno == ELOOP ? MSG_GRADE_REFUSED_LINK : MSG_GRADE_REFUSED_UNREADABLE,
                      strerror(errno));
        return 0;
    }
    AUTO_FREE char *again = str_format("/proc/self/fd/%d", fd);
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        unpack_refuse(u, name, MSG_GRADE_REFUSED_SPECIAL);
    else if (st.st_size > UNPACK_FILE_MAX)
        unpack_refuse(u, name, MSG_GRADE_REFUSED_LARGE);
    else if (fs_read(again, UNPACK_FILE_MAX, &content, &why) != 0)
        unpack_refuse(u, name, MSG_GRADE_REFUSED_UNREADABLE, why.text);
    else
        add_file(u, name, &content, st.st_mtime);
    buf_release(&content);
    close(fd);
    return 0;
}

static bool is_wanted(const struct walk *w, const char *name)
{
    for (size_t i = 0; i < w->wanted->count; i++)
        if (strcmp(w->wanted->names[i], name) == 0)
            return true;
    return false;
}

static void walk_folder(struct walk *w, const char *path, int depth);

static void walk_entry(struct walk *w, int dir, const char *prefix, const char *name, int depth)
{
    struct stat st;
    AUTO_FREE char *path = *prefix ? str_format("%s/%s", prefix, name) : str_dup(name);
    AUTO_FREE char *shown = text_decode(path, strlen(path));
    struct err e = {0};
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return;
    if (S_ISDIR(st.st_mode) && depth >= UNPACK_DEPTH_MAX)
        unpack_refuse(w->u, shown, MSG_GRADE_REFUSED_DEEP);
    else if (S_ISDIR(st.st_mode))
        walk_folder(w, path, depth + 1);
    else if (S_ISLNK(st.st_mode))
        unpack_refuse(w->u, shown, MSG_GRADE_REFUSED_LINK);
    else if (!S_ISREG(st.st_mode))
        unpack_refuse(w->u, shown, MSG_GRADE_REFUSED_SPECIAL);
    else if (is_wanted(w, name) && (w->total += st.st_size) <= UNPACK_TOTAL_MAX)
        unpack_single(w->u, w->root, path, path, &e);
    else if (unpack_is_archive(name)) {
        w->u->archives = mem_grow(w->u->archives, w->u->n_archives + 1, sizeof(char *));
        w->u->archives[w->u->n_archives++] = str_dup(path);
    } else {
        w->u->others++;
    }
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int visible(const struct dirent *d)
{
    return d->d_name[0] != '.' && strcmp(d->d_name, "__MACOSX") != 0;
}

static void walk_folder(struct walk *w, const char *path, int depth)
{
    struct dirent **list = NULL;
    int fd = open_beneath(w->root, *path ? path : ".", O_RDONLY | O_DIRECTORY);
    int n = fd < 0 ? -1 : scandirat(fd, ".", &list, visible, by_name);
    if (n < 0) {
        unpack_refuse(w->u, *path ? path : NULL, MSG_GRADE_REFUSED_UNREADABLE, strerror(errno));
        if (fd >= 0)
            close(fd);
        return;
    }
    for (int i = 0; i < n; i++) {
        if (++w->entries == UNPACK_ENTRIES_MAX + 1)
            unpack_refuse(w->u, NULL, MSG_GRADE_REFUSED_MANY);
        if (w->entries <= UNPACK_ENTRIES_MAX)
            walk_entry(w, fd, path, list[i]->d_name, depth);
        free(list[i]);
    }
    free(list);
    close(fd);
}

int unpack_folder(struct unpacked *u, int dir, const char *path, const struct unpack_wanted *w,
                  struct err *e)
{
    *u = (struct unpacked){.files = NULL};
    (void)e;
    int root = open_beneath(dir, path, O_RDONLY | O_DIRECTORY);
    if (root < 0) {
        unpack_refuse(u, NULL,
                      errno == ELOOP ? MSG_GRADE_REFUSED_LINK : MSG_GRADE_REFUSED_UNREADABLE,
                      strerror(errno));
        return 0;
    }
    struct walk walk = {.u = u, .root = root, .wanted = w};
    walk_folder(&walk, "", 0);
    close(root);
    return 0;
}
