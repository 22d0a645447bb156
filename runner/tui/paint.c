#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/text.h"
#include "tui/cursesw.h"
#include "tui/paint.h"

/* -1 is the terminal's own colour. */
struct look {
    short wide;  /* of 256 colours, on a dark background; readable on a light one too */
    short deep;  /* of 256 colours, on a light background */
    short dark;  /* of 8 colours, on a dark background */
    short light; /* of 8 colours, on a light background */
    attr_t attr;
    attr_t mono; /* instead, without colours */
};

enum { OWN = -1 };

static const struct look looks[TONE_COUNT] = {
    [STYLE_TEXT] = {OWN, OWN, OWN, OWN, A_NORMAL, A_NORMAL},
    [STYLE_HEADING1] = {33, 25, COLOR_CYAN, COLOR_BLUE, A_BOLD, A_BOLD | A_UNDERLINE},
    [STYLE_HEADING2] = {33, 25, COLOR_CYAN, COLOR_BLUE, A_BOLD, A_BOLD},
    [STYLE_HEADING3] = {OWN, OWN, OWN, OWN, A_BOLD, A_BOLD},
    [STYLE_STRONG] = {OWN, OWN, OWN, OWN, A_BOLD, A_BOLD},
    [STYLE_EMPHASIS] = {OWN, OWN, OWN, OWN, A_UNDERLINE, A_UNDERLINE},
    [STYLE_CODE] = {172, 130, COLOR_YELLOW, COLOR_MAGENTA, A_NORMAL, A_BOLD},
    [STYLE_CODE_LINE] = {OWN, OWN, OWN, OWN, A_NORMAL, A_NORMAL},
    [STYLE_CODE_KEYWORD] = {134, 90, COLOR_MAGENTA, COLOR_MAGENTA, A_NORMAL, A_BOLD},
    [STYLE_CODE_COMMENT] = {244, 243, COLOR_GREEN, COLOR_GREEN, A_NORMAL, A_DIM},
    [STYLE_CODE_STRING] = {34, 28, COLOR_GREEN, COLOR_GREEN, A_NORMAL, A_NORMAL},
    [STYLE_CODE_NUMBER] = {37, 30, COLOR_CYAN, COLOR_BLUE, A_NORMAL, A_NORMAL},
    [STYLE_CODE_PREPROC] = {172, 130, COLOR_YELLOW, COLOR_RED, A_NORMAL, A_NORMAL},
    [STYLE_LINK] = {33, 25, COLOR_CYAN, COLOR_BLUE, A_UNDERLINE, A_UNDERLINE},
    [STYLE_QUOTE] = {244, 243, OWN, OWN, A_NORMAL, A_DIM},
    [STYLE_RULE] = {244, 243, OWN, OWN, A_DIM, A_DIM},
    [STYLE_TABLE_HEAD] = {OWN, OWN, OWN, OWN, A_BOLD, A_BOLD},
    [STYLE_BULLET] = {33, 25, COLOR_CYAN, COLOR_BLUE, A_NORMAL, A_NORMAL},
    [STYLE_GOOD] = {34, 28, COLOR_GREEN, COLOR_GREEN, A_NORMAL, A_NORMAL},
    [STYLE_BAD] = {167, 160, COLOR_RED, COLOR_RED, A_NORMAL, A_BOLD},
    [STYLE_DIM] = {244, 243, OWN, OWN, A_NORMAL, A_DIM},
    [TONE_FRAME] = {244, 243, OWN, OWN, A_DIM, A_DIM},
    [TONE_NAME] = {33, 25, COLOR_CYAN, COLOR_BLUE, A_BOLD, A_BOLD},
    [TONE_TITLE] = {244, 243, OWN, OWN, A_NORMAL, A_NORMAL},
    [TONE_TITLE_FOCUS] = {33, 25, COLOR_CYAN, COLOR_BLUE, A_BOLD, A_BOLD | A_UNDERLINE},
    [TONE_SELECTED] = {OWN, OWN, OWN, OWN, A_REVERSE, A_REVERSE},
    [TONE_CURRENT] = {OWN, OWN, OWN, OWN, A_BOLD, A_BOLD},
    [TONE_FOUND] = {172, 130, COLOR_YELLOW, COLOR_MAGENTA, A_BOLD | A_UNDERLINE,
                    A_BOLD | A_UNDERLINE},
    [TONE_WARN] = {172, 130, COLOR_YELLOW, COLOR_RED, A_BOLD, A_BOLD},
    [TONE_KEY] = {33, 25, COLOR_CYAN, COLOR_BLUE, A_BOLD, A_BOLD},
};

static struct {
    attr_t attr[TONE_COUNT];
    short pair[TONE_COUNT];
    bool lines, charset;
} now;

/* ASCII of the same width for the characters the program itself draws with. */
static const struct {
    wchar_t from;
    char to;
} stand_ins[] = {
    {L'─', '-'}, {L'━', '='},  {L'═', '='},  {L'│', '|'}, {L'┃', '|'}, {L'┌', '+'}, {L'┐', '+'},
    {L'└', '+'}, {L'┘', '+'},  {L'├', '+'},  {L'┤', '+'}, {L'┬', '+'}, {L'┴', '+'}, {L'┼', '+'},
    {L'╭', '+'}, {L'╮', '+'},  {L'╰', '+'},  {L'╯', '+'}, {L'✓', '+'}, {L'✗', 'x'}, {L'●', '*'},
    {L'◐', '~'}, {L'○', 'o'},  {L'•', '*'},  {L'·', '.'}, {L'…', '.'}, {L'▸', '>'}, {L'›', '>'},
    {L'‹', '<'}, {L'▶', '>'},  {L'◀', '<'},  {L'▼', 'v'}, {L'▲', '^'}, {L'→', '>'}, {L'←', '<'},
    {L'↑', '^'}, {L'↓', 'v'},  {L'█', '#'},  {L'▁', '_'}, {L'▂', '_'}, {L'▃', '.'}, {L'▄', ':'},
    {L'▅', ':'}, {L'▆', '|'},  {L'▇', '|'},  {L'╴', '-'}, {L'░', '.'}, {L'⏎', '$'}, {L'–', '-'},
    {L'—', '-'}, {L'‘', '\''}, {L'’', '\''}, {L'“', '"'}, {L'”', '"'}, {L'×', 'x'}, {L'①', '1'},
    {L'②', '2'}, {L'③', '3'},  {L'④', '4'},  {L'⑤', '5'}, {L'⑥', '6'}, {L'⑦', '7'}, {L'⑧', '8'},
    {L'⑨', '9'},
};

/* COLORFGBG is "15;0" or "0;default;15": the last number is the background. */
static bool background_is_light(void)
{
    const char *colours = getenv("COLORFGBG");
    const char *last = colours ? strrchr(colours, ';') : NULL;

    return last && (!strcmp(last, ";7") || !strcmp(last, ";15"));
}

static short colour_of(const struct look *l, int colours, bool light)
{
    if (colours >= 256)
        return light ? l->deep : l->wide;
    return light ? l->light : l->dark;
}

void paint_start(const struct terminal *t, enum colours which)
{
    const char *no_color = getenv("NO_COLOR");
    bool light = which == COLOURS_LIGHT || (which == COLOURS_AUTO && background_is_light());
    int colours = 0;

    now.lines = t->lines;
    now.charset = t->utf8;
    if (has_colors() && which != COLOURS_NONE && !(no_color && *no_color)) {
        start_color();
        use_default_colors();
        colours = COLORS;
    }
    for (int i = 0; i < TONE_COUNT; i++) {
        const struct look *l = &looks[i];
        short colour = colour_of(l, colours, light);

        now.attr[i] = colours >= 8 ? l->attr : l->mono;
        now.pair[i] = 0;
        if (colours >= 8 && colour != OWN && i + 1 < COLOR_PAIRS) {
            init_pair((short)(i + 1), colour, OWN);
            now.pair[i] = (short)(i + 1);
        }
    }
}

/* One character of UTF-8; a bad byte gives U+FFFD. Returns its length in bytes (at least 1). */
static size_t decode(const char *text, wchar_t *out)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t len = s[0] < 0x80 ? 1 : s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : s[0] >= 0xc2 ? 2 : 0;
    wchar_t c = len == 1 ? s[0] : s[0] & (0x7f >> len);

    *out = L'\ufffd';
    if (len == 0 || s[0] > 0xf4)
        return 1;
    for (size_t i = 1; i < len; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 1;
        c = (c << 6) | (s[i] & 0x3f);
    }
    *out = c;
    return len;
}

/* Characters that move the cursor or turn the direction of writing have no business on the screen.
 */
static bool is_harmful(wchar_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f || c == 0x061c ||
           c == 0x2028 || c == 0x2029 || c == 0xfeff;
}

static wchar_t stand_in(wchar_t c)
{
    for (size_t i = 0; i < sizeof stand_ins / sizeof *stand_ins; i++)
        if (stand_ins[i].from == c)
            return (wchar_t)stand_ins[i].to;
    return c;
}

static bool charset_has(wchar_t c)
{
    char bytes[MB_LEN_MAX];
    mbstate_t state = {0};

    return now.charset || wcrtomb(bytes, c, &state) != (size_t)-1;
}

/* Put one character; `width` is what the layout counts for it. */
static void put(wchar_t c, size_t width)
{
    if (c == L'\t')
        c = L' ';
    if (is_harmful(c))
        c = now.charset ? L'\ufffd' : L'?';
    if (!now.lines)
        c = stand_in(c);
    if (charset_has(c)) {
        addnwstr(&c, 1);
        return;
    }
    for (size_t i = 0; i < width; i++)
        addnwstr(L"?", 1);
}

/* Paint at most `columns` columns of `len` bytes at the cursor, after skipping some. */
static int put_text(const char *text, size_t len, int columns, int *skip)
{
    int column = 0;

    for (size_t at = 0; at < len;) {
        wchar_t c;
        size_t bytes = decode(text + at, &c);
        int width = is_harmful(c) ? 1 : (int)text_width_n(text + at, bytes);

        at += bytes;
        if (*skip > 0) {
            *skip -= width;
            for (; *skip < 0 && column < columns; column++, ++*skip)
                put(L' ', 1); /* the cut went through a wide character */
            continue;
        }
        if (column + width > columns)
            break;
        put(c, (size_t)width);
        column += width;
    }
    return column;
}

static void use(enum tone tone)
{
    attr_set(now.attr[tone], now.pair[tone], NULL);
}

int paint(const struct pane *p, int row, int column, enum tone tone, const char *text)
{
    int none = 0;

    if (row < 0 || row >= p->rows || column < 0 || column >= p->columns)
        return 0;
    use(tone);
    move(p->top + row, p->left + column);
    return put_text(text, strlen(text), p->columns - column, &none);
}

int paint_field(const struct pane *p, int row, int column, int columns, enum tone tone,
                const char *text)
{
    struct buf padded = BUF_INIT;

    if (columns > p->columns - column)
        columns = p->columns - column;
    if (columns <= 0)
        return 0;
    text_pad(&padded, text, (size_t)columns);
    paint(p, row, column, tone, buf_text(&padded));
    buf_release(&padded);
    return columns;
}

void paint_line(const struct pane *p, int row, const struct line *line, int skip)
{
    bool cut = (int)line_width(line) > p->columns + skip;
    int column = 0;

    if (row < 0 || row >= p->rows)
        return;
    if (skip > 0 && line->n_spans > 0)
        column = paint(p, row, 0, TONE_DIM, "‹");
    skip += column;
    for (size_t i = 0; i < line->n_spans && column < p->columns; i++) {
        const char *text = line->spans[i].text;

        use((enum tone)line->spans[i].style);
        move(p->top + row, p->left + column);
        column += put_text(text, strlen(text), p->columns - column, &skip);
    }
    if (cut)
        paint(p, row, p->columns - 1, TONE_DIM, "›");
}

void paint_over(const struct pane *p, int row, int column, int columns, enum tone tone)
{
    if (column < 0) {
        columns += column;
        column = 0;
    }
    if (columns > p->columns - column)
        columns = p->columns - column;
    if (row >= 0 && row < p->rows && columns > 0)
        mvchgat(p->top + row, p->left + column, columns, now.attr[tone], now.pair[tone], NULL);
}

void paint_blank(const struct pane *p, int row, enum tone tone)
{
    paint_field(p, row, 0, p->columns, tone, "");
}

void paint_vertical(int top, int rows, int column)
{
    struct pane p = {top, column, rows, 1};

    for (int row = 0; row < rows; row++)
        paint(&p, row, 0, TONE_FRAME, "│");
}

int paint_bar(const struct pane *p, int row, int column, int columns, int done, int all)
{
    int full = all > 0 ? columns * done / all : 0;

    for (int i = 0; i < columns; i++)
        paint(p, row, column + i, i < full ? TONE_GOOD : TONE_FRAME, i < full ? "━" : "─");
    return columns;
}

size_t line_width(const struct line *line)
{
    size_t width = 0;

    for (size_t i = 0; i < line->n_spans; i++)
        width += text_width(line->spans[i].text);
    return width;
}
