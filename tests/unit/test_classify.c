/* harness/classify.c: names for differences. grade/parse.c: what the compiler said. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "grade/build.h"
#include "harness/classify.h"

static const struct {
    const char *expected, *actual, *id;
    size_t actual_len; /* 0: strlen */
} cases[] = {
    {"abc\n", "", "no-output", 0},
    {"abc\n", "ab", "short-output", 0},
    {"abc\n", "abc\nx\n", "extra-output", 0},
    {"abc\n", "abc\n\0\0", "missing-nul", 6},
    {"abc\n", "abc\n\xff\xfe", "missing-nul", 0},
    {"abc\n", "abc\0\n", "missing-nul", 5},
    {"abc\n", "\0bc\n", "wrong-output", 4},
    {"abc\n", "abc\nabc\n", "doubled-output", 0},
    {"1\n2\n3\n", "1\n1\n2\n3\n", "doubled-output", 0},
    {"1\n2\n3\n", "1\n3\n", "lost-lines", 0},
    {"1\n2\n3\n", "2\n1\n3\n", "wrong-order", 0},
    {"1\n2\n", "start\n1\n2\nstart\n", "extra-output", 0},
    {"1\n2\n3\n", "1\n2\n4\n", "wrong-output", 0},
    {"", "x", "extra-output", 0},
};

START_TEST(differences_have_names)
{
    size_t len = cases[_i].actual_len ? cases[_i].actual_len : strlen(cases[_i].actual);
    ck_assert_str_eq(
        classify_output(cases[_i].expected, strlen(cases[_i].expected), cases[_i].actual, len),
        cases[_i].id);
}
END_TEST

START_TEST(first_difference_is_found)
{
    ck_assert_uint_eq(first_difference("abc", 3, "abd", 3), 2);
    ck_assert_uint_eq(first_difference("abc", 3, "ab", 2), 2);
    ck_assert_uint_eq(first_difference("", 0, "ab", 2), 0);
}
END_TEST

static char folder[] = "/tmp/ipclab-parse-XXXXXX";

static void parse(struct build_result *r, const char *text)
{
    *r = (struct build_result){.ok = false};
    build_parse(r, text, strlen(text), folder);
}

START_TEST(json_of_gcc_becomes_diagnostics)
{
    struct build_result r;
    struct err e = {0};
    ck_assert_ptr_nonnull(mkdtemp(folder));
    AUTO_FREE char *path = fs_join(folder, "a.c");
    AUTO_FREE char *text =
        str_format("[{\"kind\": \"error\", \"message\": \"no \\u001b[31m\", \"option\": \"-Wx\", "
                   "\"locations\": [{\"caret\": {\"file\": \"%s/a.c\", \"line\": 2, "
                   "\"display-column\": 5}}], \"children\": [{\"kind\": \"note\", \"message\": "
                   "\"here\", \"locations\": []}]}]\n",
                   folder);
    ck_assert_int_eq(fs_write(path, "one\ntwo two\n", 12, &e), 0);
    parse(&r, text);
    ck_assert_uint_eq(r.count, 2);
    ck_assert_str_eq(r.list[0].kind, "error");
    ck_assert_str_eq(r.list[0].file, "a.c");
    ck_assert_int_eq(r.list[0].line, 2);
    ck_assert_int_eq(r.list[0].column, 5);
    ck_assert_str_eq(r.list[0].source, "two two");
    ck_assert_ptr_null(strchr(r.list[0].message, '\x1b'));
    ck_assert_str_eq(r.list[1].kind, "note");
    build_result_release(&r);
    fs_remove_tree(folder, NULL);
}
END_TEST

START_TEST(linker_lines_become_diagnostics)
{
    struct build_result r;
    parse(&r, "/usr/bin/ld: /tmp/cc.o: in function `main':\n"
              "/src/b.c:7: undefined reference to `nothing'\n"
              "collect2: error: ld returned 1 exit status\n");
    ck_assert_uint_eq(r.count, 1);
    ck_assert_int_eq(r.list[0].line, 7);
    ck_assert_str_eq(r.list[0].message, "undefined reference to `nothing'");
    build_result_release(&r);
}
END_TEST

START_TEST(hostile_compiler_output_is_survived)
{
    static const char *const texts[] = {"[",
                                        "[[[[[[",
                                        "[{}]\n",
                                        "[1,2,null]\n",
                                        "{\"kind\":1}\n",
                                        "[{\"kind\":5,\"message\":[],\"locations\":{}}]\n",
                                        ":::::\n",
                                        "a:99999999999999999999: b\n"};
    struct build_result r;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        parse(&r, texts[i]);
        for (size_t k = 0; k < r.count; k++) {
            ck_assert_ptr_nonnull(r.list[k].kind);
            ck_assert_ptr_nonnull(r.list[k].message);
        }
        build_result_release(&r);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("classify");
    TCase *t = tcase_create("classify");
    tcase_add_loop_test(t, differences_have_names, 0, sizeof cases / sizeof cases[0]);
    tcase_add_test(t, first_difference_is_found);
    tcase_add_test(t, json_of_gcc_becomes_diagnostics);
    tcase_add_test(t, linker_lines_become_diagnostics);
    tcase_add_test(t, hostile_compiler_output_is_survived);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
