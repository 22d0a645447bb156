/* Inside the store room only: the open database and the one way to run a statement on it. */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <sqlite3.h>
#include <stdbool.h>

#include "base/err.h"
#include "store/store.h"

struct store {
    sqlite3 *db;    /* owned */
    char *path;     /* owned: the file, for sentences; the database may be a copy in memory */
    bool read_only; /* every change is refused */
};

/* The sentence for an SQLite result that is neither OK, ROW nor DONE. Always returns -1. */
int db_fail(const struct store *s, int result, struct err *e);

/* Was it the disk (or a quota, or a file size limit) that had no room? */
bool db_is_full(sqlite3 *db, int result);
bool db_is_damage(int result);

/* Run SQL without arguments and results, any number of statements. Gives the SQLite result. */
int db_exec(sqlite3 *db, const char *sql);
/* One whole number, such as a pragma; *value stays when there is no row. Gives SQLITE_OK or an
 * error. */
int db_number(sqlite3 *db, const char *sql, long long *value);

/* A statement with its arguments bound. `types` has one letter for each: s text (NULL allowed), i
 * int, l long long, d double. NULL and a sentence on failure. End with sqlite3_finalize(). */
sqlite3_stmt *db_prepare(const struct store *s, struct err *e, const char *sql, const char *types,
                         ...);
/* Step a prepared statement: 1 a row, 0 the end, -1 and a sentence. */
int db_step(const struct store *s, sqlite3_stmt *q, struct err *e);

/* Bring the schema up to date in one transaction; SQLITE_OK also when there is nothing to do. */
int schema_migrate(sqlite3 *db);
/* What is in the file? */
enum schema_state { SCHEMA_EMPTY, SCHEMA_OLD, SCHEMA_CURRENT, SCHEMA_NEWER, SCHEMA_FOREIGN };
/* SQLITE_OK and *state, *version; or an SQLite error. Reads nothing but the header when it is
 * newer. */
int schema_look(sqlite3 *db, enum schema_state *state, long long *version);

#endif
