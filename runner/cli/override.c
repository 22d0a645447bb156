/* ipclab override: points set by hand, with a reason; a regrade keeps them. */
#include <math.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "cli/class.h"
#include "cli/cli.h"
#include "course/when.h"

struct request {
    const char *words[4]; /* OUT STUDENT EXERCISE POINTS */
    size_t n_words;
    const char *reason;
    bool remove;
};

static int parse(struct request *q, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--reason") == 0 && i + 1 < argc)
            q->reason = argv[++i];
        else if (strcmp(argv[i], "--remove") == 0)
            q->remove = true;
        else if ((argv[i][0] == '-' && argv[i][1]) || q->n_words == 4)
            return cli_usage("override");
        else
            q->words[q->n_words++] = argv[i];
    }
    bool list = q->n_words == 1 && !q->remove && !q->reason;
    bool complete = q->remove ? q->n_words == 3 : q->n_words == 4;
    return list || complete ? 0 : cli_usage("override");
}

static const char *who_am_i(void)
{
    const struct passwd *p = getpwuid(getuid());
    return p ? p->pw_name : "?";
}

/* By id, else by a name that only one has. */
static size_t find_student(const struct gradebook *g, const char *who)
{
    size_t found = gradebook_find_student(g, who), count = 0;
    for (size_t i = 0; found == GRADEBOOK_NONE && i < g->n_students; i++)
        count += str_equal(g->students[i].name, who);
    for (size_t i = 0; count == 1 && i < g->n_students; i++)
        if (str_equal(g->students[i].name, who))
            found = i;
    return found;
}

static void drop_override(struct gradebook *g, size_t student, size_t exercise)
{
    for (size_t i = 0; i < g->n_overrides; i++) {
        if (g->overrides[i].student != student || g->overrides[i].exercise != exercise)
            continue;
        free(g->overrides[i].reason);
        free(g->overrides[i].by);
        g->overrides[i] = g->overrides[--g->n_overrides];
        return;
    }
}

static int set_override(const struct request *q, struct gradebook *g, size_t student,
                        size_t exercise)
{
    char *end;
    const char *text = q->words[3] ? q->words[3] : "";
    double points = strtod(text, &end);
    if (end == text || *end || !isfinite(points) || points < 0)
        return cli_failf(EXIT_WRONG_USAGE, MSG_CLI_BAD_VALUE, "POINTS", text);
    if (!q->reason || !*q->reason)
        return cli_failf(EXIT_WRONG_USAGE, MSG_CLI_OVERRIDE_NO_REASON);
    if (points > g->exercises[exercise].max_points)
        cli_failf(0, MSG_CLI_OVERRIDE_HIGH, text, g->exercises[exercise].max_points);
    drop_override(g, student, exercise);
    g->overrides = mem_grow(g->overrides, g->n_overrides + 1, sizeof *g->overrides);
    g->overrides[g->n_overrides++] = (struct gradebook_override){.student = student,
                                                                 .exercise = exercise,
                                                                 .points = points,
                                                                 .reason = str_dup(q->reason),
                                                                 .by = str_dup(who_am_i()),
                                                                 .when = (long long)time(NULL)};
    return 0;
}

static int store(struct class_dir *d, const struct gradebook *g)
{
    struct err e = {0};
    if (overrides_save(g, &e) != 0 || gradebook_db_begin(d->db, &e) != 0)
        return cli_fail(EXIT_FAULT, &e);
    if (gradebook_db_put_overrides(d->db, g, &e) == 0 && gradebook_db_commit(d->db, &e) == 0)
        return 0;
    gradebook_db_rollback(d->db);
    return cli_fail(EXIT_FAULT, &e);
}

static void print_override(const struct gradebook *g, const struct gradebook_override *o)
{
    AUTO_FREE char *when = when_text(o->when);
    AUTO_FREE char *line = str_format(
        "%s  %s  %g/%d  %s  (%s, %s)", g->students[o->student].id, g->exercises[o->exercise].id,
        o->points, g->exercises[o->exercise].max_points, o->reason, o->by ? o->by : "?", when);
    struct buf safe = BUF_INIT;
    text_sanitize(&safe, line, strlen(line));
    puts(buf_text(&safe));
    buf_release(&safe);
}

static int change(const struct request *q, struct class_dir *d, struct gradebook *g)
{
    size_t student = find_student(g, q->words[1]);
    size_t exercise = gradebook_find_exercise(g, q->words[2]);
    for (size_t i = 0; exercise == GRADEBOOK_NONE && i < g->n_exercises; i++)
        if (str_equal(g->exercises[i].number, q->words[2]))
            exercise = i;
    if (student == GRADEBOOK_NONE)
        return cli_failf(EXIT_FAILED, MSG_CLI_CLASS_NO_STUDENT, q->words[1], d->out);
    if (exercise == GRADEBOOK_NONE)
        return cli_failf(EXIT_FAILED, MSG_CLI_CLASS_NO_EXERCISE, q->words[2], d->out);
    int status = 0;
    if (q->remove)
        drop_override(g, student, exercise);
    else
        status = set_override(q, g, student, exercise);
    return status == 0 ? store(d, g) : status;
}

int command_override(struct cli *c, int argc, char **argv)
{
    struct request q = {.n_words = 0};
    struct class_dir d;
    struct gradebook g = {.folder = NULL};
    struct err e = {0};
    (void)c;
    int status = parse(&q, argc, argv);
    if (status != 0)
        return status;
    status = class_open(&d, q.words[0], q.n_words > 1 ? CLASS_CHANGE : CLASS_READ);
    if (status == 0 && class_model(&d, &g, &e) != 0)
        status = cli_fail(EXIT_FAULT, &e);
    if (status == 0 && q.n_words > 1)
        status = change(&q, &d, &g);
    for (size_t i = 0; status == 0 && i < g.n_overrides; i++)
        print_override(&g, &g.overrides[i]);
    gradebook_release(&g);
    class_close(&d);
    return status;
}
