#include "report/canvas.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { TAB = 8 };

static const char *const SGR[] = {
    [PLAIN] = "",         [BOLD] = "\033[1m",    [DIM] = "\033[2m",      [RED] = "\033[31m",
    [GREEN] = "\033[32m", [YELLOW] = "\033[33m", [MAGENTA] = "\033[35m", [CYAN] = "\033[36m",
};

static const char *const GLYPHS[][2] = {
    [GLYPH_PASS] = {"✓", "+"},     [GLYPH_FAIL] = {"✗", "x"},      [GLYPH_UNDECIDED] = {"?", "?"},
    [GLYPH_INTERNAL] = {"!", "!"}, [GLYPH_SKIPPED] = {"·", "-"},   [GLYPH_BAR] = {"│", "|"},
    [GLYPH_RULE] = {"─", "-"},     [GLYPH_NEWLINE] = {"⏎", "\\n"}, [GLYPH_CUT] = {"…", "~"},
    [GLYPH_DOT] = {"·", "-"},
};

const char *canvas_glyph(const struct canvas *c, enum glyph g)
{
    return GLYPHS[g][c->style.ascii];
}

void canvas_text_n(struct canvas *c, enum color color, const char *text, size_t len)
{
    bool colored = c->style.color && color != PLAIN && len > 0;
    if (colored)
        buf_adds(c->out, SGR[color]);
    buf_add(c->out, text, len);
    if (colored)
        buf_adds(c->out, "\033[0m");
}

void canvas_text(struct canvas *c, enum color color, const char *text)
{
    canvas_text_n(c, color, text, strlen(text));
}

void canvas_blanks(struct canvas *c, size_t count)
{
    buf_repeat(c->out, " ", count);
}

void canvas_newline(struct canvas *c)
{
    buf_addc(c->out, '\n');
}

char *canvas_clean_line(const char *text)
{
    struct buf b = BUF_INIT;
    if (text)
        text_sanitize(&b, text, strlen(text));
    char *clean = buf_steal(&b);
    for (char *p = clean; *p; p++)
        if (*p == '\n' || *p == '\t')
            *p = ' ';
    return clean;
}

char *canvas_expand_tabs(const char *line, size_t len, size_t tab)
{
    struct buf b = BUF_INIT;
    size_t column = 0;
    for (size_t i = 0, start = 0; i <= len; i++) {
        if (i < len && line[i] != '\t')
            continue;
        buf_add(&b, line + start, i - start);
        column += text_width_n(line + start, i - start);
        if (i < len) {
            buf_repeat(&b, " ", tab - column % tab);
            column += tab - column % tab;
        }
        start = i + 1;
    }
    return buf_steal(&b);
}

char *canvas_clean_text(const char *text)
{
    struct buf safe = BUF_INIT, out = BUF_INIT;
    if (text)
        text_sanitize(&safe, text, strlen(text));
    for (const char *p = buf_text(&safe); *p;) {
        size_t len = strcspn(p, "\n");
        AUTO_FREE char *line = canvas_expand_tabs(p, len, TAB);
        buf_adds(&out, line);
        p += len;
        if (*p == '\n') {
            buf_addc(&out, '\n');
            p++;
        }
    }
    buf_release(&safe);
    return buf_steal(&out);
}

size_t canvas_cut(struct canvas *c, enum color color, const char *text, size_t columns)
{
    size_t width = text_width(text);
    if (width <= columns) {
        canvas_text(c, color, text);
        return width;
    }
    if (columns == 0)
        return 0;
    size_t keep = text_fit(text, strlen(text), columns - 1);
    canvas_text_n(c, color, text, keep);
    canvas_text(c, DIM, canvas_glyph(c, GLYPH_CUT));
    return text_width_n(text, keep) + 1;
}

void canvas_paragraph(struct canvas *c, const char *label, enum color label_color, size_t indent,
                      enum color color, const char *text)
{
    AUTO_FREE char *clean = canvas_clean_text(text);
    size_t room = c->style.columns > indent ? c->style.columns - indent : 1;
    size_t count;
    AUTO_FREE struct text_slice *lines = text_wrap(clean, strlen(clean), room, &count);
    for (size_t i = 0; i < count; i++) {
        size_t used = i == 0 ? text_width(label) : 0;
        if (i == 0)
            canvas_text(c, label_color, label);
        if (lines[i].len > 0) {
            canvas_blanks(c, indent > used ? indent - used : 0);
            canvas_text_n(c, color, clean + lines[i].start, lines[i].len);
        }
        canvas_newline(c);
    }
}
