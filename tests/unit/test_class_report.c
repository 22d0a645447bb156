/* Reports of a class: what hostile names and outputs become in every format, what is hidden from
 * students, and the sums. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "course/class_file.h"
#include "report/class.h"
#include "report/class_stats.h"

#define T2(zh, en)                                                                                 \
    {                                                                                              \
        {                                                                                          \
            (char *)(zh), (char *)(en)                                                             \
        }                                                                                          \
    }
#define EVIL "=1+1\",<script>alert(1)</script>&'\x1b[31m\x01 # \\ ]]>"

static char folder[] = "/tmp/class-report-XXXXXX";
static struct gradebook book;

static struct gradebook_test tests[] = {
    {(char *)"prints", T2("打印收到的消息", "prints the message"), 2, false},
    {(char *)"eof", T2("写端关闭后结束", "ends at EOF"), 3, false},
    {(char *)"secret", T2("看不见的测试", "the unseen test"), 5, true},
};
static struct gradebook_exercise exercises[] = {
    {(char *)"pipe-hello", (char *)"1.1", T2("初见管道", "Hello, pipe"), tests, 3, 10, 0},
};
static struct gradebook_refusal refusals[] = {
    {(char *)"mallory.zip", (char *)"../../etc/passwd", T2("名字里有 ..", "the name has ..")},
};
static struct gradebook_student students[] = {
    {(char *)"2026001", (char *)"张三", (char *)"z3@u.example", (char *)"A", (char *)"2026001",
     true, true, NULL, 0},
    {(char *)EVIL, (char *)EVIL, (char *)EVIL, (char *)EVIL, (char *)"evil", false, true, refusals,
     1},
    {(char *)"2026003", (char *)"王五", (char *)"", (char *)"", (char *)"2026003", true, false,
     NULL, 0},
    {(char *)"2026004", (char *)"赵六", (char *)"", (char *)"", (char *)"2026004", true, true, NULL,
     0},
};
static struct gradebook_mark good[] = {
    {VERDICT_PASS, 2, 2, NULL, 12},
    {VERDICT_PASS, 3, 3, NULL, 14},
    {VERDICT_PASS, 5, 5, NULL, 10},
};
static struct gradebook_mark bad[] = {
    {VERDICT_PASS, 2, 2, NULL, 11},
    {VERDICT_HANG, 0, 3, (char *)"unclosed-write-end", 120},
    {VERDICT_CRASH, 0, 5, (char *)"null-pointer", 30},
};
static struct gradebook_mark fault[] = {
    {VERDICT_INTERNAL, 0, 2, NULL, 0},
    {VERDICT_SKIPPED, 0, 3, NULL, 0},
    {VERDICT_SKIPPED, 0, 5, NULL, 0},
};
static struct gradebook_attempt attempts[] = {
    {.student = 0,
     .exercise = 0,
     .source_hash = "0011223344556677",
     .key = (char *)"k",
     .origin = (char *)"z3",
     .submitted = 1000,
     .graded = 2000,
     .points = 10,
     .max_points = 10,
     .built = true,
     .sandbox = (char *)"bwrap",
     .limits = (char *)"rlimit",
     .marks = good},
    {.student = 1,
     .exercise = 0,
     .source_hash = "8899aabbccddeeff",
     .key = (char *)"k",
     .origin = (char *)EVIL,
     .submitted = 1000,
     .graded = 2000,
     .points = 2,
     .max_points = 10,
     .built = true,
     .sandbox = (char *)"bwrap",
     .limits = (char *)"rlimit",
     .marks = bad},
    {.student = 3,
     .exercise = 0,
     .source_hash = "1234567812345678",
     .key = (char *)"k",
     .origin = (char *)"z6",
     .submitted = 1000,
     .graded = 2000,
     .points = 0,
     .max_points = 10,
     .built = true,
     .internal = (char *)"no room",
     .sandbox = (char *)"bwrap",
     .marks = fault},
};

/* --- a report file with something to explain
 * ------------------------------------------------------ */

static struct text2 say2(const char *zh, const char *en)
{
    return (struct text2){{str_dup(zh), str_dup(en)}};
}

static void write_report(void)
{
    struct report r = {
        .exercise = str_dup("pipe-hello"),
        .number = str_dup("1.1"),
        .built = true,
        .source_hash = str_dup("8899aabbccddeeff"),
        .n_records = 3,
        .points = 2,
        .max_points = 10,
    };
    r.records = mem_alloc(3 * sizeof *r.records);
    for (size_t i = 0; i < 3; i++) {
        r.records[i].test = str_dup(tests[i].id);
        r.records[i].verdict = bad[i].verdict;
        r.records[i].diagnosis = str_dup(bad[i].diagnosis);
    }
    r.records[1].symptom = say2("程序卡住了 " EVIL, "It hangs " EVIL);
    r.records[1].stderr_tail = str_dup("not ok 9 - forged\n<b>" EVIL "\n```\n");
    r.records[2].symptom = say2("机密的原因", "the secret reason");
    const struct result_head head = {.student = (char *)"evil",
                                     .exercise = (char *)"pipe-hello",
                                     .key = (char *)"k",
                                     .origin = (char *)"x",
                                     .source_hash = "8899aabbccddeeff"};
    struct err e = {0};
    AUTO_FREE char *path = gradebook_report_path(folder, "evil", "pipe-hello", NULL);
    *strrchr(path, '/') = '\0';
    ck_assert_int_eq(fs_mkdirs(path, 0755, NULL), 0);
    ck_assert_msg(result_save(folder, "evil", &head, &r, NULL, &e) == 0, "%s", e.text);
    report_release(&r);
}

static void setup(void)
{
    strcpy(folder + sizeof folder - 7, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    book = (struct gradebook){
        .folder = folder,
        .title = (char *)EVIL,
        .graded = 2000,
        .exercises = exercises,
        .n_exercises = 1,
        .students = students,
        .n_students = 4,
        .attempts = attempts,
        .n_attempts = 3,
        .policies = {.hidden = HIDDEN_NEVER},
    };
    gradebook_settle(&book);
    write_report();
    msg_set_lang(LANG_EN);
}

static void teardown(void)
{
    free(book.grades);
    book.grades = NULL;
    fs_remove_tree(folder, NULL);
}

static char *render(const char *format, size_t student, bool for_student)
{
    struct class_options o = {.student = student, .for_student = for_student, .now = 5000};
    const struct class_format *f = class_format_find(format);
    struct err e = {0};
    char *text = NULL;
    size_t size = 0;
    ck_assert_msg(f != NULL, "no format %s", format);
    FILE *out = open_memstream(&text, &size);
    ck_assert_int_eq(f->write(out, &book, &o, &e), 0);
    fclose(out);
    ck_assert_uint_eq(strlen(text), size);
    return text;
}

static size_t occurrences(const char *text, const char *what)
{
    size_t n = 0;
    for (const char *p = strstr(text, what); p; p = strstr(p + 1, what))
        n++;
    return n;
}

static void has(const char *text, const char *what)
{
    ck_assert_msg(strstr(text, what) != NULL, "not found: %s\nin:\n%.2000s", what, text);
}

static void has_not(const char *text, const char *what)
{
    ck_assert_msg(strstr(text, what) == NULL, "found: %s\nin:\n%.2000s", what, text);
}

/* --- every format
 * ------------------------------------------------------------------------------------ */

START_TEST(no_control_characters)
{
    for (const struct class_format *f = class_formats; f->name; f++)
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            msg_set_lang((enum lang)lang);
            char *text = render(f->name, f->per_student ? 1 : GRADEBOOK_NONE, false);
            for (const char *p = text; *p; p++)
                ck_assert_msg((unsigned char)*p >= 0x20 || strchr("\n\r", *p), "%s: byte %02x",
                              f->name, (unsigned char)*p);
            free(text);
        }
}
END_TEST

START_TEST(every_format_has_a_summary)
{
    for (const struct class_format *f = class_formats; f->name; f++) {
        ck_assert_ptr_eq(class_format_find(f->name), f);
        ck_assert(*msg_in(LANG_ZH, f->summary) && *msg_in(LANG_EN, f->summary));
    }
    ck_assert_ptr_null(class_format_find("docx"));
}
END_TEST

START_TEST(a_full_device_is_an_error)
{
    struct class_options o = {.student = GRADEBOOK_NONE};
    for (const struct class_format *f = class_formats; f->name; f++) {
        struct err e = {0};
        FILE *out = fopen("/dev/full", "w");
        o.student = f->per_student ? 1 : GRADEBOOK_NONE;
        ck_assert_msg(f->write(out, &book, &o, &e) == -1 && *e.text, "%s", f->name);
        fclose(out);
    }
}
END_TEST

/* --- tables
 * -------------------------------------------------------------------------------------------- */

START_TEST(csv)
{
    char *text = render("csv", GRADEBOOK_NONE, false);
    has(text, "\xef\xbb\xbfid,name,email,section,pipe-hello,total,max,notes\r\n");
    has(text, "2026001,张三,z3@u.example,A,10,10,10,\r\n");
    has(text, "\"'=1+1\"\",<script>alert(1)"); /* quoted, and no formula */
    has(text, "2026003,王五,,,0,0,10,\r\n");   /* handed in nothing */
    has(text, "2026004,赵六,,,,0,10,");        /* a fault of ours: no points known */
    has_not(text, "\n=");
    ck_assert_uint_eq(occurrences(text, "\r\n"), 5);
    free(text);
}
END_TEST

START_TEST(canvas)
{
    char *text = render("canvas", GRADEBOOK_NONE, false);
    has(text, "Student,ID,SIS User ID,SIS Login ID,Section,\"1.1 Hello, pipe\"\r\n");
    has(text, "    Points Possible,,,,,10\r\n");
    has(text, "张三,,2026001,,A,10\r\n");
    has(text, "赵六,,2026004,,,\r\n"); /* blank: no score */
    free(text);
    struct class_options o = {.student = GRADEBOOK_NONE};
    ck_assert(class_id_parse("canvas", &o.id) && o.id == CLASS_ID_CANVAS);
    ck_assert(!class_id_parse("name", &o.id));
}
END_TEST

START_TEST(moodle)
{
    struct gradebook_override more = {0, 0, 12.5, (char *)"bonus", (char *)"prof", 3000};
    book.overrides = &more;
    book.n_overrides = 1;
    free(book.grades);
    book.grades = NULL;
    gradebook_settle(&book);
    char *text = render("moodle", GRADEBOOK_NONE, false);
    has(text, "idnumber,email,");
    has(text, "2026001,z3@u.example,10,"); /* capped: a higher grade ends Moodle's import */
    has(text, "2026004,,-,");
    has_not(text, "script"); /* not in the roster */
    free(text);
    text = render("csv", GRADEBOOK_NONE, false);
    has(text, "2026001,张三,z3@u.example,A,12.5,12.5,10,1.1: Set to 12.5 points by prof: bonus");
    free(text);
}
END_TEST

/* --- machines
 * ------------------------------------------------------------------------------------------- */

START_TEST(junit)
{
    char *text = render("junit", GRADEBOOK_NONE, false);
    has(text, "<testsuites name=\"ipclab\" tests=\"13\" failures=\"3\" errors=\"3\" skipped=\"3\"");
    has(text, "<failure type=\"unclosed-write-end\"");
    has(text, "type=\"missing\"");
    has(text, "&lt;script&gt;alert(1)&lt;/script&gt;&amp;&#39;\\x1b[31m\\x01");
    has_not(text, "<script>");
    has_not(text, "<b>");
    ck_assert_uint_eq(occurrences(text, "<testsuite "), 4);
    ck_assert_uint_eq(occurrences(text, "<testcase "), 13);
    free(text);
    text = render("junit", 1, true);
    has(text, "tests=\"2\"");
    has_not(text, "secret");
    free(text);
}
END_TEST

/* Every line that begins with "ok" or "not ok" is ours. */
START_TEST(tap)
{
    char *text = render("tap", 1, false);
    has(text, "TAP version 14\n1..3\nok 1 - pipe-hello prints\nnot ok 2 - pipe-hello eof\n  ---\n");
    has(text, "diagnosis: \"unclosed-write-end\"");
    has_not(text, "\nnot ok 9");
    free(text);
    text = render("tap", GRADEBOOK_NONE, false);
    has(text, "TAP version 14\n1..4\n# Subtest: 张三 (2026001)\n    1..3\n    ok 1");
    has(text, "ok 1 - 张三 (2026001)\n# Subtest: =1+1");
    has(text, "\\# \\\\");
    has(text, "    not ok 1 - pipe-hello prints\n"); /* nothing handed in */
    has(text, "# SKIP");                             /* a fault of ours */
    ck_assert_uint_eq(occurrences(text, "\nnot ok "), 2);
    free(text);
}
END_TEST

static json_t *parsed(const char *text)
{
    json_error_t error;
    json_t *j = json_loads(text, 0, &error);
    ck_assert_msg(j != NULL, "%s in:\n%s", error.text, text);
    return j;
}

START_TEST(gradescope)
{
    char *text = render("gradescope", 1, true);
    json_t *j = parsed(text), *list = json_object_get(j, "tests");
    ck_assert_double_eq(json_number_value(json_object_get(j, "score")), 2);
    ck_assert_uint_eq(json_array_size(list), 3); /* it hides by itself */
    json_t *hidden = json_array_get(list, 2);
    ck_assert_str_eq(json_string_value(json_object_get(hidden, "visibility")), "hidden");
    ck_assert_str_eq(json_string_value(json_object_get(json_array_get(list, 0), "status")),
                     "passed");
    json_decref(j);
    free(text);
    text = render("gradescope", 3, true);
    j = parsed(text);
    ck_assert_ptr_null(json_object_get(j, "score")); /* nobody knows it */
    json_decref(j);
    free(text);
}
END_TEST

START_TEST(prairielearn)
{
    char *text = render("prairielearn", 1, true);
    json_t *j = parsed(text);
    ck_assert_double_eq_tol(json_number_value(json_object_get(j, "score")), 0.2, 1e-9);
    ck_assert_uint_eq(json_array_size(json_object_get(j, "tests")), 2);
    has_not(text, "secret");
    json_decref(j);
    free(text);
    text = render("prairielearn", 2, true); /* nothing handed in: no attempt used up */
    j = parsed(text);
    ck_assert(json_is_false(json_object_get(j, "gradable")));
    json_decref(j);
    free(text);
    text = render("prairielearn", 3, true); /* a fault of ours */
    j = parsed(text);
    ck_assert(json_is_false(json_object_get(j, "gradable")));
    ck_assert_ptr_null(json_object_get(j, "score"));
    json_decref(j);
    free(text);
}
END_TEST

START_TEST(autolab)
{
    char *text = render("autolab", 1, true);
    text[strlen(text) - 1] = '\0';
    char *last = strrchr(text, '\n');
    json_t *scores = parsed(last + 1);
    ck_assert_double_eq(
        json_number_value(json_object_get(json_object_get(scores, "scores"), "pipe-hello")), 2);
    *last = '\0';
    json_t *semantic = parsed(strrchr(text, '\n') + 1);
    ck_assert_str_eq(json_string_value(json_object_get(semantic, "_presentation")), "semantic");
    has_not(text, "secret");
    json_decref(scores);
    json_decref(semantic);
    free(text);
}
END_TEST

/* --- people
 * ---------------------------------------------------------------------------------------------- */

START_TEST(feedback)
{
    char *text = render("feedback", 1, true);
    has(text, "Hidden tests: 1");
    has(text, "\n````text\n"); /* longer than the student's own fence */
    has(text, "\\<script\\>");
    has_not(text, "secret");
    has_not(text, "unseen");
    free(text);
    book.policies.hidden = HIDDEN_AFTER;
    book.policies.hidden_after = 4000; /* now is 5000 */
    text = render("feedback", 1, true);
    has(text, "the secret reason");
    free(text);
    book.policies.hidden_after = 6000;
    text = render("feedback", 1, true);
    has_not(text, "secret");
    free(text);
    text = render("feedback", 0, true);
    has_not(text, "````"); /* nothing to explain */
    free(text);
}
END_TEST

START_TEST(html)
{
    struct gradebook_pair pair = {0, 0, 1, 80, 75};
    book.pairs = &pair;
    book.n_pairs = 1;
    msg_set_lang(LANG_ZH);
    char *text = render("html", GRADEBOOK_NONE, false);
    ck_assert_uint_eq(occurrences(text, "<script>"), 1); /* ours */
    ck_assert_uint_eq(occurrences(text, "</script>"), 1);
    has_not(text, "http:");
    has_not(text, "https:");
    has(text, "class=\"cell full\" data-v=\"10\"");
    has(text, "class=\"cell missing\"");
    has(text, "class=\"cell fault\"");
    has(text, "../../etc/passwd");
    has(text, "id=\"p0\"");
    has(text, "机密的原因"); /* the teacher sees everything */
    static const char *const tags[] = {"section", "details", "table", "tr",
                                       "td",      "pre",     "div",   "a"};
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        char open[16], open_bare[16], close[16];
        snprintf(open, sizeof open, "<%s ", tags[i]);
        snprintf(open_bare, sizeof open_bare, "<%s>", tags[i]);
        snprintf(close, sizeof close, "</%s>", tags[i]);
        ck_assert_msg(occurrences(text, open) + occurrences(text, open_bare) ==
                          occurrences(text, close),
                      "%s is not closed", tags[i]);
    }
    free(text);
    text = render("html", 1, true);
    has_not(text, "机密的原因");
    has_not(text, "id=\"matrix\"");
    free(text);
}
END_TEST

/* --- statistics
 * -------------------------------------------------------------------------------------------- */

START_TEST(statistics)
{
    struct test_stats s;
    test_stats(&book, 0, 1, &s);
    ck_assert_uint_eq(s.taken, 2); /* the fault counts neither way */
    ck_assert_uint_eq(s.passed, 1);
    ck_assert_uint_eq(s.n_top, 1);
    ck_assert_str_eq(s.top[0].diagnosis, "unclosed-write-end");
    ck_assert(s.has_discrimination);
    ck_assert_double_eq_tol(s.discrimination, 1, 1e-9);
    ck_assert_double_eq_tol(s.median_ms, 67, 1e-9);
    test_stats(&book, 0, 0, &s);
    ck_assert(!s.has_discrimination); /* all passed */
    struct class_stats c;
    class_stats(&book, &c);
    ck_assert_uint_eq(c.students, 4);
    ck_assert_uint_eq(c.submitted, 3);
    ck_assert_uint_eq(c.complete, 1);
    ck_assert_uint_eq(c.refusals, 1);
    ck_assert_double_eq_tol(c.median, 2, 1e-9);
    size_t n;
    struct diagnosis_count *list = class_diagnoses(&book, &n);
    ck_assert_uint_eq(n, 2);
    ck_assert_str_eq(list[0].diagnosis, "null-pointer");
    free(list);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("class_report");
    TCase *t = tcase_create("formats");
    suite_add_tcase(suite, t);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, no_control_characters);
    tcase_add_test(t, every_format_has_a_summary);
    tcase_add_test(t, a_full_device_is_an_error);
    tcase_add_test(t, csv);
    tcase_add_test(t, canvas);
    tcase_add_test(t, moodle);
    tcase_add_test(t, junit);
    tcase_add_test(t, tap);
    tcase_add_test(t, gradescope);
    tcase_add_test(t, prairielearn);
    tcase_add_test(t, autolab);
    tcase_add_test(t, feedback);
    tcase_add_test(t, html);
    tcase_add_test(t, statistics);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
