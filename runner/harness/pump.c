/* Moving bytes to and from the programs, and waiting: every wait goes through lab_wait_until(),
 * which ends the test when the programs provably hang, burn CPU time, flood, or reach the last
 * limit. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "harness/state.h"

enum {
    OUTPUT_MAX = 16 << 20,
    ERRORS_MAX = 1 << 20,
    LOOK_MS = 25,
    LOOK_MAX_MS = 80,
    STOPPED_MS = 2000,
    NETWORK_MS = 1000
};

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Read what is there; at the limit the rest is thrown away and the flood remembered. */
static bool drain(int *fd, struct buf *into, size_t max, bool *flooded)
{
    char chunk[8192];
    bool moved = false;
    while (*fd >= 0) {
        ssize_t n = read(*fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        moved = true;
        if (n == 0) {
            close_end(fd);
        } else if (into->len + (size_t)n > max) {
            *flooded = true;
            break;
        } else {
            buf_add(into, chunk, (size_t)n);
        }
    }
    return moved;
}

/* How much of stdin to write now: all of it, or the next byte when the last one has been read. */
static size_t portion(const struct lab_proc *p)
{
    int unread = 0;
    if (!p->dribble)
        return p->pending.len - p->pending_at;
    return ioctl(p->in, FIONREAD, &unread) == 0 && unread > 0 ? 0 : 1;
}

static bool feed(struct lab_proc *p)
{
    bool moved = false;
    while (p->in >= 0 && p->pending_at < p->pending.len) {
        size_t now = portion(p);
        if (now == 0)
            break;
        ssize_t n = write(p->in, p->pending.data + p->pending_at, now);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            break;
        moved = true;
        if (n < 0) { /* EPIPE: it does not read any more; the rest is of no use */
            close_end(&p->in);
            break;
        }
        p->pending_at += (size_t)n;
    }
    if (p->in >= 0 && p->pending_at == p->pending.len) {
        buf_clear(&p->pending);
        p->pending_at = 0;
        if (!p->input_open) {
            close_end(&p->in);
            moved = true;
        }
    }
    return moved;
}

static bool reap(struct lab_proc *p)
{
    if (p->ended)
        return false;
    int got = sandbox_reap(&p->child, &p->status, &p->usage);
    if (got == 0)
        return false;
    if (got < 0)
        lab_internal("lost the program %s", p->program);
    p->ended = true;
    lab_count_orphans(&p->orphans_at_end, &p->zombies_at_end);
    return true;
}

static void want(struct pollfd *fds, size_t *n, int fd, short events)
{
    if (fd >= 0)
        fds[(*n)++] = (struct pollfd){.fd = fd, .events = events};
}

bool lab_pump(int timeout_ms)
{
    static struct pollfd fds[4 * MAX_PROCS];
    size_t n = 0;
    bool moved = false;
    for (size_t i = 0; i < lab.n_procs; i++) {
        struct lab_proc *p = lab.procs[i];
        if (!p->ended)
            want(fds, &n, p->child.pidfd, POLLIN);
        if (!p->hold_output)
            want(fds, &n, p->out, POLLIN);
        want(fds, &n, p->err, POLLIN);
        if (p->pending_at < p->pending.len && !p->dribble)
            want(fds, &n, p->in, POLLOUT);
    }
    if (poll(fds, n, timeout_ms) < 0 && errno != EINTR)
        lab_internal("poll: %s", strerror(errno));
    for (size_t i = 0; i < lab.n_procs; i++) {
        struct lab_proc *p = lab.procs[i];
        bool ended = reap(p); /* first: what it wrote before its end is then in the pipes */
        moved |= feed(p) | ended;
        if (!p->hold_output)
            moved |= drain(&p->out, &p->output, OUTPUT_MAX, &p->flooded);
        moved |= drain(&p->err, &p->errors, ERRORS_MAX, &p->flooded);
    }
    return moved;
}

/* --- what ends a wait
 * ----------------------------------------------------------------------------- */

static void take_diagnosis(struct failure *f, struct diagnosis *d)
{
    f->diagnosis = d->id;
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        f->symptom[lang] = d->symptom[lang];
        f->evidence[lang] = d->evidence[lang];
        f->hint[lang] = d->hint[lang];
        f->graph[lang] = d->graph[lang];
    }
}

static _Noreturn void fail_hang(double alive_at)
{
    static struct diagnosis d;
    struct failure f = {.verdict = VERDICT_HANG};
    observer_explain(lab.observer, &d);
    take_diagnosis(&f, &d);
    f.blocked_ms = clock_ms() - alive_at;
    lab_fail_with(&f);
}

static _Noreturn void fail_polls(void)
{
    static struct diagnosis d;
    struct failure f = {.verdict = VERDICT_HANG};
    observer_explain_rounds(lab.observer, &d);
    take_diagnosis(&f, &d);
    lab_fail_with(&f);
}

static _Noreturn void fail_spin(double seconds)
{
    static struct diagnosis d;
    struct failure f = {.verdict = VERDICT_BUSY_LOOP};
    observer_explain_spin(lab.observer, &d);
    take_diagnosis(&f, &d);
    lab_say_more(f.evidence, MSG_HARNESS_CPU_USED, seconds, lab.limits.cpu_seconds);
    lab_fail_with(&f);
}

static _Noreturn void fail_flood(struct lab_proc *p)
{
    struct failure f = {.verdict = VERDICT_LIMIT, .diagnosis = "output-flood", .proc = p};
    for (int lang = 0; lang < LANG_COUNT; lang++)
        f.symptom[lang] = msg_format((enum lang)lang, MSG_HARNESS_FLOOD,
                                     lab_role(p, (enum lang)lang), OUTPUT_MAX >> 20);
    lab_say(f.hint, MSG_HARNESS_FLOOD_HINT);
    lab_fail_with(&f);
}

static _Noreturn void fail_last_resort(void)
{
    static struct diagnosis d;
    struct failure f = {.verdict = VERDICT_LIMIT};
    observer_explain(lab.observer, &d);
    take_diagnosis(&f, &d);
    f.diagnosis = "last-resort";
    lab_say(f.symptom, MSG_HARNESS_LAST_RESORT, lab.limits.wall_seconds);
    /* memory that is not shared explains a wait whatever those do that still run */
    if (strcmp(d.id, "not-shared") != 0 && strcmp(d.id, "private-futex") != 0)
        lab_say(f.hint, MSG_HARNESS_LAST_RESORT_HINT);
    lab_fail_with(&f);
}

static void check_flood(void)
{
    for (size_t i = 0; i < lab.n_procs; i++)
        if (lab.procs[i]->flooded && lab.procs[i]->side == LAB_STUDENT)
            fail_flood(lab.procs[i]);
}

static size_t make_watches(struct watch *w)
{
    size_t n = 0;
    for (size_t i = 0; i < lab.n_procs; i++) {
        const struct lab_proc *p = lab.procs[i];
        if (p->ended)
            continue;
        w[n++] = (struct watch){.pid = p->pid,
                                .role = {p->role[LANG_ZH], p->role[LANG_EN]},
                                .student = p->side == LAB_STUDENT,
                                .hidden_timer = p->hidden_timer};
    }
    return n;
}

/* True when stdin data waits for room that exists: the harness itself still has something to do. */
static bool busy_ourselves(void)
{
    for (size_t i = 0; i < lab.n_procs; i++) {
        const struct lab_proc *p = lab.procs[i];
        struct pollfd fd = {.fd = p->in, .events = POLLOUT};
        if (p->in >= 0 && p->pending_at < p->pending.len && portion(p) > 0 && poll(&fd, 1, 0) > 0)
            return true;
    }
    return false;
}

/* Stopped by a signal: somebody outside did it and may continue it. */
static bool somebody_stopped(void)
{
    bool stopped = false;
    for (size_t i = 0; i < lab.n_procs && !stopped; i++) {
        struct proc_info *list = NULL;
        size_t n = 0;
        if (lab.procs[i]->ended || observe_tree(lab.box.proc, lab.procs[i]->pid, &list, &n) != 0)
            continue;
        for (size_t k = 0; k < n; k++)
            stopped |= list[k].state == 'T';
        free(list);
    }
    return stopped;
}

struct looking {
    double next; /* when to look again, ms */
    double step;
    bool hung_once;
    double alive_at; /* the last sign of life: bytes, an end, a running process */
};

/* Nobody of the watched can move. Could anybody else move them? */
static bool may_conclude(const struct looking *l, double now)
{
    if (!lab.watching || busy_ourselves() || lab_paused())
        return false;
    /* between two hosts a packet may be on its way (address resolution, a busy softirq) */
    if (lab_host_namespace(2) >= 0 && now - l->alive_at < NETWORK_MS)
        return false;
    return !somebody_stopped() || now - l->alive_at >= STOPPED_MS;
}

static void look(struct looking *l)
{
    static struct watch watches[MAX_PROCS];
    double now = clock_ms();
    if (now < l->next)
        return;
    enum observation seen =
        observer_look(lab.observer, watches, make_watches(watches), lab.test.init);
    double cpu = observer_cpu_seconds(lab.observer);
    if (cpu > lab.limits.cpu_seconds)
        fail_spin(cpu);
    lab_check_memory();
    if (seen == OBSERVE_TIMED || seen == OBSERVE_POLLS)
        lab_notice_sleep();
    lab_notice_standstill(seen);
    bool hung = seen == OBSERVE_HUNG && may_conclude(l, now);
    if (hung && l->hung_once) /* twice: a moment in which nobody moved costs little */
        fail_hang(l->alive_at);
    l->hung_once = hung;
    if (seen == OBSERVE_POLLS && may_conclude(l, now))
        fail_polls();
    if (seen == OBSERVE_RUNNING)
        l->alive_at = now;
    l->step = seen == OBSERVE_RUNNING ? (l->step * 1.5 < LOOK_MAX_MS ? l->step * 1.5 : LOOK_MAX_MS)
                                      : LOOK_MS;
    l->next = clock_ms() + l->step;
    if (now - lab.started > lab.limits.wall_seconds * 1000.0)
        fail_last_resort();
}

/* A program of the student's that is dead by a fault of its own, while the test waits for another:
 * one that asks again and again whether its dead partner is ready is never proven to hang. */
static struct lab_proc *crashed(void)
{
    for (size_t i = 0; i < lab.n_procs; i++) {
        struct lab_proc *p = lab.procs[i];
        int sig = p->ended && WIFSIGNALED(p->status) ? WTERMSIG(p->status) : 0;
        if (p->side == LAB_STUDENT && !p->trusted && !p->judged &&
            (sig == SIGSEGV || sig == SIGBUS || sig == SIGFPE || sig == SIGILL))
            return p;
    }
    return NULL;
}

void lab_wait_until(bool (*condition)(void *), void *arg)
{
    enum { GRACE_MS = 2000 }; /* for the others to end, or to be proven to hang, first */
    double crashed_at = 0;
    struct looking l = {.next = clock_ms() + LOOK_MS, .step = LOOK_MS, .alive_at = clock_ms()};
    int patience = 1; /* ms until the condition is asked again without an event; doubles */
    lab_pump(0);
    while (!condition(arg)) {
        lab_pauses();
        int wait = (int)(l.next - clock_ms()) + 1;
        wait = wait < 0 ? 0 : wait < patience ? wait : patience;
        if (lab_pump(wait)) {
            l.hung_once = false;
            l.alive_at = clock_ms();
            patience = 1;
            check_flood();
        } else if (patience < LOOK_MS) {
            patience *= 2;
        }
        look(&l);
        struct lab_proc *p = crashed();
        if (p && crashed_at == 0)
            crashed_at = clock_ms();
        if (p && clock_ms() - crashed_at > GRACE_MS)
            lab_fail_signal(p);
    }
    check_flood();
}
