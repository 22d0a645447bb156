/* Progress of one learner: SQLite (WAL) in WORKSPACE/.ipclab/progress.db. Every call that returns 0
 * has reached the disk: kill -9 afterwards loses nothing. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "course/verdict.h"

struct store;

/* Open or create. An older schema is migrated in one transaction; a newer one is refused with a
 * sentence; a damaged file is renamed to progress.db.damaged-N and a new one begun (then *notice, when
 * given, gets a malloc'd sentence). read_only opens without writing anything. */
int store_open(struct store **s, const char *path, bool read_only, char **notice, struct err *e);
void store_close(struct store *s);

/* Record one finished attempt (not a cancelled or internal one). `json` of the report is kept. */
int store_add_attempt(struct store *s, const struct report *r, const struct exercise *x, struct err *e);
/* Record that hint number `level` (1-based) of an exercise was shown. Idempotent. */
int store_add_hint(struct store *s, const char *exercise, int level, struct err *e);
/* Record that the reference was looked at before a pass. */
int store_add_peek(struct store *s, const char *exercise, struct err *e);

enum progress_state { PROGRESS_UNTOUCHED, PROGRESS_TRIED, PROGRESS_PASSED };
struct progress {
    enum progress_state state; /* passed: some attempt passed; it stays passed until reopened */
    int attempts;
    int last_points, best_points, max_points; /* of the last attempt; 0 when none */
    int hints;             /* strongest hint level shown */
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
    long long when;
    int points, max_points;
    double ms;
    char *diagnosis; /* owned: of the first failed test, NULL when it passed */
};
/* The newest attempts first, at most `max`. Returns malloc'd array (attempts_free). */
int store_attempts(struct store *s, const char *exercise, size_t max, struct attempt **list,
                   size_t *count, struct err *e);
void attempts_free(struct attempt *list, size_t count);

/* Settings: text values kept in the same file. get returns malloc'd text or NULL. */
char *store_get(struct store *s, const char *key);
int store_set(struct store *s, const char *key, const char *value, struct err *e);

#endif
