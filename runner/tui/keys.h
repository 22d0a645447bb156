/* Keys and the actions they stand for. */
#ifndef TUI_KEYS_H
#define TUI_KEYS_H

#include "base/buf.h"
#include "base/msg.h"
#include "tui/cursesw.h"

/* A key is one int: a character as its code point, a function key as the negated curses code (the
 * curses codes alone would collide with letters such as U+0101). */
#define FN(code) (-(code))
#ifndef CTRL
#define CTRL(c) ((c)&0x1f)
#endif
#define KEY_NONE 0

enum action {
    ACTION_NONE,
#define ACTION(name, group, keys) ACTION_##name,
#include "tui/actions.def"
#undef ACTION
    ACTION_COUNT
};

enum action_group { GROUP_MOVE, GROUP_WORK, GROUP_VIEW, GROUP_OTHER };
enum { GROUP_COUNT = GROUP_OTHER + 1 };

struct action_info {
    const char *name; /* "EDIT_PANE" */
    enum action_group group;
    enum msg_id text; /* what it does, a short phrase */
    int keys[4];      /* KEY_NONE where there are fewer */
};
const struct action_info *action_info(enum action a);

/* The next key that was typed, KEY_NONE when there is none at the moment. Full-width letters and
 * punctuation (an input method left on) come back as their ASCII twins unless `literal`. */
int key_read(bool literal);
enum action key_action(int key);

/* Append the name of a key as the help shows it: "↑", "Enter", "^L", "r". */
void key_label(struct buf *out, int key);
/* The name of the first key of an action; static storage, valid until the next call. */
const char *action_key(enum action a);

#endif
