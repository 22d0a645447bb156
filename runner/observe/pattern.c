#include "observe/pattern.h"

static bool stopped(const struct graph *g, const struct wait *w, struct finding *f)
{
    (void)g, (void)f;
    return w->stopped;
}

static bool in_vfork(const struct graph *g, const struct wait *w, struct finding *f)
{
    (void)g, (void)f;
    return !w->running && w->call && w->call->kind == CALL_VFORK;
}

static bool signal_blocked(const struct graph *g, const struct wait *w, struct finding *f)
{
    (void)g, (void)f;
    return w->for_signal && w->signals.known && w->signals.kept_away != 0;
}

static bool no_signal(const struct graph *g, const struct wait *w, struct finding *f)
{
    (void)g, (void)f;
    return w->for_signal;
}

static bool any_wait(const struct graph *g, const struct wait *w, struct finding *f)
{
    (void)g, (void)w, (void)f;
    return true;
}

/* Highest priority first: a mistake that makes others appear stands before them. */
static const struct {
    const char *id;
    enum msg_id hint;
    pattern_test *test;
} patterns[] = {
    {"stopped", MSG_OBSERVE_HINT_STOPPED, stopped},
    {"vfork-blocks", MSG_OBSERVE_HINT_VFORK, in_vfork},
    {"init-while-waiting", MSG_OBSERVE_HINT_RESET_SEM, pattern_reset_sem},
    {"private-futex", MSG_OBSERVE_HINT_PRIVATE_FUTEX, pattern_private_futex},
    {"not-shared", MSG_OBSERVE_HINT_NOT_SHARED, pattern_not_shared},
    {"dead-owner", MSG_OBSERVE_HINT_DEAD_OWNER, pattern_dead_owner},
    {"relock", MSG_OBSERVE_HINT_RELOCK, pattern_relock},
    {"lock-order", MSG_OBSERVE_HINT_LOCK_ORDER, pattern_lock_order},
    {"fifo-two-inodes", MSG_OBSERVE_HINT_FIFO_TWO_INODES, pattern_fifo_two_inodes},
    {"reads-own-pipe", MSG_OBSERVE_HINT_READS_OWN_PIPE, pattern_reads_own_pipe},
    {"unclosed-write-end", MSG_OBSERVE_HINT_OWN_FIFO_WRITER, pattern_own_fifo_writer},
    {"unclosed-write-end", MSG_OBSERVE_HINT_UNCLOSED_WRITE_END, pattern_own_write_end},
    {"unclosed-read-end", MSG_OBSERVE_HINT_UNCLOSED_READ_END, pattern_own_read_end},
    {"both-pipes-full", MSG_OBSERVE_HINT_BOTH_PIPES_FULL, pattern_both_full},
    {"wait-before-drain", MSG_OBSERVE_HINT_WAIT_BEFORE_DRAIN, pattern_wait_before_drain},
    {"sibling-holds-write-end", MSG_OBSERVE_HINT_SIBLING_HOLDS, pattern_sibling_holds},
    {"wait-before-close", MSG_OBSERVE_HINT_WAIT_BEFORE_CLOSE, pattern_wait_before_close},
    {"unclosed-write-end", MSG_OBSERVE_HINT_UNCLOSED_TO_FILTER, pattern_unclosed_to_filter},
    {"wrong-mtype", MSG_OBSERVE_HINT_WRONG_MTYPE, pattern_wrong_mtype},
    {"queue-full", MSG_OBSERVE_HINT_QUEUE_FULL, pattern_queue_full},
    {"own-empty-queue", MSG_OBSERVE_HINT_OWN_EMPTY_QUEUE, pattern_own_empty_queue},
    {"lock-order", MSG_OBSERVE_HINT_SEM_ORDER, pattern_sem_order},
    {"fifo-no-peer", MSG_OBSERVE_HINT_FIFO_NO_PEER, pattern_fifo_no_peer},
    {"sem-zero-no-poster", MSG_OBSERVE_HINT_SEM_ZERO, pattern_sem_zero},
    {"lost-wakeup", MSG_OBSERVE_HINT_LOST_WAKEUP, pattern_lost_wakeup},
    {"no-half-close", MSG_OBSERVE_HINT_NO_HALF_CLOSE, pattern_no_half_close},
    {"both-reading", MSG_OBSERVE_HINT_BOTH_READING, pattern_both_reading},
    {"accept-no-client", MSG_OBSERVE_HINT_ACCEPT_NO_CLIENT, pattern_accept_no_client},
    {"signal-blocked", MSG_OBSERVE_HINT_SIGNAL_BLOCKED, signal_blocked},
    {"no-signal", MSG_OBSERVE_HINT_NO_SIGNAL, no_signal},
    {"hang", MSG_OBSERVE_HINT_PEER_OUTSIDE, pattern_peer_outside},
};

/* The student's own processes are asked before the peers. */
static const struct wait *first_fit(const struct graph *g, pattern_test *test, struct finding *f)
{
    for (int student = 1; student >= 0; student--)
        for (size_t i = 0; i < g->wait_count; i++) {
            const struct wait *w = &g->waits[i];
            if (graph_process(g, w->process)->student != student)
                continue;
            f->object = f->other = -1;
            if (test(g, w, f))
                return w;
        }
    return NULL;
}

void pattern_find(const struct graph *g, struct finding *f)
{
    *f = (struct finding){.id = "hang", .hint = MSG_OBSERVE_HINT_HANG, .object = -1, .other = -1};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        f->wait = first_fit(g, patterns[i].test, f);
        if (!f->wait)
            continue;
        f->id = patterns[i].id;
        f->hint = patterns[i].hint;
        return;
    }
    f->object = f->other = -1;
    f->wait = first_fit(g, any_wait, f);
}
