#include "base/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

unsigned long long clock_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (unsigned long long)t.tv_sec * 1000000000ull + (unsigned long long)t.tv_nsec;
}

double clock_ms(void)
{
    return (double)clock_ns() / 1e6;
}

bool fs_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

bool fs_is_dir(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

char *fs_join(const char *a, const char *b)
{
    return str_format("%s/%s", a, b);
}

void fs_hash(const void *data, size_t len, char out[17])
{
    const unsigned char *p = data;
    uint64_t h = 0xcbf29ce484222325ull;
    for (size_t i = 0; i < len; i++)
        h = (h ^ p[i]) * 0x100000001b3ull;
    snprintf(out, 17, "%016llx", (unsigned long long)h);
}

/* Read an open descriptor to its end; one byte more than `max` is an error. */
static int read_all(int fd, const char *path, size_t max, struct buf *out, struct err *e)
{
    char chunk[8192];
    size_t total = 0;
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_sys(e, MSG_BASE_CANNOT_READ, path);
        if (n == 0)
            break;
        total += (size_t)n;
        if (total > max)
            return err_msg(e, MSG_BASE_TOO_LARGE, path, max);
        buf_add(out, chunk, (size_t)n);
    }
    buf_add(out, "", 0); /* so that data is never NULL */
    return 0;
}

int fs_read_at(int dir, const char *path, size_t max, bool nofollow, struct buf *out, struct err *e)
{
    struct stat st;
    /* O_NONBLOCK: a FIFO must not make us wait before fstat() tells what it is */
    int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (nofollow ? O_NOFOLLOW : 0));
    if (fd < 0 && errno == ELOOP && nofollow)
        return err_msg(e, MSG_BASE_IS_SYMLINK, path);
    if (fd < 0)
        return err_sys(e, MSG_BASE_CANNOT_OPEN, path);
    int result = -1;
    if (fstat(fd, &st) != 0)
        err_sys(e, MSG_BASE_CANNOT_OPEN, path);
    else if (!S_ISREG(st.st_mode))
        err_msg(e, S_ISDIR(st.st_mode) ? MSG_BASE_IS_DIRECTORY : MSG_BASE_NOT_REGULAR, path);
    else if (st.st_size > 0 && (unsigned long long)st.st_size > max)
        err_msg(e, MSG_BASE_TOO_LARGE, path, max);
    else
        result = read_all(fd, path, max, out, e);
    close(fd);
    return result;
}

int fs_read(const char *path, size_t max, struct buf *out, struct err *e)
{
    return fs_read_at(AT_FDCWD, path, max, false, out, e);
}

static int write_all(int fd, const char *data, size_t len)
{
    while (len) {
        ssize_t n = write(fd, data, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        data += n;
        len -= (size_t)n;
    }
    return 0;
}

/* Make the rename durable: fsync the folder it happened in. */
static void sync_folder(const char *path)
{
    char *folder = str_dup(path);
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = '\0';
    int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(folder);
}

int fs_write(const char *path, const void *data, size_t len, struct err *e)
{
    AUTO_FREE char *temporary = str_format("%s.tmp-XXXXXX", path);
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return err_sys(e, MSG_BASE_CANNOT_WRITE, path);
    mode_t mask = umask(0);
    umask(mask);
    bool ok = fchmod(fd, 0644 & ~mask) == 0 && write_all(fd, data, len) == 0 && fsync(fd) == 0;
    int saved = errno;
    ok = close(fd) == 0 && ok;
    if (ok && rename(temporary, path) == 0) {
        sync_folder(path);
        return 0;
    }
    if (ok)
        saved = errno;
    unlink(temporary);
    errno = saved;
    return err_sys(e, MSG_BASE_CANNOT_WRITE, path);
}

int fs_mkdirs(const char *path, mode_t mode, struct err *e)
{
    AUTO_FREE char *copy = str_dup(path);
    for (char *p = copy; *p; p++) {
        if (*p != '/' || p == copy)
            continue;
        *p = '\0';
        if (mkdir(copy, mode) != 0 && errno != EEXIST)
            return err_sys(e, MSG_BASE_CANNOT_CREATE, copy);
        *p = '/';
    }
    if (mkdir(copy, mode) != 0 && (errno != EEXIST || !fs_is_dir(path)))
        return err_sys(e, MSG_BASE_CANNOT_CREATE, path);
    return 0;
}

/* Open a folder to empty it; never through a symlink. Its owner may have locked even himself out
 * (mode 0): it is unlocked through /proc, since fchmod() refuses an O_PATH descriptor. -1 when it
 * is no folder or not ours. */
static int open_to_empty(int dir, const char *name)
{
    int at = openat(dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (at < 0)
        return -1;
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", at);
    (void)!chmod(path, 0700); /* not ours, or no /proc: the next calls will tell */
    int fd = openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    close(at);
    return fd;
}

/* Remove everything in the folder `fd` (consumed). Returns 0, or -1 with errno of the first
 * failure. */
static int remove_contents(int fd, int depth)
{
    DIR *dir = fdopendir(fd);
    int first = 0;
    if (!dir) {
        close(fd);
        return -1;
    }
    for (struct dirent *d; (d = readdir(dir));) {
        if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
            continue;
        if (unlinkat(dirfd(dir), d->d_name, 0) == 0 || errno == ENOENT)
            continue;
        int sub = depth > 0 ? open_to_empty(dirfd(dir), d->d_name) : -1;
        if (sub >= 0)
            remove_contents(sub, depth - 1);
        if (unlinkat(dirfd(dir), d->d_name, AT_REMOVEDIR) != 0 && !first)
            first = errno;
    }
    closedir(dir);
    errno = first;
    return first ? -1 : 0;
}

int fs_remove_tree(const char *path, struct err *e)
{
    int fd = open_to_empty(AT_FDCWD, path);
    if (fd < 0 && errno == ENOENT)
        return 0;
    if (fd < 0)
        return unlink(path) == 0 ? 0 : err_sys(e, MSG_BASE_CANNOT_REMOVE, path);
    if (remove_contents(fd, 200) != 0 || rmdir(path) != 0)
        return err_sys(e, MSG_BASE_CANNOT_REMOVE, path);
    return 0;
}

int fs_copy(const char *from, const char *to, size_t max, mode_t mode, struct err *e)
{
    struct buf content = BUF_INIT;
    int result = fs_read_at(AT_FDCWD, from, max, true, &content, e);
    if (result == 0) {
        int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
        if (fd < 0 || write_all(fd, content.data, content.len) != 0 || fchmod(fd, mode) != 0)
            result = err_sys(e, MSG_BASE_CANNOT_WRITE, to);
        if (fd >= 0 && close(fd) != 0 && result == 0)
            result = err_sys(e, MSG_BASE_CANNOT_WRITE, to);
    }
    buf_release(&content);
    return result;
}
