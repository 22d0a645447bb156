/* Known mistakes, as patterns in the wait-for graph.
 *
 * To add a diagnosis: an enumerator, a line in the table of pattern.c (its place is its priority:
 * the first pattern that fits any wait wins), a function in one of the pattern_*.c files, and its
 * hint in base/messages/observe.def. */
#ifndef OBSERVE_PATTERN_H
#define OBSERVE_PATTERN_H

#include "observe/graph.h"

struct finding {
    const char *id; /* "unclosed-write-end" */
    enum msg_id hint;
    const struct wait *wait; /* whose wait shows it; NULL: nobody's in particular */
    int object;              /* the object in question, -1 none */
    int other;               /* the process at the other side, -1 none */
    char queue[120];         /* lost-wakeup: the POSIX queue with unread messages, "" none */
    unsigned long queue_messages;
};

/* Always finds something; `hang` when nothing better fits. */
void pattern_find(const struct graph *g, struct finding *f);

/* Each: does this wait show the mistake? Fills object and other. */
typedef bool pattern_test(const struct graph *g, const struct wait *w, struct finding *f);

/* pattern_pipe.c: pipes, FIFOs, sockets */
pattern_test pattern_fifo_two_inodes, pattern_fifo_no_peer, pattern_reads_own_pipe,
    pattern_own_fifo_writer, pattern_own_write_end, pattern_own_read_end, pattern_both_full,
    pattern_wait_before_drain, pattern_sibling_holds, pattern_wait_before_close,
    pattern_unclosed_to_filter, pattern_no_half_close, pattern_both_reading,
    pattern_accept_no_client, pattern_peer_outside;

/* pattern_lock.c: queues, semaphores, locks */
pattern_test pattern_reset_sem, pattern_private_futex, pattern_not_shared, pattern_dead_owner,
    pattern_relock, pattern_lock_order, pattern_sem_order, pattern_sem_zero, pattern_lost_wakeup,
    pattern_wrong_mtype, pattern_queue_full, pattern_own_empty_queue;

#endif
