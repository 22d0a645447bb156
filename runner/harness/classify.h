/* Naming the difference between expected and actual bytes. Internal; used by the unit tests too. */
#ifndef HARNESS_CLASSIFY_H
#define HARNESS_CLASSIFY_H

#include <stddef.h>

/* The diagnosis id for two different byte strings: "no-output" (nothing came), "short-output" (a
 * proper prefix), "missing-nul" (the expected bytes, then bytes that are not text), "extra-output"
 * (the expected bytes, then more text;
 * or all expected lines in order, with others among them), "doubled-output" (lines stand there more
 * often than they should), "lost-bytes" (bytes are missing in the middle of binary data),
 * "lost-lines" (some are missing, the rest is in order), "wrong-order" (the same lines in another
 * order), else "wrong-output". Static storage. */
const char *classify_output(const char *expected, size_t expected_len, const char *actual,
                            size_t actual_len);

/* Index of the first byte that differs (the shorter length when one is a prefix of the other). */
size_t first_difference(const char *a, size_t a_len, const char *b, size_t b_len);

#endif
