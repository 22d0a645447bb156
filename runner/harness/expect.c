/* Expectations on exit status and bytes. */
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "harness/classify.h"
#include "harness/state.h"

/* Symptom of one program, with its name in each language. */
#define SAY(f, id, p, ...)                                                                         \
    do {                                                                                           \
        for (int lang_ = 0; lang_ < LANG_COUNT; lang_++)                                           \
            (f).symptom[lang_] = msg_format((enum lang)lang_, MSG_##id,                            \
                                            lab_role(p, (enum lang)lang_), __VA_ARGS__);           \
    } while (0)

enum { PAGE = 4096 };

static const struct {
    int sig;
    const char *diagnosis;
    enum msg_id hint;
} crashes[] = {
    {SIGSEGV, "segfault", MSG_HARNESS_HINT_SEGV},
    {SIGBUS, "bus-error", MSG_HARNESS_HINT_BUS},
    {SIGABRT, "abort", MSG_HARNESS_HINT_ABRT},
    {SIGPIPE, "sigpipe", MSG_HARNESS_HINT_PIPE},
    {SIGFPE, "divide-by-zero", MSG_HARNESS_HINT_FPE},
    {SIGALRM, "killed-by-signal", MSG_HARNESS_HINT_ALRM},
    {SIGILL, "killed-by-signal", MSG_HARNESS_HINT_OTHER},
    {SIGKILL, "killed-by-signal", MSG_HARNESS_HINT_KILL},
    {SIGXCPU, "busy-loop", MSG_HARNESS_HINT_XCPU},
    {SIGXFSZ, "file-too-large", MSG_HARNESS_HINT_XFSZ},
    {SIGSYS, "forbidden-call", MSG_HARNESS_HINT_SYS},
};

/* (void *)-1 itself, or a member behind it: members are aligned, so that the sum is odd. */
static bool beyond_failed_map(unsigned long address)
{
    return address > ULONG_MAX - PAGE || (address < PAGE && address % 4 == 3);
}

/* Where it crashed and what it touched, when lab-crash.so could tell. */
static void add_place(struct failure *f, enum msg_id *hint, const struct crash *c)
{
    if (c->where)
        lab_say_more(f->evidence, MSG_HARNESS_CRASH_AT, c->where);
    if ((c->signal != SIGSEGV && c->signal != SIGBUS) || c->code == 0)
        return;
    lab_say_more(f->evidence, MSG_HARNESS_CRASH_ADDRESS, c->address);
    if (c->signal == SIGSEGV && beyond_failed_map(c->address)) {
        f->diagnosis = "map-failed";
        *hint = MSG_HARNESS_HINT_MAP_FAILED;
    } else if (c->signal == SIGSEGV && c->address < PAGE) {
        f->diagnosis = "null-pointer";
        *hint = MSG_HARNESS_HINT_NULL;
    }
}

void lab_fail_signal(struct lab_proc *p)
{
    int sig = WTERMSIG(p->status);
    struct failure f = {.verdict = VERDICT_CRASH, .diagnosis = "killed-by-signal", .proc = p};
    enum msg_id hint = MSG_HARNESS_HINT_OTHER;
    struct crash crash;
    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++)
        if (crashes[i].sig == sig) {
            f.diagnosis = crashes[i].diagnosis;
            hint = crashes[i].hint;
        }
    if (sig == SIGXCPU)
        f.verdict = VERDICT_BUSY_LOOP;
    const char *name = sigabbrev_np(sig); /* NULL for real-time signals */
    SAY(f, HARNESS_KILLED, p, sig, name ? name : "RT", strsignal(sig));
    if (lab_take_crash(p, &crash) && crash.signal == sig)
        add_place(&f, &hint, &crash);
    lab_say(f.hint, hint);
    lab_fail_with(&f);
}

static void add_ended(struct failure *f, const struct lab_proc *q, enum msg_id id, int number)
{
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        AUTO_FREE char *line =
            msg_format((enum lang)lang, id, lab_role(q, (enum lang)lang), number);
        str_add_line(&f->evidence[lang], line);
    }
}

/* A program of the reference that fails does so because of what it met: the student's programs that
 * have ended, and what all of them said, are the evidence then. */
static bool blame_student(struct failure *f, struct lab_proc *p)
{
    if (p->side != LAB_REFERENCE || p->trusted)
        return false;
    f->proc = NULL;
    lab_say(f->hint, MSG_HARNESS_HINT_REFERENCE);
    for (size_t i = 0; i < lab.n_procs; i++) {
        const struct lab_proc *q = lab.procs[i];
        if (q->side != LAB_STUDENT || q->trusted || !q->ended || q->judged)
            continue;
        if (WIFSIGNALED(q->status))
            add_ended(f, q, MSG_HARNESS_STUDENT_KILLED, WTERMSIG(q->status));
        else if (WEXITSTATUS(q->status) != 0)
            add_ended(f, q, MSG_HARNESS_STUDENT_ENDED, WEXITSTATUS(q->status));
    }
    return true;
}

static void must_have_ended(struct lab_proc *p)
{
    if (!p->ended)
        lab_wait(p);
}

void lab_expect_exit(struct lab_proc *p, int status)
{
    must_have_ended(p);
    if (WIFSIGNALED(p->status))
        lab_fail_signal(p);
    int actual = WEXITSTATUS(p->status);
    p->judged = actual == status;
    if (p->judged)
        return;
    struct failure f = {.verdict = VERDICT_WRONG_STATUS, .diagnosis = "wrong-status", .proc = p};
    SAY(f, HARNESS_WRONG_STATUS, p, actual, status);
    if (actual == 127)
        lab_say(f.hint, MSG_HARNESS_HINT_127);
    else if (!blame_student(&f, p))
        lab_say(f.hint, status == 0   ? MSG_HARNESS_HINT_STATUS_0
                        : actual == 0 ? MSG_HARNESS_HINT_STATUS_FAIL
                                      : MSG_HARNESS_HINT_STATUS);
    lab_fail_with(&f);
}

void lab_expect_failure(struct lab_proc *p)
{
    must_have_ended(p);
    if (WIFSIGNALED(p->status))
        lab_fail_signal(p);
    if (WEXITSTATUS(p->status) != 0)
        return;
    struct failure f = {.verdict = VERDICT_WRONG_STATUS, .diagnosis = "wrong-status", .proc = p};
    SAY(f, HARNESS_NO_FAILURE, p, 0);
    lab_say(f.hint, MSG_HARNESS_HINT_STATUS_FAIL);
    lab_fail_with(&f);
}

void lab_expect_signal(struct lab_proc *p, int sig)
{
    must_have_ended(p);
    if (WIFSIGNALED(p->status) && WTERMSIG(p->status) == sig)
        return;
    struct failure f = {.verdict = VERDICT_WRONG_STATUS, .diagnosis = "wrong-status", .proc = p};
    if (WIFSIGNALED(p->status))
        SAY(f, HARNESS_OTHER_SIGNAL, p, WTERMSIG(p->status), sig);
    else
        SAY(f, HARNESS_NO_SIGNAL, p, WEXITSTATUS(p->status), sig);
    lab_fail_with(&f);
}

/* --- bytes
 * -------------------------------------------------------------------------------------------- */

static const struct {
    const char *diagnosis;
    enum msg_id hint;
} output_hints[] = {
    {"no-output", MSG_HARNESS_HINT_NO_OUTPUT},    {"short-output", MSG_HARNESS_HINT_SHORT},
    {"extra-output", MSG_HARNESS_HINT_EXTRA},     {"missing-nul", MSG_HARNESS_HINT_NUL},
    {"doubled-output", MSG_HARNESS_HINT_DOUBLED}, {"lost-lines", MSG_HARNESS_HINT_LOST},
    {"lost-bytes", MSG_HARNESS_HINT_LOST_BYTES},  {"wrong-order", MSG_HARNESS_HINT_ORDER},
    {"wrong-output", MSG_HARNESS_HINT_OUTPUT},
};

static void compare_bytes(struct lab_proc *p, const char *what[LANG_COUNT], const char *expected,
                          size_t expected_len, const char *actual, size_t actual_len)
{
    if (expected_len == actual_len &&
        (actual_len == 0 || memcmp(expected, actual, actual_len) == 0))
        return;
    struct failure f = {.verdict = VERDICT_WRONG_OUTPUT,
                        .proc = p,
                        .has_bytes = true,
                        .expected = expected,
                        .expected_len = expected_len,
                        .actual = actual,
                        .actual_len = actual_len};
    f.diagnosis = classify_output(expected, expected_len, actual, actual_len);
    size_t at = first_difference(expected, expected_len, actual, actual_len);
    for (int i = 0; i < LANG_COUNT; i++)
        f.symptom[i] = actual_len == 0
                           ? msg_format((enum lang)i, MSG_HARNESS_NOTHING, what[i])
                           : msg_format((enum lang)i, MSG_HARNESS_DIFFERENT, what[i], at + 1);
    lab_say(f.evidence, MSG_HARNESS_LENGTHS, expected_len, actual_len);
    for (size_t i = 0; i < sizeof output_hints / sizeof output_hints[0]; i++)
        if (strcmp(output_hints[i].diagnosis, f.diagnosis) == 0)
            lab_say(f.hint, output_hints[i].hint);
    lab_fail_with(&f);
}

void lab_expect_output_bytes(struct lab_proc *p, const void *expected, size_t len)
{
    const char *what[LANG_COUNT];
    must_have_ended(p);
    for (int i = 0; i < LANG_COUNT; i++)
        what[i] =
            lab_keep(msg_format((enum lang)i, MSG_HARNESS_STDOUT_OF, lab_role(p, (enum lang)i)));
    /* a crash explains missing output better than the comparison does */
    if (WIFSIGNALED(p->status) &&
        (p->output.len != len || (len && memcmp(buf_text(&p->output), expected, len) != 0)))
        lab_fail_signal(p);
    compare_bytes(p, what, expected, len, buf_text(&p->output), p->output.len);
}

void lab_expect_output(struct lab_proc *p, const char *expected)
{
    lab_expect_output_bytes(p, expected, strlen(expected));
}

void lab_expect_line(struct lab_proc *p, const char *expected)
{
    const char *line = lab_read_line(p), *what[LANG_COUNT];
    for (int i = 0; i < LANG_COUNT; i++)
        what[i] =
            lab_keep(msg_format((enum lang)i, MSG_HARNESS_LINE_OF, lab_role(p, (enum lang)i)));
    compare_bytes(p, what, expected, strlen(expected), line, strlen(line));
}

void lab_expect_bytes(const char *what_zh, const char *what_en, const void *expected,
                      size_t expected_len, const void *actual, size_t actual_len)
{
    const char *what[LANG_COUNT] = {[LANG_ZH] = what_zh, [LANG_EN] = what_en};
    compare_bytes(NULL, what, expected, expected_len, actual, actual_len);
}

void lab_expect_no_zombies(struct lab_proc *p)
{
    size_t n = lab_zombies(p);
    if (!n)
        return;
    struct failure f = {.verdict = VERDICT_LEAK, .diagnosis = "zombie", .proc = p};
    SAY(f, HARNESS_ZOMBIES_NOW, p, n);
    lab_say(f.hint, MSG_HARNESS_HINT_ZOMBIE);
    lab_fail_with(&f);
}
