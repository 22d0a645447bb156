#include "report/class_view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "report/canvas.h"
#include "report/diagnostics.h"
#include "report/explain.h"

enum { EXPLAIN_COLUMNS = 96 };

/* --- numbers and times ---------------------------------------------------------------------- */

const char *number_text(char out[NUMBER_MAX], double value)
{
    if (!isfinite(value) || fabs(value) > 1e12)
        value = 0;
    long long hundredths = llround(fabs(value) * 100);
    const char *sign = value < 0 && hundredths ? "-" : "";
    long long whole = hundredths / 100, part = hundredths % 100;
    if (part == 0)
        snprintf(out, NUMBER_MAX, "%s%lld", sign, whole);
    else if (part % 10 == 0)
        snprintf(out, NUMBER_MAX, "%s%lld.%lld", sign, whole, part / 10);
    else
        snprintf(out, NUMBER_MAX, "%s%lld.%02lld", sign, whole, part);
    return out;
}

const char *time_text(char out[NUMBER_MAX], long long seconds)
{
    struct tm tm;
    time_t t = (time_t)seconds;
    if (seconds == 0 || !gmtime_r(&t, &tm) || !strftime(out, NUMBER_MAX, "%Y-%m-%dT%H:%M:%SZ", &tm))
        out[0] = '\0';
    return out;
}

/* --- cells ------------------------------------------------------------------------------------ */

void cell_init(struct cell *c, const struct gradebook *g, const struct class_options *o,
               size_t student, size_t exercise, bool with_report)
{
    *c = (struct cell){
        .g = g,
        .student = student,
        .exercise = exercise,
        .x = &g->exercises[exercise],
        .grade = gradebook_grade_of(g, student, exercise),
        .hide = o->for_student && !gradebook_shows_hidden(g, o->now),
    };
    if (c->grade->attempt != GRADEBOOK_NONE)
        c->attempt = &g->attempts[c->grade->attempt];
    if (c->grade->override != GRADEBOOK_NONE)
        c->override = &g->overrides[c->grade->override];
    struct err ignored = {
        0}; /* the points are known without it; cell_remark() says what is missing */
    c->has_report = with_report && c->attempt &&
                    gradebook_load_report(g, c->grade->attempt, &c->report, &ignored) == 0;
}

void cell_release(struct cell *c)
{
    if (c->has_report)
        report_release(&c->report);
    *c = (struct cell){0};
}

enum cell_whole cell_whole(const struct cell *c)
{
    if (c->grade->state == CELL_FAULT)
        return WHOLE_FAULT;
    if (!c->attempt)
        return WHOLE_MISSING;
    return c->attempt->built ? WHOLE_NONE : WHOLE_NOT_BUILT;
}

static const struct record *find_record(const struct cell *c, const char *test)
{
    for (size_t i = 0; c->has_report && i < c->report.n_records; i++)
        if (str_equal(c->report.records[i].test, test))
            return &c->report.records[i];
    return NULL;
}

void cell_test(const struct cell *c, size_t index, struct cell_test *t)
{
    const struct gradebook_test *test = &c->x->tests[index];
    *t = (struct cell_test){
        .test = test,
        .verdict = VERDICT_SKIPPED,
        .max_points = test->points,
        .record = find_record(c, test->id),
    };
    if (cell_whole(c) == WHOLE_FAULT) {
        t->verdict = VERDICT_INTERNAL;
        t->max_points = 0;
    }
    if (!c->attempt || !c->attempt->marks)
        return;
    const struct gradebook_mark *m = &c->attempt->marks[index];
    t->verdict = c->attempt->built ? m->verdict : VERDICT_SKIPPED;
    t->points = m->points;
    if (t->verdict == VERDICT_UNDECIDED)
        t->max_points = 0;
    t->diagnosis = m->diagnosis;
    t->ms = m->ms;
}

bool cell_shows(const struct cell *c, size_t index)
{
    return !c->hide || !c->x->tests[index].hidden;
}

size_t cell_hidden(const struct cell *c)
{
    size_t count = 0;
    for (size_t i = 0; i < c->x->n_tests; i++)
        count += !cell_shows(c, i);
    return count;
}

enum outcome outcome_of(enum verdict v)
{
    switch (v) {
    case VERDICT_PASS:
        return OUTCOME_PASS;
    case VERDICT_UNDECIDED:
        return OUTCOME_UNDECIDED;
    case VERDICT_INTERNAL:
        return OUTCOME_FAULT;
    case VERDICT_SKIPPED:
        return OUTCOME_NOT_RUN;
    case VERDICT_BUILD_FAILED:
    case VERDICT_WRONG_OUTPUT:
    case VERDICT_WRONG_STATUS:
    case VERDICT_WRONG_STATE:
    case VERDICT_HANG:
    case VERDICT_BUSY_LOOP:
    case VERDICT_CRASH:
    case VERDICT_LEAK:
    case VERDICT_RACE:
    case VERDICT_PROTOCOL:
    case VERDICT_LIMIT:
        return OUTCOME_FAIL;
    }
    return OUTCOME_FAULT;
}

/* --- texts -------------------------------------------------------------------------------------
 */

static struct canvas plain_canvas(struct buf *out)
{
    return (struct canvas){out, {.columns = EXPLAIN_COLUMNS, .verbose = false}};
}

/* Without the blank lines at both ends. */
static char *trimmed(struct buf *b)
{
    const char *start = buf_text(b);
    while (*start == '\n')
        start++;
    size_t len = strlen(start);
    while (len > 0 && (start[len - 1] == '\n' || start[len - 1] == ' '))
        len--;
    char *text = str_ndup(start, len);
    buf_release(b);
    return text;
}

char *cell_explain(const struct cell *c, const struct cell_test *t)
{
    struct buf out = BUF_INIT;
    if (t->record && (t->verdict != VERDICT_PASS || t->record->diagnosis)) {
        struct canvas canvas = plain_canvas(&out);
        explain_body(&canvas, t->record);
    } else if (c->attempt && !t->record && outcome_of(t->verdict) == OUTCOME_FAIL) {
        buf_adds(&out, msg(MSG_REPORT_NO_FILE));
    }
    return trimmed(&out);
}

char *cell_build_text(const struct cell *c)
{
    struct buf out = BUF_INIT;
    if (c->has_report && !c->report.built) {
        struct canvas canvas = plain_canvas(&out);
        diagnostics_paint(&canvas, &c->report);
        if (c->report.build_note)
            explain_part(&canvas, MSG_REPORT_BUILD, PLAIN, c->report.build_note);
    }
    return trimmed(&out);
}

static void add_sentence(struct buf *out, char *text)
{
    if (out->len)
        buf_addc(out, ' ');
    buf_adds(out, text);
    free(text);
}

char *cell_remark(const struct cell *c)
{
    struct buf out = BUF_INIT;
    enum lang lang = msg_lang();
    char a[NUMBER_MAX], b[NUMBER_MAX];

    if (c->grade->state == CELL_MISSING)
        add_sentence(&out, msg_format(lang, MSG_REPORT_CLASS_MISSING));
    if (c->grade->state == CELL_FAULT)
        add_sentence(&out, msg_format(lang, MSG_REPORT_CLASS_FAULT));
    if (c->attempt && !c->attempt->built && !c->attempt->internal)
        add_sentence(&out, msg_format(lang, MSG_REPORT_CLASS_NOT_BUILT));
    if (c->attempt && c->attempt->late_seconds > 0)
        add_sentence(&out, msg_format(lang, MSG_REPORT_CLASS_LATE,
                                      number_text(a, (double)c->attempt->late_seconds / 3600),
                                      number_text(b, c->attempt->penalty)));
    if (c->attempt && str_equal(c->attempt->sandbox, "none"))
        add_sentence(&out, msg_format(lang, MSG_REPORT_CLASS_UNSAFE));
    if (c->override) {
        AUTO_FREE char *reason = canvas_clean_line(c->override->reason);
        AUTO_FREE char *by = canvas_clean_line(c->override->by);
        add_sentence(&out, msg_format(lang, MSG_REPORT_CLASS_OVERRIDE,
                                      number_text(a, c->override->points), by, reason));
    }
    return buf_steal(&out);
}

char *exercise_label(const struct gradebook_exercise *x)
{
    AUTO_FREE char *title = canvas_clean_line(title_text(&x->title));
    AUTO_FREE char *number = canvas_clean_line(x->number);
    return str_format("%s %s", number, title);
}

char *student_label(const struct gradebook_student *s)
{
    AUTO_FREE char *id = canvas_clean_line(s->id);
    AUTO_FREE char *name = canvas_clean_line(s->name);
    return *name && strcmp(name, id) != 0 ? str_format("%s (%s)", name, id) : str_dup(id);
}

char *cell_short(const struct cell_test *t)
{
    AUTO_FREE char *symptom = canvas_clean_line(t->record ? text2_get(&t->record->symptom) : NULL);
    const char *title = verdict_title(t->verdict, msg_lang());
    if (t->diagnosis && *symptom)
        return str_format("%s · %s · %s", title, t->diagnosis, symptom);
    if (t->diagnosis)
        return str_format("%s · %s", title, t->diagnosis);
    return str_dup(title);
}

/* --- writing ------------------------------------------------------------------------------------
 */

int class_done(FILE *out, struct err *e)
{
    return fflush(out) == 0 && !ferror(out) ? 0 : err_sys(e, MSG_REPORT_CLASS_WRITE);
}

int class_write_json(FILE *out, json_t *value, struct err *e)
{
    json_dumpf(value, out, JSON_INDENT(2));
    json_decref(value);
    fputc('\n', out);
    return class_done(out, e);
}
