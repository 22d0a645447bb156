/* The report a student reads in a terminal, from top to bottom: head, build, tests, explanations,
 * result. Every function paints one of these parts, and leaves a blank line behind it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/canvas.h"
#include "report/diagnostics.h"
#include "report/explain.h"

enum {
    COLUMNS_DEFAULT = 80,
    COLUMNS_MIN = 20,
    POINTS_COLUMNS = 8,
    TIME_COLUMNS = 10,
    TIME_NEEDS = 48, /* narrower terminals show no times */
};

static bool is_failure(const struct record *k)
{
    return verdict_look(k->verdict)->mark == GLYPH_FAIL;
}

static size_t count_marks(const struct report *r, enum glyph mark)
{
    size_t count = 0;
    for (size_t i = 0; i < r->n_records; i++)
        count += verdict_look(r->records[i].verdict)->mark == mark;
    return count;
}

static void rule(struct canvas *c)
{
    struct buf line = BUF_INIT;
    buf_repeat(&line, canvas_glyph(c, GLYPH_RULE), c->style.columns);
    canvas_text(c, DIM, buf_text(&line));
    canvas_newline(c);
    buf_release(&line);
}

/* --- head and build ---------------------------------------------------------------------- */

static void paint_head(struct canvas *c, const struct report *r)
{
    AUTO_FREE char *title = canvas_clean_line(title_text(&r->title));
    AUTO_FREE char *number = canvas_clean_line(r->number);
    AUTO_FREE char *head = str_format("%s  %s", number, title);
    canvas_cut(c, BOLD, head, c->style.columns);
    canvas_newline(c);
    rule(c);
    canvas_newline(c);
}

static void paint_build(struct canvas *c, const struct report *r)
{
    if (r->n_diagnostics > 0)
        diagnostics_paint(c, r);
    if (r->build_note) {
        explain_part(c, MSG_REPORT_BUILD, RED, r->build_note);
        canvas_newline(c);
    }
}

/* --- one line per test ------------------------------------------------------------------- */

static char *duration(double ms)
{
    if (ms < 1000)
        return str_format("%.0f ms", ms);
    return str_format("%.1f s", ms / 1000);
}

static char *test_points(const struct record *k, const struct exercise *x)
{
    const struct test_spec *spec = x && k->test ? exercise_find_test(x, k->test) : NULL;
    if (!spec || k->verdict == VERDICT_SKIPPED || k->verdict == VERDICT_UNDECIDED ||
        k->verdict == VERDICT_INTERNAL)
        return str_dup("-");
    return str_format("%d/%d", k->verdict == VERDICT_PASS ? spec->points : 0, spec->points);
}

static void paint_right(struct canvas *c, const char *text, size_t columns)
{
    size_t width = text_width(text);
    canvas_blanks(c, columns > width ? columns - width : 0);
    canvas_text(c, DIM, text);
}

static bool shows_time(const struct canvas *c)
{
    return c->style.columns >= TIME_NEEDS;
}

/* Room for titles: as wide as the longest, as far as the terminal allows. */
static size_t title_columns(const struct canvas *c, const struct report *r,
                            const struct exercise *x)
{
    size_t widest = 0;
    for (size_t i = 0; i < r->n_records; i++) {
        AUTO_FREE char *title = test_title(&r->records[i], x);
        size_t width = text_width(title);
        widest = width > widest ? width : widest;
    }
    size_t taken = REPORT_INDENT + 2 + POINTS_COLUMNS + (shows_time(c) ? TIME_COLUMNS : 0);
    size_t room = c->style.columns > taken ? c->style.columns - taken : 1;
    return widest < room ? widest : room;
}

static void paint_tests(struct canvas *c, const struct report *r, const struct exercise *x)
{
    size_t columns = title_columns(c, r, x);
    for (size_t i = 0; i < r->n_records; i++) {
        const struct record *k = &r->records[i];
        const struct look *look = verdict_look(k->verdict);
        AUTO_FREE char *title = test_title(k, x);
        AUTO_FREE char *points = test_points(k, x);
        AUTO_FREE char *time = duration(k->ms);
        canvas_blanks(c, REPORT_INDENT);
        canvas_text(c, look->color, canvas_glyph(c, look->mark));
        canvas_blanks(c, 1);
        size_t used = canvas_cut(c, k->verdict == VERDICT_SKIPPED ? DIM : PLAIN, title, columns);
        canvas_blanks(c, columns - used);
        paint_right(c, points, POINTS_COLUMNS);
        if (shows_time(c) && k->verdict != VERDICT_SKIPPED)
            paint_right(c, time, TIME_COLUMNS);
        canvas_newline(c);
    }
    if (r->n_records > 0)
        canvas_newline(c);
}

/* Passed, with a piece of advice: said once. */
static void paint_advice(struct canvas *c, const struct report *r, const struct exercise *x)
{
    for (size_t i = 0; i < r->n_records; i++) {
        if (r->records[i].verdict != VERDICT_PASS || !r->records[i].diagnosis)
            continue;
        explain_record(c, &r->records[i], x);
        return;
    }
}

/* The first of each mark that needs words; all of them when verbose. */
static void paint_blocks(struct canvas *c, const struct report *r, const struct exercise *x)
{
    static const enum glyph explained[] = {GLYPH_FAIL, GLYPH_INTERNAL, GLYPH_UNDECIDED};
    for (size_t m = 0; m < sizeof explained / sizeof explained[0]; m++) {
        bool shown = false;
        for (size_t i = 0; i < r->n_records; i++) {
            if (verdict_look(r->records[i].verdict)->mark != explained[m])
                continue;
            if (!shown || c->style.verbose)
                explain_record(c, &r->records[i], x);
            shown = true;
        }
    }
    paint_advice(c, r, x);
    size_t failed = count_marks(r, GLYPH_FAIL);
    if (failed < 2 || c->style.verbose)
        return;
    AUTO_FREE char *more = msg_format(msg_lang(), MSG_REPORT_MORE_FAILED, failed - 1);
    canvas_paragraph(c, "", PLAIN, 0, DIM, more);
    canvas_newline(c);
}

/* --- the result -------------------------------------------------------------------------- */

static void sentence(struct canvas *c, enum color color, char *text)
{
    canvas_paragraph(c, "", PLAIN, 0, color, text);
    free(text);
}

static void paint_points(struct canvas *c, const struct report *r)
{
    enum lang lang = msg_lang();
    size_t failed = count_marks(r, GLYPH_FAIL), skipped = count_marks(r, GLYPH_SKIPPED);
    size_t undecided = count_marks(r, GLYPH_UNDECIDED);
    size_t passed = count_marks(r, GLYPH_PASS);
    if (!r->built)
        sentence(c, RED, msg_format(lang, MSG_REPORT_NOT_BUILT, r->max_points));
    else if (report_passed(r))
        sentence(c, GREEN, msg_format(lang, MSG_REPORT_ALL_PASSED, r->points, r->max_points));
    else if (failed > 0)
        sentence(
            c, RED,
            msg_format(lang, MSG_REPORT_SOME_FAILED, r->points, r->max_points, passed, failed));
    else
        sentence(c, YELLOW,
                 msg_format(lang, MSG_REPORT_NO_FAILURE, r->points, r->max_points, passed));
    if (r->built && skipped > 0)
        sentence(c, DIM, msg_format(lang, MSG_REPORT_SKIPPED, skipped));
    if (undecided > 0)
        sentence(c, YELLOW, msg_format(lang, MSG_REPORT_UNDECIDED_COUNT, undecided));
    if (count_marks(r, GLYPH_INTERNAL) > 0)
        sentence(c, MAGENTA,
                 msg_format(lang, MSG_REPORT_INTERNAL_COUNT, count_marks(r, GLYPH_INTERNAL)));
    if (str_equal(r->sandbox, "none"))
        sentence(c, DIM, msg_format(lang, MSG_REPORT_NO_SANDBOX));
}

/* A command that can be copied: broken between words only, with a backslash. */
static void paint_command(struct canvas *c, char *const *words, size_t count)
{
    size_t used = REPORT_INDENT;
    canvas_blanks(c, REPORT_INDENT);
    for (size_t i = 0; i < count; i++) {
        size_t width = text_width(words[i]);
        size_t tail = i + 1 < count ? 2 : 0; /* room for " \" */
        if (i > 0 && used + 1 + width + tail > c->style.columns) {
            canvas_text(c, PLAIN, " \\");
            canvas_newline(c);
            canvas_blanks(c, REPORT_INDENT + 2);
            used = REPORT_INDENT + 2;
        } else if (i > 0) {
            canvas_blanks(c, 1);
            used++;
        }
        used += canvas_cut(c, CYAN, words[i], c->style.columns - used - tail);
    }
    canvas_newline(c);
}

/* The test to run again: the first that failed, else one that could not be told or broke down. */
static const struct record *replayed(const struct report *r)
{
    const struct record *other = NULL;
    for (size_t i = 0; i < r->n_records; i++) {
        const struct record *k = &r->records[i];
        if (is_failure(k))
            return k;
        if (!other && k->verdict == VERDICT_INTERNAL)
            other = k;
    }
    return other;
}

static void paint_replay(struct canvas *c, const struct report *r)
{
    const struct record *k = r->built && !r->cancelled ? replayed(r) : NULL;
    if (!k)
        return;
    char *words[] = {
        str_dup("ipclab"),
        str_dup("run"),
        canvas_clean_line(r->exercise),
        str_format("--test %s", k->test ? k->test : ""),
        str_format("--seed %" PRIu64, k->seed),
    };
    canvas_paragraph(c, "", PLAIN, 0, PLAIN, msg(MSG_REPORT_REPLAY));
    paint_command(c, words, sizeof words / sizeof words[0]);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        free(words[i]);
}

/* A fault of ours: nothing else in the report counts, so nothing else is shown. */
static void paint_internal(struct canvas *c, const struct report *r)
{
    canvas_text(c, MAGENTA, canvas_glyph(c, GLYPH_INTERNAL));
    canvas_blanks(c, 1);
    canvas_cut(c, BOLD, msg(MSG_REPORT_INTERNAL), c->style.columns - 2);
    canvas_newline(c);
    canvas_newline(c);
    explain_part(c, MSG_REPORT_CAUSE, BOLD, r->internal);
    explain_part(c, MSG_REPORT_MEANS, MAGENTA, msg(MSG_REPORT_NOT_YOUR_FAULT));
}

void report_text(struct buf *out, const struct report *r, const struct exercise *x,
                 const struct report_style *style)
{
    struct canvas c = {out, *style};
    if (c.style.columns == 0)
        c.style.columns = COLUMNS_DEFAULT;
    if (c.style.columns < COLUMNS_MIN)
        c.style.columns = COLUMNS_MIN;
    paint_head(&c, r);
    if (r->internal) {
        paint_internal(&c, r);
        return;
    }
    paint_build(&c, r);
    if (r->built) {
        paint_tests(&c, r, x);
        paint_blocks(&c, r, x);
    }
    if (r->cancelled)
        sentence(&c, YELLOW, msg_format(msg_lang(), MSG_REPORT_CANCELLED));
    else
        paint_points(&c, r);
    paint_replay(&c, r);
}
