/* The schema and its history. A new file goes through every step, so each step is run all the time.
 *
 * To change the schema: append a step, never edit an old one; raise STORE_VERSION in store.h; add a
 * case to tests/unit/test_store.c that starts from the version before. */
#include <assert.h>
#include <stdio.h>

#include "store/db.h"

/* "IPCL": lets file(1) and us tell our databases from those of other programs. */
#define APPLICATION_ID 0x4950434c

/* The report of an attempt is JSON text; "" once it has been thrown away to keep the file small. */
static const char VERSION_1[] =
    "CREATE TABLE attempt ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " exercise TEXT NOT NULL,"
    " at INTEGER NOT NULL," /* seconds since 1970 */
    " passed INTEGER NOT NULL,"
    " points INTEGER NOT NULL,"
    " max_points INTEGER NOT NULL,"
    " report TEXT NOT NULL);"
    "CREATE INDEX attempt_of_exercise ON attempt (exercise, id);"
    "CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;";

/* Duration and diagnosis of old attempts are taken out of their reports, as far as those can be
 * read. `reopened` holds the last attempt that no longer counts as a pass. */
static const char VERSION_2[] =
    "ALTER TABLE attempt ADD COLUMN ms REAL NOT NULL DEFAULT 0;"
    "ALTER TABLE attempt ADD COLUMN diagnosis TEXT;"
    "UPDATE attempt SET"
    " ms = coalesce(CAST(json_extract(report, '$.ms') AS REAL), 0),"
    " diagnosis = (SELECT json_extract(value, '$.diagnosis')"
    "  FROM json_each(report, '$.tests')"
    "  WHERE json_extract(value, '$.verdict') NOT IN ('pass', 'undecided', 'skipped')"
    "  ORDER BY key LIMIT 1)"
    " WHERE json_valid(report) AND json_type(report) = 'object'"
    "  AND coalesce(json_type(report, '$.tests'), '') = 'array';"
    "CREATE TABLE hint_shown ("
    " exercise TEXT NOT NULL, level INTEGER NOT NULL, at INTEGER NOT NULL,"
    " PRIMARY KEY (exercise, level)) WITHOUT ROWID;"
    "CREATE TABLE peek (exercise TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE reopened ("
    " exercise TEXT PRIMARY KEY, attempt INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;";

static const char *const STEPS[] = {VERSION_1, VERSION_2};
static_assert(sizeof STEPS / sizeof STEPS[0] == STORE_VERSION, "one step for each version");

static int run_steps(sqlite3 *db)
{
    long long version = 0;
    int result = db_number(db, "PRAGMA user_version", &version);
    for (; result == SQLITE_OK && version < STORE_VERSION; version++)
        result = db_exec(db, STEPS[version]);
    if (result != SQLITE_OK)
        return result;
    char pragma[128];
    snprintf(pragma, sizeof pragma, "PRAGMA application_id = %d; PRAGMA user_version = %d;",
             APPLICATION_ID, STORE_VERSION);
    return db_exec(db, pragma);
}

int schema_migrate(sqlite3 *db)
{
    /* The version is read again inside the transaction: another process may have been faster. */
    int result = db_exec(db, "BEGIN IMMEDIATE");
    if (result != SQLITE_OK)
        return result;
    result = run_steps(db);
    if (result == SQLITE_OK)
        result = db_exec(db, "COMMIT");
    if (result != SQLITE_OK)
        db_exec(db, "ROLLBACK");
    return result;
}

int schema_look(sqlite3 *db, enum schema_state *state, long long *version)
{
    long long application = 0, tables = 0;
    int result = db_number(db, "PRAGMA user_version", version);
    if (result == SQLITE_OK)
        result = db_number(db, "PRAGMA application_id", &application);
    if (result != SQLITE_OK)
        return result;
    if (application == APPLICATION_ID && *version > STORE_VERSION) {
        *state = SCHEMA_NEWER;
        return SQLITE_OK;
    }
    result = db_number(db, "SELECT count(*) FROM sqlite_master", &tables);
    if (result != SQLITE_OK)
        return result;
    if (tables == 0 && application == 0 && *version == 0)
        *state = SCHEMA_EMPTY;
    else if (application != APPLICATION_ID || *version < 1)
        *state = SCHEMA_FOREIGN;
    else
        *state = *version < STORE_VERSION ? SCHEMA_OLD : SCHEMA_CURRENT;
    return SQLITE_OK;
}
