#include "tui/beside.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/app.h"
#include "tui/diff.h"
#include "tui/places.h"

enum { NUMBER_COLUMNS = 5, SIGN_COLUMNS = 2, BETWEEN_COLUMNS = 3, CODE_MIN = 8 };

struct half {   /* one side of a row: what is left to show of its line */
    char *text; /* owned; NULL: there is no line on this side */
    const char *rest;
    int number; /* 0: shown already */
    const char *sign;
    enum style style;
};

static struct half half_of(const struct diff_line *l, bool right)
{
    struct buf wide = BUF_INIT, clean = BUF_INIT;
    struct half h = {.sign = "  ", .style = STYLE_TEXT};

    if (!l)
        return h;
    places_expand_tabs(&wide, l->text, l->len);
    text_sanitize(&clean, buf_text(&wide), wide.len);
    h.text = str_dup(buf_text(&clean));
    h.rest = h.text;
    h.number = right ? l->new_line : l->old_line;
    if (l->kind != DIFF_SAME) {
        h.sign = right ? "+ " : "- ";
        h.style = right ? STYLE_GOOD : STYLE_BAD;
    }
    buf_release(&wide);
    buf_release(&clean);
    return h;
}

static bool is_left(const struct half *h)
{
    return h->rest && *h->rest;
}

/* Bytes of a text that go into one row; a line that is too long breaks behind a blank if there is
 * one in the second half of the room. */
static size_t fit(const char *text, size_t columns)
{
    size_t all = strlen(text), len = text_fit(text, all, columns);

    if (len == all || len == 0) /* 0: a character wider than the room */
        return all;
    for (size_t at = len; at > len / 2; at--)
        if (text[at - 1] == ' ')
            return at;
    return len;
}

/* Append what fits into one row, padded to the width where something stands to the right. */
static void add_half(struct doc *d, struct half *h, size_t code_columns, bool pad)
{
    const char *text = h->rest ? h->rest : "";
    size_t len = fit(text, code_columns);
    AUTO_FREE char *gutter = h->number ? str_format("%4d ", h->number) : str_dup("     ");
    struct buf code = BUF_INIT;

    buf_add(&code, text, len);
    if (pad && text_width(buf_text(&code)) < code_columns)
        buf_repeat(&code, " ", code_columns - text_width(buf_text(&code)));
    doc_append(d, STYLE_DIM, gutter);
    doc_append(d, h->style, h->text ? h->sign : "  ");
    doc_append(d, h->style, buf_text(&code));
    buf_release(&code);
    h->rest = h->rest ? h->rest + len : NULL;
    h->number = 0;
}

static void add_row(struct doc *d, const struct diff_line *left, const struct diff_line *right,
                    size_t code_columns)
{
    struct half l = half_of(left, false), r = half_of(right, true);

    do {
        doc_add(d, STYLE_TEXT, "");
        add_half(d, &l, code_columns, true);
        doc_append(d, STYLE_DIM, " │ ");
        add_half(d, &r, code_columns, false);
    } while (is_left(&l) || is_left(&r));
    free(l.text);
    free(r.text);
}

static size_t run_of(const struct diff_line *l, size_t count, enum diff_kind kind)
{
    size_t n = 0;

    while (n < count && l[n].kind == kind)
        n++;
    return n;
}

/* The lines of one side in a run of changes, in order: those that are taken out and those that are
 * put in may alternate. */
static const struct diff_line *next_of(const struct diff_line *l, size_t *at, size_t end,
                                       enum diff_kind kind)
{
    while (*at < end && l[*at].kind != kind)
        ++*at;
    return *at < end ? &l[(*at)++] : NULL;
}

static void add_changes(struct doc *d, const struct diff_line *l, size_t count, size_t code_columns)
{
    size_t old_at = 0, new_at = 0;

    for (;;) {
        const struct diff_line *left = next_of(l, &old_at, count, DIFF_OLD);
        const struct diff_line *right = next_of(l, &new_at, count, DIFF_NEW);

        if (!left && !right)
            return;
        add_row(d, left, right, code_columns);
    }
}

static void add_names(struct doc *d, size_t half_columns)
{
    struct buf name = BUF_INIT;

    text_pad(&name, msg(MSG_TUI_DIFF_OWN), half_columns - NUMBER_COLUMNS);
    doc_add(d, STYLE_TEXT, "     ");
    doc_append(d, STYLE_BAD, buf_text(&name));
    doc_append(d, STYLE_DIM, " │ ");
    doc_append(d, STYLE_TEXT, "     ");
    doc_append(d, STYLE_GOOD, msg(MSG_TUI_DIFF_REFERENCE));
    buf_release(&name);
}

void beside_add(struct doc *d, const struct buf *mine, const struct buf *reference, int columns)
{
    int half = (columns - BETWEEN_COLUMNS) / 2;
    int room = half - NUMBER_COLUMNS - SIGN_COLUMNS;
    size_t code_columns = (size_t)(room > CODE_MIN ? room : CODE_MIN);
    size_t count = 0;
    AUTO_FREE struct diff_line *l =
        diff_lines(buf_text(mine), mine->len, buf_text(reference), reference->len, &count);

    add_names(d, code_columns + NUMBER_COLUMNS + SIGN_COLUMNS);
    for (size_t i = 0, n; i < count; i += n) {
        n = run_of(l + i, count - i, DIFF_SAME);
        for (size_t j = 0; j < n; j++)
            add_row(d, &l[i + j], &l[i + j], code_columns);
        if (n > 0)
            continue;
        while (i + n < count && l[i + n].kind != DIFF_SAME)
            n++;
        add_changes(d, l + i, n, code_columns);
    }
}
