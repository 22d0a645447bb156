/* Markdown (md4c) to styled lines of a given width. No curses here: styles are names the screens
 * map to attributes and the plain commands to nothing. */
#ifndef COURSE_MARKDOWN_H
#define COURSE_MARKDOWN_H

#include <stddef.h>

enum style {
    STYLE_TEXT,
    STYLE_HEADING1,
    STYLE_HEADING2,
    STYLE_HEADING3,
    STYLE_STRONG,
    STYLE_EMPHASIS,
    STYLE_CODE,      /* inline code */
    STYLE_CODE_LINE, /* a line of a code block; never wrapped, may be wider than asked. Each such
                      * line has a span of this style, if only an empty one at its start */
    STYLE_CODE_KEYWORD,
    STYLE_CODE_COMMENT,
    STYLE_CODE_STRING,
    STYLE_CODE_NUMBER,
    STYLE_CODE_PREPROC,
    STYLE_LINK,
    STYLE_QUOTE,
    STYLE_RULE,
    STYLE_TABLE_HEAD,
    STYLE_BULLET,
    STYLE_GOOD,
    STYLE_BAD,
    STYLE_DIM,
};
enum { STYLE_COUNT = STYLE_DIM + 1 };

struct span {
    char *text; /* owned, UTF-8, no control characters */
    enum style style;
    char *link; /* owned: target when style is STYLE_LINK, else NULL */
};
struct line {
    struct span *spans; /* owned */
    size_t n_spans;
};
struct doc {
    struct line *lines; /* owned */
    size_t n_lines;
};

/* Render Markdown (headings, paragraphs, lists, tables, code, quotes, links, rules) to lines of at
 * most `columns`. Tables align by display width. Never fails; bytes that are not UTF-8 and control
 * characters are made visible. `d` is overwritten; release it with doc_release(). */
void markdown_render(struct doc *d, const char *text, size_t columns);
/* A text can be rendered part by part, with a blank line between what two of them give. The length
 * of the first part: it ends before a heading and has some 2 KB, if the text has several. */
size_t markdown_part(const char *text);
void doc_release(struct doc *d);
/* Append one more line: a helper for screens that build documents themselves. */
void doc_add(struct doc *d, enum style style, const char *text);
/* Append all lines of `from`, which is empty afterwards. */
void doc_move(struct doc *d, struct doc *from);
/* Append a span to the last line. */
void doc_append(struct doc *d, enum style style, const char *text);
/* Wrap plain text to lines of one style, each prefixed by `indent` blanks. */
void doc_add_wrapped(struct doc *d, enum style style, const char *text, size_t columns,
                     size_t indent);

#endif
