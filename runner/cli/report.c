/* ipclab report: a graded class in one of the formats of report/class.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/text.h"
#include "cli/class.h"
#include "cli/class_table.h"
#include "grade/similar.h"
#include "report/class.h"

struct request {
    const char *out, *format, *target, *student, *id;
    bool for_student;
    bool similar; /* look for similar code first */
};

static int parse(struct request *q, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;
        if ((strcmp(argv[i], "--format") == 0 || strcmp(argv[i], "-f") == 0) && more)
            q->format = argv[++i];
        else if (strcmp(argv[i], "-o") == 0 && more)
            q->target = argv[++i];
        else if (strcmp(argv[i], "--student") == 0 && more)
            q->student = argv[++i];
        else if (strcmp(argv[i], "--id") == 0 && more)
            q->id = argv[++i];
        else if (strcmp(argv[i], "--for-student") == 0)
            q->for_student = true;
        else if (strcmp(argv[i], "--similar") == 0)
            q->similar = true;
        else if (argv[i][0] == '-' || q->out)
            return cli_usage("report");
        else
            q->out = argv[i];
    }
    return 0;
}

static void print_formats(FILE *f)
{
    struct buf b = BUF_INIT;
    for (const struct class_format *x = class_formats; x->name; x++) {
        buf_adds(&b, "  ");
        text_pad(&b, x->name, 14);
        buf_adds(&b, msg(x->summary));
        buf_addc(&b, '\n');
    }
    fputs(buf_text(&b), f);
    buf_release(&b);
}

/* Written beside the target and renamed: a report is whole or not there. */
static int write_file(const struct class_format *x, const struct gradebook *g,
                      const struct class_options *o, const char *path)
{
    struct err e = {0};
    AUTO_FREE char *temporary = str_format("%s.tmp", path);
    FILE *f = fopen(temporary, "we");
    if (!f) {
        err_sys(&e, MSG_BASE_CANNOT_WRITE, path);
        return cli_fail(EXIT_FAULT, &e);
    }
    int rc = x->write(f, g, o, &e);
    bool flushed = fflush(f) == 0 && fsync(fileno(f)) == 0;
    int saved = errno;
    flushed = fclose(f) == 0 && flushed;
    if (rc == 0 && flushed && rename(temporary, path) == 0)
        return 0;
    if (rc == 0) {
        errno = saved ? saved : errno;
        err_sys(&e, MSG_BASE_CANNOT_WRITE, path);
    }
    unlink(temporary);
    return cli_fail(EXIT_FAULT, &e);
}

static int write_stdout(const struct class_format *x, const struct gradebook *g,
                        const struct class_options *o)
{
    struct err e = {0};
    return x->write(stdout, g, o, &e) == 0 ? 0 : cli_fail(EXIT_FAULT, &e);
}

/* One file for each student in a folder. */
static int write_folder(const struct class_format *x, const struct gradebook *g,
                        struct class_options *o, const char *folder)
{
    struct err e = {0};
    if (fs_mkdirs(folder, 0755, &e) != 0)
        return cli_fail(EXIT_FAULT, &e);
    int status = 0;
    for (size_t i = 0; status == 0 && i < g->n_students; i++) {
        AUTO_FREE char *path = str_format("%s/%s.%s", folder, g->students[i].folder, x->suffix);
        o->student = i;
        status = write_file(x, g, o, path);
    }
    return status;
}

static int write_report(const struct request *q, const struct class_format *x,
                        const struct gradebook *g)
{
    struct class_options o = {
        .student = GRADEBOOK_NONE, .for_student = q->for_student, .now = (long long)time(NULL)};
    if (q->id && !class_id_parse(q->id, &o.id))
        return cli_failf(EXIT_WRONG_USAGE, MSG_CLI_BAD_VALUE, "--id", q->id);
    if (q->student) {
        o.student = gradebook_find_student(g, q->student);
        if (o.student == GRADEBOOK_NONE)
            return cli_failf(EXIT_FAILED, MSG_CLI_CLASS_NO_STUDENT, q->student, q->out);
    }
    if (x->per_student && o.student == GRADEBOOK_NONE) {
        if (!q->target)
            return cli_failf(EXIT_WRONG_USAGE, MSG_CLI_REPORT_PER_STUDENT, x->name);
        return write_folder(x, g, &o, q->target);
    }
    return q->target ? write_file(x, g, &o, q->target) : write_stdout(x, g, &o);
}

static int add_similar(struct cli *c, struct gradebook *g)
{
    struct err e = {0};
    if (cli_course(c) != 0)
        return EXIT_FAULT;
    const struct similar_options o = {.course = &c->course, .sandbox = SANDBOX_BWRAP};
    return similar_find(g, &o, &e) == 0 ? 0 : cli_fail(EXIT_FAULT, &e);
}

int command_report(struct cli *c, int argc, char **argv)
{
    struct request q = {.out = NULL};
    struct class_dir d;
    struct gradebook g = {.folder = NULL};
    struct err e = {0};
    int status = parse(&q, argc, argv);
    if (status != 0)
        return status;
    if (!q.out) {
        cli_usage("report");
        print_formats(stderr);
        return EXIT_WRONG_USAGE;
    }
    const struct class_format *x = class_format_find(q.format ? q.format : "json");
    if (!x) {
        cli_failf(EXIT_WRONG_USAGE, MSG_CLI_BAD_VALUE, "--format", q.format);
        print_formats(stderr);
        return EXIT_WRONG_USAGE;
    }
    status = class_open(&d, q.out, CLASS_READ);
    if (status == 0 && class_model(&d, &g, &e) != 0)
        status = cli_fail(EXIT_FAULT, &e);
    if (status == 0 && q.similar)
        status = add_similar(c, &g);
    if (status == 0 && !q.format && !c->json)
        class_table(c, NULL, &g);
    else if (status == 0)
        status = write_report(&q, x, &g);
    gradebook_release(&g);
    class_close(&d);
    return status;
}
