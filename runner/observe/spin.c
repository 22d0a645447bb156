/* Who burns the CPU time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "observe/words.h"

/* The running thread that has used most; any thread when none runs at the moment. */
static int busiest(const struct snapshot *s)
{
    int best = -1;
    for (size_t i = 0; i < s->task_count; i++) {
        const struct task *t = &s->tasks[i];
        if (best < 0) {
            best = (int)i;
            continue;
        }
        const struct task *b = &s->tasks[best];
        bool runs = t->state == 'R', best_runs = b->state == 'R';
        if (runs != best_runs ? runs : t->ticks > b->ticks)
            best = (int)i;
    }
    return best;
}

enum { SAMPLES = 12 };

struct spot {        /* of one sample, or the best of several */
    char place[256]; /* "ring.c:31 (push)", "" unknown */
    char call[64];   /* library function the program called there, "" none */
};

/* The spots where learners spin, and what to tell them. */
static const struct {
    enum msg_id hint;
    const char *call; /* part of the name: libc has "__GI___wait4" */
} spots[] = {
    {MSG_OBSERVE_HINT_SPIN_OUTPUT, "print"},  {MSG_OBSERVE_HINT_SPIN_OUTPUT, "put"},
    {MSG_OBSERVE_HINT_SPIN_OUTPUT, "write"},  {MSG_OBSERVE_HINT_SPIN_OUTPUT, "fflush"},
    {MSG_OBSERVE_HINT_SPIN_WAIT, "wait"}, /* wait, waitpid, wait4, waitid; "sem_" comes first */
    {MSG_OBSERVE_HINT_SPIN_END, "read"},      {MSG_OBSERVE_HINT_SPIN_END, "recv"},
    {MSG_OBSERVE_HINT_SPIN_ACCEPT, "accept"},
};

static enum msg_id spin_hint(const struct spot *s)
{
    if (!s->place[0])
        return MSG_OBSERVE_HINT_SPIN;
    if (!s->call[0])
        return MSG_OBSERVE_HINT_SPIN_MEMORY;
    if (strstr(s->call, "sem_") || strstr(s->call, "pthread_") || strstr(s->call, "yield"))
        return MSG_OBSERVE_HINT_SPIN_LOCK;
    for (size_t i = 0; i < sizeof spots / sizeof *spots; i++)
        if (strstr(s->call, spots[i].call))
            return spots[i].hint;
    return MSG_OBSERVE_HINT_SPIN;
}

static bool look_once(struct graph *g, size_t task, struct spot *s)
{
    struct frame frames[24];
    const char *exe = g->facts[g->s->tasks[task].process].exe, *slash = strrchr(exe, '/');
    size_t n = unwinder_stack(g->observer->unwinder, g->s->tasks[task].tid, frames,
                              sizeof frames / sizeof *frames);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(frames[i].module, slash ? slash + 1 : exe) != 0) {
            snprintf(s->call, sizeof s->call, "%s", frames[i].function);
            continue;
        }
        if (frames[i].line == 0)
            continue;
        if (frames[i].function[0])
            snprintf(s->place, sizeof s->place, "%s:%d (%s)", frames[i].file, frames[i].line,
                     frames[i].function);
        else
            snprintf(s->place, sizeof s->place, "%s:%d", frames[i].file, frames[i].line);
        return true;
    }
    return false;
}

/* One look may catch the thread between two calls of its loop: a call seen in any look counts. */
static void find_spot(struct graph *g, size_t task, struct spot *best)
{
    if (!g->observer->unwinder || !graph_process(g, g->s->tasks[task].process)->student)
        return;
    for (int i = 0; i < SAMPLES && !best->call[0]; i++) {
        struct spot s = {.place = ""};
        if (look_once(g, task, &s) && (s.call[0] || !best->place[0]))
            *best = s;
    }
}

static char *spin_evidence(const struct graph *g, int task, const char *place, enum lang lang)
{
    if (task < 0)
        return str_dup("");
    const struct task *t = &g->s->tasks[task];
    double seconds = (double)t->ticks / (double)sysconf(_SC_CLK_TCK);
    AUTO_FREE char *who = words_thread(g, (size_t)task, lang);
    AUTO_FREE char *used = msg_format(lang, MSG_OBSERVE_SPIN_WHO, who, seconds);
    if (!place[0])
        return str_dup(used);
    AUTO_FREE char *where = msg_format(lang, MSG_OBSERVE_SPIN_WHERE, who, place);
    return str_format("%s\n%s", used, where);
}

void observer_explain_spin(struct observer *o, struct diagnosis *d)
{
    struct graph g;
    struct spot spot = {.place = ""};
    *d = (struct diagnosis){.id = "busy-loop"};
    graph_init(&g, o);
    words_number(&g);
    int task = busiest(g.s);
    if (task >= 0)
        find_spot(&g, (size_t)task, &spot);
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        d->symptom[lang] = msg_format(lang, MSG_OBSERVE_SYMPTOM_SPIN, observer_cpu_seconds(o));
        d->evidence[lang] = spin_evidence(&g, task, spot.place, lang);
        d->hint[lang] = msg_format(lang, spin_hint(&spot));
        d->graph[lang] = str_dup("");
    }
    graph_release(&g);
}
