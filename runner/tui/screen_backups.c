/* The backups of the exercise's files; Enter puts one back. */
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/text.h"
#include "tui/screens.h"
#include "tui/workspace.h"

enum { TIME_BYTES = 40 };

static const char *name_of(const struct backup *b)
{
    return strrchr(b->path, '/') + 1;
}

static size_t widest_name(const struct app *a)
{
    size_t widest = 0;

    for (size_t i = 0; i < a->n_backups; i++) {
        size_t width = text_width(name_of(&a->backups[i]));

        widest = width > widest ? width : widest;
    }
    return widest;
}

static void add_backup(struct screen *s, const struct backup *b, const char *dir,
                       size_t name_columns)
{
    AUTO_FREE char *now = fs_join(dir, b->file);
    char when[TIME_BYTES] = "";
    struct buf name = BUF_INIT;
    struct tm tm;

    if (localtime_r(&b->when.tv_sec, &tm))
        strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &tm);
    text_pad(&name, name_of(b), name_columns);
    list_item(s);
    doc_add(&s->doc, STYLE_TEXT, "  ");
    doc_append(&s->doc, STYLE_TEXT, when);
    doc_append(&s->doc, STYLE_TEXT, "   ");
    doc_append(&s->doc, STYLE_CODE, buf_text(&name));
    if (backup_same(now, b->path)) {
        doc_append(&s->doc, STYLE_DIM, "  ");
        doc_append(&s->doc, STYLE_DIM, msg(MSG_TUI_BACKUP_SAME));
    }
    buf_release(&name);
}

static void backups_read(struct app *a, struct screen *s, int columns)
{
    const struct exercise *x = app_exercise(a);

    reader_reset(s);
    backups_free(a->backups, a->n_backups);
    a->backups = NULL;
    a->n_backups = 0;
    if (!x)
        return;
    AUTO_FREE char *dir = workspace_dir(a->o->workspace, a->o->course, x);
    a->backups = backup_list(x, dir, &a->n_backups);
    AUTO_FREE char *how = a->n_backups > 0 ? say(MSG_TUI_BACKUPS_HOW, action_key(ACTION_OPEN))
                                           : say(MSG_TUI_NO_BACKUPS, action_key(ACTION_RESET));
    doc_add(&s->doc, STYLE_TEXT, "");
    doc_add_wrapped(&s->doc, STYLE_DIM, how, (size_t)columns, 2);
    doc_add(&s->doc, STYLE_TEXT, "");
    for (size_t i = 0; i < a->n_backups; i++)
        add_backup(s, &a->backups[i], dir, widest_name(a));
}

/* The restored file is as good as saved: it is noticed and graded like any other change. */
static void restore(struct app *a, struct screen *s)
{
    const struct exercise *x = app_exercise(a);
    const struct backup *b = &a->backups[s->chosen];
    struct err e;

    if (!x)
        return;
    AUTO_FREE char *dir = workspace_dir(a->o->workspace, a->o->course, x);
    int result = workspace_check(a->o->workspace, &e) < 0 ? -1 : backup_restore(x, dir, b, &e);
    if (result < 0)
        app_error(a, &e);
    else if (result == 0)
        app_status(a, TONE_DIM, MSG_TUI_RESTORED_SAME, b->file);
    else
        app_status(a, TONE_GOOD, MSG_TUI_RESTORED, b->file, name_of(b));
    a->own_save = result > 0;
    s->stale = a->dirty = true;
}

static bool backups_request(struct app *a, struct screen *s, enum action action)
{
    if (list_request(a, s, action))
        return true;
    if (action == ACTION_OPEN && s->chosen < (int)a->n_backups)
        restore(a, s);
    else if (action == ACTION_BACK)
        app_show(a, SCREEN_TASK);
    else
        return false;
    return true;
}

static const enum action *backups_keys(struct app *a)
{
    static const enum action keys[] = {ACTION_OPEN, ACTION_BACK, ACTION_TASK, ACTION_NONE};

    (void)a;
    return keys;
}

const struct screen_ops backups_screen = {
    .title = MSG_TUI_TITLE_BACKUPS,
    .open = reader_open,
    .read = backups_read,
    .draw = list_draw,
    .request = backups_request,
    .click = list_click,
    .keys = backups_keys,
};
