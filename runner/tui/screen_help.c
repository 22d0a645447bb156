/* Help: every action with its keys, made from actions.def. */
#include <stdlib.h>

#include "base/text.h"
#include "tui/screens.h"

enum { KEY_COLUMNS = 20 };

static void key_names(struct buf *out, const struct action_info *info)
{
    for (int i = 0; i < 4 && info->keys[i] != KEY_NONE; i++) {
        struct buf name = BUF_INIT;

        key_label(&name, info->keys[i]);
        if (name.len > 0) /* twins such as Enter of the keypad have no name of their own */
            buf_addf(out, "%s%s", out->len ? " " : "", buf_text(&name));
        buf_release(&name);
    }
}

static void add_action(struct doc *d, const struct action_info *info)
{
    struct buf names = BUF_INIT, field = BUF_INIT;

    key_names(&names, info);
    text_pad(&field, buf_text(&names), KEY_COLUMNS);
    doc_add(d, STYLE_CODE, "  ");
    doc_append(d, STYLE_CODE, buf_text(&field));
    doc_append(d, STYLE_TEXT, msg(info->text));
    buf_release(&names);
    buf_release(&field);
}

static void add_commands(struct doc *d)
{
    const char *name;
    enum msg_id arguments, text;

    doc_add(d, STYLE_HEADING2, msg(MSG_TUI_GROUP_COMMANDS));
    for (size_t i = 0; command_info(i, &name, &arguments, &text); i++) {
        AUTO_FREE char *command =
            str_format(":%s %s", name, arguments < MSG_COUNT ? msg(arguments) : "");
        struct buf field = BUF_INIT;

        text_pad(&field, command, KEY_COLUMNS);
        doc_add(d, STYLE_CODE, "  ");
        doc_append(d, STYLE_CODE, buf_text(&field));
        doc_append(d, STYLE_TEXT, msg(text));
        buf_release(&field);
    }
    doc_add(d, STYLE_TEXT, "");
}

static void add_mark(struct doc *d, enum style style, const char *mark, enum msg_id meaning)
{
    AUTO_FREE char *text = str_format("  %s%s", mark, text_width(mark) > 1 ? "  " : "   ");

    doc_add(d, style, text);
    doc_append(d, STYLE_TEXT, msg(meaning));
}

static void add_group(struct doc *d, enum action_group group, enum msg_id title)
{
    doc_add(d, STYLE_HEADING2, msg(title));
    for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++)
        if (action_info((enum action)i)->group == group)
            add_action(d, action_info((enum action)i));
    doc_add(d, STYLE_TEXT, "");
}

static void help_read(struct app *a, struct screen *s, int columns)
{
    static const enum msg_id groups[GROUP_COUNT] = {
        [GROUP_MOVE] = MSG_TUI_GROUP_MOVE,
        [GROUP_WORK] = MSG_TUI_GROUP_WORK,
        [GROUP_VIEW] = MSG_TUI_GROUP_VIEW,
        [GROUP_OTHER] = MSG_TUI_GROUP_OTHER,
    };
    AUTO_FREE char *folder = say(MSG_TUI_HELP_FOLDER, a->o->workspace);

    reader_reset(s);
    doc_add(&s->doc, STYLE_TEXT, "");
    doc_add_wrapped(&s->doc, STYLE_TEXT, msg(MSG_TUI_HELP_INTRO), (size_t)columns, 0);
    doc_add(&s->doc, STYLE_TEXT, folder);
    doc_add(&s->doc, STYLE_TEXT, "");
    for (int g = 0; g < GROUP_COUNT; g++)
        add_group(&s->doc, (enum action_group)g, groups[g]);
    add_commands(&s->doc);
    doc_add(&s->doc, STYLE_HEADING2, msg(MSG_TUI_HELP_MARKS));
    add_mark(&s->doc, STYLE_GOOD, "✓", MSG_TUI_MARK_PASSED);
    add_mark(&s->doc, STYLE_GOOD, "✓*", MSG_TUI_MARK_HELPED);
    add_mark(&s->doc, STYLE_CODE, "◐", MSG_TUI_MARK_TRIED);
    add_mark(&s->doc, STYLE_DIM, "○", MSG_TUI_MARK_UNTOUCHED);
    add_mark(&s->doc, STYLE_BULLET, "→", MSG_TUI_MARK_GO_ON);
}

static bool help_request(struct app *a, struct screen *s, enum action action)
{
    if (reader_request(a, s, action))
        return true;
    if (action != ACTION_BACK && action != ACTION_HELP && action != ACTION_OPEN)
        return false;
    app_return(a);
    return true;
}

static const enum action *help_keys(struct app *a)
{
    static const enum action keys[] = {ACTION_UP, ACTION_DOWN, ACTION_BACK, ACTION_NONE};

    (void)a;
    return keys;
}

const struct screen_ops help_screen = {
    .title = MSG_TUI_TITLE_HELP,
    .general = true,
    .wide = true,
    .open = reader_open,
    .read = help_read,
    .draw = reader_draw,
    .request = help_request,
    .keys = help_keys,
};
