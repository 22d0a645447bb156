/* A program on a pseudo terminal, watched from outside.
 *
 * Theory of operation. terminal_open() forks a leader: it owns a session on a fresh pseudo terminal
 * and runs the program in a foreground job of its own, as a shell does, so that ^Z works. The
 * leader tells through a pipe when the program stopped or ended, and waits to be told to continue
 * it. Output is read and dropped; only the switches to the alternate screen and back are noted.
 * Whether the program is idle is read from /proc: asleep in poll() with nothing left to read. While
 * a guest (an editor, man: a child in the program's process group) has the terminal, the guest must
 * sleep waiting for keys; one that starts, ends or has stopped is not at rest. */
#ifndef WALK_TERMINAL_H
#define WALK_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <termios.h>

enum life { LIFE_RUNS, LIFE_STOPPED, LIFE_ENDED };

struct terminal {
    int master, slave;     /* the driver keeps both ends; master -1: closed by us */
    int reports, orders;   /* from and to the leader */
    pid_t leader, program; /* program 0: gone */
    enum life life;
    int status;            /* wait status once it has ended */
    struct termios before; /* modes the terminal had at the start */
    const char *wanted;    /* borrowed: a short text to look for in the output, or NULL */
    bool seen;             /* it came; the caller clears this */
    bool alternate;        /* it shows the alternate screen */
    char tail[16];         /* the last bytes of the output, for a sequence that was cut in two */
    size_t tail_len;
    struct {
        pid_t pid;  /* who was waiting for keys when some were typed; 0: it has woken since */
        long slept; /* how often it had slept then */
    } reader;
    char *recent; /* owned: the last TERMINAL_RECENT bytes of output, a ring */
    size_t received;
};

enum { TERMINAL_RECENT = 1 << 16 };

/* Start; the environment is the caller's. False after saying why on stderr. */
bool terminal_open(struct terminal *t, int columns, int rows, char *const argv[]);
void terminal_close_master(struct terminal *t); /* as when its window is closed */
void terminal_release(struct terminal *t);

void terminal_type(struct terminal *t, const char *bytes, size_t len);
void terminal_resize(struct terminal *t, int columns, int rows);
void terminal_signal(struct terminal *t, int sig); /* to the program */
void terminal_continue(struct terminal *t);        /* after LIFE_STOPPED: fg */

/* Drop output and take reports until the program is idle, has stopped or has ended; false when that
 * does not come about: it is stuck. */
bool terminal_settle(struct terminal *t);
/* The same until it has stopped or ended. */
bool terminal_await_end(struct terminal *t);
bool terminal_await_text(struct terminal *t); /* until t->seen */
/* Has it a child process: a grading, an editor, man? */
bool terminal_has_children(const struct terminal *t);
bool terminal_has_guest(const struct terminal *t); /* an editor or man */
/* The same until it is idle and nothing that it started runs any more; false when it ends or stops
 * before. */
bool terminal_await_alone(struct terminal *t);
/* Is the terminal as it was before the program? NULL, or what is wrong. */
const char *terminal_insane(struct terminal *t);
/* Its last output to a file; false when that cannot be written. */
bool terminal_save_output(const struct terminal *t, const char *path);
/* What the program is doing, for a report; static storage. */
const char *terminal_state(const struct terminal *t);

#endif
