/* Opening the gradebook, and its schema. Only one grader works on a class (it holds the lock of
 * OUT), so there is no race to guard against here but with readers.
 *
 * To change the schema: append a step, never edit an old one; raise GRADEBOOK_VERSION; add a case
 * to tests/unit/test_gradebook.c that starts from the version before. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "store/gradebook_db.h"

/* "IPCG" */
#define APPLICATION_ID 0x49504347
enum { BUSY_MS = 10000, DAMAGED_MAX = 999 };

static const char VERSION_1[] =
    "CREATE TABLE setting (key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "CREATE TABLE exercise (id TEXT PRIMARY KEY, position INTEGER NOT NULL, number TEXT NOT NULL,"
    " title_zh TEXT, title_en TEXT, max_points INTEGER NOT NULL, due INTEGER NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE test (exercise TEXT NOT NULL, position INTEGER NOT NULL, id TEXT NOT NULL,"
    " title_zh TEXT, title_en TEXT, points INTEGER NOT NULL, hidden INTEGER NOT NULL,"
    " PRIMARY KEY (exercise, position)) WITHOUT ROWID;"
    /* position -1: not in the roster */
    "CREATE TABLE student (id TEXT PRIMARY KEY, position INTEGER NOT NULL, name TEXT NOT NULL,"
    " email TEXT NOT NULL, section TEXT NOT NULL, folder TEXT NOT NULL,"
    " submitted INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE extension (student TEXT NOT NULL, exercise TEXT, due INTEGER NOT NULL);"
    /* student '': of the class */
    "CREATE TABLE refusal (student TEXT NOT NULL, position INTEGER NOT NULL, place TEXT NOT NULL,"
    " what TEXT, why_zh TEXT, why_en TEXT, PRIMARY KEY (student, position)) WITHOUT ROWID;"
    "CREATE TABLE attempt (student TEXT NOT NULL, exercise TEXT NOT NULL,"
    " source_hash TEXT NOT NULL, key TEXT NOT NULL, origin TEXT NOT NULL,"
    " submitted INTEGER NOT NULL, graded INTEGER NOT NULL, points INTEGER NOT NULL,"
    " max_points INTEGER NOT NULL, built INTEGER NOT NULL, sandbox TEXT, limits TEXT,"
    " internal TEXT, ms REAL NOT NULL, PRIMARY KEY (student, exercise, source_hash))"
    " WITHOUT ROWID;"
    "CREATE INDEX attempt_by_key ON attempt (key);"
    "CREATE TABLE mark (student TEXT NOT NULL, exercise TEXT NOT NULL, source_hash TEXT NOT NULL,"
    " test TEXT NOT NULL, verdict TEXT NOT NULL, points INTEGER NOT NULL,"
    " max_points INTEGER NOT NULL, diagnosis TEXT, ms REAL NOT NULL,"
    " PRIMARY KEY (student, exercise, source_hash, test)) WITHOUT ROWID;"
    "CREATE TABLE override (student TEXT NOT NULL, exercise TEXT NOT NULL, points REAL NOT NULL,"
    " reason TEXT NOT NULL, by TEXT, at INTEGER NOT NULL, PRIMARY KEY (student, exercise))"
    " WITHOUT ROWID;"
    "CREATE TABLE change (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, student TEXT, exercise TEXT,"
    " kind TEXT NOT NULL, before REAL, after REAL, note TEXT);"
    "CREATE INDEX change_of ON change (student, exercise);";

static const char *const STEPS[] = {VERSION_1};
static_assert(sizeof STEPS / sizeof STEPS[0] == GRADEBOOK_VERSION, "one step for each version");

static int migrate(sqlite3 *db, long long version)
{
    char pragma[128];
    int result = db_exec(db, "BEGIN IMMEDIATE");
    for (; result == SQLITE_OK && version < GRADEBOOK_VERSION; version++)
        result = db_exec(db, STEPS[version]);
    snprintf(pragma, sizeof pragma, "PRAGMA application_id = %d; PRAGMA user_version = %d;",
             APPLICATION_ID, (int)GRADEBOOK_VERSION);
    if (result == SQLITE_OK)
        result = db_exec(db, pragma);
    if (result == SQLITE_OK)
        result = db_exec(db, "COMMIT");
    if (result != SQLITE_OK)
        db_exec(db, "ROLLBACK");
    return result;
}

static int connect_to(struct gradebook_db *db)
{
    int result =
        sqlite3_open_v2(db->base.path, &db->base.db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_busy_timeout(db->base.db, BUSY_MS);
    return result;
}

static int check_pages(sqlite3 *db)
{
    sqlite3_stmt *q = NULL;
    bool sound = false;
    int result = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &q, NULL);
    if (result == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW) {
        const char *said = (const char *)sqlite3_column_text(q, 0);
        sound = said && strcmp(said, "ok") == 0;
    }
    result = sqlite3_finalize(q);
    return result == SQLITE_OK && !sound ? SQLITE_CORRUPT : result;
}

/* SQLITE_OK with a database of our version; SQLITE_ABORT: *e says why not. */
static int prepare(struct gradebook_db *db, bool *fresh, struct err *e)
{
    long long version = 0, application = 0, tables = 0;
    sqlite3 *c = db->base.db;
    int result = db_number(c, "PRAGMA user_version", &version);
    if (result == SQLITE_OK)
        result = db_number(c, "PRAGMA application_id", &application);
    if (result == SQLITE_OK)
        result = db_number(c, "SELECT count(*) FROM sqlite_master", &tables);
    if (result != SQLITE_OK)
        return result;
    *fresh = tables == 0;
    if (!*fresh && application != APPLICATION_ID) {
        err_msg(e, MSG_STORE_FOREIGN, db->base.path);
        return SQLITE_ABORT;
    }
    if (version > GRADEBOOK_VERSION) {
        err_msg(e, MSG_STORE_NEWER, db->base.path, (int)version, (int)GRADEBOOK_VERSION);
        return SQLITE_ABORT;
    }
    result = check_pages(c);
    /* NORMAL: a crash of the machine may lose the newest results, which are then read from their
     * files; the database stays whole. */
    if (result == SQLITE_OK)
        result = db_exec(c, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                            "PRAGMA cache_size = -8192");
    if (result == SQLITE_OK && version < GRADEBOOK_VERSION)
        result = migrate(c, version);
    return result;
}

static void disconnect(struct gradebook_db *db)
{
    sqlite3_close_v2(db->base.db);
    db->base.db = NULL;
}

static int set_aside(struct gradebook_db *db, char **notice, struct err *e)
{
    static const char *const companions[] = {"-wal", "-shm", ""};
    AUTO_FREE char *to = NULL;
    sqlite3_db_config(db->base.db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    disconnect(db);
    for (int n = 1; n <= DAMAGED_MAX && (!to || fs_exists(to)); n++) {
        free(to);
        to = str_format("%s.damaged-%d", db->base.path, n);
    }
    for (size_t i = 0; i < 3; i++) {
        AUTO_FREE char *from = str_format("%s%s", db->base.path, companions[i]);
        AUTO_FREE char *new = str_format("%s%s", to, companions[i]);
        if (fs_exists(from) && rename(from, new) != 0)
            return err_sys(e, MSG_STORE_NOT_SET_ASIDE, from, new);
    }
    *notice = msg_format(msg_lang(), MSG_STORE_GRADEBOOK_ASIDE, db->base.path, to);
    return 0;
}

int gradebook_db_open(struct gradebook_db **out_db, const char *out, bool *fresh, char **notice,
                      struct err *e)
{
    struct gradebook_db *db = mem_alloc(sizeof *db);
    *out_db = NULL;
    *notice = NULL;
    *fresh = false;
    db->base.path = fs_join(out, "gradebook.db");
    int result = connect_to(db);
    if (result == SQLITE_OK)
        result = prepare(db, fresh, e);
    if (db_is_damage(result)) {
        result = set_aside(db, notice, e) == 0 ? connect_to(db) : SQLITE_ABORT;
        if (result == SQLITE_OK)
            result = prepare(db, fresh, e);
    }
    if (result == SQLITE_OK) {
        *out_db = db;
        return 0;
    }
    if (result != SQLITE_ABORT)
        db_fail(&db->base, result, e);
    gradebook_db_close(db);
    return -1;
}

void gradebook_db_close(struct gradebook_db *db)
{
    if (!db)
        return;
    disconnect(db);
    free(db->base.path);
    free(db);
}
