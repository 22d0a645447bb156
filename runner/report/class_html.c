/* The class as one web page: the matrix, statistics of the tests, similar code, and behind links
 * the page of every student. With options.student: that student's page alone. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "report/canvas.h"
#include "report/class_html.h"
#include "report/class_page.h"
#include "report/class_stats.h"

/* --- the small pieces
 * ------------------------------------------------------------------------------ */

void html_element(FILE *out, const char *tag, const char *class, const char *text)
{
    if (class)
        fprintf(out, "<%s class=\"%s\">", tag, class);
    else
        fprintf(out, "<%s>", tag);
    AUTO_FREE char *clean = canvas_clean_text(text);
    markup_text(out, clean);
    fprintf(out, "</%.*s>", (int)strcspn(tag, " "), tag);
}

void html_number(FILE *out, double value)
{
    char text[NUMBER_MAX];
    fputs(number_text(text, value), out);
}

const char *html_time(char out[NUMBER_MAX], long long seconds)
{
    struct tm tm;
    time_t t = (time_t)seconds;
    if (seconds == 0 || !localtime_r(&t, &tm) || !strftime(out, NUMBER_MAX, "%Y-%m-%d %H:%M", &tm))
        snprintf(out, NUMBER_MAX, "–");
    return out;
}

static void number_cell(FILE *out, double value, const char *suffix)
{
    char text[NUMBER_MAX];
    number_text(text, value);
    fprintf(out, "<td class=\"n\" data-v=\"%s\">%s%s</td>", text, text, suffix);
}

static void tile(FILE *out, enum msg_id label, const char *value)
{
    fprintf(out, "<div class=\"tile\"><b>%s</b><span>%s</span></div>", value, msg(label));
}

static void header_cell(FILE *out, const char *class, enum msg_id id)
{
    fprintf(out, "<th class=\"%s\">%s</th>", class, msg(id));
}

/* --- head
 * -------------------------------------------------------------------------------------------- */

static void page_start(FILE *out, const char *title)
{
    fprintf(out,
            "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
            "'unsafe-inline'; script-src 'unsafe-inline'\">\n<title>",
            msg_lang() == LANG_ZH ? "zh" : "en");
    markup_text(out, title);
    fprintf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n", class_page_style);
}

static void page_end(FILE *out)
{
    fprintf(out, "<script>\n%s</script>\n</body>\n</html>\n", class_page_script);
}

static void tiles(FILE *out, const struct gradebook *g)
{
    struct class_stats s;
    char a[NUMBER_MAX], b[NUMBER_MAX];
    class_stats(g, &s);
    double max = gradebook_max_total(g);
    AUTO_FREE char *submitted = str_format("%zu/%zu", s.submitted, s.students);
    AUTO_FREE char *complete = str_format("%zu", s.complete);
    AUTO_FREE char *mean = str_format("%s/%s", number_text(a, s.mean), number_text(b, max));
    AUTO_FREE char *middle = str_format("%s/%s", number_text(a, s.median), number_text(b, max));
    AUTO_FREE char *refusals = str_format("%zu", s.refusals);
    AUTO_FREE char *faults = str_format("%zu", s.faults);
    fputs("<div class=\"tiles\">", out);
    tile(out, MSG_REPORT_HTML_SUBMITTED, submitted);
    tile(out, MSG_REPORT_HTML_COMPLETE, complete);
    tile(out, MSG_REPORT_HTML_MEAN, mean);
    tile(out, MSG_REPORT_HTML_MEDIAN, middle);
    if (s.refusals)
        tile(out, MSG_REPORT_HTML_REFUSALS, refusals);
    if (s.faults)
        tile(out, MSG_REPORT_HTML_FAULTS, faults);
    fputs("</div>\n", out);
}

/* --- the matrix
 * --------------------------------------------------------------------------------------- */

static void matrix_cell(FILE *out, const struct gradebook *g, size_t student, size_t exercise)
{
    const struct gradebook_grade *c = gradebook_grade_of(g, student, exercise);
    bool by_hand = c->override != GRADEBOOK_NONE;
    const char *class = "part";
    if (c->state == CELL_MISSING && !by_hand)
        class = "missing";
    else if (c->state == CELL_FAULT && !by_hand)
        class = "fault";
    else if (c->points >= c->max_points - 1e-9)
        class = "full";
    else if (c->points <= 1e-9)
        class = "zero";
    char text[NUMBER_MAX];
    number_text(text, c->points);
    fprintf(out, "<td class=\"cell %s\" data-v=\"%s\"><a href=\"#s%zu-%zu\">", class, text, student,
            exercise);
    if (strcmp(class, "missing") == 0)
        fputs("–", out);
    else if (strcmp(class, "fault") == 0)
        fputs("!", out);
    else
        fputs(text, out);
    bool late = c->attempt != GRADEBOOK_NONE && g->attempts[c->attempt].late_seconds > 0;
    if (late)
        fprintf(out, " <small>%s</small>", msg(MSG_REPORT_HTML_LATE));
    fprintf(out, "%s</a></td>", by_hand ? " ✎" : "");
}

static void matrix_row(FILE *out, const struct gradebook *g, size_t student)
{
    const struct gradebook_student *s = &g->students[student];
    AUTO_FREE char *label = student_label(s);
    fprintf(out, "<tr><td><a href=\"#s%zu\">", student);
    markup_text(out, label);
    fputs("</a>", out);
    if (*s->section) {
        fputs(" ", out);
        html_element(out, "span", "dim", s->section);
    }
    if (s->n_refusals)
        fputs(" <span class=\"warn\">⚠</span>", out);
    fputs("</td>", out);
    number_cell(out, gradebook_total(g, student), "");
    for (size_t i = 0; i < g->n_exercises; i++)
        matrix_cell(out, g, student, i);
    fputs("</tr>\n", out);
}

static void matrix(FILE *out, const struct gradebook *g)
{
    fprintf(out,
            "<h2 id=\"class\">%s</h2>\n<input type=\"search\" hidden data-filter=\"matrix\" "
            "placeholder=\"%s\">\n<div class=\"scroll\"><table id=\"matrix\" class=\"matrix "
            "sortable\"><thead><tr>",
            msg(MSG_REPORT_HTML_CLASS), msg(MSG_REPORT_HTML_FILTER));
    header_cell(out, "", MSG_REPORT_HTML_STUDENT);
    header_cell(out, "n", MSG_REPORT_HTML_TOTAL);
    for (size_t i = 0; i < g->n_exercises; i++) {
        AUTO_FREE char *label = exercise_label(&g->exercises[i]);
        fputs("<th class=\"cell\" title=\"", out);
        markup_text(out, label);
        fputs("\">", out);
        markup_text(out, g->exercises[i].number);
        fprintf(out, "<br><span class=\"dim\">/%d</span></th>", g->exercises[i].max_points);
    }
    fputs("</tr></thead><tbody>\n", out);
    for (size_t i = 0; i < g->n_students; i++)
        matrix_row(out, g, i);
    fprintf(out, "</tbody></table></div>\n<p class=\"dim\">%s</p>\n", msg(MSG_REPORT_HTML_LEGEND));
}

/* --- statistics
 * ---------------------------------------------------------------------------------------- */

static void tags(FILE *out, const struct test_stats *s)
{
    fputs("<td>", out);
    for (size_t i = 0; i < s->n_top; i++) {
        fputs("<span class=\"tag\">", out);
        markup_text(out, s->top[i].diagnosis);
        fprintf(out, " %zu</span>", s->top[i].count);
    }
    fputs("</td>", out);
}

static void stats_row(FILE *out, const struct gradebook *g, size_t exercise, size_t test)
{
    const struct gradebook_test *t = &g->exercises[exercise].tests[test];
    struct test_stats s;
    test_stats(g, exercise, test, &s);
    double percent = s.taken ? 100.0 * (double)s.passed / (double)s.taken : 0;
    char text[NUMBER_MAX];
    number_text(text, percent);
    fputs("<tr><td>", out);
    markup_text(out, g->exercises[exercise].number);
    fputs("</td><td>", out);
    markup_text(out, title_text(&t->title));
    if (t->hidden)
        fprintf(out, " <span class=\"dim\">%s</span>", msg(MSG_REPORT_HTML_HIDDEN));
    fprintf(out,
            "</td><td class=\"n\" data-v=\"%s\"><span class=\"bar\"><i style=\"width:%d%%\"></i>"
            "</span>%zu/%zu</td>",
            text, (int)percent, s.passed, s.taken);
    tags(out, &s);
    if (s.has_discrimination)
        number_cell(out, s.discrimination, "");
    else
        fputs("<td class=\"n\" data-v=\"-2\">–</td>", out);
    number_cell(out, (double)(long long)s.median_ms, " ms");
    fputs("</tr>\n", out);
}

static void statistics(FILE *out, const struct gradebook *g)
{
    fprintf(out,
            "<h2 id=\"tests\">%s</h2>\n<div class=\"scroll\"><table class=\"sortable\"><thead><tr>",
            msg(MSG_REPORT_HTML_TESTS));
    header_cell(out, "", MSG_REPORT_HTML_EXERCISE);
    header_cell(out, "", MSG_REPORT_CLASS_TEST);
    header_cell(out, "n", MSG_REPORT_HTML_PASSED);
    header_cell(out, "", MSG_REPORT_HTML_DIAGNOSES);
    header_cell(out, "n", MSG_REPORT_HTML_DISCRIMINATION);
    header_cell(out, "n", MSG_REPORT_HTML_TIME);
    fputs("</tr></thead><tbody>\n", out);
    for (size_t x = 0; x < g->n_exercises; x++)
        for (size_t t = 0; t < g->exercises[x].n_tests; t++)
            stats_row(out, g, x, t);
    fprintf(out, "</tbody></table></div>\n<p class=\"dim\">%s</p>\n",
            msg(MSG_REPORT_HTML_DISCRIMINATION_MEANS));
}

static void diagnoses(FILE *out, const struct gradebook *g)
{
    size_t n;
    AUTO_FREE struct diagnosis_count *list = class_diagnoses(g, &n);
    if (n == 0)
        return;
    fprintf(out, "<h2 id=\"diagnoses\">%s</h2>\n<p>", msg(MSG_REPORT_HTML_ALL_DIAGNOSES));
    for (size_t i = 0; i < n; i++) {
        fputs("<span class=\"tag\">", out);
        markup_text(out, list[i].diagnosis);
        fprintf(out, " <b>%zu</b></span>", list[i].count);
    }
    fputs("</p>\n", out);
}

static bool has_notes(const struct gradebook *g)
{
    bool any = g->n_faults > 0;
    for (size_t i = 0; i < g->n_students; i++)
        any = any || g->students[i].n_refusals;
    return any;
}

static void refusals(FILE *out, const struct gradebook *g)
{
    if (!has_notes(g))
        return;
    fprintf(out, "<h2 id=\"notes\">%s</h2>\n<ul>\n", msg(MSG_REPORT_HTML_NOTES));
    for (size_t i = 0; i < g->n_faults; i++) {
        const struct gradebook_fault *f = &g->faults[i];
        fprintf(out, "<li class=\"warn\"><a href=\"#s%zu-%zu\">", f->student, f->exercise);
        AUTO_FREE char *label = student_label(&g->students[f->student]);
        markup_text(out, label);
        fputs("</a> ", out);
        markup_text(out, g->exercises[f->exercise].number);
        fputs(": ", out);
        markup_text(out, f->text);
        fputs("</li>\n", out);
    }
    for (size_t i = 0; i < g->n_students; i++)
        for (size_t k = 0; k < g->students[i].n_refusals; k++) {
            AUTO_FREE char *label = student_label(&g->students[i]);
            fprintf(out, "<li><a href=\"#s%zu\">", i);
            markup_text(out, label);
            fputs("</a> ", out);
            html_refusal(out, &g->students[i].refusals[k]);
            fputs("</li>\n", out);
        }
    fputs("</ul>\n", out);
}

/* --- the page
 * ------------------------------------------------------------------------------------------- */

static void navigation(FILE *out, const struct gradebook *g)
{
    fprintf(
        out, "<nav><a href=\"#class\">%s</a><a href=\"#tests\">%s</a><a href=\"#diagnoses\">%s</a>",
        msg(MSG_REPORT_HTML_CLASS), msg(MSG_REPORT_HTML_TESTS), msg(MSG_REPORT_HTML_ALL_DIAGNOSES));
    if (g->n_pairs)
        fprintf(out, "<a href=\"#similar\">%s</a>", msg(MSG_REPORT_HTML_SIMILAR));
    if (has_notes(g))
        fprintf(out, "<a href=\"#notes\">%s</a>", msg(MSG_REPORT_HTML_NOTES));
    fputs("</nav>\n", out);
}

static void front(FILE *out, const struct gradebook *g)
{
    char when[NUMBER_MAX];
    AUTO_FREE char *line = msg_format(msg_lang(), MSG_REPORT_HTML_SUBTITLE,
                                      html_time(when, g->graded), g->n_students, g->n_exercises);
    fputs("<div id=\"home\">\n", out);
    html_element(out, "h1", NULL, g->title);
    fputc('\n', out);
    html_element(out, "div", "dim", line);
    if (g->unsafe)
        html_element(out, "div", "note", msg(MSG_REPORT_CLASS_UNSAFE));
    tiles(out, g);
    navigation(out, g);
    matrix(out, g);
    statistics(out, g);
    diagnoses(out, g);
    html_pairs(out, g);
    refusals(out, g);
    fputs("</div>\n", out);
}

int class_html(FILE *out, const struct gradebook *g, const struct class_options *o, struct err *e)
{
    page_start(out, g->title);
    if (o->student != GRADEBOOK_NONE) {
        html_student(out, g, o, o->student, false);
        page_end(out);
        return class_done(out, e);
    }
    front(out, g);
    for (size_t i = 0; i < g->n_students; i++)
        html_student(out, g, o, i, true);
    for (size_t i = 0; i < g->n_pairs; i++)
        html_pair(out, g, i);
    page_end(out);
    return class_done(out, e);
}
