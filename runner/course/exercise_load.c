/* exercise.ini to struct exercise: one small function per key, the table that lists them, and the
 * checks that need the whole file. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fs.h"
#include "course/exercise.h"
#include "course/ini_file.h"
#include "course/slug.h"

enum {
    NAME_MAX_LEN = 40, /* ids, programs, tests; keeps "[test NAME]" within what inih can hold */
    MAX_POINTS = 1000,
};

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static struct program *last_program(struct exercise *x)
{
    return &x->programs[x->n_programs - 1];
}

static struct test_spec *last_test(struct exercise *x)
{
    return &x->tests[x->n_tests - 1];
}

/* Is `name` made of `chars` only, its first character among `first`, and not too long? */
static bool is_name(const char *name, const char *first, const char *chars)
{
    size_t len = strlen(name);
    return len > 0 && len <= NAME_MAX_LEN && strchr(first, name[0]) != NULL &&
           strspn(name, chars) == len;
}

/* A plain file name that is safe on a command line and in every folder: no slash, no leading dot
 * or dash. */
static bool is_file_name(const char *name)
{
    return is_name(name, LETTERS DIGITS "_", LETTERS DIGITS "_.-") && strstr(name, "..") == NULL;
}

static bool has_word(char *const *list, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], word) == 0)
            return true;
    return false;
}

/* Every word is a file name and stands in the list once. */
static int check_files(const struct ini_context *c, const char *key, char *const *files,
                       size_t count, struct err *e)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_file_name(files[i]))
            return err_msg(e, MSG_COURSE_INI_FILE_NAME, c->path, c->line, key, files[i]);
        if (has_word(files, i, files[i]))
            return err_msg(e, MSG_COURSE_INI_FILE_TWICE, c->path, c->line, key, files[i]);
    }
    return 0;
}

static int set_id(const struct ini_context *c, const char *value, struct err *e)
{
    struct exercise *x = c->user;
    if (!is_name(value, "abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxyz" DIGITS "-") ||
        value[strlen(value) - 1] == '-')
        return err_msg(e, MSG_COURSE_INI_BAD_ID, c->path, c->line, value, (int)NAME_MAX_LEN);
    x->id = str_dup(value);
    return 0;
}

static int set_title_zh(const struct ini_context *c, const char *value, struct err *e)
{
    struct exercise *x = c->user;
    return ini_text(c, "title.zh", value, &x->title.text[LANG_ZH], e);
}

static int set_title_en(const struct ini_context *c, const char *value, struct err *e)
{
    struct exercise *x = c->user;
    return ini_text(c, "title.en", value, &x->title.text[LANG_EN], e);
}

static int set_given(const struct ini_context *c, const char *value, struct err *e)
{
    struct exercise *x = c->user;
    ini_words(value, &x->given, &x->n_given);
    return check_files(c, "given", x->given, x->n_given, e);
}

static int begin_program(const struct ini_context *c, const char *word, struct err *e)
{
    struct exercise *x = c->user;
    if (!is_name(word, LETTERS DIGITS "_", LETTERS DIGITS "_-"))
        return err_msg(e, MSG_COURSE_INI_BAD_PROGRAM, c->path, c->line, word, (int)NAME_MAX_LEN);
    for (size_t i = 0; i < x->n_programs; i++)
        if (strcmp(x->programs[i].name, word) == 0)
            return err_msg(e, MSG_COURSE_INI_PROGRAM_TWICE, c->path, c->line, word);
    x->programs = mem_grow(x->programs, x->n_programs + 1, sizeof *x->programs);
    x->programs[x->n_programs++] = (struct program){.name = str_dup(word)};
    return 0;
}

static int set_sources(const struct ini_context *c, const char *value, struct err *e)
{
    struct program *p = last_program(c->user);
    ini_words(value, &p->sources, &p->n_sources);
    return check_files(c, "sources", p->sources, p->n_sources, e);
}

static int set_flags(const struct ini_context *c, const char *value, struct err *e)
{
    (void)e;
    struct program *p = last_program(c->user);
    ini_words(value, &p->flags, &p->n_flags);
    return 0;
}

static int set_driver(const struct ini_context *c, const char *value, struct err *e)
{
    struct program *p = last_program(c->user);
    ini_words(value, &p->drivers, &p->n_drivers);
    return check_files(c, "driver", p->drivers, p->n_drivers, e);
}

static int begin_test(const struct ini_context *c, const char *word, struct err *e)
{
    struct exercise *x = c->user;
    if (!is_name(word, LETTERS "_", LETTERS DIGITS "_"))
        return err_msg(e, MSG_COURSE_INI_BAD_TEST, c->path, c->line, word, (int)NAME_MAX_LEN);
    if (exercise_find_test(x, word) != NULL)
        return err_msg(e, MSG_COURSE_INI_TEST_TWICE, c->path, c->line, word);
    x->tests = mem_grow(x->tests, x->n_tests + 1, sizeof *x->tests);
    x->tests[x->n_tests++] = (struct test_spec){.id = str_dup(word)};
    return 0;
}

static int set_test_title_zh(const struct ini_context *c, const char *value, struct err *e)
{
    return ini_text(c, "title.zh", value, &last_test(c->user)->title.text[LANG_ZH], e);
}

static int set_test_title_en(const struct ini_context *c, const char *value, struct err *e)
{
    return ini_text(c, "title.en", value, &last_test(c->user)->title.text[LANG_EN], e);
}

static int set_points(const struct ini_context *c, const char *value, struct err *e)
{
    return ini_integer(c, "points", value, 0, MAX_POINTS, &last_test(c->user)->points, e);
}

static int set_hidden(const struct ini_context *c, const char *value, struct err *e)
{
    return ini_boolean(c, "hidden", value, &last_test(c->user)->hidden, e);
}

static int set_cpu(const struct ini_context *c, const char *value, struct err *e)
{
    struct exercise *x = c->user;
    return ini_integer(c, "cpu", value, 1, 3600, &x->limits.cpu_seconds, e);
}

static int set_wall(const struct ini_context *c, const char *value, struct err *e)
{
    struct exercise *x = c->user;
    return ini_integer(c, "wall", value, 1, 86400, &x->limits.wall_seconds, e);
}

static int set_processes(const struct ini_context *c, const char *value, struct err *e)
{
    struct exercise *x = c->user;
    return ini_integer(c, "processes", value, 1, 4096, &x->limits.processes, e);
}

static int set_memory(const struct ini_context *c, const char *value, struct err *e)
{
    struct exercise *x = c->user;
    return ini_integer(c, "memory_mb", value, 16, 1 << 20, &x->limits.memory_mb, e);
}

static const struct ini_section sections[] = {
    {"exercise",
     false,
     NULL,
     {{"id", true, set_id},
      {"title.zh", true, set_title_zh},
      {"title.en", false, set_title_en},
      {"given", false, set_given}}},
    {"program",
     true,
     begin_program,
     {{"sources", true, set_sources}, {"flags", false, set_flags}, {"driver", false, set_driver}}},
    {"test",
     true,
     begin_test,
     {{"title.zh", true, set_test_title_zh},
      {"title.en", false, set_test_title_en},
      {"points", true, set_points},
      {"hidden", false, set_hidden}}},
    {"limits",
     false,
     NULL,
     {{"cpu", false, set_cpu},
      {"wall", false, set_wall},
      {"processes", false, set_processes},
      {"memory_mb", false, set_memory}}},
};

/* What no single line can tell. */
static int check_whole(const struct exercise *x, const char *path, struct err *e)
{
    if (x->id == NULL)
        return err_msg(e, MSG_COURSE_INI_NO_EXERCISE, path);
    if (x->n_programs == 0)
        return err_msg(e, MSG_COURSE_INI_NO_PROGRAM, path);
    if (x->n_tests == 0)
        return err_msg(e, MSG_COURSE_INI_NO_TEST, path);
    for (size_t i = 0; i < x->n_programs; i++) {
        const struct program *p = &x->programs[i];
        if (p->n_sources + p->n_drivers == 0)
            return err_msg(e, MSG_COURSE_INI_NO_SOURCES, path, p->name);
        for (size_t k = 0; k < p->n_sources; k++)
            if (has_word(x->given, x->n_given, p->sources[k]))
                return err_msg(e, MSG_COURSE_INI_GIVEN_EDITED, path, p->sources[k]);
    }
    return 0;
}

/* ".../1-pipe/2-both-ways/" to slug "2-both-ways" and number "1.2". */
static int name_by_folder(struct exercise *x, const char *lab_dir, struct err *e)
{
    struct path_part parts[2];
    int chapter = 0;
    int number = 0;
    if (path_tail(lab_dir, parts, 2) != 2 || !slug_parse(parts[0].text, parts[0].len, &chapter) ||
        !slug_parse(parts[1].text, parts[1].len, &number))
        return err_msg(e, MSG_COURSE_FOLDER_NAME, lab_dir);
    x->slug = str_ndup(parts[1].text, parts[1].len);
    x->number = str_format("%d.%d", chapter, number);
    return 0;
}

static void complete_title(struct title *t)
{
    if (t->text[LANG_EN] == NULL)
        t->text[LANG_EN] = str_dup(t->text[LANG_ZH]);
}

int exercise_load(struct exercise *x, const char *lab_dir, struct err *e)
{
    *x = (struct exercise){
        .limits = {.cpu_seconds = 3, .wall_seconds = 60, .processes = 64, .memory_mb = 2048},
        .lab_dir = str_dup(lab_dir),
    };
    AUTO_FREE char *path = fs_join(lab_dir, "exercise.ini");
    if (name_by_folder(x, lab_dir, e) != 0 ||
        ini_load(path, sections, sizeof sections / sizeof *sections, x, e) != 0 ||
        check_whole(x, path, e) != 0) {
        exercise_release(x);
        return -1;
    }
    complete_title(&x->title);
    for (size_t i = 0; i < x->n_tests; i++)
        complete_title(&x->tests[i].title);
    return 0;
}
