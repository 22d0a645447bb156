/* ipclab hint: one hint more each time; what was shown is kept with the progress. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "cli/place.h"
#include "cli/print.h"

struct wish {
    const char *what; /* exercise */
    int level;        /* --level; 0: the next */
    bool all;
};
struct hints {
    char **texts; /* owned */
    size_t count;
    int fell_back; /* they are in the other language */
};

static int parse(struct wish *w, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--all") == 0) {
            w->all = true;
        } else if (strcmp(argv[i], "--level") == 0 && i + 1 < argc) {
            char *end;
            long level = strtol(argv[++i], &end, 10);
            if (*end || level < 1 || level > 1000)
                return cli_usage("hint");
            w->level = (int)level;
        } else if (argv[i][0] == '-' || w->what) {
            return cli_usage("hint");
        } else {
            w->what = argv[i];
        }
    }
    return w->all && w->level ? cli_usage("hint") : 0;
}

static int level_seen(const struct place *p, const struct exercise *x)
{
    struct err e = {0};
    struct progress progress;
    if (!p->store || store_progress(p->store, x->id, &progress, &e) != 0)
        return 0;
    return progress.hints;
}

static void print_hints_json(const struct exercise *x, const struct hints *h, int from, int to)
{
    json_t *list = json_array();
    for (int i = from; i <= to; i++)
        json_array_append_new(list, json_pack("{s:i,s:s}", "level", i, "text", h->texts[i - 1]));
    print_json(json_pack("{s:s,s:s,s:i,s:o}", "id", x->id, "number", x->number, "count",
                         (int)h->count, "hints", list));
}

/* Hints from … to (1-based), then what comes next. */
static void print_hints(struct cli *c, const struct exercise *x, const struct hints *h, int from,
                        int to)
{
    struct buf out = BUF_INIT;
    int left = (int)h->count - to;
    AUTO_FREE char *head = str_format("%s %s\n", x->number, title_text(&x->title));
    print_style(&out, c, STYLE_DIM, head);
    print_language_note(&out, c, h->fell_back);
    for (int i = from; i <= to; i++) {
        buf_addc(&out, '\n');
        print_markdown(&out, c, h->texts[i - 1]);
    }
    AUTO_FREE char *next = left ? msg_format(msg_lang(), MSG_CLI_HINT_LEFT, to, (int)h->count)
                                : msg_format(msg_lang(), MSG_CLI_HINT_LAST, (int)h->count);
    buf_addc(&out, '\n');
    print_wrapped(&out, c, next);
    print_out(&out);
}

static int show_hints(struct cli *c, const struct wish *w, const struct place *p,
                      const struct exercise *x, const struct hints *h)
{
    struct err e = {0};
    const int count = (int)h->count;
    if (w->level > count)
        return cli_failf(EXIT_FAILED, MSG_CLI_HINT_NO_SUCH, x->id, w->level, count);
    int to = w->all ? count : w->level ? w->level : level_seen(p, x) + 1;
    if (to > count) /* all were shown: the strongest once more */
        to = count;
    int from = w->all ? 1 : to;
    if (c->json)
        print_hints_json(x, h, from, to);
    else
        print_hints(c, x, h, from, to);
    if (p->store && store_add_hint(p->store, x->id, to, &e) != 0)
        return cli_fail(EXIT_FAULT, &e);
    if (!p->workspace && !w->all && to < count)
        cli_failf(EXIT_DONE, MSG_CLI_HINT_NOT_KEPT, to + 1);
    return EXIT_DONE;
}

int command_hint(struct cli *c, int argc, char **argv)
{
    struct wish w = {NULL, 0, false};
    struct place p;
    struct err e = {0};
    int status = parse(&w, argc, argv);
    if (status != 0)
        return status;
    status = place_open(c, &p, PLACE_OPTIONAL, PLACE_WRITE);
    if (status == 0) {
        const struct exercise *x = cli_exercise(c, w.what, p.store);
        struct hints h = {NULL, 0, 0};
        if (!x)
            status = EXIT_FAILED;
        else if (course_read_hints(x->lab_dir, &h.texts, &h.count, &h.fell_back, &e) < 0)
            status = cli_fail(EXIT_FAULT, &e);
        else if (h.count == 0)
            status = cli_failf(EXIT_FAULT, MSG_CLI_HINT_NONE, x->id);
        else
            status = show_hints(c, &w, &p, x, &h);
        hints_free(h.texts, h.count);
    }
    place_release(&p);
    return status;
}
