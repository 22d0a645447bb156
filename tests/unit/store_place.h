/* What the tests of runner/store share: a folder of their own, a small exercise, children. */
#ifndef TESTS_STORE_PLACE_H
#define TESTS_STORE_PLACE_H

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "store/store.h"

static char root[] = "/tmp/ipclab-test-store-XXXXXX"; /* removed by run_suite() */

struct place {
    char *dir, *db;
};

/* A folder of its own for each test, called after it. */
static inline struct place new_place(const char *name)
{
    struct place p = {.dir = fs_join(root, name)};
    ck_assert_int_eq(mkdir(p.dir, 0755), 0);
    p.db = fs_join(p.dir, "progress.db");
    return p;
}

static inline void place_release(struct place *p)
{
    free(p->dir);
    free(p->db);
}

static inline struct store *must_open(const char *path, char **notice)
{
    struct store *s;
    struct err e = {0};
    ck_assert_msg(store_open(&s, path, false, notice, &e) == 0, "%s", e.text);
    return s;
}

/* Open where nothing is to be said. */
static inline struct store *open_quietly(const char *path)
{
    char *notice;
    struct store *s = must_open(path, &notice);
    ck_assert_ptr_null(notice);
    return s;
}

static struct test_spec spec = {
    .id = (char *)"only", .title = {{(char *)"唯一", (char *)"only"}}, .points = 4};
static const struct exercise exercise = {
    .id = (char *)"pipe-hello",
    .number = (char *)"1.1",
    .title = {{(char *)"管道", (char *)"pipe"}},
    .tests = &spec,
    .n_tests = 1,
};

static inline struct report make_report(bool passes, long long when)
{
    struct report r;
    report_init(&r, &exercise);
    r.built = true;
    r.started = when;
    r.ms = 12.5;
    r.records[0].verdict = passes ? VERDICT_PASS : VERDICT_HANG;
    r.records[0].diagnosis = passes ? NULL : str_dup("unclosed-write-end");
    report_finish(&r, &exercise);
    return r;
}

static inline int add(struct store *s, bool passes, long long when, struct err *e)
{
    struct report r = make_report(passes, when);
    int result = store_add_attempt(s, &r, &exercise, e);
    report_release(&r);
    return result;
}

static inline void must_add(struct store *s, bool passes, long long when)
{
    struct err e = {0};
    ck_assert_msg(add(s, passes, when, &e) == 0, "%s", e.text);
}

static inline struct progress progress_of(struct store *s)
{
    struct progress p;
    struct err e = {0};
    ck_assert_msg(store_progress(s, exercise.id, &p, &e) == 0, "%s", e.text);
    return p;
}

/* A number from the file, past the store. */
static inline long long peek_number(const char *path, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *q;
    ck_assert_int_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_step(q), SQLITE_ROW);
    long long number = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    sqlite3_close(db);
    return number;
}

static inline void run_sql(const char *path, const char *sql)
{
    sqlite3 *db;
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

static inline void write_file(const char *path, const void *data, size_t len)
{
    struct err e = {0};
    ck_assert_msg(fs_write(path, data, len, &e) == 0, "%s", e.text);
}

static inline bool beside(const char *path, const char *suffix)
{
    AUTO_FREE char *name = str_format("%s%s", path, suffix);
    return fs_exists(name);
}

/* Run a function in a child and give its exit status; -signal when it was killed. */
static inline int in_child(int (*run)(void *arg), void *arg)
{
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        _exit(run(arg));
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* For children: they cannot use ck_assert, so they say what went wrong and give the line. */
#define CHILD_EXPECT(condition)                                                                    \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            return 1;                                                                              \
        }                                                                                          \
    } while (0)

/* Version 1 as it was, written down here once more: the history in the program may not change. */
#define VERSION_1                                                                                  \
    "CREATE TABLE attempt (id INTEGER PRIMARY KEY AUTOINCREMENT, exercise TEXT NOT NULL,"          \
    " at INTEGER NOT NULL, passed INTEGER NOT NULL, points INTEGER NOT NULL,"                      \
    " max_points INTEGER NOT NULL, report TEXT NOT NULL);"                                         \
    "CREATE INDEX attempt_of_exercise ON attempt (exercise, id);"                                  \
    "CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"              \
    "INSERT INTO attempt (exercise, at, passed, points, max_points, report) VALUES"                \
    " ('pipe-hello', 100, 0, 1, 4, '{\"ms\": 7.25, \"tests\": ["                                   \
    "   {\"verdict\": \"pass\"}, {\"verdict\": \"hang\", \"diagnosis\": \"lock-order\"},"          \
    "   {\"verdict\": \"crash\", \"diagnosis\": \"segfault\"}]}'),"                                \
    " ('pipe-hello', 200, 0, 2, 4, 'not JSON'),"                                                   \
    " ('pipe-hello', 250, 0, 2, 4, '[1, 2]'),"                                                     \
    " ('pipe-hello', 300, 1, 4, 4, '{\"ms\": 9, \"tests\": [{\"verdict\": \"pass\"}]}');"          \
    "INSERT INTO setting VALUES ('lang', 'en');"                                                   \
    "PRAGMA application_id = 0x4950434c; PRAGMA user_version = 1; PRAGMA journal_mode = WAL;"

/* Run the tests of a suite; the folder is made before and removed after. */
static inline int run_suite(Suite *s)
{
    if (!mkdtemp(root)) {
        perror(root);
        return 1;
    }
    chmod(root, 0755); /* nobody has to get in */
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    fs_remove_tree(root, NULL);
    return failed ? 1 : 0;
}

#endif
