#include "course/text_shape.h"

#include <stddef.h>
#include <string.h>

enum kind { END, HEADING, CODE, TABLE_ROW, BULLET, NUMBERED };

struct element {
    enum kind kind;
    long amount;      /* level, lines, cells, number */
    const char *info; /* what follows a fence, info_len bytes */
    size_t info_len;
    int line;
};

struct scanner {
    const char *at;
    int line; /* of `at`, from 1 */
};

/* The line at hand without its newline; moves on. False at the end of the text. */
static bool next_line(struct scanner *s, const char **line, size_t *len)
{
    if (*s->at == '\0')
        return false;
    *line = s->at;
    *len = strcspn(s->at, "\n");
    s->at += *len + (s->at[*len] == '\n');
    s->line++;
    return true;
}

static size_t blanks(const char *line, size_t len)
{
    size_t n = 0;
    while (n < len && line[n] == ' ')
        n++;
    return n;
}

static size_t repeated(const char *line, size_t len, char c)
{
    size_t n = 0;
    while (n < len && line[n] == c)
        n++;
    return n;
}

static bool is_fence(const char *line, size_t len)
{
    return repeated(line, len, '`') >= 3 || repeated(line, len, '~') >= 3;
}

/* From the line after the opening fence to the closing one. */
static long code_lines(struct scanner *s, char fence)
{
    const char *line;
    size_t len;
    long count = 0;
    while (next_line(s, &line, &len)) {
        size_t skip = blanks(line, len);
        if (repeated(line + skip, len - skip, fence) >= 3)
            break;
        count++;
    }
    return count;
}

/* "| a | b \| c |": the bars that are not escaped. */
static long bars(const char *line, size_t len)
{
    long count = 0;
    for (size_t i = 0; i < len; i++) {
        if (line[i] == '\\')
            i++;
        else if (line[i] == '|')
            count++;
    }
    return count;
}

/* "12. text": 12; -1 when it is no numbered item. */
static long item_number(const char *line, size_t len)
{
    long number = 0;
    size_t i = 0;
    for (; i < len && i < 4 && line[i] >= '0' && line[i] <= '9'; i++)
        number = number * 10 + (line[i] - '0');
    return i > 0 && i + 1 < len && line[i] == '.' && line[i + 1] == ' ' ? number : -1;
}

static bool classify(struct scanner *s, const char *line, size_t len, struct element *e)
{
    size_t level = repeated(line, len, '#');
    if (is_fence(line, len)) {
        size_t ticks = repeated(line, len, line[0]);
        e->kind = CODE;
        e->info = line + ticks;
        e->info_len = len - ticks;
        e->amount = code_lines(s, line[0]);
    } else if (level > 0 && level < len && line[level] == ' ') {
        e->kind = HEADING;
        e->amount = (long)level;
    } else if (len > 0 && line[0] == '|') {
        e->kind = TABLE_ROW;
        e->amount = bars(line, len);
    } else if (len > 1 && (line[0] == '-' || line[0] == '*') && line[1] == ' ') {
        e->kind = BULLET;
    } else if (item_number(line, len) >= 0) {
        e->kind = NUMBERED;
        e->amount = item_number(line, len);
    }
    return e->kind != END;
}

static struct element next_element(struct scanner *s)
{
    const char *line;
    size_t len;
    for (;;) {
        struct element e = {.kind = END, .line = s->line};
        if (!next_line(s, &line, &len))
            return e;
        size_t skip = blanks(line, len);
        if (classify(s, line + skip, len - skip, &e))
            return e;
    }
}

static bool same(const struct element *a, const struct element *b)
{
    return a->kind == b->kind && a->amount == b->amount && a->info_len == b->info_len &&
           (a->info_len == 0 || memcmp(a->info, b->info, a->info_len) == 0);
}

bool text_shape_equal(const char *a, const char *b, int *line_a, int *line_b)
{
    struct scanner sa = {a, 1}, sb = {b, 1};
    for (;;) {
        struct element ea = next_element(&sa), eb = next_element(&sb);
        *line_a = ea.line;
        *line_b = eb.line;
        if (!same(&ea, &eb))
            return false;
        if (ea.kind == END)
            return true;
    }
}
