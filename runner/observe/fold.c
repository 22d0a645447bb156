/* Waits that are alike, told in one sentence: eight workers that all wait on one line are one fact,
 * not eight. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "observe/words.h"

enum { FOLD_MIN = 3 }; /* two that wait for each other are better told apart */

/* The first other process that could end the wait, -1 nobody. */
static int other_holder(const struct graph *g, const struct wait *w)
{
    size_t at = 0;
    struct holder h;
    while (wanted_next(g, &w->on[0], &at, &h))
        if (h.process != w->process)
            return (int)h.process;
    return -1;
}

/* Different objects of one kind, about which there is nothing different to say: all wait for the
 * same process. In a ring everyone waits for another one, and that is the point. */
static bool objects_alike(const struct graph *g, const struct finding *f, const struct wait *a,
                          const struct wait *b)
{
    const struct object *o = &g->objects[a->on[0].object], *p = &g->objects[b->on[0].object];
    if (o == p)
        return true;
    if (o->kind != p->kind || str_equal(f->id, "lock-order"))
        return false;
    if (o->kind == OBJECT_SEM || o->kind == OBJECT_SYSV_SEM)
        return o->sem.value == p->sem.value;
    return (a->on[0].want == WANT_READ || a->on[0].want == WANT_WRITE) &&
           other_holder(g, a) == other_holder(g, b);
}

static bool alike(const struct graph *g, const struct finding *f, const struct wait *a,
                  const struct wait *b)
{
    const struct process *p = graph_process(g, a->process), *q = graph_process(g, b->process);
    if (p->student != q->student || a->call->nr != b->call->nr || a->stopped != b->stopped ||
        a->running != b->running || a->timed != b->timed || a->for_signal != b->for_signal)
        return false;
    if (a->line != b->line || !str_equal(a->file, b->file) || a->count != b->count || a->count > 1)
        return false;
    if (a->for_child || b->for_child)
        return a->for_child && b->for_child && str_equal(a->text, b->text) && a->child <= 0;
    if (a->count == 0)
        return str_equal(a->text, b->text);
    return a->on[0].want == b->on[0].want && a->on[0].detail == b->on[0].detail &&
           objects_alike(g, f, a, b);
}

size_t fold_find(const struct graph *g, const struct finding *f, const struct wait *leader,
                 const bool *done, size_t *members)
{
    size_t n = 0;
    for (size_t i = 0; i < g->wait_count; i++)
        if (&g->waits[i] == leader || (!done[i] && alike(g, f, leader, &g->waits[i])))
            members[n++] = i;
    if (n >= FOLD_MIN)
        return n;
    members[0] = (size_t)(leader - g->waits);
    return 1;
}

/* "2–5、7" from ascending numbers. */
static void ranges(struct buf *out, const int *numbers, size_t n, enum lang lang)
{
    for (size_t i = 0; i < n;) {
        size_t last = i;
        while (last + 1 < n && numbers[last + 1] == numbers[last] + 1)
            last++;
        buf_adds(out, i ? msg_in(lang, MSG_OBSERVE_LIST_NUMBERS) : "");
        buf_addf(out, "%d", numbers[i]);
        if (last > i)
            buf_addf(out, "%s%d", last > i + 1 ? "–" : msg_in(lang, MSG_OBSERVE_LIST_NUMBERS),
                     numbers[last]);
        i = last + 1;
    }
}

/* Children of one tree that has no name of its own: by their numbers. NULL when they are not. */
static char *numbered(const struct graph *g, const size_t *processes, size_t n, enum lang lang)
{
    AUTO_FREE int *numbers = mem_alloc(n * sizeof *numbers);
    struct buf list = BUF_INIT;
    for (size_t i = 0; i < n; i++) {
        numbers[i] = g->facts[processes[i]].number;
        if (numbers[i] == 0 || (i && numbers[i] <= numbers[i - 1]) ||
            graph_process(g, processes[i])->watch != graph_process(g, processes[0])->watch)
            return NULL;
    }
    bool orphans = graph_process(g, processes[0])->watch < 0;
    if (g->observer->role_count > 1 && !orphans)
        return NULL;
    ranges(&list, numbers, n, lang);
    char *text = msg_format(lang, orphans ? MSG_OBSERVE_WHO_ORPHANS : MSG_OBSERVE_WHO_CHILDREN,
                            buf_text(&list), (int)n);
    buf_release(&list);
    return text;
}

char *fold_processes(const struct graph *g, const size_t *processes, size_t n, enum lang lang)
{
    char *text = numbered(g, processes, n, lang);
    if (text)
        return text;
    AUTO_FREE char *first = words_process(g, processes[0], lang);
    return msg_format(lang, MSG_OBSERVE_WHO_SEVERAL, first, (int)n);
}

static char *fold_who(const struct graph *g, const size_t *members, size_t n, enum lang lang)
{
    AUTO_FREE size_t *processes = mem_alloc(n * sizeof *processes);
    bool threads = false;
    for (size_t i = 0; i < n; i++) {
        processes[i] = g->waits[members[i]].process;
        threads |= i && processes[i] == processes[i - 1];
    }
    if (!threads)
        return fold_processes(g, processes, n, lang);
    AUTO_FREE char *first = words_thread(g, g->waits[members[0]].task, lang);
    return msg_format(lang, MSG_OBSERVE_WHO_THREADS, first, (int)n);
}

void fold_wait(struct buf *out, const struct graph *g, const size_t *members, size_t n,
               enum lang lang)
{
    const struct wait *w = &g->waits[members[0]];
    AUTO_FREE char *all = fold_who(g, members, n, lang);
    AUTO_FREE char *who = msg_format(lang, MSG_OBSERVE_WHO_ALL, all);
    AUTO_FREE char *object = NULL, *call = NULL;
    for (size_t i = 1; i < n; i++) {
        const struct wait *other = &g->waits[members[i]];
        if (w->count && !object && other->on[0].object != w->on[0].object)
            object = words_own(g, w->on[0].object, lang);
        if (!call && !str_equal(other->text, w->text))
            call = str_format("%s(…)", w->library[0] ? w->library : w->call->name);
    }
    words_wait(out, g, w,
               &(struct wording){.who = who, .call = call ? call : w->text, .object = object},
               lang);
}
