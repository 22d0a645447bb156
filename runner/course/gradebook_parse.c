/* Parts of the gradebook from JSON, and JSON files. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fs.h"
#include "course/gradebook_parts.h"

enum { FILE_LIMIT = 64 << 20 };

int json_file_load(const char *path, json_t **j, struct err *e)
{
    struct buf text = BUF_INIT;
    json_error_t why;
    *j = NULL;
    if (!fs_exists(path))
        return 1;
    int rc = fs_read(path, FILE_LIMIT, &text, e);
    if (rc == 0) {
        *j = json_loadb(buf_text(&text), text.len, 0, &why);
        if (!*j)
            rc = err_msg(e, MSG_COURSE_BAD_REPORT_FILE, path, why.text);
    }
    buf_release(&text);
    return rc;
}

/* As it stands in a file. */
static void file_text(struct buf *out, json_t *j)
{
    char *text = json_dumps(j, JSON_INDENT(1));
    json_decref(j);
    buf_adds(out, text ? text : "null");
    buf_addc(out, '\n');
    free(text);
}

static bool file_is(const char *path, const struct buf *text)
{
    struct buf there = BUF_INIT;
    bool same = fs_exists(path) && fs_read(path, FILE_LIMIT, &there, NULL) == 0 &&
                there.len == text->len && memcmp(there.data, text->data, text->len) == 0;
    buf_release(&there);
    return same;
}

bool json_file_is(const char *path, json_t *j)
{
    struct buf text = BUF_INIT;
    file_text(&text, j);
    bool same = file_is(path, &text);
    buf_release(&text);
    return same;
}

int json_file_save(const char *path, json_t *j, struct err *e)
{
    struct buf text = BUF_INIT;
    file_text(&text, j);
    int rc = file_is(path, &text) ? 0 : fs_write(path, text.data, text.len, e);
    buf_release(&text);
    return rc;
}

void policies_from_json(struct policies *p, struct fields *f, const char *key)
{
    struct fields inner;
    fields_init(&inner, fields_object(f, key, REQUIRED), f->e);
    AUTO_FREE char *keep = fields_string(&inner, "keep", REQUIRED);
    AUTO_FREE char *hidden = fields_string(&inner, "hidden", REQUIRED);
    if (keep && !keep_policy_parse(keep, &p->keep))
        fields_fail(&inner, "keep", "best, last, first");
    p->hidden = !hidden || strcmp(hidden, "never") == 0 ? HIDDEN_NEVER
                : strcmp(hidden, "always") == 0         ? HIDDEN_ALWAYS
                                                        : HIDDEN_AFTER;
    p->hidden_after = fields_integer(&inner, "hidden_after", OPTIONAL, 0, LLONG_MAX);
    p->late.grace_minutes = (int)fields_integer(&inner, "grace_minutes", OPTIONAL, 0, INT_MAX);
    p->late.percent_per_day = fields_number(&inner, "percent_per_day", OPTIONAL);
    p->late.max_days = (int)fields_integer(&inner, "max_days", OPTIONAL, 0, INT_MAX);
    f->failed = f->failed || inner.failed;
}

static void two_from_json(char *text[LANG_COUNT], struct fields *f, const char *key)
{
    struct fields inner;
    fields_init(&inner, fields_object(f, key, REQUIRED), f->e);
    text[LANG_ZH] = fields_string(&inner, "zh", OPTIONAL);
    text[LANG_EN] = fields_string(&inner, "en", OPTIONAL);
    f->failed = f->failed || inner.failed;
}

static void test_from_json(struct gradebook_test *t, const json_t *j, struct fields *outer)
{
    struct fields f;
    fields_init(&f, j, outer->e);
    t->id = fields_string(&f, "id", REQUIRED);
    two_from_json(t->title.text, &f, "title");
    t->points = (int)fields_integer(&f, "points", REQUIRED, 0, INT_MAX);
    t->hidden = fields_bool(&f, "hidden", REQUIRED);
    outer->failed = outer->failed || f.failed;
}

void gradebook_exercise_from_json(struct gradebook_exercise *x, const json_t *j,
                                  struct fields *outer)
{
    struct fields f;
    fields_init(&f, j, outer->e);
    x->id = fields_string(&f, "id", REQUIRED);
    x->number = fields_string(&f, "number", REQUIRED);
    two_from_json(x->title.text, &f, "title");
    x->max_points = (int)fields_integer(&f, "max_points", REQUIRED, 0, INT_MAX);
    x->due = fields_integer(&f, "due", OPTIONAL, 0, LLONG_MAX);
    const json_t *tests = fields_array(&f, "tests", REQUIRED);
    x->n_tests = json_array_size(tests);
    x->tests = mem_alloc((x->n_tests + 1) * sizeof *x->tests);
    for (size_t i = 0; i < x->n_tests; i++)
        test_from_json(&x->tests[i], json_array_get(tests, i), &f);
    outer->failed = outer->failed || f.failed;
}

void refusals_from_json(struct gradebook_refusal **list, size_t *count, struct fields *outer,
                        const char *key)
{
    const json_t *array = fields_array(outer, key, OPTIONAL);
    for (size_t i = 0; i < json_array_size(array); i++) {
        struct fields f;
        struct gradebook_refusal r = {.where = NULL};
        fields_init(&f, json_array_get(array, i), outer->e);
        r.where = fields_string(&f, "where", REQUIRED);
        r.what = fields_string(&f, "what", OPTIONAL);
        two_from_json(r.why.text, &f, "why");
        *list = mem_grow(*list, *count + 1, sizeof **list);
        (*list)[(*count)++] = r;
        outer->failed = outer->failed || f.failed;
    }
}
