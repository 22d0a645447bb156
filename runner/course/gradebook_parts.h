/* Parts of the gradebook to and from JSON. Internal to the room. */
#ifndef COURSE_GRADEBOOK_PARTS_H
#define COURSE_GRADEBOOK_PARTS_H

#include "course/gradebook.h"
#include "course/json_fields.h"

json_t *policies_to_json(const struct policies *p);
json_t *gradebook_exercise_to_json(const struct gradebook_exercise *x);
json_t *refusals_to_json(const struct gradebook_refusal *list, size_t count);

void policies_from_json(struct policies *p, struct fields *f, const char *key);
void gradebook_exercise_from_json(struct gradebook_exercise *x, const json_t *j, struct fields *f);
/* Appends. */
void refusals_from_json(struct gradebook_refusal **list, size_t *count, struct fields *f,
                        const char *key);
/* A file of ours as JSON: 0 and *j (caller owns), 1 when there is none, -1. */
int json_file_load(const char *path, json_t **j, struct err *e);
/* Does the file say exactly this already? Consumes `j`. */
bool json_file_is(const char *path, json_t *j);
/* Consumes `j`. A file that already says so is left alone. */
int json_file_save(const char *path, json_t *j, struct err *e);

#endif
