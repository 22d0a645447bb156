/* Tables in box characters. Columns that are too wide together are wrapped, the widest first; where
 * there is no room even for that, every row becomes a short list of "head：cell". */
#include <stdlib.h>
#include <string.h>

#include "course/md_render.h"

enum { NARROWEST = 6 }; /* columns a cell needs to be readable when wrapped */

void table_begin(struct table *t, size_t n_columns)
{
    *t = (struct table){
        .n_columns = n_columns > 0 ? n_columns : 1,
        .aligns = mem_alloc((n_columns + 1) * sizeof *t->aligns),
    };
}

void table_add_cell(struct table *t, struct flow *cell, MD_ALIGN align)
{
    t->aligns[t->n_cells % t->n_columns] = align;
    t->cells = mem_grow(t->cells, t->n_cells + 1, sizeof *t->cells);
    t->cells[t->n_cells++] = *cell;
    *cell = (struct flow){0};
}

void table_end_row(struct table *t)
{
    struct flow empty = {0};
    while (t->n_cells % t->n_columns != 0)
        table_add_cell(t, &empty, t->aligns[t->n_cells % t->n_columns]);
}

void table_release(struct table *t)
{
    for (size_t i = 0; i < t->n_cells; i++)
        flow_release(&t->cells[i]);
    free(t->cells);
    free(t->aligns);
    *t = (struct table){0};
}

/* The width of each column when no cell is wrapped. */
static size_t *natural_widths(const struct table *t)
{
    size_t *widths = mem_alloc(t->n_columns * sizeof *widths);
    for (size_t i = 0; i < t->n_cells; i++) {
        size_t width = flow_width(&t->cells[i]);
        size_t *column = &widths[i % t->n_columns];
        *column = width > *column ? width : *column;
    }
    return widths;
}

static size_t sum_capped(const size_t *widths, size_t count, size_t cap)
{
    size_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += widths[i] < cap ? widths[i] : cap;
    return sum;
}

/* Cap the widest columns so that all fit into `room`. False when they would become too narrow. */
static bool fit_widths(size_t *widths, size_t count, size_t room)
{
    size_t cap = room;
    while (cap >= NARROWEST && sum_capped(widths, count, cap) > room)
        cap--;
    if (cap < NARROWEST && sum_capped(widths, count, NARROWEST) > room)
        return false;
    size_t spare = room - sum_capped(widths, count, cap);
    for (size_t i = 0; i < count; i++) {
        if (widths[i] <= cap)
            continue;
        size_t extra = spare > 0 ? 1 : 0; /* what the division leaves over */
        spare -= extra;
        widths[i] = cap + extra;
    }
    return true;
}

/* "├────┼──┤" */
static void rule(struct renderer *r, const size_t *widths, size_t count, const char *left,
                 const char *cross, const char *right)
{
    struct buf b = BUF_INIT;
    buf_adds(&b, left);
    for (size_t i = 0; i < count; i++) {
        buf_repeat(&b, "─", widths[i] + 2);
        buf_adds(&b, i + 1 < count ? cross : right);
    }
    render_begin_line(r);
    doc_append(r->doc, STYLE_RULE, buf_text(&b));
    buf_release(&b);
}

static void blanks(struct doc *d, size_t count)
{
    struct buf b = BUF_INIT;
    buf_repeat(&b, " ", count);
    if (count > 0)
        doc_append(d, STYLE_TEXT, buf_text(&b));
    buf_release(&b);
}

/* One line of one cell between its paddings. */
static void cell_line(struct renderer *r, const struct flow *cell, struct text_slice slice,
                      size_t width, MD_ALIGN align)
{
    size_t used = text_width_n(buf_text(&cell->text) + slice.start, slice.len);
    size_t spare = used < width ? width - used : 0;
    size_t before = 0;
    if (align == MD_ALIGN_RIGHT)
        before = spare;
    else if (align == MD_ALIGN_CENTER)
        before = spare / 2;
    blanks(r->doc, before + 1);
    flow_emit(cell, slice, r->doc);
    blanks(r->doc, spare - before + 1);
}

struct wrapped_cell {
    struct text_slice *lines; /* owned */
    size_t count;
};

/* Draw one row. */
static void row(struct renderer *r, const struct table *t, const struct flow *cells,
                const size_t *widths)
{
    struct wrapped_cell *wrapped = mem_alloc(t->n_columns * sizeof *wrapped);
    size_t height = 1;
    for (size_t i = 0; i < t->n_columns; i++) {
        wrapped[i].lines = flow_wrap(&cells[i], widths[i], &wrapped[i].count);
        height = wrapped[i].count > height ? wrapped[i].count : height;
    }
    for (size_t line = 0; line < height; line++) {
        render_begin_line(r);
        for (size_t i = 0; i < t->n_columns; i++) {
            struct text_slice slice = {0, 0};
            if (line < wrapped[i].count)
                slice = wrapped[i].lines[line];
            doc_append(r->doc, STYLE_RULE, "│");
            cell_line(r, &cells[i], slice, widths[i], t->aligns[i]);
        }
        doc_append(r->doc, STYLE_RULE, "│");
    }
    for (size_t i = 0; i < t->n_columns; i++)
        free(wrapped[i].lines);
    free(wrapped);
}

static bool any_wraps(const struct table *t, const size_t *widths)
{
    for (size_t i = t->n_columns; i < t->n_cells; i++)
        if (flow_width(&t->cells[i]) > widths[i % t->n_columns] ||
            strchr(buf_text(&t->cells[i].text), '\n') != NULL)
            return true;
    return false;
}

static void render_grid(struct renderer *r, const struct table *t, const size_t *widths)
{
    size_t n = t->n_columns;
    size_t rows = t->n_cells / n;
    bool ruled = any_wraps(t, widths); /* else one could not tell where a row ends */
    rule(r, widths, n, "┌", "┬", "┐");
    for (size_t i = 0; i < rows; i++) {
        row(r, t, t->cells + i * n, widths);
        if (i + 1 < rows && (i == 0 || ruled))
            rule(r, widths, n, "├", "┼", "┤");
    }
    rule(r, widths, n, "└", "┴", "┘");
}

static void render_pair(struct renderer *r, const struct flow *head, const struct flow *cell)
{
    struct flow pair = {0};
    flow_copy(&pair, head);
    if (pair.text.len > 0)
        flow_add(&pair, STYLE_TABLE_HEAD, "：", strlen("："), NULL);
    flow_copy(&pair, cell);
    size_t count = 0;
    struct text_slice *slices = flow_wrap(&pair, render_room(r), &count);
    for (size_t i = 0; i < count; i++) {
        render_begin_line(r);
        flow_emit(&pair, slices[i], r->doc);
    }
    free(slices);
    flow_release(&pair);
}

static void render_list(struct renderer *r, const struct table *t)
{
    static const struct flow nothing = {0};
    size_t n = t->n_columns;
    for (size_t i = n; i < t->n_cells; i += n) {
        if (i > n)
            render_begin_line(r);
        for (size_t k = 0; k < n; k++)
            render_pair(r, &t->cells[k], &t->cells[i + k]);
    }
    for (size_t k = 0; k < n && t->n_cells == n; k++) /* a table of nothing but its head */
        render_pair(r, &t->cells[k], &nothing);
}

void table_render(struct renderer *r, const struct table *t)
{
    if (t->n_cells == 0)
        return;
    render_open_block(r);
    size_t *widths = natural_widths(t);
    size_t frame = 3 * t->n_columns + 1;
    size_t room = render_room(r);
    if (room > frame && fit_widths(widths, t->n_columns, room - frame))
        render_grid(r, t, widths);
    else
        render_list(r, t);
    free(widths);
}
