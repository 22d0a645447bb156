/* Input, output and waiting as check.c sees them. */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/state.h"

/* --- stdin
 * ------------------------------------------------------------------------------------------ */

void lab_send(struct lab_proc *p, const void *data, size_t len)
{
    if (!p->input_open)
        lab_internal("lab_send() to a program started without input_open");
    if (p->in < 0)
        return; /* it closed its stdin: its own affair, the expectations will tell */
    buf_add(&p->pending, data, len);
    lab_pump(0);
}

void lab_send_text(struct lab_proc *p, const char *text)
{
    lab_send(p, text, strlen(text));
}

void lab_close_input(struct lab_proc *p)
{
    p->input_open = false;
    lab_pump(0);
    if (p->in >= 0 && p->pending_at == p->pending.len) {
        close(p->in);
        p->in = -1;
    }
}

/* --- stdout
 * ------------------------------------------------------------------------------------------- */

void lab_release_output(struct lab_proc *p)
{
    p->hold_output = false;
    lab_pump(0);
}

void lab_close_output(struct lab_proc *p)
{
    if (p->out >= 0)
        close(p->out);
    p->out = -1;
}

const char *lab_output(struct lab_proc *p, size_t *len)
{
    lab_pump(0);
    if (len)
        *len = p->output.len;
    return buf_text(&p->output);
}

const char *lab_errors(struct lab_proc *p, size_t *len)
{
    lab_pump(0);
    if (len)
        *len = p->errors.len;
    return buf_text(&p->errors);
}

static const char *next_line(const struct lab_proc *p)
{
    if (p->output.len <= p->line_at)
        return NULL;
    return memchr(p->output.data + p->line_at, '\n', p->output.len - p->line_at);
}

static bool line_or_end(void *arg)
{
    const struct lab_proc *p = arg;
    return next_line(p) || (p->ended && p->out < 0);
}

static _Noreturn void fail_no_line(struct lab_proc *p)
{
    struct failure f = {.verdict = VERDICT_WRONG_OUTPUT, .diagnosis = "no-output", .proc = p};
    if (WIFSIGNALED(p->status))
        lab_fail_signal(p);
    for (int lang = 0; lang < LANG_COUNT; lang++)
        f.symptom[lang] =
            msg_format((enum lang)lang, MSG_HARNESS_NO_LINE, lab_role(p, (enum lang)lang));
    lab_say(f.evidence, MSG_HARNESS_ENDED_STATUS, WEXITSTATUS(p->status));
    lab_say(f.hint, MSG_HARNESS_HINT_NO_LINE);
    f.has_bytes = true;
    f.expected = "…\n";
    f.expected_len = strlen(f.expected);
    f.actual = buf_text(&p->output) + p->line_at;
    f.actual_len = p->output.len - p->line_at;
    lab_fail_with(&f);
}

const char *lab_read_line(struct lab_proc *p)
{
    AUTO_FREE char *zh = msg_format(LANG_ZH, MSG_HARNESS_NEXT_LINE, lab_role(p, LANG_ZH));
    AUTO_FREE char *en = msg_format(LANG_EN, MSG_HARNESS_NEXT_LINE, lab_role(p, LANG_EN));
    lab_awaiting(zh, en);
    lab_wait_until(line_or_end, p);
    lab_awaiting(NULL, NULL);
    if (!next_line(p))
        fail_no_line(p);
    const char *start = p->output.data + p->line_at;
    size_t len = (size_t)(next_line(p) - start);
    free(p->line);
    p->line = str_ndup(start, len);
    p->line_at += len + 1;
    return p->line;
}

/* --- waiting
 * ------------------------------------------------------------------------------------------- */

static bool finished(void *arg)
{
    struct lab_proc *p = arg;
    if (!p->ended)
        return false;
    if (p->out < 0)
        return true;
    /* Something that outlived the program still holds its stdout. What it says counts as output, so
     * we wait for it (a hang of it is noticed too); when all are zombies nothing more can come. */
    size_t alive, zombies;
    lab_count_orphans(&alive, &zombies);
    return alive == 0 && !lab_pump(0);
}

void lab_wait(struct lab_proc *p)
{
    lab_wait_until(finished, p);
}

static bool all_finished(void *arg)
{
    (void)arg;
    for (size_t i = 0; i < lab.n_procs; i++)
        if (!finished(lab.procs[i]))
            return false;
    return true;
}

void lab_wait_all(void)
{
    lab_wait_until(all_finished, NULL);
}

bool lab_ended(struct lab_proc *p)
{
    lab_pump(0);
    return p->ended;
}

struct blocked {
    struct lab_proc *p;
    long nr, arg0;
    pid_t found;
};

static bool is_blocked(void *arg)
{
    struct blocked *b = arg;
    if (b->p->ended)
        return true;
    b->found = observe_find_blocked(lab.box.proc, b->p->pid, b->nr, b->arg0);
    return b->found > 0;
}

pid_t lab_await_blocked(struct lab_proc *p, long nr, long arg0)
{
    struct blocked b = {.p = p, .nr = nr, .arg0 = arg0};
    lab_wait_until(is_blocked, &b);
    if (b.found > 0)
        return b.found;
    if (WIFSIGNALED(p->status))
        lab_fail_signal(p);
    struct failure f = {.verdict = VERDICT_WRONG_STATE, .diagnosis = "no-block", .proc = p};
    for (int lang = 0; lang < LANG_COUNT; lang++)
        f.symptom[lang] =
            msg_format((enum lang)lang, MSG_HARNESS_NO_BLOCK, lab_role(p, (enum lang)lang));
    lab_say(f.evidence, MSG_HARNESS_ENDED_STATUS, WEXITSTATUS(p->status));
    lab_say(f.hint, MSG_HARNESS_HINT_NO_BLOCK);
    lab_fail_with(&f);
}

struct awaited {
    bool (*condition)(void *);
    void *arg;
    bool met;
};

static bool student_runs(void)
{
    for (size_t i = 0; i < lab.n_procs; i++)
        if (!lab.procs[i]->ended)
            return true;
    return false;
}

static bool met_or_over(void *arg)
{
    struct awaited *a = arg;
    bool over = !student_runs();
    a->met =
        a->condition(a->arg); /* asked after looking whether anybody runs: no last-moment race */
    return a->met || over;
}

void lab_await(bool (*condition)(void *arg), void *arg, const char *diagnosis, const char *what_zh,
               const char *what_en)
{
    struct awaited a = {condition, arg, false};
    lab_awaiting(what_zh, what_en);
    lab_wait_until(met_or_over, &a);
    lab_awaiting(NULL, NULL);
    if (a.met)
        return;
    struct failure f = {.verdict = VERDICT_WRONG_STATE, .diagnosis = diagnosis};
    f.symptom[LANG_ZH] = msg_format(LANG_ZH, MSG_HARNESS_NEVER, what_zh);
    f.symptom[LANG_EN] = msg_format(LANG_EN, MSG_HARNESS_NEVER, what_en);
    lab_fail_with(&f);
}
