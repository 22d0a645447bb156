/* Reading the gradebook. Students, attempts and marks come in the same order, so that one pass over
 * each is enough. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/gradebook_db.h"

/* roster first in its order, then the others by id */
#define STUDENT_ORDER "s.position < 0, s.position, s.id"

static char *text(sqlite3_stmt *q, int column)
{
    return str_dup((const char *)sqlite3_column_text(q, column));
}

static bool is(sqlite3_stmt *q, int column, const char *expected)
{
    return str_equal((const char *)sqlite3_column_text(q, column), expected);
}

/* Call `row` for every row; -1 when the query fails. */
static int each_row(struct gradebook_db *db, struct gradebook *g, const char *sql,
                    void (*row)(struct gradebook *g, sqlite3_stmt *q), struct err *e)
{
    sqlite3_stmt *q = db_prepare(&db->base, e, sql, "");
    int stepped = -1;
    while (q && (stepped = db_step(&db->base, q, e)) > 0)
        row(g, q);
    sqlite3_finalize(q);
    return stepped;
}

static void on_setting(struct gradebook *g, sqlite3_stmt *q)
{
    struct policies *p = &g->policies;
    if (is(q, 0, "title")) {
        free(g->title);
        g->title = text(q, 1);
    } else if (is(q, 0, "keep"))
        p->keep = (enum keep_policy)sqlite3_column_int(q, 1);
    else if (is(q, 0, "hidden"))
        p->hidden = (enum hidden_policy)sqlite3_column_int(q, 1);
    else if (is(q, 0, "hidden_after"))
        p->hidden_after = sqlite3_column_int64(q, 1);
    else if (is(q, 0, "grace_minutes"))
        p->late.grace_minutes = sqlite3_column_int(q, 1);
    else if (is(q, 0, "percent_per_day"))
        p->late.percent_per_day = sqlite3_column_double(q, 1);
    else if (is(q, 0, "max_days"))
        p->late.max_days = sqlite3_column_int(q, 1);
}

static void on_exercise(struct gradebook *g, sqlite3_stmt *q)
{
    g->exercises = mem_grow(g->exercises, g->n_exercises + 1, sizeof *g->exercises);
    g->exercises[g->n_exercises++] =
        (struct gradebook_exercise){.id = text(q, 0),
                                    .number = text(q, 1),
                                    .title = {{text(q, 2), text(q, 3)}},
                                    .max_points = sqlite3_column_int(q, 4),
                                    .due = sqlite3_column_int64(q, 5)};
}

static void on_test(struct gradebook *g, sqlite3_stmt *q)
{
    size_t index = gradebook_find_exercise(g, (const char *)sqlite3_column_text(q, 0));
    if (index == GRADEBOOK_NONE)
        return;
    struct gradebook_exercise *x = &g->exercises[index];
    x->tests = mem_grow(x->tests, x->n_tests + 1, sizeof *x->tests);
    x->tests[x->n_tests++] = (struct gradebook_test){.id = text(q, 1),
                                                     .title = {{text(q, 2), text(q, 3)}},
                                                     .points = sqlite3_column_int(q, 4),
                                                     .hidden = sqlite3_column_int(q, 5) != 0};
}

static void on_student(struct gradebook *g, sqlite3_stmt *q)
{
    g->students = mem_grow(g->students, g->n_students + 1, sizeof *g->students);
    g->students[g->n_students++] =
        (struct gradebook_student){.id = text(q, 0),
                                   .in_roster = sqlite3_column_int64(q, 1) >= 0,
                                   .name = text(q, 2),
                                   .email = text(q, 3),
                                   .section = text(q, 4),
                                   .folder = text(q, 5),
                                   .submitted = sqlite3_column_int(q, 6) != 0};
    gradebook_index_student(g);
}

/* The next student of this id at or after *at (rows come in the order of the students). */
static bool advance(const struct gradebook *g, size_t *at, sqlite3_stmt *q, int column)
{
    for (size_t i = *at; i < g->n_students; i++)
        if (is(q, column, g->students[i].id)) {
            *at = i;
            return true;
        }
    return false;
}

static void on_extension(struct gradebook *g, sqlite3_stmt *q)
{
    struct gradebook_extension x = {.due = sqlite3_column_int64(q, 2)};
    const char *exercise = (const char *)sqlite3_column_text(q, 1);
    x.student = gradebook_find_student(g, (const char *)sqlite3_column_text(q, 0));
    x.exercise = exercise ? gradebook_find_exercise(g, exercise) : GRADEBOOK_NONE;
    if (x.student == GRADEBOOK_NONE || (exercise && x.exercise == GRADEBOOK_NONE))
        return;
    g->extensions = mem_grow(g->extensions, g->n_extensions + 1, sizeof x);
    g->extensions[g->n_extensions++] = x;
}

static void on_refusal(struct gradebook *g, sqlite3_stmt *q)
{
    struct gradebook_refusal **list = &g->refusals;
    size_t *count = &g->n_refusals;
    if (!is(q, 0, "")) {
        size_t student = gradebook_find_student(g, (const char *)sqlite3_column_text(q, 0));
        if (student == GRADEBOOK_NONE)
            return;
        list = &g->students[student].refusals;
        count = &g->students[student].n_refusals;
    }
    *list = mem_grow(*list, *count + 1, sizeof **list);
    (*list)[(*count)++] = (struct gradebook_refusal){
        .where = text(q, 1), .what = text(q, 2), .why = {{text(q, 3), text(q, 4)}}};
}

static void on_attempt(struct gradebook *g, sqlite3_stmt *q)
{
    size_t student = g->n_attempts ? g->attempts[g->n_attempts - 1].student : 0;
    size_t exercise = gradebook_find_exercise(g, (const char *)sqlite3_column_text(q, 1));
    if (exercise == GRADEBOOK_NONE || !advance(g, &student, q, 0))
        return;
    size_t n_tests = g->exercises[exercise].n_tests;
    g->attempts = mem_grow(g->attempts, g->n_attempts + 1, sizeof *g->attempts);
    struct gradebook_attempt *a = &g->attempts[g->n_attempts++];
    *a = (struct gradebook_attempt){.student = student,
                                    .exercise = exercise,
                                    .key = text(q, 3),
                                    .origin = text(q, 4),
                                    .submitted = sqlite3_column_int64(q, 5),
                                    .graded = sqlite3_column_int64(q, 6),
                                    .points = sqlite3_column_int(q, 7),
                                    .max_points = sqlite3_column_int(q, 8),
                                    .built = sqlite3_column_int(q, 9) != 0,
                                    .sandbox = text(q, 10),
                                    .limits = text(q, 11),
                                    .internal = text(q, 12),
                                    .ms = sqlite3_column_double(q, 13),
                                    .marks = mem_alloc((n_tests + 1) * sizeof *a->marks)};
    const char *hash = (const char *)sqlite3_column_text(q, 2);
    if (hash && strlen(hash) == 16)
        memcpy(a->source_hash, hash, 17);
    for (size_t i = 0; i < n_tests; i++)
        a->marks[i] = (struct gradebook_mark){.verdict = VERDICT_SKIPPED,
                                              .max_points = g->exercises[exercise].tests[i].points};
    if (a->internal)
        g->n_faults++;
}

static void fill_mark(struct gradebook *g, struct gradebook_attempt *a, sqlite3_stmt *q)
{
    const struct gradebook_exercise *x = &g->exercises[a->exercise];
    const char *verdict = (const char *)sqlite3_column_text(q, 4);
    for (size_t i = 0; i < x->n_tests; i++) {
        struct gradebook_mark *m = &a->marks[i];
        if (!is(q, 3, x->tests[i].id))
            continue;
        if (!verdict || !verdict_parse(verdict, &m->verdict))
            m->verdict = VERDICT_SKIPPED;
        m->points = sqlite3_column_int(q, 5);
        m->max_points = sqlite3_column_int(q, 6);
        free(m->diagnosis);
        m->diagnosis = text(q, 7);
        m->ms = sqlite3_column_double(q, 8);
    }
}

/* Marks come by student, exercise and hash, attempts by student, exercise and time. */
static int load_marks(struct gradebook_db *db, struct gradebook *g, struct err *e)
{
    sqlite3_stmt *q = db_prepare(
        &db->base, e,
        "SELECT m.student, m.exercise, m.source_hash, m.test, m.verdict, m.points, m.max_points,"
        " m.diagnosis, m.ms FROM student s JOIN exercise x JOIN mark m"
        " ON m.student = s.id AND m.exercise = x.id ORDER BY " STUDENT_ORDER ", x.position",
        "");
    size_t at = 0;
    int stepped = -1;
    while (q && (stepped = db_step(&db->base, q, e)) > 0) {
        /* the first attempt of this student and exercise, then the one of this hash */
        for (size_t i = at; i < g->n_attempts; i++) {
            struct gradebook_attempt *a = &g->attempts[i];
            if (!is(q, 0, g->students[a->student].id) || !is(q, 1, g->exercises[a->exercise].id))
                continue;
            if (is(q, 2, a->source_hash)) {
                fill_mark(g, a, q);
                break;
            }
        }
        while (at + 1 < g->n_attempts && !is(q, 0, g->students[g->attempts[at].student].id))
            at++;
    }
    sqlite3_finalize(q);
    return stepped;
}

static void on_override(struct gradebook *g, sqlite3_stmt *q)
{
    struct gradebook_override o = {.points = sqlite3_column_double(q, 2),
                                   .when = sqlite3_column_int64(q, 5)};
    o.student = gradebook_find_student(g, (const char *)sqlite3_column_text(q, 0));
    o.exercise = gradebook_find_exercise(g, (const char *)sqlite3_column_text(q, 1));
    if (o.student == GRADEBOOK_NONE || o.exercise == GRADEBOOK_NONE)
        return;
    o.reason = text(q, 3);
    o.by = text(q, 4);
    g->overrides = mem_grow(g->overrides, g->n_overrides + 1, sizeof o);
    g->overrides[g->n_overrides++] = o;
}

static void fill_faults(struct gradebook *g)
{
    g->faults = mem_alloc((g->n_faults + 1) * sizeof *g->faults);
    g->n_faults = 0;
    for (size_t i = 0; i < g->n_attempts; i++)
        if (g->attempts[i].internal)
            g->faults[g->n_faults++] =
                (struct gradebook_fault){.student = g->attempts[i].student,
                                         .exercise = g->attempts[i].exercise,
                                         .text = str_dup(g->attempts[i].internal)};
}

int gradebook_db_load(struct gradebook_db *db, struct gradebook *g, struct err *e)
{
    int rc = each_row(db, g, "SELECT key, value FROM setting", on_setting, e);
    if (rc == 0)
        rc = each_row(db, g,
                      "SELECT id, number, title_zh, title_en, max_points, due FROM exercise"
                      " ORDER BY position",
                      on_exercise, e);
    if (rc == 0)
        rc = each_row(db, g,
                      "SELECT exercise, id, title_zh, title_en, points, hidden FROM test"
                      " ORDER BY exercise, position",
                      on_test, e);
    if (rc == 0)
        rc = each_row(db, g,
                      "SELECT id, position, name, email, section, folder, submitted FROM student s"
                      " ORDER BY " STUDENT_ORDER,
                      on_student, e);
    if (rc == 0)
        rc = each_row(db, g, "SELECT student, exercise, due FROM extension", on_extension, e);
    if (rc == 0)
        rc = each_row(db, g,
                      "SELECT student, place, what, why_zh, why_en FROM refusal"
                      " ORDER BY student, position",
                      on_refusal, e);
    if (rc == 0)
        rc = each_row(db, g,
                      "SELECT a.student, a.exercise, source_hash, key, origin, a.submitted, graded,"
                      " points, a.max_points, built, sandbox, limits, internal, ms"
                      " FROM student s JOIN exercise x JOIN attempt a"
                      " ON a.student = s.id AND a.exercise = x.id"
                      " ORDER BY " STUDENT_ORDER ", x.position, a.submitted, source_hash",
                      on_attempt, e);
    if (rc == 0)
        rc = load_marks(db, g, e);
    if (rc == 0)
        rc = each_row(db, g, "SELECT student, exercise, points, reason, by, at FROM override",
                      on_override, e);
    fill_faults(g);
    return rc < 0 ? -1 : 0;
}

/* --- questions -------------------------------------------------------------------------------- */

int gradebook_db_known(struct gradebook_db *db, const char *student, const char *exercise,
                       const char *source_hash, struct gradebook_known *k, struct err *e)
{
    sqlite3_stmt *q = db_prepare(&db->base, e,
                                 "SELECT key, submitted, internal IS NOT NULL,"
                                 " points = max_points AND built FROM attempt"
                                 " WHERE student = ? AND exercise = ? AND source_hash = ?",
                                 "sss", student, exercise, source_hash);
    int stepped = q ? db_step(&db->base, q, e) : -1;
    *k = (struct gradebook_known){.key = ""};
    if (stepped > 0) {
        AUTO_FREE char *key = text(q, 0);
        if (key && strlen(key) < sizeof k->key)
            strcpy(k->key, key);
        k->submitted = sqlite3_column_int64(q, 1);
        k->fault = sqlite3_column_int(q, 2) != 0;
        k->passed = sqlite3_column_int(q, 3) != 0;
    }
    sqlite3_finalize(q);
    return stepped;
}

bool gradebook_db_has_student(struct gradebook_db *db, const char *student, size_t refusals)
{
    sqlite3_stmt *q = db_prepare(&db->base, NULL,
                                 "SELECT count(r.student) FROM student s LEFT JOIN refusal r"
                                 " ON r.student = s.id WHERE s.id = ? GROUP BY s.id",
                                 "s", student);
    bool has =
        q && db_step(&db->base, q, NULL) > 0 && sqlite3_column_int64(q, 0) == (long long)refusals;
    sqlite3_finalize(q);
    return has;
}

char *gradebook_db_same_key(struct gradebook_db *db, const char *key, const char *exercise)
{
    sqlite3_stmt *q = db_prepare(&db->base, NULL,
                                 "SELECT student FROM attempt WHERE key = ? AND exercise = ?"
                                 " AND internal IS NULL LIMIT 1",
                                 "ss", key, exercise);
    char *found = q && db_step(&db->base, q, NULL) > 0 ? text(q, 0) : NULL;
    sqlite3_finalize(q);
    return found;
}

int gradebook_db_history(struct gradebook_db *db, const char *student, const char *exercise,
                         struct gradebook_change **list, size_t *count, struct err *e)
{
    sqlite3_stmt *q = db_prepare(&db->base, e,
                                 "SELECT at, student, exercise, kind, note, before, after"
                                 " FROM change WHERE (?1 IS NULL OR student = ?1)"
                                 " AND (?2 IS NULL OR exercise = ?2) ORDER BY id",
                                 "ss", student, exercise);
    int stepped = -1;
    *list = NULL;
    *count = 0;
    while (q && (stepped = db_step(&db->base, q, e)) > 0) {
        *list = mem_grow(*list, *count + 1, sizeof **list);
        (*list)[(*count)++] = (struct gradebook_change){.when = sqlite3_column_int64(q, 0),
                                                        .student = text(q, 1),
                                                        .exercise = text(q, 2),
                                                        .kind = text(q, 3),
                                                        .note = text(q, 4),
                                                        .before = sqlite3_column_double(q, 5),
                                                        .after = sqlite3_column_double(q, 6)};
    }
    sqlite3_finalize(q);
    return stepped < 0 ? -1 : 0;
}

void gradebook_changes_free(struct gradebook_change *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(list[i].student);
        free(list[i].exercise);
        free(list[i].kind);
        free(list[i].note);
    }
    free(list);
}
