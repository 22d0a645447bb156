/* Errors as values: a function that can fail takes a struct err, fills it with one whole sentence
 * the user can act on (what, where, why, what next) and returns -1. The caller passes it on or
 * prints it, never both. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/msg.h"

struct err {
    int number;      /* errno behind the failure, 0 when there is none */
    char text[1024]; /* the sentence, UTF-8, in the language of msg_lang() */
};

/* Fill `e` from the message table (printf-style arguments). Always returns -1. `e` may be NULL. */
int err_msg(struct err *e, enum msg_id id, ...);

/* Like err_msg(), then ": " and err_reason(errno). errno is saved before anything else happens. */
int err_sys(struct err *e, enum msg_id id, ...);
/* What an errno means, in the current language where it is a common one; else strerror(). */
const char *err_reason(int number);

/* Empty the error. */
void err_clear(struct err *e);

#endif
