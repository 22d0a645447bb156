#include "tui/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

void history_load(struct history *h, struct store *store, const char *key)
{
    AUTO_FREE char *text = store_get(store, key);
    char *rest = text;

    *h = (struct history){.n = 0};
    for (char *line; rest && (line = strsep(&rest, "\n"));)
        history_add(h, line);
}

void history_save(const struct history *h, struct store *store, const char *key)
{
    struct buf text = BUF_INIT;

    for (size_t i = 0; i < h->n; i++)
        buf_addf(&text, "%s%s", i ? "\n" : "", h->lines[i]);
    if (h->n > 0)
        store_set(store, key, buf_text(&text), NULL);
    buf_release(&text);
}

static void take_out(struct history *h, size_t i)
{
    free(h->lines[i]);
    memmove(&h->lines[i], &h->lines[i + 1], (--h->n - i) * sizeof *h->lines);
}

void history_add(struct history *h, const char *line)
{
    if (!*line)
        return;
    for (size_t i = 0; i < h->n; i++) {
        if (!strcmp(h->lines[i], line)) {
            take_out(h, i);
            break;
        }
    }
    if (h->n == HISTORY_MAX)
        take_out(h, 0);
    h->lines[h->n++] = str_dup(line);
}

const char *history_get(const struct history *h, size_t back)
{
    return back >= 1 && back <= h->n ? h->lines[h->n - back] : NULL;
}

void history_release(struct history *h)
{
    while (h->n > 0)
        free(h->lines[--h->n]);
}
