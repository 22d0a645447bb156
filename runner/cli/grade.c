/* ipclab grade: a whole class. What a run decides (policies, roster, due dates) is kept in
 * OUT/class.json and holds for the next run until it is said otherwise. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fs.h"
#include "cli/class_run.h"
#include "cli/class_table.h"
#include "course/roster.h"
#include "course/when.h"
#include "grade/pool.h"

enum { MAX_DUES = 64 };

struct request {
    const char *submissions, *out, *only, *roster, *extensions, *times;
    const char *dues[MAX_DUES]; /* "TIME" or "EXERCISE=TIME" */
    size_t n_dues;
    const char *keep, *hidden, *grace, *late, *max_late, *regrade, *shard, *jobs;
    bool resume;
};

/* --- options ---------------------------------------------------------------------------------- */

static const char **value_of(struct request *q, const char *option)
{
    const struct {
        const char *name;
        const char **value;
    } options[] = {
        {"--out", &q->out},
        {"-o", &q->out},
        {"--only", &q->only},
        {"--roster", &q->roster},
        {"--times", &q->times},
        {"--extensions", &q->extensions},
        {"--policy", &q->keep},
        {"--hidden", &q->hidden},
        {"--grace", &q->grace},
        {"--late", &q->late},
        {"--max-late", &q->max_late},
        {"--regrade", &q->regrade},
        {"--shard", &q->shard},
        {"--jobs", &q->jobs},
        {"-j", &q->jobs},
    };
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        if (strcmp(options[i].name, option) == 0)
            return options[i].value;
    return NULL;
}

static int parse(struct request *q, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char **value = value_of(q, argv[i]);
        bool more = i + 1 < argc;
        if (value && more)
            *value = argv[++i];
        else if (strcmp(argv[i], "--due") == 0 && more && q->n_dues < MAX_DUES)
            q->dues[q->n_dues++] = argv[++i];
        else if (strcmp(argv[i], "--resume") == 0)
            q->resume = true;
        else if (argv[i][0] == '-' || q->submissions)
            return cli_usage("grade");
        else
            q->submissions = argv[i];
    }
    return q->submissions || (q->resume && q->out) ? 0 : cli_usage("grade");
}

static bool whole_number(const char *text, long low, long high, long *value)
{
    char *end;
    *value = strtol(text, &end, 10);
    return *text && !*end && *value >= low && *value <= high;
}

static int bad_value(const char *option, const char *value)
{
    return cli_failf(EXIT_WRONG_USAGE, MSG_CLI_BAD_VALUE, option, value);
}

static int apply_policies(const struct request *q, struct policies *p)
{
    long n = 0;
    char *end;
    struct err e = {0};
    if (q->keep && !keep_policy_parse(q->keep, &p->keep))
        return bad_value("--policy", q->keep);
    if (q->grace && !whole_number(q->grace, 0, 1000000, &n))
        return bad_value("--grace", q->grace);
    if (q->grace)
        p->late.grace_minutes = (int)n;
    if (q->max_late && !whole_number(q->max_late, 0, 10000, &n))
        return bad_value("--max-late", q->max_late);
    if (q->max_late)
        p->late.max_days = (int)n;
    if (q->late) {
        p->late.percent_per_day = strtod(q->late, &end);
        if (end == q->late || strcmp(end, *end == '%' ? "%" : "") != 0 ||
            !(p->late.percent_per_day >= 0 && p->late.percent_per_day <= 100))
            return bad_value("--late", q->late);
    }
    if (!q->hidden)
        return 0;
    if (strcmp(q->hidden, "never") == 0 || strcmp(q->hidden, "always") == 0) {
        p->hidden = *q->hidden == 'n' ? HIDDEN_NEVER : HIDDEN_ALWAYS;
        return 0;
    }
    p->hidden = HIDDEN_AFTER;
    p->hidden_after = when_parse(q->hidden, &e);
    return p->hidden_after < 0 ? cli_fail(EXIT_WRONG_USAGE, &e) : 0;
}

static int apply_dues(const struct request *q, struct cli *c, struct gradebook *g)
{
    struct err e = {0};
    for (size_t i = 0; i < q->n_dues; i++) {
        const char *equals = strchr(q->dues[i], '=');
        long long due = when_parse(equals ? equals + 1 : q->dues[i], &e);
        if (due < 0)
            return cli_fail(EXIT_WRONG_USAGE, &e);
        AUTO_FREE char *name = equals ? str_ndup(q->dues[i], (size_t)(equals - q->dues[i])) : NULL;
        const struct exercise *x = name ? course_find(&c->course, name, &e) : NULL;
        if (name && !x)
            return cli_fail(EXIT_WRONG_USAGE, &e);
        for (size_t k = 0; k < g->n_exercises; k++)
            if (!x || str_equal(g->exercises[k].id, x->id))
                g->exercises[k].due = due;
    }
    return 0;
}

static int choose(struct cli *c, const char *ids, bool *only)
{
    struct err e = {0};
    for (size_t i = 0; i < c->course.n_exercises; i++)
        only[i] = !ids;
    while (ids && *ids) {
        size_t len = strcspn(ids, ",");
        AUTO_FREE char *id = str_ndup(ids, len);
        const struct exercise *x = *id ? course_find(&c->course, id, &e) : NULL;
        if (*id && !x)
            return cli_fail(EXIT_WRONG_USAGE, &e);
        if (x)
            only[x->index] = true;
        ids += len + (ids[len] == ',');
    }
    return 0;
}

static int choose_run(const struct request *q, struct class_run *r)
{
    static const char *const names[] = {"changed", "all", "failed"};
    long n = 0;
    r->shard = r->shards = 1;
    r->jobs = pool_jobs();
    if (q->jobs && !whole_number(q->jobs, 1, POOL_MAX, &n))
        return bad_value("--jobs", q->jobs);
    if (q->jobs)
        r->jobs = (int)n;
    for (int i = 0; q->regrade && i < 3; i++)
        if (strcmp(names[i], q->regrade) == 0)
            r->regrade = (enum regrade)i;
    if (q->regrade && strcmp(names[r->regrade], q->regrade) != 0)
        return bad_value("--regrade", q->regrade);
    char rest;
    if (q->shard && (sscanf(q->shard, "%d/%d%c", &r->shard, &r->shards, &rest) != 2 ||
                     r->shard < 1 || r->shards < r->shard))
        return bad_value("--shard", q->shard);
    return 0;
}

/* --- the class before this run
 * -------------------------------------------------------------------- */

static void take_student(struct gradebook *g, const struct gradebook_student *old)
{
    struct gradebook_student *s = gradebook_add_student(g, old->id, old->name);
    free(s->email);
    free(s->section);
    s->email = str_dup(old->email);
    s->section = str_dup(old->section);
    s->in_roster = true;
}

static void take_extensions(struct gradebook *g, const struct gradebook *old)
{
    for (size_t i = 0; i < old->n_extensions; i++) {
        const struct gradebook_extension *o = &old->extensions[i];
        struct gradebook_extension x = {.student =
                                            gradebook_find_student(g, old->students[o->student].id),
                                        .exercise = GRADEBOOK_NONE,
                                        .due = o->due};
        if (o->exercise != GRADEBOOK_NONE)
            x.exercise = gradebook_find_exercise(g, old->exercises[o->exercise].id);
        if (x.student == GRADEBOOK_NONE)
            continue;
        g->extensions = mem_grow(g->extensions, g->n_extensions + 1, sizeof x);
        g->extensions[g->n_extensions++] = x;
    }
}

/* Exercises of this run and of earlier ones, in course order, with the dates they had. */
static void take_exercises(struct cli *c, struct gradebook *g, const struct gradebook *old,
                           const bool *only)
{
    for (size_t i = 0; i < c->course.n_exercises; i++) {
        const struct exercise *x = &c->course.exercises[i];
        size_t before = gradebook_find_exercise(old, x->id);
        if (!only[i] && before == GRADEBOOK_NONE)
            continue;
        struct gradebook_exercise *copy = gradebook_add_exercise(g, x);
        if (old->exercises && before < old->n_exercises)
            copy->due = old->exercises[before].due;
    }
}

/* Remarks about a table ("roster.csv:17") hold as long as the table does; those about SUBMISSIONS
 * are made anew by every run. */
static void take_refusals(struct gradebook *g, struct gradebook *old)
{
    for (size_t i = 0; i < old->n_refusals; i++) {
        const char *colon = strrchr(old->refusals[i].where, ':');
        if (!colon || !colon[1] || strspn(colon + 1, "0123456789") != strlen(colon + 1))
            continue;
        g->refusals = mem_grow(g->refusals, g->n_refusals + 1, sizeof *g->refusals);
        g->refusals[g->n_refusals++] = old->refusals[i];
        old->refusals[i] = (struct gradebook_refusal){.where = str_dup("")};
    }
}

static char *name_of(const char *path)
{
    AUTO_FREE char *real = realpath(path, NULL);
    const char *slash = real ? strrchr(real, '/') : NULL;
    return str_dup(slash ? slash + 1 : path);
}

/* The model as this run begins: what was, and what the options change. */
static int begin_model(struct cli *c, const struct request *q, struct class_run *r, char **path)
{
    struct err e = {0};
    struct gradebook old = {.folder = str_dup(r->dir->out)};
    char *before = NULL;
    int status = 0;
    if (class_exists(r->dir->out) && class_load(&old, &before, &e) != 0)
        status = cli_fail(EXIT_FAULT, &e);
    *path = str_dup(q->submissions ? q->submissions : before);
    free(before);
    struct gradebook *g = r->g;
    g->folder = str_dup(r->dir->out);
    g->policies = old.policies;
    take_exercises(c, g, &old, r->only);
    if (status == 0 && !*path)
        status = cli_usage("grade");
    if (status == 0)
        status = apply_policies(q, &g->policies);
    if (status == 0)
        status = apply_dues(q, c, g);
    if (status == 0 && q->roster && roster_read(g, q->roster, &e) != 0)
        status = cli_fail(EXIT_FAILED, &e);
    for (size_t i = 0; status == 0 && !q->roster && i < old.n_students; i++)
        take_student(g, &old.students[i]);
    if (status == 0 && !q->roster && !q->extensions)
        take_refusals(g, &old);
    if (status == 0 && q->extensions && roster_read_extensions(g, q->extensions, &e) != 0)
        status = cli_fail(EXIT_FAILED, &e);
    if (status == 0 && !q->extensions)
        take_extensions(g, &old);
    if (status == 0)
        g->title = name_of(*path);
    gradebook_release(&old);
    return status;
}

static int save_model(struct class_run *r, const char *path, struct err *e)
{
    struct gradebook_db *db = r->dir->db;
    AUTO_FREE char *real = realpath(path, NULL);
    if (class_save(r->g, real ? real : path, e) != 0 || gradebook_db_begin(db, e) != 0)
        return -1;
    if (gradebook_db_put_class(db, r->g, e) == 0 && gradebook_db_commit(db, e) == 0)
        return 0;
    gradebook_db_rollback(db);
    return -1;
}

/* --- the end
 * ----------------------------------------------------------------------------------------- */

/* Exercises that nobody asked for by name and nobody handed in are no part of the class: `full` is
 * loaded again without them. */
static int drop_unused(struct class_run *r, const struct request *q, const char *path,
                       struct gradebook *full, struct err *e)
{
    bool *used = mem_alloc(full->n_exercises + 1);
    for (size_t i = 0; i < full->n_attempts; i++)
        used[full->attempts[i].exercise] = true;
    size_t kept = 0;
    struct gradebook *g = r->g;
    for (size_t i = 0; i < g->n_exercises; i++) {
        size_t k = gradebook_find_exercise(full, g->exercises[i].id);
        bool keep = q->only || (k != GRADEBOOK_NONE && used[k]);
        struct gradebook_exercise x = g->exercises[i];
        g->exercises[i] = g->exercises[kept];
        g->exercises[kept] = x;
        kept += keep;
    }
    bool changed = kept > 0 && kept < g->n_exercises;
    size_t all = g->n_exercises;
    if (changed) {
        g->n_exercises = kept;
        for (size_t i = 0; i < g->n_extensions; i++)
            if (g->extensions[i].exercise != GRADEBOOK_NONE && g->extensions[i].exercise >= kept)
                g->extensions[i].exercise = GRADEBOOK_NONE;
    }
    int rc = changed ? save_model(r, path, e) : 0;
    g->n_exercises = all;
    free(used);
    if (changed && rc == 0) {
        gradebook_release(full);
        rc = class_model(r->dir, full, e);
    }
    return rc;
}

static int finish(struct class_run *r, const struct request *q, const char *path, int sig)
{
    struct err e = {0};
    struct gradebook full = {.folder = NULL};
    if (r->error.text[0]) {
        cli_fail(EXIT_FAULT, &r->error);
        for (size_t i = 0; i < r->n_unsaved; i++)
            cli_failf(EXIT_FAULT, MSG_CLI_CLASS_UNSAVED, r->unsaved[i]);
        return cli_failf(EXIT_FAULT, MSG_CLI_CLASS_STOPPED, r->graded);
    }
    if (sig) {
        cli_failf(EXIT_FAULT, MSG_CLI_CLASS_STOPPED, r->graded);
        return 128 + sig;
    }
    int rc = class_model(r->dir, &full, &e);
    if (rc == 0)
        rc = drop_unused(r, q, path, &full, &e);
    if (rc == 0)
        class_table(r->c, r, &full);
    size_t faults = full.n_faults;
    gradebook_release(&full);
    if (rc != 0)
        return cli_fail(EXIT_FAULT, &e);
    return faults ? EXIT_FAULT : EXIT_DONE;
}

static int check_sandbox(struct cli *c, struct class_run *r)
{
    struct err e = {0};
    r->sandbox = c->sandbox == SANDBOX_NONE ? SANDBOX_NONE : SANDBOX_BWRAP;
    if (r->sandbox == SANDBOX_NONE) {
        cli_failf(0, MSG_CLI_CLASS_UNSAFE);
        return 0;
    }
    AUTO_FREE char *init = fs_join(c->course.layout.build, "lab-init");
    if (sandbox_probe(init, &e) == 0)
        return 0;
    cli_fail(EXIT_FAULT, &e);
    return cli_failf(EXIT_FAULT, MSG_CLI_CLASS_NO_SANDBOX);
}

static void hash_course(struct class_run *r)
{
    struct buf all = BUF_INIT;
    for (size_t i = 0; i < r->c->course.n_exercises; i++) {
        const struct exercise *x = &r->c->course.exercises[i];
        size_t n;
        const char **names = exercise_sources(x, &n);
        buf_addf(&all, "%s %s%s:", x->id, x->number, r->only[i] ? "" : " -");
        for (size_t k = 0; k < n; k++)
            buf_addf(&all, "%s ", names[k]);
        free(names);
    }
    fs_hash(buf_text(&all), all.len, r->course_hash);
    buf_release(&all);
}

static int grade_class(struct class_run *r, const struct request *q)
{
    struct err e = {0};
    char *path = NULL;
    int status = begin_model(r->c, q, r, &path);
    struct csv_times *times = NULL;
    if (status == 0 && q->times && !(times = csv_times_read(q->times, &e)))
        status = cli_fail(EXIT_FAILED, &e);
    const char **names = wanted_names(&r->c->course, &r->wanted.count);
    r->wanted.names = names;
    r->times = times;
    if (status == 0 && submissions_scan(r->subs, path, r->g, &r->wanted, &e) != 0)
        status = cli_fail(EXIT_FAILED, &e);
    if (status == 0 && save_model(r, path, &e) != 0)
        status = cli_fail(EXIT_FAULT, &e);
    if (status == 0) {
        hash_course(r);
        status = finish(r, q, path, class_run(r));
    }
    class_run_release(r);
    csv_times_free(times);
    free(names);
    free(path);
    return status;
}

int command_grade(struct cli *c, int argc, char **argv)
{
    struct request q = {.submissions = NULL};
    struct gradebook g = {.folder = NULL};
    struct class_dir dir;
    int status = parse(&q, argc, argv);
    if (status != 0)
        return status;
    if (cli_course(c) != 0)
        return EXIT_FAULT;
    AUTO_FREE bool *only = mem_alloc(c->course.n_exercises + 1);
    struct submissions subs = {.dir = -1};
    struct class_run r = {.c = c, .dir = &dir, .g = &g, .subs = &subs, .only = only};
    status = choose_run(&q, &r);
    if (status == 0)
        status = choose(c, q.only, only);
    if (status == 0)
        status = check_sandbox(c, &r);
    if (status != 0)
        return status;
    if (q.submissions && !fs_is_dir(q.submissions))
        return cli_failf(EXIT_FAILED, MSG_GRADE_NOT_A_FOLDER, q.submissions);
    const char *out = q.out ? q.out : "grades";
    status = class_open(&dir, out, CLASS_CREATE);
    if (status == 0)
        status = grade_class(&r, &q);
    class_close(&dir);
    submissions_release(&subs);
    gradebook_release(&g);
    return status;
}
