/* TAP version 14 (testanything.org): a test point for every test of a student; for a class a
 * subtest for every student. What could not be told is SKIP; a fault of ours is SKIP too, with the
 * reason, because no consumer may charge it to the student. */
#include <stdlib.h>
#include <string.h>

#include "report/class_view.h"

static void indent(FILE *out, int columns)
{
    fprintf(out, "%*s", columns, "");
}

/* A description: one line, \ and # escaped. */
static void description(FILE *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        if (*p == '\\' || *p == '#')
            fputc('\\', out);
        fputc(*p == '\n' ? ' ' : *p, out);
    }
}

static void yaml_block(FILE *out, int columns, const char *key, const char *text)
{
    if (!*text)
        return;
    indent(out, columns);
    fprintf(out, "%s: |-\n", key);
    for (const char *p = text; *p;) {
        size_t len = strcspn(p, "\n");
        indent(out, len ? columns + 2 : 0);
        fprintf(out, "%.*s\n", (int)len, p);
        p += len + (p[len] == '\n');
    }
}

static void details(FILE *out, int columns, const struct cell *c, const struct cell_test *t)
{
    AUTO_FREE char *text = cell_explain(c, t);
    indent(out, columns);
    fputs("---\n", out);
    indent(out, columns);
    fprintf(out, "verdict: %s\n", verdict_name(t->verdict));
    if (t->diagnosis) {
        indent(out, columns);
        fprintf(out, "diagnosis: \"%s\"\n", t->diagnosis);
    }
    indent(out, columns);
    fprintf(out, "duration_ms: %lld\n", (long long)t->ms);
    yaml_block(out, columns, "message", text);
    indent(out, columns);
    fputs("...\n", out);
}

/* An attempt that did not build, or was never made: all its tests failed for that reason. */
static bool failed_whole(const struct cell *c)
{
    return cell_whole(c) == WHOLE_MISSING || cell_whole(c) == WHOLE_NOT_BUILT;
}

static bool point(FILE *out, int columns, size_t number, const struct cell *c, size_t index)
{
    struct cell_test t;
    cell_test(c, index, &t);
    enum outcome o = outcome_of(t.verdict);
    bool ok = o != OUTCOME_FAIL && !(o == OUTCOME_NOT_RUN && failed_whole(c));
    AUTO_FREE char *name = str_format("%s %s", c->x->id, t.test->id);
    indent(out, columns);
    fprintf(out, "%s %zu - ", ok ? "ok" : "not ok", number);
    description(out, name);
    if (ok && o != OUTCOME_PASS) {
        AUTO_FREE char *why = t.record ? cell_short(&t) : cell_remark(c);
        fputs(" # SKIP ", out);
        description(out, why);
    }
    fputc('\n', out);
    if (!ok && o == OUTCOME_FAIL) {
        details(out, columns + 2, c, &t);
    } else if (!ok) {
        AUTO_FREE char *remark = cell_remark(c);
        AUTO_FREE char *build = cell_build_text(c);
        indent(out, columns + 2);
        fputs("---\n", out);
        yaml_block(out, columns + 2, "message", remark);
        yaml_block(out, columns + 2, "build", build);
        indent(out, columns + 2);
        fputs("...\n", out);
    }
    return ok;
}

static bool student_points(FILE *out, int columns, const struct gradebook *g,
                           const struct class_options *o, size_t student)
{
    size_t plan = 0, number = 0;
    bool ok = true;
    for (int pass = 0; pass < 2; pass++) {
        if (pass == 1) {
            indent(out, columns);
            fprintf(out, "1..%zu\n", plan);
        }
        for (size_t i = 0; i < g->n_exercises; i++) {
            struct cell c;
            cell_init(&c, g, o, student, i, pass == 1);
            for (size_t t = 0; t < c.x->n_tests; t++) {
                if (!cell_shows(&c, t))
                    continue;
                if (pass == 0)
                    plan++;
                else
                    ok = point(out, columns, ++number, &c, t) && ok;
            }
            cell_release(&c);
        }
    }
    return ok;
}

int class_tap(FILE *out, const struct gradebook *g, const struct class_options *o, struct err *e)
{
    fputs("TAP version 14\n", out);
    if (o->student != GRADEBOOK_NONE) {
        student_points(out, 0, g, o, o->student);
        return class_done(out, e);
    }
    fprintf(out, "1..%zu\n", g->n_students);
    for (size_t s = 0; s < g->n_students; s++) {
        AUTO_FREE char *label = student_label(&g->students[s]);
        fputs("# Subtest: ", out);
        description(out, label);
        fputc('\n', out);
        bool ok = student_points(out, 4, g, o, s);
        fprintf(out, "%s %zu - ", ok ? "ok" : "not ok", s + 1);
        description(out, label);
        fputc('\n', out);
    }
    return class_done(out, e);
}
