/* One student's page: every exercise with its tests, and why a test failed. */
#include <stdlib.h>

#include "report/canvas.h"
#include "report/class_html.h"

void html_refusal(FILE *out, const struct gradebook_refusal *r)
{
    html_element(out, "span", "tag", r->where);
    if (r->what)
        html_element(out, "span", "tag", r->what);
    html_element(out, "span", NULL, text2_get(&r->why));
}

static void one_test(FILE *out, const struct cell *c, size_t index)
{
    static const struct {
        const char *class, *mark;
    } looks[] = {
        [OUTCOME_PASS] = {"good", "✓"},   [OUTCOME_FAIL] = {"bad", "✗"},
        [OUTCOME_FAULT] = {"warn", "!"},  [OUTCOME_UNDECIDED] = {"warn", "?"},
        [OUTCOME_NOT_RUN] = {"dim", "·"},
    };
    struct cell_test t;
    cell_test(c, index, &t);
    enum outcome o = outcome_of(t.verdict);
    AUTO_FREE char *text = cell_explain(c, &t);
    fprintf(out, "<div class=\"test%s\"><span class=\"%s\">%s</span> ",
            o == OUTCOME_FAIL ? " fail" : "", looks[o].class, looks[o].mark);
    html_element(out, "span", NULL, title_text(&t.test->title));
    fprintf(out, " <span class=\"dim\">%d/%d · %lld ms", t.points, t.max_points, (long long)t.ms);
    if (t.test->hidden)
        fprintf(out, " · %s", msg(MSG_REPORT_HTML_HIDDEN));
    fputs("</span>", out);
    if (o != OUTCOME_PASS && o != OUTCOME_NOT_RUN) {
        fputc(' ', out);
        html_element(out, "span", looks[o].class, verdict_title(t.verdict, msg_lang()));
    }
    if (t.diagnosis) {
        fputc(' ', out);
        html_element(out, "span", "tag", t.diagnosis);
    }
    fputs("</div>\n", out);
    if (*text) {
        fputs("<pre>", out);
        markup_columns(out, text);
        fputs("</pre>\n", out);
    }
}

static void attempt_line(FILE *out, const struct cell *c)
{
    char submitted[NUMBER_MAX], graded[NUMBER_MAX];
    const struct gradebook_attempt *a = c->attempt;
    AUTO_FREE char *origin = canvas_clean_line(a->origin);
    AUTO_FREE char *line =
        msg_format(msg_lang(), MSG_REPORT_HTML_ATTEMPT, origin, html_time(submitted, a->submitted),
                   html_time(graded, a->graded), a->source_hash, a->sandbox ? a->sandbox : "?");
    AUTO_FREE char *limits =
        a->limits ? msg_format(msg_lang(), MSG_REPORT_HTML_LIMITS, a->limits) : str_dup("");
    AUTO_FREE char *all = str_format("%s%s", line, limits);
    html_element(out, "div", "dim", all);
    fputc('\n', out);
}

static bool complete(const struct cell *c)
{
    return c->grade->state == CELL_COUNTED && c->grade->points >= c->grade->max_points - 1e-9;
}

static void one_exercise(FILE *out, const struct gradebook *g, const struct class_options *o,
                         size_t student, size_t exercise)
{
    struct cell c;
    cell_init(&c, g, o, student, exercise, true);
    AUTO_FREE char *label = exercise_label(c.x);
    AUTO_FREE char *remark = cell_remark(&c);
    AUTO_FREE char *build = cell_build_text(&c);
    fprintf(out, "<details id=\"s%zu-%zu\"%s><summary>", student, exercise,
            c.attempt && !complete(&c) ? " open" : "");
    markup_text(out, label);
    bool missing = c.grade->state == CELL_MISSING && !c.override;
    fputs(" — ", out);
    if (missing) {
        html_element(out, "span", "dim", remark);
        fputs("</summary>\n", out);
    } else {
        html_number(out, c.grade->points);
        fprintf(out, "/%d</summary>\n", c.grade->max_points);
    }
    if (c.attempt)
        attempt_line(out, &c);
    if (*remark && !missing)
        html_element(out, "div", "note", remark);
    if (c.attempt && c.attempt->internal)
        html_element(out, "pre", "wrap", c.attempt->internal);
    if (*build) {
        fputs("<pre>", out);
        markup_text(out, build);
        fputs("</pre>\n", out);
    }
    for (size_t i = 0; c.attempt && c.attempt->built && i < c.x->n_tests; i++)
        if (cell_shows(&c, i))
            one_test(out, &c, i);
    if (cell_hidden(&c)) {
        AUTO_FREE char *text = msg_format(msg_lang(), MSG_REPORT_CLASS_HIDDEN, cell_hidden(&c));
        html_element(out, "p", "dim", text);
    }
    fputs("</details>\n", out);
    cell_release(&c);
}

void html_student(FILE *out, const struct gradebook *g, const struct class_options *o,
                  size_t student, bool in_class)
{
    const struct gradebook_student *s = &g->students[student];
    AUTO_FREE char *label = student_label(s);
    char a[NUMBER_MAX], b[NUMBER_MAX];
    AUTO_FREE char *total =
        msg_format(msg_lang(), MSG_REPORT_CLASS_TOTAL, number_text(a, gradebook_total(g, student)),
                   number_text(b, gradebook_max_total(g)));
    fprintf(out, "<section id=\"s%zu\"%s>\n", student, in_class ? " class=\"page\"" : "");
    if (in_class)
        fprintf(out, "<nav><a href=\"#class\">← %s</a></nav>\n", msg(MSG_REPORT_HTML_CLASS));
    html_element(out, "h1", NULL, label);
    html_element(out, "p", NULL, total);
    if (*s->email || *s->section) {
        AUTO_FREE char *line =
            str_format("%s%s%s", s->section, *s->section && *s->email ? " · " : "", s->email);
        html_element(out, "p", "dim", line);
    }
    for (size_t i = 0; i < s->n_refusals; i++) {
        fputs("<div class=\"note\">", out);
        html_refusal(out, &s->refusals[i]);
        fputs("</div>\n", out);
    }
    for (size_t i = 0; i < g->n_exercises; i++)
        one_exercise(out, g, o, student, i);
    fputs("</section>\n", out);
}
