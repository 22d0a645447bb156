#include "observe/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Does the process run another program than the root of its tree? Then its command helps. */
static bool executes_another(const struct graph *g, size_t process)
{
    const struct process *p = graph_process(g, process);
    const char *exe = g->facts[process].exe;
    for (size_t i = 0; i < g->s->process_count; i++)
        if (g->s->processes[i].watch == p->watch)
            return i != process && exe[0] && g->facts[i].exe[0] && !str_equal(exe, g->facts[i].exe);
    return false;
}

char *words_process(const struct graph *g, size_t process, enum lang lang)
{
    if (executes_another(g, process))
        return msg_format(lang, MSG_OBSERVE_WHO_COMMAND, g->facts[process].name[lang],
                          (int)graph_process(g, process)->inner, graph_process(g, process)->name);
    return msg_format(lang, MSG_OBSERVE_WHO, g->facts[process].name[lang],
                      (int)graph_process(g, process)->inner);
}

char *words_thread(const struct graph *g, size_t task, enum lang lang)
{
    const struct task *t = &g->s->tasks[task];
    const struct process *p = graph_process(g, t->process);
    if (p->tasks <= 1)
        return words_process(g, t->process, lang);
    return msg_format(lang, MSG_OBSERVE_WHO_THREAD, g->facts[t->process].name[lang], (int)p->inner,
                      (int)t->inner);
}

/* ① to ⑳, then (21). */
static void circled(int n, char out[16])
{
    if (n >= 1 && n <= 20)
        snprintf(out, 16, "\xe2\x91%c", 0x9f + n);
    else
        snprintf(out, 16, "(%d)", n);
}

void words_number(struct graph *g)
{
    for (size_t i = 0; i < g->wait_count; i++)
        for (size_t k = 0; k < g->waits[i].count; k++) {
            struct object *o = &g->objects[g->waits[i].on[k].object];
            if (o->label == 0)
                o->label = ++g->labels;
            if (o->peer >= 0) /* both ends of a connection are one thing to people */
                g->objects[o->peer].label = o->label;
        }
}

static char *short_label(const struct object *o, const char *n, enum lang lang)
{
    static const enum msg_id labels[] = {
        [OBJECT_PIPE] = MSG_OBSERVE_LABEL_PIPE,     [OBJECT_FIFO] = MSG_OBSERVE_LABEL_FIFO,
        [OBJECT_SOCKET] = MSG_OBSERVE_LABEL_SOCKET, [OBJECT_SYSV_QUEUE] = MSG_OBSERVE_LABEL_QUEUE,
        [OBJECT_MQUEUE] = MSG_OBSERVE_LABEL_QUEUE,  [OBJECT_SYSV_SEM] = MSG_OBSERVE_LABEL_SEM,
        [OBJECT_SEM] = MSG_OBSERVE_LABEL_SEM,       [OBJECT_MUTEX] = MSG_OBSERVE_LABEL_MUTEX,
        [OBJECT_COND] = MSG_OBSERVE_LABEL_COND,     [OBJECT_WORD] = MSG_OBSERVE_LABEL_WORD,
        [OBJECT_FILE] = MSG_OBSERVE_LABEL_FILE,     [OBJECT_OTHER] = MSG_OBSERVE_LABEL_OTHER,
    };
    if (o->kind == OBJECT_THREAD_END)
        return msg_format(lang, MSG_OBSERVE_LABEL_THREAD, (int)o->futex.owner);
    return msg_format(lang, labels[o->kind], n);
}

/* What tells it apart from others of its kind: path, name, id. NULL when there is nothing. */
static char *apart(const struct object *o, enum lang lang)
{
    if (o->kind == OBJECT_SYSV_QUEUE)
        return str_format("msqid %d", (int)o->id);
    if (o->kind == OBJECT_SYSV_SEM)
        return msg_format(lang, MSG_OBSERVE_APART_SYSV_SEM, (int)o->id, (int)o->dev);
    /* The two ends of a connection have different names; that would only confuse. */
    if (o->kind == OBJECT_SOCKET && !o->listening && o->peer >= 0)
        return NULL;
    const char *deleted = strstr(o->name, " (deleted)");
    size_t len = deleted ? (size_t)(deleted - o->name) : strlen(o->name);
    struct buf safe = BUF_INIT; /* the student chose the name */
    text_visible(&safe, o->name, len, false);
    char *name = len ? str_dup(buf_text(&safe)) : NULL;
    buf_release(&safe);
    return name;
}

char *words_object(const struct graph *g, int object, bool full, enum lang lang)
{
    const struct object *o = &g->objects[object];
    char n[16];
    circled(o->label, n);
    char *label = short_label(o, n, lang);
    AUTO_FREE char *detail = full ? apart(o, lang) : NULL;
    if (!detail)
        return label;
    char *both = msg_format(lang, MSG_OBSERVE_LABEL_FULL, label, detail);
    free(label);
    return both;
}

char *words_own(const struct graph *g, int object, enum lang lang)
{
    AUTO_FREE char *one = words_object(g, object, false, lang);
    AUTO_FREE char *kind = short_label(&g->objects[object], "", lang);
    size_t len = strlen(kind);
    if (len && kind[len - 1] == ' ')
        kind[len - 1] = '\0';
    return msg_format(lang, MSG_OBSERVE_LABEL_OWN, kind, one);
}

/* --- waits --- */

static enum msg_id wait_message(const struct wanted *on)
{
    switch (on->want) {
    case WANT_READ:
        return MSG_OBSERVE_WAIT_READ;
    case WANT_WRITE:
        return MSG_OBSERVE_WAIT_WRITE;
    case WANT_ACCEPT:
        return MSG_OBSERVE_WAIT_ACCEPT;
    case WANT_CONNECT:
        return MSG_OBSERVE_WAIT_CONNECT;
    case WANT_READER:
        return MSG_OBSERVE_WAIT_READER;
    case WANT_WRITER:
        return MSG_OBSERVE_WAIT_WRITER;
    case WANT_MESSAGE:
        return MSG_OBSERVE_WAIT_MESSAGE;
    case WANT_ROOM:
        return MSG_OBSERVE_WAIT_ROOM;
    case WANT_POST:
        return on->detail == 0 ? MSG_OBSERVE_WAIT_ZERO : MSG_OBSERVE_WAIT_POST;
    case WANT_LOCK:
        return MSG_OBSERVE_WAIT_LOCK;
    case WANT_SIGNAL_COND:
        return MSG_OBSERVE_WAIT_COND;
    case WANT_CHANGE:
        return MSG_OBSERVE_WAIT_CHANGE;
    case WANT_THREAD:
        return MSG_OBSERVE_WAIT_THREAD;
    case WANT_FILE_LOCK:
        return MSG_OBSERVE_WAIT_FILE_LOCK;
    case WANT_OTHER:
        break;
    }
    return MSG_OBSERVE_WAIT_OTHER;
}

static int child_by_inner(const struct graph *g, size_t parent, pid_t inner)
{
    for (size_t i = 0; i < g->s->process_count; i++)
        if (graph_process(g, i)->ppid == graph_process(g, parent)->pid &&
            graph_process(g, i)->inner == inner)
            return (int)i;
    return -1;
}

static char *child_sentence(const struct graph *g, const struct wait *w, const char *who,
                            enum lang lang)
{
    int child = w->child > 0 ? child_by_inner(g, w->process, w->child) : -1;
    if (child < 0)
        return msg_format(lang, MSG_OBSERVE_WAIT_ANY_CHILD, who, w->text);
    AUTO_FREE char *name = words_process(g, (size_t)child, lang);
    return msg_format(lang, MSG_OBSERVE_WAIT_CHILD, who, w->text, name);
}

static char *any_sentence(const struct graph *g, const struct wait *w, const char *who,
                          enum lang lang)
{
    struct buf all = BUF_INIT;
    for (size_t i = 0; i < w->count && i < 6; i++) {
        AUTO_FREE char *object = words_object(g, w->on[i].object, true, lang);
        buf_adds(&all, i ? msg_in(lang, MSG_OBSERVE_LIST_COMMA) : "");
        buf_adds(&all, object);
    }
    if (w->count > 6)
        buf_adds(&all, " …");
    char *sentence = msg_format(lang, MSG_OBSERVE_WAIT_ANY, who, w->text, buf_text(&all));
    buf_release(&all);
    return sentence;
}

static char *wait_sentence(const struct graph *g, const struct wait *w, const struct wording *with,
                           enum lang lang)
{
    if (w->stopped)
        return msg_format(lang, MSG_OBSERVE_WAIT_STOPPED, with->who);
    if (w->running)
        return msg_format(lang, MSG_OBSERVE_WAIT_RUNNING, with->who);
    if (w->timed)
        return msg_format(lang, MSG_OBSERVE_WAIT_TIMED, with->who, with->call);
    if (w->for_child)
        return child_sentence(g, w, with->who, lang);
    if (w->for_signal)
        return msg_format(lang, MSG_OBSERVE_WAIT_SIGNAL, with->who, with->call);
    if (w->count == 0)
        return msg_format(lang, MSG_OBSERVE_WAIT_UNKNOWN, with->who, with->call);
    if (w->count > 1)
        return any_sentence(g, w, with->who, lang);
    AUTO_FREE char *object =
        with->object ? str_dup(with->object) : words_object(g, w->on[0].object, true, lang);
    return msg_format(lang, wait_message(&w->on[0]), with->who, with->call, object);
}

void words_wait(struct buf *out, const struct graph *g, const struct wait *w,
                const struct wording *with, enum lang lang)
{
    AUTO_FREE char *sentence = wait_sentence(g, w, with, lang);
    buf_adds(out, sentence);
    if (w->line > 0)
        buf_addf(out, "  %s:%d", w->file, w->line);
}

/* --- facts --- */

static void add_line(struct buf *out, char *line)
{
    buf_adds(out, line);
    buf_addc(out, '\n');
    free(line);
}

/* Other children that hold the end under the same number as this one: three and more are one entry.
 */
static size_t same_number(const struct graph *g, const struct wait *w, const struct wanted *on,
                          const struct holder *as, size_t *processes)
{
    size_t at = 0, n = 0;
    struct holder h;
    while (g->facts[as->process].number && wanted_next(g, on, &at, &h))
        if (h.fd == as->fd && h.process != w->process && g->facts[h.process].number)
            processes[n++] = h.process;
    return n > 2 ? n : 0;
}

static char *holder_text(const struct graph *g, const struct wait *w, const struct wanted *on,
                         const struct holder *h, enum lang lang)
{
    size_t at = 0, holders = 1;
    for (struct holder any; wanted_next(g, on, &at, &any);)
        holders++;
    AUTO_FREE size_t *processes = mem_alloc(holders * sizeof *processes);
    size_t n = h->process == w->process ? 0 : same_number(g, w, on, h, processes);
    if (n && processes[0] != h->process)
        return NULL; /* told with the first of them */
    AUTO_FREE char *who =
        n ? fold_processes(g, processes, n, lang) : words_process(g, h->process, lang);
    return msg_format(lang, h->process == w->process ? MSG_OBSERVE_WHO_FD_SELF : MSG_OBSERVE_WHO_FD,
                      who, h->fd);
}

/* "fd 4 of child 1 itself, fd 4 of parent"; returns how many there are. */
static size_t list_holders(struct buf *out, const struct graph *g, const struct wait *w,
                           const struct wanted *on, enum lang lang)
{
    size_t at = 0, count = 0;
    struct holder h;
    while (wanted_next(g, on, &at, &h)) {
        AUTO_FREE char *one = holder_text(g, w, on, &h, lang);
        if (!one)
            continue;
        buf_adds(out, count++ ? msg_in(lang, MSG_OBSERVE_LIST_COMMA) : "");
        buf_adds(out, one);
    }
    return count;
}

static void channel_facts(struct buf *out, const struct graph *g, const struct wait *w,
                          const struct wanted *on, const char *label, enum lang lang)
{
    struct buf holders = BUF_INIT;
    size_t count = list_holders(&holders, g, w, on, lang);
    bool socket = g->objects[on->object].kind == OBJECT_SOCKET, reading = on->want == WANT_READ;
    enum msg_id none = reading ? MSG_OBSERVE_FACT_NO_WRITE_END : MSG_OBSERVE_FACT_NO_READ_END;
    enum msg_id one = reading ? MSG_OBSERVE_FACT_WRITE_END_ONLY : MSG_OBSERVE_FACT_READ_END_ONLY;
    enum msg_id some = reading ? MSG_OBSERVE_FACT_WRITE_END : MSG_OBSERVE_FACT_READ_END;
    if (socket) {
        none = MSG_OBSERVE_FACT_NO_PEER;
        one = some = MSG_OBSERVE_FACT_PEER;
    }
    if (count == 0)
        add_line(out, msg_format(lang, none, label));
    else
        add_line(out, msg_format(lang, count == 1 ? one : some, label, buf_text(&holders)));
    buf_release(&holders);
}

static void fifo_facts(struct buf *out, const struct object *o, const char *label,
                       const struct finding *f, enum lang lang)
{
    if (o->missing)
        add_line(out, msg_format(lang, MSG_OBSERVE_FACT_FIFO_MISSING, o->name));
    else if (str_equal(f->id, "fifo-two-inodes"))
        add_line(out, msg_format(lang, MSG_OBSERVE_FACT_FIFO_SPLIT, o->name));
    else
        add_line(out, msg_format(lang, MSG_OBSERVE_FACT_FIFO_NOBODY, label));
}

static char *wanted_type(long type, enum lang lang)
{
    if (type == 0)
        return msg_format(lang, MSG_OBSERVE_TYPE_ANY);
    if (type < 0)
        return msg_format(lang, MSG_OBSERVE_TYPE_UP_TO, -type);
    return msg_format(lang, MSG_OBSERVE_TYPE_EXACT, type);
}

static void type_facts(struct buf *out, const struct object *o, const struct wanted *on,
                       const char *label, enum lang lang)
{
    struct buf types = BUF_INIT;
    for (size_t i = 0; i < o->queue.type_count; i++)
        buf_addf(&types, "%s%ld", i ? " " : "", o->queue.types[i]);
    if (o->queue.messages > o->queue.type_count)
        buf_adds(&types, " …");
    AUTO_FREE char *wanted = wanted_type(on->detail, lang);
    if (o->queue.type_count == 0) /* a kernel without MSG_COPY */
        add_line(out,
                 msg_format(lang, MSG_OBSERVE_FACT_QUEUE_UNFIT, label, o->queue.messages, wanted));
    else
        add_line(out, msg_format(lang, MSG_OBSERVE_FACT_QUEUE_TYPES, label, o->queue.messages,
                                 buf_text(&types), wanted));
    buf_release(&types);
}

static void queue_facts(struct buf *out, const struct object *o, const struct wanted *on,
                        const char *label, const struct finding *f, enum lang lang)
{
    bool sysv = o->kind == OBJECT_SYSV_QUEUE;
    if (o->queue.messages == 0)
        add_line(out, msg_format(lang,
                                 str_equal(f->id, "own-empty-queue") ? MSG_OBSERVE_FACT_QUEUE_VIRGIN
                                                                     : MSG_OBSERVE_FACT_QUEUE_EMPTY,
                                 label));
    else if (sysv && on->want == WANT_MESSAGE)
        type_facts(out, o, on, label, lang);
    else if (sysv)
        add_line(out, msg_format(lang, MSG_OBSERVE_FACT_QUEUE_BYTES, label, o->queue.messages,
                                 o->queue.bytes, o->queue.limit));
    else
        add_line(out, msg_format(lang, MSG_OBSERVE_FACT_QUEUE_COUNT, label, o->queue.messages,
                                 o->queue.limit));
}

static void sem_facts(struct buf *out, const struct graph *g, const struct object *o,
                      const char *label, const struct finding *f, enum lang lang)
{
    add_line(out, msg_format(lang, MSG_OBSERVE_FACT_VALUE, label, o->sem.value));
    if (o->kind != OBJECT_SYSV_SEM || !o->sem.used || o->sem.last <= 0)
        return;
    int last = snapshot_find(g->s, o->sem.last);
    if (last >= 0) {
        AUTO_FREE char *who = words_process(g, (size_t)last, lang);
        add_line(out, msg_format(lang, MSG_OBSERVE_FACT_LAST_ALIVE, label, who));
    } else if (str_equal(f->id, "dead-owner")) {
        add_line(out, msg_format(lang, MSG_OBSERVE_FACT_LAST_DEAD, label));
    }
}

static void owner_facts(struct buf *out, const struct graph *g, const struct wait *w,
                        const struct object *o, const char *label, enum lang lang)
{
    if (o->futex.owner_task < 0) {
        add_line(out, msg_format(lang, MSG_OBSERVE_FACT_OWNER_DEAD, label, (int)o->futex.owner));
        return;
    }
    AUTO_FREE char *who = words_thread(g, (size_t)o->futex.owner_task, lang);
    bool self = (size_t)o->futex.owner_task == w->task;
    add_line(out, msg_format(lang, self ? MSG_OBSERVE_FACT_OWNER_SELF : MSG_OBSERVE_FACT_OWNER,
                             label, who));
}

static enum msg_id not_shared_message(const struct object *o)
{
    static const enum msg_id messages[] = {
        [MEMORY_OTHER] = MSG_OBSERVE_FACT_NOT_SHARED,
        [MEMORY_STACK] = MSG_OBSERVE_FACT_ON_STACK,
        [MEMORY_HEAP] = MSG_OBSERVE_FACT_ON_HEAP,
        [MEMORY_GLOBAL] = MSG_OBSERVE_FACT_GLOBAL,
    };
    return o->futex.file ? MSG_OBSERVE_FACT_PRIVATE_FILE : messages[o->futex.place];
}

static void futex_facts(struct buf *out, const struct graph *g, const struct wait *w,
                        const struct object *o, const char *label, const struct finding *f,
                        enum lang lang)
{
    if (str_equal(f->id, "not-shared") && !o->futex.shared)
        add_line(out, msg_format(lang, not_shared_message(o), label));
    if (o->sem.reset)
        add_line(out, msg_format(lang, MSG_OBSERVE_FACT_RESET_SEM, label));
    if (o->futex.shared && o->futex.private_op && o->futex.mapped_by > 1 && !o->sem.reset)
        add_line(out, msg_format(lang, MSG_OBSERVE_FACT_PRIVATE, label, (int)o->futex.mapped_by));
    if (o->kind == OBJECT_SEM)
        sem_facts(out, g, o, label, f, lang);
    if (o->kind == OBJECT_MUTEX && o->futex.owner > 0)
        owner_facts(out, g, w, o, label, lang);
    if (o->kind == OBJECT_WORD)
        add_line(out,
                 msg_format(lang, MSG_OBSERVE_FACT_WORD, label, o->futex.value, o->futex.expected));
}

static void facts_of(struct buf *out, const struct graph *g, const struct wait *w,
                     const struct wanted *on, const struct finding *f, enum lang lang)
{
    const struct object *o = &g->objects[on->object];
    AUTO_FREE char *label = words_object(g, on->object, false, lang);
    switch (o->kind) {
    case OBJECT_FIFO:
        if (on->want == WANT_READER || on->want == WANT_WRITER) {
            fifo_facts(out, o, label, f, lang);
            break;
        }
        channel_facts(out, g, w, on, label, lang);
        break;
    case OBJECT_PIPE:
        channel_facts(out, g, w, on, label, lang);
        break;
    case OBJECT_SOCKET:
        if ((on->want == WANT_READ || on->want == WANT_WRITE) && (o->connected || o->peer >= 0))
            channel_facts(out, g, w, on, label, lang);
        break;
    case OBJECT_SYSV_QUEUE:
    case OBJECT_MQUEUE:
        queue_facts(out, o, on, label, f, lang);
        break;
    case OBJECT_SYSV_SEM:
        sem_facts(out, g, o, label, f, lang);
        break;
    case OBJECT_SEM:
    case OBJECT_MUTEX:
    case OBJECT_COND:
    case OBJECT_WORD:
        futex_facts(out, g, w, o, label, f, lang);
        break;
    case OBJECT_THREAD_END:
    case OBJECT_FILE:
    case OBJECT_OTHER:
        break;
    }
}

void words_facts(struct buf *out, const struct graph *g, const struct wait *w,
                 const struct finding *f, bool *told, enum lang lang)
{
    for (size_t i = 0; i < w->count && i < 6; i++) {
        if (!told[w->on[i].object])
            facts_of(out, g, w, &w->on[i], f, lang);
        told[w->on[i].object] = true;
    }
    signal_facts(out, g, w, lang);
}
