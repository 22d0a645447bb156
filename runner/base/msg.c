#include "base/msg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static const char *const table[MSG_COUNT][LANG_COUNT] = {
#define MSG(id, zh, en) [MSG_##id] = {zh, en},
#include "base/messages.def"
#undef MSG
};

static enum lang current = LANG_ZH;

enum lang msg_lang(void)
{
    return current;
}

void msg_set_lang(enum lang lang)
{
    current = lang;
}

/* "zh", "zh_CN.UTF-8", "en_US"… → a language; anything else: 0. */
static int lang_from(const char *name, enum lang *lang)
{
    if (!name || strlen(name) < 2)
        return 0;
    if (strncmp(name, "zh", 2) == 0)
        *lang = LANG_ZH;
    else if (strncmp(name, "en", 2) == 0)
        *lang = LANG_EN;
    else
        return 0;
    return name[2] == '\0' || name[2] == '_' || name[2] == '-' || name[2] == '.';
}

int msg_choose(const char *option)
{
    static const char *const variables[] = {"IPCLAB_LANG", "LC_ALL", "LC_MESSAGES", "LANG"};
    enum lang lang = LANG_ZH;
    if (option) {
        if (strcmp(option, "zh") != 0 && strcmp(option, "en") != 0)
            return -1;
        current = strcmp(option, "en") == 0 ? LANG_EN : LANG_ZH;
        return 0;
    }
    current = LANG_ZH;
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        const char *value = getenv(variables[i]);
        if (!value || !*value)
            continue;
        if (lang_from(value, &lang))
            current = lang;
        if (i > 0 || lang_from(value, &lang))
            break; /* the locale variables override each other even when neither zh nor en */
    }
    return 0;
}

const char *msg_in(enum lang lang, enum msg_id id)
{
    return table[id][lang];
}

const char *msg(enum msg_id id)
{
    return table[id][current];
}

/* The formats come from the table above, not from the user; a unit test compares both languages. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

char *msg_vformat(enum lang lang, enum msg_id id, va_list ap)
{
    struct buf out = BUF_INIT;
    buf_vaddf(&out, msg_in(lang, id), ap);
    return buf_steal(&out);
}

char *msg_format(enum lang lang, enum msg_id id, ...)
{
    va_list ap;
    va_start(ap, id);
    char *text = msg_vformat(lang, id, ap);
    va_end(ap);
    return text;
}

void msg_print(void *stream, enum msg_id id, ...)
{
    va_list ap;
    va_start(ap, id);
    vfprintf(stream, msg(id), ap);
    va_end(ap);
}

#pragma GCC diagnostic pop
