#include "grade/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/text.h"
#include "grade/build.h"

enum { SOURCE_MAX = 1 << 20, GIVEN_MAX = 8 << 20 };

int folder_make(struct folder *f, struct err *e)
{
    *f = (struct folder){.scratch.lock = -1};
    if (scratch_make(&f->scratch, "run", true, e) != 0)
        return -1;
    f->path = f->scratch.path;
    f->src = fs_join(f->path, "src");
    f->out = fs_join(f->path, "out");
    f->work = fs_join(f->path, "work");
    f->log = fs_join(f->path, "log");
    if (mkdir(f->src, 0755) == 0 && mkdir(f->out, 0755) == 0 && mkdir(f->work, 0755) == 0)
        return 0;
    err_sys(e, MSG_BASE_CANNOT_CREATE, f->path);
    folder_remove(f);
    return -1;
}

static const char *replaced(const struct grade_options *o, const char *name)
{
    for (const char *const *p = o->replace; p && p[0]; p += 2)
        if (strcmp(p[0], name) == 0)
            return p[1];
    return NULL;
}

/* Everything that goes to the compiler passes here, so the key is over all of it. */
static void add_to_key(struct folder *f, const char *name, const void *data, size_t len)
{
    struct buf all = BUF_INIT;
    buf_addf(&all, "%s %s %zu\n", f->key, name, len);
    buf_add(&all, data, len);
    fs_hash(all.data, all.len, f->key);
    buf_release(&all);
}

static int write_copy(struct folder *f, const char *name, const struct buf *content, struct err *e)
{
    AUTO_FREE char *path = fs_join(f->src, name);
    add_to_key(f, name, content->data, content->len);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0)
        return err_sys(e, MSG_BASE_CANNOT_WRITE, path);
    int rc = write(fd, content->data, content->len) == (ssize_t)content->len
                 ? 0
                 : err_sys(e, MSG_BASE_CANNOT_WRITE, path);
    close(fd);
    return rc;
}

/* The student's own file. What is wrong with it is the student's affair: 1. */
static int copy_source(struct folder *f, const struct grade_options *o, const char *name,
                       struct buf *all, struct err *e)
{
    const char *other = replaced(o, name);
    AUTO_FREE char *path = other ? str_dup(other) : fs_join(o->source_dir, name);
    struct buf content = BUF_INIT;
    int rc = 1;
    if (!other && access(path, F_OK) != 0 && errno == ENOENT) {
        err_msg(e, MSG_GRADE_MISSING_SOURCE, name, o->source_dir, o->exercise->id);
    } else if (fs_read_at(AT_FDCWD, path, SOURCE_MAX, true, &content, e) != 0) {
        /* e says it */
    } else if (content.len == 0) {
        err_msg(e, MSG_GRADE_EMPTY_SOURCE, name);
    } else if (memchr(content.data, '\0', content.len)) {
        err_msg(e, MSG_GRADE_BINARY_SOURCE, name);
    } else {
        buf_addf(all, "%s %zu\n", name, content.len);
        buf_add(all, content.data, content.len);
        rc = write_copy(f, name, &content, e);
    }
    buf_release(&content);
    return rc;
}

/* A file of the course: handed out with the exercise (always the course's copy, whatever the
 * student did to it), or a driver that is compiled in. */
static int copy_trusted(struct folder *f, const char *dir, const char *name, struct err *e)
{
    AUTO_FREE char *path = fs_join(dir, name);
    struct buf content = BUF_INIT;
    int rc = fs_read(path, GIVEN_MAX, &content, e);
    if (rc == 0)
        rc = write_copy(f, name, &content, e);
    buf_release(&content);
    return rc;
}

/* Headers first: they use __asm__ themselves. What is poisoned cannot be spelled any more, by no
 * macro and after no #undef. */
static const char guard[] =
    "#ifndef _GNU_SOURCE\n#define _GNU_SOURCE\n#endif\n"
    "#include <assert.h>\n#include <ctype.h>\n#include <errno.h>\n#include <fcntl.h>\n"
    "#include <inttypes.h>\n#include <limits.h>\n#include <math.h>\n#include <pthread.h>\n"
    "#include <sched.h>\n#include <semaphore.h>\n#include <signal.h>\n#include <stdalign.h>\n"
    "#include <stdarg.h>\n#include <stdatomic.h>\n#include <stdbool.h>\n#include <stddef.h>\n"
    "#include <stdint.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n"
    "#include <sys/ipc.h>\n#include <sys/mman.h>\n#include <sys/msg.h>\n#include <sys/sem.h>\n"
    "#include <sys/shm.h>\n#include <sys/socket.h>\n#include <sys/stat.h>\n"
    "#include <sys/syscall.h>\n#include <sys/types.h>\n#include <sys/uio.h>\n"
    "#include <sys/wait.h>\n#include <time.h>\n#include <unistd.h>\n"
    "#pragma GCC poison no_sanitize __no_sanitize__ no_sanitize_thread __no_sanitize_thread__\n"
    "#pragma GCC poison no_sanitize_address disable_sanitizer_instrumentation\n"
    "#pragma GCC poison __tsan_default_options __tsan_default_suppressions __tsan_on_report\n"
    "#pragma GCC poison __sanitizer_set_report_path __sanitizer_set_report_fd\n"
    "#pragma GCC poison AnnotateIgnoreReadsBegin AnnotateIgnoreWritesBegin\n"
    "#pragma GCC poison asm __asm __asm__ syscall\n";

int folder_fill(struct folder *f, const struct grade_options *o, char hash[17], struct err *e)
{
    size_t n;
    const char **names = exercise_sources(o->exercise, &n);
    struct buf all = BUF_INIT;
    int rc = 0;
    add_to_key(f, o->exercise->id, &o->asan, sizeof o->asan);
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = copy_source(f, o, names[i], &all, e);
    for (size_t i = 0; i < o->exercise->n_given && rc == 0; i++)
        rc = copy_trusted(f, o->exercise->lab_dir, o->exercise->given[i], e);
    for (size_t i = 0; i < o->exercise->n_programs && rc == 0; i++)
        for (size_t k = 0; k < o->exercise->programs[i].n_drivers && rc == 0; k++)
            rc = copy_trusted(f, o->exercise->tests_dir, o->exercise->programs[i].drivers[k], e);
    static const char *const preloaded[] = {"lab-shim.so", "lab-crash.so", "lab-calls.so"};
    for (size_t i = 0; i < sizeof preloaded / sizeof preloaded[0] && rc == 0; i++) {
        AUTO_FREE char *path = fs_join(o->course->layout.build, preloaded[i]);
        if (fs_exists(path))
            rc = copy_trusted(f, o->course->layout.build, preloaded[i], e);
    }
    const struct buf guard_text = {.data = (char *)guard, .len = sizeof guard - 1};
    if (rc == 0)
        rc = write_copy(f, GUARD_NAME, &guard_text, e);
    fs_hash(buf_text(&all), all.len, hash);
    free(names);
    buf_release(&all);
    return rc;
}

int folder_give(struct folder *f, struct err *e)
{
    uid_t uid = 0;
    gid_t gid = 0;
    if (geteuid() != 0)
        return 0;
    if (sandbox_unprivileged(&uid, &gid, e) != 0)
        return -1;
    /* src stays ours and read-only for the other user; it only needs a way in */
    if (chmod(f->path, 0711) != 0 || chown(f->out, uid, gid) != 0 || chown(f->work, uid, gid) != 0)
        return err_sys(e, MSG_BASE_CANNOT_WRITE, f->path);
    return 0;
}

void folder_remove(struct folder *f)
{
    scratch_remove(&f->scratch);
    free(f->src);
    free(f->out);
    free(f->work);
    free(f->log);
    f->path = f->src = f->out = f->work = f->log = NULL;
}
