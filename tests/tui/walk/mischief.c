#include "mischief.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"

enum { ANSWER_MAX = 1 << 20, HUGE = 100 << 20 };

/* ---- saving ---- */

static void put(const char *path, const char *text, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0644);

    if (fd < 0)
        return; /* a directory or a FIFO is in the way: an editor could not save either */
    if (write(fd, text, len) < 0)
        perror(path);
    close(fd);
}

static void in_place(const struct place *p, const char *text, size_t len)
{
    put(p->file, text, len);
}

static void by_rename(const struct place *p, const char *text, size_t len)
{
    AUTO_FREE char *fresh = str_format("%s.new", p->file);

    put(fresh, text, len);
    if (rename(fresh, p->file) < 0)
        unlink(fresh);
}

/* vim: a swap file, a probe called 4913, the old file becomes a backup, which then goes. */
static void as_vim(const struct place *p, const char *text, size_t len)
{
    AUTO_FREE char *folder = str_ndup(p->file, (size_t)(strrchr(p->file, '/') - p->file));
    AUTO_FREE char *swap = str_format("%s/.pipe_hello.c.swp", folder);
    AUTO_FREE char *probe = str_format("%s/4913", folder);
    AUTO_FREE char *backup = str_format("%s~", p->file);

    put(swap, "swap", 4);
    put(probe, "", 0);
    unlink(probe);
    rename(p->file, backup);
    put(p->file, text, len);
    unlink(backup);
    unlink(swap);
}

/* Emacs: a lock that is a dangling link, an auto-save file, a backup that stays. */
static void as_emacs(const struct place *p, const char *text, size_t len)
{
    AUTO_FREE char *folder = str_ndup(p->file, (size_t)(strrchr(p->file, '/') - p->file));
    AUTO_FREE char *lock = str_format("%s/.#pipe_hello.c", folder);
    AUTO_FREE char *auto_save = str_format("%s/#pipe_hello.c#", folder);
    AUTO_FREE char *backup = str_format("%s~", p->file);

    if (symlink("student@host.1:1", lock) < 0)
        return;
    put(auto_save, text, len);
    rename(p->file, backup);
    put(p->file, text, len);
    unlink(auto_save);
    unlink(lock);
}

static void (*const ways[])(const struct place *p, const char *text,
                            size_t len) = {in_place, by_rename, as_vim, as_emacs};

void save(const struct place *p, unsigned way, unsigned answer)
{
    struct buf text = BUF_INIT;

    if (fs_read(p->answers[answer % (unsigned)p->n_answers], ANSWER_MAX, &text, NULL) == 0)
        ways[way % (sizeof ways / sizeof *ways)](p, buf_text(&text), text.len);
    buf_release(&text);
}

/* ---- harm ---- */

static void clear_way(const struct place *p)
{
    AUTO_FREE char *folder = str_ndup(p->file, (size_t)(strrchr(p->file, '/') - p->file));

    fs_mkdirs(folder, 0755, NULL);
    chmod(p->file, 0644);
    fs_remove_tree(p->file, NULL);
}

static void save_in_place(const struct place *p, unsigned answer)
{
    save(p, 0, answer);
}

static void save_by_rename(const struct place *p, unsigned answer)
{
    save(p, 1, answer);
}

static void save_as_vim(const struct place *p, unsigned answer)
{
    save(p, 2, answer);
}

static void save_as_emacs(const struct place *p, unsigned answer)
{
    save(p, 3, answer);
}

static void heal(const struct place *p, unsigned answer)
{
    clear_way(p);
    save(p, 0, answer);
}

static void make_empty(const struct place *p, unsigned answer)
{
    (void)answer;
    put(p->file, "", 0);
}

static void make_binary(const struct place *p, unsigned answer)
{
    (void)answer;
    static const char bytes[] = "\177ELF\0\0\0\0\377\376\233[2J";
    put(p->file, bytes, sizeof bytes);
}

static void make_garbage(const struct place *p, unsigned answer)
{
    (void)answer;
    static const char text[] = "int main(void) { \033]0;x\007 return \"\xe4\xb8\"; \xff }\n";
    put(p->file, text, strlen(text));
}

static void make_huge(const struct place *p, unsigned answer)
{
    (void)answer;
    if (truncate(p->file, HUGE) < 0)
        make_empty(p, 0);
}

static void make_unreadable(const struct place *p, unsigned answer)
{
    (void)answer;
    chmod(p->file, 0);
}

static void take_away(const struct place *p, unsigned answer)
{
    (void)answer;
    fs_remove_tree(p->file, NULL);
}

static void make_folder(const struct place *p, unsigned answer)
{
    (void)answer;
    clear_way(p);
    mkdir(p->file, 0755);
}

static void make_fifo(const struct place *p, unsigned answer)
{
    (void)answer;
    clear_way(p);
    mkfifo(p->file, 0644);
}

static void make_loop(const struct place *p, unsigned answer)
{
    (void)answer;
    clear_way(p);
    if (symlink("pipe_hello.c", p->file) < 0)
        return;
}

static void take_folder(const struct place *p, unsigned answer)
{
    AUTO_FREE char *folder = str_ndup(p->file, (size_t)(strrchr(p->file, '/') - p->file));

    (void)answer;
    fs_remove_tree(folder, NULL);
}

static const struct {
    const char *name;
    void (*act)(const struct place *p, unsigned answer);
} acts[] = {
    [MISCHIEF_HEAL] = {"heal", heal},
    {"heal", heal},
    {"save in place", save_in_place},
    {"save by rename", save_by_rename},
    {"save as vim", save_as_vim},
    {"save as emacs", save_as_emacs},
    {"empty", make_empty},
    {"binary", make_binary},
    {"garbage", make_garbage},
    {"huge", make_huge},
    {"unreadable", make_unreadable},
    {"remove file", take_away},
    {"folder", make_folder},
    {"fifo", make_fifo},
    {"link loop", make_loop},
    {"remove folder", take_folder},
};

unsigned mischief_count(void)
{
    return sizeof acts / sizeof *acts;
}

const char *mischief(const struct place *p, unsigned what, unsigned answer)
{
    acts[what % mischief_count()].act(p, answer);
    return acts[what % mischief_count()].name;
}

/* ---- the workspace as a whole ---- */

void vanish(const struct place *p)
{
    if (!fs_exists(p->away))
        rename(p->workspace, p->away);
}

void come_back(const struct place *p)
{
    if (!fs_exists(p->away))
        return;
    fs_remove_tree(p->workspace, NULL); /* what was made in its absence */
    rename(p->away, p->workspace);
}

/* ---- progress ---- */

static sqlite3_stmt *first_row(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *q = NULL;

    if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW)
        return q;
    sqlite3_finalize(q);
    return NULL;
}

static long ask(sqlite3 *db, const char **why)
{
    static char text[512];
    sqlite3_stmt *q = first_row(db, "PRAGMA integrity_check");
    const char *answer = q ? (const char *)sqlite3_column_text(q, 0) : sqlite3_errmsg(db);
    bool sound = q && strcmp(answer, "ok") == 0;
    long n = -1;

    snprintf(text, sizeof text, "%s", answer);
    sqlite3_finalize(q);
    *why = text;
    if (!sound)
        return -1;
    q = first_row(db, "SELECT count(*) FROM attempt");
    if (q)
        n = (long)sqlite3_column_int64(q, 0);
    else
        *why = "the attempts cannot be counted";
    sqlite3_finalize(q);
    return n;
}

long attempts_recorded(const struct place *p, const char **why)
{
    AUTO_FREE char *inside =
        fs_join(fs_exists(p->away) ? p->away : p->workspace, ".ipclab/progress.db");
    sqlite3 *db = NULL;
    long n = -1;

    *why = "progress.db cannot be opened";
    if (sqlite3_open_v2(inside, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK) {
        sqlite3_busy_timeout(db, 60000);
        n = ask(db, why);
    }
    sqlite3_close(db);
    return n;
}
