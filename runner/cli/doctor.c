/* ipclab doctor: what works on this machine, what falls back, and how to mend it. */
#include "cli/doctor.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/place.h"

enum who { LEARNER = 1, TEACHER = 2, BOTH = LEARNER | TEACHER };

static const struct check {
    const char *id;
    enum msg_id title;
    doctor_look *look;
    enum who who; /* a learner's own machine, or with --grading one that grades a class */
} checks[] = {
    {"versions", MSG_CLI_DOC_VERSIONS, doctor_versions, BOTH},
    {"built", MSG_CLI_DOC_BUILT, doctor_built, BOTH},
    {"workspace", MSG_CLI_DOC_WORKSPACE, doctor_workspace, LEARNER},
    {"gcc", MSG_CLI_DOC_GCC, doctor_gcc, BOTH},
    {"space", MSG_CLI_DOC_SPACE, doctor_space, LEARNER},
    {"sandbox", MSG_CLI_DOC_SANDBOX, doctor_sandbox, LEARNER},
    {"sandbox", MSG_CLI_DOC_SANDBOX, doctor_class_sandbox, TEACHER},
    {"namespaces", MSG_CLI_DOC_CLASS_NS_TITLE, doctor_class_namespaces, TEACHER},
    {"limits", MSG_CLI_DOC_CLASS_LIMITS_TITLE, doctor_class_limits, TEACHER},
    {"user", MSG_CLI_DOC_CLASS_USER_TITLE, doctor_class_user, TEACHER},
    {"space", MSG_CLI_DOC_SPACE, doctor_class_space, TEACHER},
    {"memory", MSG_CLI_DOC_CLASS_MEMORY_TITLE, doctor_class_memory, TEACHER},
    {"descriptors", MSG_CLI_DOC_CLASS_FILES_TITLE, doctor_class_descriptors, TEACHER},
    {"ipc", MSG_CLI_DOC_IPC, doctor_ipc, LEARNER},
    {"proc", MSG_CLI_DOC_PROC, doctor_proc, BOTH},
    {"lines", MSG_CLI_DOC_LINES, doctor_lines, BOTH},
    {"cpus", MSG_CLI_DOC_CPUS, doctor_cpus, LEARNER},
    {"cpus", MSG_CLI_DOC_CPUS, doctor_class_noise, TEACHER},
    {"clock", MSG_CLI_DOC_CLOCK, doctor_clock, BOTH},
    {"tools", MSG_CLI_DOC_CLASS_TOOLS_TITLE, doctor_class_tools, TEACHER},
    {"asan", MSG_CLI_DOC_ASAN, doctor_asan, LEARNER},
    {"tsan", MSG_CLI_DOC_TSAN, doctor_tsan, BOTH},
    {"strace", MSG_CLI_DOC_STRACE, doctor_strace, LEARNER},
    {"editor", MSG_CLI_DOC_EDITOR, doctor_editor, LEARNER},
    {"terminal", MSG_CLI_DOC_TERMINAL, doctor_terminal, BOTH},
    {"trial", MSG_CLI_DOC_TRIAL, doctor_trial, BOTH},
};
enum { N_CHECKS = sizeof checks / sizeof checks[0] };

/* --- findings --------------------------------------------------------------------------------- */

void finding_say(struct finding *f, enum mark mark, enum msg_id id, ...)
{
    va_list ap;
    va_start(ap, id);
    AUTO_FREE char *text = msg_vformat(msg_lang(), id, ap);
    va_end(ap);
    if (mark > f->mark)
        f->mark = mark;
    if (f->detail.len && msg_lang() == LANG_EN)
        buf_addc(&f->detail, ' ');
    text_sanitize(&f->detail, text, strlen(text));
}

void finding_remedy(struct finding *f, enum msg_id id, ...)
{
    va_list ap;
    va_start(ap, id);
    AUTO_FREE char *text = msg_vformat(msg_lang(), id, ap);
    va_end(ap);
    if (f->remedy.len)
        buf_addc(&f->remedy, '\n');
    buf_adds(&f->remedy, text);
}

static void finding_release(struct finding *f)
{
    buf_release(&f->detail);
    buf_release(&f->remedy);
}

/* --- output ----------------------------------------------------------------------------------- */

static size_t title_width(void)
{
    size_t width = 0;
    for (size_t i = 0; i < N_CHECKS; i++) {
        size_t w = text_width(msg(checks[i].title));
        width = w > width ? w : width;
    }
    return width;
}

/* Wrapped text whose later lines begin below its first one. */
static void add_hanging(struct buf *out, const char *text, size_t indent, size_t columns)
{
    size_t count;
    size_t room = columns > indent + 20 ? columns - indent : 20;
    AUTO_FREE struct text_slice *lines = text_wrap(text, strlen(text), room, &count);
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_repeat(out, " ", indent);
        buf_add(out, text + lines[i].start, lines[i].len);
        buf_addc(out, '\n');
    }
}

static void print_finding(const struct cli *c, const struct check *k, const struct finding *f)
{
    struct buf out = BUF_INIT;
    size_t width = title_width(), indent = width + 4;
    print_mark(&out, c, f->mark);
    buf_addc(&out, ' ');
    text_pad(&out, msg(k->title), width + 2);
    add_hanging(&out, buf_text(&f->detail), indent, (size_t)c->columns);
    char *save = NULL;
    AUTO_FREE char *remedy = str_dup(buf_text(&f->remedy));
    for (char *line = strtok_r(remedy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        buf_repeat(&out, " ", indent);
        buf_adds(&out, "→ ");
        add_hanging(&out, line, indent + 2, (size_t)c->columns);
    }
    print_out(&out);
    fflush(stdout);
}

static json_t *finding_json(const struct check *k, const struct finding *f)
{
    static const char *const names[] = {"good", "warn", "bad"};
    return json_pack("{s:s,s:s,s:s,s:s,s:s}", "id", k->id, "title", msg(k->title), "state",
                     names[f->mark], "detail", buf_text(&f->detail), "remedy",
                     buf_text(&f->remedy));
}

/* --- all checks ---------------------------------------------------------------------------------
 */

static void print_summary(enum who who, const int counts[3])
{
    putchar('\n');
    if (who == TEACHER && counts[MARK_BAD])
        msg_print(stdout, MSG_CLI_DOC_CLASS_UNFIT, counts[MARK_BAD]);
    else if (who == TEACHER)
        msg_print(stdout, MSG_CLI_DOC_CLASS_FIT, counts[MARK_WARN]);
    else if (counts[MARK_BAD])
        msg_print(stdout, MSG_CLI_DOC_BAD, counts[MARK_BAD]);
    else if (counts[MARK_WARN])
        msg_print(stdout, MSG_CLI_DOC_WARN, counts[MARK_WARN]);
    else
        msg_print(stdout, MSG_CLI_DOC_GOOD);
    putchar('\n');
}

int command_doctor(struct cli *c, int argc, char **argv)
{
    static const char *const flags[] = {"--grading", NULL};
    const char *word;
    unsigned found;
    int counts[3] = {0, 0, 0};
    int status = take_words("doctor", argc, argv, flags, &found, &word);
    if (status != 0)
        return status;
    if (word)
        return cli_usage("doctor");
    if (cli_course(c) != 0)
        return EXIT_FAILED; /* printed; without a course nothing can be graded */
    enum who who = found ? TEACHER : LEARNER;
    json_t *list = json_array();
    for (size_t i = 0; i < N_CHECKS; i++) {
        if (!(checks[i].who & who))
            continue;
        struct finding f = {.mark = MARK_GOOD};
        checks[i].look(c, &f);
        counts[f.mark]++;
        if (c->json)
            json_array_append_new(list, finding_json(&checks[i], &f));
        else
            print_finding(c, &checks[i], &f);
        finding_release(&f);
    }
    if (c->json)
        print_json(json_pack("{s:b,s:o}", "grading", counts[MARK_BAD] == 0, "checks", list));
    else {
        json_decref(list);
        print_summary(who, counts);
    }
    return counts[MARK_BAD] ? EXIT_FAILED : EXIT_DONE;
}
