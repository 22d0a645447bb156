/* What a diagnosis means, how it is recognised and what to do: its part of docs/verdicts.zh.md. */
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "tui/screens.h"

enum { PAGE_MAX = 4 << 20, WIDEST = 96 };

/* The i-th cell of a row of a table, without blanks around it; malloc'd, "" behind the last. */
static char *cell_of(const char *row, int i)
{
    const char *at = row, *end;

    for (;; at = end) { /* at a bar */
        at += *at == '|';
        for (end = at; *end && *end != '\n' && (*end != '|' || end[-1] == '\\'); end++)
            ;
        if (i-- == 0 || *end != '|')
            break;
    }
    if (*end != '|')
        return str_dup("");
    at += strspn(at, " ");
    while (end > at && end[-1] == ' ')
        end--;
    return str_ndup(at, (size_t)(end - at));
}

/* A row of the tables as a section: a diagnosis of an exercise (name, mistake, what the report
 * says), or a verdict, whose row has one cell more (name, words, meaning, points). */
static char *section_of_row(const char *row, const char *name)
{
    AUTO_FREE char *second = cell_of(row, 1), *third = cell_of(row, 2), *fourth = cell_of(row, 3);

    if (*fourth)
        return str_format("### %s\n\n**含义** %s\n", name, third);
    return str_format("### %s\n\n**典型的错误** %s\n\n**报告里怎么说** %s\n", name, second, third);
}

/* The section "### NAME" up to the next heading, else what a table says; malloc'd, NULL when the
 * page does not have it. */
static char *section_of(const char *page, const char *name)
{
    AUTO_FREE char *heading = str_format("\n### %s\n", name);
    AUTO_FREE char *cell = str_format("\n| `%s` |", name);
    const char *at = strstr(page, heading);

    if (at) {
        const char *end = strstr(at + strlen(heading), "\n##");
        return str_ndup(at + 1, end ? (size_t)(end - at) : strlen(at + 1));
    }
    at = strstr(page, cell);
    return at ? section_of_row(at + 1, name) : NULL;
}

void diagnosis_show(struct app *a, const char *name, long long attempt)
{
    char *copy = str_dup(name);

    free(a->diagnosis);
    a->diagnosis = copy;
    a->diagnosis_attempt = attempt;
    app_show(a, SCREEN_DIAGNOSIS);
    reader_open(a, &a->screens[SCREEN_DIAGNOSIS]);
}

static void add_section(struct doc *d, const char *section, int columns)
{
    struct doc text = {0};

    if (msg_lang() != LANG_ZH) {
        doc_add_wrapped(d, STYLE_DIM, msg(MSG_COURSE_OTHER_LANGUAGE), (size_t)columns, 0);
        doc_add(d, STYLE_TEXT, "");
    }
    markdown_render(&text, section, (size_t)columns);
    doc_move(d, &text);
}

static void diagnosis_read(struct app *a, struct screen *s, int columns)
{
    AUTO_FREE char *path = str_format("%s/../docs/verdicts.zh.md", a->o->course->layout.labs);
    struct buf page = BUF_INIT;
    struct err e;

    columns = columns > WIDEST ? WIDEST : columns;
    reader_reset(s);
    doc_add(&s->doc, STYLE_TEXT, "");
    if (!a->diagnosis)
        return;
    if (fs_read(path, PAGE_MAX, &page, &e) < 0) {
        doc_add_wrapped(&s->doc, STYLE_BAD, e.text, (size_t)columns, 0);
    } else {
        AUTO_FREE char *section = section_of(buf_text(&page), a->diagnosis);
        AUTO_FREE char *none = say(MSG_TUI_NO_EXPLANATION, a->diagnosis);

        if (section)
            add_section(&s->doc, section, columns);
        else
            doc_add_wrapped(&s->doc, STYLE_TEXT, none, (size_t)columns, 0);
    }
    if (a->diagnosis_attempt > 0) {
        AUTO_FREE char *own = say(MSG_TUI_OWN_CASE, action_key(ACTION_OPEN));

        doc_add(&s->doc, STYLE_TEXT, "");
        doc_add_wrapped(&s->doc, STYLE_DIM, own, (size_t)columns, 0);
    }
    buf_release(&page);
}

static bool diagnosis_request(struct app *a, struct screen *s, enum action action)
{
    if (reader_request(a, s, action))
        return true;
    if (action == ACTION_OPEN && a->diagnosis_attempt > 0)
        attempt_open(a, a->diagnosis_attempt);
    else if (action == ACTION_BACK && a->diagnosis_attempt > 0)
        app_show(a, SCREEN_STATS);
    else if (action == ACTION_BACK || action == ACTION_OPEN || action == ACTION_EXPLAIN)
        app_return(a);
    else
        return false;
    return true;
}

static const enum action *diagnosis_keys(struct app *a)
{
    static const enum action keys[] = {ACTION_OPEN, ACTION_BACK, ACTION_NONE};

    return a->diagnosis_attempt > 0 ? keys : keys + 1;
}

const struct screen_ops diagnosis_screen = {
    .title = MSG_TUI_TITLE_DIAGNOSIS,
    .general = true,
    .open = reader_open,
    .read = diagnosis_read,
    .draw = reader_draw,
    .request = diagnosis_request,
    .click = reader_click,
    .keys = diagnosis_keys,
};
