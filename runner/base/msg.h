/* Every sentence the user sees stands once in runner/base/messages/ROOM.def, in Chinese and
 * English:
 *
 *     MSG(COURSE_NO_SUCH_EXERCISE, "没有练习 %1$s。", "There is no exercise %1$s.")
 *
 * To add a message: add a line to the room's .def file. Arguments are positional (%1$s, %2$d) so
 * the two languages may order them differently; a unit test proves that both use the same set. */
#ifndef BASE_MSG_H
#define BASE_MSG_H

#include <stdarg.h>

enum lang { LANG_ZH, LANG_EN };
#define LANG_COUNT 2 /* not an enumerator, so that loops over languages compare plainly */

enum msg_id {
#define MSG(id, zh, en) MSG_##id,
#include "base/messages.def"
#undef MSG
    MSG_COUNT
};

/* The language of everything printed. Set once at start by msg_choose(). Default LANG_ZH. */
enum lang msg_lang(void);
void msg_set_lang(enum lang lang);

/* Choose the language: `option` (value of --lang, may be NULL), then $IPCLAB_LANG, then the locale
 * ($LC_ALL, $LC_MESSAGES, $LANG: "zh…" and "en…" count, anything else, C.UTF-8 too, means zh).
 * Returns 0, or -1 when `option` is not zh or en (the language is then left as it was). */
int msg_choose(const char *option);

/* The format of a message in the current language, or in a given one. Static storage. */
const char *msg(enum msg_id id);
const char *msg_in(enum lang lang, enum msg_id id);

/* A message formatted in the given language. Returns a malloc'd string the caller frees. */
char *msg_format(enum lang lang, enum msg_id id, ...);
char *msg_vformat(enum lang lang, enum msg_id id, va_list ap);

/* Print a message in the current language to a stdio stream (FILE *, declared void to keep this
 * header light): msg_print(stdout, MSG_X, …). No newline is added. */
void msg_print(void *stream, enum msg_id id, ...);

#endif
