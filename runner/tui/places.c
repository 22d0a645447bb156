#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/text.h"
#include "tui/places.h"

enum { FILE_MAX = 1 << 20, PLACES_MAX = 6, TAB_STOP = 8 };

struct place {
    char file[64];
    int line;
};

static bool is_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* The next "name.c:41" or "name.h:7" at or behind `at`; NULL when there is none, else behind it. */
static const char *next_place(const char *at, struct place *p)
{
    for (const char *dot = strchr(at, '.'); dot; dot = strchr(dot + 1, '.')) {
        const char *begin = dot;

        if ((dot[1] != 'c' && dot[1] != 'h') || dot[2] != ':' || !isdigit((unsigned char)dot[3]))
            continue;
        while (begin > at && is_name(begin[-1]))
            begin--;
        if (begin == dot || (size_t)(dot + 2 - begin) >= sizeof p->file)
            continue;
        snprintf(p->file, sizeof p->file, "%.*s", (int)(dot + 2 - begin), begin);
        p->line = atoi(dot + 3);
        return dot + 3;
    }
    return NULL;
}

void places_expand_tabs(struct buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\t')
            buf_repeat(out, " ", TAB_STOP - text_width(buf_text(out)) % TAB_STOP);
        else
            buf_addc(out, text[i]);
    }
}

static bool line_of_file(struct buf *out, const char *dir, const struct place *p)
{
    AUTO_FREE char *path = fs_join(dir, p->file);
    struct buf text = BUF_INIT;
    bool found = false;

    if (fs_read(path, FILE_MAX, &text, NULL) == 0) {
        const char *at = buf_text(&text);

        for (int n = 1; n < p->line && at; n++)
            at = (at = strchr(at, '\n')) ? at + 1 : NULL;
        found = at && *at;
        if (found)
            places_expand_tabs(out, at, strcspn(at, "\r\n"));
    }
    buf_release(&text);
    return found;
}

static size_t indentation(const struct buf *line)
{
    return strspn(buf_text(line), " ");
}

static void add_place(struct doc *d, int number, const char *code)
{
    struct buf clean = BUF_INIT;
    AUTO_FREE char *gutter = str_format("%6d │ ", number);

    text_sanitize(&clean, code, strlen(code));
    doc_add(d, STYLE_DIM, gutter);
    doc_append(d, STYLE_CODE_LINE, buf_text(&clean));
    buf_release(&clean);
}

/* The next place that was not seen before, with its line of code; false when there is none. */
static bool next_new(const char **evidence, const char *dir, struct place *seen, size_t n,
                     struct buf *code)
{
    while ((*evidence = next_place(*evidence, &seen[n]))) {
        bool again = false;

        for (size_t i = 0; i < n; i++)
            again =
                again || (seen[i].line == seen[n].line && str_equal(seen[i].file, seen[n].file));
        if (!again && line_of_file(code, dir, &seen[n]))
            return true;
        buf_clear(code);
    }
    return false;
}

/* What all lines are indented by is left out: they stand far apart, and room is scarce. */
void places_show(struct doc *d, const char *dir, const char *evidence)
{
    struct place seen[PLACES_MAX];
    struct buf code[PLACES_MAX] = {{0}};
    size_t n = 0, common = SIZE_MAX;

    while (n < PLACES_MAX && next_new(&evidence, dir, seen, n, &code[n])) {
        size_t blanks = indentation(&code[n]);

        common = blanks < common ? blanks : common;
        n++;
    }
    if (n > 0)
        doc_add(d, STYLE_TEXT, "");
    for (size_t i = 0; i < n; i++)
        add_place(d, seen[i].line, buf_text(&code[i]) + common);
    for (size_t i = 0; i < PLACES_MAX; i++)
        buf_release(&code[i]);
}

int places_line_of(const struct report *r, const char *file)
{
    const struct record *failed = report_first_failure(r);
    const char *at = failed ? text2_get(&failed->evidence) : "";

    for (size_t i = 0; !r->built && i < r->n_diagnostics; i++)
        if (str_equal(r->diagnostics[i].file, file) && r->diagnostics[i].line > 0)
            return r->diagnostics[i].line;
    for (struct place p; (at = next_place(at, &p));)
        if (str_equal(p.file, file))
            return p.line;
    return 0;
}
