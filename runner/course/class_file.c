/* class.json and overrides.json. */
#include "course/class_file.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/decode.h"
#include "base/fs.h"
#include "course/gradebook_parts.h"

enum { CLASS_VERSION = 1 };

bool class_exists(const char *out)
{
    AUTO_FREE char *path = fs_join(out, "class.json");
    return fs_exists(path);
}

static json_t *roster_to_json(const struct gradebook *g)
{
    json_t *students = json_array();
    for (size_t i = 0; i < g->n_students; i++) {
        const struct gradebook_student *s = &g->students[i];
        if (s->in_roster)
            json_array_append_new(students,
                                  json_pack("{s:o, s:o, s:o, s:o}", "id", json_text(s->id), "name",
                                            json_text(s->name), "email", json_text(s->email),
                                            "section", json_text(s->section)));
    }
    return students;
}

static json_t *extensions_to_json(const struct gradebook *g)
{
    json_t *list = json_array();
    for (size_t i = 0; i < g->n_extensions; i++) {
        const struct gradebook_extension *x = &g->extensions[i];
        bool all = x->exercise == GRADEBOOK_NONE;
        json_array_append_new(list, json_pack("{s:o, s:o, s:I}", "student",
                                              json_text(g->students[x->student].id), "exercise",
                                              json_text(all ? NULL : g->exercises[x->exercise].id),
                                              "due", (json_int_t)x->due));
    }
    return list;
}

int class_save(const struct gradebook *g, const char *submissions, struct err *e)
{
    AUTO_FREE char *path = fs_join(g->folder, "class.json");
    json_t *exercises = json_array();
    for (size_t i = 0; i < g->n_exercises; i++)
        json_array_append_new(exercises, gradebook_exercise_to_json(&g->exercises[i]));
    json_t *j = json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "version", (int)CLASS_VERSION,
                          "title", json_text(g->title), "submissions", json_text(submissions),
                          "policies", policies_to_json(&g->policies), "exercises", exercises,
                          "students", roster_to_json(g), "extensions", extensions_to_json(g),
                          "refusals", refusals_to_json(g->refusals, g->n_refusals));
    return json_file_save(path, j, e);
}

static void student_from_json(struct gradebook *g, const json_t *j, struct fields *outer)
{
    struct fields f;
    fields_init(&f, j, outer->e);
    AUTO_FREE char *id = fields_string(&f, "id", REQUIRED);
    AUTO_FREE char *name = fields_string(&f, "name", OPTIONAL);
    if (!f.failed) {
        struct gradebook_student *s = gradebook_add_student(g, id, name ? name : "");
        char *email = fields_string(&f, "email", OPTIONAL);
        char *section = fields_string(&f, "section", OPTIONAL);
        free(s->email);
        free(s->section);
        s->email = email ? email : str_dup("");
        s->section = section ? section : str_dup("");
        s->in_roster = true;
    }
    outer->failed = outer->failed || f.failed;
}

static void extension_from_json(struct gradebook *g, const json_t *j, struct fields *outer)
{
    struct fields f;
    fields_init(&f, j, outer->e);
    AUTO_FREE char *student = fields_string(&f, "student", REQUIRED);
    AUTO_FREE char *exercise = fields_string(&f, "exercise", OPTIONAL);
    struct gradebook_extension x = {.due = fields_integer(&f, "due", REQUIRED, 0, LLONG_MAX)};
    x.student = student ? gradebook_find_student(g, student) : GRADEBOOK_NONE;
    x.exercise = exercise ? gradebook_find_exercise(g, exercise) : GRADEBOOK_NONE;
    if (x.student != GRADEBOOK_NONE && (!exercise || x.exercise != GRADEBOOK_NONE)) {
        g->extensions = mem_grow(g->extensions, g->n_extensions + 1, sizeof x);
        g->extensions[g->n_extensions++] = x;
    }
    outer->failed = outer->failed || f.failed;
}

static int read_class(struct gradebook *g, const json_t *j, char **submissions, struct err *e)
{
    struct fields f;
    fields_init(&f, j, e);
    fields_integer(&f, "version", REQUIRED, CLASS_VERSION, CLASS_VERSION);
    g->title = fields_string(&f, "title", OPTIONAL);
    *submissions = fields_string(&f, "submissions", OPTIONAL);
    policies_from_json(&g->policies, &f, "policies");
    const json_t *exercises = fields_array(&f, "exercises", REQUIRED);
    const json_t *students = fields_array(&f, "students", REQUIRED);
    const json_t *extensions = fields_array(&f, "extensions", OPTIONAL);
    for (size_t i = 0; !f.failed && i < json_array_size(exercises); i++) {
        g->exercises = mem_grow(g->exercises, g->n_exercises + 1, sizeof *g->exercises);
        g->exercises[g->n_exercises] = (struct gradebook_exercise){.id = NULL};
        gradebook_exercise_from_json(&g->exercises[g->n_exercises++], json_array_get(exercises, i),
                                     &f);
    }
    for (size_t i = 0; !f.failed && i < json_array_size(students); i++)
        student_from_json(g, json_array_get(students, i), &f);
    for (size_t i = 0; !f.failed && i < json_array_size(extensions); i++)
        extension_from_json(g, json_array_get(extensions, i), &f);
    refusals_from_json(&g->refusals, &g->n_refusals, &f, "refusals");
    return f.failed ? -1 : 0;
}

int class_load(struct gradebook *g, char **submissions, struct err *e)
{
    AUTO_FREE char *path = fs_join(g->folder, "class.json");
    json_t *j;
    *submissions = NULL;
    int rc = json_file_load(path, &j, e);
    if (rc == 1)
        return err_msg(e, MSG_COURSE_NO_CLASS, g->folder);
    if (rc == 0)
        rc = read_class(g, j, submissions, e);
    json_decref(j);
    return rc;
}

/* --- overrides ---------------------------------------------------------------------------- */

int overrides_save(const struct gradebook *g, struct err *e)
{
    AUTO_FREE char *path = fs_join(g->folder, "overrides.json");
    json_t *list = json_array();
    for (size_t i = 0; i < g->n_overrides; i++) {
        const struct gradebook_override *o = &g->overrides[i];
        json_array_append_new(list, json_pack("{s:o, s:o, s:f, s:o, s:o, s:I}", "student",
                                              json_text(g->students[o->student].id), "exercise",
                                              json_text(g->exercises[o->exercise].id), "points",
                                              o->points, "reason", json_text(o->reason), "by",
                                              json_text(o->by), "when", (json_int_t)o->when));
    }
    return json_file_save(
        path, json_pack("{s:i, s:o}", "version", (int)CLASS_VERSION, "overrides", list), e);
}

static void override_from_json(struct gradebook *g, const json_t *j, struct fields *outer)
{
    struct fields f;
    fields_init(&f, j, outer->e);
    AUTO_FREE char *student = fields_string(&f, "student", REQUIRED);
    AUTO_FREE char *exercise = fields_string(&f, "exercise", REQUIRED);
    struct gradebook_override o = {
        .student = student ? gradebook_find_student(g, student) : GRADEBOOK_NONE,
        .exercise = exercise ? gradebook_find_exercise(g, exercise) : GRADEBOOK_NONE,
        .points = fields_number(&f, "points", REQUIRED),
        .reason = fields_string(&f, "reason", REQUIRED),
        .by = fields_string(&f, "by", OPTIONAL),
        .when = fields_integer(&f, "when", OPTIONAL, 0, LLONG_MAX)};
    outer->failed = outer->failed || f.failed;
    if (f.failed || o.student == GRADEBOOK_NONE || o.exercise == GRADEBOOK_NONE) {
        free(o.reason);
        free(o.by);
        return;
    }
    g->overrides = mem_grow(g->overrides, g->n_overrides + 1, sizeof o);
    g->overrides[g->n_overrides++] = o;
}

int overrides_load(struct gradebook *g, struct err *e)
{
    AUTO_FREE char *path = fs_join(g->folder, "overrides.json");
    json_t *j;
    for (size_t i = 0; i < g->n_overrides; i++) {
        free(g->overrides[i].reason);
        free(g->overrides[i].by);
    }
    g->n_overrides = 0;
    int rc = json_file_load(path, &j, e);
    if (rc == 0) {
        struct fields f;
        fields_init(&f, j, e);
        const json_t *list = fields_array(&f, "overrides", REQUIRED);
        for (size_t i = 0; i < json_array_size(list); i++)
            override_from_json(g, json_array_get(list, i), &f);
        rc = f.failed ? -1 : 0;
    }
    json_decref(j);
    return rc < 0 ? -1 : 0;
}
