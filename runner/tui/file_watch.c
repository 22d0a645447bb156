#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "tui/file_watch.h"

enum { LOOK_EVERY_MS = 1000 };

/* File systems whose changes may be made by another kernel (linux/magic.h and the drivers). */
static const unsigned long remote[] = {
    0x01021997, /* 9p: WSL, QEMU */
    0x6969,     /* NFS */
    0xff534d42, /* CIFS */
    0xfe534d42, /* SMB2 */
    0x65735546, /* FUSE: sshfs, virtiofs */
    0x786f4256, /* VirtualBox shared folders */
};

static bool is_remote(const char *dir)
{
    struct statfs s;

    if (statfs(dir, &s) < 0)
        return false;
    for (size_t i = 0; i < sizeof remote / sizeof *remote; i++)
        if ((unsigned long)s.f_type == remote[i])
            return true;
    return false;
}

void file_watch_init(struct file_watch *w)
{
    *w = (struct file_watch){.wd = -1};
    w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
}

static void forget(struct file_watch *w)
{
    if (w->wd >= 0)
        inotify_rm_watch(w->fd, w->wd);
    w->wd = -1;
    for (size_t i = 0; i < w->n_names; i++)
        free(w->names[i]);
    free(w->names);
    free(w->stamps);
    free(w->dir);
    w->names = NULL;
    w->stamps = NULL;
    w->dir = NULL;
    w->n_names = 0;
    w->look_at = 0;
}

void file_watch_release(struct file_watch *w)
{
    forget(w);
    if (w->fd >= 0)
        close(w->fd);
    w->fd = -1;
}

static struct stamp stamp_of(const struct file_watch *w, size_t i)
{
    AUTO_FREE char *path = fs_join(w->dir, w->names[i]);
    struct stat s;

    if (stat(path, &s) < 0)
        return (struct stamp){0};
    return (struct stamp){.changed = s.st_mtim, .size = s.st_size, .inode = s.st_ino};
}

static void look_later(struct file_watch *w)
{
    w->look_at = clock_ns() + LOOK_EVERY_MS * 1000000ULL;
}

void file_watch_set(struct file_watch *w, const char *dir, const char *const *names, size_t n_names)
{
    forget(w);
    if (n_names == 0)
        return;
    w->dir = str_dup(dir);
    w->names = mem_alloc(n_names * sizeof *w->names);
    w->stamps = mem_alloc(n_names * sizeof *w->stamps);
    w->n_names = n_names;
    for (size_t i = 0; i < n_names; i++) {
        w->names[i] = str_dup(names[i]);
        w->stamps[i] = stamp_of(w, i);
    }
    w->limited = w->fd < 0;
    if (w->fd >= 0 && !is_remote(dir)) {
        w->wd = inotify_add_watch(w->fd, dir,
                                  IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF);
        w->limited = w->wd < 0 && (errno == ENOSPC || errno == ENOMEM);
    }
    if (w->wd < 0)
        look_later(w);
}

static bool is_ours(const struct file_watch *w, const char *name)
{
    for (size_t i = 0; i < w->n_names; i++)
        if (str_equal(w->names[i], name))
            return true;
    return false;
}

/* The folder itself was removed or moved away: from now on look by time, it may come back. */
static void lost_folder(struct file_watch *w)
{
    inotify_rm_watch(w->fd, w->wd);
    w->wd = -1;
    look_later(w);
}

static bool take_inotify(struct file_watch *w)
{
    char buffer[8192] __attribute__((aligned(__alignof__(struct inotify_event))));
    bool saved = false;
    ssize_t got;

    while ((got = read(w->fd, buffer, sizeof buffer)) > 0) {
        const struct inotify_event *event;

        for (const char *at = buffer; at < buffer + got; at += sizeof *event + event->len) {
            event = (const struct inotify_event *)(const void *)at;
            if (event->mask & IN_Q_OVERFLOW)
                saved = w->n_names > 0;
            else if (event->wd != w->wd || w->wd < 0)
                continue; /* of a folder that is no longer watched */
            else if (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED))
                lost_folder(w);
            else if (event->len > 0 && is_ours(w, event->name))
                saved = true;
        }
    }
    return saved;
}

static bool differs(const struct stamp *a, const struct stamp *b)
{
    return a->changed.tv_sec != b->changed.tv_sec || a->changed.tv_nsec != b->changed.tv_nsec ||
           a->size != b->size || a->inode != b->inode;
}

static bool take_stamps(struct file_watch *w)
{
    bool saved = false;

    if (w->look_at == 0 || clock_ns() < w->look_at)
        return false;
    for (size_t i = 0; i < w->n_names; i++) {
        struct stamp s = stamp_of(w, i);

        saved = saved || (differs(&s, &w->stamps[i]) && s.inode != 0);
        w->stamps[i] = s;
    }
    look_later(w);
    return saved;
}

bool file_watch_take(struct file_watch *w)
{
    bool saved = w->fd >= 0 && take_inotify(w);

    return take_stamps(w) || saved;
}
