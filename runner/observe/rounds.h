/* Polling for ever: a program that sleeps for a moment, looks, and sleeps again is never blocked
 * for good. But when everybody is blocked or in such a nap, and the memory and the registers of
 * those who nap are what they were some rounds ago, then what follows is what has happened since:
 * they go round for ever. It is a proof for one who naps alone. Of several who nap at the same time
 * nobody knows in which order they will wake up: there many equal states stand in for the proof.
 *
 * Not said of programs that read a clock (deadlines), have timers or sockets, or more memory than
 * is compared. Those who nap are stopped with ptrace for each look; their nap goes on for the rest
 * of its time, and what the kernel wrote of that rest is put back. Those who are blocked are not
 * touched. */
#ifndef OBSERVE_ROUNDS_H
#define OBSERVE_ROUNDS_H

#include <stdint.h>

#include "observe/snapshot.h"

struct rounds {
    unsigned long long since, next; /* clock_ns(): when it began (0: it has not), next look */
    struct snapshot at;             /* owned: as everybody was at the last look at memory */
    uint64_t state;                 /* fingerprint of the memory and the registers then */
    bool have;                      /* the two above are set */
    unsigned same;                  /* looks in a row that found the same state again */
    double seconds;                 /* how long that took */
};

struct observer;

/* For a look at which all were blocked, some of them with a time limit. True when it has been shown
 * that they will go round for ever. */
bool rounds_look(struct observer *o);
void rounds_release(struct rounds *r);

#endif
