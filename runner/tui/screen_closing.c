/* The end of the course: the last check as it goes on, then what was reached. */
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/text.h"
#include "tui/screens.h"
#include "tui/workspace.h"

enum { WIDEST = 78, FILE_MAX = 1 << 20, DAY = 86400 };

static size_t count_state(const struct app *a, enum check_state state)
{
    size_t n = 0;

    for (size_t i = 0; i < a->o->course->n_exercises; i++)
        n += a->check.states[i] == state;
    return n;
}

static void add_note(struct doc *d, enum style style, char *text, int columns)
{
    doc_add_wrapped(d, style, text, (size_t)columns, 2);
    free(text);
}

static void add_bar(struct doc *d, size_t done, size_t all, size_t columns)
{
    struct buf bar = BUF_INIT;
    size_t full = all ? columns * done / all : 0;

    buf_repeat(&bar, "━", full);
    doc_append(d, STYLE_GOOD, buf_text(&bar));
    buf_clear(&bar);
    buf_repeat(&bar, "─", columns - full);
    doc_append(d, STYLE_DIM, buf_text(&bar));
    buf_release(&bar);
}

static void add_exercise(struct app *a, struct screen *s, const struct exercise *x)
{
    static const struct {
        const char *mark;
        enum style style;
    } looks[] = {[CHECK_WAITING] = {"·", STYLE_DIM},
                 [CHECK_PASSED] = {"✓", STYLE_GOOD},
                 [CHECK_FAILED] = {"✗", STYLE_BAD},
                 [CHECK_UNKNOWN] = {"?", STYLE_CODE}};
    enum check_state state = a->check.states[x->index];
    bool running = a->check.active && a->run.active && a->check.at == x->index;
    AUTO_FREE char *number = str_format("%-5s", x->number);

    list_item(s);
    doc_add(&s->doc, STYLE_TEXT, "    ");
    doc_append(&s->doc, running ? STYLE_LINK : looks[state].style,
               running ? "▸" : looks[state].mark);
    doc_append(&s->doc, STYLE_DIM, "  ");
    doc_append(&s->doc, STYLE_DIM, number);
    doc_append(&s->doc, state == CHECK_WAITING && !running ? STYLE_DIM : STYLE_TEXT,
               title_text(&x->title));
}

static int lines_of_file(const char *dir, const char *name)
{
    AUTO_FREE char *path = fs_join(dir, name);
    struct buf text = BUF_INIT;
    int lines = 0;

    if (fs_read(path, FILE_MAX, &text, NULL) == 0)
        for (size_t i = 0; i < text.len; i++)
            lines += text.data[i] == '\n';
    buf_release(&text);
    return lines;
}

static int lines_written(const struct app *a)
{
    int lines = 0;

    for (size_t i = 0; i < a->o->course->n_exercises; i++) {
        const struct exercise *x = &a->o->course->exercises[i];
        AUTO_FREE char *dir = workspace_dir(a->o->workspace, a->o->course, x);
        size_t n = 0;
        AUTO_FREE const char **names = exercise_sources(x, &n);

        for (size_t j = 0; j < n; j++)
            lines += lines_of_file(dir, names[j]);
    }
    return lines;
}

/* A chapter as a pipe that leads to the next one. */
static void add_chapter(struct app *a, struct doc *d, size_t i)
{
    const struct chapter *c = &a->o->course->chapters[i];
    int points = 0, max = 0;
    struct buf title = BUF_INIT;

    for (size_t j = 0; j < c->count; j++) {
        points += a->progress[c->first + j].best_points;
        max += exercise_max_points(&a->o->course->exercises[c->first + j]);
    }
    AUTO_FREE char *score = str_format("  %d/%d", points, max);
    text_pad(&title, title_text(&c->title), 30);
    doc_add(d, STYLE_GOOD, i == 0 ? "     ╭─▶ " : "     ├─▶ ");
    doc_append(d, STYLE_STRONG, buf_text(&title));
    add_bar(d, (size_t)points, (size_t)(max > 0 ? max : 1), 16);
    doc_append(d, STYLE_DIM, score);
    buf_release(&title);
}

static void add_numbers(struct app *a, struct doc *d, int columns)
{
    int attempts = 0, hints = 0;
    long long first = 0, last = 0;

    for (size_t i = 0; i < a->o->course->n_exercises; i++) {
        const struct progress *p = &a->progress[i];

        attempts += p->attempts;
        hints += p->hints;
        if (p->first_try && (!first || p->first_try < first))
            first = p->first_try;
        last = p->last_try > last ? p->last_try : last;
    }
    add_note(d, STYLE_TEXT,
             say(MSG_TUI_CLOSING_NUMBERS, (int)((last - first) / DAY) + 1, attempts, hints,
                 lines_written(a)),
             columns);
}

static void read_done(struct app *a, struct screen *s, int columns)
{
    struct doc *d = &s->doc;

    add_note(d, STYLE_HEADING1, say(MSG_TUI_CLOSING_HEAD), columns);
    doc_add(d, STYLE_TEXT, "");
    for (size_t i = 0; i < a->o->course->n_chapters; i++)
        add_chapter(a, d, i);
    doc_add(d, STYLE_GOOD, "     ╰── ");
    doc_append(d, STYLE_DIM, "EOF");
    doc_add(d, STYLE_TEXT, "");
    add_numbers(a, d, columns);
    doc_add(d, STYLE_TEXT, "");
    add_note(d, STYLE_TEXT, say(MSG_TUI_CLOSING_WORDS), columns);
    doc_add(d, STYLE_TEXT, "");
    add_note(d, STYLE_DIM, say(MSG_TUI_CLOSING_NEXT, action_key(ACTION_FILTER)), columns);
}

static void read_check(struct app *a, struct screen *s, int columns)
{
    size_t n = a->o->course->n_exercises;
    size_t failed = count_state(a, CHECK_FAILED);
    struct doc *d = &s->doc;

    if (a->check.active)
        add_note(d, STYLE_HEADING3, say(MSG_TUI_CHECK_RUNS, (int)n, action_key(ACTION_STOP)),
                 columns);
    else if (failed > 0)
        add_note(d, STYLE_BAD, say(MSG_TUI_CHECK_FAILED, (int)failed), columns);
    else
        add_note(d, STYLE_CODE, say(MSG_TUI_CHECK_OPEN), columns);
    doc_add(d, STYLE_TEXT, "");
    doc_add(d, STYLE_TEXT, "  ");
    add_bar(d, n - count_state(a, CHECK_WAITING), n, 40);
    doc_add(d, STYLE_TEXT, "");
    for (size_t i = 0; i < n; i++)
        add_exercise(a, s, &a->o->course->exercises[i]);
}

static void closing_read(struct app *a, struct screen *s, int columns)
{
    columns = columns > WIDEST ? WIDEST : columns;
    reader_reset(s);
    doc_add(&s->doc, STYLE_TEXT, "");
    if (!a->check.states)
        add_note(&s->doc, STYLE_DIM, say(MSG_TUI_CHECK_NONE), columns);
    else if (check_passed(a))
        read_done(a, s, columns);
    else
        read_check(a, s, columns);
}

static bool closing_request(struct app *a, struct screen *s, enum action action)
{
    if (list_request(a, s, action))
        return true;
    if (action == ACTION_OPEN && s->n_items > 0)
        app_begin(a, app_node_of(a, &a->o->course->exercises[s->chosen]));
    else if (action == ACTION_BACK)
        app_return(a);
    else
        return false;
    return true;
}

static const enum action *closing_keys(struct app *a)
{
    static const enum action list[] = {ACTION_OPEN, ACTION_BACK, ACTION_NONE};
    static const enum action done[] = {ACTION_BACK, ACTION_FILTER, ACTION_NONE};

    return a->screens[SCREEN_CLOSING].n_items > 0 ? list : done;
}

const struct screen_ops closing_screen = {
    .title = MSG_TUI_TITLE_CLOSING,
    .general = true,
    .wide = true,
    .open = reader_open,
    .read = closing_read,
    .draw = list_draw,
    .request = closing_request,
    .click = list_click,
    .keys = closing_keys,
};
