/* Files. Every descriptor opened here is close-on-exec. Paths are UTF-8 or arbitrary bytes. */
#ifndef BASE_FS_H
#define BASE_FS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

/* Read a whole regular file of at most `max` bytes into `out` (appended). A directory, a device, a
 * FIFO or a larger file is an error. */
int fs_read(const char *path, size_t max, struct buf *out, struct err *e);
/* The same relative to a directory descriptor; symlinks are not followed when `nofollow`. */
int fs_read_at(int dir, const char *path, size_t max, bool nofollow, struct buf *out,
               struct err *e);

/* Write atomically: a temporary file beside the target, fsync, rename. A full disk leaves the old
 * file whole. Mode is 0644 & ~umask. */
int fs_write(const char *path, const void *data, size_t len, struct err *e);

int fs_mkdirs(const char *path, mode_t mode, struct err *e); /* like mkdir -p */
/* Remove a tree; never follows symlinks, never leaves the file system entry it was given. Missing
 * is fine. Removes what it can and returns -1 with the first failure. */
int fs_remove_tree(const char *path, struct err *e);
/* Copy one regular file (source opened without following a final symlink), at most `max` bytes. */
int fs_copy(const char *from, const char *to, size_t max, mode_t mode, struct err *e);

bool fs_exists(const char *path);
bool fs_is_dir(const char *path);
/* "a" + "/" + "b", malloc'd. */
char *fs_join(const char *a, const char *b);
/* SHA-256-free content hash: 64-bit FNV-1a of the bytes, as 16 hex digits in out[17]. */
void fs_hash(const void *data, size_t len, char out[17]);

/* Monotonic time in nanoseconds and milliseconds. */
unsigned long long clock_ns(void);
double clock_ms(void);

#endif
