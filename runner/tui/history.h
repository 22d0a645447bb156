/* Lines that were typed, the newest last; kept in the workspace. */
#ifndef TUI_HISTORY_H
#define TUI_HISTORY_H

#include <stddef.h>

#include "store/store.h"

enum { HISTORY_MAX = 50 };

struct history {
    char *lines[HISTORY_MAX]; /* owned */
    size_t n;
};
void history_load(struct history *h, struct store *store, const char *key);
/* A failure is of no importance here. */
void history_save(const struct history *h, struct store *store, const char *key);
/* A line that was there moves to the end. */
void history_add(struct history *h, const char *line);
/* The line typed `back` lines ago (1: the last one); NULL when there is none. */
const char *history_get(const struct history *h, size_t back);
void history_release(struct history *h);

#endif
