/* The learner's statistics: how much, a chart of the last weeks, and what keeps going wrong. */
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "base/text.h"
#include "store/stats.h"
#include "tui/screens.h"

enum { WIDEST = 78, CHART_ROWS = 4, EIGHTHS = 8, DAY = 86400, NAME_COLUMNS = 30 };

static void add_note(struct doc *d, enum style style, char *text, int columns)
{
    doc_add_wrapped(d, style, text, (size_t)columns, 2);
    free(text);
}

static void add_totals(struct doc *d, const struct stats *t, int columns)
{
    add_note(d, STYLE_TEXT, say(MSG_TUI_STATS_RUNS, t->attempts, t->passes), columns);
    add_note(d, STYLE_TEXT,
             say(MSG_TUI_STATS_TIME, (int)(t->seconds / 3600), (int)(t->seconds / 60 % 60)),
             columns);
    add_note(d, STYLE_TEXT, say(MSG_TUI_STATS_HELP, t->hints, t->peeks), columns);
    add_note(d, STYLE_DIM, say(MSG_TUI_STATS_HOW), columns);
    doc_add(d, STYLE_TEXT, "");
}

static int busiest(const struct stats *t)
{
    int most = 1;

    for (int i = 0; i < STATS_DAYS; i++)
        most = t->days[i].attempts > most ? t->days[i].attempts : most;
    return most;
}

/* One row of the chart: what of each day reaches into it, in eighths. A day with a pass is green.
 */
static void add_chart_row(struct doc *d, const struct stats *t, int row, int most)
{
    static const char *const blocks[EIGHTHS + 1] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    AUTO_FREE char *label = row == CHART_ROWS - 1 ? str_format("%5d ", most) : str_dup("      ");

    doc_add(d, STYLE_DIM, label);
    for (int i = 0; i < STATS_DAYS; i++) {
        int all = CHART_ROWS * EIGHTHS;
        int height = (t->days[i].attempts * all + most - 1) / most - row * EIGHTHS;
        const char *block = blocks[height < 0 ? 0 : height > EIGHTHS ? EIGHTHS : height];

        doc_append(d, t->days[i].passes > 0 ? STYLE_GOOD : STYLE_BULLET, block);
        doc_append(d, STYLE_TEXT, " ");
    }
}

static void add_chart(struct doc *d, const struct stats *t, long long now)
{
    int most = busiest(t);
    struct buf rule = BUF_INIT, dates = BUF_INIT;

    for (int row = CHART_ROWS - 1; row >= 0; row--)
        add_chart_row(d, t, row, most);
    buf_repeat(&rule, "─", STATS_DAYS * 2 - 1);
    doc_add(d, STYLE_DIM, "      ");
    doc_append(d, STYLE_DIM, buf_text(&rule));
    buf_adds(&dates, "      ");
    for (int i = 0; i < STATS_DAYS; i += 7) {
        time_t seconds = (time_t)(now - (long long)(STATS_DAYS - 1 - i) * DAY);
        char day[16] = "";
        struct tm tm;

        if (localtime_r(&seconds, &tm))
            strftime(day, sizeof day, "%m-%d", &tm);
        text_pad(&dates, day, 14);
    }
    doc_add(d, STYLE_DIM, buf_text(&dates));
    doc_add(d, STYLE_TEXT, "");
    buf_release(&rule);
    buf_release(&dates);
}

static void add_diagnosis(struct screen *s, const struct stats_diagnosis *g)
{
    struct buf name = BUF_INIT;
    AUTO_FREE char *count = say(MSG_TUI_STATS_COUNT, g->count, g->exercises);

    text_pad(&name, g->name, NAME_COLUMNS);
    list_item(s);
    doc_add(&s->doc, STYLE_TEXT, "  ");
    doc_append(&s->doc, STYLE_CODE, buf_text(&name));
    doc_append(&s->doc, STYLE_DIM, count);
    buf_release(&name);
}

static void stats_read(struct app *a, struct screen *s, int columns)
{
    long long now = (long long)time(NULL);
    struct stats t;
    struct err e;

    columns = columns > WIDEST ? WIDEST : columns;
    reader_reset(s);
    doc_add(&s->doc, STYLE_TEXT, "");
    if (store_stats(a->o->store, now, &t, &e) < 0) {
        doc_add_wrapped(&s->doc, STYLE_BAD, e.text, (size_t)columns, 2);
        return;
    }
    add_totals(&s->doc, &t, columns);
    add_note(&s->doc, STYLE_HEADING2, say(MSG_TUI_STATS_WEEKS), columns);
    doc_add(&s->doc, STYLE_TEXT, "");
    add_chart(&s->doc, &t, now);
    add_note(&s->doc, STYLE_HEADING2, say(MSG_TUI_STATS_DIAGNOSES), columns);
    doc_add(&s->doc, STYLE_TEXT, "");
    for (size_t i = 0; i < t.n_diagnoses; i++)
        add_diagnosis(s, &t.diagnoses[i]);
    if (t.n_diagnoses == 0)
        add_note(&s->doc, STYLE_DIM, say(MSG_TUI_STATS_NONE), columns);
    stats_release(&t);
}

/* Explain it; from there the last report that had it can be opened: the learner's own case. */
static void open_diagnosis(struct app *a, int chosen)
{
    struct stats t;
    struct err e;

    if (store_stats(a->o->store, (long long)time(NULL), &t, &e) < 0) {
        app_error(a, &e);
        return;
    }
    if (chosen < (int)t.n_diagnoses) {
        diagnosis_show(a, t.diagnoses[chosen].name, t.diagnoses[chosen].attempt);
    }
    stats_release(&t);
}

static bool stats_request(struct app *a, struct screen *s, enum action action)
{
    if (list_request(a, s, action))
        return true;
    if (action == ACTION_OPEN && s->n_items > 0)
        open_diagnosis(a, s->chosen);
    else if (action == ACTION_BACK || action == ACTION_STATS)
        app_return(a);
    else
        return false;
    return true;
}

static const enum action *stats_keys(struct app *a)
{
    static const enum action keys[] = {ACTION_OPEN, ACTION_BACK, ACTION_NONE};

    (void)a;
    return keys;
}

const struct screen_ops stats_screen = {
    .title = MSG_TUI_TITLE_STATS,
    .general = true,
    .wide = true,
    .open = reader_open,
    .read = stats_read,
    .draw = list_draw,
    .request = stats_request,
    .click = list_click,
    .keys = stats_keys,
};
