/* ipclab pack: what a student hands in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "cli/cli.h"
#include "grade/pack.h"

/* Without ids: every exercise that was tried. */
static size_t choose_tried(struct cli *c, struct store *store, bool *chosen)
{
    size_t count = 0;
    for (size_t i = 0; i < c->course.n_exercises; i++) {
        struct progress p;
        struct err e = {0};
        chosen[i] = store_progress(store, c->course.exercises[i].id, &p, &e) == 0 && p.attempts > 0;
        count += chosen[i];
    }
    return count;
}

static int write_pack(struct cli *c, const char *path, const char *workspace, const bool *chosen)
{
    struct err e = {0};
    size_t files = 0;
    if (pack_write(path, &c->course, workspace, chosen, &files, &e) != 0)
        return cli_fail(EXIT_FAILED, &e);
    for (size_t i = 0; i < c->course.n_exercises; i++)
        if (chosen[i])
            printf("  %s %s\n", c->course.exercises[i].number, c->course.exercises[i].id);
    msg_print(stdout, MSG_CLI_PACKED, path, files);
    putchar('\n');
    return EXIT_DONE;
}

int command_pack(struct cli *c, int argc, char **argv)
{
    const char *path = "ipclab-pack.tar.gz";
    size_t named = 0;
    if (cli_course(c) != 0)
        return EXIT_FAULT;
    AUTO_FREE bool *chosen = mem_alloc(c->course.n_exercises + 1);
    for (int i = 1; i < argc; i++) {
        const struct exercise *x = NULL;
        if (strcmp(argv[i], "-o") == 0 && i + 1 < argc) {
            path = argv[++i];
            continue;
        }
        if (argv[i][0] == '-')
            return cli_usage("pack");
        if (!(x = cli_exercise(c, argv[i], NULL)))
            return EXIT_FAILED;
        chosen[x->index] = true;
        named++;
    }
    AUTO_FREE char *workspace = cli_workspace(c);
    if (!workspace)
        return EXIT_FAILED;
    if (named == 0) {
        struct store *store = cli_store(c, workspace, true);
        if (!store)
            return EXIT_FAULT;
        named = choose_tried(c, store, chosen);
        store_close(store);
        if (named == 0)
            return cli_failf(EXIT_FAILED, MSG_CLI_PACK_NOTHING);
    }
    return write_pack(c, path, workspace, chosen);
}
