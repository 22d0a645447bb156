#include "base/text.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unilbrk.h>
#include <unistr.h>
#include <uniwidth.h>

static const char encoding[] = "UTF-8";
static const char replacement[] = "\xef\xbf\xbd";

/* Decode one character; an invalid byte counts as one U+FFFD of length 1. */
static size_t decode(const char *text, size_t len, ucs4_t *c, bool *valid)
{
    *valid = true;
    if (len > 0 && (unsigned char)*text < 0x80) {
        *c = (unsigned char)*text;
        return 1;
    }
    int n = u8_mbtoucr(c, (const uint8_t *)text, len);
    *valid = n > 0;
    if (n > 0)
        return (size_t)n;
    *c = 0xfffd;
    return 1;
}

static size_t char_width(ucs4_t c)
{
    if (c >= ' ' && c < 0x7f) /* most text, without asking */
        return 1;
    if (c >= 0x4e00 && c <= 0x9fff)
        return 2;
    int w = uc_width(c, encoding);
    return w > 0 ? (size_t)w : 0;
}

size_t text_width_n(const char *text, size_t len)
{
    size_t width = 0;
    for (size_t i = 0; i < len;) {
        ucs4_t c;
        bool valid;
        i += decode(text + i, len - i, &c, &valid);
        width += char_width(c);
    }
    return width;
}

size_t text_width(const char *text)
{
    return text_width_n(text, strlen(text));
}

size_t text_fit(const char *text, size_t len, size_t columns)
{
    size_t used = 0, i = 0;
    while (i < len) {
        ucs4_t c;
        bool valid;
        size_t n = decode(text + i, len - i, &c, &valid);
        if (used + char_width(c) > columns)
            break;
        used += char_width(c);
        i += n;
    }
    return i;
}

void text_pad(struct buf *out, const char *text, size_t columns)
{
    size_t len = strlen(text);
    size_t width = text_width_n(text, len);
    if (width <= columns) {
        buf_add(out, text, len);
        buf_repeat(out, " ", columns - width);
        return;
    }
    if (columns == 0)
        return;
    size_t keep = text_fit(text, len, columns - 1);
    buf_add(out, text, keep);
    buf_adds(out, "…");
    buf_repeat(out, " ", columns - 1 - text_width_n(text, keep));
}

static struct text_slice *add_slice(struct text_slice *list, size_t *count, size_t start,
                                    size_t len)
{
    list = mem_grow(list, *count + 1, sizeof *list);
    list[(*count)++] = (struct text_slice){start, len};
    return list;
}

/* Length without the blanks at the end. */
static size_t trimmed(const char *text, size_t len)
{
    while (len && text[len - 1] == ' ')
        len--;
    return len;
}

/* Is the break before p[i] behind the dashes of an option or the root of a path, "-|Wall",
 * "--|verbose", "/|dev"? Unicode allows a break after any hyphen; after the first ones of a word it
 * only makes commands unreadable. */
static bool splits_word(const char *p, size_t line, size_t i)
{
    size_t at = i;
    /* "pipe_hello.c:41", ":reset", "%.*s": a full stop or colon is no end with a letter, digit or
     * star behind it */
    if (i > line && (p[i - 1] == '.' || p[i - 1] == ':') &&
        (isalnum((unsigned char)p[i]) || p[i] == '*'))
        return true;
    while (at > line && (p[at - 1] == '-' || p[at - 1] == '/'))
        at--;
    return at < i && (at == line || strchr(" [(`'\"", p[at - 1]) != NULL);
}

/* A word may begin with a sign that Unicode keeps on the line before: ":reset", "/dev/shm", ".c".
 */
static bool begins_with_sign(const char *p, size_t line, size_t i, size_t len)
{
    return i > line && p[i - 1] == ' ' && i + 1 < len && strchr(":/.", p[i]) != NULL && p[i] &&
           isalnum((unsigned char)p[i + 1]);
}

static struct text_slice *wrap_paragraph(const char *text, size_t start, size_t len, size_t columns,
                                         struct text_slice *list, size_t *count)
{
    const char *p = text + start;
    char *breaks = mem_alloc(len + 1);
    size_t line = 0, last = 0, width = 0, i = 0;
    u8_possible_linebreaks((const uint8_t *)p, len, encoding, breaks);
    while (i < len) {
        ucs4_t c;
        bool valid;
        size_t n = decode(p + i, len - i, &c, &valid);
        if ((i > line && breaks[i] == UC_BREAK_POSSIBLE && !splits_word(p, line, i)) ||
            begins_with_sign(p, line, i, len))
            last = i;
        /* blanks may hang over the end; a second cut is needed when what was moved down is still
         * too wide together with the new character */
        while (width + char_width(c) > columns && i > line && c != ' ') {
            size_t cut = last > line ? last : i;
            list = add_slice(list, count, start + line, trimmed(p + line, cut - line));
            line = last = cut;
            width = text_width_n(p + line, i - line);
        }
        width += char_width(c);
        i += n;
    }
    free(breaks);
    return add_slice(list, count, start + line, trimmed(p + line, len - line));
}

struct text_slice *text_wrap(const char *text, size_t len, size_t columns, size_t *count)
{
    struct text_slice *list = NULL;
    size_t start = 0;
    *count = 0;
    if (columns == 0)
        columns = 1;
    for (size_t i = 0; i <= len; i++) {
        if (i < len && text[i] != '\n')
            continue;
        if (i == len && i == start && *count > 0)
            break; /* the newline at the very end opens no further line */
        list = wrap_paragraph(text, start, i - start, columns, list, count);
        start = i + 1;
    }
    return list;
}

bool text_is_utf8(const char *text, size_t len)
{
    return u8_check((const uint8_t *)text, len) == NULL;
}

static bool is_control(ucs4_t c)
{
    /* C0, DEL, C1, line separators and the marks that reorder text */
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 ||
           (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e ||
           c == 0x200f || c == 0x061c || c == 0xfeff;
}

/* Harmless, but not to be told from a blank or from nothing: no-break, ideographic and zero-width
 * spaces, the soft hyphen, joiners, variation selectors and tags. */
static bool is_deceptive(ucs4_t c)
{
    return c == 0xa0 || c == 0xad || c == 0x1680 || c == 0x180e || (c >= 0x2000 && c <= 0x200d) ||
           c == 0x202f || (c >= 0x205f && c <= 0x2064) || c == 0x3000 || c == 0x3164 ||
           (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe0000 && c <= 0xe0fff);
}

static void add_escape(struct buf *out, const char *bytes, size_t len)
{
    if (len == 1 && bytes[0] == '\t')
        buf_adds(out, "\\t");
    else if (len == 1 && bytes[0] == '\0')
        buf_adds(out, "\\0");
    else if (len == 1 && bytes[0] == '\r')
        buf_adds(out, "\\r");
    else
        for (size_t i = 0; i < len; i++)
            buf_addf(out, "\\x%02x", (unsigned char)bytes[i]);
}

void text_visible(struct buf *out, const char *bytes, size_t len, bool keep_newlines)
{
    for (size_t i = 0; i < len;) {
        ucs4_t c;
        bool valid;
        size_t n = decode(bytes + i, len - i, &c, &valid);
        if (c == '\n')
            buf_adds(out, keep_newlines ? "⏎\n" : "⏎");
        else if (!valid || is_control(c) || is_deceptive(c))
            add_escape(out, bytes + i, n);
        else
            buf_add(out, bytes + i, n);
        i += n;
    }
}

void text_sanitize(struct buf *out, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len;) {
        ucs4_t c;
        bool valid;
        size_t n = decode(bytes + i, len - i, &c, &valid);
        if (!valid)
            buf_adds(out, replacement);
        else if (c == '\n' || c == '\t' || !is_control(c))
            buf_add(out, bytes + i, n);
        else
            add_escape(out, bytes + i, n);
        i += n;
    }
}

size_t text_distance(const char *a, const char *b)
{
    size_t n = strlen(b);
    size_t *row = mem_alloc((n + 1) * sizeof *row);
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t change = diagonal + (a[i - 1] != b[j - 1]);
            size_t shorter = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = change < shorter ? change : shorter;
        }
    }
    size_t result = row[n];
    free(row);
    return result;
}

char *text_bare(const char *line, size_t len)
{
    char *text = mem_alloc(len + 1);
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r')
            text[n++] = line[i];
    return text;
}
