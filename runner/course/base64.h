/* Base64 (RFC 4648, with padding): student output in JSON, whatever bytes it has. */
#ifndef COURSE_BASE64_H
#define COURSE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

/* The encoded text, malloc'd. */
char *base64_encode(const void *data, size_t len);

/* Decode a whole text; false when it is not exact base64. *data is malloc'd and has one NUL after
 * its *len bytes. */
bool base64_decode(const char *text, char **data, size_t *len);

#endif
