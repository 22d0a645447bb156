/* Programs the course uses: compiler, sanitizers, strace, editor. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/scratch.h"
#include "cli/capture.h"
#include "cli/doctor.h"

static const char gcc[] = "/usr/bin/gcc"; /* the grader's compiler */

bool doctor_compile(const char *folder, const char *name, const char *source,
                    const char *const *flags, struct buf *out)
{
    enum { ARGS_MAX = 40 };
    const char *argv[ARGS_MAX + 6] = {gcc};
    int argc = 1;
    struct capture run;
    AUTO_FREE char *words = str_dup(LAB_CFLAGS);
    AUTO_FREE char *program = fs_join(folder, name);
    AUTO_FREE char *path = str_format("%s.c", program);
    char *save = NULL;
    for (char *w = strtok_r(words, " ", &save); w && argc < ARGS_MAX / 2;
         w = strtok_r(NULL, " ", &save))
        argv[argc++] = w;
    for (size_t i = 0; flags && flags[i] && argc < ARGS_MAX; i++)
        argv[argc++] = flags[i];
    argv[argc++] = path;
    argv[argc++] = "-o";
    argv[argc++] = program;
    if (fs_write(path, source, strlen(source), NULL) != 0 ||
        capture_run(&run, argv, NULL, NULL) != 0)
        return false;
    bool ok = run.status == 0;
    buf_add(out, buf_text(&run.out), run.out.len);
    capture_release(&run);
    return ok;
}

/* First line of a program's output, malloc'd; NULL when it does not run. */
static char *first_line(const char *program, const char *option)
{
    const char *const argv[] = {program, option, NULL};
    struct capture run;
    char *line = NULL;
    if (capture_run(&run, argv, NULL, NULL) != 0)
        return NULL;
    if (run.status == 0 && run.out.len)
        line = str_ndup(run.out.data, strcspn(run.out.data, "\n"));
    capture_release(&run);
    return line;
}

void doctor_gcc(struct cli *c, struct finding *f)
{
    enum { OLDEST = 12 };
    static const char source[] = "#include <pthread.h>\n#include <stdio.h>\n"
                                 "int main(void) { return puts(\"ok\") < 0; }\n";
    static const char *const flags[] = {"-fdiagnostics-format=json", NULL};
    struct buf said = BUF_INIT;
    AUTO_FREE char *version = first_line(gcc, "-dumpfullversion");
    struct scratch scratch;
    scratch_make(&scratch, "doctor", true, NULL);
    const char *folder = scratch.path; /* NULL: no place */
    (void)c;
    if (!version) {
        finding_say(f, MARK_BAD, MSG_CLI_DOC_GCC_NONE, gcc);
        finding_remedy(f, MSG_CLI_DOC_GCC_REMEDY);
        goto out;
    }
    finding_say(f, MARK_GOOD, MSG_CLI_DOC_GCC_IS, version);
    if (atoi(version) < OLDEST)
        finding_say(f, MARK_WARN, MSG_CLI_DOC_GCC_OLD, (int)OLDEST);
    if (folder && !doctor_compile(folder, "hello", source, flags, &said)) {
        finding_say(f, MARK_BAD, MSG_CLI_DOC_GCC_FAILS, buf_text(&said));
        finding_remedy(f, MSG_CLI_DOC_GCC_REMEDY);
    }
out:
    scratch_remove(&scratch);
    buf_release(&said);
}

/* --- sanitizers ---------------------------------------------------------------------------------
 */

static int run_built(const char *folder, bool no_randomize, struct buf *said)
{
    AUTO_FREE char *program = fs_join(folder, "probe");
    const char *const argv[] = {program, NULL};
    const struct capture_options o = {.no_randomize = no_randomize};
    struct capture run;
    if (capture_run(&run, argv, &o, NULL) != 0)
        return -1;
    int status = run.timed_out ? -1 : run.status;
    buf_clear(said);
    buf_add(said, buf_text(&run.out), run.out.len);
    capture_release(&run);
    return status;
}

static void last_line(struct buf *said)
{
    while (said->len && said->data[said->len - 1] == '\n')
        said->data[--said->len] = '\0';
    const char *newline = said->len ? strrchr(said->data, '\n') : NULL;
    if (!newline)
        return;
    AUTO_FREE char *line = str_dup(newline + 1);
    buf_clear(said);
    buf_adds(said, line);
}

void doctor_asan(struct cli *c, struct finding *f)
{
    static const char source[] = "#include <stdlib.h>\n"
                                 "int main(void) { volatile char *p = malloc(4); p[3] = 1;\n"
                                 "free((void *)p); return 0; }\n";
    static const char *const flags[] = {"-fsanitize=address,undefined", NULL};
    struct buf said = BUF_INIT;
    struct scratch scratch;
    scratch_make(&scratch, "doctor", true, NULL);
    const char *folder = scratch.path; /* NULL: no place */
    (void)c;
    if (!folder || !doctor_compile(folder, "probe", source, flags, &said)) {
        finding_say(f, MARK_WARN, MSG_CLI_DOC_SAN_NO_LIBRARY, "run --asan");
        finding_remedy(f, MSG_CLI_DOC_SAN_REMEDY, "libasan8 libubsan1");
    } else if (run_built(folder, false, &said) != 0) {
        last_line(&said);
        finding_say(f, MARK_WARN, MSG_CLI_DOC_SAN_FAILS, buf_text(&said));
    } else {
        finding_say(f, MARK_GOOD, MSG_CLI_DOC_SAN_WORKS);
    }
    scratch_remove(&scratch);
    buf_release(&said);
}

/* TSan needs its shadow memory where the kernel may have put something by chance: "unexpected
 * memory mapping". The grader runs TSan programs without address randomisation, which avoids it
 * wherever personality(2) is allowed. */
static void judge_tsan(struct finding *f, const char *folder, struct buf *said)
{
    if (run_built(folder, false, said) == 0) {
        finding_say(f, MARK_GOOD, MSG_CLI_DOC_SAN_WORKS);
        return;
    }
    bool mapping = said->len && strstr(said->data, "unexpected memory mapping");
    if (mapping && run_built(folder, true, said) == 0) {
        finding_say(f, MARK_GOOD, MSG_CLI_DOC_TSAN_FIXED);
        return;
    }
    if (mapping) {
        finding_say(f, MARK_WARN, MSG_CLI_DOC_TSAN_MAPPING);
        finding_remedy(f, MSG_CLI_DOC_TSAN_REMEDY);
        return;
    }
    last_line(said);
    finding_say(f, MARK_WARN, MSG_CLI_DOC_SAN_FAILS, buf_text(said));
}

void doctor_tsan(struct cli *c, struct finding *f)
{
    static const char source[] =
        "#include <pthread.h>\n#include <stddef.h>\n"
        "static void *run(void *arg) { return arg; }\n"
        "int main(void) { pthread_t t; return pthread_create(&t, NULL, run, NULL) ||\n"
        "pthread_join(t, NULL); }\n";
    static const char *const flags[] = {"-fsanitize=thread", NULL};
    struct buf said = BUF_INIT;
    struct scratch scratch;
    scratch_make(&scratch, "doctor", true, NULL);
    const char *folder = scratch.path; /* NULL: no place */
    (void)c;
    if (!folder || !doctor_compile(folder, "probe", source, flags, &said)) {
        finding_say(f, MARK_WARN, MSG_CLI_DOC_SAN_NO_LIBRARY, "-fsanitize=thread");
        finding_remedy(f, MSG_CLI_DOC_SAN_REMEDY, "libtsan2");
    } else {
        judge_tsan(f, folder, &said);
    }
    scratch_remove(&scratch);
    buf_release(&said);
}

/* --- strace, editor ------------------------------------------------------------------------------
 */

void doctor_strace(struct cli *c, struct finding *f)
{
    AUTO_FREE char *version = first_line("strace", "-V");
    (void)c;
    if (version) {
        finding_say(f, MARK_GOOD, MSG_CLI_DOC_TOOL_IS, version);
        return;
    }
    finding_say(f, MARK_WARN, MSG_CLI_DOC_STRACE_NONE);
    finding_remedy(f, MSG_CLI_DOC_STRACE_REMEDY);
}

/* $VISUAL and $EDITOR may hold arguments; the first word is the program. */
static bool is_program(const char *command)
{
    AUTO_FREE char *word = str_ndup(command, strcspn(command, " \t"));
    const char *path = getenv("PATH");
    if (strchr(word, '/'))
        return access(word, X_OK) == 0;
    AUTO_FREE char *folders = str_dup(path ? path : "/usr/bin:/bin");
    char *save = NULL;
    for (char *d = strtok_r(folders, ":", &save); d; d = strtok_r(NULL, ":", &save)) {
        AUTO_FREE char *file = fs_join(d, word);
        if (access(file, X_OK) == 0 && !fs_is_dir(file))
            return true;
    }
    return false;
}

void doctor_editor(struct cli *c, struct finding *f)
{
    static const char *const variables[] = {"VISUAL", "EDITOR"};
    static const char *const usual[] = {"nano", "vi", "vim", "micro", "emacs"};
    (void)c;
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        const char *value = getenv(variables[i]);
        if (!value || !*value)
            continue;
        if (is_program(value)) {
            finding_say(f, MARK_GOOD, MSG_CLI_DOC_EDITOR_SET, value, variables[i]);
            return;
        }
        finding_say(f, MARK_WARN, MSG_CLI_DOC_EDITOR_WRONG, variables[i], value);
        finding_remedy(f, MSG_CLI_DOC_EDITOR_REMEDY);
        return;
    }
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
        if (is_program(usual[i])) {
            finding_say(f, MARK_GOOD, MSG_CLI_DOC_EDITOR_FOUND, usual[i]);
            return;
        }
    finding_say(f, MARK_WARN, MSG_CLI_DOC_EDITOR_NONE);
    finding_remedy(f, MSG_CLI_DOC_EDITOR_REMEDY);
}
