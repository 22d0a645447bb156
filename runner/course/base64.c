#include "course/base64.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *base64_encode(const void *data, size_t len)
{
    const unsigned char *in = data;
    char *text = mem_alloc((len + 2) / 3 * 4 + 1);
    char *out = text;
    for (size_t i = 0; i < len; i += 3) {
        size_t have = len - i < 3 ? len - i : 3;
        uint32_t bits = (uint32_t)in[i] << 16;
        if (have > 1)
            bits |= (uint32_t)in[i + 1] << 8;
        if (have > 2)
            bits |= in[i + 2];
        for (size_t k = 0; k < 4; k++)
            out[k] = '=';
        for (size_t k = 0; k <= have; k++)
            out[k] = alphabet[bits >> (18 - 6 * k) & 63];
        out += 4;
    }
    return text;
}

/* Four characters, `pad` of them '=' at the end, to 24 bits. */
static bool decode_group(const char *group, size_t pad, uint32_t *bits)
{
    *bits = 0;
    for (size_t i = 0; i < 4; i++) {
        *bits <<= 6;
        if (i >= 4 - pad)
            continue;
        const char *digit = group[i] != '\0' ? strchr(alphabet, group[i]) : NULL;
        if (digit == NULL)
            return false;
        *bits |= (uint32_t)(digit - alphabet);
    }
    /* Bits that no byte uses are zero, so that every text has one reading and the other way round.
     */
    uint32_t unused = pad == 0 ? 0 : (pad == 1 ? 0xff : 0xffff);
    return (*bits & unused) == 0;
}

bool base64_decode(const char *text, char **data, size_t *len)
{
    size_t length = strlen(text);
    if (length % 4 != 0)
        return false;
    size_t padding = 0;
    while (padding < 2 && padding < length && text[length - 1 - padding] == '=')
        padding++;
    char *out = mem_alloc(length / 4 * 3 + 1);
    size_t used = 0;
    for (size_t i = 0; i < length; i += 4) {
        size_t pad = i + 4 == length ? padding : 0;
        uint32_t bits;
        if (!decode_group(text + i, pad, &bits)) {
            free(out);
            return false;
        }
        for (size_t k = 0; k < 3 - pad; k++)
            out[used++] = (char)(bits >> (16 - 8 * k) & 0xff);
    }
    *data = out;
    *len = used;
    return true;
}
