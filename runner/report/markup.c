#include "report/markup.h"

#include <string.h>

#include "base/text.h"

static void put(FILE *out, const char *p)
{
    static const struct {
        char c;
        const char *reference;
    } references[] = {
        {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"},
    };
    for (size_t i = 0; i < sizeof references / sizeof references[0]; i++)
        if (references[i].c == *p) {
            fputs(references[i].reference, out);
            return;
        }
    fputc(*p, out);
}

void markup_text_n(FILE *out, const char *text, size_t len)
{
    struct buf clean = BUF_INIT;
    text_sanitize(&clean, text, len);
    for (const char *p = buf_text(&clean); *p; p++) {
        if (memcmp(p, "\xef\xbf", strnlen(p, 2)) == 0 && (p[2] == '\xbe' || p[2] == '\xbf')) {
            fputs("\xef\xbf\xbd", out);
            p += 2;
        } else {
            put(out, p);
        }
    }
    buf_release(&clean);
}

void markup_text(FILE *out, const char *text)
{
    if (text)
        markup_text_n(out, text, strlen(text));
}
