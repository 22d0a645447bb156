/* Waiting for a signal: which ones could end it, and which have come and are kept away. */
#include <signal.h>
#include <stdio.h>
#include <string.h> /* sigabbrev_np() */
#include <sys/syscall.h>

#include "observe/graph.h"
#include "observe/words.h"

static uint64_t bit(int sig)
{
    return 1ull << (sig - 1);
}

/* Handlers that are not the program's own: of lab-crash.so, and of the C library's threads. */
static uint64_t not_its_own(void)
{
    return bit(SIGSEGV) | bit(SIGBUS) | bit(SIGFPE) | bit(SIGILL) | bit(SIGABRT) | bit(SIGALRM) |
           bit(32) | bit(33);
}

/* What by default does not end a process does not end its wait either, see signal(7). */
static uint64_t harmless(void)
{
    return bit(SIGCHLD) | bit(SIGURG) | bit(SIGWINCH) | bit(SIGCONT) | bit(SIGTSTP) | bit(SIGTTIN) |
           bit(SIGTTOU);
}

/* sigwait() says which signals it wants; pause() and sigsuspend() take any that has a handler. */
static bool asks_for_set(const struct graph *g, const struct wait *w)
{
    return g->s->tasks[w->task].call.nr == SYS_rt_sigtimedwait;
}

void signal_wait(struct graph *g, struct wait *w)
{
    const struct task *t = &g->s->tasks[w->task];
    int dir = g->facts[w->process].dir;
    struct proc_signals s;
    char name[40];
    w->for_signal = true;
    snprintf(name, sizeof name, "task/%d/status", (int)t->tid);
    if (!proc_signals(dir, name, &s))
        return;
    if (asks_for_set(g, w)) {
        if (!proc_memory(dir, t->call.arg[0], &w->signals.wanted, sizeof w->signals.wanted))
            return;
    } else {
        w->signals.wanted = s.caught & ~not_its_own();
        w->signals.kept_away = s.pending & s.blocked & (s.caught | ~harmless());
    }
    w->signals.known = true;
}

/* "SIGUSR1、SIGTERM" */
static char *names(uint64_t set, enum lang lang)
{
    struct buf b = BUF_INIT;
    for (int sig = 1; sig <= 64; sig++) {
        const char *name = sigabbrev_np(sig);
        if (!(set & bit(sig)))
            continue;
        buf_adds(&b, b.len ? (lang == LANG_ZH ? "、" : ", ") : "");
        if (name)
            buf_addf(&b, "SIG%s", name);
        else
            buf_addf(&b, "SIGRTMIN+%d", sig - SIGRTMIN);
    }
    return buf_steal(&b);
}

void signal_facts(struct buf *out, const struct graph *g, const struct wait *w, enum lang lang)
{
    if (!w->for_signal || !w->signals.known)
        return;
    AUTO_FREE char *wanted = names(w->signals.wanted, lang);
    AUTO_FREE char *kept = names(w->signals.kept_away, lang);
    AUTO_FREE char *line = !w->signals.wanted ? msg_format(lang, MSG_OBSERVE_FACT_NO_HANDLER)
                           : asks_for_set(g, w)
                               ? msg_format(lang, MSG_OBSERVE_FACT_SIGNAL_SET, wanted)
                               : msg_format(lang, MSG_OBSERVE_FACT_HANDLERS, wanted);
    buf_addf(out, "%s\n", line);
    if (!w->signals.kept_away)
        return;
    AUTO_FREE char *more = msg_format(lang, MSG_OBSERVE_FACT_KEPT_AWAY, kept);
    buf_addf(out, "%s\n", more);
}
