/* JUnit XML as Jenkins, GitLab and others read it: testsuites > testsuite (one exercise of one
 * student) > testcase. No child: passed; failure: the student's; error: ours; skipped: could not be
 * told or was not run. (testmoapp/junitxml describes the common ground of its readers.) */
#include <stdlib.h>

#include "report/class_view.h"
#include "report/markup.h"

struct counts {
    size_t tests, failures, errors, skipped;
    double ms;
};

static void attribute(FILE *out, const char *name, const char *value)
{
    fprintf(out, " %s=\"", name);
    markup_text(out, value);
    fputc('"', out);
}

static void seconds(FILE *out, double ms)
{
    long long n = ms > 0 && ms < 1e12 ? (long long)ms : 0;
    fprintf(out, " time=\"%lld.%03lld\"", n / 1000, n % 1000);
}

/* Nothing handed in, or nothing built: one failed case says so, the tests count as not run. */
static const char *case_for_all(const struct cell *c)
{
    switch (cell_whole(c)) {
    case WHOLE_MISSING:
        return "missing";
    case WHOLE_NOT_BUILT:
        return "build-failed";
    case WHOLE_NONE:
    case WHOLE_FAULT:
        return NULL;
    }
    return NULL;
}

static void count(const struct cell *c, struct counts *n)
{
    if (case_for_all(c)) {
        n->tests++;
        n->failures++;
    }
    for (size_t i = 0; i < c->x->n_tests; i++) {
        if (!cell_shows(c, i))
            continue;
        struct cell_test t;
        cell_test(c, i, &t);
        enum outcome o = outcome_of(t.verdict);
        n->tests++;
        n->failures += o == OUTCOME_FAIL;
        n->errors += o == OUTCOME_FAULT;
        n->skipped += o == OUTCOME_UNDECIDED || o == OUTCOME_NOT_RUN;
        n->ms += t.ms;
    }
}

static void counts(FILE *out, const struct counts *n)
{
    fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"", n->tests,
            n->failures, n->errors, n->skipped);
    seconds(out, n->ms);
}

static void property(FILE *out, const char *name, const char *value)
{
    fputs("      <property", out);
    attribute(out, "name", name);
    attribute(out, "value", value);
    fputs("/>\n", out);
}

static void properties(FILE *out, const struct cell *c)
{
    const struct gradebook_student *s = &c->g->students[c->student];
    char text[NUMBER_MAX];
    AUTO_FREE char *remark = cell_remark(c);
    fputs("    <properties>\n", out);
    property(out, "student", s->id);
    property(out, "points", number_text(text, c->grade->points));
    property(out, "max_points", number_text(text, c->grade->max_points));
    if (c->attempt)
        property(out, "submitted", time_text(text, c->attempt->submitted));
    if (*remark)
        property(out, "remark", remark);
    fputs("    </properties>\n", out);
}

static void open_case(FILE *out, const struct cell *c, const char *name, double ms)
{
    fputs("    <testcase", out);
    attribute(out, "classname", c->x->id);
    attribute(out, "name", name);
    seconds(out, ms);
}

static void child(FILE *out, const char *tag, const char *type, const char *message,
                  const char *text)
{
    fprintf(out, ">\n      <%s", tag);
    if (type)
        attribute(out, "type", type);
    attribute(out, "message", message);
    fputc('>', out);
    markup_text(out, text);
    fprintf(out, "</%s>\n    </testcase>\n", tag);
}

static void test_case(FILE *out, const struct cell *c, size_t index)
{
    static const char *const tags[] = {
        [OUTCOME_FAIL] = "failure",
        [OUTCOME_FAULT] = "error",
        [OUTCOME_UNDECIDED] = "skipped",
        [OUTCOME_NOT_RUN] = "skipped",
    };
    struct cell_test t;
    cell_test(c, index, &t);
    enum outcome o = outcome_of(t.verdict);
    open_case(out, c, t.test->id, t.ms);
    if (o == OUTCOME_PASS) {
        fputs("/>\n", out);
        return;
    }
    AUTO_FREE char *text = cell_explain(c, &t);
    AUTO_FREE char *message = cell_short(&t);
    bool skipped = o == OUTCOME_UNDECIDED || o == OUTCOME_NOT_RUN;
    child(out, tags[o],
          skipped       ? NULL
          : t.diagnosis ? t.diagnosis
                        : verdict_name(t.verdict),
          message, text);
}

static void suite(FILE *out, const struct cell *c)
{
    const struct gradebook_student *s = &c->g->students[c->student];
    struct counts n = {0};
    AUTO_FREE char *student = student_label(s);
    AUTO_FREE char *label = exercise_label(c->x);
    AUTO_FREE char *name = str_format("%s: %s", student, label);
    char stamp[NUMBER_MAX];

    count(c, &n);
    fputs("  <testsuite", out);
    attribute(out, "name", name);
    counts(out, &n);
    if (c->attempt && *time_text(stamp, c->attempt->graded))
        attribute(out, "timestamp", stamp);
    fputs(">\n", out);
    properties(out, c);
    if (case_for_all(c)) {
        AUTO_FREE char *remark = cell_remark(c);
        AUTO_FREE char *text = cell_build_text(c);
        open_case(out, c, c->attempt ? "build" : "handed-in", 0);
        child(out, "failure", case_for_all(c), remark, text);
    }
    for (size_t i = 0; i < c->x->n_tests; i++)
        if (cell_shows(c, i))
            test_case(out, c, i);
    fputs("  </testsuite>\n", out);
}

int class_junit(FILE *out, const struct gradebook *g, const struct class_options *o, struct err *e)
{
    bool one = o->student != GRADEBOOK_NONE;
    size_t from = one ? o->student : 0, to = one ? o->student + 1 : g->n_students;
    struct counts n = {0};
    for (int pass = 0; pass < 2; pass++) { /* the totals stand in front */
        if (pass == 1) {
            fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"ipclab\"", out);
            counts(out, &n);
            fputs(">\n", out);
        }
        for (size_t s = from; s < to; s++)
            for (size_t i = 0; i < g->n_exercises; i++) {
                struct cell c;
                cell_init(&c, g, o, s, i, pass == 1);
                if (pass == 0)
                    count(&c, &n);
                else
                    suite(out, &c);
                cell_release(&c);
            }
    }
    fputs("</testsuites>\n", out);
    return class_done(out, e);
}
