#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/app.h"
#include "tui/evidence.h"
#include "tui/places.h"

enum {
    INDENT = 4,
    BYTES_LINES = 12,
    LINES_BEFORE = 2,
    STDERR_LINES = 8,
    COLUMN_MAX = 500,
    LONG_LINE = 400,
    BESIDE_COLUMNS = 58 /* from here on expected and actual stand side by side */
};

static int widest_label(void)
{
    static const enum msg_id labels[] = {MSG_TUI_SYMPTOM, MSG_TUI_EVIDENCE, MSG_TUI_HINT};
    int widest = 0;

    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        int width = (int)text_width(msg(labels[i]));

        widest = width > widest ? width : widest;
    }
    return widest;
}

/* "现象  text…", wrapped under itself. The label may be "" for more of the same. */
static void add_labelled(struct doc *d, const char *label, enum style style, const char *text,
                         int columns)
{
    int label_columns = widest_label() + 2;
    int width = columns - INDENT - label_columns;
    size_t count = 0;
    struct buf clean = BUF_INIT;

    text_sanitize(&clean, text, strlen(text));
    const char *body = buf_text(&clean);
    AUTO_FREE struct text_slice *lines =
        text_wrap(body, clean.len, (size_t)(width > 16 ? width : 16), &count);
    for (size_t i = 0; i < count; i++) {
        struct buf head = BUF_INIT;
        AUTO_FREE char *line = str_ndup(body + lines[i].start, lines[i].len);

        text_pad(&head, i == 0 ? label : "", (size_t)label_columns);
        doc_add(d, STYLE_TEXT, "    ");
        doc_append(d, STYLE_HEADING3, buf_text(&head));
        doc_append(d, style, line);
        buf_release(&head);
    }
    buf_release(&clean);
}

static void add_text2(struct doc *d, enum msg_id label, const struct text2 *t, int columns)
{
    const char *text = text2_get(t);

    if (*text)
        add_labelled(d, msg(label), STYLE_TEXT, text, columns);
}

/* The picture stands under the text if it is narrow enough, else at the edge. */
static void add_graph(struct doc *d, const struct text2 *graph, int columns)
{
    const char *text = text2_get(graph);
    int widest = 0;

    if (!*text)
        return;
    for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n') {
        int width = (int)text_width_n(at, strcspn(at, "\n"));

        widest = width > widest ? width : widest;
    }
    doc_add(d, STYLE_TEXT, "");
    for (const char *end; *text; text = *end ? end + 1 : end) {
        end = strchrnul(text, '\n');
        struct buf clean = BUF_INIT;

        buf_repeat(&clean, " ", widest + INDENT <= columns ? INDENT : 0);
        text_sanitize(&clean, text, (size_t)(end - text));
        doc_add(d, STYLE_CODE_LINE, buf_text(&clean));
        buf_release(&clean);
    }
}

/* ---- expected and actual ---- */

static size_t first_difference(const struct bytes *a, const struct bytes *b)
{
    size_t i = 0;

    while (i < a->len && i < b->len && a->data[i] == b->data[i])
        i++;
    return i;
}

/* Start of the line `back` lines before the one that holds `at`. */
static size_t line_start(const struct bytes *b, size_t at, int back)
{
    size_t i = at < b->len ? at : b->len;

    for (;;) {
        while (i > 0 && b->data[i - 1] != '\n')
            i--;
        if (back-- <= 0 || i == 0)
            return i;
        i--;
    }
}

/* The beginning of the UTF-8 character that byte `at` belongs to, at most three bytes back. */
static size_t character_start(const char *text, size_t len, size_t at)
{
    for (size_t back = 0; at < len && back <= 3 && back <= at; back++)
        if (((unsigned char)text[at - back] & 0xc0) != 0x80)
            return at - back;
    return at;
}

/* One line, from `split` on in the style; of a very long one only what surrounds the split. */
static void add_bytes_line(struct doc *d, const char *text, size_t len, size_t split,
                           enum style style)
{
    bool cut = len > LONG_LINE;
    size_t from = cut && split < len && split > LONG_LINE / 2 ? split - LONG_LINE / 4 : 0;
    size_t to = cut && len - from > LONG_LINE ? from + LONG_LINE : len;
    struct buf same = BUF_INIT, other = BUF_INIT;

    from = character_start(text, len, from);
    to = character_start(text, len, to);
    split = character_start(text, len, split < to ? split : to);
    text_visible(&same, text + from, split - from, false);
    text_visible(&other, text + split, to - split, false);
    doc_add(d, STYLE_DIM, from > 0 ? "      │ …" : "      │ ");
    doc_append(d, STYLE_TEXT, buf_text(&same));
    doc_append(d, style, buf_text(&other));
    if (to < len)
        doc_append(d, STYLE_DIM, "…");
    buf_release(&same);
    buf_release(&other);
}

/* The lines around the first difference; from there on in the style. */
static void add_bytes(struct doc *d, enum msg_id label, const struct bytes *b, size_t differ,
                      enum style style)
{
    size_t at = line_start(b, differ, LINES_BEFORE);
    AUTO_FREE char *title = say(label, b->total);

    doc_add(d, STYLE_TEXT, "    ");
    doc_append(d, STYLE_HEADING3, title);
    if (at > 0) {
        AUTO_FREE char *skipped = say(MSG_TUI_BYTES_SAME, at);
        doc_append(d, STYLE_DIM, skipped);
    }
    for (int n = 0; at < b->len && n < BYTES_LINES; n++) {
        const char *end = memchr(b->data + at, '\n', b->len - at);
        size_t len = end ? (size_t)(end - (b->data + at)) + 1 : b->len - at;

        add_bytes_line(d, b->data + at, len,
                       differ <= at        ? 0
                       : differ < at + len ? differ - at
                                           : len,
                       style);
        at += len;
    }
    if (at < b->total) {
        AUTO_FREE char *rest = say(MSG_TUI_BYTES_MORE, b->total - at);
        doc_add(d, STYLE_DIM, "      │ ");
        doc_append(d, STYLE_DIM, rest);
    }
}

static void add_end(struct doc *d, const struct record *r, size_t differ)
{
    if (r->actual.total >= r->expected.total || differ != r->actual.len)
        return;
    doc_add(d, STYLE_DIM, "      │ ");
    doc_append(d, STYLE_BAD, msg(MSG_TUI_ENDS_HERE));
}

/* Line by line beside each other; false when one of them is too wide for that. */
static bool add_beside(struct doc *d, const struct doc *left, const struct doc *right, int columns)
{
    size_t half = (size_t)(columns - INDENT) / 2;
    const struct line none = {0};

    for (size_t i = 0; i < left->n_lines || i < right->n_lines; i++)
        if ((i < left->n_lines && line_width(&left->lines[i]) + 1 > half) ||
            (i < right->n_lines && line_width(&right->lines[i]) > half))
            return false;
    for (size_t i = 0; i < left->n_lines || i < right->n_lines; i++) {
        const struct line *l = i < left->n_lines ? &left->lines[i] : &none;
        const struct line *r = i < right->n_lines ? &right->lines[i] : &none;
        struct buf gap = BUF_INIT;

        doc_add(d, STYLE_TEXT, "");
        for (size_t j = 0; j < l->n_spans; j++)
            doc_append(d, l->spans[j].style, l->spans[j].text);
        buf_repeat(&gap, " ", half - line_width(l));
        doc_append(d, STYLE_TEXT, buf_text(&gap));
        for (size_t j = 0; j < r->n_spans; j++)
            doc_append(d, r->spans[j].style, r->spans[j].text);
        buf_release(&gap);
    }
    return true;
}

/* Side by side where there is room, else one below the other. */
static void add_both(struct doc *d, const struct record *r, int columns)
{
    size_t differ = first_difference(&r->expected, &r->actual);
    struct doc expected = {0}, actual = {0};

    doc_add(d, STYLE_TEXT, "");
    add_bytes(&expected, MSG_TUI_EXPECTED, &r->expected, differ, STYLE_GOOD);
    add_bytes(&actual, MSG_TUI_ACTUAL, &r->actual, differ, STYLE_BAD);
    add_end(&actual, r, differ);
    if (columns < BESIDE_COLUMNS || !add_beside(d, &expected, &actual, columns)) {
        add_bytes(d, MSG_TUI_EXPECTED, &r->expected, differ, STYLE_GOOD);
        add_bytes(d, MSG_TUI_ACTUAL, &r->actual, differ, STYLE_BAD);
        add_end(d, r, differ);
    }
    doc_release(&expected);
    doc_release(&actual);
}

/* Where the last `lines` lines of a text begin. */
static const char *last_lines(const char *text, int lines)
{
    const char *at = text + strlen(text);

    if (at > text && at[-1] == '\n')
        at--; /* the newline that ends the text begins no line */
    for (; at > text; at--)
        if (at[-1] == '\n' && --lines == 0)
            break;
    return at;
}

static void add_stderr(struct doc *d, const char *text)
{
    const char *from = last_lines(text, STDERR_LINES);

    if (!*text)
        return;
    doc_add(d, STYLE_TEXT, "");
    doc_add(d, STYLE_TEXT, "    ");
    doc_append(d, STYLE_HEADING3, msg(MSG_TUI_STDERR));
    for (const char *end; *from; from = *end ? end + 1 : end) {
        end = strchrnul(from, '\n');
        struct buf clean = BUF_INIT;

        text_sanitize(&clean, from, (size_t)(end - from));
        doc_add(d, STYLE_DIM, "      │ ");
        doc_append(d, STYLE_TEXT, buf_text(&clean));
        buf_release(&clean);
    }
}

size_t evidence_record(struct doc *d, const struct test_spec *test, const struct record *r,
                       const char *dir, int columns)
{
    doc_add(d, STYLE_TEXT, "    ");
    doc_append(d, STYLE_BAD, verdict_title(r->verdict, msg_lang()));
    if (r->diagnosis) {
        doc_append(d, STYLE_DIM, "  ");
        doc_append(d, STYLE_DIM, r->diagnosis);
    }
    if (test && test->hidden) {
        add_labelled(d, msg(MSG_TUI_SYMPTOM), STYLE_TEXT, msg(MSG_TUI_HIDDEN_TEST), columns);
        doc_add(d, STYLE_TEXT, "");
        return d->n_lines;
    }
    add_text2(d, MSG_TUI_SYMPTOM, &r->symptom, columns);
    add_text2(d, MSG_TUI_EVIDENCE, &r->evidence, columns);
    add_text2(d, MSG_TUI_HINT, &r->hint, columns);
    size_t words = d->n_lines;
    if (dir)
        places_show(d, dir, text2_get(&r->evidence));
    add_graph(d, &r->graph, columns);
    if (r->has_bytes)
        add_both(d, r, columns);
    if (r->stderr_tail)
        add_stderr(d, r->stderr_tail);
    doc_add(d, STYLE_TEXT, "");
    return words;
}

/* ---- the compiler ---- */

/* The compiler counts columns on the screen, with tab stops every eight, as here. */
static void add_source(struct doc *d, const struct diagnostic *g)
{
    struct buf code = BUF_INIT, clean = BUF_INIT, caret = BUF_INIT;
    AUTO_FREE char *gutter = str_format("%6d │ ", g->line);

    if (!g->source)
        return;
    places_expand_tabs(&code, g->source, strlen(g->source));
    text_sanitize(&clean, buf_text(&code), code.len);
    doc_add(d, STYLE_DIM, gutter);
    doc_append(d, STYLE_CODE_LINE, buf_text(&clean));
    if (g->column > 0 && g->column <= COLUMN_MAX) {
        buf_repeat(&caret, " ", (size_t)g->column - 1);
        buf_adds(&caret, "^");
        doc_add(d, STYLE_DIM, "       │ ");
        doc_append(d, STYLE_BAD, buf_text(&caret));
    }
    buf_release(&code);
    buf_release(&clean);
    buf_release(&caret);
}

static bool same_place(const struct diagnostic *a, const struct diagnostic *b)
{
    return a->line == b->line && a->column == b->column && str_equal(a->file, b->file);
}

static enum msg_id kind_of(const struct diagnostic *g, enum style *style)
{
    *style = STYLE_BAD;
    if (g->kind && strstr(g->kind, "error"))
        return MSG_TUI_KIND_ERROR;
    *style = STYLE_CODE;
    if (str_equal(g->kind, "warning"))
        return MSG_TUI_KIND_WARNING;
    *style = STYLE_DIM;
    return MSG_TUI_KIND_NOTE;
}

void evidence_build(struct doc *d, const struct report *r, int columns, int chosen, int *lines)
{
    if (r->build_note) {
        doc_add_wrapped(d, STYLE_TEXT, r->build_note, (size_t)columns, 2);
        doc_add(d, STYLE_TEXT, "");
    }
    for (size_t i = 0; i < r->n_diagnostics; i++) {
        const struct diagnostic *g = &r->diagnostics[i];
        enum style style;
        enum msg_id kind = kind_of(g, &style);

        if (lines)
            lines[i] = (int)d->n_lines;
        doc_add(d, STYLE_BULLET, (int)i == chosen ? "› " : "  ");
        if (g->file) {
            AUTO_FREE char *place = str_format("%s:%d:%d  ", g->file, g->line, g->column);
            doc_append(d, STYLE_STRONG, place);
        }
        doc_append(d, style, msg(kind));
        doc_add_wrapped(d, STYLE_TEXT, g->message ? g->message : "", (size_t)columns, INDENT);
        if (i == 0 || !same_place(g, g - 1))
            add_source(d, g);
        doc_add(d, STYLE_TEXT, "");
    }
}
