#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static void fill(struct err *e, enum msg_id id, va_list ap)
{
    AUTO_FREE char *text = msg_vformat(msg_lang(), id, ap);
    snprintf(e->text, sizeof e->text, "%s", text);
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

int err_sys(struct err *e, enum msg_id id, ...)
{
    int saved = errno;
    if (!e)
        return -1;
    va_list ap;
    va_start(ap, id);
    fill(e, id, ap);
    va_end(ap);
    size_t used = strlen(e->text);
    snprintf(e->text + used, sizeof e->text - used, ": %s", strerror(saved));
    e->number = saved;
    errno = saved;
    return -1;
}

void err_clear(struct err *e)
{
    e->number = 0;
    e->text[0] = '\0';
}
