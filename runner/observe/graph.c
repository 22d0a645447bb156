#include "observe/graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"

/* --- what the snapshot does not hold --- */

static void read_facts(const struct process *p, struct process_facts *f)
{
    struct stat st;
    char text[512];
    ssize_t n = readlinkat(f->dir, "exe", f->exe, sizeof f->exe - 1);
    f->exe[n > 0 ? n : 0] = '\0';
    if (fstatat(f->dir, "ns/pid", &st, 0) == 0)
        f->pid_ns = st.st_ino;
    if (!p->dead && proc_read(f->dir, "io", text, sizeof text) > 0) {
        const char *written = strstr(text, "wchar:");
        f->has_io = written != NULL;
        f->written = written ? strtoull(written + 6, NULL, 10) : 0;
    }
}

/* A reused pid would be another process: its facts must not be taken for the old one's. */
static void open_process(struct graph *g, size_t i)
{
    const struct process *p = &g->s->processes[i];
    struct process_facts *f = &g->facts[i];
    struct proc_stat st;
    f->dir = proc_open(g->observer->proc, p->pid);
    if (f->dir >= 0 && proc_stat(f->dir, "stat", &st) && st.start == p->start) {
        read_facts(p, f);
        return;
    }
    if (f->dir >= 0)
        close(f->dir);
    f->dir = -1;
}

/* --- names --- */

static bool has_descendants(const struct graph *g, size_t process)
{
    for (size_t i = 0; i < g->s->process_count; i++)
        if (g->s->processes[i].ppid == g->s->processes[process].pid)
            return true;
    return false;
}

static char *name_root(const struct graph *g, size_t process, int watch, enum lang lang)
{
    const char *role = g->observer->roles[watch].role[lang];
    if (role)
        return str_dup(role);
    if (g->observer->role_count > 1)
        return msg_format(lang, MSG_OBSERVE_NAME_PROGRAM, g->s->processes[process].name);
    return msg_format(lang, has_descendants(g, process) ? MSG_OBSERVE_NAME_PARENT
                                                        : MSG_OBSERVE_NAME_PROCESS);
}

/* The index of the root of a watch among the processes, -1 when it is gone. */
static int root_of(const struct graph *g, int watch)
{
    for (size_t i = 0; i < g->s->process_count; i++)
        if (g->s->processes[i].watch == watch)
            return (int)i;
    return -1;
}

/* Children are counted per watched tree; with several trees the name says whose child it is. */
static void name_children(struct graph *g, int watch)
{
    int root = watch >= 0 ? root_of(g, watch) : -1;
    int number = 0;
    for (size_t i = 0; i < g->s->process_count; i++) {
        if (g->s->processes[i].watch != watch || (int)i == root)
            continue;
        number++;
        g->facts[i].number = number;
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            if (watch >= 0 && g->observer->role_count > 1)
                g->facts[i].name[lang] =
                    msg_format(lang, MSG_OBSERVE_NAME_CHILD_OF, g->facts[root].name[lang], number);
            else
                g->facts[i].name[lang] = msg_format(
                    lang, watch < 0 ? MSG_OBSERVE_NAME_ORPHAN : MSG_OBSERVE_NAME_CHILD, number);
        }
    }
}

static void name_processes(struct graph *g)
{
    for (int watch = 0; watch < (int)g->observer->role_count; watch++) {
        int root = root_of(g, watch);
        for (int lang = 0; root >= 0 && lang < LANG_COUNT; lang++)
            g->facts[root].name[lang] = name_root(g, (size_t)root, watch, lang);
        name_children(g, watch);
    }
    name_children(g, -1);
    for (size_t i = 0; i < g->s->process_count; i++) /* beyond ROLE_MAX */
        for (int lang = 0; lang < LANG_COUNT; lang++)
            if (!g->facts[i].name[lang])
                g->facts[i].name[lang] = str_dup(g->s->processes[i].name);
}

/* --- the whole --- */

void graph_init(struct graph *g, const struct observer *o)
{
    *g = (struct graph){.observer = o, .s = &o->last};
    g->facts = mem_alloc((g->s->process_count + 1) * sizeof *g->facts);
    for (size_t i = 0; i < g->s->process_count; i++)
        open_process(g, i);
    name_processes(g);
    graph_find_holders(g);
    sockets_connect(g);
    graph_find_waits(g);
}

void graph_release(struct graph *g)
{
    for (size_t i = 0; i < g->s->process_count; i++) {
        if (g->facts[i].dir >= 0)
            close(g->facts[i].dir);
        for (int lang = 0; lang < LANG_COUNT; lang++)
            free(g->facts[i].name[lang]);
    }
    for (size_t i = 0; i < g->object_count; i++)
        free(g->objects[i].holders);
    for (size_t i = 0; i < g->wait_count; i++)
        free(g->waits[i].on);
    free(g->facts);
    free(g->objects);
    free(g->waits);
}

/* Library functions worth telling: what the programmer called, rather than futex(). */
static const char *library_name(const char *function)
{
    static const char *const names[] = {
        "pthread_mutex_lock",
        "pthread_cond_wait",
        "pthread_join",
        "pthread_barrier_wait",
        "pthread_rwlock_rdlock",
        "pthread_rwlock_wrlock",
        "pthread_mutex_clocklock",
        "sem_wait",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strstr(function, names[i]))
            return names[i];
    return NULL;
}

/* All of these are one system call. */
static const char *sleep_name(const char *function)
{
    static const char *const names[] = {"usleep", "sleep", "nanosleep", "clock_nanosleep",
                                        "thrd_sleep"};
    function += strspn(function, "_");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(function, names[i]) == 0)
            return names[i];
    return NULL;
}

static void find_line(struct graph *g, struct wait *w)
{
    struct frame frames[24];
    const char *exe = g->facts[w->process].exe, *slash = strrchr(exe, '/');
    const char *program = slash ? slash + 1 : exe;
    size_t n = unwinder_stack(g->observer->unwinder, g->s->tasks[w->task].tid, frames,
                              sizeof frames / sizeof *frames);
    for (size_t i = 0; i < n; i++) {
        const char *library = library_name(frames[i].function);
        if (library && !w->library[0])
            snprintf(w->library, sizeof w->library, "%s", library);
        const char *sleep = sleep_name(frames[i].function);
        if (sleep && w->call->kind == CALL_SLEEP) /* the outermost is what the program called */
            snprintf(w->library, sizeof w->library, "%s", sleep);
        if (frames[i].line == 0 || strcmp(frames[i].module, program) != 0)
            continue;
        snprintf(w->file, sizeof w->file, "%s", frames[i].file);
        w->line = frames[i].line;
        return;
    }
}

/* The thread of a wait when its stack may be read, else 0. Peers' sources are the reference
 * solution: not shown. A thread in uninterruptible sleep would keep the unwinder waiting. */
static pid_t readable_task(const struct graph *g, const struct wait *w)
{
    const struct task *t = &g->s->tasks[w->task];
    bool readable = g->s->processes[w->process].student && g->facts[w->process].dir >= 0 &&
                    !w->stopped && (t->state == 'S' || t->state == 'R');
    return readable ? t->tid : 0;
}

/* A nap that was interrupted goes on under another name: restart_syscall(2). */
static bool is_restarted(const struct call_state *was, const struct call_state *now)
{
    return call_has_timeout(was) && now->in == IN_CALL && now->nr == SYS_restart_syscall &&
           now->stack == was->stack && now->code == was->code;
}

/* Is the thread, which is held now, still in the call that the wait tells about? */
static bool has_stayed(const struct graph *g, const struct wait *w)
{
    const struct task *t = &g->s->tasks[w->task];
    struct call_state now;
    char name[40];
    snprintf(name, sizeof name, "task/%d/syscall", (int)t->tid);
    proc_syscall(g->facts[w->process].dir, name, &now);
    return w->running || call_equal(&t->call, &now) || is_restarted(&t->call, &now);
}

void graph_find_lines(struct graph *g)
{
    if (!g->observer->unwinder || g->wait_count == 0)
        return;
    AUTO_FREE pid_t *held = mem_alloc(g->wait_count * sizeof *held);
    for (size_t i = 0; i < g->wait_count; i++)
        held[i] = readable_task(g, &g->waits[i]);
    unwinder_hold(g->observer->unwinder, held, g->wait_count);
    for (size_t i = 0; i < g->wait_count; i++) {
        struct wait *w = &g->waits[i];
        if (held[i] && has_stayed(g, w))
            find_line(g, w);
        if (w->library[0] && (w->call->kind == CALL_FUTEX || w->call->kind == CALL_SLEEP))
            snprintf(w->text, sizeof w->text, "%s()", w->library);
    }
    unwinder_release(g->observer->unwinder);
}

/* --- queries --- */

const struct process *graph_process(const struct graph *g, size_t index)
{
    return &g->s->processes[index];
}

bool graph_alive(const struct graph *g, size_t process)
{
    return !g->s->processes[process].dead;
}

const struct wait *graph_wait_of(const struct graph *g, size_t process)
{
    const struct process *p = &g->s->processes[process];
    return p->tasks ? &g->waits[p->first_task] : NULL;
}

bool graph_is_ancestor(const struct graph *g, size_t a, size_t b)
{
    /* Bounded: a torn snapshot could show a circle. */
    int at = (int)b;
    for (size_t steps = 0; at >= 0 && steps < g->s->process_count; steps++) {
        at = snapshot_find(g->s, g->s->processes[at].ppid);
        if (at == (int)a)
            return true;
    }
    return false;
}

bool wanted_next(const struct graph *g, const struct wanted *want, size_t *position,
                 struct holder *holder)
{
    const struct object *object = &g->objects[want->object];
    bool socket = object->kind == OBJECT_SOCKET;
    if (socket && object->peer < 0)
        return false;
    if (socket)
        object = &g->objects[object->peer];
    while (*position < object->holder_count) {
        *holder = object->holders[(*position)++];
        if (socket || (want->want == WANT_READ ? holder->writes : holder->reads))
            return true;
    }
    return false;
}

const struct wait *graph_waits_for_child(const struct graph *g, size_t process, size_t child)
{
    const struct process *p = &g->s->processes[process], *c = &g->s->processes[child];
    if (c->ppid != p->pid)
        return NULL;
    for (size_t i = 0; i < p->tasks; i++) {
        const struct wait *w = &g->waits[p->first_task + i];
        /* Zero and below name process groups: any child may be meant. */
        if (w->for_child && (w->child <= 0 || w->child == c->inner))
            return w;
    }
    return NULL;
}
