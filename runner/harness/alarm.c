/* A program that a timer of its own ends: alarm() as a watchdog over a program that hangs. What
 * stood still before the timer struck explains more than the signal does, or than what is missing
 * after it. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "harness/state.h"

static struct diagnosis standstill; /* of the last look that only a timer kept from being a proof */
/* Looks in a row that saw something else since. One may see a process on its way out, before its
 * end is known; after more the standstill was over. */
enum { OVER = 2 };
static int livelier = OVER;
static bool timer_expected;

void lab_expect_timer(void)
{
    timer_expected = true;
}

/* The program whose tree lost a process to SIGALRM, NULL when none did. One whose end was as
 * expected has nothing to do with what fails later. */
static struct lab_proc *struck(void)
{
    for (size_t i = 0; i < lab.n_procs; i++) {
        struct lab_proc *p = lab.procs[i];
        if (p->side == LAB_STUDENT && !p->trusted && !p->judged &&
            ((p->ended && WIFSIGNALED(p->status) && WTERMSIG(p->status) == SIGALRM) ||
             lab_has_crash(p, SIGALRM)))
            return p;
    }
    return NULL;
}

void lab_notice_standstill(enum observation seen)
{
    if (livelier < OVER && struck())
        return; /* kept until the test fails of it */
    if (seen != OBSERVE_ALARM) {
        livelier += livelier < OVER;
        return;
    }
    if (livelier > 0) {
        diagnosis_release(&standstill);
        observer_describe(lab.observer, &standstill);
    }
    livelier = 0;
}

static void say_who(struct failure *f, struct lab_proc *p)
{
    for (int i = 0; i < LANG_COUNT; i++) {
        enum lang lang = (enum lang)i;
        AUTO_FREE char *child = msg_format(lang, MSG_HARNESS_ONE_OF, lab_role(p, lang));
        const char *who = p->ended && WIFSIGNALED(p->status) ? lab_role(p, lang) : child;
        f->symptom[i] = msg_format(lang, MSG_HARNESS_OWN_ALARM, who, standstill.symptom[i]);
    }
}

void lab_blame_alarm(struct failure *f)
{
    struct lab_proc *p = livelier < OVER ? struck() : NULL;
    struct crash crash;
    if (!p || timer_expected || f->verdict == VERDICT_HANG || f->verdict == VERDICT_INTERNAL ||
        f->verdict == VERDICT_UNDECIDED)
        return;
    const struct failure was = *f; /* of a signal: where it was */
    *f = (struct failure){.verdict = VERDICT_HANG, .diagnosis = standstill.id, .proc = p};
    say_who(f, p);
    for (int i = 0; i < LANG_COUNT; i++) {
        str_add_line(&f->evidence[i], standstill.evidence[i]);
        str_add_line(&f->hint[i], standstill.hint[i]);
        f->graph[i] = standstill.graph[i];
        if (was.verdict == VERDICT_CRASH && was.evidence[i])
            str_add_line(&f->evidence[i], was.evidence[i]);
    }
    if (lab_take_crash(p, &crash) && crash.where)
        lab_say_more(f->evidence, MSG_HARNESS_ALARM_AT, crash.where);
    lab_say_more(f->hint, MSG_HARNESS_HINT_OWN_ALARM);
}
