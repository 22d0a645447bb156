/* The command line: what has no key, every action by its name, and exercises by their number.
 *
 * To add a command: a line in the table. `argument` names what its words may be, for Tab. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tui/app.h"

enum { NAME_MAX_BYTES = 40 };

struct command {
    const char *name;
    enum msg_id arguments, text; /* for the help; MSG_COUNT: it takes no arguments */
    void (*run)(struct app *a, const char *arguments);
    /* The i-th that argument number `word` may be; `line` is all that was typed. May be NULL. */
    const char *(*argument)(struct app *a, const char *line, int word, size_t i);
};

/* ---- words ---- */

/* The word number `n` of a line, malloc'd; "" when there is none. */
static char *word_of(const char *line, int n)
{
    for (line += strspn(line, " "); n > 0; n--) {
        line += strcspn(line, " ");
        line += strspn(line, " ");
    }
    return str_ndup(line, strcspn(line, " "));
}

/* A line without the blanks around it, malloc'd. */
static char *trimmed(const char *line)
{
    size_t len;

    line += strspn(line, " ");
    for (len = strlen(line); len > 0 && line[len - 1] == ' ';)
        len--;
    return str_ndup(line, len);
}

/* ---- set ---- */

static bool find_setting(const char *name, enum setting_id *id)
{
    for (int i = 0; i < SETTING_COUNT; i++) {
        *id = (enum setting_id)i;
        if (!strcmp(setting_name(*id), name))
            return true;
    }
    return false;
}

static void run_set(struct app *a, const char *arguments)
{
    AUTO_FREE char *name = word_of(arguments, 0);
    enum setting_id id;

    if (!*name) {
        app_show(a, SCREEN_SETTINGS);
        return;
    }
    if (!find_setting(name, &id)) {
        app_status(a, TONE_WARN, MSG_TUI_NO_SETTING, name, action_key(ACTION_SETTINGS));
        return;
    }
    arguments += strcspn(arguments, " ");
    arguments += strspn(arguments, " ");
    if (!settings_set(a, id, arguments))
        app_status(a, TONE_WARN, MSG_TUI_NO_VALUE, name, arguments);
    else if (!a->status.len)
        app_status(a, TONE_GOOD, MSG_TUI_SET_DONE, msg(setting_title(id)),
                   setting_words(setting_now(a, id)));
}

static const char *argument_set(struct app *a, const char *line, int word, size_t i)
{
    AUTO_FREE char *name = word_of(line, 1);
    enum setting_id id;

    (void)a;
    if (word == 1)
        return i < SETTING_COUNT ? setting_name((enum setting_id)i) : NULL;
    return word == 2 && find_setting(name, &id) ? setting_value(id, i) : NULL;
}

static void run_check(struct app *a, const char *arguments)
{
    (void)arguments;
    check_begin(a);
}

static void run_restore(struct app *a, const char *arguments)
{
    (void)arguments;
    if (!app_exercise(a)) {
        app_status(a, TONE_WARN, MSG_TUI_PICK_EXERCISE);
        return;
    }
    app_show(a, SCREEN_BACKUPS);
    a->screens[SCREEN_BACKUPS].stale = true;
}

/* ---- the table ---- */

static const struct command table[] = {
    {"check", MSG_COUNT, MSG_TUI_COMMAND_CHECK, run_check, NULL},
    {"man", MSG_TUI_ARGUMENTS_MAN, MSG_TUI_COMMAND_MAN, follow_man, NULL},
    {"restore", MSG_COUNT, MSG_TUI_COMMAND_RESTORE, run_restore, NULL},
    {"set", MSG_TUI_ARGUMENTS_SET, MSG_TUI_COMMAND_SET, run_set, argument_set},
};
enum { N_COMMANDS = sizeof table / sizeof *table };

bool command_info(size_t i, const char **name, enum msg_id *arguments, enum msg_id *text)
{
    if (i >= N_COMMANDS)
        return false;
    *name = table[i].name;
    *arguments = table[i].arguments;
    *text = table[i].text;
    return true;
}

/* EDIT_PANE is typed edit-pane. Static storage, valid until the next call. */
static const char *action_name(enum action action)
{
    static char name[NAME_MAX_BYTES];
    size_t i = 0;

    for (const char *c = action_info(action)->name; *c && i + 1 < sizeof name; c++, i++)
        name[i] = *c == '_' ? '-' : (char)tolower((unsigned char)*c);
    name[i] = '\0';
    return name;
}

/* Commands first, then actions; NULL behind the last. */
static const char *name_at(size_t i)
{
    if (i < N_COMMANDS)
        return table[i].name;
    i = i - N_COMMANDS + ACTION_NONE + 1;
    return i < ACTION_COUNT ? action_name((enum action)i) : NULL;
}

/* The index of a name or of the only one that begins so; -1 when there is none or more than one. */
static int find_name(const char *name)
{
    const char *at;
    int found = -1;

    for (size_t i = 0; (at = name_at(i)); i++)
        if (!strcmp(at, name))
            return (int)i;
    for (size_t i = 0; (at = name_at(i)); i++) {
        if (strncmp(at, name, strlen(name)) != 0)
            continue;
        if (found >= 0)
            return -1;
        found = (int)i;
    }
    return found;
}

/* ---- the prompt ---- */

static void accept(struct app *a)
{
    AUTO_FREE char *line = trimmed(buf_text(&a->prompt.text));
    AUTO_FREE char *name = word_of(line, 0);

    a->prompt.ops = NULL;
    a->dirty = true;
    if (!*name)
        return;
    history_add(&a->commands, line);
    if (isdigit((unsigned char)*name)) {
        prompt_jump_to(a, name);
        return;
    }
    int i = find_name(name);
    if (i < 0)
        app_status(a, TONE_WARN, MSG_TUI_NO_COMMAND, name, action_key(ACTION_HELP));
    else if (i >= N_COMMANDS)
        request(a, (enum action)(i - N_COMMANDS + ACTION_NONE + 1));
    else
        table[i].run(a, line + strlen(name) + strspn(line + strlen(name), " "));
}

static const char *candidate(struct app *a, size_t i, size_t *start)
{
    const char *line = buf_text(&a->prompt.text);
    const char *last = strrchr(line, ' ');
    int words = 0;

    *start = last ? (size_t)(last + 1 - line) : 0;
    if (!last)
        return name_at(i);
    for (size_t at = 0; at < *start; at++)
        words += line[at] != ' ' && line[at + 1] == ' ';
    AUTO_FREE char *name = word_of(line, 0);
    int command = find_name(name);
    if (command < 0 || command >= N_COMMANDS || !table[command].argument)
        return NULL;
    return table[command].argument(a, line, words, i);
}

const struct prompt_ops prompt_command = {
    .label = MSG_TUI_ASK_COMMAND, .accept = accept, .candidate = candidate, .history = true};
