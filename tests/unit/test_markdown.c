/* Markdown to styled lines: what stands where, in which style, and never too wide. */
#include <check.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/text.h"
#include "course/course.h"
#include "course/markdown.h"

static struct doc doc;

static void tear_down(void)
{
    doc_release(&doc);
}

static char *line_text(const struct line *line)
{
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < line->n_spans; i++)
        buf_adds(&b, line->spans[i].text);
    buf_addc(&b, '\0');
    return buf_steal(&b);
}

static char *doc_text(void)
{
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < doc.n_lines; i++) {
        AUTO_FREE char *line = line_text(&doc.lines[i]);
        buf_adds(&b, line);
        buf_addc(&b, '\n');
    }
    buf_addc(&b, '\0');
    return buf_steal(&b);
}

static void assert_renders(const char *markdown, size_t columns, const char *expected)
{
    doc_release(&doc);
    markdown_render(&doc, markdown, columns);
    AUTO_FREE char *text = doc_text();
    ck_assert_str_eq(text, expected);
}

/* The spans of one style in the whole document, joined by '|'. */
static void assert_styled(enum style style, const char *expected)
{
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < doc.n_lines; i++)
        for (size_t k = 0; k < doc.lines[i].n_spans; k++)
            if (doc.lines[i].spans[k].style == style)
                buf_addf(&b, "%s%s", b.len > 0 ? "|" : "", doc.lines[i].spans[k].text);
    ck_assert_str_eq(buf_text(&b), expected);
    buf_release(&b);
}

START_TEST(headings)
{
    assert_renders("# 管道 pipe\ntext\n\n## Two\n### Three\n#### Four\nSetext\n------\n", 40,
                   "管道 pipe\n═════════\n\ntext\n\nTwo\n\nThree\n\nFour\n\nSetext\n");
    assert_styled(STYLE_HEADING1, "管道 pipe|═════════");
    assert_styled(STYLE_HEADING2, "Two|Setext");
    assert_styled(STYLE_HEADING3, "Three|Four");
    assert_renders("# 一个很长的标题需要折行\n", 10, "一个很长的\n标题需要折\n行\n══════════\n");
}
END_TEST

START_TEST(chinese_lines_join_without_blanks)
{
    assert_renders("管道是\n单向的。\n", 40, "管道是单向的。\n");
    assert_renders("one\ntwo\n", 40, "one two\n");
    assert_renders("中文\nEnglish\n中文\n", 40, "中文 English 中文\n");
    assert_renders("中文，\nread\n（见\n上）\n", 40, "中文，read（见上）\n");
    assert_renders("他说“好”\n然后\n", 40, "他说“好”然后\n");
    assert_renders("say “yes”\nthen\n", 40, "say “yes” then\n");
    assert_renders("用 `read`\n读，`x`\n`y`\n", 40, "用 read 读，x y\n");
    assert_renders("**粗**\n**细**\n", 40, "粗细\n");
}
END_TEST

START_TEST(styles_go_on_over_line_ends)
{
    assert_renders("前**很长的粗体文字**后 `read()` *重点* [手册](man:pipe)\n", 12,
                   "前很长的粗体\n文字后\nread() 重点\n手册\n");
    assert_styled(STYLE_STRONG, "很长的粗体|文字");
    assert_styled(STYLE_CODE, "read()");
    assert_styled(STYLE_EMPHASIS, "重点");
    assert_styled(STYLE_LINK, "手册");
    assert_styled(STYLE_TEXT, "前|后| ");
    const struct line *last = &doc.lines[doc.n_lines - 1];
    ck_assert_str_eq(last->spans[0].link, "man:pipe");
}
END_TEST

START_TEST(links_that_wrap_keep_their_target)
{
    assert_renders("[a link of several words](x \"title\") ![图](p.png)\n", 10,
                   "a link of\nseveral\nwords 图\n");
    assert_styled(STYLE_LINK, "a link of|several|words|图");
    ck_assert_str_eq(doc.lines[1].spans[0].link, "x");
    ck_assert_str_eq(doc.lines[2].spans[2].link, "p.png");
    ck_assert_ptr_null(doc.lines[2].spans[1].link);
}
END_TEST

START_TEST(emphasis_next_to_chinese)
{
    assert_renders("**结束。**然后**“开始”**了，**fork()**之后，调用**`read`**时\n", 60,
                   "结束。然后“开始”了，fork()之后，调用read时\n");
    assert_styled(STYLE_STRONG, "结束。|“开始”|fork()");
    assert_styled(STYLE_CODE, "read");
    assert_renders("`**“a”**中`\n\n    x **“a”**中\n", 60, "**“a”**中\n\n  x **“a”**中\n");
    assert_renders("2 * 3 * 4，\\*中\\*\n", 60, "2 * 3 * 4，*中*\n");
}
END_TEST

START_TEST(breaks_entities_and_html)
{
    assert_renders("一  \n二\\\n三<br>四\n", 40, "一\n二\n三\n四\n");
    assert_renders("&lt;a&gt; &amp; &#8594; &#x4e2d; &rarr; &nosuch; &#27;x\n", 60,
                   "<a> & → 中 → &nosuch; \xef\xbf\xbdx\n");
    assert_renders("kill <pid> <!-- 注释 -->完\n", 40, "kill <pid> 完\n");
    assert_renders("<!-- 两行\n\n注释 -->\n\n正文\n", 40, "正文\n");
    assert_renders("a\n\n<!-- c -->\n\nb\n", 40, "a\n\nb\n");
    assert_renders("<div>\nx\n</div>\n", 40, "<div>\nx\n</div>\n");
}
END_TEST

START_TEST(options_and_short_words_stay_whole)
{
    assert_renders("编译时加上 `-static-pie`，或者 -pthread\n", 18,
                   "编译时加上\n-static-pie，或者\n-pthread\n");
    assert_renders("abcde I/O fg\n", 8, "abcde\nI/O fg\n");
    assert_renders("well-known\n", 6, "well-\nknown\n");
}
END_TEST

START_TEST(lists)
{
    assert_renders("- 第一项的文字比较长需要折行\n- second\n  - 嵌套的\n    1. 编号\n- x\n", 16,
                   "• 第一项的文字比\n  较长需要折行\n• second\n  ◦ 嵌套的\n    1. 编号\n• x\n");
    assert_styled(STYLE_BULLET, "• |• |◦ |1. |• ");
    assert_renders("9. nine\n10. ten ten ten\n", 10, "9. nine\n10. ten\n    ten\n    ten\n");
    assert_renders("a\n\n- b\n\n  c\n\n- d\n\ne\n", 20, "a\n\n• b\n\n  c\n\n• d\n\ne\n");
    assert_renders("-\n- x\n", 20, "• \n• x\n");
    assert_renders("1. 写：\n   ```c\n   int x;\n   ```\n2. 完\n", 30,
                   "1. 写：\n     int x;\n2. 完\n");
}
END_TEST

START_TEST(quotes)
{
    assert_renders("> 引用的文字很长\n> 要折行\n>\n> - 项\n\n后\n", 12,
                   "│ 引用的文字\n│ 很长要折行\n│\n│ • 项\n\n后\n");
    assert_styled(STYLE_QUOTE, "│ |引用的文字|│ |很长要折行|│|│ |项");
    assert_renders("> > 深\n", 20, "│ │ 深\n");
    assert_renders("- > 引\n  >\n  > 用\n", 20, "• │ 引\n  │\n  │ 用\n");
}
END_TEST

START_TEST(rules)
{
    assert_renders("a\n\n---\n\nb\n", 10, "a\n\n──────────\n\nb\n");
    assert_styled(STYLE_RULE, "──────────");
}
END_TEST

START_TEST(deep_nesting_leaves_room_for_text)
{
    struct buf b = BUF_INIT;
    buf_repeat(&b, "> ", 300);
    buf_adds(&b, "深深的引用\n");
    markdown_render(&doc, buf_text(&b), 20);
    buf_release(&b);
    AUTO_FREE char *text = doc_text();
    ck_assert_str_eq(text, "│ │ │ │ │ 深深的引用\n");
}
END_TEST

START_TEST(code_blocks)
{
    assert_renders("前\n\n```\nint  x;\n\ty\n\n  ab\tc\n```\n后\n", 40,
                   "前\n\n  int  x;\n      y\n\n    ab    c\n\n后\n");
    assert_renders("```\n一行很长很长的代码\n```\n", 10, "一行很长很长的代码\n");
    assert_styled(STYLE_CODE_LINE, "一行很长很长的代码");
    assert_renders("```console\n$ 一个很长的命令\n```\n", 10, "$ 一个很长的命令\n");
    ck_assert_int_eq(doc.lines[0].spans[0].style, STYLE_CODE_LINE); /* tells that it may be cut */
}
END_TEST

START_TEST(c_is_highlighted)
{
    assert_renders("```c\n"
                   "#include <stdio.h> // 头\n"
                   "  #define N 0x1fUL\n"
                   "static int f(char *s) { return *s == '\\'' ? 1.5e-3 : integer2; }\n"
                   "/* 两行\n   int 注释 */ int y = \"a\\\"b//\";\n"
                   "a = b<c>d; x = \"open\n"
                   "```\n",
                   90,
                   "  #include <stdio.h> // 头\n"
                   "    #define N 0x1fUL\n"
                   "  static int f(char *s) { return *s == '\\'' ? 1.5e-3 : integer2; }\n"
                   "  /* 两行\n     int 注释 */ int y = \"a\\\"b//\";\n"
                   "  a = b<c>d; x = \"open\n");
    assert_styled(STYLE_CODE_PREPROC, "#include|#define");
    assert_styled(STYLE_CODE_KEYWORD, "static|int|char|return|int");
    assert_styled(STYLE_CODE_STRING, "<stdio.h>|'\\''|\"a\\\"b//\"|\"open");
    assert_styled(STYLE_CODE_NUMBER, "0x1fUL|1.5e-3");
    assert_styled(STYLE_CODE_COMMENT, "// 头|/* 两行|   int 注释 */");
}
END_TEST

START_TEST(consoles_and_shells)
{
    assert_renders("```console\n$ ls -l\ntotal 0\n\n$ 命令\n```\n", 40,
                   "  $ ls -l\n  total 0\n\n  $ 命令\n");
    assert_styled(STYLE_STRONG, "$ ls -l|$ 命令");
    assert_renders("```sh\nfor i in a#b 'x # y'; do # 注\n  echo \"$i\"\ndone\n```\n", 40,
                   "  for i in a#b 'x # y'; do # 注\n    echo \"$i\"\n  done\n");
    assert_styled(STYLE_CODE_KEYWORD, "for|in|do|done");
    assert_styled(STYLE_CODE_STRING, "'x # y'|\"$i\"");
    assert_styled(STYLE_CODE_COMMENT, "# 注");
}
END_TEST

START_TEST(tables_align_by_width)
{
    assert_renders(
        "| 名字 | n | c |\n|:--|--:|:-:|\n| `pipe` | 7 | 中 |\n| 长一些的 | 1000 | abcd |\n", 40,
        "┌──────────┬──────┬──────┐\n"
        "│ 名字     │    n │  c   │\n"
        "├──────────┼──────┼──────┤\n"
        "│ pipe     │    7 │  中  │\n"
        "│ 长一些的 │ 1000 │ abcd │\n"
        "└──────────┴──────┴──────┘\n");
    assert_styled(STYLE_TABLE_HEAD, "名字|n|c");
    assert_styled(STYLE_CODE, "pipe");
}
END_TEST

START_TEST(tables_wrap_and_give_up_politely)
{
    static const char table[] =
        "| 名 | 说明 |\n|---|---|\n| a | 一二三四五六七八九十 |\n| b | c<br>d |\n";
    assert_renders(table, 24,
                   "┌────┬─────────────────┐\n"
                   "│ 名 │ 说明            │\n"
                   "├────┼─────────────────┤\n"
                   "│ a  │ 一二三四五六七  │\n"
                   "│    │ 八九十          │\n"
                   "├────┼─────────────────┤\n"
                   "│ b  │ c               │\n"
                   "│    │ d               │\n"
                   "└────┴─────────────────┘\n");
    assert_renders(table, 12, "名：a\n说明：一二三\n四五六七八九\n十\n\n名：b\n说明：c\nd\n");
    assert_styled(STYLE_TABLE_HEAD, "名：|说明：|名：|说明：");
    assert_renders("| 只有头 |\n|---|\n", 40, "┌────────┐\n│ 只有头 │\n└────────┘\n");
}
END_TEST

START_TEST(untrusted_bytes_are_harmless)
{
    assert_renders("a\x1b[31mb\x07 \xff\xfe c\r\n\r\n`\x01`\n", 60,
                   "a\\x1b[31mb\\x07 \xef\xbf\xbd\xef\xbf\xbd c\n\n\\x01\n");
    assert_renders("\xef\xbb\xbf# x\n", 60, "x\n═\n");
    assert_renders("", 60, "");
}
END_TEST

START_TEST(documents_built_by_hand)
{
    doc_append(&doc, STYLE_GOOD, "ok");
    doc_add(&doc, STYLE_TEXT, "a\tb\nc\x1b");
    doc_append(&doc, STYLE_BAD, "d");
    doc_add(&doc, STYLE_TEXT, "");
    doc_add_wrapped(&doc, STYLE_DIM, "一二三四五\n\n六", 8, 2);
    AUTO_FREE char *text = doc_text();
    ck_assert_str_eq(text, "ok\na b c\\x1bd\n\n  一二三\n  四五\n\n  六\n");
    assert_styled(STYLE_DIM, "一二三|四五|六");
    doc_add_wrapped(&doc, STYLE_DIM, "", 8, 2);
    ck_assert_uint_eq(doc.n_lines, 8);
}
END_TEST

/* --- never too wide, never a crash
 * ----------------------------------------------------------------- */

static bool is_code_style(enum style style)
{
    return style >= STYLE_CODE_LINE && style <= STYLE_CODE_PREPROC;
}

static void check_line(const struct line *line, size_t columns, const char *where)
{
    size_t width = 0;
    bool code = false;
    for (size_t i = 0; i < line->n_spans; i++) {
        const struct span *s = &line->spans[i];
        width += text_width(s->text);
        code = code || is_code_style(s->style);
        ck_assert_msg(text_is_utf8(s->text, strlen(s->text)), "%s: not UTF-8", where);
        for (const char *p = s->text; *p != '\0'; p++)
            ck_assert_msg((unsigned char)*p >= 0x20 && *p != 0x7f, "%s: control character", where);
        ck_assert_msg((s->style == STYLE_LINK) == (s->link != NULL), "%s: link", where);
    }
    AUTO_FREE char *text = line_text(line);
    ck_assert_msg(code || width <= columns, "%s: %zu > %zu columns: %s", where, width, columns,
                  text);
}

static void check_widths(const char *markdown, const char *where)
{
    static const size_t widths[] = {2, 3, 7, 20, 40, 76, 120};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        struct doc d;
        markdown_render(&d, markdown, widths[i]);
        for (size_t k = 0; k < d.n_lines; k++)
            check_line(&d.lines[k], widths[i], where);
        doc_release(&d);
    }
}

/* Laid out part by part a text gives the same lines as in one piece. */
static int check_parts(const char *text, const char *path)
{
    struct doc whole, parts = {0};
    int n = 0;
    markdown_render(&whole, text, 60);
    for (size_t len; *text != '\0'; text += len, n++) {
        struct doc part;
        len = markdown_part(text);
        char *copy = str_ndup(text, len);
        markdown_render(&part, copy, 60);
        free(copy);
        if (parts.n_lines > 0 && part.n_lines > 0)
            doc_add(&parts, STYLE_TEXT, "");
        doc_move(&parts, &part);
    }
    ck_assert_msg(parts.n_lines == whole.n_lines, "%s: %zu lines in parts, %zu as a whole", path,
                  parts.n_lines, whole.n_lines);
    for (size_t i = 0; i < whole.n_lines; i++) {
        struct buf a = BUF_INIT, b = BUF_INIT;
        for (size_t j = 0; j < whole.lines[i].n_spans; j++)
            buf_addf(&a, "%d %s\n", (int)whole.lines[i].spans[j].style,
                     whole.lines[i].spans[j].text);
        for (size_t j = 0; j < parts.lines[i].n_spans; j++)
            buf_addf(&b, "%d %s\n", (int)parts.lines[i].spans[j].style,
                     parts.lines[i].spans[j].text);
        if (parts.lines[i].n_spans != 1 || *parts.lines[i].spans[0].text != '\0') /* a blank line */
            ck_assert_msg(strcmp(buf_text(&a), buf_text(&b)) == 0, "%s: line %zu", path, i);
        else
            ck_assert_msg(strlen(buf_text(&a)) <= 3, "%s: line %zu is blank in parts", path, i);
        buf_release(&a);
        buf_release(&b);
    }
    doc_release(&whole);
    doc_release(&parts);
    return n;
}

static int n_texts, n_parts;

static int check_file(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)at;
    size_t len = strlen(path);
    if (type != FTW_F || len < 3 || strcmp(path + len - 3, ".md") != 0)
        return 0;
    struct buf b = BUF_INIT;
    struct err e;
    ck_assert_msg(fs_read(path, 1 << 20, &b, &e) == 0, "%s", e.text);
    check_widths(buf_text(&b), path);
    n_parts += check_parts(buf_text(&b), path);
    buf_release(&b);
    n_texts++;
    return 0;
}

START_TEST(texts_of_the_course_fit)
{
    struct layout l;
    bool found = layout_find(&l, NULL) == 0; /* not when built outside of the tree */
    ck_assert_int_eq(nftw(found ? l.labs : "labs", check_file, 16, FTW_PHYS), 0);
    ck_assert_int_gt(n_texts, 0);
    ck_assert_int_gt(n_parts, n_texts); /* some have several */
    if (found)
        layout_release(&l);
}
END_TEST

START_TEST(random_texts_fit)
{
    static const char *const parts[] = {
        "a",    "b ",   "中",   "。",   "“",    "”",    "**",   "*",           "`",       "`x y`",
        "\n",   "\n\n", "- ",   "1. ",  "> ",   "|",    "# ",   "|---|---|\n", "```\n",   "```c\n",
        "    ", "\t",   "<br>", "<!--", "-->",  "&lt;", "&#7;", "[l](u)",      "![",      "](",
        "\\",   "\xff", "\xe4", "——",   "）",   "（",   "/-",   "a-b-c",       "  \n",    "\r\n",
        "é",    "😀",    "~~",   "_",    "\x1b", "I/O",  "---",  "<x>",         "\xcc\x81"};
    unsigned seed = 20240607u + (unsigned)_i;
    struct buf b = BUF_INIT;
    size_t count = 5 + (size_t)rand_r(&seed) % 80;
    for (size_t i = 0; i < count; i++)
        buf_adds(&b, parts[(size_t)rand_r(&seed) % (sizeof parts / sizeof *parts)]);
    check_widths(buf_text(&b), buf_text(&b));
    markdown_render(&doc, buf_text(&b), 0); /* no width at all is no reason to crash */
    buf_release(&b);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("markdown");
    TCase *t = tcase_create("markdown");
    tcase_add_checked_fixture(t, NULL, tear_down);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, headings);
    tcase_add_test(t, chinese_lines_join_without_blanks);
    tcase_add_test(t, styles_go_on_over_line_ends);
    tcase_add_test(t, links_that_wrap_keep_their_target);
    tcase_add_test(t, emphasis_next_to_chinese);
    tcase_add_test(t, breaks_entities_and_html);
    tcase_add_test(t, options_and_short_words_stay_whole);
    tcase_add_test(t, lists);
    tcase_add_test(t, quotes);
    tcase_add_test(t, rules);
    tcase_add_test(t, deep_nesting_leaves_room_for_text);
    tcase_add_test(t, code_blocks);
    tcase_add_test(t, c_is_highlighted);
    tcase_add_test(t, consoles_and_shells);
    tcase_add_test(t, tables_align_by_width);
    tcase_add_test(t, tables_wrap_and_give_up_politely);
    tcase_add_test(t, untrusted_bytes_are_harmless);
    tcase_add_test(t, documents_built_by_hand);
    tcase_add_test(t, texts_of_the_course_fit);
    tcase_add_loop_test(t, random_texts_fit, 0, 150);
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
