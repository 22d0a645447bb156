/* The wait-for chain as a column of boxes:
 *
 *     ┌──────────────────┐
 *     │ 父进程（pid 6）  │
 *     └────────┬─────────┘
 *              │ waitpid(7)
 *     ┌────────▼─────────┐
 *     │ 子进程 1（pid 7）│◀─────────┐
 *     └────────┬─────────┘          │
 *              │ read(3) ▸ 管道 ①   │
 *              └─ 写端 fd 4 ────────┘
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "observe/words.h"

enum { CHAIN_MAX = 6, WIDTH = 76, STEM = 9 /* column of the line down */ };

struct link {
    size_t task;               /* index into snapshot.tasks and graph.waits */
    char *name, *label, *tail; /* owned; label: beside the line down, tail: how it reaches `next` */
};
struct chain {
    struct link links[CHAIN_MAX];
    size_t count;
    int back;            /* index the last link leads back to, -1: it ends at nobody */
    bool stopped, timed; /* the last one */
    bool cut;            /* it goes on, but not in this picture */
};

/* The thread of a process to draw: the one found, else the first whose wait tells something. */
static int task_to_show(const struct graph *g, size_t process, const struct finding *f)
{
    const struct process *p = graph_process(g, process);
    if (f->wait->process == process)
        return (int)f->wait->task;
    for (size_t i = 0; i < p->tasks; i++) {
        const struct wait *w = &g->waits[p->first_task + i];
        if (w->for_child || (w->count && w->on[0].want != WANT_THREAD))
            return (int)w->task;
    }
    return p->tasks ? (int)p->first_task : -1;
}

static enum msg_id end_name(const struct graph *g, const struct wanted *on)
{
    if (g->objects[on->object].kind == OBJECT_SOCKET)
        return MSG_OBSERVE_EDGE_PEER;
    return on->want == WANT_READ ? MSG_OBSERVE_EDGE_WRITE_END : MSG_OBSERVE_EDGE_READ_END;
}

/* The holder of the other end: the one the finding names, else another process, else itself. */
static int next_holder(const struct graph *g, const struct wait *w, const struct wanted *on,
                       const struct finding *f, enum lang lang, char **tail)
{
    size_t at = 0;
    struct holder h, chosen = {0};
    int rank = 0;
    while (wanted_next(g, on, &at, &h)) {
        bool named = f->wait == w && (int)h.process == f->other;
        int now = named ? 3 : h.process != w->process ? 2 : 1;
        if (now > rank) {
            chosen = h;
            rank = now;
        }
    }
    if (rank == 0)
        return -1;
    *tail = msg_format(lang, end_name(g, on), chosen.fd);
    return task_to_show(g, chosen.process, f);
}

/* Two semaphores taken crosswise: the finding knows both processes. */
static int next_taker(const struct graph *g, const struct wait *w, const struct finding *f)
{
    if (!str_equal(f->id, "lock-order") || f->other < 0)
        return -1;
    if (f->wait == w)
        return task_to_show(g, (size_t)f->other, f);
    return (int)w->process == f->other ? (int)f->wait->task : -1;
}

/* The child in question if it is waited for, else the first one. */
static int next_child(const struct graph *g, const struct wait *w, const struct finding *f)
{
    if (graph_waits_for_child(g, w->process, f->wait->process))
        return task_to_show(g, f->wait->process, f);
    for (size_t i = 0; i < g->s->process_count; i++)
        if (graph_alive(g, i) && graph_waits_for_child(g, w->process, i))
            return task_to_show(g, i, f);
    return -1;
}

/* The thread that has to act for this wait to end, -1 nobody; *tail tells what makes it that one.
 */
static int next_task(const struct graph *g, const struct wait *w, const struct wanted *on,
                     const struct finding *f, enum lang lang, char **tail)
{
    int next = -1;
    if (w->for_child)
        return next_child(g, w, f);
    if (!on)
        return -1;
    if (on->want == WANT_READ || on->want == WANT_WRITE)
        return next_holder(g, w, on, f, lang, tail);
    if (on->want == WANT_THREAD)
        return g->objects[on->object].futex.owner_task;
    if (on->want == WANT_LOCK)
        next = g->objects[on->object].futex.owner_task;
    else if (on->want == WANT_POST)
        next = next_taker(g, w, f);
    if (next >= 0)
        *tail = msg_format(lang, on->want == WANT_LOCK ? MSG_OBSERVE_EDGE_OWNER
                                                       : MSG_OBSERVE_EDGE_POSTER);
    return next;
}

static const struct wanted *wanted_in_question(const struct wait *w, const struct finding *f)
{
    for (size_t i = 0; i < w->count; i++)
        if (f->wait == w && w->on[i].object == f->object)
            return &w->on[i];
    return w->count ? &w->on[0] : NULL;
}

static int follow(const struct graph *g, const struct wait *w, const struct finding *f,
                  enum lang lang, struct link *link)
{
    const struct wanted *on = wanted_in_question(w, f);
    AUTO_FREE char *object = on ? words_object(g, on->object, false, lang) : NULL;
    link->label = object ? str_format("%s ▸ %s", w->text, object) : str_dup(w->text);
    return next_task(g, w, on, f, lang, &link->tail);
}

static int index_in(const struct chain *c, int task)
{
    for (size_t i = 0; i < c->count; i++)
        if ((int)c->links[i].task == task)
            return (int)i;
    return -1;
}

/* Start with a process that only waits for the one in question, so that it is in the picture. */
static int start_of(const struct graph *g, const struct finding *f)
{
    for (size_t i = 0; i < g->s->process_count; i++)
        if (graph_alive(g, i) && graph_waits_for_child(g, i, f->wait->process))
            return task_to_show(g, i, f);
    return (int)f->wait->task;
}

static void build_chain(struct chain *c, const struct graph *g, const struct finding *f,
                        enum lang lang)
{
    int at = start_of(g, f);
    c->back = -1;
    while (at >= 0 && c->count < CHAIN_MAX) {
        struct link *link = &c->links[c->count++];
        const struct wait *w = &g->waits[at];
        *link = (struct link){.task = (size_t)at, .name = words_thread(g, (size_t)at, lang)};
        c->stopped = w->stopped;
        c->timed = w->timed;
        if (w->stopped || w->running) {
            link->label = str_dup("");
            return;
        }
        at = follow(g, w, f, lang, link);
        c->back = index_in(c, at);
        if (c->back >= 0)
            return;
    }
    c->cut = at >= 0;
}

/* --- drawing --- */

static void rule(struct buf *out, size_t width, const char *left, const char *stem,
                 const char *right)
{
    buf_adds(out, left);
    buf_repeat(out, "─", STEM - 1);
    buf_adds(out, stem);
    buf_repeat(out, "─", width - STEM);
    buf_adds(out, right);
}

/* Finish a line: blanks up to the column of the way back, the way itself, a newline. */
static void finish(struct buf *out, size_t start, size_t column, const char *way)
{
    size_t used = text_width_n(out->data + start, out->len - start);
    if (way[0]) {
        buf_repeat(out, " ", column > used ? column - used : 0);
        buf_adds(out, way);
    }
    buf_addc(out, '\n');
}

static void stem_line(struct buf *out, const char *label, size_t limit)
{
    size_t len = strlen(label);
    buf_repeat(out, " ", STEM);
    buf_adds(out, "│ ");
    buf_add(out, label, text_fit(label, len, limit));
}

static void draw_box(struct buf *out, const struct chain *c, size_t i, size_t inner, size_t column)
{
    bool on_way = c->back >= 0 && (int)i > c->back;
    size_t start = out->len;
    rule(out, inner, "┌", i ? "▼" : "─", "┐");
    finish(out, start, column, on_way ? "│" : "");
    start = out->len;
    buf_adds(out, "│ ");
    text_pad(out, c->links[i].name, inner - 2);
    buf_adds(out, " │");
    if (c->back == (int)i) {
        buf_adds(out, "◀");
        buf_repeat(out, "─", column - inner - 3);
        finish(out, start, column, "┐");
    } else {
        finish(out, start, column, on_way ? "│" : "");
    }
    start = out->len;
    bool end = i + 1 == c->count && c->links[i].label[0] == '\0' && !c->stopped;
    rule(out, inner, "└", end ? "─" : "┬", "┘");
    finish(out, start, column, c->back >= 0 && (int)i >= c->back ? "│" : "");
}

static void draw_link(struct buf *out, const struct chain *c, size_t i, size_t column, size_t limit)
{
    const struct link *link = &c->links[i];
    bool last = i + 1 == c->count;
    const char *way = c->back >= 0 && (int)i >= c->back ? "│" : "";
    size_t start = out->len;
    if (link->label[0]) {
        stem_line(out, link->label, limit);
        finish(out, start, column, way);
    }
    start = out->len;
    if (!last && link->tail) {
        stem_line(out, link->tail, limit);
        finish(out, start, column, way);
    }
    if (!last || c->back < 0)
        return;
    buf_repeat(out, " ", STEM);
    buf_addf(out, "└─ %s ", link->tail ? link->tail : "");
    size_t used = text_width_n(out->data + start, out->len - start);
    buf_repeat(out, "─", column > used ? column - used : 0);
    buf_adds(out, "┘\n");
}

static void draw(struct buf *out, const struct chain *c, enum lang lang)
{
    size_t inner = STEM + 6, widest = 0;
    for (size_t i = 0; i < c->count; i++) {
        const struct link *l = &c->links[i];
        size_t name = text_width(l->name) + 2, label = text_width(l->label) + STEM + 2;
        size_t tail = l->tail ? text_width(l->tail) + STEM + 4 : 0;
        inner = name > inner ? name : inner;
        widest = label > widest ? label : widest;
        widest = tail > widest ? tail : widest;
    }
    if (inner > WIDTH - 12)
        inner = WIDTH - 12;
    size_t column = (widest > inner + 2 ? widest : inner + 2) + 3;
    if (column > WIDTH - 1)
        column = WIDTH - 1;
    for (size_t i = 0; i < c->count; i++) {
        draw_box(out, c, i, inner, column);
        draw_link(out, c, i, column, column - STEM - 4);
    }
    if (c->cut) {
        buf_repeat(out, " ", STEM);
        buf_adds(out, "⋮\n");
    }
    if (c->cut || c->back >= 0 || (c->links[c->count - 1].label[0] == '\0' && !c->stopped))
        return;
    buf_repeat(out, " ", STEM);
    buf_adds(out, "▼\n");
    buf_repeat(out, " ", STEM - 2);
    buf_adds(out, msg_in(lang, c->stopped ? MSG_OBSERVE_EDGE_STOPPED
                               : c->timed ? MSG_OBSERVE_EDGE_TIMED
                                          : MSG_OBSERVE_EDGE_NOBODY));
    buf_addc(out, '\n');
}

void picture_draw(struct buf *out, const struct graph *g, const struct finding *f, enum lang lang)
{
    struct chain c = {.back = -1};
    if (!f->wait)
        return;
    build_chain(&c, g, f, lang);
    if (c.count)
        draw(out, &c, lang);
    for (size_t i = 0; i < c.count; i++) {
        free(c.links[i].name);
        free(c.links[i].label);
        free(c.links[i].tail);
    }
}
