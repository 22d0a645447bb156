/* Reading and writing the fields of a JSON object. Reading is sticky: after the first field that is
 * missing or has the wrong type, `failed` is set, the error is filled, and all later reads give
 * empty values; so a function reads everything and looks once. */
#ifndef COURSE_JSON_FIELDS_H
#define COURSE_JSON_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct fields {
    const json_t *object;
    struct err *e;
    bool failed;
};
enum need { OPTIONAL, REQUIRED }; /* an optional field may be missing or null */

/* Start reading `j`; fails when it is not an object. */
void fields_init(struct fields *f, const json_t *j, struct err *e);
/* Note that the value of `key` is not what it should be ("a string"). */
void fields_fail(struct fields *f, const char *key, const char *expected);

char *fields_string(struct fields *f, const char *key, enum need need); /* malloc'd or NULL */
long long fields_integer(struct fields *f, const char *key, enum need need, long long low,
                         long long high);
double fields_number(struct fields *f, const char *key, enum need need); /* >= 0 */
bool fields_bool(struct fields *f, const char *key, enum need need);
uint64_t fields_uint64(struct fields *f, const char *key); /* optional, a decimal string */
const json_t *fields_array(struct fields *f, const char *key, enum need need);
const json_t *fields_object(struct fields *f, const char *key, enum need need);

/* A JSON string, null for NULL. Bytes that are not UTF-8 are escaped visibly. */
json_t *json_text(const char *text);
/* A JSON number; what is not finite becomes 0. */
json_t *json_ms(double ms);

#endif
