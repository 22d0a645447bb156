/* Inside the store room only: the open gradebook. */
#ifndef STORE_GRADEBOOK_DB_H
#define STORE_GRADEBOOK_DB_H

#include "store/db.h"
#include "store/gradebook.h"

struct gradebook_db {
    struct store base; /* connection and path, for the functions of db.h */
};

/* Run a statement that gives no rows, and end it. */
int gradebook_db_finish(struct gradebook_db *db, sqlite3_stmt *q, struct err *e);

#endif
