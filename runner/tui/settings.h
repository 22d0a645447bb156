/* What the learner can set: kept in the workspace, effective at once. To add a setting: an
 * enumerator here and a line in the table of settings.c; the settings screen, `:set` and its
 * completion come from that table. */
#ifndef TUI_SETTINGS_H
#define TUI_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/msg.h"
#include "store/store.h"
#include "tui/paint.h"

struct app;

enum setting_id {
    SETTING_LANGUAGE,
    SETTING_COLOURS,
    SETTING_EDITOR,
    SETTING_GRADE_ON_SAVE,
    SETTING_GO_ON,
    SETTING_COUNT
};

struct settings {
    enum colours colours;
    char *editor;       /* owned: a command; NULL: $VISUAL, $EDITOR, … */
    bool grade_on_save; /* saving runs the tests */
    bool go_on;         /* after a pass the next exercise is opened */
};
void settings_load(struct settings *s, struct store *store);
void settings_release(struct settings *s);

const char *setting_name(enum setting_id id); /* as `:set` takes it: "grade-on-save" */
enum msg_id setting_title(enum setting_id id);
enum msg_id setting_about(enum setting_id id);
/* The i-th value it can have, NULL behind the last; a setting without any takes free text. */
const char *setting_value(enum setting_id id, size_t i);
/* What is set, and how the screen says it. The editor is "" when the environment decides. */
const char *setting_now(const struct app *a, enum setting_id id);
const char *setting_words(const char *value);

/* Set and keep a value, which must be one of those; false when it is not. */
bool settings_set(struct app *a, enum setting_id id, const char *value);
/* The value after the one that is set, round and round. */
void settings_next(struct app *a, enum setting_id id);

#endif
