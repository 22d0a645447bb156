/* Futexes: which C library object is it, who owns it, is it shared at all?
 *
 * The kernel knows only a word of memory. glibc's objects are recognised by their layout on 64-bit
 * systems (nptl/bits: struct_mutex.h, pthread_cond; sysdeps/nptl/internaltypes.h: struct new_sem)
 * and by the operation. What does not fit is an OBJECT_WORD: a futex of the student's own. */
#include <linux/futex.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "observe/graph.h"

enum {
    SEM_PSHARED_MARK = 128, /* new_sem.private of a shared semaphore */
    MUTEX_ROBUST = 16,      /* PTHREAD_MUTEX_ROBUST_NORMAL_NP in __kind */
};

struct futex_view {
    unsigned long address;
    unsigned command;
    bool private_op;
    uint32_t expected;
    uint32_t word[6]; /* at the address and behind */
    bool readable;
};

static bool read_words(int dir, struct futex_view *v)
{
    for (size_t n = sizeof v->word; n >= sizeof v->word[0]; n -= sizeof v->word[0])
        if (proc_memory(dir, v->address, v->word, n))
            return true;
    return false;
}

/* A thread by its inner tid, as seen from the waiter. The waiter's own PID namespace comes first;
 * peers live in another one, where the same number means another process. */
static int task_by_inner(const struct graph *g, size_t waiter, pid_t inner)
{
    int other = -1;
    for (size_t i = 0; i < g->s->task_count; i++) {
        const struct task *t = &g->s->tasks[i];
        if (t->inner != inner)
            continue;
        if (g->facts[t->process].pid_ns == g->facts[waiter].pid_ns)
            return (int)i;
        other = (int)i;
    }
    return other;
}

static bool looks_like_join(const struct graph *g, const struct wait *w, const struct futex_view *v)
{
    const struct process *p = graph_process(g, w->process);
    for (size_t i = 0; i < p->tasks; i++) {
        const struct task *t = &g->s->tasks[p->first_task + i];
        if (p->first_task + i != w->task && (uint32_t)t->inner == v->expected &&
            v->word[0] == v->expected)
            return true;
    }
    return false;
}

/* { int lock; unsigned count; int owner; unsigned nusers; int kind; … }. Robust mutexes keep the
 * owner's tid in the lock word too. */
static bool looks_like_mutex(const struct futex_view *v)
{
    bool pi = v->command != FUTEX_WAIT && v->command != FUTEX_WAIT_BITSET;
    bool robust = (v->expected & FUTEX_WAITERS) != 0;
    if (pi)
        return true;
    if (v->command != FUTEX_WAIT || !(robust || v->expected == 2))
        return false;
    uint32_t owner = v->word[2], users = v->word[3], kind = v->word[4];
    if (kind >= 512)
        return false;
    if (robust) /* __owner may say "inconsistent" instead of a tid */
        return (kind & MUTEX_ROBUST) && v->expected & FUTEX_TID_MASK;
    return owner > 0 && owner <= FUTEX_TID_MASK && users > 0 && users <= 100000;
}

/* { uint64_t data: value, waiters; int private; int pad; } */
static bool looks_like_sem(const struct futex_view *v)
{
    if (v->command != FUTEX_WAIT_BITSET || v->expected != 0)
        return false;
    bool shared = v->word[2] == SEM_PSHARED_MARK;
    return (shared || v->word[2] == 0) && shared == !v->private_op && v->word[1] >= 1 &&
           v->word[1] < 100000;
}

/* A shared semaphore that does not know of who waits: it was initialised after the wait began. The
 * waiter took the memory of before, all zeros, for a private semaphore, or its count of waiters has
 * been wiped out. */
static bool looks_like_reset_sem(const struct futex_view *v)
{
    return v->command == FUTEX_WAIT_BITSET && v->expected == 0 && v->word[0] <= 1000000 &&
           v->word[1] < 100000 && v->word[2] == SEM_PSHARED_MARK && v->word[3] == 0 &&
           (v->private_op || v->word[1] == 0);
}

/* The waiter sleeps on one of the two words __g_signals, 40 and 44 bytes into the condition
 * variable;
 * __wrefs (36) counts waiters from bit 3 on, its bit 0 says process-shared. */
static bool looks_like_cond(int dir, const struct futex_view *v)
{
    if (v->command != FUTEX_WAIT_BITSET)
        return false;
    unsigned long start = v->address % 8 == 0 ? v->address - 40 : v->address - 44;
    uint32_t wrefs;
    if (start % 8 || !proc_memory(dir, start + 36, &wrefs, sizeof wrefs))
        return false;
    bool shared = wrefs & 1;
    return wrefs >> 3 >= 1 && wrefs >> 3 < 100000 && shared == !v->private_op;
}

static enum object_kind classify(const struct graph *g, const struct wait *w,
                                 const struct futex_view *v)
{
    if (looks_like_join(g, w, v))
        return OBJECT_THREAD_END;
    if (looks_like_mutex(v))
        return OBJECT_MUTEX;
    if (looks_like_sem(v))
        return OBJECT_SEM;
    if (looks_like_cond(g->facts[w->process].dir, v))
        return OBJECT_COND;
    if (looks_like_reset_sem(v))
        return OBJECT_SEM;
    return OBJECT_WORD;
}

/* How many watched processes map the same memory. */
struct sharing {
    const struct mapping *mine;
    bool found;
};

static bool same_memory(const struct mapping *m, void *arg)
{
    struct sharing *s = arg;
    s->found |= m->shared && m->inode == s->mine->inode && m->dev == s->mine->dev;
    return !s->found;
}

static size_t count_sharing(const struct graph *g, const struct mapping *mine)
{
    size_t count = 0;
    for (size_t i = 0; i < g->s->process_count; i++) {
        struct sharing s = {.mine = mine};
        if (g->facts[i].dir >= 0 && graph_alive(g, i))
            proc_mappings(g->facts[i].dir, same_memory, &s);
        count += s.found;
    }
    return count;
}

/* Variables that begin as 0 and need more than the rest of the last page of the file: anonymous
 * memory right behind it. */
static bool follows_program(int dir, const struct mapping *m, const char *exe)
{
    struct mapping before;
    return !m->path[0] && proc_mapping(dir, m->start - 1, &before) && strcmp(before.path, exe) == 0;
}

static enum memory_place place_of(int dir, const struct mapping *m, const char *exe)
{
    if (strcmp(m->path, "[stack]") == 0)
        return MEMORY_STACK;
    if (strcmp(m->path, "[heap]") == 0)
        return MEMORY_HEAP;
    return strcmp(m->path, exe) == 0 || follows_program(dir, m, exe) ? MEMORY_GLOBAL : MEMORY_OTHER;
}

/* "/dev/shm/sem.turn" is the semaphore "/turn"; "/ring + 16" lies 16 bytes into the shm object;
 * "/dev/zero (deleted)" is anonymous shared memory.
 */
static void name_memory(struct object *o, int dir, const struct mapping *m, const char *exe)
{
    unsigned long offset = m->offset + (o->futex.address - m->start);
    static const char sem[] = "/dev/shm/sem.", shm[] = "/dev/shm/";
    bool program = strcmp(m->path, exe) == 0 || strstr(m->path, ".so"); /* global variables */
    o->futex.place = place_of(dir, m, exe);
    o->futex.file = m->path[0] == '/' && !program && strncmp(m->path, "/dev/zero", 9) != 0;
    if (strncmp(m->path, sem, sizeof sem - 1) == 0)
        snprintf(o->name, sizeof o->name, "/%.100s", m->path + sizeof sem - 1);
    else if (strncmp(m->path, shm, sizeof shm - 1) == 0)
        snprintf(o->name, sizeof o->name, "/%.80s + %lu", m->path + sizeof shm - 1, offset);
}

static int futex_object(struct graph *g, const struct wait *w, const struct futex_view *v)
{
    struct mapping m = {0};
    int dir = g->facts[w->process].dir;
    bool mapped = proc_mapping(dir, v->address, &m);
    enum object_kind kind = classify(g, w, v);
    unsigned long long id = v->address, dev = (unsigned long long)w->process + 1;
    if (mapped && m.shared) {
        id = m.offset + (v->address - m.start);
        dev = (m.inode << 16) ^ m.dev;
    }
    int index = graph_object(g, kind, id, dev);
    struct object *o = &g->objects[index];
    o->futex.address = v->address;
    o->futex.value = v->word[0];
    o->futex.expected = v->expected;
    o->futex.private_op |= v->private_op;
    o->futex.shared = mapped && m.shared;
    o->futex.mapped_by = o->futex.shared ? count_sharing(g, &m) : 1;
    if (mapped)
        name_memory(o, g->facts[w->process].dir, &m, g->facts[w->process].exe);
    return index;
}

static void find_owner(const struct graph *g, const struct wait *w, const struct futex_view *v,
                       struct object *o)
{
    if (o->kind == OBJECT_MUTEX) {
        bool in_word = v->command != FUTEX_WAIT || (v->expected & FUTEX_WAITERS);
        uint32_t tid = in_word ? v->word[0] & FUTEX_TID_MASK : v->word[2];
        o->futex.owner = (pid_t)tid;
    } else if (o->kind == OBJECT_THREAD_END) {
        o->futex.owner = (pid_t)v->expected;
    }
    o->futex.owner_task = o->futex.owner ? task_by_inner(g, w->process, o->futex.owner) : -1;
}

void futex_wait(struct graph *g, struct wait *w)
{
    static const struct {
        enum object_kind kind;
        enum want want;
        const char *text;
    } table[] = {
        {OBJECT_MUTEX, WANT_LOCK, "pthread_mutex_lock()"},
        {OBJECT_SEM, WANT_POST, "sem_wait()"},
        {OBJECT_COND, WANT_SIGNAL_COND, "pthread_cond_wait()"},
        {OBJECT_THREAD_END, WANT_THREAD, "pthread_join()"},
        {OBJECT_WORD, WANT_CHANGE, "futex(FUTEX_WAIT)"},
    };
    const struct call_state *c = &g->s->tasks[w->task].call;
    struct futex_view v = {.address = c->arg[0],
                           .command = (unsigned)c->arg[1] & FUTEX_CMD_MASK,
                           .private_op = (c->arg[1] & FUTEX_PRIVATE_FLAG) != 0,
                           .expected = (uint32_t)c->arg[2]};
    int dir = g->facts[w->process].dir;
    if (dir < 0 || !read_words(dir, &v))
        return;
    int index = futex_object(g, w, &v);
    struct object *o = &g->objects[index];
    find_owner(g, w, &v, o);
    if (o->kind == OBJECT_SEM) {
        o->sem.value = (int)o->futex.value;
        o->sem.reset |= looks_like_reset_sem(&v);
    }
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].kind != o->kind)
            continue;
        snprintf(w->text, sizeof w->text, "%s", table[i].text);
        wait_add(w, table[i].want, index, -1, -1);
    }
}

/* --- free semaphores nearby --- */

struct sem_search {
    int dir;
    unsigned long self;
    bool found;
};

static bool free_sem(const uint32_t *word)
{
    return word[0] > 0 && word[0] <= 1000000 && word[1] == 0 && word[2] == SEM_PSHARED_MARK &&
           word[3] == 0;
}

/* Any other sem_t with a value above zero in the shared memory this process has mapped: in the page
 * of the semaphore, or a named semaphore. */
static bool search_mapping(const struct mapping *m, void *arg)
{
    struct sem_search *s = arg;
    static uint32_t words[1024];
    bool mine = s->self >= m->start && s->self < m->end;
    bool named = strncmp(m->path, "/dev/shm/sem.", 13) == 0;
    if (!m->shared || !(mine || named))
        return true;
    unsigned long from = mine ? s->self & ~4095UL : m->start;
    if (!proc_memory(s->dir, from, words, sizeof words))
        return true;
    size_t limit = named ? 4 : sizeof words / sizeof *words - 3;
    for (size_t i = 0; i < limit && !s->found; i += 2)
        s->found = from + i * sizeof *words != s->self && free_sem(words + i);
    return !s->found;
}

bool sem_has_free_sibling(const struct graph *g, const struct wait *w, const struct object *sem)
{
    struct sem_search s = {.dir = g->facts[w->process].dir, .self = sem->futex.address};
    if (s.dir >= 0)
        proc_mappings(s.dir, search_mapping, &s);
    return s.found;
}
