#include "course/json_fields.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

void fields_init(struct fields *f, const json_t *j, struct err *e)
{
    *f = (struct fields){.object = j, .e = e};
    if (json_is_object(j))
        return;
    f->failed = true;
    err_msg(e, MSG_COURSE_JSON_NOT_OBJECT);
}

void fields_fail(struct fields *f, const char *key, const char *expected)
{
    if (f->failed)
        return;
    f->failed = true;
    err_msg(f->e, MSG_COURSE_JSON_FIELD, key, expected);
}

/* The value of `key`, NULL when there is none (a failure when it is required). */
static const json_t *value_of(struct fields *f, const char *key, enum need need,
                              const char *expected)
{
    if (f->failed)
        return NULL;
    const json_t *value = json_object_get(f->object, key);
    if (value != NULL && !json_is_null(value))
        return value;
    if (need == REQUIRED)
        fields_fail(f, key, expected);
    return NULL;
}

char *fields_string(struct fields *f, const char *key, enum need need)
{
    const json_t *value = value_of(f, key, need, "string");
    if (value == NULL)
        return NULL;
    /* A string with a NUL inside would be cut without a word. */
    if (json_is_string(value) && strlen(json_string_value(value)) == json_string_length(value))
        return str_dup(json_string_value(value));
    fields_fail(f, key, "string");
    return NULL;
}

long long fields_integer(struct fields *f, const char *key, enum need need, long long low,
                         long long high)
{
    const json_t *value = value_of(f, key, need, "integer");
    if (value == NULL)
        return 0;
    if (json_is_integer(value) && json_integer_value(value) >= low &&
        json_integer_value(value) <= high)
        return json_integer_value(value);
    fields_fail(f, key, "integer");
    return 0;
}

double fields_number(struct fields *f, const char *key, enum need need)
{
    const json_t *value = value_of(f, key, need, "number >= 0");
    if (value == NULL)
        return 0;
    if (json_is_number(value) && json_number_value(value) >= 0)
        return json_number_value(value);
    fields_fail(f, key, "number >= 0");
    return 0;
}

bool fields_bool(struct fields *f, const char *key, enum need need)
{
    const json_t *value = value_of(f, key, need, "true/false");
    if (value == NULL)
        return false;
    if (!json_is_boolean(value))
        fields_fail(f, key, "true/false");
    return json_is_true(value);
}

uint64_t fields_uint64(struct fields *f, const char *key)
{
    AUTO_FREE char *text = fields_string(f, key, OPTIONAL);
    if (text == NULL)
        return 0;
    char *end = NULL;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);
    if (errno == 0 && text[0] >= '0' && text[0] <= '9' && *end == '\0')
        return n;
    fields_fail(f, key, "decimal string");
    return 0;
}

const json_t *fields_array(struct fields *f, const char *key, enum need need)
{
    const json_t *value = value_of(f, key, need, "array");
    if (value == NULL || json_is_array(value))
        return value;
    fields_fail(f, key, "array");
    return NULL;
}

const json_t *fields_object(struct fields *f, const char *key, enum need need)
{
    const json_t *value = value_of(f, key, need, "object");
    if (value == NULL || json_is_object(value))
        return value;
    fields_fail(f, key, "object");
    return NULL;
}

json_t *json_text(const char *text)
{
    if (text == NULL)
        return json_null();
    json_t *j = json_string(text);
    if (j != NULL)
        return j;
    struct buf clean = BUF_INIT;
    text_sanitize(&clean, text, strlen(text));
    j = json_string(buf_text(&clean));
    buf_release(&clean);
    return j;
}

json_t *json_ms(double ms)
{
    return json_real(isfinite(ms) ? ms : 0);
}
