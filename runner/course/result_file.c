/* Result files: the report of one submission and where it came from. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "course/class_file.h"
#include "course/gradebook_parts.h"

enum { RESULT_VERSION = 1 };

void result_head_release(struct result_head *h)
{
    free(h->student);
    free(h->exercise);
    free(h->key);
    free(h->origin);
    free(h->copied_from);
    *h = (struct result_head){.student = NULL};
}

static json_t *to_json(const struct result_head *h, const struct report *r,
                       const struct exercise *x)
{
    json_t *j = json_object();
    json_object_set_new(j, "version", json_integer(RESULT_VERSION));
    json_object_set_new(j, "student", json_text(h->student));
    json_object_set_new(j, "exercise", json_text(h->exercise));
    json_object_set_new(j, "source_hash", json_text(h->source_hash));
    json_object_set_new(j, "key", json_text(h->key));
    json_object_set_new(j, "origin", json_text(h->origin));
    json_object_set_new(j, "submitted", json_integer(h->submitted));
    json_object_set_new(j, "graded", json_integer(h->graded));
    if (h->copied_from)
        json_object_set_new(j, "copied_from", json_text(h->copied_from));
    json_object_set_new(j, "unsafe", json_boolean(str_equal(r->sandbox, "none")));
    json_object_set_new(j, "report", report_to_json(r, x));
    return j;
}

int result_load(const char *path, struct result_head *h, struct report *r, struct err *e)
{
    json_t *j;
    struct fields f;
    *h = (struct result_head){.student = NULL};
    int rc = json_file_load(path, &j, e);
    if (rc != 0)
        return rc > 0 ? err_sys(e, MSG_BASE_CANNOT_OPEN, path) : -1;
    fields_init(&f, j, e);
    fields_integer(&f, "version", REQUIRED, RESULT_VERSION, RESULT_VERSION);
    h->student = fields_string(&f, "student", REQUIRED);
    h->exercise = fields_string(&f, "exercise", REQUIRED);
    h->key = fields_string(&f, "key", REQUIRED);
    h->origin = fields_string(&f, "origin", OPTIONAL);
    h->submitted = fields_integer(&f, "submitted", REQUIRED, 0, LLONG_MAX);
    h->graded = fields_integer(&f, "graded", REQUIRED, 0, LLONG_MAX);
    h->copied_from = fields_string(&f, "copied_from", OPTIONAL);
    AUTO_FREE char *hash = fields_string(&f, "source_hash", REQUIRED);
    if (hash && strlen(hash) == 16)
        memcpy(h->source_hash, hash, 17);
    rc = f.failed ? -1 : 0;
    if (rc == 0 && r)
        rc = report_from_json(r, json_object_get(j, "report"), e);
    json_decref(j);
    if (rc != 0)
        result_head_release(h);
    return rc;
}

int result_find(const char *out, const char *student_folder, const char *exercise,
                const char *source_hash, struct result_head *h, struct report *r)
{
    const char *const names[] = {NULL, source_hash};
    for (size_t i = 0; i < 2; i++) {
        AUTO_FREE char *path = gradebook_report_path(out, student_folder, exercise, names[i]);
        struct result_head found;
        if (!fs_exists(path) || result_load(path, &found, r, NULL) != 0)
            continue;
        if (strcmp(found.source_hash, source_hash) == 0) {
            *h = found;
            return 1;
        }
        result_head_release(&found);
        if (r)
            report_release(r);
    }
    return 0;
}

/* Make EXERCISE.json free for a result that is the newest; true when ours is not. */
static bool make_way(const char *out, const char *student_folder, const char *newest,
                     const struct result_head *h)
{
    struct result_head there;
    if (!fs_exists(newest) || result_load(newest, &there, NULL, NULL) != 0)
        return false; /* a broken file is simply replaced */
    bool other = strcmp(there.source_hash, h->source_hash) != 0;
    bool older = other && h->submitted < there.submitted;
    if (other && !older) {
        AUTO_FREE char *aside =
            gradebook_report_path(out, student_folder, h->exercise, there.source_hash);
        (void)!rename(newest, aside); /* if that fails the next write fails too */
    }
    result_head_release(&there);
    return older;
}

int result_save(const char *out, const char *student_folder, const struct result_head *h,
                const struct report *r, const struct exercise *x, struct err *e)
{
    AUTO_FREE char *newest = gradebook_report_path(out, student_folder, h->exercise, NULL);
    AUTO_FREE char *own = gradebook_report_path(out, student_folder, h->exercise, h->source_hash);
    AUTO_FREE char *folder = str_format("%s/reports/%s", out, student_folder);
    if (!fs_is_dir(folder) && fs_mkdirs(folder, 0755, e) != 0)
        return -1;
    bool earlier = make_way(out, student_folder, newest, h);
    if (json_file_save(earlier ? own : newest, to_json(h, r, x), e) != 0)
        return -1;
    if (!earlier && fs_exists(own))
        unlink(own); /* it was an earlier submission once */
    return 0;
}

/* --- the light form ------------------------------------------------------------------------ */

static const struct record *record_of(const struct report *r, const char *test)
{
    for (size_t i = 0; i < r->n_records; i++)
        if (str_equal(r->records[i].test, test))
            return &r->records[i];
    return NULL;
}

static void fill_mark(struct gradebook_mark *m, const struct record *record,
                      const struct gradebook_test *t)
{
    *m = (struct gradebook_mark){.verdict = record ? record->verdict : VERDICT_SKIPPED};
    m->max_points = m->verdict == VERDICT_UNDECIDED ? 0 : t->points;
    m->points = m->verdict == VERDICT_PASS ? t->points : 0;
    m->diagnosis = record ? str_dup(record->diagnosis) : NULL;
    m->ms = record ? record->ms : 0;
}

void attempt_fill(struct gradebook_attempt *a, const struct result_head *h, const struct report *r,
                  const struct gradebook_exercise *x)
{
    *a = (struct gradebook_attempt){.student = GRADEBOOK_NONE,
                                    .exercise = GRADEBOOK_NONE,
                                    .key = str_dup(h->key),
                                    .origin = str_dup(h->origin ? h->origin : ""),
                                    .submitted = h->submitted,
                                    .graded = h->graded,
                                    .points = r->points,
                                    .max_points = r->max_points,
                                    .built = r->built,
                                    .sandbox = str_dup(r->sandbox),
                                    .limits = str_dup(r->limits),
                                    .internal = str_dup(r->internal),
                                    .ms = r->ms,
                                    .marks = mem_alloc((x->n_tests + 1) * sizeof *a->marks)};
    memcpy(a->source_hash, h->source_hash, sizeof a->source_hash);
    for (size_t i = 0; i < x->n_tests; i++) {
        fill_mark(&a->marks[i], record_of(r, x->tests[i].id), &x->tests[i]);
        if (a->marks[i].verdict == VERDICT_INTERNAL && !a->internal)
            a->internal = str_dup(verdict_name(VERDICT_INTERNAL));
    }
}
