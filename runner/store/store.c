/* What is recorded, and what is asked about it. Opening is in open.c. */
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "store/db.h"

/* Saving on every keystroke makes thousands of attempts; only the newest of an exercise keep their
 * whole report. */
#define REPORTS_KEPT "20"

static long long now(void)
{
    return (long long)time(NULL);
}

static int may_write(const struct store *s, struct err *e)
{
    return s->read_only ? err_msg(e, MSG_STORE_READ_ONLY, s->path) : 0;
}

/* Run a statement that gives no rows, and end it. */
static int finish(const struct store *s, sqlite3_stmt *q, struct err *e)
{
    if (!q)
        return -1;
    int stepped = db_step(s, q, e);
    sqlite3_finalize(q);
    return stepped < 0 ? -1 : 0;
}

static int insert_attempt(const struct store *s, const struct report *r, const struct exercise *x,
                          struct err *e)
{
    json_t *json = report_to_json(r, x);
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);
    const struct record *failure = report_first_failure(r);
    const char *diagnosis = failure ? failure->diagnosis : NULL;
    if (!r->built && !diagnosis)
        diagnosis = verdict_name(VERDICT_BUILD_FAILED);
    sqlite3_stmt *q =
        db_prepare(s, e,
                   "INSERT INTO attempt (exercise, at, passed, points, max_points,"
                   " report, ms, diagnosis) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                   "sliiisds", r->exercise, r->started ? r->started : now(), (int)report_passed(r),
                   r->points, r->max_points, text ? text : "", r->ms, diagnosis);
    free(text);
    return finish(s, q, e);
}

static int drop_old_reports(const struct store *s, const char *exercise, struct err *e)
{
    return finish(s,
                  db_prepare(s, e,
                             "UPDATE attempt SET report = '' WHERE exercise = ?1 AND report <> ''"
                             " AND id <= (SELECT id FROM attempt WHERE exercise = ?1"
                             " ORDER BY id DESC LIMIT 1 OFFSET " REPORTS_KEPT ")",
                             "s", exercise),
                  e);
}

/* A run that tells nothing about the student's code: cancelled, or broken by a fault of ours. */
static bool counts(const struct report *r)
{
    for (size_t i = 0; i < r->n_records; i++)
        if (r->records[i].verdict == VERDICT_INTERNAL)
            return false;
    return !r->cancelled && !r->internal;
}

int store_add_attempt(struct store *s, const struct report *r, const struct exercise *x,
                      struct err *e)
{
    if (may_write(s, e) < 0)
        return -1;
    if (!counts(r))
        return err_msg(e, MSG_STORE_NOT_FINISHED, r->exercise);
    int result = db_exec(s->db, "BEGIN IMMEDIATE");
    if (result != SQLITE_OK)
        return db_fail(s, result, e);
    if (insert_attempt(s, r, x, e) == 0 && drop_old_reports(s, r->exercise, e) == 0) {
        result = db_exec(s->db, "COMMIT");
        if (result == SQLITE_OK)
            return 0;
        db_fail(s, result, e);
    }
    db_exec(s->db, "ROLLBACK"); /* fails when the error has already undone everything: fine */
    return -1;
}

int store_add_hint(struct store *s, const char *exercise, int level, struct err *e)
{
    if (may_write(s, e) < 0)
        return -1;
    return finish(s,
                  db_prepare(s, e, "INSERT OR IGNORE INTO hint_shown VALUES (?, ?, ?)", "sil",
                             exercise, level, now()),
                  e);
}

int store_add_peek(struct store *s, const char *exercise, struct err *e)
{
    if (may_write(s, e) < 0)
        return -1;
    return finish(
        s, db_prepare(s, e, "INSERT OR IGNORE INTO peek VALUES (?, ?)", "sl", exercise, now()), e);
}

int store_reopen(struct store *s, const char *exercise, struct err *e)
{
    if (may_write(s, e) < 0)
        return -1;
    return finish(s,
                  db_prepare(s, e,
                             "INSERT INTO reopened SELECT ?1, max(id), ?2 FROM attempt"
                             " WHERE exercise = ?1 HAVING max(id) IS NOT NULL"
                             " ON CONFLICT (exercise) DO UPDATE"
                             " SET attempt = excluded.attempt, at = excluded.at",
                             "sl", exercise, now()),
                  e);
}

/* One row whatever the exercise; columns in the order progress_from_row() takes them. */
static const char PROGRESS_SQL[] =
    "SELECT count(*), coalesce(max(points), 0), coalesce(min(at), 0), coalesce(max(at), 0),"
    " coalesce(min(CASE WHEN passed THEN at END), 0),"
    " coalesce(max(CASE WHEN passed THEN id END), 0)"
    " > coalesce((SELECT attempt FROM reopened WHERE exercise = ?1), 0),"
    " coalesce((SELECT points FROM attempt WHERE exercise = ?1 ORDER BY id DESC LIMIT 1), 0),"
    " coalesce((SELECT max_points FROM attempt WHERE exercise = ?1 ORDER BY id DESC LIMIT 1), 0),"
    " coalesce((SELECT max(level) FROM hint_shown WHERE exercise = ?1), 0),"
    " EXISTS (SELECT 1 FROM peek WHERE exercise = ?1)"
    " FROM attempt WHERE exercise = ?1";

static void progress_from_row(struct progress *p, sqlite3_stmt *q)
{
    p->attempts = sqlite3_column_int(q, 0);
    p->best_points = sqlite3_column_int(q, 1);
    p->first_try = sqlite3_column_int64(q, 2);
    p->last_try = sqlite3_column_int64(q, 3);
    p->first_pass = sqlite3_column_int64(q, 4);
    bool passed = sqlite3_column_int(q, 5) != 0;
    p->last_points = sqlite3_column_int(q, 6);
    p->max_points = sqlite3_column_int(q, 7);
    p->hints = sqlite3_column_int(q, 8);
    p->peeked = sqlite3_column_int(q, 9) != 0;
    if (passed)
        p->state = PROGRESS_PASSED;
    else if (p->attempts > 0)
        p->state = PROGRESS_TRIED;
}

int store_progress(struct store *s, const char *exercise, struct progress *p, struct err *e)
{
    *p = (struct progress){.state = PROGRESS_UNTOUCHED};
    sqlite3_stmt *q = db_prepare(s, e, PROGRESS_SQL, "s", exercise);
    if (!q)
        return -1;
    int stepped = db_step(s, q, e);
    if (stepped > 0)
        progress_from_row(p, q);
    sqlite3_finalize(q);
    return stepped < 0 ? -1 : 0;
}

static char *column_text(sqlite3_stmt *q, int column)
{
    return str_dup((const char *)sqlite3_column_text(q, column));
}

/* The text in the first column of the first row; NULL when there is none. */
static char *first_text(const struct store *s, sqlite3_stmt *q)
{
    if (!q)
        return NULL;
    char *text = db_step(s, q, NULL) > 0 ? column_text(q, 0) : NULL;
    sqlite3_finalize(q);
    return text;
}

char *store_last_report(struct store *s, const char *exercise)
{
    return first_text(s, db_prepare(s, NULL,
                                    "SELECT nullif(report, '') FROM attempt WHERE exercise = ?"
                                    " ORDER BY id DESC LIMIT 1",
                                    "s", exercise));
}

char *store_report(struct store *s, long long attempt)
{
    return first_text(s, db_prepare(s, NULL, "SELECT nullif(report, '') FROM attempt WHERE id = ?",
                                    "l", attempt));
}

int store_attempts(struct store *s, const char *exercise, size_t max, struct attempt **list,
                   size_t *count, struct err *e)
{
    *list = NULL;
    *count = 0;
    sqlite3_stmt *q = db_prepare(s, e,
                                 "SELECT at, points, max_points, ms, diagnosis, id FROM attempt"
                                 " WHERE exercise = ? ORDER BY id DESC",
                                 "s", exercise);
    if (!q)
        return -1;
    int stepped = 0;
    while (*count < max && (stepped = db_step(s, q, e)) > 0) {
        *list = mem_grow(*list, *count + 1, sizeof **list);
        (*list)[(*count)++] = (struct attempt){
            .id = sqlite3_column_int64(q, 5),
            .when = sqlite3_column_int64(q, 0),
            .points = sqlite3_column_int(q, 1),
            .max_points = sqlite3_column_int(q, 2),
            .ms = sqlite3_column_double(q, 3),
            .diagnosis = column_text(q, 4),
        };
    }
    sqlite3_finalize(q);
    if (stepped >= 0)
        return 0;
    attempts_free(*list, *count);
    *list = NULL;
    *count = 0;
    return -1;
}

void attempts_free(struct attempt *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(list[i].diagnosis);
    free(list);
}

char *store_get(struct store *s, const char *key)
{
    return first_text(s, db_prepare(s, NULL, "SELECT value FROM setting WHERE key = ?", "s", key));
}

int store_set(struct store *s, const char *key, const char *value, struct err *e)
{
    if (may_write(s, e) < 0)
        return -1;
    if (!value)
        return finish(s, db_prepare(s, e, "DELETE FROM setting WHERE key = ?", "s", key), e);
    return finish(s,
                  db_prepare(s, e,
                             "INSERT INTO setting VALUES (?, ?) ON CONFLICT (key)"
                             " DO UPDATE SET value = excluded.value",
                             "ss", key, value),
                  e);
}
