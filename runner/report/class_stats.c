#include "report/class_stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, size_t n)
{
    if (n == 0)
        return 0;
    qsort(values, n, sizeof *values, by_value);
    return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

/* --- diagnoses ----------------------------------------------------------------------------------
 */

static void tally(struct diagnosis_count **list, size_t *n, const char *diagnosis)
{
    for (size_t i = 0; i < *n; i++)
        if (strcmp((*list)[i].diagnosis, diagnosis) == 0) {
            (*list)[i].count++;
            return;
        }
    *list = mem_grow(*list, *n + 1, sizeof **list);
    (*list)[(*n)++] = (struct diagnosis_count){diagnosis, 1};
}

static int by_count(const void *a, const void *b)
{
    const struct diagnosis_count *x = a, *y = b;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return strcmp(x->diagnosis, y->diagnosis);
}

static const struct gradebook_attempt *counting(const struct gradebook *g, size_t student,
                                                size_t exercise)
{
    const struct gradebook_grade *cell = gradebook_grade_of(g, student, exercise);
    if (cell->state != CELL_COUNTED || cell->attempt == GRADEBOOK_NONE)
        return NULL;
    return &g->attempts[cell->attempt];
}

static bool seen_before(const struct gradebook_attempt *a, size_t mark)
{
    for (size_t i = 0; i < mark; i++)
        if (str_equal(a->marks[i].diagnosis, a->marks[mark].diagnosis))
            return true;
    return false;
}

struct diagnosis_count *class_diagnoses(const struct gradebook *g, size_t *count)
{
    struct diagnosis_count *list = NULL;
    *count = 0;
    for (size_t s = 0; s < g->n_students; s++)
        for (size_t x = 0; x < g->n_exercises; x++) {
            const struct gradebook_attempt *a = counting(g, s, x);
            for (size_t i = 0; a && a->marks && i < g->exercises[x].n_tests; i++)
                if (a->marks[i].diagnosis && a->marks[i].verdict != VERDICT_PASS &&
                    !seen_before(a, i))
                    tally(&list, count, a->marks[i].diagnosis);
        }
    if (list)
        qsort(list, *count, sizeof *list, by_count);
    return list;
}

/* --- one test
 * --------------------------------------------------------------------------------------- */

struct sample {
    double passed; /* 0 or 1 */
    double rest;   /* points of everything else */
};

/* Pearson's correlation; with a 0/1 variable it is the point-biserial one. */
static bool correlation(const struct sample *list, size_t n, double *r)
{
    double mx = 0, my = 0, xy = 0, xx = 0, yy = 0;
    for (size_t i = 0; i < n; i++) {
        mx += list[i].passed / (double)n;
        my += list[i].rest / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        double dx = list[i].passed - mx, dy = list[i].rest - my;
        xy += dx * dy;
        xx += dx * dx;
        yy += dy * dy;
    }
    if (xx <= 1e-12 || yy <= 1e-12)
        return false;
    *r = xy / sqrt(xx * yy);
    return true;
}

void test_stats(const struct gradebook *g, size_t exercise, size_t test, struct test_stats *s)
{
    struct diagnosis_count *list = NULL;
    struct sample *samples = mem_alloc((g->n_students + 1) * sizeof *samples);
    double *times = mem_alloc((g->n_students + 1) * sizeof *times);
    size_t n = 0, n_times = 0, n_list = 0;

    *s = (struct test_stats){0};
    for (size_t i = 0; i < g->n_students; i++) {
        const struct gradebook_attempt *a = counting(g, i, exercise);
        if (!a || !a->marks || a->internal)
            continue;
        const struct gradebook_mark *m = &a->marks[test];
        if (m->verdict == VERDICT_UNDECIDED || m->verdict == VERDICT_INTERNAL)
            continue;
        bool passed = a->built && m->verdict == VERDICT_PASS;
        s->taken++;
        s->passed += passed;
        samples[n++] = (struct sample){passed, gradebook_total(g, i) - (passed ? m->points : 0)};
        if (a->built && m->verdict != VERDICT_SKIPPED)
            times[n_times++] = m->ms;
        if (a->built && m->diagnosis && !passed)
            tally(&list, &n_list, m->diagnosis);
    }
    s->median_ms = median(times, n_times);
    s->has_discrimination = correlation(samples, n, &s->discrimination);
    if (list)
        qsort(list, n_list, sizeof *list, by_count);
    s->n_top = n_list < STATS_TOP ? n_list : STATS_TOP;
    if (s->n_top)
        memcpy(s->top, list, s->n_top * sizeof *list);
    free(list);
    free(samples);
    free(times);
}

/* --- the class
 * -------------------------------------------------------------------------------------- */

void class_stats(const struct gradebook *g, struct class_stats *s)
{
    double *totals = mem_alloc((g->n_students + 1) * sizeof *totals), sum = 0;
    *s = (struct class_stats){.students = g->n_students, .faults = g->n_faults};
    for (size_t i = 0; i < g->n_students; i++) {
        s->refusals += g->students[i].n_refusals;
        if (!g->students[i].submitted)
            continue;
        double total = gradebook_total(g, i);
        s->complete += g->n_exercises > 0 && total >= gradebook_max_total(g) - 1e-9;
        sum += total;
        totals[s->submitted++] = total;
    }
    s->mean = s->submitted ? sum / (double)s->submitted : 0;
    s->median = median(totals, s->submitted);
    free(totals);
}
