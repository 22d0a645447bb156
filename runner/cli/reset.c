/* ipclab reset: the skeleton again, with a backup; and the newest backup again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/place.h"
#include "course/backup.h"
#include "tui/workspace.h"

/* --- yes or no ------------------------------------------------------------------------------ */

/* 0 to go on, else an exit status. Without a terminal nobody can answer: --yes says it. */
static int confirm(const struct exercise *x)
{
    char answer[64];
    if (!isatty(STDIN_FILENO))
        return cli_failf(EXIT_FAILED, MSG_CLI_RESET_NEEDS_YES, x->number);
    msg_print(stdout, MSG_CLI_RESET_ASK, x->number, title_text(&x->title));
    fflush(stdout);
    if (fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y'))
        return 0;
    return cli_failf(EXIT_FAILED, MSG_CLI_RESET_CANCELLED);
}

/* --- back to the skeleton --------------------------------------------------------------------- */

static int reset(struct cli *c, const char *workspace, const struct exercise *x)
{
    struct err e = {0};
    int changed = 0, copied = 0;
    if (workspace_fill(workspace, &c->course, x, &copied, &e) != 0 ||
        workspace_reset(workspace, &c->course, x, &changed, &e) != 0)
        return cli_fail(EXIT_FAILED, &e);
    if (changed)
        msg_print(stdout, MSG_CLI_RESET_DONE, x->number, changed);
    if (copied)
        msg_print(stdout, MSG_CLI_RESET_FILLED, x->number, copied);
    if (!changed && !copied)
        msg_print(stdout, MSG_CLI_RESET_SAME, x->number);
    putchar('\n');
    return EXIT_DONE;
}

/* --- back from a backup --------------------------------------------------------------------- */

/* The list has the newest first; of each file only that one is brought back. */
static bool is_newest(const struct backup *list, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (str_equal(list[j].file, list[i].file))
            return false;
    return true;
}

/* What would be overwritten becomes the newest backup, so a second restore takes it back. */
static int restore(struct cli *c, const char *workspace, const struct exercise *x)
{
    struct err e = {0};
    size_t n = 0;
    int restored = 0, status = EXIT_DONE;
    AUTO_FREE char *dir = workspace_dir(workspace, &c->course, x);
    struct backup *list = backup_list(x, dir, &n);
    for (size_t i = 0; i < n && status == EXIT_DONE; i++) {
        int result = is_newest(list, i) ? backup_restore(x, dir, &list[i], &e) : 0;
        if (result < 0)
            status = cli_fail(EXIT_FAILED, &e);
        if (result > 0)
            printf("%s ← %s\n", list[i].file, strrchr(list[i].path, '/') + 1);
        restored += result > 0;
    }
    if (n == 0)
        status = cli_failf(EXIT_FAILED, MSG_CLI_RESET_NO_BACKUP, x->number, dir);
    else if (restored == 0 && status == EXIT_DONE)
        printf("%s\n", msg(MSG_CLI_RESET_RESTORED_ALREADY));
    backups_free(list, n);
    return status;
}

int command_reset(struct cli *c, int argc, char **argv)
{
    static const char *const flags[] = {"--yes", "--restore", NULL};
    enum { YES = 1, RESTORE = 2 };
    unsigned found;
    const char *word;
    struct place p;
    int status = take_words("reset", argc, argv, flags, &found, &word);
    if (status != 0)
        return status;
    status = place_open(c, &p, PLACE_NEEDED, PLACE_READ);
    if (status == 0) {
        const struct exercise *x = cli_exercise(c, word, p.store);
        if (!x)
            status = EXIT_FAILED;
        else if (found & RESTORE)
            status = restore(c, p.workspace, x);
        else {
            status = found & YES ? 0 : confirm(x);
            if (status == 0)
                status = reset(c, p.workspace, x);
        }
    }
    place_release(&p);
    return status;
}
