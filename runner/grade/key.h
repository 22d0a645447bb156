/* What a result depends on, as hashes (SHA-256). Same key, same result: it need not be graded
 * again. */
#ifndef GRADE_KEY_H
#define GRADE_KEY_H

#include "course/course.h"
#include "grade/grade.h"
#include "grade/submissions.h"

enum { KEY_SIZE = 65 }; /* 64 hex digits and NUL */

/* Over the students' files of one exercise: 16 hex digits. */
void key_of_sources(char out[17], const struct found *f);
/* Over what is ours: manifest, given files, drivers, Check program, references, sandbox, compiler
 * and its flags, libc, version of ipclab, sandbox mode. */
int key_of_exercise(char out[KEY_SIZE], const struct course *c, const struct exercise *x,
                    enum sandbox_mode mode, struct err *e);
/* Both together. */
void key_of_result(char out[KEY_SIZE], const char *exercise_key, const char *source_hash);
/* The seed of a key: a regrade meets the same schedules and inputs. Never 0. */
uint64_t key_seed(const char *key);

#endif
