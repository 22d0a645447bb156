#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tui/diff.h"

enum { EDITS_MAX = 800 }; /* the trace takes 4 * EDITS_MAX * EDITS_MAX bytes at worst: 2.5 MB */

struct piece {
    const char *text;
    size_t len;
};
struct side {
    struct piece *lines; /* owned */
    int count;
};

static struct side split(const char *text, size_t len)
{
    struct side s = {mem_alloc(sizeof(struct piece)), 0};

    for (size_t at = 0; at < len;) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t n = end ? (size_t)(end - (text + at)) : len - at;

        s.lines = mem_grow(s.lines, (size_t)s.count + 1, sizeof *s.lines);
        s.lines[s.count++] = (struct piece){text + at, n};
        at += n + 1;
    }
    return s;
}

static bool same(const struct side *a, int i, const struct side *b, int j)
{
    return a->lines[i].len == b->lines[j].len &&
           memcmp(a->lines[i].text, b->lines[j].text, a->lines[i].len) == 0;
}

/* Row d of the trace: the furthest x on diagonals -d … d before step d. */
static int furthest(const int *row, int d, int k)
{
    if (d == 0)
        return 0;
    if (k == -d || (k != d && row[d + k - 1] < row[d + k + 1]))
        return row[d + k + 1];
    return row[d + k - 1] + 1;
}

/* Runs forward until both ends are reached; rows[d] holds the furthest x before step d (indices
 * 0 … 2d, diagonal k at d + k). Returns the number of edits, -1 when there are too many. */
static int trace(const struct side *a, const struct side *b, int **rows)
{
    for (int d = 0; d <= EDITS_MAX; d++) {
        rows[d + 1] = mem_alloc((size_t)(2 * d + 3) * sizeof **rows);
        for (int k = -d; k <= d; k += 2) {
            int x = furthest(rows[d], d, k);
            int y = x - k;

            while (x < a->count && y < b->count && same(a, x, b, y))
                y = ++x - k;
            rows[d + 1][d + 1 + k] = x;
            if (x >= a->count && y >= b->count)
                return d;
        }
    }
    return -1;
}

struct output {
    struct diff_line *lines;
    size_t count;
};

static void add(struct output *out, enum diff_kind kind, const struct side *a, int x,
                const struct side *b, int y)
{
    const struct piece *p = kind == DIFF_NEW ? &b->lines[y] : &a->lines[x];

    out->lines[out->count++] = (struct diff_line){
        .kind = kind,
        .text = p->text,
        .len = p->len,
        .old_line = kind == DIFF_NEW ? 0 : x + 1,
        .new_line = kind == DIFF_OLD ? 0 : y + 1,
    };
}

static void walk_back(struct output *out, const struct side *a, const struct side *b, int **rows,
                      int edits)
{
    int x = a->count, y = b->count;

    for (int d = edits; d >= 0; d--) {
        int k = x - y;
        int start = furthest(rows[d], d, k);

        while (x > start && y > start - k) {
            add(out, DIFF_SAME, a, --x, b, --y);
        }
        if (d == 0)
            break;
        if (k == -d || (k != d && rows[d][d + k - 1] < rows[d][d + k + 1]))
            add(out, DIFF_NEW, a, x, b, --y);
        else
            add(out, DIFF_OLD, a, --x, b, y);
    }
}

static void reverse(struct output *out)
{
    for (size_t i = 0; i < out->count / 2; i++) {
        struct diff_line swap = out->lines[i];

        out->lines[i] = out->lines[out->count - 1 - i];
        out->lines[out->count - 1 - i] = swap;
    }
}

struct diff_line *diff_lines(const char *old_text, size_t old_len, const char *new_text,
                             size_t new_len, size_t *count)
{
    struct side a = split(old_text, old_len), b = split(new_text, new_len);
    struct output out = {mem_alloc((size_t)(a.count + b.count + 1) * sizeof *out.lines), 0};
    int **rows = mem_alloc((EDITS_MAX + 2) * sizeof *rows);
    int edits;

    rows[0] = mem_alloc(3 * sizeof **rows);
    edits = trace(&a, &b, rows);
    if (edits >= 0) {
        walk_back(&out, &a, &b, rows, edits);
        reverse(&out);
    } else {
        for (int i = 0; i < a.count; i++)
            add(&out, DIFF_OLD, &a, i, &b, 0);
        for (int i = 0; i < b.count; i++)
            add(&out, DIFF_NEW, &a, 0, &b, i);
    }
    for (int i = 0; i < EDITS_MAX + 2; i++)
        free(rows[i]);
    free(rows);
    free(a.lines);
    free(b.lines);
    *count = out.count;
    return out.lines;
}
