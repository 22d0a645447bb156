/* What there is to say of those who poll for ever (rounds.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "observe/words.h"

static bool find_private(const struct mapping *m, void *arg)
{
    struct mapping *found = arg;
    if (m->shared || !m->writable || strncmp(m->path, "/dev/shm/", 9) != 0)
        return true;
    *found = *m;
    return false;
}

/* A process that took a copy of shared memory; its index, -1 when there is none. */
static int find_copy(const struct graph *g, struct mapping *found)
{
    for (size_t i = 0; i < g->s->process_count; i++) {
        int dir = graph_alive(g, i) ? proc_open(g->observer->proc, g->s->processes[i].pid) : -1;
        *found = (struct mapping){0};
        if (dir < 0)
            continue;
        proc_mappings(dir, find_private, found);
        close(dir);
        if (found->path[0])
            return (int)i;
    }
    return -1;
}

static void set(char **text, char *to)
{
    free(*text);
    *text = to;
}

static void blame_copy(struct observer *o, struct diagnosis *d)
{
    struct graph g;
    struct mapping m;
    graph_init(&g, o);
    words_number(&g);
    int who = find_copy(&g, &m);
    for (int i = 0; who >= 0 && i < LANG_COUNT; i++) {
        enum lang lang = (enum lang)i;
        AUTO_FREE char *name = words_process(&g, (size_t)who, lang);
        AUTO_FREE char *line = msg_format(lang, MSG_OBSERVE_FACT_PRIVATE_MAPPING, name, m.path);
        str_add_line(&d->evidence[i], line);
        set(&d->hint[i], msg_format(lang, MSG_OBSERVE_HINT_NOT_SHARED));
    }
    if (who >= 0)
        snprintf(d->id, sizeof d->id, "not-shared");
    graph_release(&g);
}

/* What fits a pattern keeps its name: that somebody naps is only the way the mistake shows. */
void observer_explain_rounds(struct observer *o, struct diagnosis *d)
{
    observer_explain(o, d);
    bool plain = strcmp(d->id, "hang") == 0;
    if (plain)
        snprintf(d->id, sizeof d->id, "polls-forever");
    for (int i = 0; i < LANG_COUNT; i++) {
        enum lang lang = (enum lang)i;
        AUTO_FREE char *shown =
            msg_format(lang, MSG_OBSERVE_FACT_ROUNDS, o->rounds.seconds, (int)o->rounds.same + 1);
        str_add_line(&d->evidence[i], shown);
        set(&d->symptom[i], msg_format(lang, MSG_OBSERVE_SYMPTOM_POLLS));
        if (plain)
            set(&d->hint[i], msg_format(lang, MSG_OBSERVE_HINT_POLLS));
    }
    if (plain)
        blame_copy(o, d);
}
