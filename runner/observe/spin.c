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

static bool find_place(struct graph *g, size_t task, char *place, size_t size)
{
    struct frame frames[24];
    size_t process = g->s->tasks[task].process;
    const char *exe = g->facts[process].exe, *slash = strrchr(exe, '/');
    if (!g->observer->unwinder || !graph_process(g, process)->student)
        return false;
    size_t n = unwinder_stack(g->observer->unwinder, g->s->tasks[task].tid, frames,
                              sizeof frames / sizeof *frames);
    for (size_t i = 0; i < n; i++) {
        if (frames[i].line == 0 || strcmp(frames[i].module, slash ? slash + 1 : exe) != 0)
            continue;
        if (frames[i].function[0])
            snprintf(place, size, "%s:%d (%s)", frames[i].file, frames[i].line, frames[i].function);
        else
            snprintf(place, size, "%s:%d", frames[i].file, frames[i].line);
        return true;
    }
    return false;
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
    char place[256] = "";
    *d = (struct diagnosis){.id = "busy-loop"};
    graph_init(&g, o);
    words_number(&g);
    int task = busiest(g.s);
    if (task >= 0)
        find_place(&g, (size_t)task, place, sizeof place);
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        d->symptom[lang] = msg_format(lang, MSG_OBSERVE_SYMPTOM_SPIN, observer_cpu_seconds(o));
        d->evidence[lang] = spin_evidence(&g, task, place, lang);
        d->hint[lang] = msg_format(lang, MSG_OBSERVE_HINT_SPIN);
        d->graph[lang] = str_dup("");
    }
    graph_release(&g);
}
