/* What the records say about the learner: how much, when, and what keeps going wrong. */
#include "store/stats.h"

#include <stdlib.h>

#include "base/buf.h"
#include "store/db.h"

static char *column_text(sqlite3_stmt *q, int column)
{
    return str_dup((const char *)sqlite3_column_text(q, column));
}

static int read_totals(const struct store *s, struct stats *t, struct err *e)
{
    sqlite3_stmt *q = db_prepare(
        s, e,
        "SELECT count(*), coalesce(sum(passed), 0),"
        " (SELECT count(*) FROM hint_shown), (SELECT count(*) FROM peek),"
        " coalesce((SELECT sum(gap) FROM (SELECT at - lag(at) OVER (ORDER BY at, id) AS gap"
        "  FROM attempt) WHERE gap BETWEEN 1 AND ?1), 0) FROM attempt",
        "i", (int)STATS_PAUSE);
    if (!q)
        return -1;
    int stepped = db_step(s, q, e);
    if (stepped > 0) {
        t->attempts = sqlite3_column_int(q, 0);
        t->passes = sqlite3_column_int(q, 1);
        t->hints = sqlite3_column_int(q, 2);
        t->peeks = sqlite3_column_int(q, 3);
        t->seconds = sqlite3_column_int64(q, 4);
    }
    sqlite3_finalize(q);
    return stepped < 0 ? -1 : 0;
}

/* Whole days of the local calendar, so that a change of the clock moves nothing to another day. */
static int read_days(const struct store *s, long long now, struct stats *t, struct err *e)
{
    sqlite3_stmt *q =
        db_prepare(s, e,
                   "SELECT CAST(julianday(date(?1, 'unixepoch', 'localtime'))"
                   "  - julianday(date(at, 'unixepoch', 'localtime')) AS INTEGER) AS ago,"
                   " count(*), sum(passed) FROM attempt GROUP BY ago HAVING ago BETWEEN 0 AND ?2",
                   "li", now, STATS_DAYS - 1);
    int stepped = 0;
    if (!q)
        return -1;
    while ((stepped = db_step(s, q, e)) > 0) {
        struct stats_day *day = &t->days[STATS_DAYS - 1 - sqlite3_column_int(q, 0)];
        day->attempts = sqlite3_column_int(q, 1);
        day->passes = sqlite3_column_int(q, 2);
    }
    sqlite3_finalize(q);
    return stepped;
}

static int read_diagnoses(const struct store *s, struct stats *t, struct err *e)
{
    sqlite3_stmt *q = db_prepare(
        s, e,
        "SELECT diagnosis, count(*), count(DISTINCT exercise), max(at), max(id) FROM attempt"
        " WHERE diagnosis IS NOT NULL GROUP BY diagnosis ORDER BY 2 DESC, 4 DESC",
        "");
    int stepped = 0;
    if (!q)
        return -1;
    while ((stepped = db_step(s, q, e)) > 0) {
        t->diagnoses = mem_grow(t->diagnoses, t->n_diagnoses + 1, sizeof *t->diagnoses);
        t->diagnoses[t->n_diagnoses++] =
            (struct stats_diagnosis){.name = column_text(q, 0),
                                     .count = sqlite3_column_int(q, 1),
                                     .exercises = sqlite3_column_int(q, 2),
                                     .last = sqlite3_column_int64(q, 3),
                                     .attempt = sqlite3_column_int64(q, 4)};
    }
    sqlite3_finalize(q);
    return stepped;
}

int store_stats(struct store *s, long long now, struct stats *t, struct err *e)
{
    *t = (struct stats){0};
    if (read_totals(s, t, e) == 0 && read_days(s, now, t, e) == 0 && read_diagnoses(s, t, e) == 0)
        return 0;
    stats_release(t);
    return -1;
}

void stats_release(struct stats *t)
{
    for (size_t i = 0; i < t->n_diagnoses; i++)
        free(t->diagnoses[i].name);
    free(t->diagnoses);
    *t = (struct stats){0};
}
