/* Lines and what stands before them: quotes, bullets, indentation. */
#include <stdlib.h>

#include "course/md_render.h"

static size_t prefix_width(const struct renderer *r)
{
    size_t width = 0;
    for (size_t i = 0; i < r->depth; i++)
        width += r->stack[i].width;
    return width;
}

size_t render_room(const struct renderer *r)
{
    return r->columns - prefix_width(r);
}

static void add_blanks(struct doc *d, size_t count)
{
    if (count == 0)
        return;
    struct buf b = BUF_INIT;
    buf_repeat(&b, " ", count);
    doc_append(d, STYLE_TEXT, buf_text(&b));
    buf_release(&b);
}

void render_begin_line(struct renderer *r)
{
    doc_new_line(r->doc);
    for (size_t i = 0; i < r->depth; i++) {
        struct container *c = &r->stack[i];
        bool first = !c->started;
        c->started = true;
        if (c->width == 0)
            continue;
        if (c->kind == CONTAINER_QUOTE)
            doc_append(r->doc, STYLE_QUOTE, "│ ");
        else if (first)
            doc_append(r->doc, STYLE_BULLET, c->marker);
        else
            add_blanks(r->doc, c->width);
    }
}

/* Nothing but the bars of the quotes that go on over the blank line. */
void render_open_block(struct renderer *r)
{
    if (!r->blank_pending)
        return;
    r->blank_pending = false;
    doc_new_line(r->doc);
    size_t skipped = 0;
    for (size_t i = 0; i < r->depth && r->stack[i].started; i++) {
        if (r->stack[i].kind == CONTAINER_QUOTE && r->stack[i].width > 0) {
            add_blanks(r->doc, skipped);
            doc_append(r->doc, STYLE_QUOTE, "│");
            skipped = 1;
        } else {
            skipped += r->stack[i].width;
        }
    }
}

static void emit_flow(struct renderer *r)
{
    size_t count = 0;
    struct text_slice *slices = flow_wrap(&r->flow, render_room(r), &count);
    render_open_block(r);
    for (size_t i = 0; i < count; i++) {
        render_begin_line(r);
        flow_emit(&r->flow, slices[i], r->doc);
    }
    free(slices);
}

void render_flush(struct renderer *r)
{
    if (r->flow.text.len > 0)
        emit_flow(r);
    flow_release(&r->flow);
}

/* Prefixes take at most half of a line: beyond that, deep nesting is not shown. */
struct container *render_push(struct renderer *r, enum container_kind kind, size_t width)
{
    if ((prefix_width(r) + width) * 2 > r->columns)
        width = 0;
    r->stack = mem_grow(r->stack, r->depth + 1, sizeof *r->stack);
    r->stack[r->depth] = (struct container){.kind = kind, .width = width};
    return &r->stack[r->depth++];
}

void render_pop(struct renderer *r)
{
    free(r->stack[--r->depth].marker);
}

static struct container *innermost_list(struct renderer *r)
{
    for (size_t i = r->depth; i > 0; i--)
        if (r->stack[i - 1].kind == CONTAINER_LIST)
            return &r->stack[i - 1];
    return NULL;
}

bool render_in_tight_list(const struct renderer *r)
{
    for (size_t i = r->depth; i > 0 && r->stack[i - 1].kind != CONTAINER_QUOTE; i--)
        if (r->stack[i - 1].kind == CONTAINER_LIST)
            return r->stack[i - 1].tight;
    return false;
}

static size_t list_depth(const struct renderer *r)
{
    size_t depth = 0;
    for (size_t i = 0; i < r->depth; i++)
        depth += r->stack[i].kind == CONTAINER_LIST;
    return depth;
}

static char *item_marker(struct renderer *r)
{
    static const char *const bullets[] = {"• ", "◦ ", "- "};
    struct container *list = innermost_list(r);
    if (list != NULL && list->ordered)
        return str_format("%u. ", list->next++);
    size_t depth = list_depth(r);
    size_t last = sizeof bullets / sizeof *bullets - 1;
    return str_dup(bullets[depth > last ? last : depth - (depth > 0)]);
}

void render_enter_list(struct renderer *r, bool ordered, bool tight, unsigned start)
{
    struct container *list = render_push(r, CONTAINER_LIST, 0);
    list->ordered = ordered;
    list->tight = tight;
    list->next = start;
}

void render_enter_item(struct renderer *r)
{
    char *marker = item_marker(r);
    render_push(r, CONTAINER_ITEM, text_width(marker))->marker = marker;
}

void render_leave_item(struct renderer *r)
{
    if (!r->stack[r->depth - 1].started)
        render_begin_line(r); /* an empty item still has its bullet */
    render_pop(r);
}
