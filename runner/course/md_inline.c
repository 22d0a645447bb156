/* Text in blocks: emphasis, code, links, line breaks, entities, raw HTML. */
#include <stdlib.h>
#include <string.h>

#include "course/cjk.h"
#include "course/md_render.h"

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

int inline_enter_span(MD_SPANTYPE type, void *detail, void *user)
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

int inline_leave_span(MD_SPANTYPE type, void *detail, void *user)
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

int inline_add_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *user)
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
