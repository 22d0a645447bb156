/* Taking files out of what a student handed in: a folder or an archive.
 *
 * Theory of operation. Only files whose base name the course knows are wanted; their contents stay
 * in memory and nothing is written anywhere by unpacking. Archives are read by libarchive in a
 * child process that can do nothing but compute (sandbox/confine.h) and sends what it finds through
 * a pipe; a bomb, a crash or an exploit ends that child. Folders are walked with openat2(), beneath
 * the folder and never through a link. What is not taken is a refusal: a line in the report. */
#ifndef GRADE_UNPACK_H
#define GRADE_UNPACK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "course/verdict.h"

struct unpack_file {
    char *path; /* owned: inside the package, UTF-8, "/" between parts, no "..", not absolute */
    struct buf content;
    long long modified; /* of a file of a folder, seconds since 1970; 0 in an archive */
};
struct unpack_refusal {
    char *what; /* owned: path inside the package, NULL: the package itself */
    struct text2 why;
};
struct unpacked {
    struct unpack_file *files; /* owned */
    size_t n_files;
    struct unpack_refusal *refusals; /* owned */
    size_t n_refusals;
    char **archives; /* owned: archives found in a folder, paths inside it */
    size_t n_archives;
    size_t others; /* files that were not wanted */
};
struct unpack_wanted { /* base names */
    const char *const *names;
    size_t count;
};

enum {
    UNPACK_FILE_MAX = 1 << 20,   /* of one wanted file */
    UNPACK_TOTAL_MAX = 64 << 20, /* of everything, unpacked */
    UNPACK_ENTRIES_MAX = 5000,
    UNPACK_DEPTH_MAX = 16,
    UNPACK_RATIO_MAX = 200,   /* unpacked to packed, beyond 4 MiB */
    UNPACK_REFUSALS_MAX = 20, /* lines per package; the last says how many more */
    UNPACK_CPU_SECONDS = 10,
};

/* Does the name end like an archive that can be read (.zip .tar .tar.gz .tgz .tar.xz .txz .tar.bz2
 * .7z)? */
bool unpack_is_archive(const char *name);
/* Read an archive or walk a folder; `dir` is an open folder, `path` relative to it. What is wrong
 * with the submission is a refusal; -1 is a fault of ours. Release in either case. */
int unpack_archive(struct unpacked *u, int dir, const char *path, const struct unpack_wanted *w,
                   struct err *e);
int unpack_folder(struct unpacked *u, int dir, const char *path, const struct unpack_wanted *w,
                  struct err *e);
/* One file of a folder, as unpack_folder() would take it. */
int unpack_single(struct unpacked *u, int dir, const char *path, const char *as, struct err *e);
void unpacked_release(struct unpacked *u);

/* Note something that was not taken; `what` may be NULL. Arguments as in the message. */
void unpack_refuse(struct unpacked *u, const char *what, enum msg_id why, ...);

#endif
