/* The report of one submission: points, whether it passed, and its JSON form. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "course/json_fields.h"
#include "course/verdict.h"

/* Raised when a reader of the old form could misread the new one. New keys alone do not count. */
enum { REPORT_VERSION = 1 };

void report_init(struct report *r, const struct exercise *x)
{
    *r = (struct report){
        .exercise = str_dup(x->id),
        .number = str_dup(x->number),
        .tests = x->tests,
        .n_records = x->n_tests,
        .records = mem_alloc(x->n_tests * sizeof *r->records),
        .max_points = exercise_max_points(x),
    };
    for (size_t lang = 0; lang < LANG_COUNT; lang++)
        r->title.text[lang] = str_dup(x->title.text[lang]);
    for (size_t i = 0; i < x->n_tests; i++) {
        r->records[i].test = str_dup(x->tests[i].id);
        r->records[i].verdict = VERDICT_SKIPPED;
    }
}

void diagnostic_release(struct diagnostic *d)
{
    free(d->kind);
    free(d->message);
    free(d->file);
    free(d->option);
    free(d->source);
}

void report_release(struct report *r)
{
    for (size_t i = 0; i < r->n_diagnostics; i++)
        diagnostic_release(&r->diagnostics[i]);
    for (size_t i = 0; i < r->n_records; i++)
        record_release(&r->records[i]);
    for (size_t lang = 0; lang < LANG_COUNT; lang++)
        free(r->title.text[lang]);
    free(r->diagnostics);
    free(r->records);
    free(r->exercise);
    free(r->number);
    free(r->source_hash);
    free(r->sandbox);
    free(r->limits);
    free(r->build_note);
    free(r->internal);
    *r = (struct report){0};
}

static const struct record *find_record(const struct report *r, const char *test)
{
    for (size_t i = 0; i < r->n_records; i++)
        if (str_equal(r->records[i].test, test))
            return &r->records[i];
    return NULL;
}

bool report_finish(struct report *r, const struct exercise *x)
{
    r->points = 0;
    r->max_points = 0;
    bool complete = true;
    for (size_t i = 0; i < x->n_tests; i++) {
        const struct record *record = find_record(r, x->tests[i].id);
        complete = complete && record != NULL;
        if (record != NULL && record->verdict == VERDICT_UNDECIDED)
            continue;
        r->max_points += x->tests[i].points;
        if (record != NULL && record->verdict == VERDICT_PASS)
            r->points += x->tests[i].points;
    }
    return complete && report_passed(r);
}

bool report_passed(const struct report *r)
{
    if (r->internal != NULL || r->cancelled || !r->built)
        return false;
    bool any = false;
    for (size_t i = 0; i < r->n_records; i++) {
        if (r->records[i].verdict == VERDICT_UNDECIDED)
            continue;
        if (r->records[i].verdict != VERDICT_PASS)
            return false;
        any = true;
    }
    return any; /* when no test could be decided, nothing was shown */
}

const struct record *report_first_failure(const struct report *r)
{
    for (size_t i = 0; i < r->n_records; i++) {
        enum verdict v = r->records[i].verdict;
        if (v != VERDICT_PASS && v != VERDICT_UNDECIDED && v != VERDICT_SKIPPED)
            return &r->records[i];
    }
    return NULL;
}

static json_t *title_to_json(const struct title *t)
{
    return json_pack("{s:o, s:o}", "zh", json_text(t->text[LANG_ZH]), "en",
                     json_text(t->text[LANG_EN]));
}

json_t *diagnostic_to_json(const struct diagnostic *d)
{
    json_t *j = json_object();
    json_object_set_new(j, "kind", json_text(d->kind));
    json_object_set_new(j, "message", json_text(d->message));
    json_object_set_new(j, "file", json_text(d->file));
    json_object_set_new(j, "line", json_integer(d->line));
    json_object_set_new(j, "column", json_integer(d->column));
    json_object_set_new(j, "option", json_text(d->option));
    json_object_set_new(j, "source", json_text(d->source));
    return j;
}

/* A record with what the manifest says about its test. */
static json_t *test_to_json(const struct record *record, const struct exercise *x)
{
    json_t *j = record_to_json(record);
    const struct test_spec *spec =
        x == NULL || record->test == NULL ? NULL : exercise_find_test(x, record->test);
    if (spec == NULL)
        return j;
    json_object_set_new(j, "title", title_to_json(&spec->title));
    json_object_set_new(j, "hidden", json_boolean(spec->hidden));
    json_object_set_new(j, "points",
                        json_integer(record->verdict == VERDICT_PASS ? spec->points : 0));
    json_object_set_new(j, "max_points", json_integer(spec->points));
    return j;
}

json_t *report_to_json(const struct report *r, const struct exercise *x)
{
    json_t *diagnostics = json_array();
    for (size_t i = 0; i < r->n_diagnostics; i++)
        json_array_append_new(diagnostics, diagnostic_to_json(&r->diagnostics[i]));
    json_t *tests = json_array();
    for (size_t i = 0; i < r->n_records; i++)
        json_array_append_new(tests, test_to_json(&r->records[i], x));
    json_t *j = json_object();
    json_object_set_new(j, "version", json_integer(REPORT_VERSION));
    json_object_set_new(j, "exercise", json_text(r->exercise));
    json_object_set_new(j, "number", json_text(r->number));
    json_object_set_new(j, "title", title_to_json(&r->title));
    json_object_set_new(j, "source_hash", json_text(r->source_hash));
    json_object_set_new(j, "sandbox", json_text(r->sandbox));
    json_object_set_new(j, "limits", json_text(r->limits));
    json_object_set_new(j, "asan", json_boolean(r->asan));
    json_object_set_new(j, "started", json_integer(r->started));
    json_object_set_new(j, "passed", json_boolean(report_passed(r)));
    json_object_set_new(j, "points", json_integer(r->points));
    json_object_set_new(j, "max_points", json_integer(r->max_points));
    json_object_set_new(j, "internal", json_text(r->internal));
    json_object_set_new(j, "cancelled", json_boolean(r->cancelled));
    json_object_set_new(j, "built", json_boolean(r->built));
    json_object_set_new(j, "build_note", json_text(r->build_note));
    json_object_set_new(j, "build_ms", json_ms(r->build_ms));
    json_object_set_new(j, "ms", json_ms(r->ms));
    json_object_set_new(j, "diagnostics", diagnostics);
    json_object_set_new(j, "tests", tests);
    return j;
}

int diagnostic_from_json(struct diagnostic *d, const json_t *j, struct err *e)
{
    struct fields f;
    fields_init(&f, j, e);
    d->kind = fields_string(&f, "kind", REQUIRED);
    d->message = fields_string(&f, "message", REQUIRED);
    d->file = fields_string(&f, "file", OPTIONAL);
    d->line = (int)fields_integer(&f, "line", OPTIONAL, 0, INT_MAX);
    d->column = (int)fields_integer(&f, "column", OPTIONAL, 0, INT_MAX);
    d->option = fields_string(&f, "option", OPTIONAL);
    d->source = fields_string(&f, "source", OPTIONAL);
    return f.failed ? -1 : 0;
}

static void read_diagnostics(struct report *r, struct fields *f)
{
    const json_t *list = fields_array(f, "diagnostics", OPTIONAL);
    r->n_diagnostics = json_array_size(list);
    r->diagnostics = mem_alloc(r->n_diagnostics * sizeof *r->diagnostics);
    for (size_t i = 0; i < r->n_diagnostics && !f->failed; i++)
        if (diagnostic_from_json(&r->diagnostics[i], json_array_get(list, i), f->e) != 0)
            f->failed = true;
}

static void read_records(struct report *r, struct fields *f)
{
    const json_t *list = fields_array(f, "tests", REQUIRED);
    r->n_records = json_array_size(list);
    r->records = mem_alloc(r->n_records * sizeof *r->records);
    for (size_t i = 0; i < r->n_records && !f->failed; i++)
        if (record_from_json(&r->records[i], json_array_get(list, i), f->e) != 0)
            f->failed = true;
}

static void read_title(struct report *r, struct fields *f)
{
    const json_t *j = fields_object(f, "title", OPTIONAL);
    if (j == NULL)
        return;
    struct fields inner;
    fields_init(&inner, j, f->e);
    r->title.text[LANG_ZH] = fields_string(&inner, "zh", OPTIONAL);
    r->title.text[LANG_EN] = fields_string(&inner, "en", OPTIONAL);
    f->failed = f->failed || inner.failed;
}

int report_from_json(struct report *r, const json_t *j, struct err *e)
{
    *r = (struct report){0};
    struct fields f;
    fields_init(&f, j, e);
    fields_integer(&f, "version", REQUIRED, REPORT_VERSION, REPORT_VERSION);
    r->exercise = fields_string(&f, "exercise", REQUIRED);
    r->number = fields_string(&f, "number", REQUIRED);
    read_title(r, &f);
    r->source_hash = fields_string(&f, "source_hash", OPTIONAL);
    r->sandbox = fields_string(&f, "sandbox", OPTIONAL);
    r->limits = fields_string(&f, "limits", OPTIONAL);
    r->asan = fields_bool(&f, "asan", OPTIONAL);
    r->started = fields_integer(&f, "started", OPTIONAL, 0, LLONG_MAX);
    r->points = (int)fields_integer(&f, "points", REQUIRED, 0, INT_MAX);
    r->max_points = (int)fields_integer(&f, "max_points", REQUIRED, 0, INT_MAX);
    r->internal = fields_string(&f, "internal", OPTIONAL);
    r->cancelled = fields_bool(&f, "cancelled", OPTIONAL);
    r->built = fields_bool(&f, "built", REQUIRED);
    r->build_note = fields_string(&f, "build_note", OPTIONAL);
    r->build_ms = fields_number(&f, "build_ms", OPTIONAL);
    r->ms = fields_number(&f, "ms", OPTIONAL);
    read_diagnostics(r, &f);
    read_records(r, &f);
    if (!f.failed)
        return 0;
    report_release(r);
    return -1;
}
