#include "base/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fs.h"

static const char prefix[] = "ipclab-tmp-";

/* Lock the folder and make sure that the name still leads to it: whoever gets the lock first, the
 * maker or a sweep, has the folder. The descriptor, or -1: not a folder of ours, or not free. */
static int claim(const char *path)
{
    struct stat held, named;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -1;
    if (fstat(fd, &held) == 0 && held.st_uid == geteuid() && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
        lstat(path, &named) == 0 && held.st_ino == named.st_ino && held.st_dev == named.st_dev)
        return fd;
    close(fd);
    return -1;
}

void scratch_sweep(const char *place)
{
    DIR *dir = opendir(place);
    for (struct dirent *d; dir && (d = readdir(dir));) {
        if (strncmp(d->d_name, prefix, sizeof prefix - 1) != 0)
            continue;
        AUTO_FREE char *path = fs_join(place, d->d_name);
        int fd = claim(path);
        if (fd < 0)
            continue;
        fs_remove_tree(path, NULL);
        close(fd);
    }
    if (dir)
        closedir(dir);
}

/* Programs of root run as another user, who needs a way to the place: /tmp/user/0 has none. */
static bool open_to_others(const char *place)
{
    AUTO_FREE char *path = realpath(place, NULL);
    struct stat st;
    while (path && *path) {
        if (stat(path, &st) != 0 || !(st.st_mode & S_IXOTH))
            return false;
        *strrchr(path, '/') = '\0';
    }
    return path != NULL;
}

static bool usable(const char *place, bool executable)
{
    struct statvfs v;
    if (!place || place[0] != '/' || access(place, W_OK | X_OK) != 0 || statvfs(place, &v) != 0)
        return false;
    return !executable || (!(v.f_flag & ST_NOEXEC) && (geteuid() != 0 || open_to_others(place)));
}

static int make_in(struct scratch *s, const char *place, const char *kind, struct err *e)
{
    enum { TRIES = 100 }; /* a sweep can take the folder between its making and its locking */
    for (int i = 0; i < TRIES; i++) {
        s->path = str_format("%s/%s%s-XXXXXX", place, prefix, kind);
        if (!mkdtemp(s->path))
            break;
        s->lock = claim(s->path);
        if (s->lock >= 0)
            return 0;
        rmdir(s->path);
        free(s->path);
        s->path = NULL;
    }
    err_sys(e, MSG_BASE_CANNOT_CREATE, s->path ? s->path : place);
    free(s->path);
    s->path = NULL;
    return -1;
}

int scratch_make(struct scratch *s, const char *kind, bool executable, struct err *e)
{
    const char *places[] = {getenv("TMPDIR"), "/tmp", "/var/tmp"};
    static bool swept;
    *s = (struct scratch){.lock = -1};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (!usable(places[i], executable))
            continue;
        if (!swept)
            scratch_sweep(places[i]);
        swept = true;
        if (make_in(s, places[i], kind, e) == 0)
            return 0;
    }
    if (e && !e->text[0])
        err_msg(e, MSG_BASE_NO_PLACE);
    return -1;
}

void scratch_remove(struct scratch *s)
{
    if (s->path)
        fs_remove_tree(s->path, NULL);
    if (s->lock >= 0)
        close(s->lock);
    free(s->path);
    *s = (struct scratch){.lock = -1};
}
