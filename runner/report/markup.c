#include "report/markup.h"

#include <stdbool.h>
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

/* Bytes of the character at `p`, and how many columns it takes. */
static size_t character(const char *p, size_t *columns)
{
    size_t len = 1;
    while (((unsigned char)p[len] & 0xc0) == 0x80)
        len++;
    *columns = text_width_n(p, len);
    return len;
}

/* U+2500 to U+257F: E2 94 xx, E2 95 xx. */
static bool is_picture(const char *line, size_t len)
{
    for (size_t i = 0; i + 2 < len; i++)
        if (line[i] == '\xe2' && (line[i + 1] == '\x94' || line[i + 1] == '\x95'))
            return true;
    return false;
}

static void picture_line(FILE *out, const char *line, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t columns, run = 0, width = 0, n = character(line + i, &columns);
        while (i + run < len && columns == 2) {
            run += n;
            width += 2;
            n = i + run < len ? character(line + i + run, &columns) : 0;
        }
        if (run == 0) {
            markup_text_n(out, line + i, n);
            i += n;
            continue;
        }
        fprintf(out, "<i style=\"width:%zuch\">", width);
        markup_text_n(out, line + i, run);
        fputs("</i>", out);
        i += run;
    }
}

void markup_columns(FILE *out, const char *text)
{
    for (const char *p = text; *p;) {
        size_t len = strcspn(p, "\n");
        if (is_picture(p, len))
            picture_line(out, p, len);
        else
            markup_text_n(out, p, len);
        if (p[len] == '\n')
            fputc('\n', out);
        p += len + (p[len] == '\n');
    }
}
