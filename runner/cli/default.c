/* ipclab without a command: the full screen, or what it says in plain text where none can open. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "cli/init.h"
#include "cli/list.h"
#include "cli/place.h"
#include "tui/tui.h"

static bool has_screen(void)
{
    const char *term = getenv("TERM");
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && term && *term &&
           strcmp(term, "dumb") != 0;
}

/* The workspace that is opened, made if it does not exist yet; NULL after saying why not. */
static char *ready_workspace(struct cli *c)
{
    struct err e = {0};
    struct init_result r;
    char *dir = init_default_dir(c);
    AUTO_FREE char *mark = dir ? fs_join(dir, ".ipclab") : NULL;
    if (!dir) {
        cli_failf(EXIT_FAILED, MSG_CLI_NO_WORKSPACE);
        return NULL;
    }
    if (fs_is_dir(mark)) {
        init_refresh(c, dir);
        return dir;
    }
    if (init_workspace(c, dir, false, &r, &e) != 0) {
        cli_fail(EXIT_FAILED, &e);
        free(dir);
        return NULL;
    }
    cli_failf(EXIT_DONE, MSG_CLI_INIT_DONE, dir, (int)c->course.n_exercises, r.copied);
    return dir;
}

static int open_screen(struct cli *c, const char *workspace)
{
    struct err e = {0};
    AUTO_FREE char *path = realpath(workspace, NULL);
    struct store *store = cli_store(c, workspace, false);
    if (!store)
        return EXIT_FAULT;
    const struct tui_options o = {.course = &c->course,
                                  .store = store,
                                  .workspace = path ? path : workspace,
                                  .sandbox = c->sandbox,
                                  .recall_language = !c->language_chosen};
    int status = tui_run(&o, &e) == 0 ? EXIT_DONE : cli_fail(EXIT_FAULT, &e);
    store_close(store);
    return status;
}

static int list_instead(struct cli *c, const char *workspace)
{
    struct store *store = cli_store(c, workspace, true);
    list_print(c, store, workspace);
    if (store)
        store_close(store);
    if (!c->json)
        printf("\n%s\n", msg(MSG_CLI_PLAIN_COMMANDS));
    return EXIT_DONE;
}

int command_default(struct cli *c)
{
    if (cli_course(c) != 0)
        return EXIT_FAULT;
    AUTO_FREE char *workspace = ready_workspace(c);
    if (!workspace)
        return EXIT_FAILED;
    return has_screen() ? open_screen(c, workspace) : list_instead(c, workspace);
}
