/* exercise.ini, the catalogue, finding exercises, their texts. */
#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "course/course.h"
#include "course/text_shape.h"

static char *all_tests; /* holds the folders of all tests; main() removes it, whatever fails */
static char *root;      /* a folder of its own for each test */
static struct err e;

static void set_up(void)
{
    root = fs_join(all_tests, "test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(root));
    msg_set_lang(LANG_EN);
    ck_assert_int_eq(setenv("IPCLAB_ROOT", root, 1), 0);
    err_clear(&e);
}

static void tear_down(void)
{
    ck_assert_int_eq(fs_remove_tree(root, NULL), 0);
    free(root);
}

static char *in_root(const char *path)
{
    return fs_join(root, path);
}

static void put_bytes(const char *path, const char *data, size_t len)
{
    AUTO_FREE char *full = in_root(path);
    AUTO_FREE char *dir = str_dup(full);
    *strrchr(dir, '/') = '\0';
    ck_assert_int_eq(fs_mkdirs(dir, 0755, &e), 0);
    ck_assert_msg(fs_write(full, data, len, &e) == 0, "%s", e.text);
}

static void put(const char *path, const char *text)
{
    put_bytes(path, text, strlen(text));
}

static void assert_has(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "\"%s\" is not in: %s", part, text);
}

#define HEAD "[exercise]\nid = x-y\ntitle.zh = 标题\n"
#define PROGRAM "[program p]\nsources = p.c\n"
#define TEST "[test t]\ntitle.zh = 测试\npoints = 2\n"
#define INI "labs/1-pipe/1-hello/exercise.ini"

static int load(struct exercise *x)
{
    AUTO_FREE char *dir = in_root("labs/1-pipe/1-hello");
    return exercise_load(x, dir, &e);
}

static void assert_loads(const char *ini)
{
    struct exercise x;
    put(INI, ini);
    ck_assert_msg(load(&x) == 0, "%s", e.text);
    exercise_release(&x);
}

START_TEST(exercise_is_read_whole)
{
    put(INI, "; a comment\n"
             "[exercise]\n"
             "id = pipe-hello                  ; never changes\n"
             "title.zh = 初见管道：父写子读\n"
             "title.en = Hello, pipe\n"
             "given = ring.h util.h\n\n"
             "[program writer]\nsources = writer.c  common.c\nflags = -lrt -DX=1\n"
             "[program reader]\nsources = common.c reader.c\n"
             "[test first]\ntitle.zh = 第一\npoints = 2\nhidden = no\n"
             "[test second]\ntitle.zh = 第二\ntitle.en = second\npoints = 3\nhidden = yes\n"
             "[limits]\ncpu = 5\nwall = 90\nprocesses = 7\nmemory_mb = 512\n");
    struct exercise x;
    ck_assert_msg(load(&x) == 0, "%s", e.text);
    ck_assert_str_eq(x.id, "pipe-hello");
    ck_assert_str_eq(x.number, "1.1");
    ck_assert_str_eq(x.slug, "1-hello");
    ck_assert_str_eq(title_text(&x.title), "Hello, pipe");
    msg_set_lang(LANG_ZH);
    ck_assert_str_eq(title_text(&x.title), "初见管道：父写子读");
    ck_assert_uint_eq(x.n_given, 2);
    ck_assert_str_eq(x.given[1], "util.h");
    ck_assert_uint_eq(x.n_programs, 2);
    ck_assert_str_eq(x.programs[0].name, "writer");
    ck_assert_uint_eq(x.programs[0].n_sources, 2);
    ck_assert_str_eq(x.programs[0].sources[1], "common.c");
    ck_assert_uint_eq(x.programs[0].n_flags, 2);
    ck_assert_str_eq(x.programs[0].flags[1], "-DX=1");
    ck_assert_uint_eq(x.programs[1].n_flags, 0);
    ck_assert_uint_eq(x.n_tests, 2);
    ck_assert_str_eq(x.tests[0].title.text[LANG_EN], "第一");
    ck_assert_str_eq(x.tests[1].title.text[LANG_EN], "second");
    ck_assert(!x.tests[0].hidden && x.tests[1].hidden);
    ck_assert_int_eq(exercise_max_points(&x), 5);
    ck_assert_ptr_eq(exercise_find_test(&x, "second"), &x.tests[1]);
    ck_assert_ptr_null(exercise_find_test(&x, "third"));
    ck_assert_int_eq(x.limits.cpu_seconds, 5);
    ck_assert_int_eq(x.limits.wall_seconds, 90);
    ck_assert_int_eq(x.limits.processes, 7);
    ck_assert_int_eq(x.limits.memory_mb, 512);
    size_t count = 0;
    const char **sources = exercise_sources(&x, &count);
    ck_assert_uint_eq(count, 3);
    ck_assert_str_eq(sources[0], "writer.c");
    ck_assert_str_eq(sources[1], "common.c");
    ck_assert_str_eq(sources[2], "reader.c");
    free(sources);
    exercise_release(&x);
}
END_TEST

START_TEST(limits_have_defaults)
{
    put(INI, HEAD PROGRAM TEST "[limits]\ncpu = 1\n");
    struct exercise x;
    ck_assert_msg(load(&x) == 0, "%s", e.text);
    ck_assert_int_eq(x.limits.cpu_seconds, 1);
    ck_assert_int_eq(x.limits.wall_seconds, 60);
    ck_assert_int_eq(x.limits.processes, 64);
    ck_assert_int_eq(x.limits.memory_mb, 2048);
    exercise_release(&x);
}
END_TEST

START_TEST(odd_but_fine_files)
{
    assert_loads(HEAD PROGRAM TEST);
    assert_loads("\xef\xbb\xbf" HEAD PROGRAM TEST);                         /* byte order mark */
    assert_loads("[exercise]\r\nid = x\r\ntitle.zh = 题\r\n" PROGRAM TEST); /* CRLF */
    assert_loads(HEAD PROGRAM
                 "[test t]\n  title.zh = 测试\n\tpoints = 2"); /* indented, no newline */
    assert_loads(TEST PROGRAM HEAD);
    assert_loads("# another comment\n" HEAD "given =\n" PROGRAM "flags =\n" TEST);
    assert_loads(HEAD PROGRAM "[test t] ; a comment that is longer than a section may be\n"
                              "title.zh = 测\npoints = 0\n");
    /* the longest names that the rules allow */
    assert_loads(HEAD "[program a234567890123456789012345678901234567890]\nsources = p.c\n" TEST);
}
END_TEST

static const struct {
    const char *ini;
    int line; /* 0: the message names no line */
    const char *says;
} broken[] = {
    {"", 0, "[exercise]"},
    {PROGRAM TEST, 0, "[exercise]"},
    {HEAD TEST, 0, "[program NAME]"},
    {HEAD PROGRAM, 0, "[test NAME]"},
    {"id = x\n", 1, "[exercise]"},
    {"[exercise]\ntitle.zh = 题\n" PROGRAM TEST, 1, "key id"},
    {"[exercise]\nid = x\n" PROGRAM TEST, 1, "title.zh"},
    {HEAD "colour = red\n" PROGRAM TEST, 4, "colour"},
    {HEAD "id = z\n" PROGRAM TEST, 4, "twice"},
    {HEAD HEAD PROGRAM TEST, 4, "twice"},
    {HEAD PROGRAM TEST "[color]\nx = 1\n", 9, "[color]"},
    {HEAD PROGRAM TEST "[test]\npoints = 1\n", 9, "[test]"},
    {HEAD PROGRAM TEST "[limits x]\ncpu = 1\n", 9, "[limits x]"},
    {HEAD PROGRAM TEST "[limits]\n", 9, "empty"},
    {HEAD "[test e]\n" PROGRAM TEST, 4, "empty"},
    {HEAD "what is this\n" PROGRAM TEST, 4, "key = value"},
    {HEAD PROGRAM "[test t\ntitle.zh = 测\n", 6, "[section]"},
    {HEAD "   and more of the title\n" PROGRAM TEST, 4, "key = value"},
    {"[exercise]\nid = Pipe\ntitle.zh = 题\n" PROGRAM TEST, 2, "\"Pipe\""},
    {"[exercise]\nid = 1pipe\ntitle.zh = 题\n" PROGRAM TEST, 2, "\"1pipe\""},
    {"[exercise]\nid = pipe-\ntitle.zh = 题\n" PROGRAM TEST, 2, "\"pipe-\""},
    {"[exercise]\nid = 管道\ntitle.zh = 题\n" PROGRAM TEST, 2, "管道"},
    {"[exercise]\nid =\ntitle.zh = 题\n" PROGRAM TEST, 2, "\"\""},
    {"[exercise]\nid = x\ntitle.zh =\n" PROGRAM TEST, 3, "title.zh"},
    {HEAD "[program ../p]\nsources = p.c\n" TEST, 4, "../p"},
    {HEAD "[program -p]\nsources = p.c\n" TEST, 4, "-p"},
    {HEAD PROGRAM PROGRAM TEST, 6, "p already"},
    {HEAD "[program p]\nflags = -lrt\n" TEST, 4, "sources"},
    {HEAD "[program p]\nsources =\n" TEST, 0, "at least one"},
    {HEAD "[program p]\nsources = a/b.c\n" TEST, 5, "a/b.c"},
    {HEAD "[program p]\nsources = ..\n" TEST, 5, "\"..\""},
    {HEAD "[program p]\nsources = a..c\n" TEST, 5, "a..c"},
    {HEAD "[program p]\nsources = -o\n" TEST, 5, "\"-o\""},
    {HEAD "[program p]\nsources = .hidden.c\n" TEST, 5, ".hidden.c"},
    {HEAD "[program p]\nsources = p.c p.c\n" TEST, 5, "p.c twice"},
    {HEAD "given = p.c\n" PROGRAM TEST, 0, "given and in sources"},
    {HEAD PROGRAM TEST TEST, 9, "t already"},
    {HEAD PROGRAM "[test 1st]\ntitle.zh = 测\npoints = 1\n", 6, "\"1st\""},
    {HEAD PROGRAM "[test a-b]\ntitle.zh = 测\npoints = 1\n", 6, "\"a-b\""},
    {HEAD PROGRAM "[test t u]\ntitle.zh = 测\npoints = 1\n", 6, "\"t u\""},
    {HEAD PROGRAM "[test t]\ntitle.zh = 测\n", 6, "points"},
    {HEAD PROGRAM "[test t]\npoints = 1\n", 6, "title.zh"},
    {HEAD PROGRAM "[test t]\ntitle.zh = 测\npoints = two\n", 8, "\"two\""},
    {HEAD PROGRAM "[test t]\ntitle.zh = 测\npoints = 2x\n", 8, "\"2x\""},
    {HEAD PROGRAM "[test t]\ntitle.zh = 测\npoints = -1\n", 8, "\"-1\""},
    {HEAD PROGRAM "[test t]\ntitle.zh = 测\npoints = 99999999999999999999\n", 8, "integer"},
    {HEAD PROGRAM "[test t]\ntitle.zh = 测\npoints =\n", 8, "\"\""},
    {HEAD PROGRAM "[test t]\ntitle.zh = 测\npoints = 1\nhidden = maybe\n", 9, "\"maybe\""},
    {HEAD PROGRAM TEST "[limits]\ncpu = 0\n", 10, "cpu"},
    {HEAD PROGRAM TEST "[test aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]\n",
     9, "too long"},
    {HEAD "title.en = \xff\n" PROGRAM TEST, 0, "UTF-8"},
    /* the first mistake is told, not the last */
    {HEAD "oops\n" PROGRAM "[test t]\ntitle.zh = 测\npoints = two\n", 4, "key = value"},
    {HEAD PROGRAM "[test t]\ntitle.zh = 测\npoints = two\noops\n", 8, "\"two\""},
};

START_TEST(broken_files_are_explained)
{
    struct exercise x;
    put(INI, broken[_i].ini);
    ck_assert_msg(load(&x) == -1, "this should not load:\n%s", broken[_i].ini);
    assert_has(e.text, "labs/1-pipe/1-hello/exercise.ini");
    assert_has(e.text, broken[_i].says);
    AUTO_FREE char *line = str_format("line %d", broken[_i].line);
    if (broken[_i].line > 0)
        assert_has(e.text, line);
    msg_set_lang(LANG_ZH);
    err_clear(&e);
    ck_assert_int_eq(load(&x), -1);
    assert_has(e.text, "exercise.ini");
}
END_TEST

START_TEST(unreadable_files_are_explained)
{
    struct exercise x;
    put_bytes(INI, "[exercise]\0", 11);
    ck_assert_int_eq(load(&x), -1);
    assert_has(e.text, "UTF-8");

    struct buf b = BUF_INIT;
    buf_adds(&b, HEAD PROGRAM TEST);
    buf_repeat(&b, "; filler\n", 8000);
    put(INI, buf_text(&b));
    ck_assert_int_eq(load(&x), -1);
    assert_has(e.text, "exercise.ini");

    buf_clear(&b);
    buf_adds(&b, HEAD "title.en = ");
    buf_repeat(&b, "x", 5000);
    put(INI, buf_text(&b));
    buf_release(&b);
    ck_assert_int_eq(load(&x), -1);
    assert_has(e.text, "line 4");
    assert_has(e.text, "too long");

    AUTO_FREE char *dir = in_root("labs/1-pipe/2-none");
    ck_assert_int_eq(exercise_load(&x, dir, &e), -1);
    assert_has(e.text, "2-none");
    AUTO_FREE char *wrong = in_root("labs/pipe/hello");
    ck_assert_int_eq(exercise_load(&x, wrong, &e), -1);
    assert_has(e.text, "NUMBER-NAME");
}
END_TEST

/* --- the catalogue -------------------------------------------------------------------------------
 */

static void put_exercise(const char *folder, const char *id)
{
    AUTO_FREE char *path = str_format("labs/%s/exercise.ini", folder);
    AUTO_FREE char *ini =
        str_format("[exercise]\nid = %s\ntitle.zh = 题目 %s\n" PROGRAM TEST, id, id);
    put(path, ini);
}

static void put_course(void)
{
    put("labs/1-pipe/chapter.ini", "[chapter]\ntitle.zh = 管道\ntitle.en = Pipes\n");
    put("labs/2-fifo/chapter.ini", "[chapter]\ntitle.zh = 命名管道\n");
    put("labs/10-more/lesson.zh.md", "# 以后\n");
    put_exercise("1-pipe/1-hello", "pipe-hello");
    put_exercise("1-pipe/10-last", "pipe-last");
    put_exercise("1-pipe/2-both", "pipe-both");
    put_exercise("2-fifo/1-open", "fifo-open");
    put_exercise("2-fifo/2-both", "fifo-both");
    put("labs/1-pipe/lesson.zh.md", "# 管道\n");
    put("labs/1-pipe/notes/readme.txt", "no exercise");
    put("labs/1-pipe/3-a-file", "no folder");
    put("labs/drafts/1-x/readme.txt", "no chapter");
}

START_TEST(course_is_in_order)
{
    put_course();
    struct course c;
    ck_assert_msg(course_load(&c, &e) == 0, "%s", e.text);
    ck_assert_uint_eq(c.n_chapters, 3);
    ck_assert_str_eq(c.chapters[0].slug, "1-pipe");
    ck_assert_str_eq(title_text(&c.chapters[0].title), "Pipes");
    ck_assert_str_eq(title_text(&c.chapters[1].title), "命名管道");
    ck_assert_str_eq(title_text(&c.chapters[2].title), "10-more");
    ck_assert_int_eq(c.chapters[2].number, 10);
    ck_assert_uint_eq(c.chapters[2].count, 0);
    ck_assert_uint_eq(c.n_exercises, 5);
    static const char *const numbers[] = {"1.1", "1.2", "1.10", "2.1", "2.2"};
    for (size_t i = 0; i < 5; i++) {
        ck_assert_str_eq(c.exercises[i].number, numbers[i]);
        ck_assert_uint_eq(c.exercises[i].index, i);
        ck_assert_uint_eq(c.exercises[i].chapter, i / 3);
    }
    ck_assert_uint_eq(c.chapters[1].first, 3);
    ck_assert_uint_eq(c.chapters[1].count, 2);
    AUTO_FREE char *solution = in_root("solutions/2-fifo/1-open");
    AUTO_FREE char *tests = in_root("tests/labs/2-fifo/1-open");
    ck_assert_str_eq(c.exercises[3].solution_dir, solution);
    ck_assert_str_eq(c.exercises[3].tests_dir, tests);
    course_release(&c);
}
END_TEST

static void assert_no_course(const char *says)
{
    struct course c;
    ck_assert_int_eq(course_load(&c, &e), -1);
    assert_has(e.text, says);
}

START_TEST(broken_courses_are_explained)
{
    assert_no_course("no labs/");
    put_course();
    put("labs/2-fifo/3-new/task.zh.md", "# 新题\n");
    struct course unfinished;
    ck_assert_int_eq(course_load(&unfinished, &e), 0);
    ck_assert_uint_eq(unfinished.n_unfinished, 1);
    assert_has(unfinished.unfinished[0], "2-fifo/3-new");
    course_release(&unfinished);
    put_exercise("2-fifo/3-new", "pipe-hello");
    assert_no_course("pipe-hello is already used by");
    put_exercise("2-fifo/3-new", "fifo-new");
    put_exercise("2-fifo/2-again", "fifo-again");
    assert_no_course("2-again");
    AUTO_FREE char *again = in_root("labs/2-fifo/2-again");
    ck_assert_int_eq(fs_remove_tree(again, &e), 0);
    put("labs/2-fifo/chapter.ini", "[chapter]\nname = x\n");
    assert_no_course("line 2");
}
END_TEST

START_TEST(exercises_are_found)
{
    static const struct {
        const char *what, *id;
    } table[] = {
        {"pipe-hello", "pipe-hello"},
        {"1.1", "pipe-hello"},
        {"1.10", "pipe-last"},
        {"1-pipe/1-hello", "pipe-hello"},
        {"1-pipe/1-hello/", "pipe-hello"},
        {"labs/1-pipe/2-both", "pipe-both"},
        {"./workspace/1-pipe/1-hello/pipe_hello.c", "pipe-hello"},
        {"/home/li/ws/2-fifo/2-both/./x.c", "fifo-both"},
        {"1-hello", "pipe-hello"},
        {"10-last", "pipe-last"},
    };
    put_course();
    struct course c;
    ck_assert_msg(course_load(&c, &e) == 0, "%s", e.text);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct exercise *x = course_find(&c, table[i].what, &e);
        ck_assert_msg(x != NULL, "%s: %s", table[i].what, e.text);
        ck_assert_str_eq(x->id, table[i].id);
    }
    AUTO_FREE char *dir = in_root("labs/2-fifo/1-open");
    ck_assert_int_eq(chdir(dir), 0); /* this test has a process of its own */
    const struct exercise *here = course_find(&c, "exercise.ini", &e);
    ck_assert_ptr_nonnull(here);
    ck_assert_str_eq(here->id, "fifo-open");
    course_release(&c);
}
END_TEST

START_TEST(what_is_not_found_is_explained)
{
    static const struct {
        const char *what, *says;
    } table[] = {
        {"pipe-helo", "Did you mean pipe-hello (1.1)?"},
        {"fifoopen", "Did you mean fifo-open (2.1)?"},
        {"1-helo", "Did you mean pipe-hello"},
        {"2-both", "1.2 and 2.2"},
        {"quite-another-thing", "no exercise \"quite-another-thing\". See"},
        {"", "no exercise \"\""},
        {"9.9", "no exercise \"9.9\""},
        {"1-pipe", "1-pipe"},
        {"1-pipe/1-hello/deep/down.c", "down.c"},
        {"a\x1b[31m", "a\\x1b[31m"},
        {"//", "no exercise"},
    };
    put_course();
    struct course c;
    ck_assert_msg(course_load(&c, &e) == 0, "%s", e.text);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        ck_assert_msg(course_find(&c, table[i].what, &e) == NULL, "%s", table[i].what);
        assert_has(e.text, table[i].says);
    }
    struct buf huge = BUF_INIT;
    buf_repeat(&huge, "1-hello/", 20000);
    buf_adds(&huge, "x");
    ck_assert_ptr_null(course_find(&c, buf_text(&huge), &e));
    buf_release(&huge);
    course_release(&c);
}
END_TEST

/* --- texts ---------------------------------------------------------------------------------------
 */

START_TEST(texts_fall_back_to_the_other_language)
{
    int fell_back = -1;
    put("x/task.zh.md", "# 题\n");
    put("x/lesson.en.md", "# Lesson\n");
    put("x/empty.en.md", "");
    AUTO_FREE char *dir = in_root("x");
    AUTO_FREE char *task = course_read_text(dir, "task", &fell_back, &e);
    ck_assert_str_eq(task, "# 题\n");
    ck_assert_int_eq(fell_back, 1);
    AUTO_FREE char *lesson = course_read_text(dir, "lesson", &fell_back, &e);
    ck_assert_str_eq(lesson, "# Lesson\n");
    ck_assert_int_eq(fell_back, 0);
    AUTO_FREE char *empty = course_read_text(dir, "empty", NULL, &e);
    ck_assert_str_eq(empty, "");
    ck_assert_ptr_null(course_read_text(dir, "hints", &fell_back, &e));
    assert_has(e.text, "hints.en.md");
}
END_TEST

START_TEST(hints_fall_back_too)
{
    char **hints = NULL;
    size_t count = 0;
    int fell_back = -1;
    put("x/hints.zh.md", "## 提示 1\n一");
    AUTO_FREE char *dir = in_root("x");
    ck_assert_int_eq(course_read_hints(dir, &hints, &count, &fell_back, &e), 1);
    ck_assert_int_eq(fell_back, 1);
    ck_assert_str_eq(hints[0], "## 提示 1\n一");
    hints_free(hints, count);
    ck_assert_ptr_null(course_read_text_in(dir, "hints", LANG_EN));

    put("x/hints.en.md", "## Hint 1\none\n## Hint 2\ntwo");
    ck_assert_int_eq(course_read_hints(dir, &hints, &count, &fell_back, &e), 2);
    ck_assert_int_eq(fell_back, 0);
    ck_assert_str_eq(hints[0], "## Hint 1\none");
    hints_free(hints, count);
    AUTO_FREE char *zh = course_read_text_in(dir, "hints", LANG_ZH);
    ck_assert_str_eq(zh, "## 提示 1\n一");
}
END_TEST

static const struct {
    const char *a, *b;
    int line_a, line_b; /* where they part; 0: they do not */
} shapes[] = {
    {"", "", 0, 0},
    {"# 题\n\n文字，\n两行。\n", "# Task\n\nText.\n", 0, 0},
    {"# 题\n## 节\n", "# Task\n", 2, 2},
    {"# 题\n", "## Task\n", 1, 1},
    {"```c\nint x; /* 数 */\n```\n", "```c\nint x; /* a number */\n```\n", 0, 0},
    {"```c\nint x;\n```\n", "```c\nint x;\nint y;\n```\n", 1, 1},
    {"```c\nint x;\n```\n", "```\nint x;\n```\n", 1, 1},
    {"```sh\n# 注释\n- |\n```\n- 一\n", "```sh\n# remark\nls\n```\n- one\n", 0, 0},
    {"| 甲 | a \\| b |\n|---|---|\n| 一 | 二 |\n", "| A | B |\n|---|---|\n| one | two |\n", 0, 0},
    {"| 甲 | 乙 |\n|---|---|\n", "| A | B | C |\n|---|---|---|\n", 1, 1},
    {"| 甲 |\n|---|\n| 一 |\n\n完\n", "| A |\n|---|\n\nend\n", 3, 5},
    {"1. 一\n2. 二\n", "1. one\n2. two\n", 0, 0},
    {"1. 一\n2. 二\n", "1. one\n3. two\n", 2, 2},
    {"- 一\n- 二\n", "- one\n\n- two", 0, 0},
    {"- 一\n", "1. one\n", 1, 1},
    {"  - 一\n", "- one\n  goes on\n", 0, 0},
    {"```\n没有结束", "```\nno end", 0, 0},
};

START_TEST(shapes_are_compared)
{
    int a = 0, b = 0;
    bool equal = text_shape_equal(shapes[_i].a, shapes[_i].b, &a, &b);
    ck_assert_int_eq(equal, shapes[_i].line_a == 0);
    if (!equal) {
        ck_assert_int_eq(a, shapes[_i].line_a);
        ck_assert_int_eq(b, shapes[_i].line_b);
    }
}
END_TEST

START_TEST(hints_are_split_at_headings)
{
    put("x/hints.zh.md", "# 提示\n\n前言。\n\n"
                         "## 提示 1：看\n\n想一想。\n\n"
                         "## 提示 2：做\n```sh\n## not a heading\n```\n\n"
                         "## 提示 3\n### 小标题\n完");
    AUTO_FREE char *dir = in_root("x");
    char **hints = NULL;
    size_t count = 0;
    ck_assert_int_eq(course_read_hints(dir, &hints, &count, NULL, &e), 3);
    ck_assert_uint_eq(count, 3);
    ck_assert_str_eq(hints[0], "## 提示 1：看\n\n想一想。");
    ck_assert_str_eq(hints[1], "## 提示 2：做\n```sh\n## not a heading\n```");
    ck_assert_str_eq(hints[2], "## 提示 3\n### 小标题\n完");
    hints_free(hints, count);

    put("x/hints.zh.md", "没有标题。\n");
    ck_assert_int_eq(course_read_hints(dir, &hints, &count, NULL, &e), 0);
    hints_free(hints, count);
    AUTO_FREE char *none = in_root("none");
    ck_assert_int_eq(course_read_hints(none, &hints, &count, NULL, &e), -1);
    ck_assert_uint_eq(count, 0);
}
END_TEST

/* --- where the course is
 * --------------------------------------------------------------------------- */

/* What this program says about the layout when it is run as `path` below the test's folder. */
static void assert_layout(const char *path, const char *expected)
{
    AUTO_FREE char *own = realpath("/proc/self/exe", NULL);
    AUTO_FREE char *copy = in_root(path);
    AUTO_FREE char *dir = str_dup(copy);
    *strrchr(dir, '/') = '\0';
    ck_assert_int_eq(fs_mkdirs(dir, 0755, &e), 0);
    ck_assert_msg(fs_copy(own, copy, (size_t)1 << 30, 0755, &e) == 0, "%s", e.text);
    AUTO_FREE char *command = str_format("%s --print-layout", copy);
    ck_assert_int_eq(unsetenv("IPCLAB_ROOT"), 0);
    FILE *out = popen(command, "r");
    ck_assert_ptr_nonnull(out);
    char line[PATH_MAX] = "";
    ck_assert_ptr_nonnull(fgets(line, sizeof line, out));
    pclose(out);
    AUTO_FREE char *want = str_dup(expected);
    struct buf b = BUF_INIT;
    for (const char *word = strtok(want, " "); word != NULL; word = strtok(NULL, " "))
        buf_addf(&b, "%s/%s ", root, word);
    ck_assert_str_eq(line, buf_text(&b));
    buf_release(&b);
}

static int print_layout(void)
{
    struct layout l;
    if (layout_find(&l, &e) != 0) {
        puts(e.text);
        return 1;
    }
    printf("%s %s %s %s ", l.labs, l.solutions, l.tests, l.build);
    layout_release(&l);
    return 0;
}

START_TEST(layout_of_a_tree)
{
    put("tree/labs/1-pipe/chapter.ini", "");
    assert_layout("tree/build/ipclab", "tree/labs tree/solutions tree/tests tree/build");
    assert_layout("tree/build/tests/unit/x", "tree/labs tree/solutions tree/tests tree/build");
    assert_layout("tree/build-asan/check/x", "tree/labs tree/solutions tree/tests tree/build-asan");
    put("tree/build/two/lab-init", "");
    assert_layout("tree/build/two/ipclab", "tree/labs tree/solutions tree/tests tree/build/two");
}
END_TEST

START_TEST(layout_when_installed)
{
    put("usr/share/ipclab/labs/1-pipe/chapter.ini", "");
    static const char expected[] = "usr/share/ipclab/labs usr/share/ipclab/solutions "
                                   "usr/share/ipclab/tests usr/lib/ipclab";
    assert_layout("usr/bin/ipclab", expected);
    assert_layout("usr/lib/ipclab/check/1-pipe/1-hello/check", expected);
}
END_TEST

START_TEST(layout_by_variable)
{
    struct layout l;
    put("labs/1-pipe/chapter.ini", "");
    ck_assert_int_eq(layout_find(&l, &e), 0);
    AUTO_FREE char *labs = in_root("labs");
    ck_assert_str_eq(l.labs, labs);
    layout_release(&l);
    ck_assert_int_eq(setenv("IPCLAB_ROOT", "/nonexistent/ipclab", 1), 0);
    ck_assert_int_eq(layout_find(&l, &e), -1);
    assert_has(e.text, "IPCLAB_ROOT");
    assert_has(e.text, "/nonexistent/ipclab");
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("course");
    TCase *t = tcase_create("course");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, exercise_is_read_whole);
    tcase_add_test(t, limits_have_defaults);
    tcase_add_test(t, odd_but_fine_files);
    tcase_add_loop_test(t, broken_files_are_explained, 0, sizeof broken / sizeof *broken);
    tcase_add_test(t, unreadable_files_are_explained);
    tcase_add_test(t, course_is_in_order);
    tcase_add_test(t, broken_courses_are_explained);
    tcase_add_test(t, exercises_are_found);
    tcase_add_test(t, what_is_not_found_is_explained);
    tcase_add_test(t, texts_fall_back_to_the_other_language);
    tcase_add_test(t, hints_fall_back_too);
    tcase_add_loop_test(t, shapes_are_compared, 0, sizeof shapes / sizeof *shapes);
    tcase_add_test(t, hints_are_split_at_headings);
    tcase_add_test(t, layout_of_a_tree);
    tcase_add_test(t, layout_when_installed);
    tcase_add_test(t, layout_by_variable);
    suite_add_tcase(s, t);
    return s;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--print-layout") == 0)
        return print_layout();
    char template[] = "/tmp/ipclab-course-XXXXXX";
    if (mkdtemp(template) == NULL) {
        perror(template);
        return EXIT_FAILURE;
    }
    all_tests = realpath(template, NULL);
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    if (fs_remove_tree(all_tests, &e) != 0)
        fprintf(stderr, "%s\n", e.text);
    free(all_tests);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
