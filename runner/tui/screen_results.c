/* Results: the tests one by one; below the one that matters, why it failed. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/fs.h"
#include "base/text.h"
#include "tui/copy.h"
#include "tui/evidence.h"
#include "tui/screens.h"
#include "tui/workspace.h"

enum { WIDEST = 110, MARK_COLUMNS = 4, POINTS_COLUMNS = 6, TIME_COLUMNS = 9, EDGE = 1 };

static bool has_failed(const struct record *r)
{
    return r->verdict != VERDICT_PASS && r->verdict != VERDICT_SKIPPED &&
           r->verdict != VERDICT_UNDECIDED;
}

/* The test whose details are shown: the learner's choice, else the first that failed; -1 none. */
static int detailed(const struct app *a, const struct report *r)
{
    if (a->detail >= 0 && a->detail < (int)r->n_records)
        return a->detail;
    for (size_t i = 0; i < r->n_records; i++)
        if (has_failed(&r->records[i]))
            return (int)i;
    return -1;
}

/* The message of the compiler that the editor would begin at; -1 none. */
static int detailed_message(const struct app *a, const struct report *r)
{
    if (r->n_diagnostics == 0)
        return -1;
    return a->detail >= 0 && a->detail < (int)r->n_diagnostics ? a->detail : 0;
}

static char *duration(double ms)
{
    if (ms < 1000)
        return str_format("%.0f ms", ms);
    return str_format("%.1f s", ms / 1000);
}

static void add_field(struct doc *d, enum style style, const char *text, int columns, bool right)
{
    struct buf field = BUF_INIT;
    int width = (int)text_width(text);

    if (right && width < columns)
        buf_repeat(&field, " ", (size_t)(columns - width));
    text_pad(&field, text, (size_t)(right && width < columns ? width : columns));
    doc_append(d, style, buf_text(&field));
    buf_release(&field);
}

struct row { /* one test in the list */
    const char *mark;
    enum style style;
    bool counts; /* it has points and a time to show */
};

static struct row row_of(const struct record *r, bool running)
{
    if (running)
        return (struct row){"▸", STYLE_LINK, false};
    if (r->verdict == VERDICT_PASS)
        return (struct row){"✓", STYLE_GOOD, true};
    if (r->verdict == VERDICT_SKIPPED)
        return (struct row){"·", STYLE_DIM, false};
    if (r->verdict == VERDICT_UNDECIDED || r->verdict == VERDICT_INTERNAL)
        return (struct row){"?", STYLE_CODE, true};
    return (struct row){"✗", STYLE_BAD, true};
}

static const char *title_of(const struct exercise *x, const struct record *r)
{
    const struct test_spec *t = exercise_find_test(x, r->test);

    return t ? title_text(&t->title) : r->test;
}

static void add_test(struct doc *d, const struct exercise *x, const struct record *r, bool running,
                     int columns)
{
    const struct test_spec *t = exercise_find_test(x, r->test);
    struct row row = row_of(r, running);
    int points = t ? t->points : 0;
    bool passed = r->verdict == VERDICT_PASS;
    int title_columns = columns - MARK_COLUMNS - POINTS_COLUMNS - TIME_COLUMNS - EDGE;
    enum style style = row.style == STYLE_DIM ? STYLE_DIM : STYLE_TEXT;
    const char *title = title_of(x, r);
    AUTO_FREE char *score =
        row.counts ? str_format("%d/%d", passed ? points : 0, points) : str_dup("");
    AUTO_FREE char *time = row.counts ? duration(r->ms) : str_dup("");
    size_t count = 0;

    if (title_columns < 8)
        title_columns = 8;
    AUTO_FREE struct text_slice *lines =
        text_wrap(title, strlen(title), (size_t)title_columns, &count);
    for (size_t i = 0; i < count; i++) { /* a long title goes on under itself */
        AUTO_FREE char *part = str_ndup(title + lines[i].start, lines[i].len);

        doc_add(d, STYLE_TEXT, "  ");
        add_field(d, row.style, i == 0 ? row.mark : "", MARK_COLUMNS - 2, false);
        add_field(d, style, part, title_columns, false);
        if (i > 0)
            continue;
        add_field(d, passed ? STYLE_DIM : STYLE_TEXT, score, POINTS_COLUMNS, true);
        add_field(d, STYLE_DIM, time, TIME_COLUMNS, true);
    }
}

static void add_note(struct doc *d, enum style style, char *text, int columns)
{
    doc_add_wrapped(d, style, text, (size_t)columns, 2);
    free(text);
}

static void add_running(struct app *a, struct doc *d, const struct report *r, int columns)
{
    int at = grade_current_test(a->run.grading);

    if (!r->built)
        add_note(d, STYLE_HEADING3, say(MSG_TUI_BUILDING), columns);
    else
        add_note(d, STYLE_HEADING3,
                 say(MSG_TUI_RUNNING, at + 1 > 0 ? at + 1 : 1, (int)r->n_records), columns);
}

static void add_verdict(struct doc *d, const struct report *r, int columns)
{
    size_t passed = 0;

    for (size_t i = 0; i < r->n_records; i++)
        passed += r->records[i].verdict == VERDICT_PASS;
    if (r->cancelled)
        add_note(d, STYLE_CODE, say(MSG_TUI_CANCELLED), columns);
    else if (run_fault(r))
        add_note(d, STYLE_CODE, say(MSG_TUI_INTERNAL, run_fault(r)), columns);
    else if (!r->built)
        add_note(d, STYLE_BAD, say(MSG_TUI_BUILD_FAILED), columns);
    else if (report_passed(r))
        add_note(d, STYLE_GOOD, say(MSG_TUI_ALL_PASSED, r->points, r->max_points), columns);
    else
        add_note(d, STYLE_BAD,
                 say(MSG_TUI_SOME_FAILED, (int)passed, (int)r->n_records, r->points, r->max_points),
                 columns);
}

/* How often it was tried, how long it took, and whether it ran unprotected. */
static void add_circumstances(struct app *a, struct doc *d, const struct exercise *x,
                              const struct report *r, int columns)
{
    AUTO_FREE char *time = duration(r->ms);

    if (r->cancelled || run_fault(r) || !r->built)
        return;
    add_note(d, STYLE_DIM, say(MSG_TUI_ATTEMPT, a->progress[x->index].attempts, time), columns);
    if (str_equal(r->sandbox, "none"))
        add_note(d, STYLE_DIM, say(MSG_TUI_NO_SANDBOX), columns);
}

static void add_warnings(struct doc *d, const struct report *r, int columns)
{
    if (r->n_diagnostics == 0 || !r->built)
        return;
    doc_add(d, STYLE_TEXT, "");
    add_note(d, STYLE_CODE, say(MSG_TUI_WARNINGS, (int)r->n_diagnostics), columns);
    evidence_build(d, r, columns, -1, NULL);
}

static void add_tests(struct app *a, struct screen *s, const struct exercise *x,
                      const struct report *r, bool live, int columns)
{
    int open = detailed(a, r);
    int at = live ? grade_current_test(a->run.grading) : -1;

    /* Of an older run the files may have changed since. */
    AUTO_FREE char *dir = a->run.exercise == x && !a->has_old
                              ? workspace_dir(a->o->workspace, a->o->course, x)
                              : NULL;

    a->test_lines = mem_grow(a->test_lines, r->n_records + 1, sizeof *a->test_lines);
    a->n_test_lines = r->n_records;
    for (int i = 0; i < (int)r->n_records; i++) {
        const struct record *record = &r->records[i];
        bool running = i == at && record->verdict == VERDICT_SKIPPED;

        a->test_lines[i] = (int)s->doc.n_lines;
        if (i == open)
            s->show = (int)s->doc.n_lines;
        add_test(&s->doc, x, record, running, columns);
        if (i != open)
            continue;
        size_t words =
            evidence_record(&s->doc, exercise_find_test(x, record->test), record, dir, columns);
        /* the verdict above stays in view when the words fit below it, even if the picture does not
         */
        s->shown = (int)(words <= (size_t)s->rows ? words : s->doc.n_lines) - 1;
    }
}

static void add_old(struct app *a, struct doc *d, int columns)
{
    time_t seconds = (time_t)a->old.started;
    char when[40] = "";
    struct tm tm;

    if (localtime_r(&seconds, &tm))
        strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &tm);
    add_note(d, STYLE_CODE, say(MSG_TUI_OLD_REPORT, when), columns);
}

/* The compiler's messages can be chosen like tests. */
static void add_build(struct app *a, struct screen *s, const struct report *r, int columns)
{
    int chosen = detailed_message(a, r);

    a->test_lines = mem_grow(a->test_lines, r->n_diagnostics + 1, sizeof *a->test_lines);
    a->n_test_lines = r->n_diagnostics;
    evidence_build(&s->doc, r, columns, chosen, a->test_lines);
    if (chosen >= 0)
        s->show = s->shown = a->test_lines[chosen];
}

static void add_report(struct app *a, struct screen *s, const struct exercise *x,
                       const struct report *r, bool live, int columns)
{
    doc_add(&s->doc, STYLE_TEXT, "");
    if (a->has_old)
        add_old(a, &s->doc, columns);
    if (live)
        add_running(a, &s->doc, r, columns);
    else
        add_verdict(&s->doc, r, columns);
    if (!live && !a->has_old)
        add_circumstances(a, &s->doc, x, r, columns);
    doc_add(&s->doc, STYLE_TEXT, "");
    if (!r->built && !live && !run_fault(r) && !r->cancelled) {
        add_build(a, s, r, columns);
        return;
    }
    add_tests(a, s, x, r, live, columns);
    add_warnings(&s->doc, r, columns);
    if (!live && report_passed(r)) {
        AUTO_FREE char *next_key = str_dup(action_key(ACTION_NEXT));

        doc_add(&s->doc, STYLE_TEXT, "");
        add_note(&s->doc, STYLE_TEXT,
                 say(MSG_TUI_AFTER_PASS, next_key, action_key(ACTION_SOLUTION)), columns);
    }
}

static void results_read(struct app *a, struct screen *s, int columns)
{
    const struct exercise *x = app_exercise(a);
    bool live = false;
    const struct report *r = app_report(a, &live);

    reader_reset(s);
    a->n_test_lines = 0;
    columns = columns > WIDEST ? WIDEST : columns;
    if (!x) {
        add_note(&s->doc, STYLE_DIM, say(MSG_TUI_PICK_EXERCISE), columns);
        return;
    }
    if (r) {
        add_report(a, s, x, r, live, columns);
        return;
    }
    AUTO_FREE char *edit_key = str_dup(action_key(ACTION_EDIT));
    doc_add(&s->doc, STYLE_TEXT, "");
    add_note(&s->doc, STYLE_TEXT, say(MSG_TUI_NEVER_RUN, edit_key, action_key(ACTION_RUN)),
             columns);
    doc_add(&s->doc, STYLE_TEXT, "");
    for (size_t i = 0; i < x->n_tests; i++) {
        const struct record none = {.test = x->tests[i].id, .verdict = VERDICT_SKIPPED};

        add_test(&s->doc, x, &none, false, columns);
    }
}

static void step_message(struct app *a, struct screen *s, const struct report *r, int by)
{
    int n = (int)r->n_diagnostics;

    a->detail = detailed_message(a, r);
    for (int i = 0; i < n; i++) { /* notes belong to the message before them */
        a->detail = (a->detail + by + n) % n;
        if (!str_equal(r->diagnostics[a->detail].kind, "note"))
            break;
    }
    s->stale = a->dirty = true;
}

/* "ipclab run pipe-hello --test T --seed N" of the test that is shown, malloc'd; NULL: no such. */
static char *replay_command(const struct app *a, const struct report *r)
{
    int at = r->built ? detailed(a, r) : -1;

    if (at < 0)
        return NULL;
    return str_format("ipclab run %s --test %s --seed %" PRIu64, r->exercise, r->records[at].test,
                      r->records[at].seed);
}

/* Nobody says whether the text was taken, so the command is also shown. */
void results_copy(struct app *a)
{
    bool live;
    const struct report *r = app_report(a, &live);
    AUTO_FREE char *command = r ? replay_command(a, r) : NULL;

    if (!command) {
        app_status(a, TONE_DIM, MSG_TUI_NO_FAILURE);
        return;
    }
    copy_text(a, command);
    app_status(a, TONE_TEXT, MSG_TUI_COPIED, command);
}

void results_explain(struct app *a)
{
    bool live;
    const struct report *r = app_report(a, &live);
    int at = r && r->built ? detailed(a, r) : -1;

    if (r && !r->built && !live && !r->cancelled && !run_fault(r)) {
        diagnosis_show(a, verdict_name(VERDICT_BUILD_FAILED), 0);
    } else if (at >= 0 && has_failed(&r->records[at])) {
        const struct record *record = &r->records[at];

        diagnosis_show(a, record->diagnosis ? record->diagnosis : verdict_name(record->verdict), 0);
    } else {
        app_status(a, TONE_DIM, MSG_TUI_NO_FAILURE);
    }
}

/* The next test that failed, round and round. */
static void step_failure(struct app *a, struct screen *s, int by)
{
    bool live;
    const struct report *r = app_report(a, &live);
    int n = r && r->built ? (int)r->n_records : 0;
    int at = n ? detailed(a, r) : -1;

    for (int i = 1; i <= n && at >= 0; i++) {
        int test = ((at + by * i) % n + n) % n;

        if (has_failed(&r->records[test])) {
            a->detail = test;
            s->stale = a->dirty = true;
            return;
        }
    }
    app_status(a, TONE_DIM, MSG_TUI_NO_FAILURE);
}

static bool results_request(struct app *a, struct screen *s, enum action action)
{
    if (reader_request(a, s, action))
        return true;
    bool live, next = action == ACTION_FAILURE_NEXT;
    const struct report *r = app_report(a, &live);

    if (r && !r->built && r->n_diagnostics > 0 && (next || action == ACTION_FAILURE_PREVIOUS))
        step_message(a, s, r, next ? 1 : -1);
    else if (r && !r->built && r->n_diagnostics > 0 && action == ACTION_OPEN)
        edit_here(a);
    else if (next || action == ACTION_OPEN)
        step_failure(a, s, 1);
    else if (action == ACTION_FAILURE_PREVIOUS)
        step_failure(a, s, -1);
    else if (action == ACTION_BACK && a->has_old)
        app_forget_old(a);
    else if (action == ACTION_BACK)
        app_show(a, SCREEN_TASK);
    else
        return false;
    return true;
}

/* A click on a test that failed opens its details. */
static void results_click(struct app *a, struct screen *s, int line)
{
    bool live;
    const struct report *r = app_report(a, &live);

    for (size_t i = 0; r && i < a->n_test_lines; i++) {
        if (a->test_lines[i] != line || (r->built && !has_failed(&r->records[i])))
            continue;
        a->detail = (int)i;
        s->stale = a->dirty = true;
    }
}

static const enum action *results_keys(struct app *a)
{
    static const enum action running[] = {ACTION_EDIT, ACTION_HINT, ACTION_TASK, ACTION_NONE};
    static const enum action none[] = {ACTION_EDIT, ACTION_RUN, ACTION_HINT, ACTION_TASK,
                                       ACTION_NONE};
    static const enum action failed[] = {ACTION_EDIT,     ACTION_FAILURE_NEXT, ACTION_EXPLAIN,
                                         ACTION_HINT,     ACTION_COPY,         ACTION_TASK,
                                         ACTION_ATTEMPTS, ACTION_NONE};
    static const enum action broken[] = {ACTION_EDIT, ACTION_FAILURE_NEXT, ACTION_EXPLAIN,
                                         ACTION_HINT, ACTION_TASK,         ACTION_NONE};
    static const enum action passed[] = {ACTION_NEXT, ACTION_SOLUTION, ACTION_EDIT, ACTION_TASK,
                                         ACTION_NONE};
    bool live;
    const struct report *r = app_report(a, &live);
    size_t failures = 0;

    for (size_t i = 0; r && r->built && i < r->n_records; i++)
        failures += has_failed(&r->records[i]);
    if (failures > 0 && !live)
        return failed;
    if (r && !r->built && !live && r->n_diagnostics > 0)
        return broken;
    if (live)
        return running;
    return r && r->built && report_passed(r) ? passed : none;
}

const struct screen_ops results_screen = {
    .title = MSG_TUI_TITLE_RESULTS,
    .open = reader_open,
    .read = results_read,
    .draw = reader_draw,
    .request = results_request,
    .click = results_click,
    .keys = results_keys,
};
