#include "base/err.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

/* Add to the sentence. Names of files and the like come from others: they are made harmless for a
 * terminal here, once for all. What is too long is cut between two characters. */
static void add_text(struct err *e, const char *text)
{
    struct buf safe = BUF_INIT;
    size_t used = strlen(e->text), room = sizeof e->text - 1 - used;
    text_sanitize(&safe, text, strlen(text));
    while (safe.len > room || !text_is_utf8(buf_text(&safe), safe.len))
        safe.len = safe.len > room ? room : safe.len - 1;
    memcpy(e->text + used, buf_text(&safe), safe.len);
    e->text[used + safe.len] = '\0';
    buf_release(&safe);
}

static void fill(struct err *e, enum msg_id id, va_list ap)
{
    AUTO_FREE char *text = msg_vformat(msg_lang(), id, ap);
    e->text[0] = '\0';
    add_text(e, text);
}

int err_msg(struct err *e, enum msg_id id, ...)
{
    if (!e)
        return -1;
    va_list ap;
    va_start(ap, id);
    fill(e, id, ap);
    va_end(ap);
    e->number = 0;
    return -1;
}

const char *err_reason(int number)
{
    static const struct {
        int number;
        enum msg_id text;
    } known[] = {
        {EACCES, MSG_BASE_NO_PERMISSION}, {EPERM, MSG_BASE_NOT_PERMITTED},
        {ENOENT, MSG_BASE_NOT_THERE},     {ENOTDIR, MSG_BASE_NOT_A_FOLDER},
        {ENOSPC, MSG_BASE_NO_SPACE},      {EDQUOT, MSG_BASE_NO_QUOTA},
        {EROFS, MSG_BASE_READ_ONLY},      {EMFILE, MSG_BASE_NO_DESCRIPTORS},
        {EAGAIN, MSG_BASE_NO_RESOURCES},  {ENOMEM, MSG_BASE_NO_MEMORY},
        {ELOOP, MSG_BASE_LINK_LOOP},      {EIO, MSG_BASE_INPUT_OUTPUT},
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].number == number)
            return msg(known[i].text);
    return strerror(number);
}

int err_sys(struct err *e, enum msg_id id, ...)
{
    int saved = errno;
    if (!e)
        return -1;
    va_list ap;
    va_start(ap, id);
    fill(e, id, ap);
    va_end(ap);
    add_text(e, ": ");
    add_text(e, err_reason(saved));
    e->number = saved;
    errno = saved;
    return -1;
}

void err_clear(struct err *e)
{
    e->number = 0;
    e->text[0] = '\0';
}
