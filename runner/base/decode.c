#include "base/decode.h"

#include <ctype.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unictype.h>
#include <unistr.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/text.h"

enum { NAME_MAX_BYTES = 80, HASH_DIGITS = 8 };

/* malloc'd, or NULL when the bytes are not that encoding. */
static char *from_charset(const char *charset, const char *bytes, size_t len)
{
    iconv_t cd = iconv_open("UTF-8", charset);
    if (cd == (iconv_t)-1) /* NOLINT(performance-no-int-to-ptr) its documented error value */
        return NULL;
    size_t room = 4 * len + 1, left = room - 1, in_left = len;
    char *out = mem_alloc(room), *to = out, *from = (char *)bytes;
    bool ok = iconv(cd, &from, &in_left, &to, &left) != (size_t)-1 && in_left == 0;
    iconv_close(cd);
    if (ok)
        return out;
    free(out);
    return NULL;
}

char *text_decode(const char *bytes, size_t len)
{
    struct buf out = BUF_INIT;
    if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        bytes += 3;
        len -= 3;
    }
    bool has_nul = memchr(bytes, '\0', len) != NULL;
    if (!has_nul && text_is_utf8(bytes, len))
        return str_ndup(bytes, len);
    char *text = has_nul ? NULL : from_charset("GB18030", bytes, len);
    if (text)
        return text;
    text_visible(&out, bytes, len, true);
    buf_add(&out, "", 0);
    return buf_steal(&out);
}

static bool fits_a_name(ucs4_t c)
{
    if (c < 0x80)
        return isalnum((int)c) || c == '.' || c == '-' || c == '_';
    return uc_is_property_alphabetic(c) && !uc_is_property_default_ignorable_code_point(c);
}

/* Ends like the names that got a hash? */
static bool looks_hashed(const char *name, size_t len)
{
    if (len < HASH_DIGITS + 1 || name[len - HASH_DIGITS - 1] != '-')
        return false;
    for (size_t i = len - HASH_DIGITS; i < len; i++)
        if (!isxdigit((unsigned char)name[i]))
            return false;
    return true;
}

char *text_file_name(const char *text)
{
    struct buf out = BUF_INIT;
    const uint8_t *at = (const uint8_t *)text, *end = at + strlen(text);
    bool changed = text[0] == '\0' || text[0] == '.' || text[0] == '-' || text[0] == '_';
    while (at < end) {
        ucs4_t c;
        int n = u8_mbtouc(&c, at, (size_t)(end - at)); /* 0xfffd for bad bytes */
        bool fits = c != 0xfffd && fits_a_name(c) && (c != '.' || out.len > 0);
        if (out.len + (size_t)n > NAME_MAX_BYTES) {
            changed = true;
            break;
        }
        changed |= !fits;
        if (fits)
            buf_add(&out, at, (size_t)n);
        else
            buf_addc(&out, '_');
        at += n;
    }
    if (changed || looks_hashed(buf_text(&out), out.len)) {
        char hash[17];
        fs_hash(text, strlen(text), hash);
        buf_addf(&out, "-%.*s", (int)HASH_DIGITS, hash);
    }
    return buf_steal(&out);
}
