/* ipclab verify: the invariants of the course, many gradings at a time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/invariants.h"
#include "cli/wrong.h"
#include "grade/builds.h"
#include "grade/pool.h"

enum kind { KIND_SKELETON, KIND_REFERENCE, KIND_WRONG };
enum { KIND_COUNT = KIND_WRONG + 1 };

struct task {
    const struct exercise *x;
    enum kind kind;
    const struct wrong *wrong; /* borrowed, KIND_WRONG only */
    uint64_t seed;
    const char *replace[3]; /* of a wrong answer: name, path, NULL */
};
struct tally { /* of one exercise */
    int good[KIND_COUNT], all[KIND_COUNT];
    struct wrong *wrong; /* owned */
    size_t n_wrong;
};
struct verify {
    struct cli *c;
    struct task *tasks; /* owned */
    size_t n_tasks, next, finished;
    struct tally *tallies; /* owned, one per exercise of the course */
    bool *chosen;          /* owned */
    struct builds *builds; /* owned; NULL when nothing is graded twice */
    int repeat, jobs, violations, undecided;
    uint64_t seed; /* of the first round */
    bool only[KIND_COUNT];
    bool pauses;   /* stop and continue the programs at random */
    bool progress; /* stderr is a terminal */
    struct buf said;
    struct buf unclear; /* what this machine could not tell, a line each */
    json_t *hangs;      /* owned: every proven hang of a wrong answer, for --json */
    double slowest;
    int status; /* a grading could not be started */
};

/* --- choosing
 * --------------------------------------------------------------------------------------- */

static int parse_only(struct verify *v, const char *word)
{
    static const char *const names[KIND_COUNT] = {"skeleton", "reference", "wrong"};
    for (int k = 0; k < KIND_COUNT; k++)
        v->only[k] = strcmp(names[k], word) == 0;
    return v->only[0] || v->only[1] || v->only[2] ? 0 : cli_usage("verify");
}

static int choose(struct verify *v, int argc, char **argv)
{
    bool named = false;
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;
        if (strcmp(argv[i], "--repeat") == 0 && more) {
            v->repeat = atoi(argv[++i]);
        } else if (strcmp(argv[i], "--jobs") == 0 && more) {
            v->jobs = atoi(argv[++i]);
        } else if (strcmp(argv[i], "--seed") == 0 && more) {
            v->seed = strtoull(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "--only") == 0 && more) {
            if (parse_only(v, argv[++i]) != 0)
                return EXIT_WRONG_USAGE;
        } else if (strcmp(argv[i], "--pauses") == 0) {
            v->pauses = true;
        } else if (argv[i][0] == '-') {
            return cli_usage("verify");
        } else {
            const struct exercise *x = cli_exercise(v->c, argv[i], NULL);
            if (!x)
                return EXIT_FAILED;
            v->chosen[x->index] = named = true;
        }
    }
    for (size_t i = 0; !named && i < v->c->course.n_exercises; i++)
        v->chosen[i] = true;
    if (v->repeat < 1 || v->jobs < 1 || v->jobs > POOL_MAX)
        return cli_usage("verify");
    return 0;
}

static void add_task(struct verify *v, const struct exercise *x, enum kind kind,
                     const struct wrong *w, int round)
{
    if (!v->only[kind] || (w && w->needs_bwrap && v->c->sandbox == SANDBOX_NONE))
        return;
    v->tasks = mem_grow(v->tasks, v->n_tasks + 1, sizeof *v->tasks);
    v->tasks[v->n_tasks++] = (struct task){x, kind, w, v->seed + (uint64_t)round, {NULL}};
    v->tallies[x->index].all[kind]++;
}

/* Round by round, so that repetitions of one exercise are spread over the whole time. */
static int plan(struct verify *v)
{
    struct err e = {0};
    for (size_t i = 0; i < v->c->course.n_exercises; i++) {
        const struct exercise *x = &v->c->course.exercises[i];
        struct tally *t = &v->tallies[i];
        if (!v->chosen[i])
            continue;
        v->violations += invariants_check(&v->said, &v->c->course, x);
        if (wrong_load(x, &t->wrong, &t->n_wrong, &e) != 0)
            t->n_wrong = 0; /* already said by the invariants */
        add_task(v, x, KIND_SKELETON, NULL, 0);
    }
    for (size_t i = 0; i < v->c->course.n_unfinished; i++) {
        AUTO_FREE char *text =
            msg_format(msg_lang(), MSG_COURSE_NO_INI, v->c->course.unfinished[i]);
        buf_addf(&v->said, "%s\n", text);
        v->violations++;
    }
    for (int round = 0; round < v->repeat; round++)
        for (size_t i = 0; i < v->c->course.n_exercises; i++) {
            const struct exercise *x = &v->c->course.exercises[i];
            if (!v->chosen[i])
                continue;
            add_task(v, x, KIND_REFERENCE, NULL, round);
            for (size_t k = 0; k < v->tallies[i].n_wrong; k++)
                add_task(v, x, KIND_WRONG, &v->tallies[i].wrong[k], round);
        }
    return 0;
}

/* --- judging
 * ---------------------------------------------------------------------------------------------- */

static void describe_failure(struct buf *out, const struct report *r)
{
    const struct record *f = report_first_failure(r);
    if (r->internal)
        buf_addf(out, " internal: %s", r->internal);
    else if (!r->built)
        buf_addf(out, " build-failed: %s",
                 r->n_diagnostics ? r->diagnostics[0].message
                                  : (r->build_note ? r->build_note : ""));
    else if (f)
        buf_addf(out, " %s %s %s: %s", f->test, verdict_name(f->verdict),
                 f->diagnosis ? f->diagnosis : "-", text2_get(&f->symptom));
}

static void replay(struct buf *out, const struct task *t)
{
    const char *dir = t->kind == KIND_SKELETON ? t->x->lab_dir : t->x->solution_dir;
    buf_addf(out, "\n    ipclab run %s --source %s", t->x->id, dir);
    if (t->wrong)
        buf_addf(out, " --replace %s=%s", t->wrong->file, t->wrong->path);
    buf_addf(out, " --seed %llu -v\n", (unsigned long long)t->seed);
}

static const struct record *find_record(const struct report *r, const char *test)
{
    for (size_t i = 0; i < r->n_records; i++)
        if (str_equal(r->records[i].test, test))
            return &r->records[i];
    return NULL;
}

/* Is it one of "private-futex|mutex-assertion"? Some mistakes show in more than one way. */
static bool named(const char *diagnosis, const char *expected)
{
    size_t len = diagnosis ? strlen(diagnosis) : 0;
    for (const char *p = expected; len && p; p = strchr(p, '|')) {
        p += *p == '|';
        if (strncmp(p, diagnosis, len) == 0 && (p[len] == '\0' || p[len] == '|'))
            return true;
    }
    return false;
}

/* "" when as it should be, else why not (malloc'd). */
static char *judge(const struct task *t, const struct report *r)
{
    struct buf why = BUF_INIT;
    const struct record *record = t->wrong ? find_record(r, t->wrong->test) : NULL;
    if (r->internal) {
        describe_failure(&why, r);
    } else if (t->kind == KIND_SKELETON) {
        if (!r->built || report_passed(r)) {
            buf_adds(&why, " ");
            buf_adds(&why, msg(r->built ? MSG_CLI_SKELETON_PASSES : MSG_CLI_SKELETON_BUILD));
        }
    } else if (t->kind == KIND_REFERENCE) {
        if (!report_passed(r))
            describe_failure(&why, r);
        else if (r->n_diagnostics)
            buf_addf(&why, " %s", r->diagnostics[0].message);
        for (size_t i = 0; !why.len && i < r->n_records; i++)
            if (r->records[i].verdict == VERDICT_PASS && r->records[i].diagnosis)
                buf_addf(&why, " %s %s", r->records[i].test, r->records[i].diagnosis);
    } else if (!r->built) {
        describe_failure(&why, r);
    } else if (record && record->verdict == VERDICT_UNDECIDED) {
        /* this machine cannot tell */
    } else if (t->wrong && (!record || record->verdict == VERDICT_PASS ||
                            !named(record->diagnosis, t->wrong->diagnosis))) {
        buf_addf(&why, " %s: %s %s → %s %s", t->wrong->name, t->wrong->test, t->wrong->diagnosis,
                 record ? verdict_name(record->verdict) : "-",
                 record && record->diagnosis ? record->diagnosis : "-");
        if (record && record->symptom.text[0])
            buf_addf(&why, " (%s)", text2_get(&record->symptom));
    }
    return buf_steal(&why);
}

/* How long a wrong answer stood still before the verdict. */
static void note_hang(struct verify *v, const struct task *t, const struct report *r)
{
    const struct record *record = t->wrong ? find_record(r, t->wrong->test) : NULL;
    if (record && record->blocked_ms > 0)
        json_array_append_new(v->hangs,
                              json_pack("{s:s,s:s,s:s,s:s?,s:f}", "id", t->x->id, "wrong",
                                        t->wrong->name, "test", t->wrong->test, "diagnosis",
                                        record->diagnosis, "blocked_ms", record->blocked_ms));
}

/* No violation, but never silent: a test that counts neither way has proved nothing. */
static void note_undecided(struct verify *v, const struct task *task, const struct report *r)
{
    bool any = false;
    for (size_t i = 0; i < r->n_records && task->kind != KIND_SKELETON; i++) {
        const struct record *record = &r->records[i];
        if (record->verdict != VERDICT_UNDECIDED)
            continue;
        any = true;
        AUTO_FREE char *line =
            str_format("%s %s %s: %s %s (%s)\n", task->x->number, task->x->id,
                       task->wrong ? task->wrong->name : "reference", record->test,
                       verdict_title(record->verdict, msg_lang()), text2_get(&record->symptom));
        if (!strstr(buf_text(&v->unclear), line))
            buf_adds(&v->unclear, line);
    }
    v->undecided += any;
}

static void finish(struct verify *v, const struct task *task, const struct report *r)
{
    static const char *const names[KIND_COUNT] = {"skeleton", "reference", "wrong"};
    struct tally *t = &v->tallies[task->x->index];
    AUTO_FREE char *why = judge(task, r);
    note_hang(v, task, r);
    note_undecided(v, task, r);
    v->finished++;
    if (r->ms > v->slowest)
        v->slowest = r->ms;
    if (!*why) {
        t->good[task->kind]++;
    } else if (!r->cancelled) {
        v->violations++;
        buf_addf(&v->said, "%s %s %s:%s", task->x->number, task->x->id, names[task->kind], why);
        replay(&v->said, task);
    }
}

/* --- running
 * ------------------------------------------------------------------------------------------------
 */

static bool next_job(void *context, struct pool_job *job)
{
    struct verify *v = context;
    if (v->next == v->n_tasks)
        return false;
    struct task *t = &v->tasks[v->next++];
    job->data = t;
    job->options = (struct grade_options){
        .course = &v->c->course,
        .exercise = t->x,
        .source_dir = t->kind == KIND_SKELETON ? t->x->lab_dir : t->x->solution_dir,
        .sandbox = v->c->sandbox,
        .pauses = v->pauses,
        .builds = v->builds,
        .seed = t->seed,
        .only_test = t->wrong ? t->wrong->test : NULL};
    if (t->wrong) {
        t->replace[0] = t->wrong->file;
        t->replace[1] = t->wrong->path;
        job->options.replace = t->replace;
    }
    return true;
}

static bool job_done(void *context, struct pool_job *job, struct report *r, const struct err *e)
{
    struct verify *v = context;
    if (r)
        finish(v, job->data, r);
    else
        v->status = cli_fail(EXIT_FAULT, e);
    return r != NULL;
}

static void show_progress(void *context, int running)
{
    const struct verify *v = context;
    (void)running;
    if (v->progress)
        fprintf(stderr, "\r%zu/%zu ", v->finished, v->n_tasks);
}

static int run_all(struct verify *v)
{
    const struct pool pool = {.jobs = v->jobs,
                              .context = v,
                              .next = next_job,
                              .done = job_done,
                              .progress = show_progress};
    int interrupted = pool_run(&pool);
    if (v->progress)
        fprintf(stderr, "\r              \r");
    return interrupted ? EXIT_FAULT : v->status;
}

/* --- the table
 * ------------------------------------------------------------------------------------------------
 */

static void cell(struct buf *b, const struct tally *t, enum kind k)
{
    char text[32] = "–";
    if (t->all[k])
        snprintf(text, sizeof text, "%s %d/%d", t->good[k] == t->all[k] ? "✓" : "✗", t->good[k],
                 t->all[k]);
    text_pad(b, text, 16);
}

static void print_table(const struct verify *v)
{
    struct buf b = BUF_INIT;
    text_pad(&b, msg(MSG_CLI_VERIFY_EXERCISE), 26);
    text_pad(&b, msg(MSG_CLI_VERIFY_SKELETON), 16);
    text_pad(&b, msg(MSG_CLI_VERIFY_REFERENCE), 16);
    text_pad(&b, msg(MSG_CLI_VERIFY_WRONG), 16);
    buf_addc(&b, '\n');
    for (size_t i = 0; i < v->c->course.n_exercises; i++) {
        const struct exercise *x = &v->c->course.exercises[i];
        if (!v->chosen[i])
            continue;
        AUTO_FREE char *name = str_format("%s %s", x->number, x->id);
        text_pad(&b, name, 26);
        for (int k = 0; k < KIND_COUNT; k++)
            cell(&b, &v->tallies[i], (enum kind)k);
        buf_addc(&b, '\n');
    }
    fputs(b.data, stdout);
    buf_release(&b);
}

static void print_json(const struct verify *v)
{
    static const char *const names[KIND_COUNT] = {"skeleton", "reference", "wrong"};
    json_t *list = json_array();
    for (size_t i = 0; i < v->c->course.n_exercises; i++) {
        if (!v->chosen[i])
            continue;
        json_t *x = json_pack("{s:s}", "id", v->c->course.exercises[i].id);
        for (int k = 0; k < KIND_COUNT; k++)
            json_object_set_new(
                x, names[k],
                json_pack("{s:i,s:i}", "good", v->tallies[i].good[k], "all", v->tallies[i].all[k]));
        json_array_append_new(list, x);
    }
    json_t *j =
        json_pack("{s:o,s:O,s:i,s:i,s:s}", "exercises", list, "hangs", v->hangs, "violations",
                  v->violations, "undecided", v->undecided, "text", buf_text(&v->said));
    char *text = json_dumps(j, JSON_INDENT(2));
    puts(text ? text : "{}");
    free(text);
    json_decref(j);
}

int command_verify(struct cli *c, int argc, char **argv)
{
    struct verify v = {
        .c = c, .repeat = 1, .seed = 1, .jobs = sandbox_cpus(), .only = {true, true, true}};
    if (cli_course(c) != 0)
        return EXIT_FAULT;
    if (!fs_is_dir(c->course.layout.solutions))
        return cli_failf(EXIT_FAULT, MSG_CLI_VERIFY_NO_SOLUTIONS, c->course.layout.solutions);
    v.hangs = json_array();
    v.progress = isatty(STDERR_FILENO);
    v.tallies = mem_alloc(c->course.n_exercises * sizeof *v.tallies);
    v.chosen = mem_alloc(c->course.n_exercises * sizeof *v.chosen);
    int status = choose(&v, argc, argv);
    if (status == 0) {
        plan(&v);
        if (v.repeat > 1) /* without it everything is compiled each time */
            v.builds = builds_new(NULL);
        double started = clock_ms();
        status = run_all(&v);
        if (c->json) {
            print_json(&v);
        } else {
            print_table(&v);
            fputs(buf_text(&v.said), stdout);
            fputs(buf_text(&v.unclear), stdout);
            msg_print(stdout, MSG_CLI_VERIFY_SUMMARY, v.finished, (clock_ms() - started) / 1000,
                      v.violations);
            if (v.undecided)
                msg_print(stdout, MSG_CLI_VERIFY_UNDECIDED, v.undecided);
            putchar('\n');
        }
        if (status == 0 && v.violations)
            status = EXIT_FAILED;
    }
    for (size_t i = 0; i < c->course.n_exercises; i++)
        wrong_free(v.tallies[i].wrong, v.tallies[i].n_wrong);
    json_decref(v.hangs);
    builds_free(v.builds);
    free(v.tallies);
    free(v.chosen);
    free(v.tasks);
    buf_release(&v.said);
    buf_release(&v.unclear);
    return status;
}
