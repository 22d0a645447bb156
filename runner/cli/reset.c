/* ipclab reset: the skeleton again, with a backup; and the newest backup again. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "cli/place.h"
#include "tui/workspace.h"

enum { FILE_MAX = 4 << 20, BACKUPS_MAX = 9999 };

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

/* --- back from a backup ------------------------------------------------------------------------
 */

/* Is `entry` a backup of `name`: "name.bak-N"? */
static bool is_backup(const char *entry, const char *name)
{
    size_t len = strlen(name);
    if (strncmp(entry, name, len) != 0 || strncmp(entry + len, ".bak-", 5) != 0)
        return false;
    const char *number = entry + len + 5;
    return *number && strspn(number, "0123456789") == strlen(number);
}

static bool is_newer(const struct stat *a, const struct stat *b)
{
    return a->st_mtim.tv_sec != b->st_mtim.tv_sec ? a->st_mtim.tv_sec > b->st_mtim.tv_sec
                                                  : a->st_mtim.tv_nsec > b->st_mtim.tv_nsec;
}

/* Path of the newest backup of a file, malloc'd; NULL when there is none. */
static char *newest_backup(const char *dir, const char *name)
{
    DIR *d = opendir(dir);
    struct stat best = {.st_size = -1}, st;
    char *found = NULL;
    for (struct dirent *item; d && (item = readdir(d));) {
        if (!is_backup(item->d_name, name))
            continue;
        char *path = fs_join(dir, item->d_name);
        if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) && (!found || is_newer(&st, &best))) {
            free(found);
            found = path;
            best = st;
        } else {
            free(path);
        }
    }
    if (d)
        closedir(d);
    return found;
}

static bool same_contents(const char *a, const char *b)
{
    struct buf x = BUF_INIT, y = BUF_INIT;
    bool same = fs_read(a, FILE_MAX, &x, NULL) == 0 && fs_read(b, FILE_MAX, &y, NULL) == 0 &&
                x.len == y.len && memcmp(x.data, y.data, x.len) == 0;
    buf_release(&x);
    buf_release(&y);
    return same;
}

/* What would be overwritten becomes the newest backup, so a second restore takes it back. */
static int set_aside(const char *path, struct err *e)
{
    for (int n = 1; n <= BACKUPS_MAX; n++) {
        AUTO_FREE char *backup = str_format("%s.bak-%d", path, n);
        if (fs_exists(backup))
            continue;
        if (rename(path, backup) != 0)
            return err_sys(e, MSG_BASE_CANNOT_WRITE, backup);
        utimensat(AT_FDCWD, backup, NULL, 0);
        return 0;
    }
    return err_msg(e, MSG_TUI_TOO_MANY_BACKUPS, path);
}

/* 1: brought back; 0: it is so already; -1: failed. */
static int restore_one(const struct exercise *x, const char *dir, const char *name,
                       const char *backup, struct err *e)
{
    AUTO_FREE char *path = fs_join(dir, name);
    AUTO_FREE char *skeleton = fs_join(x->lab_dir, name);
    struct buf text = BUF_INIT;
    int result = 0;
    if (same_contents(path, backup))
        return 0;
    if (fs_read(backup, FILE_MAX, &text, e) != 0 ||
        (fs_exists(path) && !same_contents(path, skeleton) && set_aside(path, e) != 0) ||
        fs_write(path, text.data, text.len, e) != 0)
        result = -1;
    else
        result = 1;
    buf_release(&text);
    return result;
}

static int restore(struct cli *c, const char *workspace, const struct exercise *x)
{
    struct err e = {0};
    size_t n;
    int backups = 0, restored = 0;
    AUTO_FREE char *dir = workspace_dir(workspace, &c->course, x);
    AUTO_FREE const char **names = exercise_sources(x, &n);
    for (size_t i = 0; i < n; i++) {
        AUTO_FREE char *backup = newest_backup(dir, names[i]);
        int result = backup ? restore_one(x, dir, names[i], backup, &e) : 0;
        if (result < 0)
            return cli_fail(EXIT_FAILED, &e);
        if (result > 0)
            printf("%s ← %s\n", names[i], strrchr(backup, '/') + 1);
        backups += backup != NULL;
        restored += result;
    }
    if (!backups)
        return cli_failf(EXIT_FAILED, MSG_CLI_RESET_NO_BACKUP, x->number, dir);
    if (!restored)
        printf("%s\n", msg(MSG_CLI_RESET_RESTORED_ALREADY));
    return EXIT_DONE;
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
