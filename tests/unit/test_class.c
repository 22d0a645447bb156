/* What a class is made of: tables, names, times, rules, and which attempt counts. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/decode.h"
#include "course/csv.h"
#include "course/gradebook.h"
#include "course/roster.h"
#include "course/when.h"

static void parse(struct csv *c, const char *text)
{
    struct err e = {0};
    ck_assert_msg(csv_parse(c, text, strlen(text), "t.csv", &e) == 0, "%s", e.text);
}

START_TEST(csv_quotes_and_lines)
{
    struct csv c;
    parse(&c, "\xef\xbb\xbfid,name\r\n1,\"Roe, \"\"J\"\"\nX\"\r\n\r\n 2 ,李四");
    ck_assert_uint_eq(c.n_rows, 3);
    ck_assert_str_eq(c.rows[1].cells[1], "Roe, \"J\"\nX");
    ck_assert_uint_eq(c.rows[1].line, 2);
    ck_assert_str_eq(c.rows[2].cells[0], "2");
    ck_assert_str_eq(c.rows[2].cells[1], "李四");
    ck_assert_uint_eq(c.rows[2].line, 5);
    ck_assert_uint_eq(csv_column(&c, "学号|ID"), 0);
    ck_assert_str_eq(csv_cell(&c, 2, 7), "");
    csv_release(&c);
}
END_TEST

START_TEST(csv_other_separators)
{
    struct csv c;
    parse(&c, "id;name\n1;a,b\n");
    ck_assert_str_eq(c.rows[1].cells[1], "a,b");
    csv_release(&c);
    parse(&c, "id\tStudent_Name\n1\tx");
    ck_assert_uint_eq(csv_column(&c, "student name"), 1);
    csv_release(&c);
}
END_TEST

START_TEST(csv_gbk)
{
    struct csv c;
    parse(&c, "\xd1\xa7\xba\xc5,\xd0\xd5\xc3\xfb\n7,\xd5\xc5\xc8\xfd\n"); /* 学号,姓名 7,张三 */
    ck_assert_uint_eq(csv_column(&c, "姓名"), 1);
    ck_assert_str_eq(c.rows[1].cells[1], "张三");
    csv_release(&c);
}
END_TEST

START_TEST(csv_open_quote)
{
    struct csv c;
    struct err e = {0};
    const char *text = "id\n\"1\n2\n";
    ck_assert_int_eq(csv_parse(&c, text, strlen(text), "t.csv", &e), -1);
    ck_assert(strstr(e.text, "t.csv") && strstr(e.text, "2"));
}
END_TEST

START_TEST(decoding)
{
    AUTO_FREE char *gbk = text_decode("\xc0\xee", 2);
    AUTO_FREE char *bad = text_decode("a\xff\xff", 3);
    AUTO_FREE char *nul = text_decode("a\0b", 3);
    ck_assert_str_eq(gbk, "李");
    ck_assert_ptr_nonnull(strstr(bad, "a"));
    ck_assert_uint_gt(strlen(nul), 2);
}
END_TEST

START_TEST(file_names)
{
    static const char *const texts[] = {
        "../../etc/passwd", "a/b",        "a b", "a_b", ".", "", "..", "-x", "a\nb", "李 四",
        "a_b-0123abcd",     "con<script>"};
    enum { N = sizeof texts / sizeof texts[0] };
    char *names[N];
    for (size_t i = 0; i < N; i++) {
        names[i] = text_file_name(texts[i]);
        ck_assert_msg(!strpbrk(names[i], "/\n <>") && names[i][0] != '.' && names[i][0] != '\0',
                      "%s", names[i]);
        for (size_t k = 0; k < i; k++)
            ck_assert_msg(strcmp(names[i], names[k]) != 0, "%s twice", names[i]);
    }
    ck_assert_str_eq(names[3], "a_b"); /* nothing to change */
    AUTO_FREE char *chinese = text_file_name("李四");
    ck_assert_str_eq(chinese, "李四");
    for (size_t i = 0; i < N; i++)
        free(names[i]);
}
END_TEST

START_TEST(times)
{
    setenv("TZ", "Asia/Shanghai", 1);
    ck_assert_int_eq(when_parse("1970-01-01T08:00", NULL), 0);
    ck_assert_int_eq(when_parse("1970-01-02", NULL), 86400 + 57599);
    ck_assert_int_eq(when_parse("1970-01-01T00:01Z", NULL), 60);
    ck_assert_int_eq(when_parse("2026-12-01 23:59:30+08:00", NULL),
                     when_parse("2026-12-01T15:59:30Z", NULL));
    ck_assert_int_eq(when_parse("1970-01-01T00:00:00-0130", NULL), 5400);
    static const char *const wrong[] = {"",           "tomorrow",         "2026-02-30",
                                        "2026-13-01", "2026-12-01T25:00", "2026-12-01T10:00+8x",
                                        "2026-12-01x"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct err e = {0};
        ck_assert_msg(when_parse(wrong[i], &e) == -1 && e.text[0], "%s", wrong[i]);
    }
    AUTO_FREE char *text = when_text(0);
    ck_assert_str_eq(text, "1970-01-01T08:00:00+08:00");
}
END_TEST

/* --- names of submissions ----------------------------------------------------------------- */

static void check_name(const char *entry, enum naming naming, const char *name, const char *number,
                       const char *file)
{
    struct submitter s;
    submitter_parse(&s, entry);
    ck_assert_msg(s.naming == naming, "%s", entry);
    ck_assert_str_eq(s.name, name);
    ck_assert_str_eq(s.number, number);
    ck_assert_str_eq(s.file, file);
    submitter_release(&s);
}

START_TEST(naming)
{
    check_name("张 三_48213_assignsubmission_file_", NAMING_MOODLE, "张 三", "48213", "");
    check_name("A_B_9_assignsubmission_file", NAMING_MOODLE, "A_B", "9", "");
    check_name("Roe_9_assignsubmission_file_x_1.zip", NAMING_MOODLE, "Roe", "9", "x_1.zip");
    check_name("roejane_1042_99_pipe_hello.c", NAMING_CANVAS, "roejane", "1042", "pipe_hello.c");
    check_name("roejane_LATE_1042_99_a.zip", NAMING_CANVAS, "roejane", "1042", "a.zip");
    check_name("2023001", NAMING_PLAIN, "", "", "");
    check_name("_assignsubmission_file_", NAMING_PLAIN, "", "", "");
    check_name("x__assignsubmission_file_", NAMING_PLAIN, "", "", "");
}
END_TEST

static size_t match(const struct gradebook *g, const char *entry, bool *ambiguous)
{
    struct submitter s;
    submitter_parse(&s, entry);
    struct roster_index *index = roster_index_new(g);
    size_t found = roster_match(index, &s, ambiguous);
    roster_index_free(index);
    submitter_release(&s);
    return found;
}

START_TEST(matching)
{
    struct gradebook g = {.folder = NULL};
    const char *const students[][2] = {{"2023001", "张三"},
                                       {"2023002", "李四"},
                                       {"2023003", "李四"},
                                       {"77", "Zhang, San"},
                                       {"S9", "Jane Mary Roe"}};
    bool ambiguous;
    for (size_t i = 0; i < 5; i++)
        gradebook_add_student(&g, students[i][0], students[i][1])->in_roster = true;
    ck_assert_uint_eq(match(&g, "2023001", &ambiguous), 0);
    ck_assert_uint_eq(match(&g, "张三-第一次.zip", &ambiguous), 0);
    ck_assert_uint_eq(match(&g, "s9_labs.tar.gz", &ambiguous), 4);
    ck_assert_uint_eq(match(&g, "2023003_李四.7z", &ambiguous), 2);
    ck_assert_uint_eq(match(&g, "李四_5_assignsubmission_file_", &ambiguous), GRADEBOOK_NONE);
    ck_assert(ambiguous);
    ck_assert_uint_eq(match(&g, "San Zhang_5_assignsubmission_file_", &ambiguous), 3);
    ck_assert_uint_eq(match(&g, "zhangsan_1_2_x.zip", &ambiguous), 3);
    ck_assert_uint_eq(match(&g, "roejanemary_1_2_x.zip", &ambiguous), 4);
    /* the number of Moodle is no student id */
    ck_assert_uint_eq(match(&g, "Nobody_77_assignsubmission_file_", &ambiguous), GRADEBOOK_NONE);
    ck_assert(!ambiguous);
    gradebook_release(&g);
}
END_TEST

/* --- rules --------------------------------------------------------------------------------- */

START_TEST(lateness)
{
    const struct late_rules r = {.grace_minutes = 10, .percent_per_day = 20, .max_days = 3};
    const long long due = 1000000, day = 86400;
    ck_assert_int_eq(late_seconds(&r, 0, due), 0);
    ck_assert_int_eq(late_seconds(&r, due, due + 600), 0);
    ck_assert_int_eq(late_seconds(&r, due, due + 601), 1);
    ck_assert_double_eq(late_penalty(&r, 0, 10), 0);
    ck_assert_double_eq(late_penalty(&r, 1, 10), 2);
    ck_assert_double_eq(late_penalty(&r, day, 10), 2);
    ck_assert_double_eq(late_penalty(&r, day + 1, 10), 4);
    ck_assert_double_eq(late_penalty(&r, 3 * day + 1, 10), 10);
    const struct late_rules steep = {.percent_per_day = 60};
    ck_assert_double_eq(late_penalty(&steep, 5 * day, 10), 10); /* never below nothing */
}
END_TEST

static void add_attempt(struct gradebook *g, int points, long long submitted, const char *internal)
{
    g->attempts = mem_grow(g->attempts, g->n_attempts + 1, sizeof *g->attempts);
    g->attempts[g->n_attempts++] = (struct gradebook_attempt){
        .points = points, .max_points = 10, .submitted = submitted, .internal = str_dup(internal)};
}

static double settled(struct gradebook *g, enum keep_policy keep)
{
    g->policies.keep = keep;
    gradebook_settle(g);
    return gradebook_grade_of(g, 0, 0)->points;
}

START_TEST(which_attempt_counts)
{
    struct gradebook g = {.folder = NULL};
    gradebook_add_student(&g, "1", "");
    g.exercises = mem_alloc(sizeof *g.exercises);
    g.n_exercises = 1;
    g.exercises[0] = (struct gradebook_exercise){.id = str_dup("x"), .max_points = 10, .due = 150};
    gradebook_settle(&g);
    ck_assert_int_eq(gradebook_grade_of(&g, 0, 0)->state, CELL_MISSING);
    add_attempt(&g, 9, 50, "broken");
    gradebook_settle(&g);
    ck_assert_int_eq(gradebook_grade_of(&g, 0, 0)->state, CELL_FAULT);
    add_attempt(&g, 4, 100, NULL);
    add_attempt(&g, 8, 200, NULL); /* late */
    add_attempt(&g, 6, 300, NULL); /* late */
    ck_assert_double_eq(settled(&g, KEEP_BEST), 8);
    ck_assert_double_eq(settled(&g, KEEP_LAST), 6);
    ck_assert_double_eq(settled(&g, KEEP_FIRST), 4);
    g.policies.late.percent_per_day = 60;
    ck_assert_double_eq(settled(&g, KEEP_BEST), 4); /* 8 is worth 3.2 */
    ck_assert(g.attempts[1].counts && !g.attempts[2].counts);
    g.extensions = mem_alloc(sizeof *g.extensions);
    g.n_extensions = 1;
    g.extensions[0] = (struct gradebook_extension){0, GRADEBOOK_NONE, 250};
    ck_assert_double_eq(settled(&g, KEEP_BEST), 8);
    g.overrides = mem_alloc(sizeof *g.overrides);
    g.n_overrides = 1;
    g.overrides[0] = (struct gradebook_override){.points = 9.5, .reason = str_dup("oral")};
    ck_assert_double_eq(settled(&g, KEEP_FIRST), 9.5);
    gradebook_release(&g);
}
END_TEST

START_TEST(hidden_tests)
{
    struct gradebook g = {.policies = {.hidden = HIDDEN_NEVER}};
    ck_assert(!gradebook_shows_hidden(&g, 100));
    g.policies.hidden = HIDDEN_AFTER;
    g.policies.hidden_after = 100;
    ck_assert(!gradebook_shows_hidden(&g, 99) && gradebook_shows_hidden(&g, 100));
    g.policies.hidden = HIDDEN_ALWAYS;
    ck_assert(gradebook_shows_hidden(&g, 0));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("class");
    TCase *t = tcase_create("class");
    tcase_add_test(t, csv_quotes_and_lines);
    tcase_add_test(t, csv_other_separators);
    tcase_add_test(t, csv_gbk);
    tcase_add_test(t, csv_open_quote);
    tcase_add_test(t, decoding);
    tcase_add_test(t, file_names);
    tcase_add_test(t, times);
    tcase_add_test(t, naming);
    tcase_add_test(t, matching);
    tcase_add_test(t, lateness);
    tcase_add_test(t, which_attempt_counts);
    tcase_add_test(t, hidden_tests);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? 1 : 0;
}
