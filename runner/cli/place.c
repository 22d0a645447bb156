#include "cli/place.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static bool was_named(const struct cli *c)
{
    const char *variable = getenv("IPCLAB_WORKSPACE");
    return c->workspace_option || (variable && *variable);
}

int place_open(struct cli *c, struct place *p, enum place_need need, enum place_access access)
{
    *p = (struct place){NULL, NULL};
    if (cli_course(c) != 0)
        return EXIT_FAULT;
    if (need == PLACE_OPTIONAL && !was_named(c)) {
        p->workspace = cli_find_workspace(c);
        if (!p->workspace)
            return 0;
    } else {
        p->workspace = cli_workspace(c);
        if (!p->workspace)
            return EXIT_FAILED;
    }
    p->store = cli_store(c, p->workspace, access == PLACE_READ);
    return p->store || need == PLACE_OPTIONAL ? 0 : EXIT_FAULT;
}

void place_release(struct place *p)
{
    if (p->store)
        store_close(p->store);
    free(p->workspace);
    *p = (struct place){NULL, NULL};
}

static int find_flag(const char *const *flags, const char *word)
{
    for (int i = 0; flags && flags[i]; i++)
        if (strcmp(flags[i], word) == 0)
            return i;
    return -1;
}

int take_words(const char *command, int argc, char **argv, const char *const *flags,
               unsigned *found, const char **word)
{
    *word = NULL;
    if (found)
        *found = 0;
    for (int i = 1; i < argc; i++) {
        int flag = find_flag(flags, argv[i]);
        if (flag >= 0 && found)
            *found |= 1u << flag;
        else if (argv[i][0] == '-' || *word)
            return cli_usage(command);
        else
            *word = argv[i];
    }
    return 0;
}
