/* What one student handed in: taken out of folders and archives, sorted by exercise, compared with
 * what the gradebook knows, and queued when it has to be graded.
 *
 * Sources are kept under OUT/sources. A folder of sources appears there as a whole (rename), named
 * after the hash of its files, and is never changed again. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "cli/class_run.h"

struct taking { /* the student at hand */
    struct class_run *r;
    size_t student;
    struct student_file before, now;
    size_t first_task; /* queue index of this student's first */
    bool failed;
};

static void fail(struct class_run *r, const struct err *e)
{
    if (!r->error.text[0])
        r->error = *e;
}

/* --- sources ---------------------------------------------------------------------------------- */

static int write_file(const char *dir, const char *name, const struct buf *content, struct err *e)
{
    AUTO_FREE char *path = fs_join(dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0)
        return err_sys(e, MSG_BASE_CANNOT_WRITE, path);
    int rc = 0;
    for (size_t at = 0; rc == 0 && at < content->len;) {
        ssize_t n = write(fd, content->data + at, content->len - at);
        if (n < 0 && errno != EINTR)
            rc = err_sys(e, MSG_BASE_CANNOT_WRITE, path);
        at += n > 0 ? (size_t)n : 0;
    }
    if (close(fd) != 0 && rc == 0)
        rc = err_sys(e, MSG_BASE_CANNOT_WRITE, path);
    return rc;
}

static int keep_sources(const struct taking *t, const struct found *f, const char *hash,
                        struct err *e)
{
    const struct gradebook_student *s = &t->r->g->students[t->student];
    AUTO_FREE char *dir = gradebook_sources_path(t->r->dir->out, s->folder, f->exercise->id, hash);
    AUTO_FREE char *temporary = str_format("%s.tmp", dir);
    size_t n;
    if (fs_is_dir(dir))
        return 0;
    fs_remove_tree(temporary, NULL); /* of a run that was killed */
    int rc = fs_mkdirs(temporary, 0755, e);
    const char **names = exercise_sources(f->exercise, &n);
    for (size_t i = 0; rc == 0 && i < n; i++)
        if (f->files[i])
            rc = write_file(temporary, names[i], &f->files[i]->content, e);
    free(names);
    if (rc == 0 && rename(temporary, dir) != 0)
        rc = err_sys(e, MSG_BASE_CANNOT_WRITE, dir);
    if (rc != 0)
        fs_remove_tree(temporary, NULL);
    return rc;
}

/* --- what is in a package ------------------------------------------------------------------------
 */

static struct student_package *add_package(struct taking *t, const char *path,
                                           const char *fingerprint)
{
    struct student_file *f = &t->now;
    f->packages = mem_grow(f->packages, f->n_packages + 1, sizeof *f->packages);
    struct student_package *p = &f->packages[f->n_packages++];
    *p = (struct student_package){.path = str_dup(path)};
    memcpy(p->fingerprint, fingerprint, strlen(fingerprint) + 1);
    return p;
}

static void add_find(struct student_package *p, const char *exercise, const char *hash,
                     long long submitted)
{
    p->finds = mem_grow(p->finds, p->n_finds + 1, sizeof *p->finds);
    struct student_find *f = &p->finds[p->n_finds++];
    *f = (struct student_find){.exercise = str_dup(exercise), .submitted = submitted};
    memcpy(f->source_hash, hash, sizeof f->source_hash);
}

/* An archive that did not change, with all its sources at hand, is not opened again. */
static bool take_remembered(struct taking *t, const char *path, const char *fingerprint)
{
    const struct gradebook_student *s = &t->r->g->students[t->student];
    const struct student_package *old = NULL;
    if (!*fingerprint || strcmp(t->before.course, t->r->course_hash) != 0)
        return false;
    for (size_t i = 0; i < t->before.n_packages && !old; i++)
        if (strcmp(t->before.packages[i].path, path) == 0 &&
            strcmp(t->before.packages[i].fingerprint, fingerprint) == 0)
            old = &t->before.packages[i];
    for (size_t i = 0; old && i < old->n_finds; i++) {
        AUTO_FREE char *dir = gradebook_sources_path(
            t->r->dir->out, s->folder, old->finds[i].exercise, old->finds[i].source_hash);
        if (!fs_is_dir(dir))
            return false;
    }
    if (!old)
        return false;
    struct student_package *p = add_package(t, path, fingerprint);
    for (size_t i = 0; i < old->n_finds; i++)
        add_find(p, old->finds[i].exercise, old->finds[i].source_hash, old->finds[i].submitted);
    for (size_t i = 0; i < old->n_refusals; i++) {
        const struct gradebook_refusal *r = &old->refusals[i];
        p->refusals = mem_grow(p->refusals, p->n_refusals + 1, sizeof *p->refusals);
        p->refusals[p->n_refusals++] = (struct gradebook_refusal){
            .where = str_dup(r->where),
            .what = str_dup(r->what),
            .why = {{str_dup(r->why.text[LANG_ZH]), str_dup(r->why.text[LANG_EN])}}};
    }
    return true;
}

static void move_refusals(struct student_package *p, struct unpacked *u)
{
    for (size_t i = 0; i < u->n_refusals; i++) {
        p->refusals = mem_grow(p->refusals, p->n_refusals + 1, sizeof *p->refusals);
        p->refusals[p->n_refusals++] = (struct gradebook_refusal){
            .where = str_dup(p->path), .what = u->refusals[i].what, .why = u->refusals[i].why};
    }
    u->n_refusals = 0; /* handed over */
}

/* Files of a folder have their own times; in an archive the archive's counts. */
static long long submitted_at(const struct found *f, long long of_package)
{
    long long newest = 0;
    for (size_t i = 0; i < f->n_files; i++)
        if (f->files[i] && f->files[i]->modified > newest)
            newest = f->files[i]->modified;
    return newest ? newest : of_package;
}

static int sort_package(struct taking *t, struct unpacked *u, const char *path,
                        const char *fingerprint, long long modified, struct err *e)
{
    size_t n;
    int rc = 0;
    struct found *list = find_exercises(u, &t->r->c->course, t->r->only, &n);
    struct student_package *p = add_package(t, path, fingerprint);
    manifest_check(u, &t->r->c->course, t->r->only, list, n);
    if (n == 0 && u->n_refusals == 0 && u->n_archives == 0)
        unpack_refuse(u, NULL, u->others ? MSG_CLI_CLASS_NOTHING_FOUND : MSG_CLI_CLASS_EMPTY,
                      (int)u->others);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        char hash[17];
        key_of_sources(hash, &list[i]);
        rc = keep_sources(t, &list[i], hash, e);
        add_find(p, list[i].exercise->id, hash, submitted_at(&list[i], modified));
    }
    move_refusals(p, u);
    found_free(list, n);
    return rc;
}

static int take_archive(struct taking *t, const char *path, const char *fingerprint,
                        long long modified, struct err *e)
{
    struct unpacked u = {.files = NULL};
    if (take_remembered(t, path, fingerprint))
        return 0;
    int rc = unpack_archive(&u, t->r->subs->dir, path, &t->r->wanted, e);
    if (rc == 0)
        rc = sort_package(t, &u, path, fingerprint, modified, e);
    unpacked_release(&u);
    return rc;
}

static int take_inner_archive(struct taking *t, const char *folder, const char *name, struct err *e)
{
    struct stat st;
    char print[17] = "";
    AUTO_FREE char *path = fs_join(folder, name);
    if (fstatat(t->r->subs->dir, path, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return 0;
    AUTO_FREE char *text =
        str_format("%llu %lld %lld.%09ld %lld.%09ld", (unsigned long long)st.st_ino,
                   (long long)st.st_size, (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
                   (long long)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
    fs_hash(text, strlen(text), print);
    return take_archive(t, path, print, st.st_mtime, e);
}

static int take_package(struct taking *t, const struct package *p, struct err *e)
{
    struct unpacked u = {.files = NULL};
    if (p->kind == PACKAGE_ARCHIVE)
        return take_archive(t, p->path, p->fingerprint, p->modified, e);
    int rc = 0;
    if (p->kind == PACKAGE_FOLDER)
        rc = unpack_folder(&u, t->r->subs->dir, p->path, &t->r->wanted, e);
    for (size_t i = 0; rc == 0 && i < p->n_files; i++)
        rc = unpack_single(&u, t->r->subs->dir, p->files[2 * i], p->files[2 * i + 1], e);
    if (rc == 0)
        rc = sort_package(t, &u, p->path, "", p->modified, e);
    for (size_t i = 0; rc == 0 && i < u.n_archives; i++)
        rc = take_inner_archive(t, p->path, u.archives[i], e);
    unpacked_release(&u);
    return rc;
}

/* --- what has to be graded
 * ------------------------------------------------------------------------- */

static const char *exercise_key(struct class_run *r, const struct exercise *x, struct err *e)
{
    char *key = r->keys[x->index];
    if (!*key && key_of_exercise(key, &r->c->course, x, r->sandbox, e) != 0)
        return NULL;
    return key;
}

static bool is_wanted(const struct class_run *r, const struct gradebook_known *k, int known,
                      const char *key)
{
    if (known <= 0 || r->regrade == REGRADE_ALL || k->fault || strcmp(k->key, key) != 0)
        return true;
    return r->regrade == REGRADE_FAILED && !k->passed;
}

/* The result file of a run that was killed before the gradebook knew of it. 1 taken over, 0, -1. */
static int take_over_file(struct class_run *r, const struct task *t)
{
    const struct gradebook_student *s = &r->g->students[t->student];
    struct result_head h;
    struct report report;
    if (!result_find(r->dir->out, s->folder, t->x->id, t->source_hash, &h, &report))
        return 0;
    bool same = strcmp(h.key, t->key) == 0 && !report.internal;
    int rc = same && class_save_result(r, t, &report, h.copied_from, h.graded) != 0 ? -1 : same;
    result_head_release(&h);
    report_release(&report);
    return rc;
}

/* Equal sources, same exercise, same everything: the result of another student is the result. */
static int copy_equal(struct class_run *r, const struct task *t)
{
    struct result_head h;
    struct report report;
    AUTO_FREE char *other = gradebook_db_same_key(r->dir->db, t->key, t->x->id);
    size_t index = other ? gradebook_find_student(r->g, other) : GRADEBOOK_NONE;
    if (index == GRADEBOOK_NONE || index == t->student ||
        !result_find(r->dir->out, r->g->students[index].folder, t->x->id, t->source_hash, &h,
                     &report))
        return 0;
    bool same = strcmp(h.key, t->key) == 0;
    int rc = same && class_save_result(r, t, &report, other, h.graded) != 0 ? -1 : same;
    result_head_release(&h);
    report_release(&report);
    return rc;
}

static bool is_queued(const struct taking *t, const struct task *task)
{
    for (size_t i = t->first_task; i < t->r->tail; i++)
        if (t->r->queue[i]->x == task->x && t->r->queue[i]->student == task->student &&
            strcmp(t->r->queue[i]->source_hash, task->source_hash) == 0)
            return true;
    return false;
}

static bool has_file(const struct class_run *r, const struct task *t)
{
    const char *folder = r->g->students[t->student].folder;
    AUTO_FREE char *newest = gradebook_report_path(r->dir->out, folder, t->x->id, NULL);
    AUTO_FREE char *own = gradebook_report_path(r->dir->out, folder, t->x->id, t->source_hash);
    return fs_exists(newest) || fs_exists(own);
}

/* 0, or -1 after r->error was set. */
static int consider(struct taking *t, struct task *task)
{
    struct class_run *r = t->r;
    const struct gradebook_student *s = &r->g->students[task->student];
    struct gradebook_known k;
    struct err e = {0};
    const char *key = exercise_key(r, task->x, &e);
    int known =
        key ? gradebook_db_known(r->dir->db, s->id, task->x->id, task->source_hash, &k, &e) : -1;
    if (known < 0) {
        fail(r, &e);
        return -1;
    }
    key_of_result(task->key, key, task->source_hash);
    if (is_queued(t, task))
        return 0;
    bool wanted = is_wanted(r, &k, known, task->key) || !has_file(r, task);
    if (!wanted && k.submitted == task->submitted) {
        r->unchanged++;
        return 0;
    }
    int done = 0;
    if (!wanted || known == 0)
        done = take_over_file(r, task);
    r->unchanged += done > 0;
    if (done == 0 && r->regrade != REGRADE_ALL && !(known > 0 && r->regrade == REGRADE_FAILED)) {
        done = copy_equal(r, task);
        r->copied += done > 0;
    }
    if (done != 0)
        return done > 0 ? 0 : -1;
    struct task *queued = mem_alloc(sizeof *queued);
    *queued = *task;
    queued->origin = str_dup(task->origin);
    queued->dir = gradebook_sources_path(r->dir->out, s->folder, task->x->id, task->source_hash);
    r->queue = mem_grow(r->queue, r->tail + 1, sizeof(struct task *));
    r->queue[r->tail++] = queued;
    return 0;
}

static int consider_package(struct taking *t, const struct student_package *p)
{
    struct class_run *r = t->r;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < p->n_finds; i++) {
        const struct exercise *x = course_find(&r->c->course, p->finds[i].exercise, NULL);
        size_t exercise = gradebook_find_exercise(r->g, p->finds[i].exercise);
        if (!x || !r->only[x->index] || exercise == GRADEBOOK_NONE)
            continue;
        struct task task = {.student = t->student,
                            .exercise = exercise,
                            .x = x,
                            .origin = p->path,
                            .submitted = p->finds[i].submitted};
        memcpy(task.source_hash, p->finds[i].source_hash, sizeof task.source_hash);
        long long given =
            csv_times_get(r->times, &r->g->students[t->student], p->finds[i].exercise);
        if (given > 0)
            task.submitted = given;
        rc = consider(t, &task);
    }
    return rc;
}

/* The student with all refusals: those of the packages come from where they are kept. */
static int note_student(struct taking *t, struct err *e)
{
    struct gradebook_student s = t->r->g->students[t->student];
    size_t own = s.n_refusals, all = own;
    for (size_t i = 0; i < t->now.n_packages; i++)
        all += t->now.packages[i].n_refusals;
    AUTO_FREE struct gradebook_refusal *list = mem_alloc((all + 1) * sizeof *list);
    if (own)
        memcpy(list, s.refusals, own * sizeof *list);
    for (size_t i = 0, at = own; i < t->now.n_packages; i++) {
        const struct student_package *p = &t->now.packages[i];
        if (p->n_refusals)
            memcpy(list + at, p->refusals, p->n_refusals * sizeof *list);
        at += p->n_refusals;
    }
    struct class_dir *dir = t->r->dir;
    if (student_file_is(dir->out, &s, &t->now) && gradebook_db_has_student(dir->db, s.id, all))
        return 0;
    struct gradebook_student with_all = s;
    with_all.refusals = list;
    with_all.n_refusals = all;
    if (gradebook_db_begin(t->r->dir->db, e) != 0)
        return -1;
    if (gradebook_db_put_student(t->r->dir->db, &with_all, s.in_roster ? (long long)t->student : -1,
                                 e) != 0 ||
        gradebook_db_commit(t->r->dir->db, e) != 0) {
        gradebook_db_rollback(t->r->dir->db);
        return -1;
    }
    return student_file_save(t->r->dir->out, &s, &t->now, e);
}

static bool in_shard(const struct class_run *r, size_t student)
{
    char hash[17];
    const char *id = r->g->students[student].id;
    fs_hash(id, strlen(id), hash);
    return strtoull(hash, NULL, 16) % (unsigned long long)r->shards ==
           (unsigned long long)(r->shard - 1);
}

/* What was handed in once and is not there any more keeps its results and remarks, and is marked.
 */
static void keep_gone(struct taking *t)
{
    struct gradebook_student *s = &t->r->g->students[t->student];
    struct student_file *now = &t->now, *before = &t->before;
    for (size_t i = 0; i < before->n_packages; i++) {
        struct student_package *old = &before->packages[i];
        bool there = false;
        for (size_t k = 0; k < now->n_packages && !there; k++)
            there = strcmp(now->packages[k].path, old->path) == 0;
        if (there)
            continue;
        gradebook_refuse(&s->refusals, &s->n_refusals, old->path, NULL, MSG_CLI_CLASS_GONE);
        now->packages = mem_grow(now->packages, now->n_packages + 1, sizeof *now->packages);
        now->packages[now->n_packages++] = *old;
        *old = (struct student_package){.path = str_dup("")};
    }
}

/* After all packages of a student are in t->now. */
static int conclude(struct taking *t)
{
    struct err e = {0};
    memcpy(t->now.course, t->r->course_hash, sizeof t->now.course);
    keep_gone(t);
    int rc = note_student(t, &e);
    if (rc != 0)
        fail(t->r, &e);
    for (size_t i = 0; rc == 0 && i < t->now.n_packages; i++)
        rc = consider_package(t, &t->now.packages[i]);
    return rc;
}

/* --- students of earlier runs who are not there now
 * ---------------------------------------------- */

struct here { /* folders of the students at hand, sorted */
    struct class_run *r;
    const char **folders;
    size_t n;
};

static int take_absent(void *context, const char *folder, struct err *e)
{
    const struct here *h = context;
    struct taking t = {.r = h->r, .first_task = h->r->tail};
    struct gradebook *g = h->r->g;
    struct gradebook_student who;
    (void)e;
    if (h->n && bsearch(&folder, h->folders, h->n, sizeof *h->folders, str_order))
        return 0;
    if (!student_file_load(h->r->dir->out, folder, &who, &t.before))
        return 0;
    t.student = gradebook_find_student(g, who.id);
    if (t.student == GRADEBOOK_NONE) {
        struct gradebook_student *s = gradebook_add_student(g, who.id, who.name);
        t.student = (size_t)(s - g->students);
    }
    g->students[t.student].submitted = who.submitted;
    gradebook_student_release(&who);
    int rc = in_shard(h->r, t.student) ? conclude(&t) : 0;
    student_file_release(&t.before);
    student_file_release(&t.now);
    return rc;
}

static bool take_all_absent(struct class_run *r)
{
    struct here h = {.r = r};
    struct err e = {0};
    size_t before = r->tail;
    r->absent_taken = true;
    h.folders = mem_alloc((r->g->n_students + 1) * sizeof *h.folders);
    for (size_t i = 0; i < r->g->n_students; i++)
        if (r->g->students[i].submitted)
            h.folders[h.n++] = r->g->students[i].folder;
    if (h.n)
        qsort(h.folders, h.n, sizeof *h.folders, str_order);
    if (class_each_student(r->dir->out, take_absent, &h, &e) != 0)
        fail(r, &e);
    free(h.folders);
    return r->tail > before;
}

bool class_take_student(struct class_run *r)
{
    struct submissions *s = r->subs;
    struct err e = {0};
    while (r->next_package < s->n_packages && !in_shard(r, s->packages[r->next_package].student))
        r->next_package++;
    if (r->error.text[0])
        return false;
    if (r->next_package == s->n_packages)
        return !r->absent_taken && take_all_absent(r);
    struct taking t = {
        .r = r, .student = s->packages[r->next_package].student, .first_task = r->tail};
    const struct gradebook_student *student = &r->g->students[t.student];
    student_file_load(r->dir->out, student->folder, NULL, &t.before);
    int rc = 0;
    while (rc == 0 && r->next_package < s->n_packages &&
           s->packages[r->next_package].student == t.student)
        rc = take_package(&t, &s->packages[r->next_package++], &e);
    if (rc != 0)
        fail(r, &e);
    else
        rc = conclude(&t);
    student_file_release(&t.before);
    student_file_release(&t.now);
    return rc == 0;
}
