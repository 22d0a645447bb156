/* The gradebook as JSON; the form is described in gradebook.h. */
#include "course/gradebook_parts.h"

enum { GRADEBOOK_FORM = 1 };

static json_t *two_languages(char *const text[LANG_COUNT])
{
    return json_pack("{s:o, s:o}", "zh", json_text(text[LANG_ZH]), "en", json_text(text[LANG_EN]));
}

json_t *policies_to_json(const struct policies *p)
{
    static const char *const hidden[] = {
        [HIDDEN_NEVER] = "never", [HIDDEN_AFTER] = "after", [HIDDEN_ALWAYS] = "always"};
    return json_pack("{s:s, s:s, s:I, s:i, s:f, s:i}", "keep", keep_policy_name(p->keep), "hidden",
                     hidden[p->hidden], "hidden_after", (json_int_t)p->hidden_after,
                     "grace_minutes", p->late.grace_minutes, "percent_per_day",
                     p->late.percent_per_day, "max_days", p->late.max_days);
}

json_t *gradebook_exercise_to_json(const struct gradebook_exercise *x)
{
    json_t *tests = json_array();
    for (size_t i = 0; i < x->n_tests; i++) {
        const struct gradebook_test *t = &x->tests[i];
        json_array_append_new(tests, json_pack("{s:o, s:o, s:i, s:b}", "id", json_text(t->id),
                                               "title", two_languages(t->title.text), "points",
                                               t->points, "hidden", (int)t->hidden));
    }
    return json_pack("{s:o, s:o, s:o, s:i, s:I, s:o}", "id", json_text(x->id), "number",
                     json_text(x->number), "title", two_languages(x->title.text), "max_points",
                     x->max_points, "due", (json_int_t)x->due, "tests", tests);
}

static json_t *attempt_to_json(const struct gradebook_attempt *a,
                               const struct gradebook_exercise *x)
{
    json_t *tests = json_array();
    for (size_t i = 0; i < x->n_tests; i++) {
        const struct gradebook_mark *m = &a->marks[i];
        json_array_append_new(
            tests, json_pack("{s:o, s:s, s:i, s:o, s:o}", "test", json_text(x->tests[i].id),
                             "verdict", verdict_name(m->verdict), "points", m->points, "diagnosis",
                             json_text(m->diagnosis), "ms", json_ms(m->ms)));
    }
    json_t *j = json_object();
    json_object_set_new(j, "source_hash", json_text(a->source_hash));
    json_object_set_new(j, "key", json_text(a->key));
    json_object_set_new(j, "origin", json_text(a->origin));
    json_object_set_new(j, "submitted", json_integer(a->submitted));
    json_object_set_new(j, "graded", json_integer(a->graded));
    json_object_set_new(j, "points", json_integer(a->points));
    json_object_set_new(j, "max_points", json_integer(a->max_points));
    json_object_set_new(j, "late_seconds", json_integer(a->late_seconds));
    json_object_set_new(j, "penalty", json_real(a->penalty));
    json_object_set_new(j, "counts", json_boolean(a->counts));
    json_object_set_new(j, "built", json_boolean(a->built));
    json_object_set_new(j, "sandbox", json_text(a->sandbox));
    json_object_set_new(j, "limits", json_text(a->limits));
    json_object_set_new(j, "internal", json_text(a->internal));
    json_object_set_new(j, "ms", json_ms(a->ms));
    json_object_set_new(j, "tests", tests);
    return j;
}

static json_t *override_to_json(const struct gradebook *g, size_t index)
{
    if (index == GRADEBOOK_NONE)
        return json_null();
    const struct gradebook_override *o = &g->overrides[index];
    return json_pack("{s:f, s:o, s:o, s:I}", "points", o->points, "reason", json_text(o->reason),
                     "by", json_text(o->by), "when", (json_int_t)o->when);
}

/* `next` is the first attempt not yet written; attempts are ordered like the cells. */
static json_t *cell_to_json(const struct gradebook *g, size_t student, size_t exercise,
                            size_t *next)
{
    const struct gradebook_grade *cell = gradebook_grade_of(g, student, exercise);
    json_t *attempts = json_array();
    for (; *next < g->n_attempts && g->attempts[*next].student == student &&
           g->attempts[*next].exercise == exercise;
         ++*next)
        json_array_append_new(attempts,
                              attempt_to_json(&g->attempts[*next], &g->exercises[exercise]));
    return json_pack("{s:o, s:s, s:f, s:i, s:o, s:o}", "exercise",
                     json_text(g->exercises[exercise].id), "state", cell_state_name(cell->state),
                     "points", cell->points, "max_points", cell->max_points, "override",
                     override_to_json(g, cell->override), "attempts", attempts);
}

json_t *refusals_to_json(const struct gradebook_refusal *list, size_t count)
{
    json_t *refusals = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            refusals, json_pack("{s:o, s:o, s:o}", "where", json_text(list[i].where), "what",
                                json_text(list[i].what), "why", two_languages(list[i].why.text)));
    return refusals;
}

static json_t *student_to_json(const struct gradebook *g, size_t index, size_t *next)
{
    const struct gradebook_student *s = &g->students[index];
    json_t *refusals = refusals_to_json(s->refusals, s->n_refusals);
    json_t *grades = json_array();
    for (size_t x = 0; x < g->n_exercises; x++)
        json_array_append_new(grades, cell_to_json(g, index, x, next));
    return json_pack("{s:o, s:o, s:o, s:o, s:b, s:b, s:o, s:o}", "id", json_text(s->id), "name",
                     json_text(s->name), "email", json_text(s->email), "section",
                     json_text(s->section), "in_roster", (int)s->in_roster, "submitted",
                     (int)s->submitted, "refusals", refusals, "grades", grades);
}

json_t *gradebook_to_json(const struct gradebook *g)
{
    json_t *exercises = json_array(), *students = json_array(), *pairs = json_array();
    size_t next = 0;
    for (size_t i = 0; i < g->n_exercises; i++)
        json_array_append_new(exercises, gradebook_exercise_to_json(&g->exercises[i]));
    for (size_t i = 0; i < g->n_students; i++)
        json_array_append_new(students, student_to_json(g, i, &next));
    for (size_t i = 0; i < g->n_pairs; i++) {
        const struct gradebook_pair *p = &g->pairs[i];
        json_array_append_new(pairs, json_pack("{s:o, s:o, s:o, s:f, s:f}", "exercise",
                                               json_text(g->exercises[p->exercise].id), "a",
                                               json_text(g->students[p->student_a].id), "b",
                                               json_text(g->students[p->student_b].id), "percent_a",
                                               p->percent_a, "percent_b", p->percent_b));
    }
    return json_pack(
        "{s:i, s:o, s:I, s:b, s:o, s:o, s:o, s:o, s:o}", "version", (int)GRADEBOOK_FORM, "title",
        json_text(g->title), "graded", (json_int_t)g->graded, "unsafe", (int)g->unsafe, "policies",
        policies_to_json(&g->policies), "refusals", refusals_to_json(g->refusals, g->n_refusals),
        "exercises", exercises, "students", students, "pairs", pairs);
}
