/* Opening the progress file, whatever state it is in.
 *
 * Theory of operation. Opening for writing happens under flock() on the folder, so of two processes
 * that start at once only one creates, migrates or sets aside the file. Afterwards SQLite's own
 * locks do. A file is called damaged only when SQLite says so (not a database, malformed, failed
 * quick_check); busy, I/O errors and a full disk are never taken for damage, nothing is renamed
 * then.
 *
 * Reading without writing: a WAL database needs its -shm file, which SQLite would create. Without
 * one nobody else has the database open, so database and log are copied to a temporary folder and
 * from there into memory. That also lets an old schema be brought up to date where nothing may be
 * written. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/scratch.h"
#include "store/db.h"

enum { BUSY_MS = 5000, POLL_MS = 10, DAMAGED_MAX = 999 };

/* A progress file is a few megabytes; the limit only stops a copy that would never end. */
static const size_t COPY_MAX = (size_t)1 << 30;

static const char *const COMPANIONS[] = {"-wal", "-shm"};
enum { N_COMPANIONS = sizeof COMPANIONS / sizeof COMPANIONS[0] };

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return str_dup(".");
    return slash == path ? str_dup("/") : str_ndup(path, (size_t)(slash - path));
}

static void db_close(struct store *s)
{
    sqlite3_close_v2(s->db);
    s->db = NULL;
}

static int db_open(struct store *s, const char *path, int flags)
{
    int result = sqlite3_open_v2(path, &s->db, flags | SQLITE_OPEN_EXRESCODE, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_busy_timeout(s->db, BUSY_MS);
    return result;
}

/* --- is the file sound, and is it ours? -------------------------------------------------- */

/* SQLITE_CORRUPT when the check finds anything. */
static int quick_check(sqlite3 *db)
{
    sqlite3_stmt *q = NULL;
    int result = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &q, NULL);
    if (result != SQLITE_OK)
        return result;
    bool sound = false;
    if (sqlite3_step(q) == SQLITE_ROW) {
        const char *said = (const char *)sqlite3_column_text(q, 0);
        sound = said && strcmp(said, "ok") == 0;
    }
    result = sqlite3_finalize(q);
    return result == SQLITE_OK && !sound ? SQLITE_CORRUPT : result;
}

/* The version comes first: a newer file may hold what this SQLite cannot parse, and is not damaged.
 */
static int look_into(sqlite3 *db, enum schema_state *state, long long *version)
{
    int result = schema_look(db, state, version);
    if (result != SQLITE_OK || *state == SCHEMA_NEWER)
        return result;
    return quick_check(db);
}

static int refuse_unknown(const struct store *s, enum schema_state state, long long version,
                          struct err *e)
{
    if (state == SCHEMA_NEWER)
        return err_msg(e, MSG_STORE_NEWER, s->path, (int)version, (int)STORE_VERSION);
    if (state == SCHEMA_FOREIGN)
        return err_msg(e, MSG_STORE_FOREIGN, s->path);
    return 0;
}

/* --- opening for reading only ------------------------------------------------------------ */

static int open_in_memory(struct store *s)
{
    return db_open(s, ":memory:", SQLITE_OPEN_READWRITE);
}

/* Replace the open database by a copy of it in memory. */
static int move_into_memory(struct store *s)
{
    sqlite3 *file = s->db;
    s->db = NULL;
    int result = open_in_memory(s);
    sqlite3_backup *copy = NULL;
    if (result == SQLITE_OK)
        copy = sqlite3_backup_init(s->db, "main", file, "main");
    if (copy) {
        sqlite3_backup_step(copy, -1);
        result = sqlite3_backup_finish(copy);
    } else if (result == SQLITE_OK) {
        result = sqlite3_errcode(s->db);
    }
    sqlite3_close_v2(file);
    return result;
}

static int copy_with_log(const struct store *s, const char *to, struct err *e)
{
    AUTO_FREE char *log = str_format("%s-wal", s->path);
    AUTO_FREE char *log_to = str_format("%s-wal", to);
    if (fs_copy(s->path, to, COPY_MAX, 0600, e) < 0)
        return -1;
    return fs_exists(log) ? fs_copy(log, log_to, COPY_MAX, 0600, e) : 0;
}

/* Open a copy in a temporary folder, which is gone when this returns. Like the other functions
 * below that give an SQLite result: when it is SQLITE_ABORT, *e already has the sentence. */
static int open_copy(struct store *s, struct err *e)
{
    struct scratch scratch;
    struct err why = {0};
    if (scratch_make(&scratch, "store", false, &why) != 0) {
        err_msg(e, MSG_STORE_NO_COPY, s->path, why.text);
        return SQLITE_ABORT;
    }
    AUTO_FREE char *to = fs_join(scratch.path, "progress.db");
    int result = copy_with_log(s, to, e) < 0 ? SQLITE_ABORT : SQLITE_OK;
    if (result == SQLITE_OK)
        result = db_open(s, to, SQLITE_OPEN_READWRITE);
    if (result == SQLITE_OK)
        result = move_into_memory(s);
    scratch_remove(&scratch);
    return result;
}

static bool has_shared_memory(const struct store *s)
{
    AUTO_FREE char *shm = str_format("%s-shm", s->path);
    return fs_exists(shm);
}

static int begin_empty(struct store *s, struct err *e)
{
    db_close(s);
    int result = open_in_memory(s);
    if (result == SQLITE_OK)
        result = schema_migrate(s->db);
    return result == SQLITE_OK ? 0 : db_fail(s, result, e);
}

static int update_in_memory(struct store *s, struct err *e)
{
    int result = move_into_memory(s);
    if (result == SQLITE_OK)
        result = schema_migrate(s->db);
    return result == SQLITE_OK ? 0 : db_fail(s, result, e);
}

/* The file beside a running ipclab, or a copy of it. */
static int open_for_reading(struct store *s, struct err *e)
{
    long long version;
    if (!has_shared_memory(s))
        return open_copy(s, e);
    int result = db_open(s, s->path, SQLITE_OPEN_READONLY);
    if (result == SQLITE_OK)
        result = db_number(s->db, "PRAGMA user_version", &version);
    if (result == SQLITE_OK || db_is_damage(result))
        return result;
    db_close(s);
    return open_copy(s, e); /* a left-over -shm that we may not use */
}

static int open_reading(struct store *s, char **notice, struct err *e)
{
    enum schema_state state = SCHEMA_EMPTY;
    long long version = 0;
    if (!fs_exists(s->path))
        return begin_empty(s, e);
    int result = open_for_reading(s, e);
    if (result == SQLITE_OK)
        result = look_into(s->db, &state, &version);
    if (db_is_damage(result)) {
        free(*notice);
        *notice = msg_format(msg_lang(), MSG_STORE_DAMAGED_KEPT, s->path);
        return begin_empty(s, e);
    }
    if (result == SQLITE_ABORT)
        return -1;
    if (result != SQLITE_OK)
        return db_fail(s, result, e);
    if (refuse_unknown(s, state, version, e) < 0)
        return -1;
    return state == SCHEMA_CURRENT ? 0 : update_in_memory(s, e);
}

/* --- opening for writing ----------------------------------------------------------------- */

/* The folder's lock, released by closing it. -1 when there is none to be had: a file system without
 * locks, or a process that was stopped while holding it; SQLite's own locks still protect the data.
 */
static int lock_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
    for (int waited = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; waited += POLL_MS) {
        if ((errno != EWOULDBLOCK && errno != EINTR) || waited >= BUSY_MS) {
            close(fd);
            return -1;
        }
        nanosleep(&pause, NULL);
    }
    return fd;
}

static char *free_damaged_name(const char *path)
{
    for (int n = 1; n <= DAMAGED_MAX; n++) {
        char *name = str_format("%s.damaged-%d", path, n);
        if (!fs_exists(name))
            return name;
        free(name);
    }
    return NULL;
}

/* The log goes first: left behind, it would be replayed into the new database. */
static int rename_all(const char *from, const char *to)
{
    for (size_t i = 0; i < N_COMPANIONS; i++) {
        AUTO_FREE char *old = str_format("%s%s", from, COMPANIONS[i]);
        AUTO_FREE char *new = str_format("%s%s", to, COMPANIONS[i]);
        if (rename(old, new) < 0 && errno != ENOENT)
            return -1;
    }
    return rename(from, to);
}

static int set_aside(struct store *s, char **notice, struct err *e)
{
    /* Closing would write the log into the file and delete it: it may be what can be rescued. */
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    db_close(s);
    AUTO_FREE char *name = free_damaged_name(s->path);
    if (!name)
        return err_msg(e, MSG_STORE_DAMAGED_NOW, s->path);
    if (rename_all(s->path, name) < 0)
        return err_sys(e, MSG_STORE_NOT_SET_ASIDE, s->path, name);
    free(*notice);
    *notice = msg_format(msg_lang(), MSG_STORE_SET_ASIDE, s->path, name);
    return 0;
}

static int open_file(struct store *s, enum schema_state *state, long long *version)
{
    int result = db_open(s, s->path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    return result == SQLITE_OK ? look_into(s->db, state, version) : result;
}

static int open_sound(struct store *s, char **notice, struct err *e)
{
    enum schema_state state = SCHEMA_EMPTY;
    long long version = 0;
    int result = open_file(s, &state, &version);
    if (db_is_damage(result)) {
        if (set_aside(s, notice, e) < 0)
            return SQLITE_ABORT;
        result = open_file(s, &state, &version);
    }
    if (result != SQLITE_OK)
        return result;
    if (refuse_unknown(s, state, version, e) < 0)
        return SQLITE_ABORT;
    /* Where shared memory does not work (some network file systems) SQLite stays with its rollback
     * journal, which is as safe. */
    result = db_exec(s->db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    if (result == SQLITE_OK && state != SCHEMA_CURRENT)
        result = schema_migrate(s->db);
    return result;
}

static int open_writing(struct store *s, const char *folder, char **notice, struct err *e)
{
    int lock = lock_folder(folder);
    int result = open_sound(s, notice, e);
    if (lock >= 0)
        close(lock);
    if (result == SQLITE_OK)
        return 0;
    if (result == SQLITE_ABORT)
        return -1;
    if (!db_is_full(s->db, result))
        return db_fail(s, result, e);
    db_close(s);
    s->read_only = true;
    free(*notice);
    *notice = msg_format(msg_lang(), MSG_STORE_FULL_NOTICE, s->path);
    return open_reading(s, notice, e);
}

/* --- the way in -------------------------------------------------------------------------- */

/* Opening a FIFO would block, a device would be anything: only a regular file, or none yet. */
static int check_place(const char *path, const char *folder, struct err *e)
{
    struct stat st;
    if (!fs_is_dir(folder))
        return err_msg(e, MSG_STORE_NO_FOLDER, folder);
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return err_msg(e, MSG_STORE_NOT_A_FILE, path);
    return 0;
}

static bool can_write(const char *path, const char *folder)
{
    if (faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) < 0)
        return false;
    return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0 || errno == ENOENT;
}

static int open_as_possible(struct store *s, char **notice, struct err *e)
{
    AUTO_FREE char *folder = folder_of(s->path);
    if (check_place(s->path, folder, e) < 0)
        return -1;
    if (s->read_only)
        return open_reading(s, notice, e);
    if (can_write(s->path, folder))
        return open_writing(s, folder, notice, e);
    s->read_only = true;
    *notice = msg_format(msg_lang(), MSG_STORE_READ_ONLY_NOTICE, s->path);
    return open_reading(s, notice, e);
}

int store_open(struct store **out, const char *path, bool read_only, char **notice, struct err *e)
{
    *out = NULL;
    if (notice)
        *notice = NULL;
    struct store *s = mem_alloc(sizeof *s);
    s->path = str_dup(path);
    s->read_only = read_only;
    char *said = NULL;
    if (open_as_possible(s, &said, e) < 0) {
        free(said);
        store_close(s);
        return -1;
    }
    if (notice)
        *notice = said;
    else
        free(said);
    *out = s;
    return 0;
}

bool store_is_read_only(const struct store *s)
{
    return s->read_only;
}

const char *store_engine(void)
{
    return sqlite3_libversion();
}

void store_close(struct store *s)
{
    if (!s)
        return;
    db_close(s);
    free(s->path);
    free(s);
}
