/* SQLite results to sentences, and statements with bound arguments. */
#include <errno.h>
#include <stdarg.h>

#include "store/db.h"

bool db_is_damage(int result)
{
    int primary = result & 0xff;
    return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB;
}

static bool is_no_room(int number)
{
    return number == ENOSPC || number == EDQUOT || number == EFBIG;
}

/* errno of the last failed operation on one of the files of the database; `which` is the file
 * control that finds it. (sqlite3_system_errno() is no help: the rollback that follows a failed
 * write has already cleared it.) */
static int last_errno(sqlite3 *db, int which)
{
    sqlite3_file *file = NULL;
    int number = 0;
    sqlite3_file_control(db, "main", which, &file);
    if (file && file->pMethods)
        file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &number);
    return number;
}

bool db_is_full(sqlite3 *db, int result)
{
    int primary = result & 0xff;
    if (primary == SQLITE_FULL)
        return true;
    if (primary != SQLITE_IOERR || !db)
        return false;
    /* SQLite calls only ENOSPC "full"; a quota and a file size limit are the same to a user. */
    return is_no_room(sqlite3_system_errno(db)) ||
           is_no_room(last_errno(db, SQLITE_FCNTL_FILE_POINTER)) ||
           is_no_room(last_errno(db, SQLITE_FCNTL_JOURNAL_POINTER));
}

int db_fail(const struct store *s, int result, struct err *e)
{
    int primary = result & 0xff;
    if (db_is_full(s->db, result))
        return err_msg(e, MSG_STORE_FULL, s->path);
    if (db_is_damage(result))
        return err_msg(e, MSG_STORE_DAMAGED_NOW, s->path);
    if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED)
        return err_msg(e, MSG_STORE_BUSY, s->path);
    if (primary == SQLITE_READONLY || primary == SQLITE_PERM)
        return err_msg(e, MSG_STORE_READ_ONLY, s->path);
    const char *why = s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(result);
    if (primary == SQLITE_CANTOPEN)
        return err_msg(e, MSG_STORE_CANNOT_OPEN, s->path, why);
    return err_msg(e, MSG_STORE_FAILED, s->path, why);
}

int db_exec(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

int db_number(sqlite3 *db, const char *sql, long long *value)
{
    sqlite3_stmt *q = NULL;
    int result = sqlite3_prepare_v2(db, sql, -1, &q, NULL);
    if (result != SQLITE_OK)
        return result;
    if (sqlite3_step(q) == SQLITE_ROW)
        *value = sqlite3_column_int64(q, 0);
    return sqlite3_finalize(q); /* gives the error of the step again */
}

static int bind_one(sqlite3_stmt *q, int index, char type, va_list *ap)
{
    switch (type) {
    case 's':
        return sqlite3_bind_text(q, index, va_arg(*ap, const char *), -1, SQLITE_TRANSIENT);
    case 'i':
        return sqlite3_bind_int(q, index, va_arg(*ap, int));
    case 'l':
        return sqlite3_bind_int64(q, index, va_arg(*ap, long long));
    case 'd':
        return sqlite3_bind_double(q, index, va_arg(*ap, double));
    }
    return SQLITE_MISUSE;
}

sqlite3_stmt *db_prepare(const struct store *s, struct err *e, const char *sql, const char *types,
                         ...)
{
    sqlite3_stmt *q = NULL;
    int result = sqlite3_prepare_v2(s->db, sql, -1, &q, NULL);
    va_list ap;
    va_start(ap, types);
    for (int i = 0; result == SQLITE_OK && types[i]; i++)
        result = bind_one(q, i + 1, types[i], &ap);
    va_end(ap);
    if (result == SQLITE_OK)
        return q;
    db_fail(s, result, e);
    sqlite3_finalize(q);
    return NULL;
}

int db_step(const struct store *s, sqlite3_stmt *q, struct err *e)
{
    int result = sqlite3_step(q);
    if (result == SQLITE_ROW)
        return 1;
    if (result == SQLITE_DONE)
        return 0;
    return db_fail(s, result, e);
}
