#include "course/slug.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_slug_char(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

bool slug_parse(const char *name, size_t len, int *number)
{
    size_t i = 0;
    int n = 0;
    for (; i < len && i < 3 && is_digit(name[i]); i++)
        n = n * 10 + (name[i] - '0');
    if (n == 0 || name[0] == '0' || i + 1 >= len || name[i] != '-')
        return false;
    for (size_t k = i + 1; k < len; k++)
        if (!is_slug_char(name[k]))
            return false;
    *number = n;
    return true;
}

size_t path_tail(const char *path, struct path_part *parts, size_t max)
{
    size_t count = 0;
    for (const char *p = path; *p != '\0';) {
        size_t len = strcspn(p, "/");
        if (len > 0 && !(len == 1 && p[0] == '.')) {
            if (count == max)
                memmove(parts, parts + 1, --count * sizeof *parts);
            parts[count++] = (struct path_part){p, len};
        }
        p += len + (p[len] == '/');
    }
    return count;
}
