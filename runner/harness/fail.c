/* From a failure to the verdict record, and the end of the test. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/text.h"
#include "harness/state.h"

enum { BYTES_KEPT = 256 * 1024, STDERR_KEPT = 2000 };

static void write_line(json_t *j)
{
    char *text = json_dumps(j, JSON_COMPACT);
    json_decref(j);
    if (!text)
        return;
    struct buf b = BUF_INIT;
    buf_adds(&b, text);
    buf_addc(&b, '\n');
    free(text);
    for (size_t at = 0; at < b.len;) {
        ssize_t n = write(lab.events, b.data + at, b.len - at);
        if (n < 0 && errno != EINTR)
            break; /* the grader is gone; there is nobody left to tell */
        if (n > 0)
            at += (size_t)n;
    }
    buf_release(&b);
}

void lab_emit_begin(void)
{
    write_line(json_pack("{s:s,s:s}", "event", "begin", "test", lab.name));
}

static void emit(struct record *r)
{
    r->test = str_dup(lab.name);
    r->seed = lab.seed;
    r->ms = clock_ms() - lab.started;
    json_t *j = record_to_json(r);
    json_object_set_new(j, "event", json_string("end"));
    write_line(j);
}

void lab_emit_pass(bool slept)
{
    struct record r = {.verdict = VERDICT_PASS};
    if (slept) { /* passed, with a piece of advice */
        r.diagnosis = str_dup("sleep-as-sync");
        lab_say(r.hint.text, MSG_HARNESS_HINT_SLEEP);
    }
    emit(&r);
    record_release(&r);
}

/* --- texts in two languages
 * ------------------------------------------------------------------------ */

void lab_say(char *text[LANG_COUNT], enum msg_id id, ...)
{
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        va_list ap;
        va_start(ap, id);
        free(text[lang]);
        text[lang] = msg_vformat((enum lang)lang, id, ap);
        va_end(ap);
    }
}

void lab_say_more(char *text[LANG_COUNT], enum msg_id id, ...)
{
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        va_list ap;
        va_start(ap, id);
        AUTO_FREE char *line = msg_vformat((enum lang)lang, id, ap);
        va_end(ap);
        str_add_line(&text[lang], line);
    }
}

/* --- the record
 * ------------------------------------------------------------------------------------------ */

static const struct hint_rule *find_rule(const char *diagnosis)
{
    for (size_t i = 0; i < lab.n_rules; i++)
        if (strcmp(lab.rules[i].diagnosis, diagnosis) == 0)
            return &lab.rules[i];
    return NULL;
}

/* check.c's own words first: rule for the diagnosis, then its general hint, then the room's text.
 */
static char *choose_hint(const struct failure *f, const struct hint_rule *rule, enum lang lang)
{
    const char *own = NULL;
    if (rule)
        own = lang == LANG_ZH ? rule->zh : rule->en;
    if (!own)
        own = lab.hint[lang];
    return str_dup(own ? own : f->hint[lang]);
}

static char *join_evidence(const struct failure *f, enum lang lang)
{
    struct buf b = BUF_INIT;
    if (f->evidence[lang])
        buf_adds(&b, f->evidence[lang]);
    if (lab.notes[lang].len) {
        if (b.len)
            buf_addc(&b, '\n');
        buf_add(&b, lab.notes[lang].data, lab.notes[lang].len - 1); /* without the last newline */
    }
    if (!b.len) {
        buf_release(&b);
        return NULL;
    }
    return buf_steal(&b);
}

/* Chinese is written without blanks, but a pattern with a name in it has them for the names of
 * programs: "消费者 应该…". A Chinese character in UTF-8 begins with one of these bytes. */
static bool is_han(const char *at)
{
    return (unsigned char)*at >= 0xe4 && (unsigned char)*at <= 0xe9;
}

void lab_add_without_gaps(struct buf *b, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] != ' ' || i < 3 || !is_han(text + i - 3) || !is_han(text + i + 1))
            buf_addc(b, text[i]);
}

/* "symptom（context）。"; a context that brings its brackets along keeps them. */
static char *with_context(const char *symptom, enum lang lang)
{
    const char *context = lab.context[lang], *stop = lang == LANG_ZH ? "。" : ".";
    size_t len = strlen(symptom), n = strlen(stop);
    struct buf b = BUF_INIT;
    bool ends = len >= n && strcmp(symptom + len - n, stop) == 0;
    lab_add_without_gaps(&b, symptom, ends ? len - n : len);
    if (context && *context) {
        bool own_brackets = context[0] == '(' || strncmp(context, "（", strlen("（")) == 0;
        buf_adds(&b, lang == LANG_ZH ? "" : " ");
        buf_adds(&b, own_brackets ? "" : lang == LANG_ZH ? "（" : "(");
        buf_adds(&b, context);
        buf_adds(&b, own_brackets ? "" : lang == LANG_ZH ? "）" : ")");
    }
    buf_adds(&b, ends ? stop : "");
    return buf_steal(&b);
}

/* What observe and the leftover check say of these is about what they saw; a hint meant for the
 * next expectation would mislead. */
static bool knows_better(enum verdict v)
{
    return v == VERDICT_HANG || v == VERDICT_BUSY_LOOP || v == VERDICT_LEAK || v == VERDICT_CRASH ||
           v == VERDICT_LIMIT;
}

static struct bytes cut_bytes(const char *data, size_t len)
{
    size_t kept = len < BYTES_KEPT ? len : BYTES_KEPT;
    return (struct bytes){.data = str_ndup(data ? data : "", kept), .len = kept, .total = len};
}

/* Is the failure told of another program of the student's? One told of a peer, or of nobody, may be
 * the fault of any of them. */
static bool about_another(const struct failure *f, const struct lab_proc *p)
{
    return f->proc && f->proc != p && f->proc->side == LAB_STUDENT;
}

static char *stderr_tail(const struct failure *f)
{
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < lab.n_procs; i++) {
        const struct lab_proc *p = lab.procs[i];
        if (p->side != LAB_STUDENT || p->trusted || !p->errors.len || about_another(f, p) ||
            (p->judged && f->proc != p))
            continue;
        size_t skip = p->errors.len > STDERR_KEPT ? p->errors.len - STDERR_KEPT : 0;
        /* AddressSanitizer ends with a page about its own tables */
        const char *tables = strstr(buf_text(&p->errors) + skip, "Shadow bytes around");
        size_t end = tables ? (size_t)(tables - p->errors.data) : p->errors.len;
        text_sanitize(&b, p->errors.data + skip, end - skip);
        if (b.len > 2 * STDERR_KEPT)
            break;
    }
    return b.len ? buf_steal(&b) : NULL;
}

/* A child that crashed explains a wrong status or output of its parent better than the numbers do.
 * The line of lab-crash.so is for us, not for the student. */
static void mention_crashes(struct failure *f)
{
    struct crash c;
    for (size_t i = 0; i < lab.n_procs; i++) {
        struct lab_proc *p = lab.procs[i];
        if (p->side != LAB_STUDENT || p->trusted || about_another(f, p) || !lab_take_crash(p, &c))
            continue;
        if (c.where && c.signal == SIGALRM)
            lab_say_more(f->evidence, MSG_HARNESS_CHILD_ALARM_AT, c.where);
        else if (c.where)
            lab_say_more(f->evidence, MSG_HARNESS_CHILD_CRASHED_AT, c.signal, strsignal(c.signal),
                         c.where);
        else
            lab_say_more(f->evidence, MSG_HARNESS_CHILD_CRASHED, c.signal, strsignal(c.signal));
        free(c.where);
    }
}

void lab_awaiting(const char *zh, const char *en)
{
    free(lab.awaited[LANG_ZH]);
    free(lab.awaited[LANG_EN]);
    lab.awaited[LANG_ZH] = str_dup(zh);
    lab.awaited[LANG_EN] = str_dup(en);
}

static void mention_awaited(struct failure *f)
{
    for (int i = 0; i < LANG_COUNT && f->verdict == VERDICT_HANG; i++) {
        if (!lab.awaited[i])
            continue;
        AUTO_FREE char *line = msg_format((enum lang)i, MSG_HARNESS_AWAITED, lab.awaited[i]);
        struct buf b = BUF_INIT;
        lab_add_without_gaps(&b, line, strlen(line));
        str_add_line(&f->evidence[i], buf_text(&b));
        buf_release(&b);
    }
}

static void fill_record(struct record *r, struct failure *f, const struct hint_rule *rule)
{
    for (int i = 0; i < LANG_COUNT; i++) {
        enum lang lang = (enum lang)i;
        r->symptom.text[lang] = with_context(f->symptom[lang] ? f->symptom[lang] : "", lang);
        r->evidence.text[lang] = join_evidence(f, lang);
        r->hint.text[lang] = choose_hint(f, rule, lang);
        r->graph.text[lang] = str_dup(f->graph[lang]);
    }
    if (f->has_bytes) {
        r->has_bytes = true;
        r->expected = cut_bytes(f->expected, f->expected_len);
        r->actual = cut_bytes(f->actual, f->actual_len);
    }
    r->stderr_tail = stderr_tail(f);
}

/* With --asan a memory error explains whatever went wrong after it. */
static void look_for_sanitizers(const struct failure *f)
{
    static bool looked;
    if (looked || !lab.asan || f->verdict == VERDICT_INTERNAL || f->verdict == VERDICT_UNDECIDED)
        return;
    looked = true;
    lab_pump(0);
    lab_check_sanitizers(); /* comes back when there is none */
}

void lab_fail_with(struct failure *f)
{
    static bool failing;
    lab_blame_alarm(f);
    const char *better, *own_hint[LANG_COUNT] = {lab.hint[LANG_ZH], lab.hint[LANG_EN]};
    look_for_sanitizers(f);
    if (failing) /* a refine function failed itself: the first failure counts */
        _exit(1);
    failing = true;
    if (knows_better(f->verdict))
        lab_hint(NULL, NULL);
    if (f->verdict == VERDICT_UNDECIDED) { /* about the machine, not about the program */
        lab_hint(NULL, NULL);
        lab_context("", "");
    }
    mention_awaited(f);
    mention_crashes(f);
    lab_mention_calls(f);
    if (lab.refine && !f->certain && f->verdict != VERDICT_INTERNAL &&
        f->verdict != VERDICT_UNDECIDED &&
        (better = lab.refine(f->verdict, f->diagnosis, f->proc)) != NULL &&
        strcmp(better, f->diagnosis) != 0) {
        f->diagnosis = better;
        if (f->verdict == VERDICT_HANG && !lab.hint[LANG_ZH])
            lab_hint(own_hint[LANG_ZH], own_hint[LANG_EN]); /* named by the test, hinted by it */
    }
    const struct hint_rule *rule = find_rule(f->diagnosis);
    struct record r = {.verdict = f->verdict, .blocked_ms = f->blocked_ms};
    r.diagnosis = str_dup(rule && rule->rename ? rule->rename : f->diagnosis);
    fill_record(&r, f, rule);
    if (lab.shared && f->verdict != VERDICT_UNDECIDED)
        lab.shared->failed = 1;
    emit(&r);
    sandbox_leave(&lab.test);
    lab_remove_left();
    if (f->verdict == VERDICT_UNDECIDED)
        _exit(0);
    ck_abort_msg("%s: %s", r.diagnosis, r.symptom.text[LANG_EN]);
}
