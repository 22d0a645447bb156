#include "tui/settings.h"

#include <stdlib.h>
#include <string.h>

#include "tui/app.h"

enum { VALUES_MAX = 4 };

static const char *const colour_names[] = {[COLOURS_AUTO] = "auto",
                                           [COLOURS_DARK] = "dark",
                                           [COLOURS_LIGHT] = "light",
                                           [COLOURS_NONE] = "none"};

static const struct setting {
    const char *name, *key; /* key of the store */
    enum msg_id title, about;
    const char *values[VALUES_MAX + 1];
} table[SETTING_COUNT] = {
    [SETTING_LANGUAGE] =
        {"language", "tui.lang", MSG_TUI_SET_LANGUAGE, MSG_TUI_SET_LANGUAGE_ABOUT, {"zh", "en"}},
    [SETTING_COLOURS] = {"colours",
                         "tui.colours",
                         MSG_TUI_SET_COLOURS,
                         MSG_TUI_SET_COLOURS_ABOUT,
                         {"auto", "dark", "light", "none"}},
    [SETTING_EDITOR] =
        {"editor", "tui.editor", MSG_TUI_SET_EDITOR, MSG_TUI_SET_EDITOR_ABOUT, {NULL}},
    [SETTING_GRADE_ON_SAVE] = {"grade-on-save",
                               "tui.grade_on_save",
                               MSG_TUI_SET_GRADE,
                               MSG_TUI_SET_GRADE_ABOUT,
                               {"yes", "no"}},
    [SETTING_GO_ON] =
        {"go-on", "tui.go_on", MSG_TUI_SET_GO_ON, MSG_TUI_SET_GO_ON_ABOUT, {"no", "yes"}},
};

static const struct {
    const char *value;
    enum msg_id words;
} words[] = {
    {"zh", MSG_TUI_VALUE_ZH},     {"en", MSG_TUI_VALUE_EN},       {"auto", MSG_TUI_VALUE_AUTO},
    {"dark", MSG_TUI_VALUE_DARK}, {"light", MSG_TUI_VALUE_LIGHT}, {"none", MSG_TUI_VALUE_NONE},
    {"yes", MSG_TUI_VALUE_YES},   {"no", MSG_TUI_VALUE_NO},       {"", MSG_TUI_VALUE_DEFAULT},
};

/* ---- names ---- */

const char *setting_name(enum setting_id id)
{
    return table[id].name;
}

enum msg_id setting_title(enum setting_id id)
{
    return table[id].title;
}

enum msg_id setting_about(enum setting_id id)
{
    return table[id].about;
}

const char *setting_value(enum setting_id id, size_t i)
{
    return i <= VALUES_MAX ? table[id].values[i] : NULL;
}

const char *setting_words(const char *value)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(words[i].value, value))
            return msg(words[i].words);
    return value;
}

const char *setting_now(const struct app *a, enum setting_id id)
{
    const struct settings *s = &a->settings;

    switch (id) {
    case SETTING_LANGUAGE:
        return msg_lang() == LANG_ZH ? "zh" : "en";
    case SETTING_COLOURS:
        return colour_names[s->colours];
    case SETTING_EDITOR:
        return s->editor ? s->editor : "";
    case SETTING_GRADE_ON_SAVE:
        return s->grade_on_save ? "yes" : "no";
    case SETTING_GO_ON:
        return s->go_on ? "yes" : "no";
    case SETTING_COUNT:
        break;
    }
    return "";
}

/* ---- loading ---- */

static enum colours colours_of(const char *value)
{
    for (int i = 0; i <= COLOURS_NONE; i++)
        if (str_equal(colour_names[i], value))
            return (enum colours)i;
    return COLOURS_AUTO;
}

static void put(struct settings *s, enum setting_id id, const char *value)
{
    switch (id) {
    case SETTING_COLOURS:
        s->colours = colours_of(value);
        break;
    case SETTING_EDITOR:
        free(s->editor);
        s->editor = value && *value ? str_dup(value) : NULL;
        break;
    case SETTING_GRADE_ON_SAVE:
        s->grade_on_save = !str_equal(value, "no");
        break;
    case SETTING_GO_ON:
        s->go_on = str_equal(value, "yes");
        break;
    case SETTING_LANGUAGE: /* msg_lang() has it; tui.c recalls it */
    case SETTING_COUNT:
        break;
    }
}

void settings_load(struct settings *s, struct store *store)
{
    *s = (struct settings){0};
    for (int id = 0; id < SETTING_COUNT; id++) {
        AUTO_FREE char *value = store_get(store, table[id].key);
        put(s, (enum setting_id)id, value);
    }
}

void settings_release(struct settings *s)
{
    free(s->editor);
    *s = (struct settings){0};
}

/* ---- setting ---- */

static bool is_possible(enum setting_id id, const char *value)
{
    for (size_t i = 0; setting_value(id, i); i++)
        if (!strcmp(setting_value(id, i), value))
            return true;
    return setting_value(id, 0) == NULL;
}

/* False when this terminal cannot show it. */
static bool take_language(struct app *a, const char *value)
{
    if (!strcmp(value, "zh") && !a->term.chinese) {
        msg_set_lang(LANG_EN);
        app_status(a, TONE_WARN, a->term.utf8 ? MSG_TUI_CONSOLE : MSG_TUI_NO_CHINESE,
                   a->term.charset);
        return false;
    }
    msg_set_lang(strcmp(value, "zh") != 0 ? LANG_EN : LANG_ZH);
    search_forget(a);
    hints_free(a->hints, a->n_hints);
    a->hints = NULL;
    a->n_hints = 0;
    return true;
}

bool settings_set(struct app *a, enum setting_id id, const char *value)
{
    struct err e;

    if (!is_possible(id, value))
        return false;
    buf_clear(&a->status);
    app_stale(a);
    if (id == SETTING_LANGUAGE && !take_language(a, value))
        return true;
    put(&a->settings, id, value);
    if (id == SETTING_COLOURS) {
        paint_start(&a->term, a->settings.colours);
        clearok(curscr, TRUE);
    }
    if (store_set(a->o->store, table[id].key, *value ? value : NULL, &e) < 0)
        app_error(a, &e);
    return true;
}

void settings_next(struct app *a, enum setting_id id)
{
    const char *now = setting_now(a, id);
    size_t i = 0;

    while (setting_value(id, i) && strcmp(setting_value(id, i), now) != 0)
        i++;
    const char *next = setting_value(id, i) ? setting_value(id, i + 1) : NULL;
    next = next ? next : setting_value(id, 0);
    if (next)
        settings_set(a, id, next);
}
