/* INI files checked against a table: which sections there are, which keys each has, which of them
 * are required. A mistake is an error that names the file, the line and what was expected.
 *
 * To read a new kind of file: write one `apply` function per key, put them into a table of struct
 * ini_key per section, and call ini_load(). */
#ifndef COURSE_INI_FILE_H
#define COURSE_INI_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct ini_context {
    const char *path; /* of the file being read */
    int line;         /* 1-based line of the key or section at hand */
    void *user;       /* what was given to ini_load() */
};

struct ini_key {
    const char *name;
    bool required;
    /* Take the value (UTF-8, blanks at both ends removed, may be empty). */
    int (*apply)(const struct ini_context *c, const char *value, struct err *e);
};

enum { INI_MAX_KEYS = 8 };

struct ini_section {
    const char *name; /* "exercise" for [exercise]; "test" with named: [test ID] */
    bool named;       /* takes one word after its name and may appear many times */
    /* Called at the first key; `word` is the word after the name, "" when not named. May be NULL.
     */
    int (*begin)(const struct ini_context *c, const char *word, struct err *e);
    struct ini_key keys[INI_MAX_KEYS]; /* ends at a NULL name */
};

/* Read `path` (at most 64 KiB of UTF-8). Indented lines count as if they were not indented. */
int ini_load(const char *path, const struct ini_section *sections, size_t n_sections, void *user,
             struct err *e);

/* Helpers for apply functions. */
int ini_integer(const struct ini_context *c, const char *key, const char *value, int low, int high,
                int *out, struct err *e);
int ini_boolean(const struct ini_context *c, const char *key, const char *value, bool *out,
                struct err *e);
/* A copy of a value that may not be empty. */
int ini_text(const struct ini_context *c, const char *key, const char *value, char **out,
             struct err *e);
/* The words of a value, appended to *list. */
void ini_words(const char *value, char ***list, size_t *count);

#endif
