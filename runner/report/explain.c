#include "report/explain.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/diff.h"

enum {
    STDERR_LINES = 10, /* of the end of stderr, unless verbose */
    STDERR_LINES_MORE = 60,
};

static const struct look LOOKS[VERDICT_COUNT] = {
    [VERDICT_PASS] = {GLYPH_PASS, GREEN},
    [VERDICT_BUILD_FAILED] = {GLYPH_FAIL, RED},
    [VERDICT_WRONG_OUTPUT] = {GLYPH_FAIL, RED},
    [VERDICT_WRONG_STATUS] = {GLYPH_FAIL, RED},
    [VERDICT_WRONG_STATE] = {GLYPH_FAIL, RED},
    [VERDICT_HANG] = {GLYPH_FAIL, RED},
    [VERDICT_BUSY_LOOP] = {GLYPH_FAIL, RED},
    [VERDICT_CRASH] = {GLYPH_FAIL, RED},
    [VERDICT_LEAK] = {GLYPH_FAIL, RED},
    [VERDICT_RACE] = {GLYPH_FAIL, RED},
    [VERDICT_PROTOCOL] = {GLYPH_FAIL, RED},
    [VERDICT_LIMIT] = {GLYPH_FAIL, RED},
    [VERDICT_UNDECIDED] = {GLYPH_UNDECIDED, YELLOW},
    [VERDICT_INTERNAL] = {GLYPH_INTERNAL, MAGENTA},
    [VERDICT_SKIPPED] = {GLYPH_SKIPPED, DIM},
};

const struct look *verdict_look(enum verdict v)
{
    return &LOOKS[v];
}

char *test_title(const struct record *k, const struct exercise *x)
{
    const struct test_spec *spec = x && k->test ? exercise_find_test(x, k->test) : NULL;
    return canvas_clean_line(spec ? title_text(&spec->title) : k->test);
}

static size_t label_columns(void)
{
    static const enum msg_id labels[] = {MSG_REPORT_SYMPTOM, MSG_REPORT_EVIDENCE, MSG_REPORT_HINT};
    size_t widest = 0;
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        size_t width = text_width(msg(labels[i]));
        widest = width > widest ? width : widest;
    }
    return widest;
}

void explain_part(struct canvas *c, enum msg_id label, enum color color, const char *text)
{
    if (!text || !*text)
        return;
    AUTO_FREE char *head = str_format("%*s%s", REPORT_INDENT, "", msg(label));
    canvas_paragraph(c, head, color, REPORT_INDENT + label_columns() + 2, PLAIN, text);
}

static size_t widest_line(const char *text)
{
    size_t widest = 0;
    for (const char *p = text; *p;) {
        size_t len = strcspn(p, "\n");
        size_t width = text_width_n(p, len);
        widest = width > widest ? width : widest;
        p += len + (p[len] == '\n');
    }
    return widest;
}

/* A picture is never wrapped; where it does not fit, the evidence has the same facts in words. */
static void paint_graph(struct canvas *c, const char *graph)
{
    if (!graph || !*graph)
        return;
    AUTO_FREE char *clean = canvas_clean_text(graph);
    size_t width = widest_line(clean);
    canvas_newline(c);
    if (width > c->style.columns) {
        AUTO_FREE char *note = msg_format(msg_lang(), MSG_REPORT_GRAPH_TOO_WIDE, width);
        canvas_paragraph(c, "", PLAIN, REPORT_INDENT, DIM, note);
        return;
    }
    size_t indent = width + REPORT_INDENT <= c->style.columns ? REPORT_INDENT : 0;
    for (const char *p = clean; *p;) {
        size_t len = strcspn(p, "\n");
        canvas_blanks(c, len > 0 ? indent : 0);
        canvas_text_n(c, PLAIN, p, len);
        canvas_newline(c);
        p += len + (p[len] == '\n');
    }
}

/* Where the last `lines` lines of a text begin. */
static const char *last_lines(const char *text, size_t lines)
{
    const char *p = text + strlen(text);
    if (p > text && p[-1] == '\n')
        p--;
    while (p > text && (p[-1] != '\n' || --lines > 0))
        p--;
    return p;
}

static void paint_stderr(struct canvas *c, const char *tail)
{
    if (!tail || !*tail)
        return;
    AUTO_FREE char *clean = canvas_clean_text(tail);
    const char *shown = last_lines(clean, c->style.verbose ? STDERR_LINES_MORE : STDERR_LINES);
    size_t indent = REPORT_INDENT + 2;
    size_t count;
    AUTO_FREE struct text_slice *lines =
        text_wrap(shown, strlen(shown), c->style.columns - indent, &count);
    canvas_newline(c);
    canvas_paragraph(c, "", PLAIN, REPORT_INDENT, DIM,
                     msg(shown > clean ? MSG_REPORT_STDERR_END : MSG_REPORT_STDERR));
    for (size_t i = 0; i < count; i++) {
        canvas_blanks(c, REPORT_INDENT);
        canvas_text(c, DIM, canvas_glyph(c, GLYPH_BAR));
        if (lines[i].len > 0)
            canvas_blanks(c, 1);
        canvas_text_n(c, PLAIN, shown + lines[i].start, lines[i].len);
        canvas_newline(c);
    }
}

/* "✗ title · 卡住不动 · unclosed-write-end", the parts that do not fit on lines of their own. */
static void paint_block_head(struct canvas *c, const struct record *k, const struct exercise *x)
{
    const struct look *look = &LOOKS[k->verdict];
    AUTO_FREE char *title = test_title(k, x);
    AUTO_FREE char *diagnosis = canvas_clean_line(k->diagnosis);
    AUTO_FREE char *kind = *diagnosis
                               ? str_format("%s %s %s", verdict_title(k->verdict, msg_lang()),
                                            canvas_glyph(c, GLYPH_DOT), diagnosis)
                               : str_dup(verdict_title(k->verdict, msg_lang()));
    canvas_text(c, look->color, canvas_glyph(c, look->mark));
    canvas_blanks(c, 1);
    size_t used = 2 + canvas_cut(c, BOLD, title, c->style.columns - 2);
    if (used + 3 + text_width(kind) > c->style.columns) {
        canvas_newline(c);
        canvas_blanks(c, REPORT_INDENT);
        used = REPORT_INDENT;
    } else {
        canvas_text(c, DIM, " ");
        canvas_text(c, DIM, canvas_glyph(c, GLYPH_DOT));
        canvas_text(c, DIM, " ");
        used += 3;
    }
    canvas_cut(c, look->color, kind, c->style.columns - used);
    canvas_newline(c);
}

void explain_record(struct canvas *c, const struct record *k, const struct exercise *x)
{
    paint_block_head(c, k, x);
    canvas_newline(c);
    explain_body(c, k);
    canvas_newline(c);
}

void explain_body(struct canvas *c, const struct record *k)
{
    explain_part(c, MSG_REPORT_SYMPTOM, BOLD, text2_get(&k->symptom));
    explain_part(c, MSG_REPORT_EVIDENCE, BOLD, text2_get(&k->evidence));
    explain_part(c, MSG_REPORT_HINT, CYAN, text2_get(&k->hint));
    if (k->verdict == VERDICT_UNDECIDED)
        explain_part(c, MSG_REPORT_MEANS, YELLOW, msg(MSG_REPORT_UNDECIDED));
    if (k->verdict == VERDICT_INTERNAL)
        explain_part(c, MSG_REPORT_MEANS, MAGENTA, msg(MSG_REPORT_NOT_YOUR_FAULT));
    if (k->has_bytes) {
        if (*text2_get(&k->symptom))
            canvas_newline(c);
        diff_paint(c, &k->expected, &k->actual, REPORT_INDENT);
    }
    paint_graph(c, text2_get(&k->graph));
    paint_stderr(c, k->stderr_tail);
}
