/* What one student gets back: Markdown that also reads well as plain text. */
#include <stdlib.h>
#include <string.h>

#include "report/canvas.h"
#include "report/class_view.h"

/* Untrusted words inside a line of Markdown. */
static void inline_text(FILE *out, const char *text)
{
    AUTO_FREE char *clean = canvas_clean_line(text);
    for (const char *p = clean; *p; p++) {
        if (strchr("\\`*_{}[]<>#|~!&", *p))
            fputc('\\', out);
        fputc(*p, out);
    }
}

/* A fence longer than any run of backticks inside. */
static void fenced(FILE *out, const char *text)
{
    size_t longest = 2, run = 0;
    for (const char *p = text; *p; p++) {
        run = *p == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    struct buf fence = BUF_INIT;
    buf_repeat(&fence, "`", longest + 1);
    fprintf(out, "%stext\n%s\n%s\n\n", buf_text(&fence), text, buf_text(&fence));
    buf_release(&fence);
}

static const char *mark(enum outcome o)
{
    static const char *const marks[] = {
        [OUTCOME_PASS] = "✓",      [OUTCOME_FAIL] = "✗",    [OUTCOME_FAULT] = "!",
        [OUTCOME_UNDECIDED] = "?", [OUTCOME_NOT_RUN] = "·",
    };
    return marks[o];
}

static void test_table(FILE *out, const struct cell *c)
{
    fprintf(out, "| | %s | %s |\n|---|---|---:|\n", msg(MSG_REPORT_CLASS_TEST),
            msg(MSG_REPORT_CLASS_POINTS));
    for (size_t i = 0; i < c->x->n_tests; i++) {
        struct cell_test t;
        if (!cell_shows(c, i))
            continue;
        cell_test(c, i, &t);
        fprintf(out, "| %s | ", mark(outcome_of(t.verdict)));
        inline_text(out, title_text(&t.test->title));
        fprintf(out, " | %d/%d |\n", t.points, t.max_points);
    }
    fputc('\n', out);
    if (cell_hidden(c)) {
        AUTO_FREE char *text = msg_format(msg_lang(), MSG_REPORT_CLASS_HIDDEN, cell_hidden(c));
        fprintf(out, "%s\n\n", text);
    }
}

static void explanations(FILE *out, const struct cell *c)
{
    for (size_t i = 0; i < c->x->n_tests; i++) {
        struct cell_test t;
        if (!cell_shows(c, i))
            continue;
        cell_test(c, i, &t);
        AUTO_FREE char *text = cell_explain(c, &t);
        if (!*text)
            continue;
        fprintf(out, "### %s ", mark(outcome_of(t.verdict)));
        inline_text(out, title_text(&t.test->title));
        fputs(" · ", out);
        inline_text(out, verdict_title(t.verdict, msg_lang()));
        if (t.diagnosis) {
            fputs(" · ", out);
            inline_text(out, t.diagnosis);
        }
        fputs("\n\n", out);
        fenced(out, text);
    }
}

static void one_exercise(FILE *out, const struct gradebook *g, const struct class_options *o,
                         size_t exercise)
{
    struct cell c;
    char a[NUMBER_MAX], b[NUMBER_MAX];
    cell_init(&c, g, o, o->student, exercise, true);
    AUTO_FREE char *label = exercise_label(c.x);
    AUTO_FREE char *remark = cell_remark(&c);
    fputs("## ", out);
    inline_text(out, label);
    fprintf(out, " — %s/%s\n\n", number_text(a, c.grade->points),
            number_text(b, c.grade->max_points));
    if (*remark) {
        inline_text(out, remark);
        fputs("\n\n", out);
    }
    if (c.attempt && c.attempt->built) {
        test_table(out, &c);
        explanations(out, &c);
    } else {
        AUTO_FREE char *build = cell_build_text(&c);
        if (*build)
            fenced(out, build);
    }
    cell_release(&c);
}

int class_feedback(FILE *out, const struct gradebook *g, const struct class_options *o,
                   struct err *e)
{
    const struct gradebook_student *s = &g->students[o->student];
    char a[NUMBER_MAX], b[NUMBER_MAX];
    AUTO_FREE char *label = student_label(s);
    AUTO_FREE char *total = msg_format(msg_lang(), MSG_REPORT_CLASS_TOTAL,
                                       number_text(a, gradebook_total(g, o->student)),
                                       number_text(b, gradebook_max_total(g)));
    fputs("# ", out);
    inline_text(out, label);
    fprintf(out, "\n\n%s\n\n", total);
    for (size_t i = 0; i < s->n_refusals; i++) {
        const struct gradebook_refusal *r = &s->refusals[i];
        fputs("- ", out);
        inline_text(out, r->what ? r->what : r->where);
        fputs(": ", out);
        inline_text(out, text2_get(&r->why));
        fputs(i + 1 < s->n_refusals ? "\n" : "\n\n", out);
    }
    for (size_t i = 0; i < g->n_exercises; i++)
        one_exercise(out, g, o, i);
    return class_done(out, e);
}
