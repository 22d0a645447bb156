#include "course/verdict.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "course/base64.h"
#include "course/json_fields.h"

/* To add a verdict: a line here, one in enum verdict, and its title in course.def. Names are stored
 * in databases and reports; they never change. */
static const struct {
    const char *name;
    enum msg_id title;
} verdicts[VERDICT_COUNT] = {
    [VERDICT_PASS] = {"pass", MSG_COURSE_VERDICT_PASS},
    [VERDICT_BUILD_FAILED] = {"build-failed", MSG_COURSE_VERDICT_BUILD_FAILED},
    [VERDICT_WRONG_OUTPUT] = {"wrong-output", MSG_COURSE_VERDICT_WRONG_OUTPUT},
    [VERDICT_WRONG_STATUS] = {"wrong-status", MSG_COURSE_VERDICT_WRONG_STATUS},
    [VERDICT_WRONG_STATE] = {"wrong-state", MSG_COURSE_VERDICT_WRONG_STATE},
    [VERDICT_HANG] = {"hang", MSG_COURSE_VERDICT_HANG},
    [VERDICT_BUSY_LOOP] = {"busy-loop", MSG_COURSE_VERDICT_BUSY_LOOP},
    [VERDICT_CRASH] = {"crash", MSG_COURSE_VERDICT_CRASH},
    [VERDICT_LEAK] = {"leak", MSG_COURSE_VERDICT_LEAK},
    [VERDICT_RACE] = {"race", MSG_COURSE_VERDICT_RACE},
    [VERDICT_PROTOCOL] = {"protocol", MSG_COURSE_VERDICT_PROTOCOL},
    [VERDICT_LIMIT] = {"limit", MSG_COURSE_VERDICT_LIMIT},
    [VERDICT_UNDECIDED] = {"undecided", MSG_COURSE_VERDICT_UNDECIDED},
    [VERDICT_INTERNAL] = {"internal", MSG_COURSE_VERDICT_INTERNAL},
    [VERDICT_SKIPPED] = {"skipped", MSG_COURSE_VERDICT_SKIPPED},
};

const char *verdict_name(enum verdict v)
{
    return verdicts[v].name;
}

bool verdict_parse(const char *name, enum verdict *v)
{
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        if (strcmp(verdicts[i].name, name) != 0)
            continue;
        *v = (enum verdict)i;
        return true;
    }
    return false;
}

const char *verdict_title(enum verdict v, enum lang lang)
{
    return msg_in(lang, verdicts[v].title);
}

void text2_release(struct text2 *t)
{
    for (size_t i = 0; i < LANG_COUNT; i++)
        free(t->text[i]);
    *t = (struct text2){{NULL}};
}

const char *text2_get(const struct text2 *t)
{
    if (t->text[msg_lang()] != NULL)
        return t->text[msg_lang()];
    for (size_t i = 0; i < LANG_COUNT; i++)
        if (t->text[i] != NULL)
            return t->text[i];
    return "";
}

void record_release(struct record *r)
{
    free(r->test);
    free(r->diagnosis);
    text2_release(&r->symptom);
    text2_release(&r->evidence);
    text2_release(&r->hint);
    text2_release(&r->graph);
    free(r->expected.data);
    free(r->actual.data);
    free(r->stderr_tail);
    *r = (struct record){0};
}

static json_t *text2_to_json(const struct text2 *t)
{
    if (t->text[LANG_ZH] == NULL && t->text[LANG_EN] == NULL)
        return json_null();
    return json_pack("{s:o, s:o}", "zh", json_text(t->text[LANG_ZH]), "en",
                     json_text(t->text[LANG_EN]));
}

static json_t *bytes_to_json(bool has_bytes, const struct bytes *b)
{
    if (!has_bytes)
        return json_null();
    AUTO_FREE char *encoded = base64_encode(b->data, b->len);
    return json_pack("{s:s, s:I, s:I}", "base64", encoded, "total", (json_int_t)b->total, "len",
                     (json_int_t)b->len);
}

json_t *record_to_json(const struct record *r)
{
    AUTO_FREE char *seed = str_format("%llu", (unsigned long long)r->seed);
    json_t *j = json_object();
    json_object_set_new(j, "test", json_text(r->test));
    json_object_set_new(j, "verdict", json_string(verdict_name(r->verdict)));
    json_object_set_new(j, "diagnosis", json_text(r->diagnosis));
    json_object_set_new(j, "symptom", text2_to_json(&r->symptom));
    json_object_set_new(j, "evidence", text2_to_json(&r->evidence));
    json_object_set_new(j, "hint", text2_to_json(&r->hint));
    json_object_set_new(j, "graph", text2_to_json(&r->graph));
    json_object_set_new(j, "expected", bytes_to_json(r->has_bytes, &r->expected));
    json_object_set_new(j, "actual", bytes_to_json(r->has_bytes, &r->actual));
    json_object_set_new(j, "stderr", json_text(r->stderr_tail));
    json_object_set_new(j, "seed", json_string(seed));
    json_object_set_new(j, "ms", json_ms(r->ms));
    if (r->blocked_ms > 0)
        json_object_set_new(j, "blocked_ms", json_ms(r->blocked_ms));
    return j;
}

static void text2_from_json(struct fields *f, const char *key, struct text2 *t)
{
    const json_t *j = fields_object(f, key, OPTIONAL);
    if (j == NULL)
        return;
    struct fields inner;
    fields_init(&inner, j, f->e);
    t->text[LANG_ZH] = fields_string(&inner, "zh", OPTIONAL);
    t->text[LANG_EN] = fields_string(&inner, "en", OPTIONAL);
    f->failed = f->failed || inner.failed;
}

/* True when the record has these bytes. */
static bool bytes_from_json(struct fields *f, const char *key, struct bytes *b)
{
    const json_t *j = fields_object(f, key, OPTIONAL);
    if (j == NULL)
        return false;
    struct fields inner;
    fields_init(&inner, j, f->e);
    AUTO_FREE char *encoded = fields_string(&inner, "base64", REQUIRED);
    b->total = (size_t)fields_integer(&inner, "total", REQUIRED, 0, INT64_MAX);
    if (encoded != NULL && !base64_decode(encoded, &b->data, &b->len))
        fields_fail(&inner, "base64", "base64");
    if (b->len > b->total)
        fields_fail(&inner, "total", "integer >= len");
    f->failed = f->failed || inner.failed;
    return !inner.failed;
}

int record_from_json(struct record *r, const json_t *j, struct err *e)
{
    *r = (struct record){0};
    struct fields f;
    fields_init(&f, j, e);
    r->test = fields_string(&f, "test", REQUIRED);
    AUTO_FREE char *verdict = fields_string(&f, "verdict", REQUIRED);
    if (verdict != NULL && !verdict_parse(verdict, &r->verdict))
        fields_fail(&f, "verdict", "pass, wrong-output, hang…");
    r->diagnosis = fields_string(&f, "diagnosis", OPTIONAL);
    text2_from_json(&f, "symptom", &r->symptom);
    text2_from_json(&f, "evidence", &r->evidence);
    text2_from_json(&f, "hint", &r->hint);
    text2_from_json(&f, "graph", &r->graph);
    bool has_expected = bytes_from_json(&f, "expected", &r->expected);
    bool has_actual = bytes_from_json(&f, "actual", &r->actual);
    r->has_bytes = has_expected || has_actual;
    r->stderr_tail = fields_string(&f, "stderr", OPTIONAL);
    r->seed = fields_uint64(&f, "seed");
    r->ms = fields_number(&f, "ms", OPTIONAL);
    r->blocked_ms = fields_number(&f, "blocked_ms", OPTIONAL);
    if (!f.failed)
        return 0;
    record_release(r);
    return -1;
}
