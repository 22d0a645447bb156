#include "course/gradebook.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/decode.h"
#include "base/fs.h"
#include "course/class_file.h"

static void exercise_free_parts(struct gradebook_exercise *x)
{
    for (size_t i = 0; i < x->n_tests; i++) {
        free(x->tests[i].id);
        for (size_t lang = 0; lang < LANG_COUNT; lang++)
            free(x->tests[i].title.text[lang]);
    }
    for (size_t lang = 0; lang < LANG_COUNT; lang++)
        free(x->title.text[lang]);
    free(x->tests);
    free(x->id);
    free(x->number);
}

void gradebook_refusals_free(struct gradebook_refusal *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(list[i].where);
        free(list[i].what);
        text2_release(&list[i].why);
    }
    free(list);
}

void gradebook_student_release(struct gradebook_student *s)
{
    gradebook_refusals_free(s->refusals, s->n_refusals);
    free(s->id);
    free(s->name);
    free(s->email);
    free(s->section);
    free(s->folder);
}

void attempt_release(struct gradebook_attempt *a, size_t n_marks)
{
    for (size_t i = 0; a->marks && i < n_marks; i++)
        free(a->marks[i].diagnosis);
    free(a->marks);
    free(a->key);
    free(a->origin);
    free(a->sandbox);
    free(a->limits);
    free(a->internal);
}

void gradebook_release(struct gradebook *g)
{
    for (size_t i = 0; i < g->n_attempts; i++)
        attempt_release(&g->attempts[i], g->exercises[g->attempts[i].exercise].n_tests);
    for (size_t i = 0; i < g->n_exercises; i++)
        exercise_free_parts(&g->exercises[i]);
    for (size_t i = 0; i < g->n_students; i++)
        gradebook_student_release(&g->students[i]);
    for (size_t i = 0; i < g->n_overrides; i++) {
        free(g->overrides[i].reason);
        free(g->overrides[i].by);
    }
    for (size_t i = 0; i < g->n_faults; i++)
        free(g->faults[i].text);
    gradebook_refusals_free(g->refusals, g->n_refusals);
    free(g->folder);
    free(g->title);
    free(g->exercises);
    free(g->students);
    free(g->student_slots);
    free(g->extensions);
    free(g->attempts);
    free(g->overrides);
    free(g->faults);
    free(g->pairs);
    free(g->grades);
    *g = (struct gradebook){.folder = NULL};
}

/* --- finding students by id: open addressing, never more than half full --------------------- */

static size_t slot_of(const char *id, size_t n_slots)
{
    unsigned long long h = 14695981039346656037ULL; /* FNV-1a */
    for (; *id; id++)
        h = (h ^ (unsigned char)*id) * 1099511628211ULL;
    return (size_t)(h ^ h >> 32) & (n_slots - 1);
}

static void put_slot(struct gradebook *g, size_t student)
{
    size_t at = slot_of(g->students[student].id, g->n_slots);
    while (g->student_slots[at])
        at = (at + 1) & (g->n_slots - 1);
    g->student_slots[at] = student + 1;
}

void gradebook_index_student(struct gradebook *g)
{
    if (2 * g->n_students > g->n_slots) {
        g->n_slots = g->n_slots ? 2 * g->n_slots : 64;
        free(g->student_slots);
        g->student_slots = mem_alloc(g->n_slots * sizeof *g->student_slots);
        g->n_indexed = 0;
    }
    while (g->n_indexed < g->n_students)
        put_slot(g, g->n_indexed++);
}

struct gradebook_student *gradebook_add_student(struct gradebook *g, const char *id,
                                                const char *name)
{
    g->students = mem_grow(g->students, g->n_students + 1, sizeof *g->students);
    struct gradebook_student *s = &g->students[g->n_students++];
    *s = (struct gradebook_student){.id = str_dup(id),
                                    .name = str_dup(name),
                                    .email = str_dup(""),
                                    .section = str_dup(""),
                                    .folder = text_file_name(id)};
    gradebook_index_student(g);
    return s;
}

static struct title title_copy(const struct title *t)
{
    struct title copy = {{NULL}};
    for (size_t lang = 0; lang < LANG_COUNT; lang++)
        copy.text[lang] = str_dup(t->text[lang]);
    return copy;
}

struct gradebook_exercise *gradebook_add_exercise(struct gradebook *g, const struct exercise *x)
{
    g->exercises = mem_grow(g->exercises, g->n_exercises + 1, sizeof *g->exercises);
    struct gradebook_exercise *copy = &g->exercises[g->n_exercises++];
    *copy = (struct gradebook_exercise){.id = str_dup(x->id),
                                        .number = str_dup(x->number),
                                        .title = title_copy(&x->title),
                                        .tests = mem_alloc(x->n_tests * sizeof *copy->tests),
                                        .n_tests = x->n_tests,
                                        .max_points = exercise_max_points(x)};
    for (size_t i = 0; i < x->n_tests; i++)
        copy->tests[i] = (struct gradebook_test){.id = str_dup(x->tests[i].id),
                                                 .title = title_copy(&x->tests[i].title),
                                                 .points = x->tests[i].points,
                                                 .hidden = x->tests[i].hidden};
    return copy;
}

void gradebook_refuse(struct gradebook_refusal **list, size_t *count, const char *where,
                      const char *what, enum msg_id why, ...)
{
    *list = mem_grow(*list, *count + 1, sizeof **list);
    struct gradebook_refusal *r = &(*list)[(*count)++];
    *r = (struct gradebook_refusal){.where = str_dup(where), .what = str_dup(what)};
    for (size_t lang = 0; lang < LANG_COUNT; lang++) {
        va_list ap;
        va_start(ap, why);
        r->why.text[lang] = msg_vformat((enum lang)lang, why, ap);
        va_end(ap);
    }
}

const struct gradebook_grade *gradebook_grade_of(const struct gradebook *g, size_t student,
                                                 size_t exercise)
{
    return &g->grades[student * g->n_exercises + exercise];
}

double gradebook_total(const struct gradebook *g, size_t student)
{
    double sum = 0;
    for (size_t i = 0; i < g->n_exercises; i++)
        sum += gradebook_grade_of(g, student, i)->points;
    return sum;
}

int gradebook_max_total(const struct gradebook *g)
{
    int sum = 0;
    for (size_t i = 0; i < g->n_exercises; i++)
        sum += g->exercises[i].max_points;
    return sum;
}

size_t gradebook_find_student(const struct gradebook *g, const char *id)
{
    size_t at = g->n_slots && id ? slot_of(id, g->n_slots) : 0;
    for (; g->n_slots && id && g->student_slots[at]; at = (at + 1) & (g->n_slots - 1))
        if (strcmp(g->students[g->student_slots[at] - 1].id, id) == 0)
            return g->student_slots[at] - 1;
    return GRADEBOOK_NONE;
}

size_t gradebook_find_exercise(const struct gradebook *g, const char *id)
{
    for (size_t i = 0; i < g->n_exercises; i++)
        if (str_equal(g->exercises[i].id, id))
            return i;
    return GRADEBOOK_NONE;
}

bool gradebook_shows_hidden(const struct gradebook *g, long long now)
{
    return g->policies.hidden == HIDDEN_ALWAYS ||
           (g->policies.hidden == HIDDEN_AFTER && now >= g->policies.hidden_after);
}

char *gradebook_report_path(const char *out, const char *student_folder, const char *exercise,
                            const char *hash)
{
    if (hash)
        return str_format("%s/reports/%s/%s.%s.json", out, student_folder, exercise, hash);
    return str_format("%s/reports/%s/%s.json", out, student_folder, exercise);
}

char *gradebook_sources_path(const char *out, const char *student_folder, const char *exercise,
                             const char *hash)
{
    return str_format("%s/sources/%s/%s/%s", out, student_folder, exercise, hash);
}

char *gradebook_sources(const struct gradebook *g, size_t attempt)
{
    const struct gradebook_attempt *a = &g->attempts[attempt];
    return gradebook_sources_path(g->folder, g->students[a->student].folder,
                                  g->exercises[a->exercise].id, a->source_hash);
}

int gradebook_load_report(const struct gradebook *g, size_t attempt, struct report *r,
                          struct err *e)
{
    const struct gradebook_attempt *a = &g->attempts[attempt];
    const char *folder = g->students[a->student].folder;
    const char *exercise = g->exercises[a->exercise].id;
    AUTO_FREE char *newest = gradebook_report_path(g->folder, folder, exercise, NULL);
    AUTO_FREE char *earlier = gradebook_report_path(g->folder, folder, exercise, a->source_hash);
    const char *path = fs_exists(earlier) ? earlier : newest;
    struct result_head h;
    if (result_load(path, &h, r, e) != 0)
        return -1;
    bool same = strcmp(h.source_hash, a->source_hash) == 0;
    result_head_release(&h);
    if (same)
        return 0;
    report_release(r);
    return err_msg(e, MSG_COURSE_REPORT_OF_OTHER, path);
}
