#include "course/exercise.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

const char *title_text(const struct title *t)
{
    enum lang lang = msg_lang();
    if (t->text[lang] != NULL)
        return t->text[lang];
    for (size_t i = 0; i < LANG_COUNT; i++)
        if (t->text[i] != NULL)
            return t->text[i];
    return "";
}

static void title_release(struct title *t)
{
    for (size_t i = 0; i < LANG_COUNT; i++)
        free(t->text[i]);
}

static void words_free(char **words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(words[i]);
    free(words);
}

void exercise_release(struct exercise *x)
{
    for (size_t i = 0; i < x->n_programs; i++) {
        free(x->programs[i].name);
        words_free(x->programs[i].sources, x->programs[i].n_sources);
        words_free(x->programs[i].flags, x->programs[i].n_flags);
        words_free(x->programs[i].drivers, x->programs[i].n_drivers);
    }
    for (size_t i = 0; i < x->n_tests; i++) {
        free(x->tests[i].id);
        title_release(&x->tests[i].title);
    }
    words_free(x->given, x->n_given);
    title_release(&x->title);
    free(x->programs);
    free(x->tests);
    free(x->id);
    free(x->number);
    free(x->slug);
    free(x->lab_dir);
    free(x->solution_dir);
    free(x->tests_dir);
    *x = (struct exercise){0};
}

int exercise_max_points(const struct exercise *x)
{
    int points = 0;
    for (size_t i = 0; i < x->n_tests; i++)
        points += x->tests[i].points;
    return points;
}

const struct test_spec *exercise_find_test(const struct exercise *x, const char *test_id)
{
    for (size_t i = 0; i < x->n_tests; i++)
        if (strcmp(x->tests[i].id, test_id) == 0)
            return &x->tests[i];
    return NULL;
}

static bool is_listed(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

const char **exercise_sources(const struct exercise *x, size_t *count)
{
    const char **names = NULL;
    *count = 0;
    for (size_t i = 0; i < x->n_programs; i++) {
        for (size_t k = 0; k < x->programs[i].n_sources; k++) {
            const char *name = x->programs[i].sources[k];
            if (is_listed(names, *count, name))
                continue;
            names = mem_grow(names, *count + 1, sizeof *names);
            names[(*count)++] = name;
        }
    }
    return names;
}
