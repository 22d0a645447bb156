/* The progress file: what it remembers, and how it grows from version to version. */
#include "store_place.h"

#include "store/stats.h"

/* --- what it remembers ------------------------------------------------------------------- */

START_TEST(new_file)
{
    struct place p = new_place("new_file");
    struct store *s = open_quietly(p.db);
    ck_assert(!store_is_read_only(s));
    struct progress none = progress_of(s);
    ck_assert_int_eq(none.state, PROGRESS_UNTOUCHED);
    ck_assert_int_eq(none.attempts, 0);
    ck_assert_ptr_null(store_last_report(s, exercise.id));
    ck_assert_ptr_null(store_get(s, "editor"));
    store_close(s);
    ck_assert_int_eq(peek_number(p.db, "PRAGMA user_version"), STORE_VERSION);
    s = open_quietly(p.db); /* and again, now that it exists */
    store_close(s);
    place_release(&p);
}
END_TEST

START_TEST(progress_follows_attempts)
{
    struct place p = new_place("progress");
    struct store *s = open_quietly(p.db);
    must_add(s, false, 100);
    struct progress g = progress_of(s);
    ck_assert_int_eq(g.state, PROGRESS_TRIED);
    ck_assert_int_eq(g.attempts, 1);
    ck_assert_int_eq(g.last_points, 0);
    ck_assert_int_eq(g.max_points, 4);
    ck_assert_int_eq(g.first_pass, 0);
    must_add(s, true, 200);
    must_add(s, false, 300);
    g = progress_of(s);
    ck_assert_int_eq(g.state, PROGRESS_PASSED); /* stays passed */
    ck_assert_int_eq(g.attempts, 3);
    ck_assert_int_eq(g.best_points, 4);
    ck_assert_int_eq(g.last_points, 0);
    ck_assert_int_eq(g.first_try, 100);
    ck_assert_int_eq(g.first_pass, 200);
    ck_assert_int_eq(g.last_try, 300);
    store_close(s);
    s = open_quietly(p.db);
    ck_assert_int_eq(progress_of(s).attempts, 3);
    store_close(s);
    place_release(&p);
}
END_TEST

START_TEST(reopened_until_passed_again)
{
    struct place p = new_place("reopen");
    struct store *s = open_quietly(p.db);
    struct err e = {0};
    ck_assert_int_eq(store_reopen(s, exercise.id, &e), 0); /* never tried: nothing to do */
    ck_assert_int_eq(progress_of(s).state, PROGRESS_UNTOUCHED);
    must_add(s, true, 100);
    ck_assert_int_eq(store_reopen(s, exercise.id, &e), 0);
    ck_assert_int_eq(progress_of(s).state, PROGRESS_TRIED);
    must_add(s, true, 200);
    ck_assert_int_eq(progress_of(s).state, PROGRESS_PASSED);
    ck_assert_int_eq(store_reopen(s, exercise.id, &e), 0);
    ck_assert_int_eq(progress_of(s).state, PROGRESS_TRIED);
    ck_assert_int_eq(progress_of(s).first_pass, 100); /* history is not rewritten */
    store_close(s);
    place_release(&p);
}
END_TEST

START_TEST(hints_and_peeks)
{
    struct place p = new_place("hints");
    struct store *s = open_quietly(p.db);
    struct err e = {0};
    ck_assert_int_eq(store_add_hint(s, exercise.id, 1, &e), 0);
    ck_assert_int_eq(store_add_hint(s, exercise.id, 3, &e), 0);
    ck_assert_int_eq(store_add_hint(s, exercise.id, 2, &e), 0);
    ck_assert_int_eq(store_add_hint(s, exercise.id, 2, &e), 0);
    ck_assert_int_eq(store_add_hint(s, "other", 5, &e), 0);
    struct progress g = progress_of(s);
    ck_assert_int_eq(g.hints, 3);
    ck_assert_int_eq(g.state, PROGRESS_UNTOUCHED);
    ck_assert(!g.peeked);
    ck_assert_int_eq(store_add_peek(s, exercise.id, &e), 0);
    ck_assert_int_eq(store_add_peek(s, exercise.id, &e), 0);
    ck_assert(progress_of(s).peeked);
    store_close(s);
    ck_assert_int_eq(peek_number(p.db, "SELECT count(*) FROM hint_shown"), 4);
    place_release(&p);
}
END_TEST

START_TEST(settings)
{
    struct place p = new_place("settings");
    struct store *s = open_quietly(p.db);
    struct err e = {0};
    ck_assert_int_eq(store_set(s, "lang", "zh", &e), 0);
    ck_assert_int_eq(store_set(s, "lang", "en '\"; DROP TABLE setting; --", &e), 0);
    AUTO_FREE char *value = store_get(s, "lang");
    ck_assert_str_eq(value, "en '\"; DROP TABLE setting; --");
    ck_assert_int_eq(store_set(s, "lang", NULL, &e), 0);
    ck_assert_ptr_null(store_get(s, "lang"));
    store_close(s);
    place_release(&p);
}
END_TEST

START_TEST(report_of_an_attempt)
{
    struct place p = new_place("report_of");
    struct store *s = open_quietly(p.db);
    struct attempt *list;
    size_t count;
    struct err e = {0};
    must_add(s, false, 100);
    must_add(s, true, 200);
    ck_assert_int_eq(store_attempts(s, exercise.id, 9, &list, &count, &e), 0);
    ck_assert_uint_eq(count, 2);
    AUTO_FREE char *older = store_report(s, list[1].id);
    AUTO_FREE char *newer = store_report(s, list[0].id);
    ck_assert_ptr_nonnull(strstr(older, "unclosed-write-end"));
    ck_assert_ptr_null(strstr(newer, "unclosed-write-end"));
    ck_assert_ptr_null(store_report(s, 12345));
    attempts_free(list, count);
    store_close(s);
    place_release(&p);
}
END_TEST

START_TEST(statistics)
{
    struct place p = new_place("statistics");
    struct store *s = open_quietly(p.db);
    const long long now = 1750000000; /* an afternoon in June */
    struct stats t;
    struct err e = {0};
    ck_assert_int_eq(store_stats(s, now, &t, &e), 0);
    ck_assert_int_eq(t.attempts, 0);
    ck_assert_uint_eq(t.n_diagnoses, 0);
    stats_release(&t);
    must_add(s, false, now - 40LL * 86400); /* too old for the chart */
    must_add(s, false, now - 86400);
    must_add(s, false, now - 86400 + 600);
    must_add(s, true, now - 86400 + 600 + STATS_PAUSE + 1); /* after a pause */
    must_add(s, true, now);
    ck_assert_int_eq(store_add_hint(s, exercise.id, 1, &e), 0);
    ck_assert_int_eq(store_add_hint(s, exercise.id, 2, &e), 0);
    ck_assert_int_eq(store_add_peek(s, exercise.id, &e), 0);
    ck_assert_int_eq(store_stats(s, now, &t, &e), 0);
    ck_assert_int_eq(t.attempts, 5);
    ck_assert_int_eq(t.passes, 2);
    ck_assert_int_eq(t.hints, 2);
    ck_assert_int_eq(t.peeks, 1);
    ck_assert_int_eq(t.seconds, 600);
    ck_assert_int_eq(t.days[STATS_DAYS - 1].attempts, 1);
    ck_assert_int_eq(t.days[STATS_DAYS - 1].passes, 1);
    ck_assert_int_eq(t.days[STATS_DAYS - 2].attempts, 3);
    ck_assert_int_eq(t.days[STATS_DAYS - 2].passes, 1);
    ck_assert_int_eq(t.days[0].attempts, 0);
    ck_assert_uint_eq(t.n_diagnoses, 1);
    ck_assert_str_eq(t.diagnoses[0].name, "unclosed-write-end");
    ck_assert_int_eq(t.diagnoses[0].count, 3);
    ck_assert_int_eq(t.diagnoses[0].exercises, 1);
    AUTO_FREE char *report = store_report(s, t.diagnoses[0].attempt);
    ck_assert_ptr_nonnull(strstr(report, "unclosed-write-end"));
    stats_release(&t);
    store_close(s);
    place_release(&p);
}
END_TEST

START_TEST(attempts_newest_first)
{
    struct place p = new_place("attempts");
    struct store *s = open_quietly(p.db);
    struct attempt *list;
    size_t count;
    struct err e = {0};
    ck_assert_int_eq(store_attempts(s, exercise.id, 9, &list, &count, &e), 0);
    ck_assert_uint_eq(count, 0);
    attempts_free(list, count);
    must_add(s, false, 100);
    must_add(s, true, 200);
    must_add(s, true, 50); /* the clock was set back: order is that of recording */
    ck_assert_int_eq(store_attempts(s, exercise.id, 2, &list, &count, &e), 0);
    ck_assert_uint_eq(count, 2);
    ck_assert_int_eq(list[0].when, 50);
    ck_assert_int_eq(list[1].when, 200);
    ck_assert_ptr_null(list[1].diagnosis);
    attempts_free(list, count);
    ck_assert_int_eq(store_attempts(s, exercise.id, 9, &list, &count, &e), 0);
    ck_assert_uint_eq(count, 3);
    ck_assert_str_eq(list[2].diagnosis, "unclosed-write-end");
    ck_assert_int_eq(list[2].max_points, 4);
    ck_assert(list[2].ms > 12.4 && list[2].ms < 12.6);
    attempts_free(list, count);
    store_close(s);
    place_release(&p);
}
END_TEST

START_TEST(newest_reports_are_kept)
{
    struct place p = new_place("reports");
    struct store *s = open_quietly(p.db);
    for (int i = 1; i <= 25; i++)
        must_add(s, i == 25, i);
    AUTO_FREE char *text = store_last_report(s, exercise.id);
    ck_assert_ptr_nonnull(text);
    json_t *json = json_loads(text, 0, NULL);
    struct report r;
    struct err e = {0};
    ck_assert_msg(report_from_json(&r, json, &e) == 0, "%s", e.text);
    ck_assert(report_passed(&r));
    ck_assert_int_eq(r.started, 25);
    report_release(&r);
    json_decref(json);
    ck_assert_int_eq(progress_of(s).attempts, 25);
    store_close(s);
    ck_assert_int_eq(peek_number(p.db, "SELECT count(*) FROM attempt WHERE report <> ''"), 20);
    ck_assert_int_eq(peek_number(p.db, "SELECT min(at) FROM attempt WHERE report <> ''"), 6);
    place_release(&p);
}
END_TEST

START_TEST(unfinished_runs_are_refused)
{
    struct place p = new_place("unfinished");
    struct store *s = open_quietly(p.db);
    struct report r = make_report(false, 100);
    struct err e = {0};
    r.cancelled = true;
    ck_assert_int_eq(store_add_attempt(s, &r, &exercise, &e), -1);
    ck_assert_ptr_nonnull(strstr(e.text, exercise.id));
    r.cancelled = false;
    r.internal = str_dup("fork failed");
    ck_assert_int_eq(store_add_attempt(s, &r, &exercise, &e), -1);
    free(r.internal);
    r.internal = NULL;
    r.records[0].verdict = VERDICT_INTERNAL; /* one test is enough */
    ck_assert_int_eq(store_add_attempt(s, &r, &exercise, &e), -1);
    report_release(&r);
    ck_assert_int_eq(progress_of(s).attempts, 0);
    store_close(s);
    place_release(&p);
}
END_TEST

/* --- versions ---------------------------------------------------------------------------- */

static void expect_version_1_content(struct store *s)
{
    struct progress g = progress_of(s);
    ck_assert_int_eq(g.state, PROGRESS_PASSED);
    ck_assert_int_eq(g.attempts, 4);
    ck_assert_int_eq(g.first_pass, 300);
    ck_assert_int_eq(g.hints, 0);
    struct attempt *list;
    size_t count;
    struct err e = {0};
    ck_assert_int_eq(store_attempts(s, exercise.id, 9, &list, &count, &e), 0);
    ck_assert_uint_eq(count, 4);
    ck_assert(list[3].ms > 7.2 && list[3].ms < 7.3);
    ck_assert_str_eq(list[3].diagnosis, "lock-order");
    ck_assert_ptr_null(list[2].diagnosis);
    ck_assert_ptr_null(list[1].diagnosis);
    ck_assert_ptr_null(list[0].diagnosis);
    attempts_free(list, count);
    AUTO_FREE char *lang = store_get(s, "lang");
    ck_assert_str_eq(lang, "en");
}

START_TEST(migrates_version_1)
{
    struct place p = new_place("migrate");
    run_sql(p.db, VERSION_1);
    struct store *s = open_quietly(p.db);
    expect_version_1_content(s);
    must_add(s, false, 400);
    struct err e = {0};
    ck_assert_int_eq(store_add_hint(s, exercise.id, 2, &e), 0);
    ck_assert_int_eq(progress_of(s).hints, 2);
    store_close(s);
    ck_assert_int_eq(peek_number(p.db, "PRAGMA user_version"), 2);
    place_release(&p);
}
END_TEST

/* A new file and a migrated one must end up the same. */
START_TEST(migrated_schema_is_the_new_schema)
{
    struct place old = new_place("schema-old"), new = new_place("schema-new");
    run_sql(old.db, VERSION_1);
    store_close(open_quietly(old.db));
    store_close(open_quietly(new.db));
    static const char columns[] = "SELECT count(*) FROM sqlite_master m, pragma_table_info(m.name)";
    AUTO_FREE char *compare = str_format(
        "ATTACH '%s' AS other; CREATE TEMP TABLE verdict AS SELECT count(*) AS differ FROM"
        " (SELECT name, replace(sql, ' ', '') AS q FROM main.sqlite_master EXCEPT"
        "  SELECT name, replace(sql, ' ', '') FROM other.sqlite_master);"
        "SELECT CASE WHEN differ THEN json_extract('differ', '$') END FROM verdict;",
        new.db);
    run_sql(old.db, compare); /* fails on the malformed JSON when they differ */
    ck_assert_int_eq(peek_number(old.db, columns), peek_number(new.db, columns));
    place_release(&old);
    place_release(&new);
}
END_TEST

static void expect_refused(const char *path, const char *word)
{
    struct buf before = BUF_INIT, after = BUF_INIT;
    struct err e = {0};
    struct store *s;
    char *notice;
    ck_assert_int_eq(fs_read(path, 1 << 20, &before, &e), 0);
    for (int read_only = 0; read_only < 2; read_only++) {
        ck_assert_int_eq(store_open(&s, path, read_only, &notice, &e), -1);
        ck_assert_ptr_null(s);
        ck_assert_ptr_null(notice);
        ck_assert_msg(strstr(e.text, word) != NULL, "%s", e.text);
        ck_assert_ptr_nonnull(strstr(e.text, path));
    }
    ck_assert_int_eq(fs_read(path, 1 << 20, &after, &e), 0);
    ck_assert_uint_eq(after.len, before.len);
    ck_assert_int_eq(memcmp(after.data, before.data, before.len), 0);
    buf_release(&before);
    buf_release(&after);
}

START_TEST(newer_is_refused)
{
    struct place p = new_place("newer");
    store_close(open_quietly(p.db));
    run_sql(p.db, "CREATE TABLE future (x); PRAGMA user_version = 3");
    expect_refused(p.db, "3");
    ck_assert(!beside(p.db, ".damaged-1"));
    place_release(&p);
}
END_TEST

START_TEST(foreign_is_refused)
{
    struct place p = new_place("foreign");
    run_sql(p.db, "CREATE TABLE bookmarks (url TEXT); PRAGMA user_version = 2");
    expect_refused(p.db, "ipclab");
    ck_assert(!beside(p.db, ".damaged-1"));
    place_release(&p);
}
END_TEST

START_TEST(odd_places_are_refused)
{
    struct place p = new_place("odd");
    struct store *s;
    struct err e = {0};
    AUTO_FREE char *deep = fs_join(p.dir, "missing/progress.db");
    ck_assert_int_eq(store_open(&s, deep, false, NULL, &e), -1);
    ck_assert_ptr_nonnull(strstr(e.text, "init"));
    ck_assert_int_eq(mkfifo(p.db, 0600), 0); /* opening it would wait for ever */
    ck_assert_int_eq(store_open(&s, p.db, false, NULL, &e), -1);
    ck_assert_int_eq(store_open(&s, p.dir, false, NULL, &e), -1);
    place_release(&p);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("store");
    TCase *memory = tcase_create("memory");
    tcase_add_test(memory, new_file);
    tcase_add_test(memory, progress_follows_attempts);
    tcase_add_test(memory, reopened_until_passed_again);
    tcase_add_test(memory, hints_and_peeks);
    tcase_add_test(memory, settings);
    tcase_add_test(memory, attempts_newest_first);
    tcase_add_test(memory, statistics);
    tcase_add_test(memory, report_of_an_attempt);
    tcase_add_test(memory, newest_reports_are_kept);
    tcase_add_test(memory, unfinished_runs_are_refused);
    suite_add_tcase(s, memory);
    TCase *versions = tcase_create("versions");
    tcase_add_test(versions, migrates_version_1);
    tcase_add_test(versions, migrated_schema_is_the_new_schema);
    tcase_add_test(versions, newer_is_refused);
    tcase_add_test(versions, foreign_is_refused);
    tcase_add_test(versions, odd_places_are_refused);
    suite_add_tcase(s, versions);
    return s;
}

int main(void)
{
    return run_suite(suite());
}
