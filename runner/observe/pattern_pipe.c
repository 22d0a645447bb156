/* Mistakes with pipes, FIFOs and sockets. For the other end of a socket see wanted_next(). */
#include <string.h>

#include "observe/pattern.h"

typedef bool wanted_test(const struct graph *g, const struct wait *w, const struct wanted *on,
                         struct finding *f);

/* Some (or every) thing this thread waits for, of one kind, passes the test. */
static bool any_wanted(const struct graph *g, const struct wait *w, enum want want,
                       wanted_test *test, struct finding *f)
{
    for (size_t i = 0; i < w->count; i++) {
        if (w->on[i].want != want)
            continue;
        f->object = w->on[i].object;
        if (test(g, w, &w->on[i], f))
            return true;
    }
    return false;
}

static bool every_wanted(const struct graph *g, const struct wait *w, enum want want,
                         wanted_test *test, struct finding *f)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->on[i].want != want || !test(g, w, &w->on[i], f))
            return false;
    f->object = w->count ? w->on[0].object : -1;
    return w->count > 0;
}

/* The wait of a process for data from (or room towards) something `partner` holds. */
static const struct wanted *waits_on_partner(const struct graph *g, size_t process, enum want want,
                                             size_t partner)
{
    const struct process *p = graph_process(g, process);
    for (size_t i = 0; i < p->tasks; i++) {
        const struct wait *w = &g->waits[p->first_task + i];
        for (size_t k = 0; k < w->count; k++) {
            size_t at = 0;
            struct holder h;
            while (w->on[k].want == want && wanted_next(g, &w->on[k], &at, &h))
                if (h.process == partner)
                    return &w->on[k];
        }
    }
    return NULL;
}

static bool waits_for_any_child(const struct graph *g, size_t process)
{
    const struct process *p = graph_process(g, process);
    for (size_t i = 0; i < p->tasks; i++)
        if (g->waits[p->first_task + i].for_child)
            return true;
    return false;
}

/* Does the process wait for the end of `child`, or of somebody above it? */
static bool waits_for_descendant(const struct graph *g, size_t process, size_t child)
{
    return waits_for_any_child(g, process) && graph_is_ancestor(g, process, child);
}

/* With several threads another thread may be the one that writes; unless they only wait for this.
 */
static bool others_only_join(const struct graph *g, const struct wait *w)
{
    const struct process *p = graph_process(g, w->process);
    for (size_t i = 0; i < p->tasks; i++) {
        const struct wait *other = &g->waits[p->first_task + i];
        if (other != w && !(other->count == 1 && other->on[0].want == WANT_THREAD))
            return false;
    }
    return true;
}

/* --- open() of a FIFO --- */

static bool opens_fifo(const struct wait *w)
{
    return w->count == 1 && (w->on[0].want == WANT_READER || w->on[0].want == WANT_WRITER);
}

static bool same_path(const struct object *a, const struct object *b)
{
    size_t n = strcspn(a->name, " "), m = strcspn(b->name, " "); /* without " (deleted)" */
    const char *x = memrchr(a->name, '/', n), *y = memrchr(b->name, '/', m);
    x = x ? x + 1 : a->name;
    y = y ? y + 1 : b->name;
    n -= (size_t)(x - a->name);
    m -= (size_t)(y - b->name);
    return n > 0 && n == m && memcmp(x, y, n) == 0;
}

/* Had both been at the same inode, open() would have returned. */
bool pattern_fifo_two_inodes(const struct graph *g, const struct wait *w, struct finding *f)
{
    if (!opens_fifo(w))
        return false;
    f->object = w->on[0].object;
    const struct object *mine = &g->objects[f->object];
    for (size_t i = 0; i < g->wait_count; i++) {
        const struct wait *other = &g->waits[i];
        if (!opens_fifo(other) || other->on[0].want == w->on[0].want)
            continue;
        f->other = (int)other->process;
        if (same_path(mine, &g->objects[other->on[0].object]))
            return true;
    }
    for (size_t i = 0; i < g->object_count; i++) {
        const struct object *o = &g->objects[i];
        if (o->kind != OBJECT_FIFO || !same_path(mine, o))
            continue;
        for (size_t k = 0; k < o->holder_count; k++) {
            f->other = (int)o->holders[k].process;
            if (w->on[0].want == WANT_READER ? o->holders[k].reads : o->holders[k].writes)
                return true;
        }
    }
    f->other = -1;
    return mine->missing;
}

bool pattern_fifo_no_peer(const struct graph *g, const struct wait *w, struct finding *f)
{
    (void)g;
    if (!opens_fifo(w))
        return false;
    f->object = w->on[0].object;
    return true;
}

/* --- reading --- */

static bool reads_own(const struct graph *g, const struct wait *w, const struct wanted *on,
                      struct finding *f)
{
    if (g->objects[on->object].kind != OBJECT_PIPE)
        return false;
    size_t at = 0;
    struct holder h;
    bool mine = false;
    while (wanted_next(g, on, &at, &h))
        mine |= h.process == w->process;
    for (size_t i = 0; mine && i < g->wait_count; i++) {
        const struct wait *other = &g->waits[i];
        bool related = graph_is_ancestor(g, w->process, other->process) ||
                       graph_is_ancestor(g, other->process, w->process);
        for (size_t k = 0; related && k < other->count; k++) {
            f->other = (int)other->process;
            if (other->on[k].want == WANT_READ && other->on[k].object == on->object)
                return true;
        }
    }
    return false;
}

/* Parent and child both read from one pipe that one of them also writes to. */
bool pattern_reads_own_pipe(const struct graph *g, const struct wait *w, struct finding *f)
{
    return any_wanted(g, w, WANT_READ, reads_own, f);
}

static bool reads_same(const struct graph *g, size_t process, int object)
{
    const struct process *p = graph_process(g, process);
    for (size_t i = 0; i < p->tasks; i++) {
        const struct wait *w = &g->waits[p->first_task + i];
        for (size_t k = 0; k < w->count; k++)
            if (w->on[k].want == WANT_READ && w->on[k].object == object)
                return true;
    }
    return false;
}

static bool own_write_end(const struct graph *g, const struct wait *w, const struct wanted *on,
                          struct finding *f)
{
    size_t at = 0;
    struct holder h;
    bool mine = false;
    while (wanted_next(g, on, &at, &h)) {
        if (h.process == w->process) {
            mine = true;
            continue;
        }
        if (!waits_for_any_child(g, h.process) && !reads_same(g, h.process, on->object))
            return false; /* somebody else may still write */
    }
    f->other = (int)w->process;
    return mine;
}

/* Every descriptor must be like this: a server that polls its own pipe among others does no wrong.
 */
bool pattern_own_write_end(const struct graph *g, const struct wait *w, struct finding *f)
{
    return others_only_join(g, w) && every_wanted(g, w, WANT_READ, own_write_end, f);
}

bool pattern_own_fifo_writer(const struct graph *g, const struct wait *w, struct finding *f)
{
    return pattern_own_write_end(g, w, f) && f->object >= 0 &&
           g->objects[f->object].kind == OBJECT_FIFO;
}

static bool sibling_holds(const struct graph *g, const struct wait *w, const struct wanted *on,
                          struct finding *f)
{
    size_t at = 0, count = 0;
    struct holder h;
    pid_t parent = graph_process(g, w->process)->ppid;
    if (g->objects[on->object].kind == OBJECT_FIFO || snapshot_find(g->s, parent) < 0)
        return false;
    while (wanted_next(g, on, &at, &h)) {
        /* On descriptor 1 it was put on purpose, as in a pipeline. */
        if (h.process == w->process || h.fd == 1 || graph_process(g, h.process)->ppid != parent)
            return false;
        if (waits_on_partner(g, h.process, WANT_READ, w->process))
            return false; /* they talk to each other */
        f->other = (int)h.process;
        count++;
    }
    return count > 0;
}

bool pattern_sibling_holds(const struct graph *g, const struct wait *w, struct finding *f)
{
    return any_wanted(g, w, WANT_READ, sibling_holds, f);
}

static bool holder_waits(const struct graph *g, const struct wait *w, const struct wanted *on,
                         struct finding *f)
{
    size_t at = 0;
    struct holder h;
    while (wanted_next(g, on, &at, &h)) {
        f->other = (int)h.process;
        if (waits_for_descendant(g, h.process, w->process))
            return true;
    }
    return false;
}

bool pattern_wait_before_close(const struct graph *g, const struct wait *w, struct finding *f)
{
    return any_wanted(g, w, WANT_READ, holder_waits, f);
}

/* Two processes wait for each other's data. Either each expects the other to speak first, or one is
 * a filter that waits for the end of its input: it runs another program, or it has not written a
 * byte while the other has. */
static bool is_filter_for(const struct graph *g, size_t filter, size_t feeder)
{
    const struct process_facts *a = &g->facts[filter], *b = &g->facts[feeder];
    if (!graph_is_ancestor(g, feeder, filter))
        return false;
    if (a->exe[0] && b->exe[0] && strcmp(a->exe, b->exe) != 0)
        return true;
    return a->has_io && b->has_io && a->written == 0 && b->written > 0;
}

static bool mutual_readers(const struct graph *g, const struct wait *w, const struct wanted *on,
                           struct finding *f)
{
    size_t at = 0;
    struct holder h;
    while (wanted_next(g, on, &at, &h)) {
        const struct wanted *back;
        if (h.process == w->process)
            continue;
        back = waits_on_partner(g, h.process, WANT_READ, w->process);
        f->other = (int)h.process;
        if (back && back->object != on->object)
            return true;
    }
    return false;
}

static bool feeds_filter(const struct graph *g, const struct wait *w, const struct wanted *on,
                         struct finding *f)
{
    /* a socket is closed for sending only: no-half-close */
    return g->objects[on->object].kind != OBJECT_SOCKET && mutual_readers(g, w, on, f) &&
           is_filter_for(g, w->process, (size_t)f->other);
}

bool pattern_unclosed_to_filter(const struct graph *g, const struct wait *w, struct finding *f)
{
    return any_wanted(g, w, WANT_READ, feeds_filter, f);
}

static bool socket_readers(const struct graph *g, const struct wait *w, const struct wanted *on,
                           struct finding *f)
{
    const struct object *o = &g->objects[on->object];
    if (o->kind != OBJECT_SOCKET || o->peer < 0)
        return false;
    size_t at = 0;
    struct holder h;
    while (wanted_next(g, on, &at, &h)) {
        f->other = (int)h.process;
        if (h.process != w->process && reads_same(g, h.process, o->peer))
            return true;
    }
    return false;
}

bool pattern_no_half_close(const struct graph *g, const struct wait *w, struct finding *f)
{
    return any_wanted(g, w, WANT_READ, socket_readers, f);
}

bool pattern_both_reading(const struct graph *g, const struct wait *w, struct finding *f)
{
    return any_wanted(g, w, WANT_READ, mutual_readers, f);
}

/* --- writing --- */

static bool own_read_end(const struct graph *g, const struct wait *w, const struct wanted *on,
                         struct finding *f)
{
    size_t at = 0, count = 0;
    struct holder h;
    while (wanted_next(g, on, &at, &h)) {
        if (h.process != w->process)
            return false;
        count++;
    }
    f->other = (int)w->process;
    return count > 0;
}

bool pattern_own_read_end(const struct graph *g, const struct wait *w, struct finding *f)
{
    return others_only_join(g, w) && every_wanted(g, w, WANT_WRITE, own_read_end, f);
}

static bool mutual_writers(const struct graph *g, const struct wait *w, const struct wanted *on,
                           struct finding *f)
{
    size_t at = 0;
    struct holder h;
    while (wanted_next(g, on, &at, &h)) {
        const struct wanted *back;
        if (h.process == w->process)
            continue;
        back = waits_on_partner(g, h.process, WANT_WRITE, w->process);
        f->other = (int)h.process;
        if (back && back->object != on->object)
            return true;
    }
    return false;
}

bool pattern_both_full(const struct graph *g, const struct wait *w, struct finding *f)
{
    return any_wanted(g, w, WANT_WRITE, mutual_writers, f);
}

bool pattern_wait_before_drain(const struct graph *g, const struct wait *w, struct finding *f)
{
    return any_wanted(g, w, WANT_WRITE, holder_waits, f);
}

/* --- listening --- */

static bool some_student_waits(const struct graph *g)
{
    for (size_t i = 0; i < g->wait_count; i++)
        if (graph_process(g, g->waits[i].process)->student)
            return true;
    return false;
}

/* A peer that waits for clients does what it should, while a program of the student's is stuck. */
bool pattern_accept_no_client(const struct graph *g, const struct wait *w, struct finding *f)
{
    if (!graph_process(g, w->process)->student && some_student_waits(g))
        return false;
    for (size_t i = 0; i < w->count; i++) {
        f->object = w->on[i].object;
        if (w->on[i].want == WANT_ACCEPT)
            return true;
    }
    return false;
}

/* The other end of a connection is not in these processes: the test holds it, and waits as well. */
bool pattern_peer_outside(const struct graph *g, const struct wait *w, struct finding *f)
{
    if (!graph_process(g, w->process)->student || w->count != 1 || w->on[0].want != WANT_READ)
        return false;
    const struct object *o = &g->objects[w->on[0].object];
    f->object = w->on[0].object;
    return o->kind == OBJECT_SOCKET && o->connected && o->peer < 0;
}
