/* How a mismatch is shown: at most two common lines, then from the first different line on a few
 * lines of either side. Both sides are cut to the same window of the different line, so that equal
 * characters stand above each other:
 *
 *     从第 11 个字节起不一样（第 1 行）：
 *       期望  child got 2 bytes: hi⏎
 *       实际  child got 0 bytes: ⏎
 *                       ^
 *
 * The limits keep a flood of output from becoming a flood of report. */
#include "report/diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { LINES_BEFORE = 2, LINES_AFTER = 3, CHAR_MAX_BYTES = 4 };

/* One side of the comparison. */
struct side {
    const struct bytes *bytes;
    enum msg_id label;
    enum color color;
};

struct view {
    struct canvas *canvas;
    size_t indent;     /* where labels begin */
    size_t text_at;    /* where text begins */
    size_t columns;    /* room for text */
    size_t difference; /* byte offset of the first difference */
    size_t mark;       /* byte offset of the character it falls into */
    size_t line;       /* byte offset where its line begins */
    size_t window;     /* byte offset in that line where the shown part begins */
};

/* Bytes of the character at `p`: 1 for a byte that is no valid UTF-8. */
static size_t char_bytes(const char *p, size_t len)
{
    for (size_t n = 1; n <= CHAR_MAX_BYTES && n <= len; n++)
        if (text_is_utf8(p, n))
            return n;
    return 1;
}

/* Append the visible form of one character and give its width. */
static size_t add_char(const struct canvas *c, struct buf *out, const char *p, size_t len)
{
    size_t before = out->len;
    if (len == 1 && *p == '\n')
        buf_adds(out, canvas_glyph(c, GLYPH_NEWLINE));
    else
        text_visible(out, p, len, false);
    return text_width_n(out->data + before, out->len - before);
}

static size_t visible_width(const struct canvas *c, const char *p, size_t len)
{
    struct buf b = BUF_INIT;
    size_t width = 0;
    for (size_t i = 0, n; i < len; i += n) {
        n = char_bytes(p + i, len - i);
        width += add_char(c, &b, p + i, n);
        buf_clear(&b);
    }
    buf_release(&b);
    return width;
}

static size_t first_difference(const struct bytes *a, const struct bytes *b)
{
    size_t i = 0;
    while (i < a->len && i < b->len && a->data[i] == b->data[i])
        i++;
    return i;
}

/* Back to where the line begins that holds byte `at`; the newline belongs to the line it ends. */
static size_t line_begin(const char *data, size_t at)
{
    while (at > 0 && data[at - 1] != '\n')
        at--;
    return at;
}

static size_t line_end(const struct bytes *b, size_t at)
{
    while (at < b->len && b->data[at] != '\n')
        at++;
    return at < b->len ? at + 1 : at;
}

static size_t count_lines(const char *data, size_t len)
{
    size_t lines = 0;
    for (size_t i = 0; i < len; i++)
        lines += data[i] == '\n';
    return lines;
}

/* The beginning of the character that covers byte `at`, so that none is shown in halves. */
static size_t char_begin(const struct bytes *b, size_t begin, size_t at)
{
    for (size_t back = 1; back < CHAR_MAX_BYTES && at - begin >= back; back++)
        if (char_bytes(b->data + at - back, b->len - (at - back)) > back)
            return at - back;
    return at;
}

/* Back over characters while they fit into `columns`. */
static size_t step_back(const struct view *v, const struct bytes *b, size_t at, size_t columns)
{
    size_t width = 0;
    while (at > v->line) {
        size_t previous = char_begin(b, v->line, at - 1);
        width += visible_width(v->canvas, b->data + previous, at - previous);
        if (width > columns)
            break;
        at = previous;
    }
    return at;
}

/* Where the shown part of the different line begins: the line itself, or far enough to the right
 * that the difference stands in the middle. */
static size_t window_begin(const struct view *v, const struct bytes *b, size_t shown_difference)
{
    if (step_back(v, b, shown_difference, v->columns * 2 / 3) == v->line)
        return v->line;
    return step_back(v, b, shown_difference, v->columns / 2);
}

/* Paint [from, to) of one line in its visible form, cut at the end when it is too long. The limit
 * in bytes is for endless combining characters, which have no width. */
static void paint_bytes(const struct view *v, enum color color, const struct bytes *b, size_t from,
                        size_t to, bool cut_before)
{
    struct canvas *c = v->canvas;
    size_t used = 0;
    struct buf text = BUF_INIT;
    if (cut_before) {
        canvas_text(c, DIM, canvas_glyph(c, GLYPH_CUT));
        used++;
    }
    while (from < to) {
        size_t n = char_bytes(b->data + from, to - from);
        size_t before = text.len;
        size_t width = add_char(c, &text, b->data + from, n);
        if (used + width + (from + n < to) > v->columns || text.len > v->columns * 16) {
            text.len = before;
            break;
        }
        used += width;
        from += n;
    }
    canvas_text_n(c, color, buf_text(&text), text.len);
    if (from < to && used < v->columns)
        canvas_text(c, DIM, canvas_glyph(c, GLYPH_CUT));
    buf_release(&text);
}

static void paint_note(const struct view *v, enum msg_id id, size_t number)
{
    AUTO_FREE char *note = msg_format(msg_lang(), id, number);
    canvas_blanks(v->canvas, v->text_at);
    canvas_cut(v->canvas, DIM, note, v->columns);
    canvas_newline(v->canvas);
}

/* The few lines before the different one, which both sides share. */
static void paint_common(const struct view *v, const struct bytes *b)
{
    size_t from = v->line;
    for (int i = 0; i < LINES_BEFORE && from > 0; i++)
        from = line_begin(b->data, from - 1);
    if (from > 0)
        paint_note(v, MSG_REPORT_SAME_LINES, count_lines(b->data, from));
    while (from < v->line) {
        size_t to = line_end(b, from);
        canvas_blanks(v->canvas, v->text_at);
        paint_bytes(v, DIM, b, from, to, false);
        canvas_newline(v->canvas);
        from = to;
    }
}

static void paint_end(const struct view *v, const struct bytes *b, size_t from)
{
    if (from < b->len)
        paint_note(v, MSG_REPORT_MORE_LINES,
                   count_lines(b->data + from, b->len - from) + (b->data[b->len - 1] != '\n'));
    if (b->total > b->len)
        paint_note(v, MSG_REPORT_MORE_BYTES, b->total - b->len);
}

static void paint_label(const struct view *v, const struct side *s)
{
    const char *label = msg(s->label);
    canvas_blanks(v->canvas, v->indent);
    canvas_text(v->canvas, s->color, label);
    canvas_blanks(v->canvas, v->text_at - v->indent - text_width(label));
}

/* The line with the difference. Gives the offset of the line after it. */
static size_t paint_different(const struct view *v, const struct side *s)
{
    const struct bytes *b = s->bytes;
    paint_label(v, s);
    if (v->line >= b->len) {
        enum msg_id id = b->total > 0 ? MSG_REPORT_ENDS_HERE : MSG_REPORT_NOTHING;
        canvas_cut(v->canvas, DIM, msg(id), v->columns);
        canvas_newline(v->canvas);
        return b->len;
    }
    size_t to = line_end(b, v->window);
    paint_bytes(v, s->color, b, v->window, to, v->window > v->line);
    canvas_newline(v->canvas);
    return to;
}

static void paint_following(const struct view *v, const struct side *s, size_t from)
{
    for (int i = 1; i < LINES_AFTER && from < s->bytes->len; i++) {
        size_t to = line_end(s->bytes, from);
        canvas_blanks(v->canvas, v->text_at);
        paint_bytes(v, s->color, s->bytes, from, to, false);
        canvas_newline(v->canvas);
        from = to;
    }
    paint_end(v, s->bytes, from);
}

static void paint_mark(const struct view *v, const struct bytes *b)
{
    size_t at = visible_width(v->canvas, b->data + v->window, v->mark - v->window);
    canvas_blanks(v->canvas, v->text_at + (v->window > v->line) + at);
    canvas_text(v->canvas, YELLOW, "^");
    canvas_newline(v->canvas);
}

/* In one sentence: how they differ, and where. */
static char *place_of(const struct view *v, const struct bytes *e, const struct bytes *a)
{
    size_t same = v->difference, line = count_lines(e->data, v->line) + 1;
    if (same == e->len && same == a->len && e->total == a->total)
        return msg_format(msg_lang(), MSG_REPORT_SAME_START, same);
    if (a->total == 0)
        return msg_format(msg_lang(), MSG_REPORT_CAME_NOTHING, e->total);
    if (e->total == 0)
        return msg_format(msg_lang(), MSG_REPORT_CAME_ANYWAY, a->total);
    if (same == a->total)
        return msg_format(msg_lang(), MSG_REPORT_ENDS_EARLY, same, e->total, e->total - same);
    if (same == e->total)
        return msg_format(msg_lang(), MSG_REPORT_GOES_ON, same, a->total - same);
    return msg_format(msg_lang(), MSG_REPORT_DIFFERS_AT, same + 1, line);
}

static size_t label_width(void)
{
    size_t expected = text_width(msg(MSG_REPORT_EXPECTED));
    size_t actual = text_width(msg(MSG_REPORT_ACTUAL));
    return expected > actual ? expected : actual;
}

void diff_paint(struct canvas *c, const struct bytes *expected, const struct bytes *actual,
                size_t indent)
{
    const struct side sides[] = {
        {expected, MSG_REPORT_EXPECTED, GREEN},
        {actual, MSG_REPORT_ACTUAL, RED},
    };
    struct view v = {.canvas = c, .indent = indent};
    v.text_at = indent + label_width() + 2;
    v.columns = c->style.columns > v.text_at + 8 ? c->style.columns - v.text_at : 8;
    v.difference = first_difference(expected, actual);
    /* Of two sides that are equal as far as they go, the longer has the character to point at. */
    const struct bytes *longer = expected->len > actual->len ? expected : actual;
    v.line = line_begin(longer->data, v.difference);
    v.mark = v.difference < longer->len ? char_begin(longer, v.line, v.difference) : v.difference;
    v.window = window_begin(&v, longer, v.mark);
    AUTO_FREE char *place = place_of(&v, expected, actual);
    canvas_paragraph(c, "", PLAIN, v.indent, PLAIN, place);
    if (v.difference == expected->len && v.difference == actual->len)
        return;
    paint_common(&v, longer);
    paint_following(&v, &sides[0], paint_different(&v, &sides[0]));
    size_t next = paint_different(&v, &sides[1]);
    paint_mark(&v, longer);
    paint_following(&v, &sides[1], next);
}
