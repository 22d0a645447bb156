/* Writing into the gradebook. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "store/gradebook_db.h"

int gradebook_db_finish(struct gradebook_db *db, sqlite3_stmt *q, struct err *e)
{
    if (!q)
        return -1;
    int stepped = db_step(&db->base, q, e);
    sqlite3_finalize(q);
    return stepped < 0 ? -1 : 0;
}

static int run(struct gradebook_db *db, const char *sql, struct err *e)
{
    int result = db_exec(db->base.db, sql);
    return result == SQLITE_OK ? 0 : db_fail(&db->base, result, e);
}

int gradebook_db_begin(struct gradebook_db *db, struct err *e)
{
    return run(db, "BEGIN IMMEDIATE", e);
}

int gradebook_db_commit(struct gradebook_db *db, struct err *e)
{
    return run(db, "COMMIT", e);
}

void gradebook_db_rollback(struct gradebook_db *db)
{
    db_exec(db->base.db, "ROLLBACK"); /* fails when the error has already undone everything */
}

int gradebook_db_note(struct gradebook_db *db, const char *student, const char *exercise,
                      const char *kind, double before, double after, const char *note,
                      struct err *e)
{
    return gradebook_db_finish(
        db,
        db_prepare(&db->base, e,
                   "INSERT INTO change (at, student, exercise, kind, before, after, note)"
                   " VALUES (?, ?, ?, ?, ?, ?, ?)",
                   "lsssdds", (long long)time(NULL), student, exercise, kind, before, after, note),
        e);
}

static int put_setting(struct gradebook_db *db, const char *key, double value, struct err *e)
{
    return gradebook_db_finish(
        db,
        db_prepare(&db->base, e, "INSERT OR REPLACE INTO setting VALUES (?, ?)", "sd", key, value),
        e);
}

static int put_settings(struct gradebook_db *db, const struct gradebook *g, struct err *e)
{
    const struct policies *p = &g->policies;
    int rc = gradebook_db_finish(db,
                                 db_prepare(&db->base, e,
                                            "INSERT OR REPLACE INTO setting VALUES ('title', ?)",
                                            "s", g->title),
                                 e);
    rc |= put_setting(db, "keep", p->keep, e);
    rc |= put_setting(db, "hidden", p->hidden, e);
    rc |= put_setting(db, "hidden_after", (double)p->hidden_after, e);
    rc |= put_setting(db, "grace_minutes", p->late.grace_minutes, e);
    rc |= put_setting(db, "percent_per_day", p->late.percent_per_day, e);
    rc |= put_setting(db, "max_days", p->late.max_days, e);
    return rc;
}

static int put_exercise(struct gradebook_db *db, const struct gradebook_exercise *x,
                        size_t position, struct err *e)
{
    int rc = gradebook_db_finish(
        db,
        db_prepare(&db->base, e, "INSERT INTO exercise VALUES (?, ?, ?, ?, ?, ?, ?)", "slsssil",
                   x->id, (long long)position, x->number, x->title.text[LANG_ZH],
                   x->title.text[LANG_EN], x->max_points, x->due),
        e);
    for (size_t i = 0; rc == 0 && i < x->n_tests; i++) {
        const struct gradebook_test *t = &x->tests[i];
        rc = gradebook_db_finish(
            db,
            db_prepare(&db->base, e, "INSERT INTO test VALUES (?, ?, ?, ?, ?, ?, ?)", "slsssii",
                       x->id, (long long)i, t->id, t->title.text[LANG_ZH], t->title.text[LANG_EN],
                       t->points, (int)t->hidden),
            e);
    }
    return rc;
}

static int put_refusals(struct gradebook_db *db, const char *student,
                        const struct gradebook_refusal *list, size_t count, struct err *e)
{
    int rc = gradebook_db_finish(
        db, db_prepare(&db->base, e, "DELETE FROM refusal WHERE student = ?", "s", student), e);
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = gradebook_db_finish(
            db,
            db_prepare(&db->base, e, "INSERT INTO refusal VALUES (?, ?, ?, ?, ?, ?)", "slssss",
                       student, (long long)i, list[i].where, list[i].what,
                       list[i].why.text[LANG_ZH], list[i].why.text[LANG_EN]),
            e);
    return rc;
}

/* Without the refusals. What once came in stays handed in. */
static int put_student_row(struct gradebook_db *db, const struct gradebook_student *s,
                           long long position, struct err *e)
{
    return gradebook_db_finish(
        db,
        db_prepare(&db->base, e,
                   "INSERT INTO student VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
                   " SET position = excluded.position, name = excluded.name,"
                   " email = excluded.email, section = excluded.section,"
                   " folder = excluded.folder, submitted = max(submitted, excluded.submitted)",
                   "slssssi", s->id, position, s->name, s->email, s->section, s->folder,
                   (int)s->submitted),
        e);
}

int gradebook_db_put_student(struct gradebook_db *db, const struct gradebook_student *s,
                             long long position, struct err *e)
{
    int rc = put_student_row(db, s, position, e);
    return rc == 0 ? put_refusals(db, s->id, s->refusals, s->n_refusals, e) : rc;
}

int gradebook_db_put_class(struct gradebook_db *db, const struct gradebook *g, struct err *e)
{
    int rc = run(db,
                 "DELETE FROM exercise; DELETE FROM test; DELETE FROM extension;"
                 "UPDATE student SET position = -1",
                 e);
    if (rc == 0)
        rc = put_settings(db, g, e);
    for (size_t i = 0; rc == 0 && i < g->n_exercises; i++)
        rc = put_exercise(db, &g->exercises[i], i, e);
    for (size_t i = 0; rc == 0 && i < g->n_students; i++)
        if (g->students[i].in_roster)
            rc = put_student_row(db, &g->students[i], (long long)i, e);
    for (size_t i = 0; rc == 0 && i < g->n_extensions; i++) {
        const struct gradebook_extension *x = &g->extensions[i];
        const char *exercise = x->exercise == GRADEBOOK_NONE ? NULL : g->exercises[x->exercise].id;
        rc = gradebook_db_finish(db,
                                 db_prepare(&db->base, e, "INSERT INTO extension VALUES (?, ?, ?)",
                                            "ssl", g->students[x->student].id, exercise, x->due),
                                 e);
    }
    return rc == 0 ? put_refusals(db, "", g->refusals, g->n_refusals, e) : rc;
}

/* Points of these sources so far; -1 when there are none. */
static double points_before(struct gradebook_db *db, const char *student, const char *exercise,
                            const char *hash)
{
    sqlite3_stmt *q = db_prepare(&db->base, NULL,
                                 "SELECT points FROM attempt WHERE student = ? AND exercise = ?"
                                 " AND source_hash = ?",
                                 "sss", student, exercise, hash);
    double points = -1;
    if (q && db_step(&db->base, q, NULL) > 0)
        points = sqlite3_column_double(q, 0);
    sqlite3_finalize(q);
    return points;
}

static int insert_attempt(struct gradebook_db *db, const char *student, const char *exercise,
                          const struct gradebook_attempt *a, struct err *e)
{
    return gradebook_db_finish(db,
                               db_prepare(&db->base, e,
                                          "INSERT OR REPLACE INTO attempt"
                                          " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                          "ssssslliiisssd", student, exercise, a->source_hash,
                                          a->key, a->origin, a->submitted, a->graded, a->points,
                                          a->max_points, (int)a->built, a->sandbox, a->limits,
                                          a->internal, a->ms),
                               e);
}

static int insert_marks(struct gradebook_db *db, const char *student,
                        const struct gradebook_exercise *x, const struct gradebook_attempt *a,
                        struct err *e)
{
    int rc = gradebook_db_finish(
        db,
        db_prepare(&db->base, e,
                   "DELETE FROM mark WHERE student = ? AND exercise = ? AND source_hash = ?", "sss",
                   student, x->id, a->source_hash),
        e);
    for (size_t i = 0; rc == 0 && i < x->n_tests; i++) {
        const struct gradebook_mark *m = &a->marks[i];
        rc = gradebook_db_finish(
            db,
            db_prepare(&db->base, e, "INSERT INTO mark VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                       "sssssiisd", student, x->id, a->source_hash, x->tests[i].id,
                       verdict_name(m->verdict), m->points, m->max_points, m->diagnosis, m->ms),
            e);
    }
    return rc;
}

static int put_attempt(struct gradebook_db *db, const char *student,
                       const struct gradebook_exercise *x, const struct gradebook_attempt *a,
                       struct err *e)
{
    double before = points_before(db, student, x->id, a->source_hash);
    if (insert_attempt(db, student, x->id, a, e) != 0 || insert_marks(db, student, x, a, e) != 0)
        return -1;
    if (before >= 0 && before == a->points)
        return 0;
    return gradebook_db_note(db, student, x->id, before < 0 ? "graded" : "regraded",
                             before < 0 ? 0 : before, a->points, a->origin, e);
}

int gradebook_db_put_attempt(struct gradebook_db *db, const char *student,
                             const struct gradebook_exercise *x, const struct gradebook_attempt *a,
                             struct err *e)
{
    if (!sqlite3_get_autocommit(db->base.db))
        return put_attempt(db, student, x, a, e);
    if (gradebook_db_begin(db, e) != 0)
        return -1;
    if (put_attempt(db, student, x, a, e) == 0 && gradebook_db_commit(db, e) == 0)
        return 0;
    gradebook_db_rollback(db);
    return -1;
}

/* --- overrides ------------------------------------------------------------------------------ */

static bool has_override(const struct gradebook *g, const char *student, const char *exercise)
{
    for (size_t i = 0; i < g->n_overrides; i++)
        if (str_equal(g->students[g->overrides[i].student].id, student) &&
            str_equal(g->exercises[g->overrides[i].exercise].id, exercise))
            return true;
    return false;
}

static int note_removed(struct gradebook_db *db, const struct gradebook *g, struct err *e)
{
    sqlite3_stmt *q =
        db_prepare(&db->base, e, "SELECT student, exercise, points, reason FROM override", "");
    int stepped = -1, rc = 0;
    while (q && (stepped = db_step(&db->base, q, e)) > 0) {
        const char *student = (const char *)sqlite3_column_text(q, 0);
        const char *exercise = (const char *)sqlite3_column_text(q, 1);
        if (!has_override(g, student, exercise))
            rc |= gradebook_db_note(db, student, exercise, "override-removed",
                                    sqlite3_column_double(q, 2), 0,
                                    (const char *)sqlite3_column_text(q, 3), e);
    }
    sqlite3_finalize(q);
    return stepped < 0 ? -1 : rc;
}

static int put_override(struct gradebook_db *db, const struct gradebook *g, size_t index,
                        struct err *e)
{
    const struct gradebook_override *o = &g->overrides[index];
    const char *student = g->students[o->student].id, *exercise = g->exercises[o->exercise].id;
    sqlite3_stmt *q = db_prepare(&db->base, e,
                                 "SELECT points FROM override WHERE student = ? AND exercise = ?"
                                 " AND points = ? AND reason = ?",
                                 "ssds", student, exercise, o->points, o->reason);
    int same = q ? db_step(&db->base, q, e) : -1;
    sqlite3_finalize(q);
    if (same != 0)
        return same > 0 ? 0 : -1;
    int rc = gradebook_db_finish(
        db,
        db_prepare(&db->base, e, "INSERT OR REPLACE INTO override VALUES (?, ?, ?, ?, ?, ?)",
                   "ssdssl", student, exercise, o->points, o->reason, o->by, o->when),
        e);
    if (rc == 0)
        rc = gradebook_db_note(db, student, exercise, "override", 0, o->points, o->reason, e);
    return rc;
}

static int forget_removed(struct gradebook_db *db, const struct gradebook *g, struct err *e)
{
    /* few: simply all that are left out of the model */
    int rc = run(db, "CREATE TEMP TABLE keep (student TEXT, exercise TEXT)", e);
    for (size_t i = 0; rc == 0 && i < g->n_overrides; i++)
        rc = gradebook_db_finish(db,
                                 db_prepare(&db->base, e, "INSERT INTO keep VALUES (?, ?)", "ss",
                                            g->students[g->overrides[i].student].id,
                                            g->exercises[g->overrides[i].exercise].id),
                                 e);
    if (rc == 0)
        rc = run(db,
                 "DELETE FROM override WHERE (student, exercise) NOT IN"
                 " (SELECT student, exercise FROM keep); DROP TABLE keep",
                 e);
    return rc;
}

int gradebook_db_put_overrides(struct gradebook_db *db, const struct gradebook *g, struct err *e)
{
    int rc = note_removed(db, g, e);
    if (rc == 0)
        rc = forget_removed(db, g, e);
    for (size_t i = 0; rc == 0 && i < g->n_overrides; i++)
        rc = put_override(db, g, i, e);
    return rc;
}
