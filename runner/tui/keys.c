#include <stdbool.h>

#include "tui/keys.h"

#define KEYS(...)                                                                                  \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

static const struct action_info table[ACTION_COUNT] = {
#define ACTION(id, in_group, key_list)                                                             \
    [ACTION_##                                                                                     \
        id] = {.name = #id, .group = GROUP_##in_group, .text = MSG_TUI_DO_##id, .keys = key_list},
#include "tui/actions.def"
#undef ACTION
};

static const struct {
    int key;
    const char *name;
} names[] = {
    {FN(KEY_UP), "↑"},
    {FN(KEY_DOWN), "↓"},
    {FN(KEY_LEFT), "←"},
    {FN(KEY_RIGHT), "→"},
    {FN(KEY_PPAGE), "PgUp"},
    {FN(KEY_NPAGE), "PgDn"},
    {FN(KEY_HOME), "Home"},
    {FN(KEY_END), "End"},
    {FN(KEY_BTAB), "Shift-Tab"},
    {FN(KEY_F(1)), "F1"},
    {'\r', "Enter"},
    {'\t', "Tab"},
    {'\033', "Esc"},
    {' ', "Space"},
    {FN(KEY_SLEFT), "Shift-←"},
    {FN(KEY_SRIGHT), "Shift-→"},
};

const struct action_info *action_info(enum action a)
{
    return &table[a];
}

/* An input method that was left on types full-width punctuation; nobody means anything else by it
 * when no text is asked for. */
static int to_ascii(int key)
{
    if (key >= 0xff01 && key <= 0xff5e)
        return key - 0xfee0;
    if (key == 0x3001) /* 、 sits on the key of the slash */
        return '/';
    if (key == 0x3000)
        return ' ';
    return key;
}

int key_read(bool literal)
{
    wint_t code = 0;
    int kind = wget_wch(stdscr, &code);

    if (kind == ERR)
        return KEY_NONE;
    if (kind == KEY_CODE_YES)
        return FN((int)code);
    return literal ? (int)code : to_ascii((int)code);
}

enum action key_action(int key)
{
    if (key == KEY_NONE)
        return ACTION_NONE;
    for (int a = ACTION_NONE + 1; a < ACTION_COUNT; a++)
        for (int i = 0; i < 4; i++)
            if (table[a].keys[i] == key)
                return (enum action)a;
    return ACTION_NONE;
}

void key_label(struct buf *out, int key)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].key == key) {
            buf_adds(out, names[i].name);
            return;
        }
    }
    if (key == '\n') /* the twin of Enter */
        return;
    if (key > 0 && key < ' ')
        buf_addf(out, "^%c", key + '@');
    else if (key > ' ' && key < 0x7f)
        buf_addc(out, (char)key);
}

const char *action_key(enum action a)
{
    static struct buf name;

    buf_clear(&name);
    key_label(&name, table[a].keys[0]);
    return buf_text(&name);
}
