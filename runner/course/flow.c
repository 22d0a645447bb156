/* Paragraphs with styles, wrapped by display width. */
#include <stdlib.h>
#include <string.h>

#include "course/cjk.h"
#include "course/doc.h"

static void add_run(struct flow *f, enum style style, const char *link)
{
    struct run *last = f->n_runs > 0 ? &f->runs[f->n_runs - 1] : NULL;
    if (last != NULL && last->style == style && str_equal(last->link, link)) {
        last->end = f->text.len;
        return;
    }
    f->runs = mem_grow(f->runs, f->n_runs + 1, sizeof *f->runs);
    f->runs[f->n_runs++] = (struct run){f->text.len, style, link == NULL ? NULL : str_dup(link)};
}

static enum style last_style(const struct flow *f)
{
    return f->n_runs > 0 ? f->runs[f->n_runs - 1].style : STYLE_TEXT;
}

void flow_add(struct flow *f, enum style style, const char *text, size_t len, const char *link)
{
    struct buf plain = BUF_INIT;
    cjk_add_plain(&plain, text, len);
    for (size_t i = 0; i < plain.len; i++)
        if (plain.data[i] == '\t')
            plain.data[i] = ' ';
    const char *start = buf_text(&plain);
    bool blank = f->soft_break && plain.len > 0 &&
                 cjk_break_is_blank(char_last(buf_text(&f->text), f->text.len),
                                    char_first(start, plain.len));
    if (blank) {
        /* The blank belongs to both sides only when they are of one kind. */
        bool same = last_style(f) == style;
        buf_addc(&f->text, ' ');
        add_run(f, same ? style : STYLE_TEXT, same ? link : NULL);
    }
    if (plain.len > 0) {
        f->soft_break = false;
        buf_add(&f->text, start, plain.len);
        add_run(f, style, link);
    }
    buf_release(&plain);
}

void flow_soft_break(struct flow *f)
{
    f->soft_break = true;
}

void flow_hard_break(struct flow *f)
{
    f->soft_break = false;
    buf_addc(&f->text, '\n');
    add_run(f, last_style(f), f->n_runs > 0 ? f->runs[f->n_runs - 1].link : NULL);
}

void flow_copy(struct flow *f, const struct flow *from)
{
    size_t start = 0;
    for (size_t i = 0; i < from->n_runs; i++) {
        const struct run *run = &from->runs[i];
        flow_add(f, run->style, from->text.data + start, run->end - start, run->link);
        start = run->end;
    }
}

void flow_release(struct flow *f)
{
    for (size_t i = 0; i < f->n_runs; i++)
        free(f->runs[i].link);
    free(f->runs);
    buf_release(&f->text);
    *f = (struct flow){0};
}

size_t flow_width(const struct flow *f)
{
    size_t widest = 0;
    const char *text = buf_text(&f->text);
    for (size_t i = 0; i < f->text.len;) {
        size_t len = strcspn(text + i, "\n");
        size_t width = text_width_n(text + i, len);
        widest = width > widest ? width : widest;
        i += len + 1;
    }
    return widest;
}

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

/* Unicode lets a line end after every dash and slash; not so in "-o", `-static-pie` and "I/O". */
static bool keeps_together(const char *text, size_t i, size_t len, enum style style)
{
    char before = ' ';
    char after = ' ';
    if (i > 0)
        before = text[i - 1];
    if (i + 1 < len)
        after = text[i + 1];
    if (text[i] == '-')
        return after != ' ' && (style == STYLE_CODE || !is_alnum(before));
    return text[i] == '/' && is_upper(before) && is_upper(after);
}

struct text_slice *flow_wrap(const struct flow *f, size_t columns, size_t *count)
{
    /* Lines are broken in a copy where a letter, as wide and long, stands for what must not break.
     */
    AUTO_FREE char *copy = str_ndup(buf_text(&f->text), f->text.len);
    size_t start = 0;
    for (size_t i = 0; i < f->n_runs; i++) {
        for (size_t k = start; k < f->runs[i].end; k++)
            if (keeps_together(f->text.data, k, f->text.len, f->runs[i].style))
                copy[k] = 'x';
        start = f->runs[i].end;
    }
    return text_wrap(copy, f->text.len, columns, count);
}

void flow_emit(const struct flow *f, struct text_slice slice, struct doc *d)
{
    size_t start = slice.start;
    size_t stop = slice.start + slice.len;
    for (size_t i = 0; i < f->n_runs && start < stop; i++) {
        const struct run *run = &f->runs[i];
        if (run->end <= start)
            continue;
        size_t end = run->end < stop ? run->end : stop;
        doc_span(d, run->style, f->text.data + start, end - start, run->link);
        start = end;
    }
}
