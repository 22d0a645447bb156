/* The state of one rendering, shared by markdown.c (blocks) and the files it leans on. */
#ifndef COURSE_MD_RENDER_H
#define COURSE_MD_RENDER_H

#include <md4c.h>
#include <stdbool.h>
#include <stddef.h>

#include "course/doc.h"
#include "course/highlight.h"

/* A block that holds other blocks. Quotes and list items put a prefix before their lines. */
enum container_kind { CONTAINER_LIST, CONTAINER_ITEM, CONTAINER_QUOTE };
struct container {
    enum container_kind kind;
    bool started;  /* has a line: a bullet stands before the first one only */
    size_t width;  /* columns of the prefix; 0 for lists, and where there is no room for it */
    char *marker;  /* owned: the bullet of an item */
    bool tight;    /* of a list: no blank lines between its items */
    bool ordered;  /* of a list */
    unsigned next; /* of an ordered list: number of its next item */
};

struct table {
    size_t n_columns;
    MD_ALIGN *aligns;   /* owned, of each column */
    struct flow *cells; /* owned, row by row; the first row is the head */
    size_t n_cells;
};

struct renderer {
    struct doc *doc;
    size_t columns;
    struct container *stack; /* owned */
    size_t depth;
    struct flow flow; /* the paragraph, heading, item or cell being read */
    enum style base;  /* style of plain text in it */
    int strong, emphasis, code;
    int links;
    char *link;         /* owned: target of the link being read */
    bool blank_pending; /* a blank line belongs before the next block */
    bool in_code_block, in_html_block, in_html_comment;
    struct buf text; /* of the code or HTML block being read */
    enum code_language language;
    struct table table;
};

/* --- lines and containers (md_lines.c) --- */

/* Columns left beside the prefixes. */
size_t render_room(const struct renderer *r);
/* A blank line if one is due before the block that follows. */
void render_open_block(struct renderer *r);
/* A new line with the prefixes of all containers. */
void render_begin_line(struct renderer *r);
/* Put out the text read so far, wrapped, as a block; nothing when there is none. */
void render_flush(struct renderer *r);
/* Containers: the prefix of a new one is `width` columns. */
struct container *render_push(struct renderer *r, enum container_kind kind, size_t width);
void render_pop(struct renderer *r);
void render_enter_list(struct renderer *r, bool ordered, bool tight, unsigned start);
void render_enter_item(struct renderer *r);
void render_leave_item(struct renderer *r);
/* Blocks directly in a tight list stand without blank lines between them. */
bool render_in_tight_list(const struct renderer *r);

/* --- text in blocks (md_inline.c), as md4c calls it --- */

int inline_enter_span(MD_SPANTYPE type, void *detail, void *user);
int inline_leave_span(MD_SPANTYPE type, void *detail, void *user);
int inline_add_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *user);

/* --- tables (md_table.c) --- */

void table_begin(struct table *t, size_t n_columns);
void table_add_cell(struct table *t, struct flow *cell, MD_ALIGN align); /* takes over the cell */
void table_end_row(struct table *t); /* fills the row up with empty cells */
void table_render(struct renderer *r, const struct table *t);
void table_release(struct table *t);

#endif
