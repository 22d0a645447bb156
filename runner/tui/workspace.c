#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "course/backup.h"
#include "tui/workspace.h"

char *workspace_dir(const char *workspace, const struct course *c, const struct exercise *x)
{
    AUTO_FREE char *chapter = fs_join(workspace, c->chapters[x->chapter].slug);

    return fs_join(chapter, x->slug);
}

int workspace_check(const char *workspace, struct err *e)
{
    AUTO_FREE char *mark = fs_join(workspace, ".ipclab");

    return fs_is_dir(mark) ? 0 : err_msg(e, MSG_TUI_WORKSPACE_GONE, workspace);
}

static int fill_one(const char *dir, const struct exercise *x, const char *name, int *copied,
                    struct err *e)
{
    AUTO_FREE char *to = fs_join(dir, name);
    AUTO_FREE char *from = fs_join(x->lab_dir, name);

    if (fs_exists(to))
        return 0;
    if (fs_copy(from, to, BACKUP_FILE_MAX, 0644, e) < 0)
        return -1;
    ++*copied;
    return 0;
}

int workspace_fill(const char *workspace, const struct course *c, const struct exercise *x,
                   int *copied, struct err *e)
{
    AUTO_FREE char *dir = workspace_dir(workspace, c, x);
    size_t n = 0;
    AUTO_FREE const char **sources = exercise_sources(x, &n);

    *copied = 0;
    if (fs_mkdirs(dir, 0755, e) < 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        if (fill_one(dir, x, sources[i], copied, e) < 0)
            return -1;
    for (size_t i = 0; i < x->n_given; i++)
        if (fill_one(dir, x, x->given[i], copied, e) < 0)
            return -1;
    return 0;
}

static int reset_one(const char *dir, const struct exercise *x, const char *name, int *reset,
                     struct err *e)
{
    AUTO_FREE char *to = fs_join(dir, name);
    AUTO_FREE char *from = fs_join(x->lab_dir, name);
    struct buf skeleton = BUF_INIT;
    int result = -1;

    if (backup_same(from, to))
        return 0;
    if (fs_read(from, BACKUP_FILE_MAX, &skeleton, e) < 0)
        goto out;
    if (fs_exists(to) && backup_make(to, e) < 0)
        goto out;
    result = fs_write(to, buf_text(&skeleton), skeleton.len, e);
    if (result == 0)
        ++*reset;
out:
    buf_release(&skeleton);
    return result;
}

int workspace_reset(const char *workspace, const struct course *c, const struct exercise *x,
                    int *reset, struct err *e)
{
    AUTO_FREE char *dir = workspace_dir(workspace, c, x);
    size_t n = 0;
    AUTO_FREE const char **sources = exercise_sources(x, &n);

    *reset = 0;
    if (fs_mkdirs(dir, 0755, e) < 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        if (reset_one(dir, x, sources[i], reset, e) < 0)
            return -1;
    return 0;
}
