/* What the graders of three platforms read: Gradescope (docs/specs.md of autograder_samples),
 * PrairieLearn (docs/externalGrading.md) and Autolab (docs/lab.md, docs/features/
 * formatted-feedback.md). One file for one student. */
#include <stdlib.h>
#include <string.h>

#include "course/json_fields.h"
#include "report/class_view.h"

enum {
    OUTPUT_MAX = 16 * 1024,        /* bytes of one test's explanation */
    PRAIRIELEARN_MAX = 900 * 1000, /* PrairieLearn refuses a file above 1 MB */
};

/* At a character's border. */
static void cut(char *text, size_t max)
{
    if (strlen(text) <= max)
        return;
    while (max > 0 && ((unsigned char)text[max] & 0xc0) == 0x80)
        max--;
    text[max] = '\0';
}

static char *explanation(const struct cell *c, const struct cell_test *t)
{
    char *text = cell_explain(c, t);
    cut(text, OUTPUT_MAX);
    return text;
}

/* Why none of the tests ran: not handed in, or what the compiler said. Malloc'd, "" when they did.
 */
static char *whole(const struct cell *c)
{
    if (cell_whole(c) == WHOLE_NONE)
        return str_dup("");
    AUTO_FREE char *remark = cell_remark(c);
    AUTO_FREE char *build = cell_build_text(c);
    char *text = *build ? str_format("%s\n\n%s", remark, build) : str_dup(remark);
    cut(text, OUTPUT_MAX);
    return text;
}

static char *test_name(const struct cell *c, const struct cell_test *t)
{
    return str_format("%s · %s", c->x->number, title_text(&t->test->title));
}

/* Lines about the cells of a student, malloc'd. */
static char *summary(const struct gradebook *g, const struct class_options *o)
{
    struct buf out = BUF_INIT;
    char a[NUMBER_MAX], b[NUMBER_MAX];
    for (size_t i = 0; i < g->n_exercises; i++) {
        struct cell c;
        cell_init(&c, g, o, o->student, i, false);
        AUTO_FREE char *label = exercise_label(c.x);
        AUTO_FREE char *remark = cell_remark(&c);
        buf_addf(&out, "%s: %s/%s%s%s\n", label, number_text(a, c.grade->points),
                 number_text(b, c.grade->max_points), *remark ? "  " : "", remark);
        if (cell_hidden(&c)) {
            AUTO_FREE char *hidden =
                msg_format(msg_lang(), MSG_REPORT_CLASS_HIDDEN, cell_hidden(&c));
            buf_addf(&out, "  %s\n", hidden);
        }
        cell_release(&c);
    }
    return buf_steal(&out);
}

/* Is there a cell whose points nobody knows, because of a fault of ours? */
static bool has_fault(const struct gradebook *g, size_t student)
{
    for (size_t i = 0; i < g->n_exercises; i++) {
        const struct gradebook_grade *cell = gradebook_grade_of(g, student, i);
        if (cell->state == CELL_FAULT && cell->override == GRADEBOOK_NONE)
            return true;
    }
    return false;
}

/* --- Gradescope
 * ----------------------------------------------------------------------------------- */

/* Gradescope hides tests by itself, and the total with them; so hidden tests are always sent. */
static const char *visibility(const struct gradebook *g, const struct class_options *o,
                              const struct gradebook_test *t)
{
    if (!t->hidden || gradebook_shows_hidden(g, o->now))
        return "visible";
    return g->policies.hidden == HIDDEN_AFTER ? "after_due_date" : "hidden";
}

static json_t *gradescope_test(const struct cell *c, const struct class_options *o, size_t index)
{
    struct cell_test t;
    cell_test(c, index, &t);
    AUTO_FREE char *all = whole(c);
    AUTO_FREE char *text = *all ? str_dup(all) : explanation(c, &t);
    AUTO_FREE char *name = test_name(c, &t);
    json_t *j = json_object();
    json_object_set_new(j, "number", json_text(c->x->number));
    json_object_set_new(j, "name", json_text(name));
    if (t.max_points > 0) { /* what could not be decided has no score */
        json_object_set_new(j, "score", json_integer(t.points));
        json_object_set_new(j, "max_score", json_integer(t.max_points));
    }
    enum outcome outcome = outcome_of(t.verdict);
    if (outcome == OUTCOME_PASS || outcome == OUTCOME_FAIL || outcome == OUTCOME_NOT_RUN)
        json_object_set_new(j, "status",
                            json_string(outcome == OUTCOME_PASS ? "passed" : "failed"));
    json_object_set_new(j, "output", json_text(text));
    json_object_set_new(j, "output_format", json_string("text"));
    if (t.diagnosis)
        json_object_set_new(j, "tags", json_pack("[o]", json_text(t.diagnosis)));
    json_object_set_new(j, "visibility", json_string(visibility(c->g, o, t.test)));
    return j;
}

int class_gradescope(FILE *out, const struct gradebook *g, const struct class_options *o,
                     struct err *e)
{
    struct class_options all = *o;
    all.for_student = false;
    json_t *tests = json_array();
    double ms = 0;
    for (size_t i = 0; i < g->n_exercises; i++) {
        struct cell c;
        cell_init(&c, g, &all, o->student, i, true);
        ms += c.attempt ? c.attempt->ms : 0;
        for (size_t t = 0; t < c.x->n_tests; t++)
            json_array_append_new(tests, gradescope_test(&c, o, t));
        cell_release(&c);
    }
    AUTO_FREE char *text = summary(g, o);
    json_t *j = json_object();
    if (!has_fault(g, o->student)) /* without it Gradescope shows that grading went wrong */
        json_object_set_new(j, "score", json_real(gradebook_total(g, o->student)));
    json_object_set_new(j, "execution_time", json_real(ms / 1000));
    json_object_set_new(j, "output", json_text(text));
    json_object_set_new(j, "output_format", json_string("text"));
    json_object_set_new(j, "stdout_visibility", json_string("hidden"));
    json_object_set_new(j, "tests", tests);
    return class_write_json(out, j, e);
}

/* --- PrairieLearn
 * ---------------------------------------------------------------------------------- */

static json_t *prairielearn_tests(const struct gradebook *g, const struct class_options *o,
                                  bool with_output)
{
    json_t *tests = json_array();
    for (size_t i = 0; i < g->n_exercises; i++) {
        struct cell c;
        cell_init(&c, g, o, o->student, i, with_output);
        AUTO_FREE char *all = whole(&c);
        for (size_t n = 0; n < c.x->n_tests; n++) {
            struct cell_test t;
            if (!cell_shows(&c, n))
                continue;
            cell_test(&c, n, &t);
            AUTO_FREE char *name = test_name(&c, &t);
            AUTO_FREE char *text = *all ? str_dup(all) : explanation(&c, &t);
            AUTO_FREE char *line =
                outcome_of(t.verdict) == OUTCOME_PASS ? str_dup("") : cell_short(&t);
            json_t *j = json_pack("{s:o, s:i, s:i, s:o}", "name", json_text(name), "points",
                                  t.points, "max_points", t.max_points, "message", json_text(line));
            if (with_output)
                json_object_set_new(j, "output", json_text(text));
            json_array_append_new(tests, j);
        }
        cell_release(&c);
    }
    return tests;
}

/* Everything handed in failed to compile: the attempt is not used up. */
static json_t *format_errors(const struct gradebook *g, const struct class_options *o)
{
    json_t *errors = json_array();
    for (size_t i = 0; i < g->n_exercises; i++) {
        struct cell c;
        cell_init(&c, g, o, o->student, i, true);
        AUTO_FREE char *label = exercise_label(c.x);
        AUTO_FREE char *why = whole(&c);
        AUTO_FREE char *text = str_format("%s: %s", label, why);
        if (*why)
            json_array_append_new(errors, json_text(text));
        cell_release(&c);
    }
    return errors;
}

static bool nothing_built(const struct gradebook *g, size_t student)
{
    for (size_t i = 0; i < g->n_exercises; i++) {
        const struct gradebook_grade *cell = gradebook_grade_of(g, student, i);
        if (cell->override != GRADEBOOK_NONE ||
            (cell->attempt != GRADEBOOK_NONE && g->attempts[cell->attempt].built))
            return false;
    }
    return true;
}

int class_prairielearn(FILE *out, const struct gradebook *g, const struct class_options *o,
                       struct err *e)
{
    if (has_fault(g, o->student)) {
        json_t *j = json_pack("{s:b, s:o}", "gradable", 0, "message",
                              json_text(msg(MSG_REPORT_NOT_YOUR_FAULT)));
        return class_write_json(out, j, e);
    }
    if (nothing_built(g, o->student)) {
        json_t *j = json_pack("{s:b, s:o}", "gradable", 0, "format_errors", format_errors(g, o));
        return class_write_json(out, j, e);
    }
    double max = gradebook_max_total(g), total = gradebook_total(g, o->student);
    double score = max > 0 ? total / max : 0;
    AUTO_FREE char *text = summary(g, o);
    json_t *j = json_pack("{s:b, s:f, s:o}", "gradable", 1, "score", score > 1 ? 1.0 : score,
                          "output", json_text(text));
    json_object_set_new(j, "tests", prairielearn_tests(g, o, true));
    AUTO_FREE char *dump = json_dumps(j, JSON_COMPACT);
    if (dump && strlen(dump) > PRAIRIELEARN_MAX)
        json_object_set_new(j, "tests", prairielearn_tests(g, o, false));
    return class_write_json(out, j, e);
}

/* --- Autolab
 * ---------------------------------------------------------------------------------------
 * Everything up to the last two lines is for reading; then the semantic feedback, then the scores.
 * Problems and stages are named by the ids of the exercises. */

static json_t *autolab_stage(const struct cell *c)
{
    json_t *stage = json_object();
    AUTO_FREE char *all = whole(c);
    if (*all) {
        json_object_set_new(stage, c->attempt ? "build" : "handed-in",
                            json_pack("{s:b, s:o}", "passed", 0, "hint", json_text(all)));
        return stage;
    }
    for (size_t i = 0; i < c->x->n_tests; i++) {
        struct cell_test t;
        if (!cell_shows(c, i))
            continue;
        cell_test(c, i, &t);
        bool passed = outcome_of(t.verdict) == OUTCOME_PASS;
        AUTO_FREE char *line = cell_short(&t);
        json_t *j = json_pack("{s:b}", "passed", passed);
        if (!passed)
            json_object_set_new(j, "hint", json_text(line));
        AUTO_FREE char *title = str_dup(title_text(&t.test->title));
        json_object_set_new(stage, title, j);
    }
    return stage;
}

static void print_explanations(FILE *out, const struct cell *c)
{
    for (size_t i = 0; i < c->x->n_tests; i++) {
        struct cell_test t;
        if (!cell_shows(c, i))
            continue;
        cell_test(c, i, &t);
        AUTO_FREE char *text = explanation(c, &t);
        AUTO_FREE char *name = test_name(c, &t);
        if (*text)
            fprintf(out, "\n== %s\n%s\n", name, text);
    }
    AUTO_FREE char *all = whole(c);
    if (*all)
        fprintf(out, "\n== %s\n%s\n", c->x->number, all);
}

int class_autolab(FILE *out, const struct gradebook *g, const struct class_options *o,
                  struct err *e)
{
    json_t *feedback = json_pack("{s:s, s:[]}", "_presentation", "semantic", "stages");
    json_t *scores = json_object();
    AUTO_FREE char *text = summary(g, o);
    fputs(text, out);
    for (size_t i = 0; i < g->n_exercises; i++) {
        struct cell c;
        cell_init(&c, g, o, o->student, i, true);
        print_explanations(out, &c);
        json_array_append_new(json_object_get(feedback, "stages"), json_text(c.x->id));
        json_object_set_new(feedback, c.x->id, autolab_stage(&c));
        if (c.grade->state != CELL_FAULT || c.override)
            json_object_set_new(scores, c.x->id, json_real(c.grade->points));
        cell_release(&c);
    }
    json_t *result =
        json_pack("{s:o, s:[f]}", "scores", scores, "scoreboard", gradebook_total(g, o->student));
    fputc('\n', out);
    json_dumpf(feedback, out, JSON_COMPACT);
    fputc('\n', out);
    json_dumpf(result, out, JSON_COMPACT | JSON_REAL_PRECISION(10));
    fputc('\n', out);
    json_decref(feedback);
    json_decref(result);
    return class_done(out, e);
}
