/* The gradebook: what is put in comes out, also of files, and a broken file loses nothing. */
#include <check.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fs.h"
#include "course/class_file.h"
#include "store/gradebook.h"

static char folder[64];
static struct gradebook_db *db;
static struct gradebook g;
static struct err e;

static void open_db(bool expect_fresh)
{
    bool fresh;
    char *notice = NULL;
    ck_assert_msg(gradebook_db_open(&db, folder, &fresh, &notice, &e) == 0, "%s", e.text);
    ck_assert_int_eq(fresh, expect_fresh);
    free(notice);
}

static void add_exercise(const char *id, const char *number)
{
    struct test_spec tests[2] = {
        {.id = (char *)"one", .points = 3, .title = {{(char *)"一", NULL}}},
        {.id = (char *)"two", .points = 2, .hidden = true}};
    struct exercise x = {.id = (char *)id,
                         .number = (char *)number,
                         .title = {{(char *)"题", (char *)"title"}},
                         .tests = tests,
                         .n_tests = 2};
    gradebook_add_exercise(&g, &x)->due = 1000;
}

static void set_up(void)
{
    strcpy(folder, "/tmp/ipclab-gradebook-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    err_clear(&e);
    g = (struct gradebook){.folder = str_dup(folder), .title = str_dup("labs")};
    g.policies = (struct policies){.keep = KEEP_LAST, .late = {.percent_per_day = 12.5}};
    add_exercise("pipe", "1.1");
    add_exercise("fifo", "2.1");
    gradebook_add_student(&g, "s2", "李四")->in_roster = true;
    gradebook_add_student(&g, "s1", "Zhang")->in_roster = true;
    gradebook_add_student(&g, "guest", "");
    g.extensions = mem_alloc(sizeof *g.extensions);
    g.n_extensions = 1;
    g.extensions[0] = (struct gradebook_extension){1, 1, 2000};
    gradebook_refuse(&g.refusals, &g.n_refusals, "x.txt", NULL, MSG_GRADE_STRAY);
    open_db(true);
}

static void tear_down(void)
{
    gradebook_db_close(db);
    gradebook_release(&g);
    fs_remove_tree(folder, NULL);
}

static void put_class(void)
{
    ck_assert_int_eq(gradebook_db_begin(db, &e), 0);
    ck_assert_msg(gradebook_db_put_class(db, &g, &e) == 0, "%s", e.text);
    ck_assert_int_eq(gradebook_db_commit(db, &e), 0);
}

static void put_attempt(const char *student, size_t exercise, const char *hash, int points,
                        long long submitted)
{
    struct gradebook_mark marks[2] = {
        {.verdict = VERDICT_PASS, .points = 3, .max_points = 3, .ms = 1.5},
        {.verdict = VERDICT_HANG, .max_points = 2, .diagnosis = (char *)"lock-order"}};
    struct gradebook_attempt a = {.key = (char *)"k",
                                  .origin = (char *)"o",
                                  .submitted = submitted,
                                  .points = points,
                                  .max_points = 5,
                                  .built = true,
                                  .sandbox = (char *)"bwrap",
                                  .marks = marks};
    snprintf(a.source_hash, sizeof a.source_hash, "%s", hash);
    ck_assert_msg(gradebook_db_put_attempt(db, student, &g.exercises[exercise], &a, &e) == 0, "%s",
                  e.text);
}

static const char HASH_A[] = "00000000000000aa", HASH_B[] = "00000000000000bb";

START_TEST(round_trip)
{
    struct gradebook back = {.folder = str_dup(folder)};
    put_class();
    gradebook_refuse(&g.students[2].refusals, &g.students[2].n_refusals, "guest.zip", "x",
                     MSG_GRADE_REFUSED_LINK);
    g.students[2].submitted = true;
    ck_assert_int_eq(gradebook_db_put_student(db, &g.students[2], -1, &e), 0);
    put_attempt("s1", 1, HASH_A, 3, 500);
    put_attempt("s1", 0, HASH_A, 3, 900);
    put_attempt("s1", 0, HASH_B, 5, 400);
    put_attempt("guest", 0, HASH_B, 1, 1);
    ck_assert_msg(gradebook_db_load(db, &back, &e) == 0, "%s", e.text);
    gradebook_settle(&back);
    ck_assert_uint_eq(back.n_students, 3);
    ck_assert_str_eq(back.students[0].id, "s2"); /* the order of the roster */
    ck_assert_str_eq(back.students[2].id, "guest");
    ck_assert(!back.students[2].in_roster && back.students[2].submitted);
    ck_assert_str_eq(back.students[2].refusals[0].what, "x");
    ck_assert_uint_eq(back.n_refusals, 1);
    ck_assert_int_eq(back.policies.keep, KEEP_LAST);
    ck_assert_double_eq(back.policies.late.percent_per_day, 12.5);
    ck_assert_str_eq(back.title, "labs");
    ck_assert_str_eq(back.exercises[0].tests[0].title.text[LANG_ZH], "一");
    ck_assert(back.exercises[1].tests[1].hidden && back.exercises[1].due == 1000);
    ck_assert_uint_eq(back.n_extensions, 1);
    ck_assert_uint_eq(back.n_attempts, 4);
    ck_assert_str_eq(back.attempts[0].source_hash, HASH_B); /* s1, pipe, the earlier */
    ck_assert_int_eq(back.attempts[2].exercise, 1);
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(back.attempts[i].marks[0].verdict, VERDICT_PASS);
        ck_assert_str_eq(back.attempts[i].marks[1].diagnosis, "lock-order");
    }
    ck_assert_double_eq(gradebook_grade_of(&back, 1, 0)->points, 3); /* the last */
    ck_assert_int_eq(gradebook_grade_of(&back, 0, 0)->state, CELL_MISSING);
    gradebook_release(&back);
}
END_TEST

START_TEST(regrade_and_history)
{
    struct gradebook_change *list;
    struct gradebook_known k;
    size_t n;
    put_class();
    put_attempt("s1", 0, HASH_A, 3, 900);
    put_attempt("s1", 0, HASH_A, 3, 900); /* nothing new */
    put_attempt("s1", 0, HASH_A, 5, 900);
    ck_assert_int_eq(gradebook_db_history(db, "s1", "pipe", &list, &n, &e), 0);
    ck_assert_uint_eq(n, 2);
    ck_assert_str_eq(list[0].kind, "graded");
    ck_assert_str_eq(list[1].kind, "regraded");
    ck_assert(list[1].before == 3 && list[1].after == 5);
    gradebook_changes_free(list, n);
    ck_assert_int_eq(gradebook_db_known(db, "s1", "pipe", HASH_A, &k, &e), 1);
    ck_assert(k.passed && !k.fault && k.submitted == 900 && strcmp(k.key, "k") == 0);
    ck_assert_int_eq(gradebook_db_known(db, "s1", "pipe", HASH_B, &k, &e), 0);
    AUTO_FREE char *same = gradebook_db_same_key(db, "k", "pipe");
    ck_assert_str_eq(same, "s1");
}
END_TEST

START_TEST(overrides)
{
    struct gradebook back = {.folder = str_dup(folder)};
    put_class();
    put_attempt("s1", 0, HASH_A, 3, 900);
    g.overrides = mem_alloc(sizeof *g.overrides);
    g.n_overrides = 1;
    g.overrides[0] = (struct gradebook_override){
        .student = 1, .exercise = 0, .points = 4.5, .reason = str_dup("oral")};
    ck_assert_int_eq(gradebook_db_put_overrides(db, &g, &e), 0);
    put_attempt("s1", 0, HASH_A, 0, 900); /* a regrade */
    ck_assert_int_eq(gradebook_db_load(db, &back, &e), 0);
    gradebook_settle(&back);
    ck_assert_double_eq(gradebook_grade_of(&back, 1, 0)->points, 4.5);
    gradebook_release(&back);
    free(g.overrides[0].reason);
    g.n_overrides = 0;
    ck_assert_int_eq(gradebook_db_put_overrides(db, &g, &e), 0);
    back = (struct gradebook){.folder = str_dup(folder)};
    ck_assert_int_eq(gradebook_db_load(db, &back, &e), 0);
    ck_assert_uint_eq(back.n_overrides, 0);
    gradebook_release(&back);
}
END_TEST

static void run_sql(const char *sql)
{
    sqlite3 *c;
    AUTO_FREE char *path = fs_join(folder, "gradebook.db");
    ck_assert_int_eq(sqlite3_open(path, &c), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(c, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(c);
}

static int try_open(bool *fresh, char **notice)
{
    return gradebook_db_open(&db, folder, fresh, notice, &e);
}

START_TEST(newer_and_foreign)
{
    bool fresh;
    char *notice = NULL;
    gradebook_db_close(db);
    run_sql("PRAGMA user_version = 99");
    ck_assert_int_eq(try_open(&fresh, &notice), -1);
    ck_assert_ptr_nonnull(strstr(e.text, "99"));
    run_sql("PRAGMA user_version = 1; PRAGMA application_id = 1");
    ck_assert_int_eq(try_open(&fresh, &notice), -1);
    ck_assert_ptr_null(db);
}
END_TEST

START_TEST(damaged_is_kept)
{
    bool fresh;
    char *notice = NULL;
    AUTO_FREE char *path = fs_join(folder, "gradebook.db");
    AUTO_FREE char *kept = fs_join(folder, "gradebook.db.damaged-1");
    gradebook_db_close(db);
    ck_assert_int_eq(fs_write(path, "this is no database at all, whatever", 36, &e), 0);
    ck_assert_msg(try_open(&fresh, &notice) == 0, "%s", e.text);
    ck_assert(fresh && notice && strstr(notice, "damaged-1") && fs_exists(kept));
    free(notice);
    put_class();
}
END_TEST

START_TEST(an_empty_file_gets_the_schema)
{
    bool fresh;
    char *notice = NULL;
    AUTO_FREE char *path = fs_join(folder, "gradebook.db");
    gradebook_db_close(db);
    ck_assert_int_eq(fs_write(path, "", 0, &e), 0);
    ck_assert_int_eq(try_open(&fresh, &notice), 0);
    ck_assert(fresh && !notice);
    put_class();
}
END_TEST

START_TEST(class_file)
{
    struct gradebook back = {.folder = str_dup(folder)};
    char *submissions;
    ck_assert_msg(class_save(&g, "/s", &e) == 0, "%s", e.text);
    ck_assert_msg(class_load(&back, &submissions, &e) == 0, "%s", e.text);
    ck_assert_str_eq(submissions, "/s");
    ck_assert_uint_eq(back.n_students, 2); /* the guest is not of the roster */
    ck_assert_str_eq(back.students[0].name, "李四");
    ck_assert_uint_eq(back.n_extensions, 1);
    ck_assert_int_eq(back.extensions[0].due, 2000);
    ck_assert_int_eq(back.policies.keep, KEEP_LAST);
    ck_assert_str_eq(back.exercises[1].id, "fifo");
    free(submissions);
    gradebook_release(&back);
}
END_TEST

static void save_result(const char *hash, long long submitted, int points)
{
    struct result_head h = {.student = (char *)"s1",
                            .exercise = (char *)"pipe",
                            .key = (char *)"k",
                            .origin = (char *)"o",
                            .submitted = submitted,
                            .graded = 1};
    struct report r = {.exercise = (char *)"pipe", .number = (char *)"1.1", .points = points};
    snprintf(h.source_hash, sizeof h.source_hash, "%s", hash);
    ck_assert_msg(result_save(folder, "s1", &h, &r, NULL, &e) == 0, "%s", e.text);
}

static void check_result(const char *hash, int points, bool newest)
{
    struct result_head h;
    struct report r;
    AUTO_FREE char *path = gradebook_report_path(folder, "s1", "pipe", newest ? NULL : hash);
    ck_assert_msg(result_load(path, &h, &r, &e) == 0, "%s", e.text);
    ck_assert_str_eq(h.source_hash, hash);
    ck_assert_int_eq(r.points, points);
    result_head_release(&h);
    report_release(&r);
    ck_assert_int_eq(result_find(folder, "s1", "pipe", hash, &h, &r), 1);
    result_head_release(&h);
    report_release(&r);
}

START_TEST(result_files)
{
    save_result(HASH_A, 100, 1);
    check_result(HASH_A, 1, true);
    save_result(HASH_B, 200, 2); /* newer: takes the name */
    check_result(HASH_B, 2, true);
    check_result(HASH_A, 1, false);
    save_result(HASH_A, 100, 3); /* a regrade of the earlier one stays in its place */
    check_result(HASH_B, 2, true);
    check_result(HASH_A, 3, false);
    save_result(HASH_A, 300, 4); /* handed in once more */
    check_result(HASH_A, 4, true);
    check_result(HASH_B, 2, false);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("gradebook");
    TCase *t = tcase_create("gradebook");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, round_trip);
    tcase_add_test(t, regrade_and_history);
    tcase_add_test(t, overrides);
    tcase_add_test(t, newer_and_foreign);
    tcase_add_test(t, damaged_is_kept);
    tcase_add_test(t, an_empty_file_gets_the_schema);
    tcase_add_test(t, class_file);
    tcase_add_test(t, result_files);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? 1 : 0;
}
