/* The course itself: built, a workspace, one grading for real. */
#include <stdio.h>
#include <stdlib.h>

#include "base/fs.h"
#include "cli/doctor.h"
#include "grade/grade.h"

static char *check_program(const struct course *c, const struct exercise *x)
{
    return str_format("%s/check/%s/%s/check", c->layout.build, c->chapters[x->chapter].slug,
                      x->slug);
}

void doctor_built(struct cli *c, struct finding *f)
{
    size_t missing = 0, n = c->course.n_exercises;
    const struct exercise *first = NULL;
    for (size_t i = 0; i < n; i++) {
        AUTO_FREE char *path = check_program(&c->course, &c->course.exercises[i]);
        if (fs_exists(path))
            continue;
        missing++;
        if (!first)
            first = &c->course.exercises[i];
    }
    finding_say(f, n ? MARK_GOOD : MARK_BAD, MSG_CLI_DOC_BUILT_IS, n, c->course.layout.labs);
    if (missing) {
        finding_say(f, MARK_BAD, MSG_CLI_DOC_BUILT_MISSING, missing, first->id);
        finding_remedy(f, MSG_CLI_DOC_BUILT_REMEDY);
    }
}

void doctor_workspace(struct cli *c, struct finding *f)
{
    struct err e = {0};
    struct store *store = NULL;
    char *notice = NULL;
    AUTO_FREE char *workspace = cli_find_workspace(c);
    AUTO_FREE char *path = workspace ? fs_join(workspace, ".ipclab/progress.db") : NULL;
    AUTO_FREE char *mark = workspace ? fs_join(workspace, ".ipclab") : NULL;
    if (!workspace || !fs_is_dir(mark)) {
        finding_say(f, MARK_WARN, MSG_CLI_DOC_WORKSPACE_NONE);
        finding_remedy(f, MSG_CLI_DOC_WORKSPACE_REMEDY);
        return;
    }
    finding_say(f, MARK_GOOD, MSG_CLI_DOC_WORKSPACE_IS, workspace);
    if (store_open(&store, path, false, &notice, &e) != 0)
        finding_say(f, MARK_BAD, MSG_CLI_DOC_SAID, e.text);
    else if (notice)
        finding_say(f, MARK_WARN, MSG_CLI_DOC_SAID, notice);
    if (store)
        store_close(store);
    free(notice);
}

/* The shortest proof: grade a reference (a skeleton when the course came without references). */
void doctor_trial(struct cli *c, struct finding *f)
{
    struct err e = {0};
    struct report r;
    if (!c->course.n_exercises)
        return;
    const struct exercise *x = &c->course.exercises[0];
    bool reference = fs_is_dir(x->solution_dir);
    const struct grade_options o = {.course = &c->course,
                                    .exercise = x,
                                    .source_dir = reference ? x->solution_dir : x->lab_dir,
                                    .sandbox = c->sandbox};
    if (grade_run(&r, &o, &e) != 0) {
        finding_say(f, MARK_BAD, MSG_CLI_DOC_TRIAL_FAULT, x->number, e.text);
        return;
    }
    const struct record *failed = report_first_failure(&r);
    if (r.internal)
        finding_say(f, MARK_BAD, MSG_CLI_DOC_TRIAL_FAULT, x->number, r.internal);
    else if (!r.built)
        finding_say(f, MARK_BAD, MSG_CLI_DOC_TRIAL_FAULT, x->number,
                    r.n_diagnostics ? r.diagnostics[0].message
                    : r.build_note  ? r.build_note
                                    : "");
    else if (reference && failed)
        finding_say(f, MARK_BAD, MSG_CLI_DOC_TRIAL_WRONG, x->number, failed->test,
                    text2_get(&failed->symptom));
    else
        finding_say(f, MARK_GOOD, MSG_CLI_DOC_TRIAL_WORKS, x->number, r.ms / 1000, r.sandbox);
    report_release(&r);
}
