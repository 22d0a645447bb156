#include "cli/print.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { READABLE = 96 }; /* longer lines are hard to read, however wide the terminal is */

static const char *const sgr[STYLE_COUNT] = {
    [STYLE_HEADING1] = "1",     [STYLE_HEADING2] = "1;36",   [STYLE_HEADING3] = "1",
    [STYLE_STRONG] = "1",       [STYLE_EMPHASIS] = "3",      [STYLE_CODE] = "33",
    [STYLE_CODE_LINE] = "",     [STYLE_CODE_KEYWORD] = "34", [STYLE_CODE_COMMENT] = "32",
    [STYLE_CODE_STRING] = "35", [STYLE_CODE_NUMBER] = "36",  [STYLE_CODE_PREPROC] = "33",
    [STYLE_LINK] = "4",         [STYLE_QUOTE] = "2",         [STYLE_RULE] = "2",
    [STYLE_TABLE_HEAD] = "1",   [STYLE_BULLET] = "36",       [STYLE_GOOD] = "32",
    [STYLE_BAD] = "31",         [STYLE_DIM] = "2",
};

void print_style(struct buf *out, const struct cli *c, enum style style, const char *text)
{
    bool styled = c->color && sgr[style] && *sgr[style] && *text;
    if (styled)
        buf_addf(out, "\033[%sm", sgr[style]);
    buf_adds(out, text);
    if (styled)
        buf_adds(out, "\033[0m");
}

static void print_doc(struct buf *out, const struct cli *c, const struct doc *d)
{
    for (size_t i = 0; i < d->n_lines; i++) {
        for (size_t k = 0; k < d->lines[i].n_spans; k++)
            print_style(out, c, d->lines[i].spans[k].style, d->lines[i].spans[k].text);
        buf_addc(out, '\n');
    }
}

void print_markdown(struct buf *out, const struct cli *c, const char *text)
{
    struct doc d = {0};
    markdown_render(&d, text, (size_t)(c->columns < READABLE ? c->columns : READABLE));
    print_doc(out, c, &d);
    doc_release(&d);
}

void print_source(struct buf *out, const struct cli *c, const struct buf *source)
{
    if (!c->color) { /* may be redirected into a file: every byte as it is */
        buf_add(out, buf_text(source), source->len);
        return;
    }
    struct buf fenced = BUF_INIT;
    buf_addf(&fenced, "`````c\n%s\n`````\n", buf_text(source));
    print_markdown(out, c, buf_text(&fenced));
    buf_release(&fenced);
}

void print_wrapped(struct buf *out, const struct cli *c, const char *text)
{
    size_t count;
    AUTO_FREE struct text_slice *lines = text_wrap(text, strlen(text), (size_t)c->columns, &count);
    for (size_t i = 0; i < count; i++) {
        buf_add(out, text + lines[i].start, lines[i].len);
        buf_addc(out, '\n');
    }
}

void print_language_note(struct buf *out, const struct cli *c, int fell_back)
{
    if (!fell_back)
        return;
    print_wrapped(out, c, msg(MSG_COURSE_OTHER_LANGUAGE));
    buf_addc(out, '\n');
}

void print_out(struct buf *out)
{
    fwrite(buf_text(out), 1, out->len, stdout);
    buf_release(out);
}

void print_json(json_t *j)
{
    char *text = json_dumps(j, JSON_INDENT(2));
    puts(text ? text : "null");
    free(text);
    json_decref(j);
}

void print_mark(struct buf *out, const struct cli *c, enum mark mark)
{
    static const struct {
        const char *sign;
        const char *sgr;
    } marks[] = {[MARK_GOOD] = {"✓", "32"}, [MARK_WARN] = {"!", "33"}, [MARK_BAD] = {"✗", "31"}};
    if (c->color)
        buf_addf(out, "\033[%sm%s\033[0m", marks[mark].sgr, marks[mark].sign);
    else
        buf_adds(out, marks[mark].sign);
}
