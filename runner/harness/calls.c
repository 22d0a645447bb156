/* What lab-calls.so told about calls that failed: evidence of whatever went wrong after them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "harness/state.h"

enum { CALLS_SHOWN = 3 };

static const char mark[] = "\nipclab-call: ";

struct call_report {
    int pid, error, how;
    char name[32];
    long arg;
    unsigned long offset;
};

/* Take the first such line out of `errors`; false when there is none. */
static bool take_report(struct buf *errors, struct call_report *c)
{
    char *at = errors->len ? memmem(errors->data, errors->len, mark, sizeof mark - 1) : NULL;
    if (!at)
        return false;
    int got = sscanf(at + sizeof mark - 1, "pid=%d name=%31s arg=%ld errno=%d how=%d offset=0x%lx",
                     &c->pid, c->name, &c->arg, &c->error, &c->how, &c->offset);
    char *end = strchr(at + 1, '\n');
    size_t rest = end ? errors->len - (size_t)(end + 1 - errors->data) : 0;
    if (rest)
        memmove(at, end + 1, rest);
    errors->len = (size_t)(at - errors->data) + rest;
    errors->data[errors->len] = '\0';
    if (got != 6)
        c->error = 0; /* not by lab-calls.so: nothing to tell */
    return true;
}

static char *who(const struct lab_proc *p, int pid, enum lang lang)
{
    return msg_format(lang, pid == p->inner_pid ? MSG_HARNESS_CALLER : MSG_HARNESS_CALLER_CHILD,
                      lab_role(p, lang), pid);
}

static char *what(const struct call_report *c, const char *caller, enum lang lang)
{
    static const enum msg_id how[] = {0,
                                      MSG_HARNESS_CALL_NOT_OPEN,
                                      MSG_HARNESS_CALL_READ_ONLY,
                                      MSG_HARNESS_CALL_WRITE_ONLY,
                                      MSG_HARNESS_CALL_MTYPE,
                                      MSG_HARNESS_CALL_MESSAGE_SIZE};
    if (c->error == EPIPE)
        return msg_format(lang, MSG_HARNESS_CALL_NO_READER, caller, c->name, c->arg);
    if (c->error == ECHILD)
        return msg_format(lang, MSG_HARNESS_CALL_NO_CHILD, caller, c->name, c->arg);
    if (c->how > 0 && (size_t)c->how < sizeof how / sizeof how[0])
        return msg_format(lang, how[c->how], caller, c->name, c->arg);
    const char *name = strerrorname_np(c->error);
    return msg_format(lang, MSG_HARNESS_CALL_FAILED, caller, c->name, c->arg, name ? name : "?",
                      strerror(c->error));
}

/* "who's call(arg) failed: why  file.c:12" as one more line of `text` */
static void add_line(char **text, const struct lab_proc *p, const struct call_report *c,
                     enum lang lang)
{
    AUTO_FREE char *caller = who(p, c->pid, lang);
    AUTO_FREE char *line = what(c, caller, lang);
    AUTO_FREE char *where = c->offset ? lab_source_line(p, c->offset) : NULL;
    struct buf b = BUF_INIT;
    lab_add_without_gaps(&b, line, strlen(line));
    if (where)
        buf_addf(&b, "  %s", where);
    str_add_line(text, buf_text(&b));
    buf_release(&b);
}

void lab_mention_calls(struct failure *f)
{
    struct call_report c;
    int shown = 0;
    for (size_t i = 0; i < lab.n_procs; i++) {
        struct lab_proc *p = lab.procs[i];
        while (p->side == LAB_STUDENT && !p->trusted && take_report(&p->errors, &c)) {
            if (c.error == 0 || (f->proc && f->proc != p && f->proc->side == LAB_STUDENT) ||
                shown == CALLS_SHOWN)
                continue;
            shown++;
            for (int lang = 0; lang < LANG_COUNT; lang++)
                add_line(&f->evidence[lang], p, &c, (enum lang)lang);
        }
    }
}
