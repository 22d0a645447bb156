#include "harness/classify.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

size_t first_difference(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t shorter = a_len < b_len ? a_len : b_len, i = 0;
    while (i < shorter && a[i] == b[i])
        i++;
    return i;
}

struct line_ref {
    const char *text;
    size_t len;
};

static struct line_ref *split(const char *text, size_t len, size_t *count)
{
    struct line_ref *list = NULL;
    *count = 0;
    for (size_t at = 0; at < len;) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t n = end ? (size_t)(end - text) - at : len - at;
        list = mem_grow(list, *count + 1, sizeof *list);
        list[(*count)++] = (struct line_ref){text + at, n};
        at += n + 1;
    }
    return list;
}

static int compare(const void *a, const void *b)
{
    const struct line_ref *x = a, *y = b;
    size_t n = x->len < y->len ? x->len : y->len;
    int c = memcmp(x->text, y->text, n);
    return c ? c : (x->len > y->len) - (x->len < y->len);
}

/* Are the lines of `part` a subsequence of those of `whole`? */
static bool subsequence(const struct line_ref *part, size_t n_part, const struct line_ref *whole,
                        size_t n_whole)
{
    size_t i = 0;
    for (size_t k = 0; k < n_whole && i < n_part; k++)
        if (compare(&part[i], &whole[k]) == 0)
            i++;
    return i == n_part;
}

/* Do both contain the same lines, counted (`times` = false) or as sets (true)? Sorts both. */
static bool same_lines(struct line_ref *a, size_t na, struct line_ref *b, size_t nb, bool as_sets)
{
    size_t i = 0, k = 0;
    qsort(a, na, sizeof *a, compare);
    qsort(b, nb, sizeof *b, compare);
    while (i < na && k < nb && compare(&a[i], &b[k]) == 0) {
        size_t before_i = i, before_k = k;
        while (i < na && compare(&a[i], &a[before_i]) == 0)
            i++;
        while (k < nb && compare(&b[k], &b[before_k]) == 0)
            k++;
        if (!as_sets && i - before_i != k - before_k)
            return false;
    }
    return i == na && k == nb;
}

/* Binary data with gaps: strlen(), %s or fgets() stop at a NUL. */
static bool lacks_bytes(const char *expected, size_t expected_len, const char *actual,
                        size_t actual_len)
{
    size_t i = 0;
    if (actual_len >= expected_len || !memchr(expected, '\0', expected_len))
        return false;
    for (size_t k = 0; k < expected_len && i < actual_len; k++)
        i += actual[i] == expected[k];
    return i == actual_len;
}

static const char *classify_lines(const char *expected, size_t expected_len, const char *actual,
                                  size_t actual_len)
{
    size_t na, nb;
    struct line_ref *e = split(expected, expected_len, &na), *a = split(actual, actual_len, &nb);
    const char *id = "wrong-output";
    if (nb > 0 && nb < na && subsequence(a, nb, e, na))
        id = "lost-lines";
    else if (nb > na && subsequence(e, na, a, nb) && same_lines(e, na, a, nb, true))
        id = "doubled-output";
    else if (na == nb && na > 1 && same_lines(e, na, a, nb, false))
        id = "wrong-order";
    else if (nb > na && na > 0 && subsequence(e, na, a, nb))
        id = "extra-output";
    free(e);
    free(a);
    return id;
}

const char *classify_output(const char *expected, size_t expected_len, const char *actual,
                            size_t actual_len)
{
    size_t same = first_difference(expected, expected_len, actual, actual_len);
    if (actual_len == 0 && expected_len > 0)
        return "no-output";
    if (same == expected_len) {
        const char *rest = actual + expected_len;
        size_t len = actual_len - expected_len;
        if (expected_len && len >= expected_len && len % expected_len == 0 &&
            memcmp(rest, expected, expected_len) == 0)
            return "doubled-output";
        bool binary = memchr(expected, '\0', expected_len) || !text_is_utf8(expected, expected_len);
        if (!binary && (memchr(rest, '\0', len) || !text_is_utf8(rest, len)))
            return "missing-nul";
        return "extra-output";
    }
    if (same == actual_len)
        return "short-output";
    if (actual_len > expected_len && memchr(actual, '\0', actual_len) &&
        !memchr(expected, '\0', expected_len))
        return "missing-nul";
    if (lacks_bytes(expected, expected_len, actual, actual_len))
        return "lost-bytes";
    return classify_lines(expected, expected_len, actual, actual_len);
}
