/* ipclab merge: parts of a class, graded apart (--shard, other machines), become one. Only files
 * are joined; the gradebook is then made from them, so merging again changes nothing. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "cli/class.h"
#include "cli/class_table.h"

enum { FILE_MAX = 64 << 20 };

struct merge {
    struct cli *c;
    const char *from; /* the part at hand */
    const char *out;
    struct gradebook g; /* class.json of the whole */
    char *submissions;  /* owned */
    char *first;        /* owned: the part whose policies count */
};

/* --- class.json --------------------------------------------------------------------------------
 */

static bool same_policies(const struct policies *a, const struct policies *b)
{
    return a->keep == b->keep && a->hidden == b->hidden && a->hidden_after == b->hidden_after &&
           a->late.grace_minutes == b->late.grace_minutes && a->late.max_days == b->late.max_days &&
           a->late.percent_per_day == b->late.percent_per_day;
}

static bool has_refusal(const struct gradebook *g, const struct gradebook_refusal *r)
{
    for (size_t i = 0; i < g->n_refusals; i++)
        if (str_equal(g->refusals[i].where, r->where) && str_equal(g->refusals[i].what, r->what))
            return true;
    return false;
}

static void take_refusals(struct gradebook *to, struct gradebook *from)
{
    for (size_t i = 0; i < from->n_refusals; i++) {
        if (has_refusal(to, &from->refusals[i]))
            continue;
        to->refusals = mem_grow(to->refusals, to->n_refusals + 1, sizeof *to->refusals);
        to->refusals[to->n_refusals++] = from->refusals[i];
        from->refusals[i] = (struct gradebook_refusal){.where = NULL};
    }
}

static void take_students(struct gradebook *to, const struct gradebook *from)
{
    for (size_t i = 0; i < from->n_students; i++) {
        const struct gradebook_student *s = &from->students[i];
        if (!s->in_roster || gradebook_find_student(to, s->id) != GRADEBOOK_NONE)
            continue;
        struct gradebook_student *copy = gradebook_add_student(to, s->id, s->name);
        free(copy->email);
        free(copy->section);
        copy->email = str_dup(s->email);
        copy->section = str_dup(s->section);
        copy->in_roster = true;
    }
}

/* Exercises in the order of their numbers ("2.1" before "10.1"). */
static int by_number(const void *a, const void *b)
{
    return strverscmp(((const struct gradebook_exercise *)a)->number,
                      ((const struct gradebook_exercise *)b)->number);
}

static void take_exercises(struct gradebook *to, struct gradebook *from)
{
    for (size_t i = 0; i < from->n_exercises; i++) {
        if (gradebook_find_exercise(to, from->exercises[i].id) != GRADEBOOK_NONE)
            continue;
        to->exercises = mem_grow(to->exercises, to->n_exercises + 1, sizeof *to->exercises);
        to->exercises[to->n_exercises++] = from->exercises[i];
        from->exercises[i] = (struct gradebook_exercise){.id = str_dup("")};
    }
}

static void take_extensions(struct gradebook *to, const struct gradebook *from,
                            const char *const *exercises)
{
    for (size_t i = 0; i < from->n_extensions; i++) {
        const struct gradebook_extension *o = &from->extensions[i];
        struct gradebook_extension x = {.due = o->due, .exercise = GRADEBOOK_NONE};
        x.student = gradebook_find_student(to, from->students[o->student].id);
        if (o->exercise != GRADEBOOK_NONE)
            x.exercise = gradebook_find_exercise(to, exercises[o->exercise]);
        bool there = x.student == GRADEBOOK_NONE;
        for (size_t k = 0; k < to->n_extensions; k++)
            there |= to->extensions[k].student == x.student &&
                     to->extensions[k].exercise == x.exercise && to->extensions[k].due == x.due;
        if (there)
            continue;
        to->extensions = mem_grow(to->extensions, to->n_extensions + 1, sizeof x);
        to->extensions[to->n_extensions++] = x;
    }
}

static int join_class(struct merge *m, struct err *e)
{
    struct gradebook part = {.folder = str_dup(m->from)};
    char *submissions = NULL;
    int rc = class_load(&part, &submissions, e);
    if (rc == 0 && !m->first) {
        m->first = str_dup(m->from);
        m->g.policies = part.policies;
        m->g.title = str_dup(part.title);
        m->submissions = str_dup(submissions);
    } else if (rc == 0 && !same_policies(&m->g.policies, &part.policies)) {
        rc = err_msg(e, MSG_CLI_MERGE_POLICIES, m->first, m->from);
    }
    if (rc == 0) {
        AUTO_FREE char **names = mem_alloc((part.n_exercises + 1) * sizeof *names);
        for (size_t i = 0; i < part.n_exercises; i++)
            names[i] = str_dup(part.exercises[i].id);
        take_students(&m->g, &part);
        take_exercises(&m->g, &part);
        take_extensions(&m->g, &part, (const char *const *)names);
        take_refusals(&m->g, &part);
        for (size_t i = 0; i < part.n_exercises; i++)
            free(names[i]);
    }
    free(submissions);
    gradebook_release(&part);
    return rc;
}

/* --- files
 * ----------------------------------------------------------------------------------------- */

static int copy_sources(const struct merge *m, const char *student, const char *exercise,
                        const char *hash, struct err *e)
{
    AUTO_FREE char *from = gradebook_sources_path(m->from, student, exercise, hash);
    AUTO_FREE char *to = gradebook_sources_path(m->out, student, exercise, hash);
    AUTO_FREE char *temporary = str_format("%s.tmp", to);
    if (fs_is_dir(to) || !fs_is_dir(from))
        return 0;
    fs_remove_tree(temporary, NULL);
    int rc = fs_mkdirs(temporary, 0755, e);
    DIR *dir = rc == 0 ? opendir(from) : NULL;
    for (struct dirent *d; dir && rc == 0 && (d = readdir(dir));) {
        AUTO_FREE char *a = fs_join(from, d->d_name);
        AUTO_FREE char *b = fs_join(temporary, d->d_name);
        if (d->d_name[0] != '.')
            rc = fs_copy(a, b, FILE_MAX, 0644, e);
    }
    if (dir)
        closedir(dir);
    if (rc == 0 && rename(temporary, to) != 0)
        rc = err_sys(e, MSG_BASE_CANNOT_WRITE, to);
    return rc;
}

/* The newer grading of the same sources wins; equal ones are left alone. */
static int join_result(void *context, const char *path, struct err *e)
{
    const struct merge *m = context;
    struct result_head h, there = {.student = NULL};
    struct report r, old;
    const struct exercise *x = NULL;
    if (result_load(path, &h, &r, e) != 0)
        return -1;
    AUTO_FREE char *folder = NULL;
    const char *name = strstr(path, "/reports/");
    for (const char *p = name; p && (p = strstr(p + 1, "/reports/"));)
        name = p;
    if (name) {
        name += strlen("/reports/");
        folder = str_ndup(name, strcspn(name, "/"));
    }
    int rc = 0;
    bool newer = true;
    if (folder && result_find(m->out, folder, h.exercise, h.source_hash, &there, &old)) {
        newer = h.graded > there.graded;
        result_head_release(&there);
        report_release(&old);
    }
    if (folder && newer) {
        x = course_find(&m->c->course, h.exercise, NULL);
        rc = result_save(m->out, folder, &h, &r, x, e);
    }
    if (folder && rc == 0)
        rc = copy_sources(m, folder, h.exercise, h.source_hash, e);
    result_head_release(&h);
    report_release(&r);
    return rc;
}

static int join_student(void *context, const char *folder, struct err *e)
{
    const struct merge *m = context;
    AUTO_FREE char *from = str_format("%s/reports/%s/_student.json", m->from, folder);
    AUTO_FREE char *dir = str_format("%s/reports/%s", m->out, folder);
    AUTO_FREE char *to = fs_join(dir, "_student.json");
    struct stat a, b;
    if (stat(from, &a) != 0 || (stat(to, &b) == 0 && b.st_mtime >= a.st_mtime))
        return 0;
    struct buf text = BUF_INIT;
    int rc = fs_read(from, FILE_MAX, &text, e);
    if (rc == 0)
        rc = fs_mkdirs(dir, 0755, e);
    if (rc == 0)
        rc = fs_write(to, buf_text(&text), text.len, e);
    buf_release(&text);
    return rc;
}

/* --- overrides
 * ------------------------------------------------------------------------------------- */

/* The newest of two for the same cell. */
static void join_override(struct gradebook *whole, const struct gradebook_override *from,
                          size_t student, size_t exercise)
{
    struct gradebook_override *there = NULL;
    for (size_t k = 0; k < whole->n_overrides; k++)
        if (whole->overrides[k].student == student && whole->overrides[k].exercise == exercise)
            there = &whole->overrides[k];
    if (there && there->when >= from->when)
        return;
    if (!there) {
        whole->overrides =
            mem_grow(whole->overrides, whole->n_overrides + 1, sizeof *whole->overrides);
        there = &whole->overrides[whole->n_overrides++];
        *there = (struct gradebook_override){.reason = NULL};
    }
    free(there->reason);
    free(there->by);
    *there = *from;
    there->student = student;
    there->exercise = exercise;
    there->reason = str_dup(from->reason);
    there->by = str_dup(from->by);
}

/* Students outside the roster are in the database only, so both models come from there. */
static int join_overrides(struct gradebook *whole, const char *from, struct err *e)
{
    struct class_dir d;
    struct gradebook part = {.folder = NULL};
    int rc = class_open(&d, from, CLASS_READ);
    if (rc == 0)
        rc = class_model(&d, &part, e);
    for (size_t i = 0; rc == 0 && i < part.n_overrides; i++) {
        const struct gradebook_override *o = &part.overrides[i];
        size_t student = gradebook_find_student(whole, part.students[o->student].id);
        size_t exercise = gradebook_find_exercise(whole, part.exercises[o->exercise].id);
        if (student != GRADEBOOK_NONE && exercise != GRADEBOOK_NONE)
            join_override(whole, o, student, exercise);
    }
    gradebook_release(&part);
    class_close(&d);
    return rc == 0 ? 0 : -1;
}

/* --- the command
 * ------------------------------------------------------------------------------------- */

static int join_files(struct merge *m, struct err *e)
{
    if (class_each_student(m->from, join_student, m, e) != 0)
        return -1;
    return class_each_result(m->from, join_result, m, e);
}

static int finish(struct merge *m, struct class_dir *d, char **parts, int n, struct err *e)
{
    struct gradebook whole = {.folder = NULL};
    qsort(m->g.exercises, m->g.n_exercises, sizeof *m->g.exercises, by_number);
    int rc = class_save(&m->g, m->submissions, e);
    if (rc == 0)
        rc = class_rebuild(d, e);
    if (rc == 0)
        rc = class_model(d, &whole, e);
    size_t before = whole.n_overrides;
    for (int i = 0; rc == 0 && i < n; i++)
        rc = join_overrides(&whole, parts[i], e);
    if (rc == 0 && (whole.n_overrides || before)) {
        rc = overrides_save(&whole, e);
        if (rc == 0 && (rc = gradebook_db_begin(d->db, e)) == 0) {
            rc = gradebook_db_put_overrides(d->db, &whole, e);
            rc = rc == 0 ? gradebook_db_commit(d->db, e) : rc;
        }
        gradebook_settle(&whole);
    }
    if (rc == 0)
        class_table(m->c, NULL, &whole);
    gradebook_release(&whole);
    return rc;
}

static int merge_into(struct merge *m, char **parts, int n)
{
    struct class_dir d;
    struct err e = {0};
    for (int i = 0; i < n; i++)
        if (!class_exists(parts[i]))
            return cli_failf(EXIT_FAILED, MSG_COURSE_NO_CLASS, parts[i]);
    if (class_open(&d, m->out, CLASS_CREATE) != 0) {
        class_close(&d);
        return EXIT_FAULT;
    }
    m->g.folder = str_dup(m->out);
    int rc = 0;
    m->from = m->out;
    if (class_exists(m->out)) /* merging into a class: it is a part too */
        rc = join_class(m, &e);
    for (int i = 0; rc == 0 && i < n; i++) {
        m->from = parts[i];
        rc = join_class(m, &e);
        if (rc == 0)
            rc = join_files(m, &e);
    }
    if (rc == 0)
        rc = finish(m, &d, parts, n, &e);
    class_close(&d);
    if (rc == 0)
        return EXIT_DONE;
    return e.text[0] ? cli_fail(EXIT_FAULT, &e) : EXIT_FAULT; /* else it was said already */
}

int command_merge(struct cli *c, int argc, char **argv)
{
    struct merge m = {.c = c};
    int n = 0;
    for (int i = 1; i < argc; i++) {
        if ((strcmp(argv[i], "-o") == 0 || strcmp(argv[i], "--out") == 0) && i + 1 < argc)
            m.out = argv[++i];
        else if (argv[i][0] == '-')
            return cli_usage("merge");
        else
            argv[n++] = argv[i];
    }
    if (!m.out || n == 0)
        return cli_usage("merge");
    if (cli_course(c) != 0)
        return EXIT_FAULT;
    int status = merge_into(&m, argv, n);
    gradebook_release(&m.g);
    free(m.submissions);
    free(m.first);
    return status;
}
