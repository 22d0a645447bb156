#include <ctype.h>
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

static void add_place(struct doc *d, const char *dir, const struct place *p)
{
    struct buf code = BUF_INIT, clean = BUF_INIT;

    if (line_of_file(&code, dir, p)) {
        AUTO_FREE char *gutter = str_format("%8d │ ", p->line);

        text_sanitize(&clean, buf_text(&code), code.len);
        doc_add(d, STYLE_DIM, gutter);
        doc_append(d, STYLE_CODE_LINE, buf_text(&clean));
    }
    buf_release(&code);
    buf_release(&clean);
}

void places_show(struct doc *d, const char *dir, const char *evidence)
{
    struct place seen[PLACES_MAX];
    size_t n = 0;

    for (struct place p; n < PLACES_MAX && (evidence = next_place(evidence, &p));) {
        bool again = false;

        for (size_t i = 0; i < n; i++)
            again = again || (seen[i].line == p.line && str_equal(seen[i].file, p.file));
        if (again)
            continue;
        if (n == 0)
            doc_add(d, STYLE_TEXT, "");
        seen[n++] = p;
        add_place(d, dir, &p);
    }
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
