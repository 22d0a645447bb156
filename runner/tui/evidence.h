/* Why something failed, as lines of a document: 现象 / 证据 / 提示, the picture of a hang, expected
 * and actual bytes, compiler messages with their source line. Everything of the student's is made
 * safe. */
#ifndef TUI_EVIDENCE_H
#define TUI_EVIDENCE_H

#include "course/markdown.h"
#include "course/verdict.h"

/* `test` may be NULL (a test of an older course). A hidden test shows its kind of failure only.
 * With `dir`, the folder of the files that were graded, the source lines that the evidence names
 * are shown. Returns the line behind symptom, evidence and hint, where pictures and bytes begin. */
size_t evidence_record(struct doc *d, const struct test_spec *test, const struct record *r,
                       const char *dir, int columns);
/* Compiler messages, each with its line of code unless the message before shows it. One of them may
 * be chosen (-1: none); with `lines` the first line of each goes there. */
void evidence_build(struct doc *d, const struct report *r, int columns, int chosen, int *lines);

#endif
