#include "course/csv.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/decode.h"
#include "base/fs.h"

enum { CSV_FILE_MAX = 16 << 20 };

/* Of the candidates the one that stands most often in the first line, outside quotes. */
static char find_separator(const char *text)
{
    static const char candidates[] = ",;\t";
    size_t count[3] = {0, 0, 0};
    bool quoted = false;
    for (const char *p = text; *p && (quoted || (*p != '\n' && *p != '\r')); p++) {
        const char *found = strchr(candidates, *p);
        quoted ^= *p == '"';
        if (found && !quoted)
            count[found - candidates]++;
    }
    size_t best = 0;
    for (size_t i = 1; i < 3; i++)
        if (count[i] > count[best])
            best = i;
    return candidates[best];
}

static void add_cell(struct csv_row *row, struct buf *cell)
{
    const char *text = buf_text(cell);
    size_t start = strspn(text, " \t"), end = cell->len;
    while (end > start && (text[end - 1] == ' ' || text[end - 1] == '\t'))
        end--;
    row->cells = mem_grow(row->cells, row->n_cells + 1, sizeof *row->cells);
    row->cells[row->n_cells++] = str_ndup(text + start, end - start);
    buf_clear(cell);
}

static void row_release(struct csv_row *row)
{
    for (size_t i = 0; i < row->n_cells; i++)
        free(row->cells[i]);
    free(row->cells);
}

static void add_row(struct csv *c, struct csv_row *row)
{
    bool empty = true;
    for (size_t i = 0; i < row->n_cells; i++)
        empty = empty && row->cells[i][0] == '\0';
    if (empty) {
        row_release(row);
    } else {
        c->rows = mem_grow(c->rows, c->n_rows + 1, sizeof *c->rows);
        c->rows[c->n_rows++] = *row;
    }
    *row = (struct csv_row){.cells = NULL};
}

/* Take a quoted cell that begins at `p` (the quote); returns behind its end, NULL when it has none.
 */
static const char *take_quoted(const char *p, struct buf *cell, size_t *line)
{
    for (p++; *p; p++) {
        if (*p == '"' && p[1] != '"')
            return p + 1;
        p += *p == '"';
        *line += *p == '\n';
        buf_addc(cell, *p);
    }
    return NULL;
}

int csv_parse(struct csv *c, const char *bytes, size_t len, const char *name, struct err *e)
{
    AUTO_FREE char *text = text_decode(bytes, len);
    char separator = find_separator(text);
    struct csv_row row = {.line = 1};
    struct buf cell = BUF_INIT;
    size_t line = 1;
    *c = (struct csv){.rows = NULL};
    for (const char *p = text; p && *p;) {
        if (*p == '"' && cell.len == 0) {
            size_t begun = line;
            p = take_quoted(p, &cell, &line);
            if (!p)
                err_msg(e, MSG_COURSE_CSV_QUOTE, name, (int)begun);
        } else if (*p == '\n' || *p == '\r') {
            add_cell(&row, &cell);
            add_row(c, &row);
            p += *p == '\r' && p[1] == '\n' ? 2 : 1;
            row.line = ++line;
        } else if (*p == separator) {
            add_cell(&row, &cell);
            p++;
        } else {
            buf_addc(&cell, *p++);
        }
        if (p && !*p) {
            add_cell(&row, &cell);
            add_row(c, &row);
        } else if (!p) {
            row_release(&row);
            csv_release(c);
            buf_release(&cell);
            return -1;
        }
    }
    buf_release(&cell);
    return 0;
}

int csv_read(struct csv *c, const char *path, struct err *e)
{
    struct buf text = BUF_INIT;
    *c = (struct csv){.rows = NULL};
    int rc = fs_read(path, CSV_FILE_MAX, &text, e);
    if (rc == 0)
        rc = csv_parse(c, buf_text(&text), text.len, path, e);
    buf_release(&text);
    return rc;
}

void csv_release(struct csv *c)
{
    for (size_t i = 0; i < c->n_rows; i++)
        row_release(&c->rows[i]);
    free(c->rows);
    *c = (struct csv){.rows = NULL};
}

static bool ignored(char c)
{
    return c == ' ' || c == '_';
}

/* Is `head` the name of `len` bytes? */
static bool same_name(const char *head, const char *name, size_t len)
{
    const char *end = name + len;
    for (;;) {
        while (ignored(*head))
            head++;
        while (name < end && ignored(*name))
            name++;
        if (name == end || *head == '\0')
            return name == end && *head == '\0';
        if (tolower((unsigned char)*head++) != tolower((unsigned char)*name++))
            return false;
    }
}

size_t csv_column(const struct csv *c, const char *names)
{
    while (c->n_rows && *names) {
        size_t len = strcspn(names, "|");
        for (size_t i = 0; i < c->rows[0].n_cells; i++)
            if (same_name(c->rows[0].cells[i], names, len))
                return i;
        names += len + (names[len] == '|');
    }
    return (size_t)-1;
}

const char *csv_cell(const struct csv *c, size_t row, size_t column)
{
    return column < c->rows[row].n_cells ? c->rows[row].cells[column] : "";
}
