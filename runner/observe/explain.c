#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "observe/words.h"

enum { LINES_MAX = 12 };

void diagnosis_release(struct diagnosis *d)
{
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        free(d->symptom[lang]);
        free(d->evidence[lang]);
        free(d->hint[lang]);
        free(d->graph[lang]);
    }
    *d = (struct diagnosis){0};
}

static size_t living(const struct graph *g)
{
    size_t count = 0;
    for (size_t i = 0; i < g->s->process_count; i++)
        count += graph_alive(g, i);
    return count;
}

static bool all_blocked(const struct graph *g)
{
    for (size_t i = 0; i < g->wait_count; i++)
        if (g->waits[i].running || g->waits[i].timed)
            return false;
    return true;
}

static char *symptom(const struct graph *g, const struct finding *f, enum lang lang)
{
    size_t processes = living(g);
    if (processes == 0)
        return msg_format(lang, MSG_OBSERVE_SYMPTOM_GONE);
    if (str_equal(f->id, "stopped"))
        return msg_format(lang, MSG_OBSERVE_SYMPTOM_STOPPED);
    if (!all_blocked(g))
        return msg_format(lang, MSG_OBSERVE_SYMPTOM_ALIVE);
    if (processes > 1)
        return msg_format(lang, MSG_OBSERVE_SYMPTOM_PROCESSES, (int)processes);
    if (g->wait_count > 1)
        return msg_format(lang, MSG_OBSERVE_SYMPTOM_THREADS, (int)g->wait_count);
    return msg_format(lang, MSG_OBSERVE_SYMPTOM_ONE);
}

/* A wait, or all that are like it, and what there is to say about its object. */
static void add_wait(struct buf *out, const struct graph *g, const struct wait *w,
                     const struct finding *f, bool *told, bool *done, enum lang lang)
{
    AUTO_FREE size_t *members = mem_alloc(g->wait_count * sizeof *members);
    size_t n = fold_find(g, f, w, done, members);
    if (n == 1) {
        AUTO_FREE char *who = words_thread(g, w->task, lang);
        words_wait(out, g, w, &(struct wording){.who = who, .call = w->text}, lang);
    } else {
        fold_wait(out, g, members, n, lang);
    }
    buf_addc(out, '\n');
    words_facts(out, g, w, f, told, lang);
    for (size_t i = 0; i < n; i++) {
        done[members[i]] = true;
        for (size_t k = 0; k < g->waits[members[i]].count; k++)
            told[g->waits[members[i]].on[k].object] |= n > 1;
    }
}

static void add_ended(struct buf *out, const struct graph *g, enum lang lang)
{
    AUTO_FREE size_t *dead = mem_alloc((g->s->process_count + 1) * sizeof *dead);
    size_t n = 0;
    for (size_t i = 0; i < g->s->process_count; i++)
        if (!graph_alive(g, i))
            dead[n++] = i;
    for (size_t i = 0; i < n; i++) {
        AUTO_FREE char *several = n > 2 ? fold_processes(g, dead, n, lang) : NULL;
        AUTO_FREE char *who = several ? msg_format(lang, MSG_OBSERVE_WHO_ALL, several)
                                      : words_process(g, dead[i], lang);
        AUTO_FREE char *line = msg_format(lang, MSG_OBSERVE_ENDED, who);
        buf_addf(out, "%s\n", line);
        if (n > 2)
            break;
    }
}

/* The lines without the last newline; never NULL. */
static char *finished(struct buf *out)
{
    size_t len = out->len;
    char *text = str_ndup(buf_text(out), len && out->data[len - 1] == '\n' ? len - 1 : len);
    buf_release(out);
    return text;
}

enum script { SCRIPT_OTHER, SCRIPT_HAN, SCRIPT_LATIN };

/* Chinese characters (three bytes, U+4000 to U+9FFF), against letters, digits and ① … ⑳. */
static enum script script_of(const char *at)
{
    unsigned char c = (unsigned char)at[0];
    if (c >= 0xe4 && c <= 0xe9)
        return SCRIPT_HAN;
    if (c == 0xe2 && (unsigned char)at[1] == 0x91)
        return SCRIPT_LATIN;
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') ? SCRIPT_LATIN : SCRIPT_OTHER;
}

/* A blank where Chinese and Latin text meet: names come out of arguments, so the messages cannot
 * know. */
static void add_spaced(struct buf *out, const char *text)
{
    enum script last = SCRIPT_OTHER;
    while (*text) {
        unsigned char c = (unsigned char)*text;
        size_t len = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
        len = strnlen(text, len);
        enum script now = script_of(text);
        if (last != SCRIPT_OTHER && now != SCRIPT_OTHER && last != now)
            buf_addc(out, ' ');
        buf_add(out, text, len);
        last = now;
        text += len;
    }
}

/* The wait that shows the mistake first, then the others in order. */
static char *evidence(const struct graph *g, const struct finding *f, enum lang lang)
{
    struct buf out = BUF_INIT;
    AUTO_FREE bool *told = mem_alloc(g->object_count + 1);
    AUTO_FREE bool *done = mem_alloc(g->wait_count + 1);
    size_t shown = 0, left = 0;
    if (f->wait) {
        add_wait(&out, g, f->wait, f, told, done, lang);
        shown++;
    }
    if (f->queue_messages) {
        AUTO_FREE char *line =
            msg_format(lang, MSG_OBSERVE_FACT_QUEUE_UNREAD, f->queue, f->queue_messages);
        buf_addf(&out, "%s\n", line);
    }
    for (size_t i = 0; i < g->wait_count && shown < LINES_MAX; i++) {
        if (done[i])
            continue;
        add_wait(&out, g, &g->waits[i], f, told, done, lang);
        shown++;
    }
    for (size_t i = 0; i < g->wait_count; i++)
        left += !done[i];
    if (left) {
        AUTO_FREE char *more = msg_format(lang, MSG_OBSERVE_MORE, (int)left);
        buf_addf(&out, "%s\n", more);
    }
    add_ended(&out, g, lang);
    struct buf spaced = BUF_INIT;
    add_spaced(&spaced, buf_text(&out));
    buf_release(&out);
    return finished(&spaced);
}

static char *graph_text(const struct graph *g, const struct finding *f, enum lang lang)
{
    struct buf out = BUF_INIT;
    picture_draw(&out, g, f, lang);
    return finished(&out);
}

static void explain(struct observer *o, struct diagnosis *d, bool lines)
{
    struct graph g;
    struct finding f;
    *d = (struct diagnosis){0};
    graph_init(&g, o);
    words_number(&g);
    pattern_find(&g, &f);
    if (lines)
        graph_find_lines(&g);
    snprintf(d->id, sizeof d->id, "%s", f.id);
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        d->symptom[lang] = symptom(&g, &f, lang);
        d->evidence[lang] = evidence(&g, &f, lang);
        d->hint[lang] = msg_format(lang, f.hint);
        d->graph[lang] = graph_text(&g, &f, lang);
    }
    graph_release(&g);
}

void observer_explain(struct observer *o, struct diagnosis *d)
{
    explain(o, d, true);
}

void observer_describe(struct observer *o, struct diagnosis *d)
{
    explain(o, d, false);
}
