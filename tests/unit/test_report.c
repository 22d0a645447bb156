/* The report in a terminal: every width, both languages, hostile bytes. */
#include <check.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "report/report.h"

/* --- a report with one of everything ----------------------------------------------------- */

#define T2(zh, en)                                                                                 \
    {                                                                                              \
        {                                                                                          \
            (char *)(zh), (char *)(en)                                                             \
        }                                                                                          \
    }

static struct test_spec specs[] = {
    {.id = (char *)"prints", .title = T2("打印收到的消息", "prints the message"), .points = 2},
    {.id = (char *)"eof_ends_child",
     .title = T2("写端关闭后子进程结束", "closing the write end ends the child"),
     .points = 3},
    {.id = (char *)"large",
     .title =
         T2("大块数据分多次写也能完整到达，而且顺序不乱，哪怕对方读得很慢很慢，一次只取一个字节",
            "large data arrives whole and in order however slowly the other side reads it, "
            "byte by byte"),
     .points = 3},
    {.id = (char *)"two_cpus",
     .title = T2("两个 CPU 上没有竞态", "no race on two CPUs"),
     .points = 2},
    {.id = (char *)"later", .title = T2("后面的", "a later one"), .points = 1},
    {.id = (char *)"broken", .title = T2("评测出错的", "one the grader broke"), .points = 1},
};
enum { N_TESTS = sizeof specs / sizeof specs[0] };
enum { PRINTS, EOF_ENDS_CHILD, LARGE, TWO_CPUS, LATER, BROKEN };

static const struct exercise exercise = {
    .id = (char *)"pipe-hello",
    .number = (char *)"1.1",
    .title = T2("初见管道：父写子读", "Hello, pipe"),
    .tests = specs,
    .n_tests = N_TESTS,
};

static struct text2 text2(const char *zh, const char *en)
{
    return (struct text2){{str_dup(zh), str_dup(en)}};
}

static struct bytes bytes(const void *data, size_t len)
{
    return (struct bytes){str_ndup(data, len), len, len};
}

static void set_bytes(struct record *k, const char *expected, const char *actual)
{
    free(k->expected.data);
    free(k->actual.data);
    k->has_bytes = true;
    k->expected = bytes(expected, strlen(expected));
    k->actual = bytes(actual, strlen(actual));
}

static void replace(char **field, char *by)
{
    free(*field);
    *field = by;
}

static void add_diagnostic(struct report *r, const char *kind, int line, int column,
                           const char *source)
{
    r->diagnostics = mem_grow(r->diagnostics, r->n_diagnostics + 1, sizeof *r->diagnostics);
    r->diagnostics[r->n_diagnostics++] = (struct diagnostic){
        .kind = str_dup(kind),
        .message = str_dup("expected ';' before '}' token"),
        .file = str_dup("pipe_hello.c"),
        .line = line,
        .column = column,
        .option = str_dup("-Wunused-variable"),
        .source = str_dup(source),
    };
}

static void fill_hang(struct record *k)
{
    k->verdict = VERDICT_HANG;
    k->ms = 31;
    k->diagnosis = str_dup("unclosed-write-end");
    k->seed = 18446744073709551615u;
    k->symptom = text2("程序卡住了：2 个进程都在等待，谁也叫不醒谁。",
                       "The program hangs: both processes wait and neither can wake the other.");
    k->evidence = text2(
        "子进程 7: read(3) 等管道 ①  pipe_hello.c:41\n父进程 6: waitpid() 等子进程 7",
        "child 7: read(3) waits for pipe 1  pipe_hello.c:41\nparent 6: waitpid() for child 7");
    k->hint =
        text2("子进程继承了两个端口。它还留着写端，就永远等不到 EOF。",
              "The child inherits both ends. While it keeps the write end it never sees EOF.");
    k->graph = text2("父进程 6 ──waitpid()──▶ 子进程 7 ──read(3)──▶ 管道 ①",
                     "parent 6 --waitpid()--> child 7 --read(3)--> pipe 1");
    k->stderr_tail = str_dup("open: \033]0;evil\007 bad\n\tline two\n");
    set_bytes(k, "one\ntwo\nthree\ngot 2 bytes: hi\nmore\nx\ny\nz\n",
              "one\ntwo\nthree\ngot 0 bytes: \n");
}

static struct report make_report(void)
{
    struct report r;
    report_init(&r, &exercise);
    r.built = true;
    r.sandbox = str_dup("bwrap");
    r.records[PRINTS].verdict = VERDICT_PASS;
    r.records[PRINTS].ms = 12.4;
    fill_hang(&r.records[EOF_ENDS_CHILD]);
    r.records[LARGE].verdict = VERDICT_WRONG_OUTPUT;
    r.records[LARGE].diagnosis = str_dup("short-output");
    r.records[LARGE].symptom = text2("大块数据没有到齐。", "The large data is not complete.");
    r.records[TWO_CPUS].verdict = VERDICT_UNDECIDED;
    r.records[TWO_CPUS].symptom = text2("这里只有一个 CPU。", "There is only one CPU.");
    r.records[BROKEN].verdict = VERDICT_INTERNAL;
    r.records[BROKEN].symptom = text2("fork 失败。", "fork failed.");
    report_finish(&r, &exercise);
    return r;
}

/* --- looking at the outcome -------------------------------------------------------------- */

static char *render(const struct report *r, struct report_style style, enum lang lang)
{
    struct buf out = BUF_INIT;
    msg_set_lang(lang);
    report_text(&out, r, &exercise, &style);
    return buf_steal(&out);
}

static char *render_plain(const struct report *r, size_t columns, enum lang lang)
{
    return render(r, (struct report_style){.columns = columns}, lang);
}

/* Take the colours out again; anything else that begins with ESC stays and is found by the caller.
 */
static char *without_colors(const char *text)
{
    struct buf out = BUF_INIT;
    for (const char *p = text; *p; p++) {
        size_t digits = p[0] == '\033' && p[1] == '[' ? strspn(p + 2, "0123456789;") : 0;
        if (digits > 0 && p[2 + digits] == 'm')
            p += 2 + digits;
        else
            buf_addc(&out, *p);
    }
    return buf_steal(&out);
}

static void expect_harmless(const char *text, size_t columns)
{
    AUTO_FREE char *plain = without_colors(text);
    ck_assert(text_is_utf8(plain, strlen(plain)));
    for (const char *p = plain; *p;) {
        size_t len = strcspn(p, "\n");
        ck_assert_msg(text_width_n(p, len) <= columns, "%zu columns: %.*s", text_width_n(p, len),
                      (int)len, p);
        ck_assert_msg(len == 0 || p[len - 1] != ' ', "blanks at the end: %.*s|", (int)len, p);
        for (size_t i = 0; i < len; i++)
            ck_assert_msg((unsigned char)p[i] >= 0x20 && p[i] != 0x7f, "control character: %.*s",
                          (int)len, p);
        ck_assert_msg(p[len] == '\n', "no newline at the end");
        p += len + 1;
    }
}

#define HAS(text, what) ck_assert_msg(strstr(text, what) != NULL, "no \"%s\" in:\n%s", what, text)
#define HAS_NOT(text, what) ck_assert_msg(strstr(text, what) == NULL, "\"%s\" in:\n%s", what, text)

/* The line of `text` that begins at or holds `p`, without its newline. Malloc'd. */
static char *line_of(const char *text, const char *p)
{
    while (p > text && p[-1] != '\n')
        p--;
    return str_ndup(p, strcspn(p, "\n"));
}

static char *line_after(const char *text, const char *p)
{
    p += strcspn(p, "\n");
    ck_assert_int_eq(*p, '\n');
    return line_of(text, p + 1);
}

/* Does the "^" below the line with `what` stand under it? */
static void expect_mark_under(const char *text, const char *line_with, const char *what)
{
    const char *at = strstr(text, line_with);
    ck_assert_msg(at != NULL, "no \"%s\" in:\n%s", line_with, text);
    AUTO_FREE char *line = line_of(text, at);
    AUTO_FREE char *below = line_after(text, at);
    const char *target = strstr(line, what);
    ck_assert_ptr_nonnull(target);
    const char *mark = strchr(below, '^');
    ck_assert_msg(mark != NULL, "no mark below: %s\n%s", line, below);
    size_t wanted = text_width_n(line, (size_t)(target - line));
    ck_assert_msg(text_width_n(below, (size_t)(mark - below)) == wanted, "%s\n%s", line, below);
}

/* --- tests ------------------------------------------------------------------------------- */

static const size_t widths[] = {20, 33, 40, 80, 120};
enum { N_WIDTHS = sizeof widths / sizeof widths[0] };

/* All sixteen combinations of language, colour, verbosity and ASCII in one width. */
START_TEST(fits_and_is_harmless)
{
    struct report r = make_report();
    size_t columns = widths[_i / 16];
    add_diagnostic(&r, "error", 12, 13, "\tint n");
    add_diagnostic(
        &r, "warning", 120, 60,
        "    printf(\"这是一行很长很长的中文文本，后面还有很多很多很多很多很多 %s\\n\", buf) }");
    struct report_style style = {
        .columns = columns, .color = _i & 1, .verbose = _i & 2, .ascii = _i & 4};
    AUTO_FREE char *text = render(&r, style, _i & 8 ? LANG_EN : LANG_ZH);
    expect_harmless(text, columns);
    ck_assert_int_eq(strchr(text, '\033') != NULL, style.color);
    report_release(&r);
}
END_TEST

START_TEST(no_width_given)
{
    struct report r = make_report();
    AUTO_FREE char *text = render_plain(&r, 0, LANG_ZH);
    expect_harmless(text, 80);
    AUTO_FREE char *tiny = render_plain(&r, 1, LANG_ZH);
    expect_harmless(tiny, 20);
    report_release(&r);
}
END_TEST

START_TEST(says_it_in_chinese)
{
    struct report r = make_report();
    AUTO_FREE char *text = render_plain(&r, 80, LANG_ZH);
    HAS(text, "1.1  初见管道：父写子读\n");
    HAS(text, "  ✓ 打印收到的消息");
    HAS(text, "2/2     12 ms\n");
    HAS(text, "  ✗ 写端关闭后子进程结束");
    HAS(text, "  ? 两个 CPU 上没有竞态");
    HAS(text, "  · 后面的");
    HAS(text, "  ! 评测出错的");
    HAS(text, "✗ 写端关闭后子进程结束 · 卡住不动 · unclosed-write-end\n");
    HAS(text, "  现象  程序卡住了：2 个进程都在等待，谁也叫不醒谁。\n");
    HAS(text, "  证据  子进程 7: read(3) 等管道 ①  pipe_hello.c:41\n"
              "        父进程 6: waitpid() 等子进程 7\n");
    HAS(text, "  提示  子进程继承了两个端口。");
    HAS(text, "──read(3)──▶ 管道 ①\n");
    HAS(text, "不是你的代码的问题");
    HAS(text, "不算分，也不扣分");
    HAS(text, "得分 2/10：通过 1 个测试，没有通过 2 个。\n");
    HAS(text, "  ipclab run pipe-hello --test eof_ends_child --seed 18446744073709551615\n");
    HAS_NOT(text, "大块数据没有到齐");
    HAS(text, "另有 1 个测试没有通过");
    report_release(&r);
}
END_TEST

START_TEST(says_it_in_english)
{
    struct report r = make_report();
    struct report_style style = {.columns = 80, .ascii = true, .verbose = true};
    AUTO_FREE char *text = render(&r, style, LANG_EN);
    HAS(text, "1.1  Hello, pipe\n----");
    HAS(text, "  Symptom   The program hangs");
    HAS(text, "  Evidence  child 7");
    HAS(text, "The large data is not complete."); /* verbose: the second failure, too */
    HAS(text, "not of your code");
    for (const char *p = text; *p; p++)
        ck_assert_msg((unsigned char)*p < 0x80, "not ASCII: %s", p);
    report_release(&r);
}
END_TEST

/* The points of all tests stand under each other. */
START_TEST(columns_line_up)
{
    struct report r = make_report();
    size_t columns = widths[_i];
    AUTO_FREE char *text = render_plain(&r, columns, LANG_ZH);
    const char *first = strstr(text, "2/2"), *second = strstr(text, "0/3");
    ck_assert(first && second);
    AUTO_FREE char *a = line_of(text, first);
    AUTO_FREE char *b = line_of(text, second);
    ck_assert_uint_eq(text_width_n(a, (size_t)(strstr(a, "2/2") - a)),
                      text_width_n(b, (size_t)(strstr(b, "0/3") - b)));
    report_release(&r);
}
END_TEST

START_TEST(mark_under_the_difference)
{
    static const struct {
        const char *expected, *actual, *line, *under;
    } cases[] = {
        {"got 2 bytes\n", "got 0 bytes\n", "实际  got 0", "0"},
        {"中文管道甲乙\n", "中文管道乙乙\n", "实际  中文", "乙"},
        {"a\tb\n", "a\t\001\n", "实际  a\\t", "\\x01"},
        {"hi\n", "hi", "实际  hi", ""},
        {"hi", "hi\n", "实际  hi", "⏎"},
        {"hi\n", "hi \n", "实际  hi", " ⏎"},
        {"a b\n", "a\xe3\x80\x80 b\n", "实际  a", "\\xe3\\x80\\x80"},
        {"\xe4\xb8\xad\n", "\xe4\xb8\xae\n", "实际  ",
         "\xe4\xb8\xae"}, /* differ in the third byte */
    };
    struct report r = make_report();
    set_bytes(&r.records[EOF_ENDS_CHILD], cases[_i].expected, cases[_i].actual);
    AUTO_FREE char *text = render_plain(&r, 80, LANG_ZH);
    const char *at = strstr(text, cases[_i].line);
    ck_assert_msg(at != NULL, "%s", text);
    AUTO_FREE char *line = line_of(text, at);
    AUTO_FREE char *below = line_after(text, at);
    const char *mark = strchr(below, '^');
    ck_assert_msg(mark != NULL, "%s", text);
    size_t label = text_width("  实际  ");
    const char *target =
        *cases[_i].under ? strstr(line + strlen("  实际  "), cases[_i].under) : line + strlen(line);
    ck_assert_ptr_nonnull(target);
    ck_assert_uint_ge((size_t)(mark - below), label);
    ck_assert_msg((size_t)(mark - below) == text_width_n(line, (size_t)(target - line)), "%s\n%s",
                  line, below);
    report_release(&r);
}
END_TEST

START_TEST(long_data_is_cut_around_the_difference)
{
    enum { LENGTH = 60000, AT = 41234 };
    struct report r = make_report();
    struct record *k = &r.records[EOF_ENDS_CHILD];
    AUTO_FREE char *data = mem_alloc(LENGTH + 1);
    for (size_t i = 0; i < LENGTH; i++)
        data[i] = "abcdefghijklmnopqrstuvwxyz"[i % 26];
    set_bytes(k, data, data);
    k->actual.data[AT] = '#';
    size_t columns = widths[_i];
    AUTO_FREE char *text = render_plain(&r, columns, LANG_ZH);
    expect_harmless(text, columns);
    AUTO_FREE char *wide = render_plain(&r, 80, LANG_ZH);
    HAS(wide, "从第 41235 个字节（第 1 行）起不一样");
    expect_mark_under(text, "实际  …", "#");
    ck_assert_uint_lt(strlen(text), 9000);
    report_release(&r);
}
END_TEST

START_TEST(context_of_the_difference)
{
    struct report r = make_report();
    AUTO_FREE char *text = render_plain(&r, 80, LANG_ZH);
    HAS(text, "从第 19 个字节（第 4 行）起不一样：");
    HAS(text, "        （前面 1 行相同）\n        two⏎\n        three⏎\n  期望  got 2 bytes: hi⏎\n"
              "        more⏎\n        x⏎\n        （后面还有 2 行）\n  实际  got 0 bytes: ⏎\n");
    report_release(&r);
}
END_TEST

START_TEST(empty_short_and_long)
{
    struct report r = make_report();
    struct record *k = &r.records[EOF_ENDS_CHILD];
    set_bytes(k, "hi\n", "");
    AUTO_FREE char *nothing = render_plain(&r, 80, LANG_ZH);
    HAS(nothing, "应该有 3 字节，实际一个也没有。");
    HAS(nothing, "  实际  （什么也没有）\n        ^\n");
    set_bytes(k, "", "hi\n");
    AUTO_FREE char *anyway = render_plain(&r, 80, LANG_ZH);
    HAS(anyway, "这里应该什么也没有，却来了 3 字节。");
    HAS(anyway, "  期望  （什么也没有）\n  实际  hi⏎\n        ^\n");
    set_bytes(k, "a\nb\n", "a\n");
    AUTO_FREE char *early = render_plain(&r, 80, LANG_ZH);
    HAS(early, "前 2 个字节都对，然后就没有了：期望共 4 字节，还少 2 字节。");
    HAS(early, "  实际  （到这里就结束了）\n");
    set_bytes(k, "a\n", "a\na\n");
    AUTO_FREE char *more = render_plain(&r, 80, LANG_ZH);
    HAS(more, "应该到第 2 个字节为止，后面却多出了 2 字节。");
    set_bytes(k, "same", "same");
    k->actual.total = 90;
    k->expected.total = 90;
    AUTO_FREE char *same = render_plain(&r, 80, LANG_ZH);
    HAS(same, "前 4 个字节一样");
    k->has_bytes = false;
    report_release(&r);
}
END_TEST

START_TEST(compiler_messages)
{
    struct report r = make_report();
    r.built = false;
    add_diagnostic(&r, "error", 12, 13, "\tint n }");
    add_diagnostic(&r, "warning", 7, 10, "管道 = x y;");
    AUTO_FREE char *text = render_plain(&r, 80, LANG_ZH);
    HAS(text,
        "  pipe_hello.c:12:13  错误\n    expected ';' before '}' token [-Wunused-variable]\n");
    expect_mark_under(text, "int n }", "n }");
    expect_mark_under(text, "管道 = x y;", "y;"); /* gcc counts display columns */
    r.diagnostics[0].column = 207; /* far to the right of a long line: cut in front, too */
    replace(&r.diagnostics[0].source, str_format("\t%200s#;", "管道"));
    AUTO_FREE char *far = render_plain(&r, 80, LANG_ZH);
    expect_mark_under(far, "管道#;", "#");
    HAS(text, "编译没有通过，所以测试没有运行。得分 0/");
    HAS_NOT(text, "现象");
    HAS_NOT(text, "ipclab run");
    for (int i = 0; i < 9; i++)
        add_diagnostic(&r, "note", i + 1, 0, NULL);
    AUTO_FREE char *many = render_plain(&r, 80, LANG_ZH);
    HAS(many, "编译器还说了 6 条");
    struct report_style verbose = {.columns = 80, .verbose = true};
    AUTO_FREE char *all = render(&r, verbose, LANG_ZH);
    HAS_NOT(all, "编译器还说了");
    HAS(all, "  pipe_hello.c:9  说明\n");
    report_release(&r);
}
END_TEST

START_TEST(build_note)
{
    struct report r = make_report();
    r.built = false;
    r.build_note = str_dup("编译用了超过 30 秒，已停止。");
    AUTO_FREE char *text = render_plain(&r, 80, LANG_ZH);
    HAS(text, "  编译  编译用了超过 30 秒，已停止。\n");
    report_release(&r);
}
END_TEST

START_TEST(fault_of_ours)
{
    struct report r = make_report();
    r.internal = str_dup("bwrap: \033[2Jno namespaces");
    AUTO_FREE char *text = render_plain(&r, 80, LANG_ZH);
    expect_harmless(text, 80);
    HAS(text, "这次评测没有完成");
    HAS(text, "  原因  bwrap: \\x1b[2Jno namespaces\n");
    HAS(text, "不是你的代码的问题");
    HAS_NOT(text, "得分");
    HAS_NOT(text, "现象");
    report_release(&r);
}
END_TEST

START_TEST(all_passed_and_cancelled)
{
    struct report r;
    report_init(&r, &exercise);
    r.built = true;
    r.sandbox = str_dup("none");
    for (size_t i = 0; i < r.n_records; i++)
        r.records[i].verdict = VERDICT_PASS;
    report_finish(&r, &exercise);
    AUTO_FREE char *passed = render_plain(&r, 80, LANG_ZH);
    HAS(passed, "全部通过。得分 12/12。\n");
    HAS(passed, "没有用沙箱");
    HAS_NOT(passed, "ipclab run");
    r.cancelled = true;
    AUTO_FREE char *cancelled = render_plain(&r, 80, LANG_ZH);
    HAS(cancelled, "运行已取消");
    HAS_NOT(cancelled, "得分 ");
    report_release(&r);
}
END_TEST

/* Broken over lines, the command is still one command. */
START_TEST(replay_command_can_be_copied)
{
    struct report r = make_report();
    size_t columns = widths[_i];
    AUTO_FREE char *text = render_plain(&r, columns, LANG_EN);
    const char *p = strstr(text, "ipclab run pipe-hello");
    ck_assert_ptr_nonnull(p);
    struct buf command = BUF_INIT;
    for (; *p && *p != '\n'; p++) {
        buf_addc(&command, *p);
        if (strncmp(p, " \\\n", 3) == 0)
            p += 2 + strspn(p + 3, " ");
    }
    ck_assert_str_eq(buf_text(&command),
                     "ipclab run pipe-hello --test eof_ends_child --seed 18446744073709551615");
    buf_release(&command);
    report_release(&r);
}
END_TEST

START_TEST(stderr_is_escaped_and_short)
{
    struct report r = make_report();
    AUTO_FREE char *text = render_plain(&r, 80, LANG_ZH);
    HAS(text, "  程序在 stderr 上说：\n  │ open: \\x1b]0;evil\\x07 bad\n  │         line two\n");
    struct buf noise = BUF_INIT;
    for (int i = 1; i <= 300; i++)
        buf_addf(&noise, "line %d\n", i);
    free(r.records[EOF_ENDS_CHILD].stderr_tail);
    r.records[EOF_ENDS_CHILD].stderr_tail = buf_steal(&noise);
    AUTO_FREE char *end = render_plain(&r, 80, LANG_ZH);
    HAS(end, "最后几行：\n  │ line 291\n");
    HAS(end, "  │ line 300\n");
    report_release(&r);
}
END_TEST

/* Rubbish in every field that a student's program can reach. The seed is fixed: a failure stays. */
static unsigned next_random(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 16;
}

static char *rubbish(unsigned *state, size_t max)
{
    static const char *const pieces[] = {
        "\033[2J",      "\n",           "\t",      "\r",   "\x07", "\x9b",
        "\xff\xfe",     "中文",         "e\u0301", "a",    " ",    "\u202e",
        "\u3000",       "word ",        "\u200b",  "\xe4", "，",   "\xf0\x9f\x98\x80",
        "\xed\xa0\x80", "\xc2\x9b[31m", "\x7f",    "[",    "m",    "）",
        "————",
    };
    struct buf b = BUF_INIT;
    for (size_t n = next_random(state) % max; n > 0; n--)
        buf_adds(&b, pieces[next_random(state) % (sizeof pieces / sizeof pieces[0])]);
    return buf_steal(&b);
}

START_TEST(rubbish_stays_harmless)
{
    unsigned state = (unsigned)_i + 1;
    struct report r = make_report();
    struct record *k = &r.records[EOF_ENDS_CHILD];
    add_diagnostic(&r, "error", 3, (int)(next_random(&state) % 200), NULL);
    struct diagnostic *d = &r.diagnostics[0];
    char **const fields[] = {
        &k->symptom.text[0], &k->evidence.text[0], &k->hint.text[0],  &k->graph.text[0],
        &k->stderr_tail,     &k->diagnosis,        &d->message,       &d->file,
        &d->option,          &d->source,           &k->expected.data, &k->actual.data,
        &r.title.text[0]};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        replace(fields[i], rubbish(&state, 60));
    char *common = rubbish(&state, 30);
    replace(&k->expected.data, str_format("%s%s", common, k->expected.data));
    replace(&k->actual.data, str_format("%s%s", common, k->actual.data));
    free(common);
    k->expected.len = k->expected.total = strlen(k->expected.data);
    k->actual.len = k->actual.total = strlen(k->actual.data);
    for (size_t i = 0; i < N_WIDTHS; i++) {
        struct report_style style = {.columns = widths[i], .color = _i & 1, .verbose = true};
        AUTO_FREE char *text = render(&r, style, LANG_ZH);
        AUTO_FREE char *plain = without_colors(text);
        ck_assert_ptr_null(strchr(plain, '\033'));
        ck_assert_ptr_null(strstr(plain, "\xc2\x9b"));
        ck_assert_ptr_null(strstr(plain, "\u202e"));
        ck_assert(text_is_utf8(plain, strlen(plain)));
        for (const char *p = plain; *p; p += strcspn(p, "\n") + 1)
            ck_assert_msg(text_width_n(p, strcspn(p, "\n")) <= widths[i], "%zu of %zu: %.*s",
                          text_width_n(p, strcspn(p, "\n")), widths[i], (int)strcspn(p, "\n"), p);
    }
    report_release(&r);
}
END_TEST

START_TEST(json_form)
{
    struct report r = make_report(), again;
    AUTO_FREE char *text = report_json(&r, &exercise);
    ck_assert_int_eq(text[strlen(text) - 1], '\n');
    json_t *json = json_loads(text, 0, NULL);
    struct err e = {0};
    ck_assert_msg(report_from_json(&again, json, &e) == 0, "%s", e.text);
    ck_assert_str_eq(again.exercise, "pipe-hello");
    /* what was loaded renders like the original */
    AUTO_FREE char *before = render_plain(&r, 80, LANG_ZH);
    AUTO_FREE char *after = render_plain(&again, 80, LANG_ZH);
    ck_assert_str_eq(before, after);
    json_decref(json);
    report_release(&again);
    report_release(&r);
}
END_TEST

/* Without the exercise the ids stand for the titles. */
START_TEST(without_exercise)
{
    struct report r = make_report();
    struct buf out = BUF_INIT;
    struct report_style style = {.columns = 80};
    msg_set_lang(LANG_ZH);
    report_text(&out, &r, NULL, &style);
    expect_harmless(out.data, 80);
    HAS(out.data, "✗ eof_ends_child");
    buf_release(&out);
    report_release(&r);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("report");
    TCase *text = tcase_create("text");
    tcase_add_loop_test(text, fits_and_is_harmless, 0, N_WIDTHS * 16);
    tcase_add_test(text, no_width_given);
    tcase_add_test(text, says_it_in_chinese);
    tcase_add_test(text, says_it_in_english);
    tcase_add_loop_test(text, columns_line_up, 0, N_WIDTHS);
    tcase_add_test(text, compiler_messages);
    tcase_add_test(text, build_note);
    tcase_add_test(text, fault_of_ours);
    tcase_add_test(text, all_passed_and_cancelled);
    tcase_add_loop_test(text, replay_command_can_be_copied, 1, N_WIDTHS); /* 20 is too narrow */
    tcase_add_test(text, stderr_is_escaped_and_short);
    tcase_add_test(text, without_exercise);
    suite_add_tcase(s, text);
    TCase *difference = tcase_create("difference");
    tcase_add_loop_test(difference, mark_under_the_difference, 0, 8);
    tcase_add_loop_test(difference, long_data_is_cut_around_the_difference, 2, N_WIDTHS);
    tcase_add_test(difference, context_of_the_difference);
    tcase_add_test(difference, empty_short_and_long);
    suite_add_tcase(s, difference);
    TCase *hostile = tcase_create("hostile");
    tcase_add_loop_test(hostile, rubbish_stays_harmless, 0, 200);
    suite_add_tcase(s, hostile);
    TCase *json = tcase_create("json");
    tcase_add_test(json, json_form);
    suite_add_tcase(s, json);
    return s;
}

int main(void)
{
    SRunner *r = srunner_create(suite());
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? 1 : 0;
}
