/* md4c calls back at the start and end of every block and span; blocks become lines as they end. */
#include "course/markdown.h"

#include <stdlib.h>
#include <string.h>

#include "course/cjk.h"
#include "course/md_render.h"

enum { TAB_STOP = 8 };

static enum style inline_style(const struct renderer *r)
{
    if (r->base == STYLE_HEADING1 || r->base == STYLE_HEADING2 || r->base == STYLE_HEADING3)
        return r->links > 0 ? STYLE_LINK : r->base;
    if (r->code > 0)
        return STYLE_CODE;
    if (r->links > 0)
        return STYLE_LINK;
    if (r->strong > 0)
        return STYLE_STRONG;
    return r->emphasis > 0 ? STYLE_EMPHASIS : r->base;
}

static void add_inline(struct renderer *r, const char *text, size_t len)
{
    enum style style = inline_style(r);
    flow_add(&r->flow, style, text, len, style == STYLE_LINK ? r->link : NULL);
}

/* --- lines -------------------------------------------------------------------------------------
 */

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

static void flush_flow(struct renderer *r)
{
    if (r->flow.text.len > 0)
        emit_flow(r);
    flow_release(&r->flow);
}

/* --- containers --------------------------------------------------------------------------------
 */

/* Prefixes take at most half of a line: beyond that, deep nesting is not shown. */
static struct container *push(struct renderer *r, enum container_kind kind, size_t width)
{
    if ((prefix_width(r) + width) * 2 > r->columns)
        width = 0;
    r->stack = mem_grow(r->stack, r->depth + 1, sizeof *r->stack);
    r->stack[r->depth] = (struct container){.kind = kind, .width = width};
    return &r->stack[r->depth++];
}

static void pop(struct renderer *r)
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

static bool in_tight_list(const struct renderer *r)
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

static void enter_list(struct renderer *r, bool ordered, bool tight, unsigned start)
{
    struct container *list = push(r, CONTAINER_LIST, 0);
    list->ordered = ordered;
    list->tight = tight;
    list->next = start;
}

static void enter_item(struct renderer *r)
{
    char *marker = item_marker(r);
    push(r, CONTAINER_ITEM, text_width(marker))->marker = marker;
    r->base = STYLE_TEXT;
}

static void leave_item(struct renderer *r)
{
    if (!r->stack[r->depth - 1].started)
        render_begin_line(r); /* an empty item still has its bullet */
    pop(r);
}

/* --- blocks ------------------------------------------------------------------------------------
 */

static enum style text_style(const struct renderer *r)
{
    for (size_t i = 0; i < r->depth; i++)
        if (r->stack[i].kind == CONTAINER_QUOTE)
            return STYLE_QUOTE;
    return STYLE_TEXT;
}

static void emit_rule(struct renderer *r, enum style style, const char *piece, size_t width)
{
    struct buf b = BUF_INIT;
    buf_repeat(&b, piece, width);
    render_begin_line(r);
    doc_append(r->doc, style, buf_text(&b));
    buf_release(&b);
}

/* The title of a page is underlined, so that it stands out without colours, too. */
static void leave_heading(struct renderer *r)
{
    size_t width = flow_width(&r->flow);
    bool underline = r->base == STYLE_HEADING1 && width > 0;
    flush_flow(r);
    if (underline)
        emit_rule(r, STYLE_HEADING1, "═", width < render_room(r) ? width : render_room(r));
}

/* Tabs become blanks up to the next stop. */
static void add_expanded(struct buf *out, const char *line, size_t len)
{
    size_t column = 0;
    for (size_t i = 0; i < len;) {
        size_t plain = 0;
        while (i + plain < len && line[i + plain] != '\t')
            plain++;
        buf_add(out, line + i, plain);
        column += text_width_n(line + i, plain);
        i += plain;
        if (i == len)
            break;
        size_t fill = TAB_STOP - column % TAB_STOP;
        buf_repeat(out, " ", fill);
        column += fill;
        i++;
    }
}

static size_t widest_line(const char *text)
{
    size_t widest = 0;
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        size_t width = text_width_n(text, len);
        widest = width > widest ? width : widest;
        text += len + (text[len] == '\n');
    }
    return widest;
}

static void emit_code(struct renderer *r)
{
    struct buf expanded = BUF_INIT;
    for (const char *p = buf_text(&r->text); *p != '\0';) {
        size_t len = strcspn(p, "\n");
        add_expanded(&expanded, p, len);
        buf_addc(&expanded, '\n');
        p += len + (p[len] == '\n');
    }
    const char *text = buf_text(&expanded);
    /* Indented like in a book, where that makes no line too long. */
    size_t indent = widest_line(text) + 2 <= render_room(r) ? 2 : 0;
    struct highlight h = {.language = r->language};
    render_open_block(r);
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        render_begin_line(r);
        doc_span(r->doc, STYLE_CODE_LINE, "  ", len > 0 ? indent : 0, NULL);
        highlight_line(&h, r->doc, text, len);
        text += len + 1;
    }
    buf_release(&expanded);
    buf_clear(&r->text);
}

/* HTML that is no comment is shown as it stands. */
static void emit_html(struct renderer *r)
{
    const char *text = buf_text(&r->text);
    for (const char *p = text; *p != '\0';) {
        size_t len = strcspn(p, "\n");
        flow_add(&r->flow, text_style(r), p, len, NULL);
        p += len + (p[len] == '\n');
        if (*p != '\0')
            flow_hard_break(&r->flow);
    }
    buf_clear(&r->text);
    flush_flow(r);
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *user)
{
    struct renderer *r = user;
    static const enum style headings[] = {STYLE_HEADING1, STYLE_HEADING2, STYLE_HEADING3};
    if (type != MD_BLOCK_TD && type != MD_BLOCK_TH)
        flush_flow(r); /* the text of a tight list item before a block in it */
    r->base = text_style(r);
    if (type == MD_BLOCK_UL) {
        enter_list(r, false, ((MD_BLOCK_UL_DETAIL *)detail)->is_tight, 0);
    } else if (type == MD_BLOCK_OL) {
        const MD_BLOCK_OL_DETAIL *list = detail;
        enter_list(r, true, list->is_tight, list->start);
    } else if (type == MD_BLOCK_LI) {
        enter_item(r);
        r->base = text_style(r);
    } else if (type == MD_BLOCK_QUOTE) {
        push(r, CONTAINER_QUOTE, 2);
    } else if (type == MD_BLOCK_H) {
        unsigned level = ((MD_BLOCK_H_DETAIL *)detail)->level;
        r->base = headings[level > 3 ? 2 : level - 1];
    } else if (type == MD_BLOCK_CODE) {
        const MD_BLOCK_CODE_DETAIL *code = detail;
        r->in_code_block = true;
        r->language = code_language(code->lang.text, code->lang.size);
    } else if (type == MD_BLOCK_HTML) {
        r->in_html_block = true;
        r->in_html_comment = false;
    } else if (type == MD_BLOCK_TABLE) {
        table_begin(&r->table, ((MD_BLOCK_TABLE_DETAIL *)detail)->col_count);
    } else if (type == MD_BLOCK_TH) {
        r->base = STYLE_TABLE_HEAD;
    }
    return 0;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *user)
{
    struct renderer *r = user;
    bool ends_text = true; /* a blank line may follow */
    if (type == MD_BLOCK_TD || type == MD_BLOCK_TH) {
        table_add_cell(&r->table, &r->flow, ((MD_BLOCK_TD_DETAIL *)detail)->align);
        return 0;
    }
    if (type == MD_BLOCK_H)
        leave_heading(r);
    else
        flush_flow(r);
    if (type == MD_BLOCK_UL || type == MD_BLOCK_OL || type == MD_BLOCK_QUOTE) {
        pop(r);
    } else if (type == MD_BLOCK_LI) {
        leave_item(r);
        ends_text = false;
    } else if (type == MD_BLOCK_CODE) {
        emit_code(r);
        r->in_code_block = false;
    } else if (type == MD_BLOCK_HTML) {
        ends_text = r->text.len > 0;
        emit_html(r);
        r->in_html_block = false;
    } else if (type == MD_BLOCK_HR) {
        render_open_block(r);
        emit_rule(r, STYLE_RULE, "─", render_room(r));
    } else if (type == MD_BLOCK_TR) {
        table_end_row(&r->table);
    } else if (type == MD_BLOCK_TABLE) {
        table_render(r, &r->table);
        table_release(&r->table);
    }
    if (ends_text && type != MD_BLOCK_TR && type != MD_BLOCK_THEAD && type != MD_BLOCK_TBODY)
        r->blank_pending = r->doc->n_lines > 0 && !in_tight_list(r);
    return 0;
}

/* --- text in blocks ----------------------------------------------------------------------------
 */

static void enter_link(struct renderer *r, const MD_ATTRIBUTE *target)
{
    if (r->links++ > 0)
        return; /* an image in a link: the link counts */
    struct buf b = BUF_INIT;
    cjk_add_plain(&b, target->text == NULL ? "" : target->text, target->size);
    buf_addc(&b, '\0');
    r->link = buf_steal(&b);
}

static void leave_link(struct renderer *r)
{
    if (--r->links > 0)
        return;
    free(r->link);
    r->link = NULL;
}

static int enter_span(MD_SPANTYPE type, void *detail, void *user)
{
    struct renderer *r = user;
    if (type == MD_SPAN_STRONG)
        r->strong++;
    else if (type == MD_SPAN_EM)
        r->emphasis++;
    else if (type == MD_SPAN_CODE)
        r->code++;
    else if (type == MD_SPAN_A)
        enter_link(r, &((MD_SPAN_A_DETAIL *)detail)->href);
    else if (type == MD_SPAN_IMG)
        enter_link(r, &((MD_SPAN_IMG_DETAIL *)detail)->src);
    return 0;
}

static int leave_span(MD_SPANTYPE type, void *detail, void *user)
{
    (void)detail;
    struct renderer *r = user;
    if (type == MD_SPAN_STRONG)
        r->strong--;
    else if (type == MD_SPAN_EM)
        r->emphasis--;
    else if (type == MD_SPAN_CODE)
        r->code--;
    else if (type == MD_SPAN_A || type == MD_SPAN_IMG)
        leave_link(r);
    return 0;
}

/* "&lt;" or "&#8594;" as a character; a name not known stays as it is. */
static void add_entity(struct renderer *r, const char *text, size_t len)
{
    static const struct {
        const char *entity, *text;
    } names[] = {
        {"&lt;", "<"},     {"&gt;", ">"},     {"&amp;", "&"},   {"&quot;", "\""},
        {"&apos;", "'"},   {"&nbsp;", " "},   {"&rarr;", "→"},  {"&larr;", "←"},
        {"&times;", "×"},  {"&hellip;", "…"}, {"&mdash;", "—"}, {"&ndash;", "–"},
        {"&middot;", "·"}, {"&le;", "≤"},     {"&ge;", "≥"},    {"&ne;", "≠"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strlen(names[i].entity) != len || memcmp(names[i].entity, text, len) != 0)
            continue;
        add_inline(r, names[i].text, strlen(names[i].text));
        return;
    }
    if (len < 4 || text[1] != '#') {
        add_inline(r, text, len);
        return;
    }
    bool hex = text[2] == 'x' || text[2] == 'X';
    unsigned long c = strtoul(text + (hex ? 3 : 2), NULL, hex ? 16 : 10); /* ends at the ';' */
    bool valid = c >= 0x20 && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
    struct buf b = BUF_INIT;
    char_add(&b, valid ? (uint32_t)c : 0xfffd);
    add_inline(r, buf_text(&b), b.len);
    buf_release(&b);
}

/* Raw HTML: comments are for authors, <br> breaks the line (in tables there is no other way), the
 * rest is text such as <pid>. */
static void add_html(struct renderer *r, const char *text, size_t len)
{
    if (len >= 4 && memcmp(text, "<!--", 4) == 0)
        return;
    if (len >= 4 && len <= 6 && memcmp(text, "<br", 3) == 0 && strchr("/> ", text[3]) != NULL)
        flow_hard_break(&r->flow);
    else
        add_inline(r, text, len);
}

/* A piece of an HTML block; comments may span several. */
static void add_block_html(struct renderer *r, const char *text, size_t len)
{
    while (len > 0) {
        const char *mark = r->in_html_comment ? "-->" : "<!--";
        const char *found = memmem(text, len, mark, strlen(mark));
        size_t before = found == NULL ? len : (size_t)(found - text);
        bool blank_rest = r->text.len == 0 && before == 1 && text[0] == '\n';
        if (!r->in_html_comment && !blank_rest)
            buf_add(&r->text, text, before);
        if (found == NULL)
            return;
        r->in_html_comment = !r->in_html_comment;
        text += before + strlen(mark);
        len -= before + strlen(mark);
    }
}

static int add_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *user)
{
    struct renderer *r = user;
    if (r->in_code_block)
        cjk_add_plain(&r->text, text, size);
    else if (type == MD_TEXT_BR)
        flow_hard_break(&r->flow);
    else if (type == MD_TEXT_SOFTBR)
        flow_soft_break(&r->flow);
    else if (type == MD_TEXT_ENTITY)
        add_entity(r, text, size);
    else if (type == MD_TEXT_HTML && r->in_html_block)
        add_block_html(r, text, size);
    else if (type == MD_TEXT_HTML)
        add_html(r, text, size);
    else
        add_inline(r, text, size);
    return 0;
}

/* --- the whole ---------------------------------------------------------------------------------
 */

/* What md4c gets: valid UTF-8 without control characters, with Chinese emphasis made to work. */
static void prepare(struct buf *out, const char *text)
{
    static const char bom[] = "\xef\xbb\xbf";
    if (strncmp(text, bom, 3) == 0)
        text += 3;
    struct buf lines = BUF_INIT;
    for (const char *p = text; *p != '\0'; p++)
        if (*p != '\r' || p[1] != '\n')
            buf_addc(&lines, *p);
    struct buf clean = BUF_INIT;
    text_sanitize(&clean, buf_text(&lines), lines.len);
    cjk_mark_emphasis(out, buf_text(&clean), clean.len);
    buf_release(&lines);
    buf_release(&clean);
}

void markdown_render(struct doc *d, const char *text, size_t columns)
{
    *d = (struct doc){0};
    static const MD_PARSER parser = {
        .flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH,
        .enter_block = enter_block,
        .leave_block = leave_block,
        .enter_span = enter_span,
        .leave_span = leave_span,
        .text = add_text,
    };
    struct renderer r = {.doc = d, .columns = columns < 2 ? 2 : columns};
    struct buf source = BUF_INIT;
    prepare(&source, text);
    md_parse(buf_text(&source), (MD_SIZE)source.len, &parser, &r);
    while (r.depth > 0) /* only when md4c ran out of memory half-way */
        pop(&r);
    free(r.stack);
    free(r.link);
    flow_release(&r.flow);
    table_release(&r.table);
    buf_release(&r.text);
    buf_release(&source);
}
