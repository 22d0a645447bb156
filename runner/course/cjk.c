#include "course/cjk.h"

#include <string.h>

static const char joiner[] = "\xe2\x81\xa0";
enum { JOINER_LEN = 3 };

static bool is_tail(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

uint32_t char_first(const char *text, size_t len)
{
    if (len == 0)
        return 0;
    unsigned char lead = (unsigned char)text[0];
    uint32_t c = lead < 0x80   ? lead
                 : lead < 0xe0 ? lead & 0x1fU
                 : lead < 0xf0 ? lead & 0x0fU
                               : lead & 0x07U;
    for (size_t i = 1; i < len && is_tail(text[i]); i++)
        c = c << 6 | ((unsigned char)text[i] & 0x3fU);
    return c;
}

uint32_t char_last(const char *text, size_t len)
{
    size_t start = len;
    while (start > 0 && is_tail(text[start - 1]))
        start--;
    if (start == 0)
        return 0;
    return char_first(text + start - 1, len - start + 1);
}

void char_add(struct buf *out, uint32_t c)
{
    if (c < 0x80) {
        buf_addc(out, (char)c);
        return;
    }
    int tails = c < 0x800 ? 1 : (c < 0x10000 ? 2 : 3);
    static const unsigned char leads[] = {0, 0xc0, 0xe0, 0xf0};
    buf_addc(out, (char)(leads[tails] | c >> (6 * tails)));
    for (int i = tails - 1; i >= 0; i--)
        buf_addc(out, (char)(0x80 | (c >> (6 * i) & 0x3f)));
}

/* Quotes, dashes and dots that Chinese and English share. */
static bool is_shared_punctuation(uint32_t c)
{
    return c == 0xb7 || (c >= 0x2014 && c <= 0x201f) || c == 0x2026;
}

bool cjk_is_punctuation(uint32_t c)
{
    return (c >= 0x3000 && c <= 0x303f) || (c >= 0xff01 && c <= 0xff0f) ||
           (c >= 0xff1a && c <= 0xff20) || (c >= 0xff3b && c <= 0xff40) ||
           (c >= 0xff5b && c <= 0xff65);
}

bool cjk_is_char(uint32_t c)
{
    return (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3) ||
           (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe4f) ||
           (c >= 0xff01 && c <= 0xff60) || (c >= 0x20000 && c <= 0x3fffd);
}

bool cjk_break_is_blank(uint32_t before, uint32_t after)
{
    if (before == 0 || after == 0 || before == '\n' || before == ' ' || after == ' ')
        return false;
    /* A full-width mark brings its own space. */
    if (cjk_is_punctuation(before) || cjk_is_punctuation(after))
        return false;
    bool joins_before = cjk_is_char(before) || is_shared_punctuation(before);
    bool joins_after = cjk_is_char(after) || is_shared_punctuation(after);
    bool has_ideograph = cjk_is_char(before) || cjk_is_char(after);
    return !(joins_before && joins_after && has_ideograph);
}

static bool is_ascii_punctuation(uint32_t c)
{
    return c < 0x80 && c > 0 && strchr("!\"#$%&'()+,-./:;<=>?@[]^_`{|}~", (int)c) != NULL;
}

static bool is_any_punctuation(uint32_t c)
{
    return is_ascii_punctuation(c) || cjk_is_punctuation(c) || is_shared_punctuation(c);
}

static bool is_cjk_side(uint32_t c)
{
    return cjk_is_char(c) || is_shared_punctuation(c);
}

void cjk_mark_emphasis(struct buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        if (text[i] != '*') {
            buf_addc(out, text[i++]);
            continue;
        }
        size_t stars = strspn(text + i, "*");
        uint32_t before = char_last(text, i);
        uint32_t after = char_first(text + i + stars, len - i - stars);
        if (is_any_punctuation(before) && is_cjk_side(after))
            buf_add(out, joiner, JOINER_LEN);
        buf_add(out, text + i, stars);
        if (is_any_punctuation(after) && is_cjk_side(before))
            buf_add(out, joiner, JOINER_LEN);
        i += stars;
    }
}

void cjk_add_plain(struct buf *out, const char *text, size_t len)
{
    while (len > 0) {
        const char *mark = memmem(text, len, joiner, JOINER_LEN);
        size_t plain = mark == NULL ? len : (size_t)(mark - text);
        buf_add(out, text, plain);
        if (mark == NULL)
            return;
        text += plain + JOINER_LEN;
        len -= plain + JOINER_LEN;
    }
}
