/* ipclab stats: what the records of the workspace say about the learner. */
#include <stdlib.h>
#include <time.h>

#include "base/text.h"
#include "cli/place.h"
#include "cli/print.h"
#include "store/stats.h"

enum { DAY = 86400, DAY_BYTES = 16, BAR_COLUMNS = 40, COUNT_COLUMNS = 4 };

/* The date of the i-th day of the chart; "" when it cannot be told. */
static void date_of(char day[DAY_BYTES], long long now, int i)
{
    time_t seconds = (time_t)(now - (long long)(STATS_DAYS - 1 - i) * DAY);
    struct tm tm;
    day[0] = '\0';
    if (localtime_r(&seconds, &tm))
        strftime(day, DAY_BYTES, "%Y-%m-%d", &tm);
}

static void print_stats_json(const struct stats *t, long long now)
{
    json_t *days = json_array(), *diagnoses = json_array();
    for (int i = 0; i < STATS_DAYS; i++) {
        char day[DAY_BYTES];
        date_of(day, now, i);
        json_array_append_new(days, json_pack("{s:s,s:i,s:i}", "date", day, "attempts",
                                              t->days[i].attempts, "passes", t->days[i].passes));
    }
    for (size_t i = 0; i < t->n_diagnoses; i++) {
        const struct stats_diagnosis *g = &t->diagnoses[i];
        json_array_append_new(diagnoses, json_pack("{s:s,s:i,s:i,s:I}", "diagnosis", g->name,
                                                   "count", g->count, "exercises", g->exercises,
                                                   "last", (json_int_t)g->last));
    }
    print_json(json_pack("{s:i,s:i,s:I,s:i,s:i,s:o,s:o}", "attempts", t->attempts, "passes",
                         t->passes, "seconds", (json_int_t)t->seconds, "hints", t->hints, "peeks",
                         t->peeks, "days", days, "diagnoses", diagnoses));
}

static void add_paragraph(struct buf *out, const struct cli *c, char *text)
{
    print_wrapped(out, c, text);
    free(text);
}

/* One line for each day with a run; the longest bar is the busiest day. */
static void add_days(struct buf *out, const struct cli *c, const struct stats *t, long long now)
{
    int most = 1;
    for (int i = 0; i < STATS_DAYS; i++)
        most = t->days[i].attempts > most ? t->days[i].attempts : most;
    for (int i = 0; i < STATS_DAYS; i++) {
        char day[DAY_BYTES];
        struct buf bar = BUF_INIT;
        int n = t->days[i].attempts;
        if (n == 0)
            continue;
        date_of(day, now, i);
        buf_repeat(&bar, "█", (size_t)((n * BAR_COLUMNS + most - 1) / most));
        buf_addf(out, "  %s %*d ", day, COUNT_COLUMNS, n);
        print_style(out, c, t->days[i].passes > 0 ? STYLE_GOOD : STYLE_DIM, buf_text(&bar));
        buf_addc(out, '\n');
        buf_release(&bar);
    }
}

static void add_diagnoses(struct buf *out, const struct cli *c, const struct stats *t)
{
    size_t widest = 0;
    for (size_t i = 0; i < t->n_diagnoses; i++) {
        size_t width = text_width(t->diagnoses[i].name);
        widest = width > widest ? width : widest;
    }
    for (size_t i = 0; i < t->n_diagnoses; i++) {
        const struct stats_diagnosis *g = &t->diagnoses[i];
        struct buf name = BUF_INIT;
        AUTO_FREE char *count = msg_format(msg_lang(), MSG_TUI_STATS_COUNT, g->count, g->exercises);
        text_pad(&name, g->name, widest + 2);
        buf_adds(out, "  ");
        print_style(out, c, STYLE_CODE, buf_text(&name));
        buf_addf(out, "%s\n", count);
        buf_release(&name);
    }
}

static void print_stats(struct cli *c, const struct stats *t, long long now)
{
    struct buf out = BUF_INIT;
    enum lang lang = msg_lang();
    add_paragraph(&out, c, msg_format(lang, MSG_TUI_STATS_RUNS, t->attempts, t->passes));
    add_paragraph(&out, c,
                  msg_format(lang, MSG_TUI_STATS_TIME, (int)(t->seconds / 3600),
                             (int)(t->seconds / 60 % 60)));
    add_paragraph(&out, c, msg_format(lang, MSG_TUI_STATS_HELP, t->hints, t->peeks));
    add_paragraph(&out, c, msg_format(lang, MSG_TUI_STATS_HOW));
    if (t->attempts > 0) {
        buf_addf(&out, "\n%s\n", msg(MSG_CLI_STATS_DAYS));
        add_days(&out, c, t, now);
    }
    buf_addf(&out, "\n%s\n",
             msg(t->n_diagnoses > 0 ? MSG_CLI_STATS_DIAGNOSES : MSG_TUI_STATS_NONE));
    add_diagnoses(&out, c, t);
    print_out(&out);
}

int command_stats(struct cli *c, int argc, char **argv)
{
    static const char *const flags[] = {NULL};
    struct err e = {0};
    struct stats t;
    struct place p;
    unsigned found;
    const char *word;
    long long now = (long long)time(NULL);
    int status = take_words("stats", argc, argv, flags, &found, &word);
    if (status != 0)
        return status;
    if (word)
        return cli_usage("stats");
    status = place_open(c, &p, PLACE_NEEDED, PLACE_READ);
    if (status == 0 && store_stats(p.store, now, &t, &e) != 0)
        status = cli_fail(EXIT_FAULT, &e);
    else if (status == 0) {
        if (c->json)
            print_stats_json(&t, now);
        else
            print_stats(c, &t, now);
        stats_release(&t);
    }
    place_release(&p);
    return status;
}
