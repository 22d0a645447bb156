/* Settings: what is set, and what it means. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/screens.h"

enum { TITLE_COLUMNS = 24, WIDEST = 78 };

static void add_setting(struct app *a, struct screen *s, enum setting_id id, int columns)
{
    struct buf title = BUF_INIT;
    const char *now = setting_now(a, id);

    text_pad(&title, msg(setting_title(id)), TITLE_COLUMNS);
    list_item(s);
    doc_add(&s->doc, STYLE_TEXT, "  ");
    doc_append(&s->doc, STYLE_STRONG, buf_text(&title));
    doc_append(&s->doc, STYLE_BULLET, setting_words(now));
    doc_add_wrapped(&s->doc, STYLE_DIM, msg(setting_about(id)), (size_t)columns, 4);
    doc_add(&s->doc, STYLE_TEXT, "");
    buf_release(&title);
}

static void settings_read(struct app *a, struct screen *s, int columns)
{
    columns = columns > WIDEST ? WIDEST : columns;
    reader_reset(s);
    doc_add(&s->doc, STYLE_TEXT, "");
    for (int id = 0; id < SETTING_COUNT; id++)
        add_setting(a, s, (enum setting_id)id, columns);
    doc_add_wrapped(&s->doc, STYLE_DIM, msg(MSG_TUI_SETTINGS_KEPT), (size_t)columns, 2);
}

static void change(struct app *a, enum setting_id id)
{
    AUTO_FREE char *line = str_format("set %s %s", setting_name(id), setting_now(a, id));

    if (setting_value(id, 0)) {
        settings_next(a, id);
        return;
    }
    prompt_open(a, &prompt_command);
    prompt_put(a, line);
}

static bool settings_request(struct app *a, struct screen *s, enum action action)
{
    if (list_request(a, s, action))
        return true;
    if (action == ACTION_OPEN)
        change(a, (enum setting_id)s->chosen);
    else if (action == ACTION_BACK || action == ACTION_SETTINGS)
        app_return(a);
    else
        return false;
    return true;
}

static const enum action *settings_keys(struct app *a)
{
    static const enum action keys[] = {ACTION_OPEN, ACTION_BACK, ACTION_NONE};

    (void)a;
    return keys;
}

const struct screen_ops settings_screen = {
    .title = MSG_TUI_TITLE_SETTINGS,
    .general = true,
    .wide = true,
    .open = reader_open,
    .read = settings_read,
    .draw = list_draw,
    .request = settings_request,
    .click = list_click,
    .keys = settings_keys,
};
