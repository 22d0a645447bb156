/* The last attempts at the exercise; opening one shows its report as it was. */
#include <stdlib.h>
#include <time.h>

#include "base/text.h"
#include "tui/screens.h"

enum { SHOWN = 10, TIME_BYTES = 40, WHEN_COLUMNS = 11, POINTS_COLUMNS = 9, TOOK_COLUMNS = 9 };

static void forget(struct app *a)
{
    attempts_free(a->attempts, a->n_attempts);
    a->attempts = NULL;
    a->n_attempts = 0;
}

/* A field of the table, aligned to the right unless it is the first. */
static void add_cell(struct doc *d, enum style style, const char *text, size_t columns, bool right)
{
    struct buf cell = BUF_INIT;
    size_t width = text_width(text);

    if (right && width < columns)
        buf_repeat(&cell, " ", columns - width);
    buf_adds(&cell, text);
    if (!right && width < columns)
        buf_repeat(&cell, " ", columns - width);
    doc_append(d, style, buf_text(&cell));
    buf_release(&cell);
}

static void add_head(struct doc *d)
{
    doc_add(d, STYLE_DIM, "    ");
    add_cell(d, STYLE_DIM, msg(MSG_TUI_ATTEMPTS_WHEN), WHEN_COLUMNS, false);
    add_cell(d, STYLE_DIM, msg(MSG_TUI_ATTEMPTS_POINTS), POINTS_COLUMNS, true);
    add_cell(d, STYLE_DIM, msg(MSG_TUI_ATTEMPTS_TOOK), TOOK_COLUMNS, true);
    doc_append(d, STYLE_DIM, "  ");
    doc_append(d, STYLE_DIM, msg(MSG_TUI_ATTEMPTS_WHY));
}

static void add_attempt(struct screen *s, const struct attempt *t)
{
    char when[TIME_BYTES] = "";
    time_t seconds = (time_t)t->when;
    struct tm tm;
    bool passed = t->diagnosis == NULL;

    if (localtime_r(&seconds, &tm))
        strftime(when, sizeof when, "%m-%d %H:%M", &tm);
    AUTO_FREE char *took =
        t->ms < 1000 ? str_format("%.0f ms", t->ms) : str_format("%.1f s", t->ms / 1000);
    AUTO_FREE char *score = str_format("%d/%d", t->points, t->max_points);
    list_item(s);
    doc_add(&s->doc, STYLE_TEXT, "  ");
    doc_append(&s->doc, passed ? STYLE_GOOD : STYLE_BAD, passed ? "✓ " : "✗ ");
    add_cell(&s->doc, STYLE_TEXT, when, WHEN_COLUMNS, false);
    add_cell(&s->doc, STYLE_TEXT, score, POINTS_COLUMNS, true);
    add_cell(&s->doc, STYLE_DIM, took, TOOK_COLUMNS, true);
    doc_append(&s->doc, STYLE_TEXT, "  ");
    doc_append(&s->doc, STYLE_CODE, t->diagnosis ? t->diagnosis : "");
}

static void attempts_read(struct app *a, struct screen *s, int columns)
{
    const struct exercise *x = app_exercise(a);
    struct err e;

    reader_reset(s);
    forget(a);
    if (!x)
        return;
    doc_add(&s->doc, STYLE_TEXT, "");
    if (store_attempts(a->o->store, x->id, SHOWN, &a->attempts, &a->n_attempts, &e) < 0) {
        doc_add_wrapped(&s->doc, STYLE_BAD, e.text, (size_t)columns, 2);
        return;
    }
    if (a->n_attempts == 0)
        doc_add_wrapped(&s->doc, STYLE_DIM, msg(MSG_TUI_NO_ATTEMPTS), (size_t)columns, 2);
    else
        add_head(&s->doc);
    for (size_t i = 0; i < a->n_attempts; i++)
        add_attempt(s, &a->attempts[i]);
}

void attempt_open(struct app *a, long long attempt)
{
    AUTO_FREE char *text = store_report(a->o->store, attempt);
    json_t *json = text ? json_loads(text, 0, NULL) : NULL;
    const struct exercise *x;
    struct report old;
    struct err e;

    if (!json || report_from_json(&old, json, NULL) < 0) {
        app_status(a, TONE_WARN, MSG_TUI_NO_OLD_REPORT);
        json_decref(json);
        return;
    }
    json_decref(json);
    x = course_find(a->o->course, old.exercise, &e);
    if (!x) { /* of an exercise the course no longer has */
        app_error(a, &e);
        report_release(&old);
        return;
    }
    if (x != app_exercise(a))
        app_select(a, app_node_of(a, x));
    app_forget_old(a);
    a->old = old;
    a->has_old = true;
    a->detail = -1;
    app_show(a, SCREEN_RESULTS);
    reader_open(a, &a->screens[SCREEN_RESULTS]);
}

static bool attempts_request(struct app *a, struct screen *s, enum action action)
{
    if (list_request(a, s, action))
        return true;
    if (action == ACTION_OPEN && s->chosen < (int)a->n_attempts)
        attempt_open(a, a->attempts[s->chosen].id);
    else if (action == ACTION_BACK || action == ACTION_ATTEMPTS)
        app_show(a, SCREEN_RESULTS);
    else
        return false;
    return true;
}

static const enum action *attempts_keys(struct app *a)
{
    static const enum action keys[] = {ACTION_OPEN, ACTION_BACK, ACTION_TASK, ACTION_NONE};

    (void)a;
    return keys;
}

const struct screen_ops attempts_screen = {
    .title = MSG_TUI_TITLE_ATTEMPTS,
    .open = reader_open,
    .read = attempts_read,
    .draw = list_draw,
    .request = attempts_request,
    .click = list_click,
    .keys = attempts_keys,
};
