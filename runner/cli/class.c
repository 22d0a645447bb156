#include "cli/class.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "cli/cli.h"
#include "course/when.h"

/* --- the lock ------------------------------------------------------------------------------- */

static int refuse_locked(const char *out, int fd)
{
    char holder[256] = "";
    ssize_t n = pread(fd, holder, sizeof holder - 1, 0);
    holder[n > 0 ? n : 0] = '\0';
    holder[strcspn(holder, "\n")] = '\0';
    close(fd);
    cli_failf(EXIT_FAULT, MSG_CLI_CLASS_LOCKED, out, *holder ? holder : "?");
    return -1;
}

static int take_lock(struct class_dir *d)
{
    AUTO_FREE char *path = fs_join(d->out, "lock");
    struct err e = {0};
    char host[128] = "?";
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0) {
        err_sys(&e, MSG_BASE_CANNOT_WRITE, path);
        cli_fail(EXIT_FAULT, &e);
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        return refuse_locked(d->out, fd);
    gethostname(host, sizeof host - 1);
    AUTO_FREE char *since = when_text((long long)time(NULL));
    AUTO_FREE char *text = str_format("pid %d, %s, %s\n", (int)getpid(), host, since);
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, strlen(text), 0) < 0)
        errno = 0; /* a full disk: the lock holds all the same, only its holder has no name */
    d->lock = fd;
    return 0;
}

/* --- walking the files ------------------------------------------------------------------------ */

int class_each_student(const char *out,
                       int (*each)(void *context, const char *folder, struct err *e), void *context,
                       struct err *e)
{
    AUTO_FREE char *path = fs_join(out, "reports");
    struct dirent **list = NULL;
    int n = scandir(path, &list, NULL, alphasort), rc = 0;
    if (n < 0)
        return errno == ENOENT ? 0 : err_sys(e, MSG_BASE_CANNOT_OPEN, path);
    for (int i = 0; i < n; i++) {
        if (list[i]->d_name[0] != '.' && rc == 0)
            rc = each(context, list[i]->d_name, e);
        free(list[i]);
    }
    free(list);
    return rc;
}

struct walk {
    const char *out;
    int (*each)(void *context, const char *path, struct err *e);
    void *context;
};

static int walk_results(void *context, const char *folder, struct err *e)
{
    const struct walk *w = context;
    AUTO_FREE char *path = str_format("%s/reports/%s", w->out, folder);
    DIR *dir = opendir(path);
    int rc = 0;
    for (struct dirent *f; dir && rc == 0 && (f = readdir(dir));) {
        size_t len = strlen(f->d_name);
        if (len < 6 || strcmp(f->d_name + len - 5, ".json") != 0 || f->d_name[0] == '_')
            continue;
        AUTO_FREE char *file = fs_join(path, f->d_name);
        rc = w->each(w->context, file, e);
    }
    if (dir)
        closedir(dir);
    return rc;
}

int class_each_result(const char *out, int (*each)(void *context, const char *path, struct err *e),
                      void *context, struct err *e)
{
    struct walk w = {.out = out, .each = each, .context = context};
    return class_each_student(out, walk_results, &w, e);
}

/* --- making the database from the files ---------------------------------------------------------
 */

struct rebuild {
    struct class_dir *d;
    struct gradebook g; /* policies, exercises, students */
};

static int rebuild_student(void *context, const char *folder, struct err *e)
{
    struct rebuild *r = context;
    struct gradebook_student s;
    struct student_file f;
    if (!student_file_load(r->d->out, folder, &s, &f))
        return 0;
    size_t index = gradebook_find_student(&r->g, s.id);
    bool known = index != GRADEBOOK_NONE;
    int rc = gradebook_db_put_student(r->d->db, &s, known ? (long long)index : -1, e);
    student_file_release(&f);
    struct gradebook_student *copy =
        known ? &r->g.students[index] : gradebook_add_student(&r->g, s.id, s.name);
    copy->submitted = s.submitted;
    gradebook_student_release(&s);
    return rc;
}

static int rebuild_result(void *context, const char *path, struct err *e)
{
    struct rebuild *r = context;
    struct result_head h;
    struct report report;
    struct err why = {0};
    if (result_load(path, &h, &report, &why) != 0) {
        cli_fail(0, &why); /* a broken file is graded again by the next run */
        return 0;
    }
    size_t exercise = gradebook_find_exercise(&r->g, h.exercise);
    int rc = 0;
    if (exercise != GRADEBOOK_NONE) {
        struct gradebook_attempt a;
        attempt_fill(&a, &h, &report, &r->g.exercises[exercise]);
        rc = gradebook_db_put_attempt(r->d->db, h.student, &r->g.exercises[exercise], &a, e);
        attempt_release(&a, r->g.exercises[exercise].n_tests);
    }
    result_head_release(&h);
    report_release(&report);
    return rc;
}

int class_rebuild(struct class_dir *d, struct err *e)
{
    struct rebuild r = {.d = d, .g = {.folder = str_dup(d->out)}};
    char *submissions = NULL;
    int rc = class_load(&r.g, &submissions, e);
    free(submissions);
    if (rc == 0)
        rc = gradebook_db_begin(d->db, e);
    if (rc == 0) {
        rc = gradebook_db_put_class(d->db, &r.g, e);
        if (rc == 0)
            rc = class_each_student(d->out, rebuild_student, &r, e);
        if (rc == 0)
            rc = class_each_result(d->out, rebuild_result, &r, e);
        if (rc == 0)
            rc = overrides_load(&r.g, e);
        if (rc == 0)
            rc = gradebook_db_put_overrides(d->db, &r.g, e);
        if (rc == 0)
            rc = gradebook_db_commit(d->db, e);
        if (rc != 0)
            gradebook_db_rollback(d->db);
    }
    gradebook_release(&r.g);
    return rc;
}

/* --- opening ------------------------------------------------------------------------------------
 */

static int open_database(struct class_dir *d, struct err *e)
{
    bool fresh = false;
    char *notice = NULL;
    int rc = gradebook_db_open(&d->db, d->out, &fresh, &notice, e);
    if (notice)
        fprintf(stderr, "ipclab: %s\n", notice);
    free(notice);
    if (rc == 0 && fresh && class_exists(d->out))
        rc = class_rebuild(d, e);
    return rc;
}

int class_open(struct class_dir *d, const char *out, enum class_use use)
{
    struct err e = {0};
    *d = (struct class_dir){.out = str_dup(out), .lock = -1};
    if (use == CLASS_CREATE && fs_mkdirs(out, 0700, &e) != 0)
        return cli_fail(EXIT_FAULT, &e);
    if (use != CLASS_CREATE && !class_exists(out))
        return cli_failf(EXIT_FAILED, MSG_COURSE_NO_CLASS, out);
    if (use != CLASS_READ && take_lock(d) != 0)
        return EXIT_FAULT;
    return open_database(d, &e) == 0 ? 0 : cli_fail(EXIT_FAULT, &e);
}

void class_close(struct class_dir *d)
{
    gradebook_db_close(d->db);
    if (d->lock >= 0)
        close(d->lock);
    free(d->out);
    *d = (struct class_dir){.lock = -1};
}

int class_model(struct class_dir *d, struct gradebook *g, struct err *e)
{
    *g = (struct gradebook){.folder = str_dup(d->out)};
    int rc = gradebook_db_load(d->db, g, e);
    if (rc == 0)
        gradebook_settle(g);
    return rc;
}
