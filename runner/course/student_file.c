/* _student.json: who it is and what was handed in. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fs.h"
#include "course/class_file.h"
#include "course/gradebook_parts.h"

enum { STUDENT_VERSION = 1 };

static char *path_of(const char *out, const char *folder)
{
    return str_format("%s/reports/%s/_student.json", out, folder);
}

static json_t *package_to_json(const struct student_package *p)
{
    json_t *finds = json_array();
    for (size_t i = 0; i < p->n_finds; i++)
        json_array_append_new(finds, json_pack("{s:s, s:s, s:I}", "exercise", p->finds[i].exercise,
                                               "source_hash", p->finds[i].source_hash, "submitted",
                                               (json_int_t)p->finds[i].submitted));
    return json_pack("{s:o, s:s, s:o, s:o}", "path", json_text(p->path), "fingerprint",
                     p->fingerprint, "finds", finds, "refusals",
                     refusals_to_json(p->refusals, p->n_refusals));
}

static json_t *to_json(const struct gradebook_student *s, const struct student_file *f)
{
    json_t *packages = json_array();
    for (size_t i = 0; i < f->n_packages; i++)
        json_array_append_new(packages, package_to_json(&f->packages[i]));
    return json_pack("{s:i, s:s, s:o, s:o, s:o, s:o, s:b, s:b, s:o, s:o}", "version",
                     (int)STUDENT_VERSION, "course", f->course, "id", json_text(s->id), "name",
                     json_text(s->name), "email", json_text(s->email), "section",
                     json_text(s->section), "in_roster", (int)s->in_roster, "submitted",
                     (int)s->submitted, "refusals", refusals_to_json(s->refusals, s->n_refusals),
                     "packages", packages);
}

bool student_file_is(const char *out, const struct gradebook_student *s,
                     const struct student_file *f)
{
    AUTO_FREE char *path = path_of(out, s->folder);
    return json_file_is(path, to_json(s, f));
}

int student_file_save(const char *out, const struct gradebook_student *s,
                      const struct student_file *f, struct err *e)
{
    AUTO_FREE char *path = path_of(out, s->folder);
    AUTO_FREE char *folder = str_format("%s/reports/%s", out, s->folder);
    if (!fs_is_dir(folder) && fs_mkdirs(folder, 0755, e) != 0)
        return -1;
    return json_file_save(path, to_json(s, f), e);
}

static void copy_hash(char to[17], const char *from)
{
    memset(to, 0, 17);
    if (from && strlen(from) == 16)
        memcpy(to, from, 16);
}

static void package_from_json(struct student_package *p, const json_t *j, struct fields *outer)
{
    struct fields f;
    fields_init(&f, j, outer->e);
    p->path = fields_string(&f, "path", REQUIRED);
    AUTO_FREE char *print = fields_string(&f, "fingerprint", REQUIRED);
    copy_hash(p->fingerprint, print);
    const json_t *finds = fields_array(&f, "finds", REQUIRED);
    p->finds = mem_alloc((json_array_size(finds) + 1) * sizeof *p->finds);
    for (size_t i = 0; i < json_array_size(finds); i++) {
        struct fields inner;
        fields_init(&inner, json_array_get(finds, i), outer->e);
        struct student_find *find = &p->finds[p->n_finds++];
        find->exercise = fields_string(&inner, "exercise", REQUIRED);
        AUTO_FREE char *hash = fields_string(&inner, "source_hash", REQUIRED);
        copy_hash(find->source_hash, hash);
        find->submitted = fields_integer(&inner, "submitted", REQUIRED, 0, LLONG_MAX);
        f.failed = f.failed || inner.failed;
    }
    refusals_from_json(&p->refusals, &p->n_refusals, &f, "refusals");
    outer->failed = outer->failed || f.failed;
}

static void read_student(struct gradebook_student *s, const char *folder, struct fields *f)
{
    *s = (struct gradebook_student){.id = fields_string(f, "id", REQUIRED),
                                    .name = fields_string(f, "name", REQUIRED),
                                    .email = fields_string(f, "email", REQUIRED),
                                    .section = fields_string(f, "section", REQUIRED),
                                    .folder = str_dup(folder),
                                    .in_roster = fields_bool(f, "in_roster", REQUIRED),
                                    .submitted = fields_bool(f, "submitted", REQUIRED)};
    refusals_from_json(&s->refusals, &s->n_refusals, f, "refusals");
    const json_t *packages = fields_array(f, "packages", REQUIRED);
    for (size_t i = 0; i < json_array_size(packages); i++) {
        struct fields inner;
        fields_init(&inner, json_array_get(packages, i), f->e);
        refusals_from_json(&s->refusals, &s->n_refusals, &inner, "refusals");
    }
}

int student_file_load(const char *out, const char *folder, struct gradebook_student *s,
                      struct student_file *file)
{
    AUTO_FREE char *path = path_of(out, folder);
    struct fields f;
    json_t *j;
    *file = (struct student_file){.packages = NULL};
    if (json_file_load(path, &j, NULL) != 0)
        return 0;
    fields_init(&f, j, NULL);
    fields_integer(&f, "version", REQUIRED, STUDENT_VERSION, STUDENT_VERSION);
    AUTO_FREE char *course = fields_string(&f, "course", REQUIRED);
    copy_hash(file->course, course);
    const json_t *packages = fields_array(&f, "packages", REQUIRED);
    file->packages = mem_alloc((json_array_size(packages) + 1) * sizeof *file->packages);
    for (size_t i = 0; i < json_array_size(packages); i++)
        package_from_json(&file->packages[file->n_packages++], json_array_get(packages, i), &f);
    if (s && !f.failed)
        read_student(s, folder, &f);
    json_decref(j);
    if (f.failed)
        student_file_release(file);
    return f.failed ? 0 : 1;
}

void student_file_release(struct student_file *f)
{
    for (size_t i = 0; i < f->n_packages; i++) {
        struct student_package *p = &f->packages[i];
        for (size_t k = 0; k < p->n_finds; k++)
            free(p->finds[k].exercise);
        gradebook_refusals_free(p->refusals, p->n_refusals);
        free(p->finds);
        free(p->path);
    }
    free(f->packages);
    *f = (struct student_file){.packages = NULL};
}
