/* runner/base/text.c: width, cutting, wrapping, making bytes visible. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

static void expect_pad(const char *text, size_t columns, const char *wanted)
{
    struct buf out = BUF_INIT;
    text_pad(&out, text, columns);
    ck_assert_str_eq(buf_text(&out), wanted);
    buf_release(&out);
}

START_TEST(width)
{
    ck_assert_uint_eq(text_width(""), 0);
    ck_assert_uint_eq(text_width("pipe"), 4);
    ck_assert_uint_eq(text_width("管道 a"), 6);
    ck_assert_uint_eq(text_width("（，）"), 6);
    ck_assert_uint_eq(text_width("e\u0301"), 1);      /* a combining accent */
    ck_assert_uint_eq(text_width("\U0001f600"), 2);   /* an emoji */
    ck_assert_uint_eq(text_width("✓✗│─▶①…⏎"), 8);     /* signs we draw with are narrow */
    ck_assert_uint_eq(text_width("a\tb\033"), 2);     /* control characters count nothing */
    ck_assert_uint_eq(text_width("\xff\xe4\xb8"), 3); /* one for each bad byte */
    ck_assert_uint_eq(text_width_n("管道", 3), 2);
    ck_assert_uint_eq(text_width_n("管道", 4), 3); /* half a character is a bad byte */
}
END_TEST

START_TEST(fit)
{
    ck_assert_uint_eq(text_fit("管道", 6, 0), 0);
    ck_assert_uint_eq(text_fit("管道", 6, 1), 0);
    ck_assert_uint_eq(text_fit("管道", 6, 2), 3);
    ck_assert_uint_eq(text_fit("管道", 6, 3), 3);
    ck_assert_uint_eq(text_fit("管道", 6, 9), 6);
    ck_assert_uint_eq(text_fit("e\u0301x", 4, 1), 3); /* the accent stays with its letter */
    ck_assert_uint_eq(text_fit("\xff\xff", 2, 1), 1);
}
END_TEST

START_TEST(pad)
{
    expect_pad("ab", 4, "ab  ");
    expect_pad("管道", 4, "管道");
    expect_pad("管道", 5, "管道 ");
    expect_pad("管道通", 5, "管道…");
    expect_pad("管道通", 4, "管… ");
    expect_pad("管道", 1, "…");
    expect_pad("管道", 0, "");
    expect_pad("", 2, "  ");
}
END_TEST

/* The lines of a wrapped text, joined by "|". */
static void expect_wrap(const char *text, size_t columns, const char *wanted)
{
    struct buf out = BUF_INIT;
    size_t count;
    AUTO_FREE struct text_slice *lines = text_wrap(text, strlen(text), columns, &count);
    ck_assert_uint_ge(count, 1);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buf_addc(&out, '|');
        buf_add(&out, text + lines[i].start, lines[i].len);
    }
    ck_assert_str_eq(buf_text(&out), wanted);
    buf_release(&out);
}

START_TEST(wrap)
{
    expect_wrap("", 10, "");
    expect_wrap("one two three", 7, "one two|three");
    expect_wrap("one two three", 8, "one two|three");
    expect_wrap("one two", 7, "one two");
    expect_wrap("type :reset now", 7, "type|:reset|now");
    expect_wrap("in /dev now", 6, "in|/dev|now");
    expect_wrap("管道管道", 4, "管道|管道");
    expect_wrap("管道管道", 5, "管道|管道");
    expect_wrap("用 read 读", 7, "用 read|读");
    expect_wrap("abcdefgh", 3, "abc|def|gh");
    expect_wrap("a\nb\n\nc\n", 9, "a|b||c");
    expect_wrap("管道", 1, "管|道"); /* wider than asked, but it must end */
    expect_wrap("管道", 0, "管|道");
}
END_TEST

/* No comma or bracket at the beginning of a line. */
START_TEST(wrap_follows_chinese_rules)
{
    expect_wrap("读完管道，再关闭。", 8, "读完管|道，再关|闭。");
    expect_wrap("甲乙（丙）", 6, "甲乙|（丙）");
}
END_TEST

START_TEST(wrap_keeps_options_whole)
{
    expect_wrap("add --verbose now", 6, "add|--verb|ose|now");
    expect_wrap("add --verbose now", 12, "add|--verbose|now");
    expect_wrap("bad [-Wall]", 6, "bad|[-Wall|]");
    expect_wrap("well-known", 6, "well-|known");
}
END_TEST

/* Blanks that hang over the edge before a character that may not begin a line: the case in which a
 * line once came out wider than asked. */
START_TEST(wrap_never_too_wide)
{
    static const char *const pieces[] = {
        " ",      "a", "管", "）",     "，", "——",   "word", "\u3000", "\xff",   "\xe4",
        "\u0301", "(", "-",  "      ", "\n", "\x1b", "/",    "\u200b", "\u00a0", "%"};
    unsigned state = (unsigned)_i + 1;
    struct buf b = BUF_INIT;
    for (int n = 0; n < 60; n++) {
        state = state * 1664525u + 1013904223u;
        buf_adds(&b, pieces[(state >> 16) % (sizeof pieces / sizeof pieces[0])]);
    }
    for (size_t columns = 2; columns < 30; columns++) {
        size_t count, end = 0;
        AUTO_FREE struct text_slice *lines = text_wrap(b.data, b.len, columns, &count);
        for (size_t i = 0; i < count; i++) {
            ck_assert_uint_ge(lines[i].start, end);
            for (size_t k = end; k < lines[i].start; k++) /* only blanks and newlines get lost */
                ck_assert_msg(b.data[k] == ' ' || b.data[k] == '\n', "lost: %s", b.data);
            end = lines[i].start + lines[i].len;
            ck_assert_uint_le(end, b.len);
            ck_assert_uint_le(text_width_n(b.data + lines[i].start, lines[i].len), columns);
        }
        for (size_t k = end; k < b.len; k++)
            ck_assert(b.data[k] == ' ' || b.data[k] == '\n');
    }
    buf_release(&b);
}
END_TEST

START_TEST(utf8)
{
    ck_assert(text_is_utf8("", 0));
    ck_assert(text_is_utf8("管道", 6));
    ck_assert(text_is_utf8("a\0b", 3));
    ck_assert(!text_is_utf8("管道", 5));
    ck_assert(!text_is_utf8("\xc0\x80", 2));     /* overlong */
    ck_assert(!text_is_utf8("\xed\xa0\x80", 3)); /* a surrogate */
    ck_assert(!text_is_utf8("\xf4\x90\x80\x80", 4));
}
END_TEST

static const struct {
    const char *bytes;
    size_t len;
    const char *visible, *sanitized;
} escapes[] = {
    {"plain 管道", 12, "plain 管道", "plain 管道"},
    {"a\nb", 3, "a⏎b", "a\nb"},
    {"a\tb", 3, "a\\tb", "a\tb"},
    {"a\0b", 3, "a\\0b", "a\\0b"},
    {"\r", 1, "\\r", "\\r"},
    {"\033[31m", 5, "\\x1b[31m", "\\x1b[31m"},
    {"\x7f", 1, "\\x7f", "\\x7f"},
    {"\xc2\x9b", 2, "\\xc2\\x9b", "\\xc2\\x9b"}, /* CSI in one character */
    {"\xff\xe4\xb8", 3, "\\xff\\xe4\\xb8", "\ufffd\ufffd\ufffd"},
    {"\u202e", 3, "\\xe2\\x80\\xae", "\\xe2\\x80\\xae"}, /* writes backwards */
    {"\u2028", 3, "\\xe2\\x80\\xa8", "\\xe2\\x80\\xa8"},
    {"\u3000", 3, "\\xe3\\x80\\x80", "\u3000"}, /* a blank of Chinese keyboards */
    {"\u00a0", 2, "\\xc2\\xa0", "\u00a0"},
    {"\u200b", 3, "\\xe2\\x80\\x8b", "\u200b"},
};

START_TEST(escaping)
{
    struct buf out = BUF_INIT;
    text_visible(&out, escapes[_i].bytes, escapes[_i].len, false);
    ck_assert_str_eq(buf_text(&out), escapes[_i].visible);
    buf_clear(&out);
    text_sanitize(&out, escapes[_i].bytes, escapes[_i].len);
    ck_assert_str_eq(buf_text(&out), escapes[_i].sanitized);
    buf_release(&out);
}
END_TEST

START_TEST(visible_newlines)
{
    struct buf out = BUF_INIT;
    text_visible(&out, "a\n\nb", 4, true);
    ck_assert_str_eq(buf_text(&out), "a⏎\n⏎\nb");
    buf_release(&out);
}
END_TEST

/* Every single byte, and every pair of them, comes out as valid UTF-8 without control characters.
 */
START_TEST(no_byte_gets_through)
{
    struct buf out = BUF_INIT;
    for (int a = 0; a < 256; a++) {
        for (int b = 0; b < 256; b++) {
            const char pair[] = {(char)a, (char)b};
            buf_clear(&out);
            text_visible(&out, pair, 2, false);
            text_sanitize(&out, pair, 2);
            ck_assert(text_is_utf8(out.data, out.len));
            for (size_t i = 0; i < out.len; i++) {
                unsigned char c = (unsigned char)out.data[i];
                bool allowed = c == '\n' || c == '\t';
                ck_assert_msg((c >= 0x20 && c != 0x7f) || allowed, "%02x %02x", a, b);
                ck_assert_msg(c != 0xc2 || (unsigned char)out.data[i + 1] >= 0xa0, "C1: %02x", b);
            }
        }
    }
    buf_release(&out);
}
END_TEST

START_TEST(distance)
{
    ck_assert_uint_eq(text_distance("", ""), 0);
    ck_assert_uint_eq(text_distance("pipe", "pipe"), 0);
    ck_assert_uint_eq(text_distance("", "pipe"), 4);
    ck_assert_uint_eq(text_distance("pipe", ""), 4);
    ck_assert_uint_eq(text_distance("pipe", "pie"), 1);
    ck_assert_uint_eq(text_distance("kitten", "sitting"), 3);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("text");
    TCase *columns = tcase_create("columns");
    tcase_add_test(columns, width);
    tcase_add_test(columns, fit);
    tcase_add_test(columns, pad);
    suite_add_tcase(s, columns);
    TCase *wrapping = tcase_create("wrapping");
    tcase_add_test(wrapping, wrap);
    tcase_add_test(wrapping, wrap_follows_chinese_rules);
    tcase_add_test(wrapping, wrap_keeps_options_whole);
    tcase_add_loop_test(wrapping, wrap_never_too_wide, 0, 200);
    suite_add_tcase(s, wrapping);
    TCase *bytes = tcase_create("bytes");
    tcase_add_test(bytes, utf8);
    tcase_add_loop_test(bytes, escaping, 0, sizeof escapes / sizeof escapes[0]);
    tcase_add_test(bytes, visible_newlines);
    tcase_add_test(bytes, no_byte_gets_through);
    tcase_add_test(bytes, distance);
    suite_add_tcase(s, bytes);
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
