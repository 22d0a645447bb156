/* Verdicts, base64, records and reports, and their JSON. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "course/base64.h"
#include "course/verdict.h"

static struct err e;

static char name_a[] = "one", name_b[] = "two", name_c[] = "three";
static char id[] = "pipe-hello", number[] = "1.1", zh[] = "题", en[] = "title";
static struct test_spec specs[] = {
    {.id = name_a, .title = {{zh, en}}, .points = 1},
    {.id = name_b, .title = {{zh, en}}, .points = 2, .hidden = true},
    {.id = name_c, .title = {{zh, en}}, .points = 4},
};
static struct exercise exercise = {
    .id = id, .number = number, .title = {{zh, en}}, .tests = specs, .n_tests = 3};

START_TEST(verdict_names)
{
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        enum verdict v;
        ck_assert(verdict_parse(verdict_name((enum verdict)i), &v));
        ck_assert_uint_eq(v, i);
        for (size_t lang = 0; lang < LANG_COUNT; lang++)
            ck_assert_uint_gt(strlen(verdict_title((enum verdict)i, (enum lang)lang)), 0);
    }
    enum verdict v = VERDICT_RACE;
    ck_assert(!verdict_parse("no-such", &v));
    ck_assert(!verdict_parse("", &v));
    ck_assert_int_eq(v, VERDICT_RACE);
    ck_assert_str_eq(verdict_name(VERDICT_WRONG_OUTPUT), "wrong-output");
    ck_assert_str_eq(verdict_title(VERDICT_WRONG_OUTPUT, LANG_ZH), "输出不对");
}
END_TEST

START_TEST(base64_vectors)
{
    static const struct {
        const char *plain, *text;
    } table[] = {/* RFC 4648, section 10 */
                 {"", ""},
                 {"f", "Zg=="},
                 {"fo", "Zm8="},
                 {"foo", "Zm9v"},
                 {"foob", "Zm9vYg=="},
                 {"fooba", "Zm9vYmE="},
                 {"foobar", "Zm9vYmFy"},
                 {"\xff\xfe\xfd", "//79"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        AUTO_FREE char *text = base64_encode(table[i].plain, strlen(table[i].plain));
        ck_assert_str_eq(text, table[i].text);
        AUTO_FREE char *plain = NULL;
        size_t len = 0;
        ck_assert(base64_decode(text, &plain, &len));
        ck_assert_uint_eq(len, strlen(table[i].plain));
        ck_assert_str_eq(plain, table[i].plain);
    }
}
END_TEST

START_TEST(base64_refuses_the_rest)
{
    static const char *const bad[] = {
        "Z",      "Zg",      "Zg=",  "=",    "====",  "Zg==Zg==", "Z===", "Zm 9v",
        "Zm9v\n", "Zm9\xff", "Zh==", "Zm9=", "Zm9v=", "Z=g=",     "Zm-_"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char *plain = NULL;
        size_t len = 0;
        ck_assert_msg(!base64_decode(bad[i], &plain, &len), "%s", bad[i]);
        ck_assert_ptr_null(plain);
    }
}
END_TEST

static struct text2 both(const char *a, const char *b)
{
    return (struct text2){{a == NULL ? NULL : str_dup(a), b == NULL ? NULL : str_dup(b)}};
}

static struct record full_record(void)
{
    static const char bytes[] = {'a', '\0', '\xff', '\n'};
    return (struct record){
        .test = str_dup("one"),
        .verdict = VERDICT_HANG,
        .diagnosis = str_dup("unclosed-write-end"),
        .symptom = both("卡住了", "it hangs"),
        .evidence = both("子进程 7: read(3)\n父进程", NULL),
        .hint = both(NULL, "close it"),
        .has_bytes = true,
        .expected = {str_dup("abc"), 3, 3},
        .actual = {memcpy(mem_alloc(5), bytes, 4), 4, 100000},
        .stderr_tail = str_dup("oops\n"),
        .seed = UINT64_MAX,
        .ms = 12.5,
    };
}

/* Through text and back, as it goes through pipes and files. */
static json_t *through_text(json_t *j)
{
    char *text = json_dumps(j, JSON_COMPACT);
    ck_assert_ptr_nonnull(text);
    json_decref(j);
    json_t *again = json_loads(text, 0, NULL);
    free(text);
    ck_assert_ptr_nonnull(again);
    return again;
}

START_TEST(record_goes_through_json)
{
    struct record r = full_record();
    json_auto_t *j = through_text(record_to_json(&r));
    ck_assert_str_eq(json_string_value(json_object_get(j, "seed")), "18446744073709551615");
    struct record back;
    ck_assert_msg(record_from_json(&back, j, &e) == 0, "%s", e.text);
    ck_assert_str_eq(back.test, r.test);
    ck_assert_int_eq(back.verdict, VERDICT_HANG);
    ck_assert_str_eq(back.diagnosis, r.diagnosis);
    ck_assert_str_eq(back.symptom.text[LANG_EN], "it hangs");
    ck_assert_str_eq(back.evidence.text[LANG_ZH], r.evidence.text[LANG_ZH]);
    ck_assert_ptr_null(back.evidence.text[LANG_EN]);
    ck_assert_str_eq(text2_get(&back.hint), "close it");
    ck_assert_str_eq(text2_get(&back.graph), "");
    ck_assert(back.has_bytes);
    ck_assert_uint_eq(back.actual.len, 4);
    ck_assert_uint_eq(back.actual.total, 100000);
    ck_assert_mem_eq(back.actual.data, r.actual.data, 4);
    ck_assert_str_eq(back.stderr_tail, "oops\n");
    ck_assert(back.seed == UINT64_MAX);
    ck_assert(back.ms > 12.4 && back.ms < 12.6);
    record_release(&back);
    record_release(&r);
}
END_TEST

START_TEST(record_without_anything_goes_through_json)
{
    char test[] = "one";
    struct record r = {.test = test, .ms = NAN};
    json_auto_t *j = through_text(record_to_json(&r));
    struct record back;
    ck_assert_msg(record_from_json(&back, j, &e) == 0, "%s", e.text);
    ck_assert_int_eq(back.verdict, VERDICT_PASS);
    ck_assert_ptr_null(back.diagnosis);
    ck_assert(!back.has_bytes);
    ck_assert_uint_eq(back.seed, 0);
    record_release(&back);
}
END_TEST

START_TEST(bytes_that_are_not_text_survive)
{
    struct record r = full_record();
    free(r.stderr_tail);
    r.stderr_tail = str_dup("bad \xff\xfe end");
    json_auto_t *j = through_text(record_to_json(&r));
    struct record back;
    ck_assert_msg(record_from_json(&back, j, &e) == 0, "%s", e.text);
    ck_assert_ptr_nonnull(strstr(back.stderr_tail, "bad "));
    ck_assert_ptr_nonnull(strstr(back.stderr_tail, " end"));
    record_release(&back);
    record_release(&r);
}
END_TEST

static const struct {
    const char *json, *says;
} bad_records[] = {
    {"[]", ""},
    {"3", ""},
    {"{}", "test"},
    {"{\"test\": null, \"verdict\": \"pass\"}", "test"},
    {"{\"test\": 7, \"verdict\": \"pass\"}", "test"},
    {"{\"test\": \"a\\u0000b\", \"verdict\": \"pass\"}", "test"},
    {"{\"test\": \"t\"}", "verdict"},
    {"{\"test\": \"t\", \"verdict\": \"great\"}", "verdict"},
    {"{\"test\": \"t\", \"verdict\": \"pass\", \"symptom\": \"x\"}", "symptom"},
    {"{\"test\": \"t\", \"verdict\": \"pass\", \"hint\": {\"zh\": 1}}", "zh"},
    {"{\"test\": \"t\", \"verdict\": \"pass\", \"ms\": \"fast\"}", "ms"},
    {"{\"test\": \"t\", \"verdict\": \"pass\", \"ms\": -1}", "ms"},
    {"{\"test\": \"t\", \"verdict\": \"pass\", \"seed\": 5}", "seed"},
    {"{\"test\": \"t\", \"verdict\": \"pass\", \"seed\": \"-5\"}", "seed"},
    {"{\"test\": \"t\", \"verdict\": \"pass\", \"seed\": \"5x\"}", "seed"},
    {"{\"test\": \"t\", \"verdict\": \"pass\", \"seed\": \"\"}", "seed"},
    {"{\"test\": \"t\", \"verdict\": \"pass\", \"seed\": \"99999999999999999999\"}", "seed"},
    {"{\"test\": \"t\", \"verdict\": \"pass\", \"actual\": {}}", "base64"},
    {"{\"test\": \"t\", \"verdict\": \"pass\", \"actual\": {\"base64\": \"Zg=\", \"total\": 1}}",
     "base64"},
    {"{\"test\": \"t\", \"verdict\": \"pass\", \"actual\": {\"base64\": \"Zg==\"}}", "total"},
    {"{\"test\": \"t\", \"verdict\": \"pass\", \"actual\": {\"base64\": \"Zg==\", \"total\": 0}}",
     "total"},
    {"{\"test\": \"t\", \"verdict\": \"pass\", \"expected\": {\"base64\": \"\", \"total\": -1}}",
     "total"},
};

START_TEST(bad_records_are_refused)
{
    json_auto_t *j = json_loads(bad_records[_i].json, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    ck_assert_ptr_nonnull(j);
    struct record r;
    ck_assert_msg(record_from_json(&r, j, &e) == -1, "%s", bad_records[_i].json);
    ck_assert_msg(strstr(e.text, bad_records[_i].says) != NULL, "%s", e.text);
    ck_assert_uint_gt(strlen(e.text), 10);
    ck_assert_ptr_null(r.test); /* nothing is left to release */
}
END_TEST

/* --- reports
 * --------------------------------------------------------------------------------------- */

static void set_verdicts(struct report *r, enum verdict a, enum verdict b, enum verdict c)
{
    r->built = true;
    r->records[0].verdict = a;
    r->records[1].verdict = b;
    r->records[2].verdict = c;
}

START_TEST(a_new_report_has_run_nothing)
{
    struct report r;
    report_init(&r, &exercise);
    ck_assert_uint_eq(r.n_records, 3);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(r.records[i].verdict, VERDICT_SKIPPED);
        ck_assert_str_eq(r.records[i].test, specs[i].id);
    }
    ck_assert_ptr_eq(r.tests, specs);
    ck_assert_int_eq(r.max_points, 7);
    ck_assert(!report_finish(&r, &exercise));
    ck_assert_ptr_null(report_first_failure(&r));
    ck_assert_int_eq(r.points, 0);
    report_release(&r);
}
END_TEST

enum { P = VERDICT_PASS, U = VERDICT_UNDECIDED, S = VERDICT_SKIPPED, F = VERDICT_LEAK };
static const struct {
    int a, b, c;
    int points, max_points, failure; /* index of the first failure, -1 for none */
    bool passed;
} sums[] = {
    {P, P, P, 7, 7, -1, true},
    {P, F, P, 5, 7, 1, false},
    {F, F, P, 4, 7, 0, false},
    {P, U, P, 5, 5, -1, true},
    {U, U, U, 0, 0, -1, false},
    {U, F, P, 4, 6, 1, false},
    {P, P, S, 3, 7, -1, false},
    {P, VERDICT_INTERNAL, P, 5, 7, 1, false},
    {VERDICT_BUILD_FAILED, VERDICT_BUILD_FAILED, VERDICT_BUILD_FAILED, 0, 7, 0, false},
};

START_TEST(points_are_summed)
{
    struct report r;
    report_init(&r, &exercise);
    set_verdicts(&r, (enum verdict)sums[_i].a, (enum verdict)sums[_i].b, (enum verdict)sums[_i].c);
    ck_assert_int_eq(report_finish(&r, &exercise), sums[_i].passed);
    ck_assert_int_eq(report_passed(&r), sums[_i].passed);
    ck_assert_int_eq(r.points, sums[_i].points);
    ck_assert_int_eq(r.max_points, sums[_i].max_points);
    const struct record *failure = sums[_i].failure < 0 ? NULL : &r.records[sums[_i].failure];
    ck_assert_ptr_eq(report_first_failure(&r), failure);
    report_release(&r);
}
END_TEST

START_TEST(what_spoils_a_pass)
{
    struct report r;
    report_init(&r, &exercise);
    set_verdicts(&r, VERDICT_PASS, VERDICT_PASS, VERDICT_PASS);
    ck_assert(report_finish(&r, &exercise));
    r.cancelled = true;
    ck_assert(!report_finish(&r, &exercise));
    r.cancelled = false;
    r.built = false;
    ck_assert(!report_finish(&r, &exercise));
    r.built = true;
    r.internal = str_dup("disk full");
    ck_assert(!report_finish(&r, &exercise));
    ck_assert(!report_passed(&r));
    free(r.internal);
    r.internal = NULL;
    /* a record of another name stands for a test that never reported */
    free(r.records[2].test);
    r.records[2].test = str_dup("renamed");
    ck_assert(!report_finish(&r, &exercise));
    ck_assert_int_eq(r.points, 3);
    ck_assert_int_eq(r.max_points, 7);
    report_release(&r);
}
END_TEST

static struct report full_report(void)
{
    struct report r;
    report_init(&r, &exercise);
    set_verdicts(&r, VERDICT_PASS, VERDICT_PASS, VERDICT_CRASH);
    r.source_hash = str_dup("0123456789abcdef");
    r.sandbox = str_dup("bwrap");
    r.limits = str_dup("cgroup");
    r.asan = true;
    r.build_note = str_dup("note");
    r.started = 1700000000;
    r.build_ms = 321.5;
    r.ms = 1000;
    r.n_diagnostics = 1;
    r.diagnostics = mem_alloc(sizeof *r.diagnostics);
    r.diagnostics[0] = (struct diagnostic){.kind = str_dup("warning"),
                                           .message = str_dup("unused"),
                                           .file = str_dup("a.c"),
                                           .line = 7,
                                           .column = 3,
                                           .option = str_dup("-Wunused")};
    report_finish(&r, &exercise);
    return r;
}

START_TEST(report_goes_through_json)
{
    struct report r = full_report();
    json_auto_t *j = through_text(report_to_json(&r, &exercise));
    const json_t *test = json_array_get(json_object_get(j, "tests"), 1);
    ck_assert_int_eq(json_integer_value(json_object_get(test, "points")), 2);
    ck_assert_int_eq(json_integer_value(json_object_get(test, "max_points")), 2);
    ck_assert(json_is_true(json_object_get(test, "hidden")));
    ck_assert(json_is_false(json_object_get(j, "passed")));
    const json_t *title = json_object_get(test, "title");
    ck_assert_str_eq(json_string_value(json_object_get(title, "zh")), "题");

    struct report back;
    ck_assert_msg(report_from_json(&back, j, &e) == 0, "%s", e.text);
    ck_assert_str_eq(back.exercise, "pipe-hello");
    ck_assert_str_eq(back.number, "1.1");
    ck_assert_str_eq(back.title.text[LANG_EN], "title");
    ck_assert_str_eq(back.source_hash, r.source_hash);
    ck_assert_str_eq(back.sandbox, "bwrap");
    ck_assert_str_eq(back.limits, "cgroup");
    ck_assert_str_eq(back.build_note, "note");
    ck_assert(back.asan && back.built && !back.cancelled && back.internal == NULL);
    ck_assert_int_eq(back.points, 3);
    ck_assert_int_eq(back.max_points, 7);
    ck_assert(back.started == 1700000000);
    ck_assert_uint_eq(back.n_diagnostics, 1);
    ck_assert_int_eq(back.diagnostics[0].line, 7);
    ck_assert_str_eq(back.diagnostics[0].option, "-Wunused");
    ck_assert_ptr_null(back.diagnostics[0].source);
    ck_assert_uint_eq(back.n_records, 3);
    ck_assert_int_eq(back.records[2].verdict, VERDICT_CRASH);
    ck_assert_ptr_null(back.tests);
    ck_assert(!report_passed(&back));
    /* and once more, now without the exercise at hand */
    json_auto_t *again = report_to_json(&back, NULL);
    ck_assert_ptr_null(
        json_object_get(json_array_get(json_object_get(again, "tests"), 0), "points"));
    report_release(&back);
    report_release(&r);
}
END_TEST

START_TEST(required_fields_are_required)
{
    static const char *const required[] = {"version",    "exercise", "number", "points",
                                           "max_points", "built",    "tests"};
    struct report r = full_report();
    for (size_t i = 0; i < sizeof required / sizeof *required; i++) {
        json_auto_t *j = report_to_json(&r, &exercise);
        ck_assert_int_eq(json_object_del(j, required[i]), 0);
        struct report back;
        ck_assert_msg(report_from_json(&back, j, &e) == -1, "%s", required[i]);
        ck_assert_ptr_nonnull(strstr(e.text, required[i]));
        ck_assert_ptr_null(back.exercise);
        ck_assert_ptr_null(back.records);
    }
    json_auto_t *newer = report_to_json(&r, &exercise);
    json_object_set_new(newer, "version", json_integer(2));
    struct report back;
    ck_assert_int_eq(report_from_json(&back, newer, &e), -1);
    ck_assert_ptr_nonnull(strstr(e.text, "version"));
    report_release(&r);
}
END_TEST

static void assert_reads_or_explains(const json_t *report)
{
    struct report back;
    err_clear(&e);
    if (report_from_json(&back, report, &e) == 0)
        report_release(&back);
    else
        ck_assert_uint_gt(strlen(e.text), 10);
}

static const char *const odd_values[] = {"null",
                                         "true",
                                         "-1",
                                         "3.5",
                                         "1e300",
                                         "\"text\"",
                                         "[]",
                                         "[[]]",
                                         "[null]",
                                         "{}",
                                         "[{}]",
                                         "\"\"",
                                         "9223372036854775807",
                                         "[{\"test\": 3}]"};

/* Every value of the tree, one at a time, becomes something else. */
static void distort(json_t *whole, json_t *part)
{
    const char *key;
    json_t *value;
    void *next;
    if (json_is_array(part))
        for (size_t i = 0; i < json_array_size(part); i++)
            distort(whole, json_array_get(part, i));
    json_object_foreach_safe(part, next, key, value)
    {
        distort(whole, value);
        json_t *kept = json_incref(value);
        AUTO_FREE char *name = str_dup(key);
        for (size_t i = 0; i < sizeof odd_values / sizeof *odd_values; i++) {
            json_object_set_new(part, name, json_loads(odd_values[i], JSON_DECODE_ANY, NULL));
            assert_reads_or_explains(whole);
        }
        json_object_set_new(part, name, kept);
    }
}

START_TEST(distorted_reports_never_crash)
{
    struct report r = full_report();
    record_release(&r.records[0]);
    r.records[0] = full_record();
    json_auto_t *j = report_to_json(&r, &exercise);
    distort(j, j);
    struct report back; /* it was whole again each time */
    ck_assert_msg(report_from_json(&back, j, &e) == 0, "%s", e.text);
    report_release(&back);
    for (size_t i = 0; i < sizeof odd_values / sizeof *odd_values; i++) {
        json_auto_t *odd = json_loads(odd_values[i], JSON_DECODE_ANY, NULL);
        assert_reads_or_explains(odd);
    }
    report_release(&r);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("verdict");
    TCase *t = tcase_create("verdict");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, verdict_names);
    tcase_add_test(t, base64_vectors);
    tcase_add_test(t, base64_refuses_the_rest);
    tcase_add_test(t, record_goes_through_json);
    tcase_add_test(t, record_without_anything_goes_through_json);
    tcase_add_test(t, bytes_that_are_not_text_survive);
    tcase_add_loop_test(t, bad_records_are_refused, 0, sizeof bad_records / sizeof *bad_records);
    tcase_add_test(t, a_new_report_has_run_nothing);
    tcase_add_loop_test(t, points_are_summed, 0, sizeof sums / sizeof *sums);
    tcase_add_test(t, what_spoils_a_pass);
    tcase_add_test(t, report_goes_through_json);
    tcase_add_test(t, required_fields_are_required);
    tcase_add_test(t, distorted_reports_never_crash);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
