/* ipclab run: grade one exercise of the workspace (or of another folder) and explain. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "cli/cli.h"
#include "grade/grade.h"

struct request {
    const char *what;   /* exercise */
    const char *source; /* --source DIR */
    const char *test;
    unsigned long long seed;
    bool asan;
    const char *replace[3]; /* --replace NAME=PATH: take that file instead */
    char *replace_name;     /* owned */
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int sig)
{
    interrupted = sig;
}

static int parse(struct request *q, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;
        if (strcmp(argv[i], "--source") == 0 && more)
            q->source = argv[++i];
        else if (strcmp(argv[i], "--test") == 0 && more)
            q->test = argv[++i];
        else if (strcmp(argv[i], "--seed") == 0 && more)
            q->seed = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--replace") == 0 && more && strchr(argv[i + 1], '=')) {
            const char *equals = strchr(argv[++i], '=');
            q->replace_name = str_ndup(argv[i], (size_t)(equals - argv[i]));
            q->replace[0] = q->replace_name;
            q->replace[1] = equals + 1;
        } else if (strcmp(argv[i], "--asan") == 0)
            q->asan = true;
        else if (argv[i][0] == '-' || q->what)
            return cli_usage("run");
        else
            q->what = argv[i];
    }
    return 0;
}

/* Wait for the end; Ctrl-C ends the run cleanly. */
static void drive(struct grading *g)
{
    struct sigaction action = {.sa_handler = on_interrupt}, old;
    sigaction(SIGINT, &action, &old);
    while (grade_pump(g) != GRADE_DONE) {
        struct pollfd fd = {.fd = grade_fd(g), .events = POLLIN};
        poll(&fd, 1, -1);
        if (interrupted)
            grade_cancel(g);
    }
    sigaction(SIGINT, &old, NULL);
}

static void show(struct cli *c, const struct report *r, const struct exercise *x)
{
    if (c->json) {
        AUTO_FREE char *text = report_json(r, x);
        fputs(text, stdout);
        return;
    }
    struct buf out = BUF_INIT;
    const struct report_style style = cli_style(c);
    report_text(&out, r, x, &style);
    fputs(buf_text(&out), stdout);
    buf_release(&out);
}

/* Attempts count only in a workspace; a single test is not an attempt at the exercise. False when
 * it did not count. */
static bool remember(struct store *store, const struct report *r, const struct exercise *x,
                     const struct request *q)
{
    struct err e = {0};
    if (!store || q->test || q->source || q->replace[0] || r->cancelled || r->internal)
        return false;
    if (store_add_attempt(store, r, x, &e) == 0)
        return true;
    cli_fail(EXIT_FAULT, &e);
    return false;
}

/* After a pass: the next exercise that is not passed, round and round, or the end of the course. */
static void say_next(struct cli *c, struct store *store, const struct exercise *x)
{
    const struct exercise *next;
    if (cli_next_open(c, store, x->index + 1, &next) != 0)
        return;
    AUTO_FREE char *text =
        next ? msg_format(msg_lang(), MSG_CLI_RUN_NEXT, next->number, title_text(&next->title))
             : msg_format(msg_lang(), MSG_CLI_RUN_ALL, (int)c->course.n_exercises);
    AUTO_FREE char *reference = msg_format(msg_lang(), MSG_CLI_RUN_REFERENCE, x->number);
    printf("%s\n", text);
    if (fs_is_dir(x->solution_dir))
        printf("%s\n", reference);
}

static int grade_and_show(struct cli *c, const struct request *q, const struct exercise *x,
                          const char *folder, struct store *store)
{
    struct err e = {0};
    struct grading *g = NULL;
    const struct grade_options o = {.course = &c->course,
                                    .exercise = x,
                                    .source_dir = folder,
                                    .sandbox = c->sandbox,
                                    .only_test = q->test,
                                    .seed = q->seed,
                                    .asan = q->asan,
                                    .replace = q->replace[0] ? q->replace : NULL};
    if (q->test && !exercise_find_test(x, q->test))
        return cli_failf(EXIT_FAILED, MSG_CLI_NO_SUCH_TEST, q->test, x->id);
    if (grade_start(&g, &o, &e) != 0)
        return cli_fail(EXIT_FAULT, &e);
    drive(g);
    const struct report *r = grade_report(g);
    bool counted = remember(store, r, x, q);
    show(c, r, x);
    if (counted && report_passed(r) && !c->json)
        say_next(c, store, x);
    int status = r->internal || r->cancelled ? EXIT_FAULT
                 : q->test ? (report_first_failure(r) || !r->built ? EXIT_FAILED : EXIT_DONE)
                           : (report_passed(r) ? EXIT_DONE : EXIT_FAILED);
    grade_free(g);
    return status;
}

int command_run(struct cli *c, int argc, char **argv)
{
    struct request q = {.what = NULL};
    int status = parse(&q, argc, argv);
    if (status != 0)
        return status;
    if (cli_course(c) != 0)
        return EXIT_FAULT;
    if (q.source) {
        const struct exercise *x = cli_exercise(c, q.what, NULL);
        return x ? grade_and_show(c, &q, x, q.source, NULL) : EXIT_FAILED;
    }
    AUTO_FREE char *workspace = cli_workspace(c);
    struct store *store = workspace ? cli_store(c, workspace, false) : NULL;
    if (!store)
        return EXIT_FAILED;
    const struct exercise *x = cli_exercise(c, q.what, store);
    if (x) {
        AUTO_FREE char *folder = cli_exercise_dir(c, workspace, x);
        status = grade_and_show(c, &q, x, folder, store);
    } else {
        status = EXIT_FAILED;
    }
    store_close(store);
    return status;
}
