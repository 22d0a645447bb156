/* What the compiler said, as diagnostics. */
#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/text.h"
#include "grade/build.h"

enum { MAX_DIAGNOSTICS = 200, SOURCE_MAX = 2 << 20, LINE_MAX_BYTES = 400 };

static char *sanitized(const char *text, size_t len)
{
    struct buf b = BUF_INIT;
    text_sanitize(&b, text, len);
    return buf_steal(&b);
}

static char *sanitized_string(const json_t *j)
{
    return json_is_string(j) ? sanitized(json_string_value(j), json_string_length(j)) : NULL;
}

static struct diagnostic *append(struct build_result *r)
{
    r->list = mem_grow(r->list, r->count + 1, sizeof *r->list);
    r->list[r->count] = (struct diagnostic){.kind = NULL};
    return &r->list[r->count++];
}

/* File names as the student knows them: without the folder the compiler saw. */
static char *short_name(const char *file, const char *src)
{
    size_t n = strlen(src);
    if (strncmp(file, src, n) == 0 && file[n] == '/')
        file += n + 1;
    return sanitized(file, strlen(file));
}

/* Line `line` (1-based) of a file below src; NULL when there is none. */
static char *source_line(const char *src, const char *file, int line)
{
    struct buf content = BUF_INIT;
    char *result = NULL;
    if (strchr(file, '/'))
        return NULL; /* a system header */
    AUTO_FREE char *path = fs_join(src, file);
    if (line > 0 && fs_read(path, SOURCE_MAX, &content, NULL) == 0) {
        const char *at = content.data, *end = content.data + content.len;
        while (at && --line > 0) {
            at = memchr(at, '\n', (size_t)(end - at));
            at = at ? at + 1 : NULL;
        }
        if (at && at < end) {
            const char *stop = memchr(at, '\n', (size_t)(end - at));
            size_t len = (size_t)((stop ? stop : end) - at);
            result = sanitized(at, len < LINE_MAX_BYTES ? len : LINE_MAX_BYTES);
        }
    }
    buf_release(&content);
    return result;
}

static bool same(const struct diagnostic *a, const struct diagnostic *b)
{
    return a->line == b->line && a->column == b->column && str_equal(a->file, b->file) &&
           str_equal(a->kind, b->kind) && str_equal(a->message, b->message);
}

/* A file or header that goes into several programs is compiled for each, but has a fault once. True
 * when the last one was there before and is gone again. */
static bool said_before(struct build_result *r)
{
    struct diagnostic *last = &r->list[r->count - 1];
    for (size_t i = 0; i + 1 < r->count; i++)
        if (same(&r->list[i], last)) {
            diagnostic_release(last);
            r->count--;
            return true;
        }
    return false;
}

static void add_json(struct build_result *r, const json_t *j, const char *src, int depth)
{
    const json_t *caret =
        json_object_get(json_array_get(json_object_get(j, "locations"), 0), "caret");
    const char *file = json_string_value(json_object_get(caret, "file"));
    const json_t *children = json_object_get(j, "children");
    if (r->count >= MAX_DIAGNOSTICS || !json_is_object(j))
        return;
    struct diagnostic *d = append(r);
    d->kind = sanitized_string(json_object_get(j, "kind"));
    d->message = sanitized_string(json_object_get(j, "message"));
    d->option = sanitized_string(json_object_get(j, "option"));
    if (!d->kind)
        d->kind = str_dup("error");
    if (!d->message)
        d->message = str_dup("");
    if (file) {
        d->file = short_name(file, src);
        d->line = (int)json_integer_value(json_object_get(caret, "line"));
        d->column = (int)json_integer_value(json_object_get(caret, "display-column"));
        d->source = source_line(src, d->file, d->line);
    }
    if (depth == 0 && said_before(r))
        return;
    for (size_t i = 0; depth < 2 && i < json_array_size(children); i++)
        add_json(r, json_array_get(children, i), src, depth + 1);
}

/* "FILE:LINE: message" and "FILE: message" of the linker, "gcc: fatal error: …", anything else. */
static void add_plain(struct build_result *r, const char *text, size_t len, const char *src)
{
    AUTO_FREE char *line = str_ndup(text, len);
    char *colon = strchr(line, ':');
    if (r->count >= MAX_DIAGNOSTICS || !line[0] || strstr(line, "compilation terminated"))
        return;
    if (strstr(line, ": in function `") || strstr(line, "ld returned"))
        return; /* says where the next line is; and the result of it all */
    struct diagnostic *d = append(r);
    d->kind = str_dup(strstr(line, "warning") ? "warning" : "error");
    if (colon && isdigit((unsigned char)colon[1])) {
        char *rest;
        *colon = '\0';
        d->line = (int)strtol(colon + 1, &rest, 10);
        d->file = short_name(line, src);
        d->source = source_line(src, d->file, d->line);
        while (*rest == ':' || *rest == ' ')
            rest++;
        d->message = sanitized(rest, strlen(rest));
    } else {
        d->message = sanitized(line, strlen(line));
    }
    said_before(r);
}

void build_parse(struct build_result *r, const char *text, size_t len, const char *src)
{
    for (size_t at = 0; at < len;) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t n = end ? (size_t)(end - text) - at : len - at;
        json_t *list =
            n && text[at] == '[' ? json_loadb(text + at, n, JSON_DISABLE_EOF_CHECK, NULL) : NULL;
        if (json_is_array(list)) {
            for (size_t i = 0; i < json_array_size(list); i++)
                add_json(r, json_array_get(list, i), src, 0);
        } else if (n) {
            add_plain(r, text + at, n, src);
        }
        json_decref(list);
        at += n + 1;
    }
}

void build_result_release(struct build_result *r)
{
    for (size_t i = 0; i < r->count; i++)
        diagnostic_release(&r->list[i]);
    free(r->list);
    free(r->note);
    *r = (struct build_result){.ok = false};
}
