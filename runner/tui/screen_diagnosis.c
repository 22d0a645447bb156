/* What a diagnosis means, how it is recognised and what to do: its part of docs/verdicts.zh.md. */
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "tui/screens.h"

enum { PAGE_MAX = 4 << 20, WIDEST = 96 };

/* The section "### NAME" up to the next heading, else the table row of an exercise's own diagnosis
 * with a head; malloc'd, NULL when the page does not have it. */
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
    if (!at)
        return NULL;
    AUTO_FREE char *row = str_ndup(at + 1, strcspn(at + 1, "\n"));
    return str_format("### %s\n\n| 诊断 | 典型的错误 | 报告里怎么说 |\n|---|---|---|\n%s\n", name,
                      row);
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
    AUTO_FREE char *own = say(MSG_TUI_OWN_CASE, action_key(ACTION_OPEN));
    doc_add(&s->doc, STYLE_TEXT, "");
    doc_add_wrapped(&s->doc, STYLE_DIM, own, (size_t)columns, 0);
    buf_release(&page);
}

static bool diagnosis_request(struct app *a, struct screen *s, enum action action)
{
    if (reader_request(a, s, action))
        return true;
    if (action == ACTION_OPEN)
        attempt_open(a, a->diagnosis_attempt);
    else if (action == ACTION_BACK)
        app_show(a, SCREEN_STATS);
    else
        return false;
    return true;
}

static const enum action *diagnosis_keys(struct app *a)
{
    static const enum action keys[] = {ACTION_OPEN, ACTION_BACK, ACTION_NONE};

    (void)a;
    return keys;
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
