/* Ordering by sleep(): noticed while waiting, said as advice on a pass, or a failure where the test
 * forbids it. */
#include <sys/syscall.h>

#include "harness/state.h"

static enum { SLEEP_ADVISED, SLEEP_ALLOWED, SLEEP_FORBIDDEN } rule;
static struct lab_proc *sleeper;

void lab_allow_sleep(void)
{
    rule = SLEEP_ALLOWED;
}

void lab_forbid_sleep(void)
{
    rule = SLEEP_FORBIDDEN;
}

void lab_notice_sleep(void)
{
    for (size_t i = 0; !sleeper && rule != SLEEP_ALLOWED && i < lab.n_procs; i++) {
        struct lab_proc *p = lab.procs[i];
        if (p->ended || p->side != LAB_STUDENT || p->provoked)
            continue;
        if (observe_find_blocked(lab.box.proc, p->pid, SYS_clock_nanosleep, -1) > 0 ||
            observe_find_blocked(lab.box.proc, p->pid, SYS_nanosleep, -1) > 0)
            sleeper = p;
    }
}

bool lab_check_sleep(void)
{
    if (!sleeper || rule == SLEEP_ALLOWED)
        return false;
    if (rule == SLEEP_ADVISED)
        return true;
    struct failure f = {.verdict = VERDICT_RACE, .diagnosis = "sleep-as-sync", .proc = sleeper};
    for (int lang = 0; lang < LANG_COUNT; lang++)
        f.symptom[lang] =
            msg_format((enum lang)lang, MSG_HARNESS_SLEEPS, lab_role(sleeper, (enum lang)lang));
    lab_say(f.hint, MSG_HARNESS_HINT_SLEEP);
    lab_fail_with(&f);
}
