/* What a text and its translation have in common: headings, blocks of code, tables and lists, in
 * the same order. A translation whose shape differs was not brought up to date. */
#ifndef COURSE_TEXT_SHAPE_H
#define COURSE_TEXT_SHAPE_H

#include <stdbool.h>

/* Do two Markdown texts have the same shape: headings of the same level, code blocks of the same
 * language and number of lines, table rows with the same number of cells, list items of the same
 * kind and number? Otherwise *line_a and *line_b get the lines (from 1) where they part; the end of
 * a text counts as the line after its last. */
bool text_shape_equal(const char *a, const char *b, int *line_a, int *line_b);

#endif
