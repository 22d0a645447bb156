/* Tables as spreadsheets write them: CSV after RFC 4180, in UTF-8 (with or without a byte order
 * mark) or GBK; separated by comma, semicolon or tab, whichever the first line has most of. */
#ifndef COURSE_CSV_H
#define COURSE_CSV_H

#include <stddef.h>

#include "base/err.h"

struct csv_row {
    char **cells; /* owned, without blanks around them */
    size_t n_cells;
    size_t line; /* 1-based, where the row begins */
};
struct csv {
    struct csv_row *rows; /* owned; rows[0] is the head. Empty lines are left out */
    size_t n_rows;
};

/* Parse; the name is for the error sentence (an unclosed quote). */
int csv_parse(struct csv *c, const char *bytes, size_t len, const char *name, struct err *e);
/* Read a file of at most 16 MiB. */
int csv_read(struct csv *c, const char *path, struct err *e);
void csv_release(struct csv *c);

/* Column whose head is one of the names ("id|学号|student id"), ignoring case, blanks and "_";
 * (size_t)-1 when there is none. */
size_t csv_column(const struct csv *c, const char *names);
/* The cell, "" where the row is too short or the column (size_t)-1. Never NULL. */
const char *csv_cell(const struct csv *c, size_t row, size_t column);

#endif
