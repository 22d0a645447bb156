/* What the files of the harness share: the state of the one test this process runs. Internal. */
#ifndef HARNESS_STATE_H
#define HARNESS_STATE_H

#include <stdbool.h>

#include "base/buf.h"
#include "course/exercise.h"
#include "course/verdict.h"
#include "harness/lab.h"
#include "observe/observe.h"
#include "sandbox/sandbox.h"

enum { MAX_PROCS = 512, MAX_RULES = 32 };

struct lab_proc {
    char *program; /* owned */
    enum lab_side side;
    bool trusted;           /* lab_trusted() */
    char *role[LANG_COUNT]; /* owned */
    struct sandbox_child child;
    pid_t pid; /* stays after the end, for messages */
    pid_t inner_pid;
    bool ended;
    int status;
    struct rusage usage;
    int in;             /* write end of its stdin, -1 closed */
    int out, err;       /* read ends, -1 at EOF or closed */
    struct buf pending; /* for stdin */
    size_t pending_at;
    bool input_open; /* do not close stdin when pending is empty */
    bool hold_output;
    bool dribble; /* one byte of stdin at a time */
    bool flooded;
    struct buf output, errors;
    size_t line_at; /* start of the next unread line in output */
    char *line;     /* owned: last line read */
    bool hidden_timer;
    bool no_memory_limit;
    bool provoked;
    bool judged; /* its end was as expected: no evidence of what fails later */
    size_t orphans_at_end, zombies_at_end; /* children of PID 1 when it ended */
};

struct hint_rule {
    const char *diagnosis, *rename, *zh, *en;
};

struct shared { /* between the runner and the forked tests */
    int failed;
};

struct program_fd {
    char *name; /* owned */
    int fd;     /* of the reference */
};

struct lab {
    /* of the whole run */
    int events; /* verdict records go here */
    struct sandbox box;
    struct unwinder unwinder;
    struct limits limits;
    uint64_t seed;
    bool fail_fast;
    bool asan;
    bool pauses;  /* stop and continue processes at random */
    pid_t runner; /* the process that forks the tests */
    struct shared *shared;
    struct program_fd *references; /* owned */
    size_t n_references;

    /* of the test */
    const char *name;
    struct sandbox_test test;
    struct observer *observer;
    struct lab_proc *procs[MAX_PROCS];
    size_t n_procs;
    bool watching; /* hangs end the test */
    double started;
    uint64_t random;
    int key_count;
    struct buf
        handed_out; /* keys (as 0x%08x) and names given to programs, each with \n around it */
    char *context[LANG_COUNT]; /* owned */
    struct buf notes[LANG_COUNT];
    const char *hint[LANG_COUNT];
    char *awaited[LANG_COUNT]; /* owned: what the test waits for just now, NULL: only the end */
    struct hint_rule rules[MAX_RULES];
    size_t n_rules;
    const char *(*refine)(enum verdict, const char *, struct lab_proc *);
    char **kept; /* owned strings that live until the end of the test */
    size_t n_kept;
};

extern struct lab lab;

/* --- state.c */
char *lab_keep(char *text); /* owned by the test from now on */

/* --- fail.c: one failure on its way to the record */
struct failure {
    enum verdict verdict;
    const char *diagnosis;
    struct lab_proc *proc;      /* whose stderr to show; may be NULL */
    char *symptom[LANG_COUNT];  /* owned */
    char *evidence[LANG_COUNT]; /* owned, may be NULL */
    char *hint[LANG_COUNT];     /* owned, may be NULL */
    char *graph[LANG_COUNT];    /* owned, may be NULL */
    bool has_bytes;
    bool certain;                  /* a check.c cannot know better: its refine is not asked */
    double blocked_ms;             /* hangs: since the last sign of life */
    const char *expected, *actual; /* borrowed */
    size_t expected_len, actual_len;
};
/* Write the record and end the test. */
_Noreturn void lab_fail_with(struct failure *f);
/* Set both languages of a text from the message table (same arguments for both). */
void lab_say(char *text[LANG_COUNT], enum msg_id id, ...);
/* What lab_wait_until() waits for from now on, for the report of a hang; NULL, NULL when it is
 * over. */
void lab_awaiting(const char *zh, const char *en);
/* Append a line to evidence. */
void lab_say_more(char *text[LANG_COUNT], enum msg_id id, ...);
void lab_emit_pass(bool slept);
void lab_emit_begin(void);

/* --- pump.c */
/* Move bytes and notice ends for at most `timeout_ms`; true when anything happened. */
bool lab_pump(int timeout_ms);
/* Pump until condition(arg); hangs, busy loops, floods and the last resort limit end the test. */
void lab_wait_until(bool (*condition)(void *), void *arg);
/* What to call a program in a message. */
const char *lab_role(const struct lab_proc *p, enum lang lang);

/* --- expect.c: the program was killed by a signal: say which, where, why */
_Noreturn void lab_fail_signal(struct lab_proc *p);

/* --- crash.c: what lab-crash.so told about a crash in the tree of a program */
struct crash {
    int signal, code;      /* si_code: SEGV_MAPERR…; 0 when somebody sent it */
    unsigned long address; /* that was touched */
    unsigned long offset;  /* of the instruction in the program, 0 unknown */
    char *where;           /* owned by the test: "ring.c:41", NULL unknown */
};
/* Take the report out of the program's stderr; false when there is none. */
bool lab_take_crash(struct lab_proc *p, struct crash *c);
/* Does the stderr of the program tell of an end by `sig` first of all? */
bool lab_has_crash(const struct lab_proc *p, int sig);
/* "file.c:12" of an offset in the program of `p`; malloc'd, NULL when unknown. */
char *lab_source_line(const struct lab_proc *p, unsigned long offset);

/* Append without the blanks that a pattern leaves between two Chinese characters (fail.c). */
void lab_add_without_gaps(struct buf *b, const char *text, size_t len);

/* --- calls.c: add to the evidence which calls failed, as lab-calls.so told, and take what it told
 * out of the stderr of the programs */
void lab_mention_calls(struct failure *f);

/* --- hosts.c: network namespace of a host, -1: the one we are in */
int lab_host_namespace(int host);

/* --- pauses.c: from time to time stop or continue somebody; is somebody stopped now? */
void lab_pauses(void);
bool lab_paused(void);

/* --- memory.c: all programs together use more than the exercise allows: ends the test */
void lab_check_memory(void);

/* --- alarm.c: what each look saw. When nobody could go on until a timer of the program's own ended
 * a process, turn the failure that came of it into that standstill. */
void lab_notice_standstill(enum observation seen);
void lab_blame_alarm(struct failure *f);

/* --- sleep.c: look for sleepers; at the end true when there is advice to give */
void lab_notice_sleep(void);
bool lab_check_sleep(void);

/* --- sanitizer.c: with --asan, fail when a program reported something */
void lab_check_sanitizers(void);

/* --- left.c */
void lab_left_begin(void);
void lab_check_left(void);
void lab_remove_left(void); /* mode none: take away what this test left on the machine */
/* Children of the test's PID 1 (or re-parented to us): zombies and living ones. */
void lab_count_orphans(size_t *alive, size_t *zombies);

#endif
