/* Progress of one learner: SQLite (WAL) in WORKSPACE/.ipclab/progress.db. Every call that returns 0
 * has reached the disk: kill -9 afterwards loses nothing. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "course/verdict.h"

struct store;

/* Version of the schema, in PRAGMA user_version of the file. Its history is in schema.c. */
enum { STORE_VERSION = 2 };

/* Open or create (the folder must exist). An older schema is migrated in one transaction; a newer
 * one is refused with a sentence; a damaged file is renamed to progress.db.damaged-N, with its -wal
 * and -shm, and a new one begun (then *notice, when given, gets a malloc'd sentence, else NULL).
 *
 * read_only opens without writing anything, also beside a running ipclab. Where the file or its
 * folder cannot be written, or the disk has no room for the write-ahead log, the store opens
 * read-only by itself, and *notice says so: what was recorded can be read, and every change gives
 * an error. Several processes may have the same file open; each waits for the others up to five
 * seconds. */
int store_open(struct store **s, const char *path, bool read_only, char **notice, struct err *e);
void store_close(struct store *s);
/* The version of SQLite in use, "3.40.1"; static. */
const char *store_engine(void);

/* Does every change fail because the file, its folder or the disk cannot be written? */
bool store_is_read_only(const struct store *s);

/* Record one finished attempt. A cancelled run and one that failed through a fault of ours are
 * refused with an error. The report is kept as JSON; only the newest twenty of an exercise keep
 * theirs. */
int store_add_attempt(struct store *s, const struct report *r, const struct exercise *x,
                      struct err *e);
/* Record that hint number `level` (1-based) of an exercise was shown. Idempotent. */
int store_add_hint(struct store *s, const char *exercise, int level, struct err *e);
/* Record that the reference was looked at before a pass. */
int store_add_peek(struct store *s, const char *exercise, struct err *e);

enum progress_state { PROGRESS_UNTOUCHED, PROGRESS_TRIED, PROGRESS_PASSED };
struct progress {
    enum progress_state state; /* passed: some attempt passed; it stays passed until reopened */
    int attempts;
    int last_points, best_points, max_points; /* of the last attempt; 0 when none */
    int hints;                                /* strongest hint level shown */
    bool peeked;
    long long first_try, first_pass, last_try; /* seconds since 1970, 0 when never */
};
/* Progress of one exercise; an unknown id is untouched. */
int store_progress(struct store *s, const char *exercise, struct progress *p, struct err *e);
/* The last report as JSON text (malloc'd), NULL when there is none. */
char *store_last_report(struct store *s, const char *exercise);
/* Mark a passed exercise as not passed (final re-verification found it failing). */
int store_reopen(struct store *s, const char *exercise, struct err *e);

struct attempt {
    long long id;
    long long when;
    int points, max_points;
    double ms;
    char *diagnosis; /* owned: of the first failed test, NULL when it passed */
};
/* The newest attempts first, at most `max`. Returns malloc'd array (attempts_free). */
int store_attempts(struct store *s, const char *exercise, size_t max, struct attempt **list,
                   size_t *count, struct err *e);
/* The report of an attempt as JSON text (malloc'd), NULL when it is no longer kept. */
char *store_report(struct store *s, long long attempt);
void attempts_free(struct attempt *list, size_t count);

/* Settings: text values kept in the same file. get returns malloc'd text or NULL; setting NULL
 * removes the value. */
char *store_get(struct store *s, const char *key);
int store_set(struct store *s, const char *key, const char *value, struct err *e);

#endif
