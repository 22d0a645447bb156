/* md4c calls back at the start and end of every block and span; blocks become lines as they end. */
#include "course/markdown.h"

#include <stdlib.h>
#include <string.h>

#include "course/cjk.h"
#include "course/md_render.h"

enum { TAB_STOP = 8 };

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
static void leave_heading(struct renderer *r, const void *detail)
{
    (void)detail;
    size_t width = flow_width(&r->flow);
    bool underline = r->base == STYLE_HEADING1 && width > 0;
    render_flush(r);
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
    render_flush(r);
}

/* One function per kind of block and end; NULL where there is nothing to do. */
typedef void block_step(struct renderer *r, const void *detail);

static void enter_quote(struct renderer *r, const void *detail)
{
    (void)detail;
    render_push(r, CONTAINER_QUOTE, 2);
}

static void enter_bullets(struct renderer *r, const void *detail)
{
    const MD_BLOCK_UL_DETAIL *list = detail;
    render_enter_list(r, false, list->is_tight != 0, 0);
}

static void enter_numbers(struct renderer *r, const void *detail)
{
    const MD_BLOCK_OL_DETAIL *list = detail;
    render_enter_list(r, true, list->is_tight != 0, list->start);
}

static void leave_container(struct renderer *r, const void *detail)
{
    (void)detail;
    render_pop(r);
}

static void enter_item(struct renderer *r, const void *detail)
{
    (void)detail;
    render_enter_item(r);
}

static void leave_item(struct renderer *r, const void *detail)
{
    (void)detail;
    render_leave_item(r);
}

static void enter_heading(struct renderer *r, const void *detail)
{
    static const enum style styles[] = {STYLE_HEADING1, STYLE_HEADING2, STYLE_HEADING3};
    unsigned level = ((const MD_BLOCK_H_DETAIL *)detail)->level;
    r->base = styles[level > 3 ? 2 : level - 1];
}

static void leave_rule(struct renderer *r, const void *detail)
{
    (void)detail;
    render_open_block(r);
    emit_rule(r, STYLE_RULE, "─", render_room(r));
}

static void enter_code(struct renderer *r, const void *detail)
{
    const MD_BLOCK_CODE_DETAIL *code = detail;
    r->in_code_block = true;
    r->language = code_language(code->lang.text, code->lang.size);
}

static void leave_code(struct renderer *r, const void *detail)
{
    (void)detail;
    emit_code(r);
    r->in_code_block = false;
}

static void enter_html(struct renderer *r, const void *detail)
{
    (void)detail;
    r->in_html_block = true;
    r->in_html_comment = false;
}

static void leave_html(struct renderer *r, const void *detail)
{
    (void)detail;
    emit_html(r);
    r->in_html_block = false;
}

static void enter_table(struct renderer *r, const void *detail)
{
    table_begin(&r->table, ((const MD_BLOCK_TABLE_DETAIL *)detail)->col_count);
}

static void leave_table(struct renderer *r, const void *detail)
{
    (void)detail;
    table_render(r, &r->table);
    table_release(&r->table);
}

static void enter_head_cell(struct renderer *r, const void *detail)
{
    (void)detail;
    r->base = STYLE_TABLE_HEAD;
}

static void leave_cell(struct renderer *r, const void *detail)
{
    table_add_cell(&r->table, &r->flow, ((const MD_BLOCK_TD_DETAIL *)detail)->align);
}

static void leave_row(struct renderer *r, const void *detail)
{
    (void)detail;
    table_end_row(&r->table);
}

static const struct {
    block_step *enter, *leave;
    bool ends_text; /* a blank line belongs between it and what follows */
} steps[] = {
    [MD_BLOCK_DOC] = {NULL, NULL, false},
    [MD_BLOCK_QUOTE] = {enter_quote, leave_container, true},
    [MD_BLOCK_UL] = {enter_bullets, leave_container, true},
    [MD_BLOCK_OL] = {enter_numbers, leave_container, true},
    [MD_BLOCK_LI] = {enter_item, leave_item, false},
    [MD_BLOCK_HR] = {NULL, leave_rule, true},
    [MD_BLOCK_H] = {enter_heading, leave_heading, true},
    [MD_BLOCK_CODE] = {enter_code, leave_code, true},
    [MD_BLOCK_HTML] = {enter_html, leave_html, true},
    [MD_BLOCK_P] = {NULL, NULL, true},
    [MD_BLOCK_TABLE] = {enter_table, leave_table, true},
    [MD_BLOCK_THEAD] = {NULL, NULL, false},
    [MD_BLOCK_TBODY] = {NULL, NULL, false},
    [MD_BLOCK_TR] = {NULL, leave_row, false},
    [MD_BLOCK_TH] = {enter_head_cell, leave_cell, false},
    [MD_BLOCK_TD] = {NULL, leave_cell, false},
};

static bool is_cell(MD_BLOCKTYPE type)
{
    return type == MD_BLOCK_TD || type == MD_BLOCK_TH;
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *user)
{
    struct renderer *r = user;
    render_flush(r); /* the text of a tight list item before a block in it */
    r->base = text_style(r);
    if (steps[type].enter != NULL)
        steps[type].enter(r, detail);
    return 0;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *user)
{
    struct renderer *r = user;
    /* cells and headings need their text as it is */
    if (!is_cell(type) && type != MD_BLOCK_H)
        render_flush(r);
    if (steps[type].leave != NULL)
        steps[type].leave(r, detail);
    if (steps[type].ends_text && r->doc->n_lines > 0)
        r->blank_pending = !render_in_tight_list(r);
    return 0;
}

/* What md4c gets: valid UTF-8 without control characters, with Chinese emphasis made to work. */
static void prepare(struct buf *out, const char *text)
{
    static const char bom[] = "\xef\xbb\xbf";
    if (strncmp(text, bom, 3) == 0)
        text += 3;
    struct buf lines = BUF_INIT;
    for (const char *p = text; *p != '\0';) {
        size_t len = strcspn(p, "\r");
        buf_add(&lines, p, len);
        p += len;
        if (*p == '\r' && *++p != '\n')
            buf_addc(&lines, '\r');
    }
    struct buf clean = BUF_INIT;
    text_sanitize(&clean, buf_text(&lines), lines.len);
    cjk_mark_emphasis(out, buf_text(&clean), clean.len);
    buf_release(&lines);
    buf_release(&clean);
}

/* The character of the code fence that this line is, 0: it is none. */
static char fence_of(const char *line)
{
    const char *at = line + strspn(line, " ");
    bool fence = !strncmp(at, "```", 3) || !strncmp(at, "~~~", 3);
    return at - line < 4 && fence ? *at : '\0';
}

/* Headings that begin a line end whatever stands before them, but for code and HTML. Definitions of
 * links ("[name]: target") count for the whole text. */
size_t markdown_part(const char *text)
{
    enum { PART_BYTES = 2048 };
    char open = '\0'; /* the fence of the code block we are in */

    if (strstr(text, "]:") != NULL)
        return strlen(text);
    for (const char *line = text, *end; *line != '\0'; line = end) {
        size_t len = strcspn(line, "\n");
        end = line + len + (line[len] == '\n');
        char fence = fence_of(line);
        if (fence != '\0' && (open == '\0' || open == fence))
            open = open == '\0' ? fence : '\0';
        else if (open != '\0')
            continue;
        else if (line[strspn(line, " ")] == '<')
            break;
        else if (*line == '#' && line - text >= PART_BYTES && line[-1] == '\n' && line[-2] == '\n')
            return (size_t)(line - text);
    }
    return strlen(text);
}

void markdown_render(struct doc *d, const char *text, size_t columns)
{
    *d = (struct doc){0};
    static const MD_PARSER parser = {
        .flags = MD_FLAG_TABLES,
        .enter_block = enter_block,
        .leave_block = leave_block,
        .enter_span = inline_enter_span,
        .leave_span = inline_leave_span,
        .text = inline_add_text,
    };
    struct renderer r = {.doc = d, .columns = columns < 2 ? 2 : columns};
    struct buf source = BUF_INIT;
    prepare(&source, text);
    md_parse(buf_text(&source), (MD_SIZE)source.len, &parser, &r);
    while (r.depth > 0) /* only when md4c ran out of memory half-way */
        render_pop(&r);
    free(r.stack);
    free(r.link);
    flow_release(&r.flow);
    table_release(&r.table);
    buf_release(&r.text);
    buf_release(&source);
}
