/* What a check.c includes. A check program is trusted; the student's code never runs in it.
 *
 *     #include "harness/lab.h"
 *
 *     LAB_TEST(prints_message)
 *     {
 *         struct lab_proc *p = lab_start("pipe_hello", "hi");
 *         lab_wait(p);
 *         lab_expect_exit(p, 0);
 *         lab_expect_output(p, "child got 2 bytes: hi\n");
 *     }
 *
 *     LAB_MAIN(prints_message, …)
 *
 * Every test named in exercise.ini is a LAB_TEST with the same name, listed in LAB_MAIN. Each runs
 * in a process and a sandbox of its own: empty work folder (the current folder of the test and of
 * its programs), private /dev/shm, /tmp, System V ids and POSIX queues, network with loopback only.
 *
 * The rule of the house: no sleeps. Wait for a state: lab_await_blocked(), lab_read_line(),
 * lab_wait(). Any wait ends by itself when the programs provably hang (the test fails with the
 * explanation), burn CPU without end, or after the last resort limit.
 *
 * A failed expectation writes the verdict record and ends the test; nothing after it runs. At the
 * end of a test that is still passing the harness checks what was left behind: processes and
 * zombies, System V ids, /dev/shm, POSIX queues, files. Expected leftovers are declared with
 * lab_allow_left().
 *
 * Texts for people come in pairs, Chinese first. Formats of a pair take the same arguments,
 * positional
 * (%1$s) if their order differs. */
#ifndef HARNESS_LAB_H
#define HARNESS_LAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/types.h>

#include <check.h>

#include "course/verdict.h"

/* --- declaring tests ------------------------------------------------------------------------- */

struct lab_entry {
    const char *name;
    const TTest *test;
};

#define LAB_TEST(name)                                                                             \
    static void lab_body_##name(void);                                                             \
    START_TEST(name)                                                                               \
    {                                                                                              \
        lab_test_begin(#name);                                                                     \
        lab_body_##name();                                                                         \
        lab_test_end();                                                                            \
    }                                                                                              \
    END_TEST                                                                                       \
    static void lab_body_##name(void)

#define LAB_ENTRY(name)                                                                            \
    {                                                                                              \
#name, NULL                                                                                \
    }
/* At the end of check.c: LAB_MAIN({"first", first}, {"second", second}) */
#define LAB_MAIN(...)                                                                              \
    int main(int argc, char **argv)                                                                \
    {                                                                                              \
        const struct lab_entry entries[] = {__VA_ARGS__};                                          \
        return lab_main(entries, sizeof entries / sizeof entries[0], argc, argv);                  \
    }

int lab_main(const struct lab_entry *entries, size_t count, int argc, char **argv);
void lab_test_begin(const char *name);
void lab_test_end(void);

/* --- programs --------------------------------------------------------------------------------- */

struct lab_proc; /* a started program; owned by the test, never freed by check.c */

enum lab_side {
    LAB_STUDENT,   /* the student's build of the program */
    LAB_REFERENCE, /* the reference's, as a peer the student's processes cannot see */
};

struct lab_cmd {
    const char *program;     /* name from exercise.ini, e.g. "pipe_hello" */
    enum lab_side side;      /* default: student */
    const char *const *args; /* NULL-terminated, without argv[0]; NULL: none. See LAB_ARGS */
    const void *input;       /* stdin; written by the harness as the program reads, then closed */
    size_t input_len;
    bool input_open;               /* stdin stays open for lab_send() until lab_close_input() */
    bool input_closed;             /* start with descriptor 0 closed */
    const char *role_zh, *role_en; /* what messages call it; default: the program's name */
    const char *const *env;        /* NULL-terminated additions to the environment */
    int cpu;                       /* 1-based: pin to the n-th allowed CPU; 0: no pin */
    int max_files;                 /* RLIMIT_NOFILE; 0: default */
    int max_processes;             /* RLIMIT_NPROC; 0: from exercise.ini; -1: 1 (fork fails) */
    bool ignore_sigpipe;           /* SIGPIPE ignored from the start, as under some parents */
    mode_t umask;                  /* 0: 022 */
    int stdout_pipe;      /* capacity of its stdout pipe in bytes (F_SETPIPE_SZ); 0: default */
    bool hold_output;     /* do not read its stdout until lab_release_output() */
    unsigned provoke;     /* enum lab_provoke, or-ed; 0: none */
    int stdin_pipe;       /* capacity of its stdin pipe in bytes; 0: default */
    bool dribble;         /* input reaches it one byte at a time */
    bool fixed_addresses; /* no address space randomisation (ThreadSanitizer needs it) */
    bool no_memory_limit; /* ThreadSanitizer reserves terabytes of addresses */
    int host;             /* 2: on the second host of lab_two_hosts(); 0, 1: the first */
};
/* Provocations (lab_cmd.provoke, or-ed): a preloaded library disturbs the program's own calls of
 * the C library, as a kernel, a signal or a scheduler may at any time. Seeded by
 * lab_seed(), the program's arguments and its number in the test: starting it several times tries
 * several schedules, and the same run is disturbed in the same way again. Programs that bypass libc
 * are not provoked. */
enum lab_provoke {
    LAB_SHORT_IO = 1, /* read, write, send, recv… move only a part */
    LAB_EINTR = 2,    /* blocking calls fail with EINTR now and then */
    LAB_DELAY = 4,    /* threads are held up before and after IPC calls (some microseconds to ms) */
    LAB_ALL = 7,
};

#define LAB_ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Start a program of the student with string arguments (no input: stdin is empty). */
#define lab_start(...) lab_start_list((const char *const[]){__VA_ARGS__, NULL})
struct lab_proc *lab_start_list(const char *const *program_and_args);
struct lab_proc *lab_start_cmd(const struct lab_cmd *cmd);
/* lab_spawn(.program = "ring_prod", .args = LAB_ARGS(name, "3"), .side = LAB_REFERENCE) */
#define lab_spawn(...) lab_start_cmd(&(const struct lab_cmd){__VA_ARGS__})

/* Run a function of the check program as a process beside the student's (same PID namespace, so
 * pids and SO_PEERCRED are real; the student cannot trace it). Its return value is its exit status.
 * Its stdout is collected like a program's. */
struct lab_proc *lab_trusted(int (*run)(void *arg), void *arg, const char *role_zh,
                             const char *role_en);

/* --- input and output ---------------------------------------------------------------------------
 */

void lab_send(struct lab_proc *p, const void *data, size_t len); /* to stdin; needs input_open */
void lab_send_text(struct lab_proc *p, const char *text);
void lab_close_input(struct lab_proc *p);
void lab_release_output(struct lab_proc *p);
/* Close our read end of its stdout (the program's writes then fail with EPIPE / SIGPIPE). */
void lab_close_output(struct lab_proc *p);
/* The next line of stdout without its newline, waiting for it; fails the test when the program ends
 * or hangs first. Valid until the next call. */
const char *lab_read_line(struct lab_proc *p);
void lab_expect_line(struct lab_proc *p, const char *expected);
/* All of stdout and stderr so far. */
const char *lab_output(struct lab_proc *p, size_t *len);
const char *lab_errors(struct lab_proc *p, size_t *len);

/* --- waiting
 * --------------------------------------------------------------------------------------- */

/* Wait until it has ended (and its stdout has reached EOF or only leftover processes hold it). */
void lab_wait(struct lab_proc *p);
/* Wait for the end of all started programs. */
void lab_wait_all(void);
/* Wait until a thread of `p` (or of a descendant) is blocked in system call `nr` (SYS_read…, -1:
 * any) with first argument `arg0` (-1: any). Fails the test when `p` ends before, with `diagnosis`
 * "no-block". Returns the pid as this process sees it. */
pid_t lab_await_blocked(struct lab_proc *p, long nr, long arg0);
/* Wait until condition(arg) is true; looked at again and again. Fails the test as `diagnosis` when
 * the programs hang or end first. what_zh/en complete the sentence "等不到：…". */
void lab_await(bool (*condition)(void *arg), void *arg, const char *diagnosis, const char *what_zh,
               const char *what_en);
bool lab_ended(struct lab_proc *p); /* without waiting */
/* Stop watching for hangs in this test (for a program that rightly blocks for ever, until
 * lab_kill). */
void lab_expect_blocking(bool on);

/* A program that sleeps (sleep, usleep, nanosleep) gets the advice `sleep-as-sync` on a pass. Where
 * time is part of the task the test allows it; where order must come from synchronisation it
 * forbids it. */
void lab_allow_sleep(void);
void lab_forbid_sleep(void);
/* The task has the program end a wait by time: when SIGALRM kills it, a handler is missing. In
 * other tests such an end is explained as the hang that came before it. */
void lab_expect_timer(void);

/* --- expectations
 * ------------------------------------------------------------------------------------- */

void lab_expect_exit(struct lab_proc *p, int status);
void lab_expect_failure(struct lab_proc *p); /* any exit status but 0, no signal */
void lab_expect_signal(struct lab_proc *p, int sig);
void lab_expect_output(struct lab_proc *p, const char *expected);
void lab_expect_output_bytes(struct lab_proc *p, const void *expected, size_t len);
/* Compare any bytes; what_zh/en name them ("消息队列里的正文" / "the text in the queue"). */
void lab_expect_bytes(const char *what_zh, const char *what_en, const void *expected,
                      size_t expected_len, const void *actual, size_t actual_len);
/* Nothing of it but `p` itself and living children: no zombie child of p right now. */
void lab_expect_no_zombies(struct lab_proc *p);
/* A condition of your own. On false: fails with that verdict and diagnosis id. */
#define lab_expect(condition, verdict, diagnosis, ...)                                             \
    do {                                                                                           \
        if (!(condition))                                                                          \
            lab_fail(verdict, diagnosis, __VA_ARGS__);                                             \
    } while (0)
/* Fail now: symptom in two languages (formats with the same arguments). */
_Noreturn void lab_fail(enum verdict v, const char *diagnosis, const char *zh, const char *en, ...);
/* This machine cannot tell (one CPU only…): the test counts neither way. */
_Noreturn void lab_undecided(const char *zh, const char *en, ...);
/* A fault of the machine or of the check program itself: verdict internal. */
_Noreturn void lab_internal(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What the next expectations are about, added to the symptom when one fails:
 * "（参数是空字符串时）". */
void lab_context(const char *zh, const char *en, ...);
/* One more line of evidence, shown when the test fails. */
void lab_note(const char *zh, const char *en, ...);
/* The hint shown if an expectation fails, until changed; NULL, NULL: the general one. Hangs, leaks,
 * crashes and busy loops keep their own hints, which know more (lab_hint_for() replaces those). */
void lab_hint(const char *zh, const char *en);
/* The hint, and optionally another diagnosis id, for failures with this diagnosis only. `rename`
 * may be NULL. Example: lab_hint_for("short-output", "single-read", "read 只保证…", "read()
 * returns…"); */
void lab_hint_for(const char *diagnosis, const char *rename, const char *zh, const char *en);
/* For failures with this diagnosis when the test knows better what it means: called before the
 * record is written; may call lab_note() and lab_hint(), and returns the diagnosis id to use (or
 * NULL to keep). */
void lab_on_fail(const char *(*refine)(enum verdict v, const char *diagnosis, struct lab_proc *p));

/* `p` is a driver built with -fsanitize=thread (exercise.ini: driver = …, flags =
 * -fsanitize=thread), to be started with .fixed_addresses and .no_memory_limit: wait for it; a race
 * that ThreadSanitizer reports fails the test (verdict race, diagnosis "data-race", the two
 * accesses and their lines as evidence); when ThreadSanitizer cannot start on this machine the test
 * is undecided. */
void lab_expect_no_race(struct lab_proc *p);

/* --- state of a program
 * ------------------------------------------------------------------------------------ */

pid_t lab_pid(const struct lab_proc *p);                  /* as this process sees it */
pid_t lab_inner_pid(const struct lab_proc *p);            /* as the program itself sees it */
int lab_status(const struct lab_proc *p);                 /* wait status; only after it ended */
const struct rusage *lab_usage(const struct lab_proc *p); /* only after it ended */
double lab_cpu_seconds(struct lab_proc *p);               /* so far, descendants included */
/* No random pauses (`ipclab verify --pauses`) from here to the end of the test: it stops and
 * continues processes itself, and a pause that ends would continue what the test has stopped. */
void lab_no_pauses(void);
void lab_kill(struct lab_proc *p, int sig); /* signal the program (not its children) */
/* Number of living descendants (zombies not counted), and of zombies. */
size_t lab_descendants(struct lab_proc *p);
size_t lab_zombies(struct lab_proc *p);
/* Number of open descriptors of the program right now; -1 when it ended. */
int lab_open_fds(struct lab_proc *p);

/* --- surroundings
 * ------------------------------------------------------------------------------------------- */

const char *lab_dir(void);              /* the work folder, absolute */
const char *lab_path(const char *name); /* a path in it; valid until the end of the test */
key_t lab_key(void);                    /* a fresh System V key, different each call */
const char *lab_key_text(key_t key); /* as decimal text for argv; valid until the end of the test */
const char *lab_name(const char *stem); /* a fresh "/stem-123456" for shm_open, mq_open, sem_open */
const char *lab_text(const char *format, ...)
    __attribute__((format(printf, 1, 2))); /* kept until end */
uint64_t lab_seed(void);                   /* of this run */
uint32_t lab_random(uint32_t below);       /* seeded; same seed, same numbers */
int lab_cpus(void);                        /* CPUs this process may use */
/* A pattern of `len` bytes without repetition that would hide a shift; kept until the end of the
 * test. */
const char *lab_pattern(size_t len);

/* Two hosts: from now on programs started with .host = 2 live in a second network namespace, joined
 * to the first by a veth pair. lab_host_address(1 or 2) is the IPv4 address of a host as text
 * ("10.77.0.1"). In mode none both are this machine's loopback (127.0.0.1, 127.0.0.2). */
void lab_two_hosts(void);
const char *lab_host_address(int host);

enum lab_left {
    LAB_LEFT_FILE,
    LAB_LEFT_SHM,
    LAB_LEFT_MQUEUE,
    LAB_LEFT_SYSV_MSG,
    LAB_LEFT_SYSV_SEM,
    LAB_LEFT_SYSV_SHM,
    LAB_LEFT_PROCESS
};
/* Something of this kind may be left behind in this test; name as in the folder, or NULL for any.
 */
void lab_allow_left(enum lab_left kind, const char *name);
/* Check leftovers now (as at the end), then go on. */
void lab_expect_clean(void);
/* Shown leftovers of System V and other kinds are removed with the sandbox; nothing to clean up. */

#endif
