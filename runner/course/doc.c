#include "course/doc.h"

#include <stdlib.h>
#include <string.h>

void doc_new_line(struct doc *d)
{
    d->lines = mem_grow(d->lines, d->n_lines + 1, sizeof *d->lines);
    d->lines[d->n_lines++] = (struct line){0};
}

static char *without_controls(const char *text, size_t len)
{
    struct buf b = BUF_INIT;
    text_sanitize(&b, text, len);
    buf_addc(&b, '\0');
    for (size_t i = 0; i + 1 < b.len; i++)
        if (b.data[i] == '\n' || b.data[i] == '\t')
            b.data[i] = ' ';
    return buf_steal(&b);
}

void doc_span(struct doc *d, enum style style, const char *text, size_t len, const char *link)
{
    if (d->n_lines == 0)
        doc_new_line(d);
    struct line *line = &d->lines[d->n_lines - 1];
    line->spans = mem_grow(line->spans, line->n_spans + 1, sizeof *line->spans);
    line->spans[line->n_spans++] =
        (struct span){without_controls(text, len), style, link == NULL ? NULL : str_dup(link)};
}

void doc_add(struct doc *d, enum style style, const char *text)
{
    doc_new_line(d);
    if (text[0] != '\0')
        doc_append(d, style, text);
}

void doc_append(struct doc *d, enum style style, const char *text)
{
    doc_span(d, style, text, strlen(text), NULL);
}

void doc_add_wrapped(struct doc *d, enum style style, const char *text, size_t columns,
                     size_t indent)
{
    if (indent >= columns)
        indent = columns / 2;
    struct flow f = {0};
    for (const char *p = text; *p != '\0';) {
        size_t len = strcspn(p, "\n");
        AUTO_FREE char *line = without_controls(p, len);
        flow_add(&f, style, line, strlen(line), NULL);
        p += len;
        if (*p == '\n') {
            flow_hard_break(&f);
            p++;
        }
    }
    struct buf blanks = BUF_INIT;
    buf_repeat(&blanks, " ", indent);
    size_t count = 0;
    struct text_slice *slices = flow_wrap(&f, columns - indent, &count);
    for (size_t i = 0; i < count; i++) {
        doc_new_line(d);
        if (slices[i].len == 0)
            continue;
        if (indent > 0)
            doc_span(d, STYLE_TEXT, buf_text(&blanks), indent, NULL);
        flow_emit(&f, slices[i], d);
    }
    free(slices);
    buf_release(&blanks);
    flow_release(&f);
}

void doc_move(struct doc *d, struct doc *from)
{
    d->lines = mem_grow(d->lines, d->n_lines + from->n_lines + 1, sizeof *d->lines);
    for (size_t i = 0; i < from->n_lines; i++) /* lines own what is in them, so they just move */
        d->lines[d->n_lines++] = from->lines[i];
    free(from->lines);
    *from = (struct doc){0};
}

void doc_release(struct doc *d)
{
    for (size_t i = 0; i < d->n_lines; i++) {
        for (size_t k = 0; k < d->lines[i].n_spans; k++) {
            free(d->lines[i].spans[k].text);
            free(d->lines[i].spans[k].link);
        }
        free(d->lines[i].spans);
    }
    free(d->lines);
    *d = (struct doc){0};
}
