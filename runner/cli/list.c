/* ipclab list: chapters and exercises with their state, aligned by display width. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/list.h"
#include "cli/place.h"
#include "cli/print.h"

struct row { /* of one exercise */
    struct progress progress;
    char *points; /* owned: "12/15", "15" when never tried */
    char *state;  /* owned: words */
};
struct widths { /* columns */
    size_t number, title, id, points, state;
};
struct listing {
    struct cli *c;
    struct row *rows; /* owned, one per exercise */
    bool known;       /* there is progress to show */
    struct widths w;
};

static const char *const state_names[] = {"untouched", "tried", "passed"};

static char *state_words(const struct progress *p)
{
    if (p->state == PROGRESS_PASSED)
        return msg_format(msg_lang(), p->peeked ? MSG_CLI_LIST_PASSED_PEEKED : MSG_CLI_LIST_PASSED);
    if (p->state == PROGRESS_TRIED)
        return msg_format(msg_lang(), MSG_CLI_LIST_TRIED, p->attempts);
    return str_dup(p->hints || p->peeked ? msg(MSG_CLI_LIST_LOOKED) : "");
}

static void fill_row(struct listing *l, size_t i, struct store *store)
{
    const struct exercise *x = &l->c->course.exercises[i];
    struct row *r = &l->rows[i];
    struct err e = {0};
    if (!store || store_progress(store, x->id, &r->progress, &e) != 0)
        r->progress = (struct progress){.state = PROGRESS_UNTOUCHED};
    int max = exercise_max_points(x);
    r->points = r->progress.attempts ? str_format("%d/%d", r->progress.best_points, max)
                                     : str_format("%d", max);
    r->state = state_words(&r->progress);
}

static void widen(size_t *width, const char *text)
{
    size_t w = text_width(text);
    if (w > *width)
        *width = w;
}

/* Columns wide enough for everything; the title gives way on a narrow terminal. */
static void measure(struct listing *l)
{
    enum { MARK = 4, GAPS = 7, TITLE_MIN = 16 };
    for (size_t i = 0; i < l->c->course.n_exercises; i++) {
        const struct exercise *x = &l->c->course.exercises[i];
        widen(&l->w.number, x->number);
        widen(&l->w.title, title_text(&x->title));
        widen(&l->w.id, x->id);
        widen(&l->w.points, l->rows[i].points);
        widen(&l->w.state, l->rows[i].state);
    }
    size_t others = MARK + GAPS + l->w.number + l->w.id + l->w.points + l->w.state;
    size_t columns = (size_t)l->c->columns;
    size_t room = columns > others + TITLE_MIN ? columns - others : TITLE_MIN;
    if (l->w.title > room)
        l->w.title = room;
}

static void add_mark(struct buf *out, const struct listing *l, enum progress_state state)
{
    if (!l->known)
        buf_adds(out, " ");
    else if (state == PROGRESS_PASSED)
        print_style(out, l->c, STYLE_GOOD, "✓");
    else
        print_style(out, l->c, STYLE_DIM, state == PROGRESS_TRIED ? "~" : "·");
}

static void add_row(struct buf *out, const struct listing *l, size_t i)
{
    const struct exercise *x = &l->c->course.exercises[i];
    const struct row *r = &l->rows[i];
    struct buf line = BUF_INIT;
    buf_adds(out, "  ");
    add_mark(out, l, r->progress.state);
    buf_addc(out, ' ');
    text_pad(&line, x->number, l->w.number + 1);
    text_pad(&line, title_text(&x->title), l->w.title);
    buf_adds(&line, "  ");
    text_pad(&line, x->id, l->w.id);
    buf_adds(&line, "  ");
    buf_repeat(&line, " ", l->w.points - text_width(r->points));
    buf_adds(&line, r->points);
    if (*r->state)
        buf_addf(&line, "  %s", r->state);
    buf_addf(out, "%s\n", buf_text(&line));
    buf_release(&line);
}

static void add_chapter(struct buf *out, const struct listing *l, const struct chapter *ch)
{
    int passed = 0;
    for (size_t i = ch->first; i < ch->first + ch->count; i++)
        passed += l->rows[i].progress.state == PROGRESS_PASSED;
    AUTO_FREE char *head = str_format("%d  %s", ch->number, title_text(&ch->title));
    print_style(out, l->c, STYLE_HEADING3, head);
    if (l->known && ch->count) {
        AUTO_FREE char *count = str_format("  %d/%zu", passed, ch->count);
        print_style(out, l->c, STYLE_DIM, count);
    }
    buf_addc(out, '\n');
    for (size_t i = ch->first; i < ch->first + ch->count; i++)
        add_row(out, l, i);
}

static void add_summary(struct buf *out, const struct listing *l, const char *workspace)
{
    const struct course *course = &l->c->course;
    int passed = 0, points = 0, max = 0;
    for (size_t i = 0; i < course->n_exercises; i++) {
        passed += l->rows[i].progress.state == PROGRESS_PASSED;
        points += l->rows[i].progress.best_points;
        max += exercise_max_points(&course->exercises[i]);
    }
    AUTO_FREE char *text =
        l->known ? msg_format(msg_lang(), MSG_CLI_LIST_SUMMARY, passed, (int)course->n_exercises,
                              points, max)
                 : msg_format(msg_lang(), MSG_CLI_LIST_NO_WORKSPACE, (int)course->n_exercises, max);
    buf_addc(out, '\n');
    print_wrapped(out, l->c, text);
    if (l->known)
        buf_addf(out, "%s%s\n", msg(MSG_CLI_LIST_WORKSPACE), workspace); /* whole, to be copied */
}

static json_t *exercise_json(const struct listing *l, size_t i)
{
    const struct exercise *x = &l->c->course.exercises[i];
    const struct progress *p = &l->rows[i].progress;
    json_t *j =
        json_pack("{s:s,s:s,s:s,s:s,s:i}", "id", x->id, "number", x->number, "slug", x->slug,
                  "title", title_text(&x->title), "max_points", exercise_max_points(x));
    if (l->known) {
        json_t *more = json_pack("{s:s,s:i,s:i,s:i,s:b}", "state", state_names[p->state], "points",
                                 p->best_points, "attempts", p->attempts, "hints", p->hints,
                                 "peeked", (int)p->peeked);
        json_object_update(j, more);
        json_decref(more);
    }
    return j;
}

static void print_list_json(const struct listing *l, const char *workspace)
{
    json_t *chapters = json_array();
    for (size_t k = 0; k < l->c->course.n_chapters; k++) {
        const struct chapter *ch = &l->c->course.chapters[k];
        json_t *exercises = json_array();
        for (size_t i = ch->first; i < ch->first + ch->count; i++)
            json_array_append_new(exercises, exercise_json(l, i));
        json_array_append_new(chapters,
                              json_pack("{s:i,s:s,s:s,s:o}", "number", ch->number, "slug", ch->slug,
                                        "title", title_text(&ch->title), "exercises", exercises));
    }
    print_json(json_pack("{s:s?,s:o}", "workspace", workspace, "chapters", chapters));
}

void list_print(struct cli *c, struct store *store, const char *workspace)
{
    struct listing l = {.c = c, .known = store != NULL};
    const size_t n = c->course.n_exercises;
    l.rows = mem_alloc((n + 1) * sizeof *l.rows);
    for (size_t i = 0; i < n; i++)
        fill_row(&l, i, store);
    if (c->json) {
        print_list_json(&l, workspace);
    } else {
        struct buf out = BUF_INIT;
        measure(&l);
        for (size_t i = 0; i < c->course.n_chapters; i++)
            add_chapter(&out, &l, &c->course.chapters[i]);
        add_summary(&out, &l, workspace);
        print_out(&out);
    }
    for (size_t i = 0; i < n; i++) {
        free(l.rows[i].points);
        free(l.rows[i].state);
    }
    free(l.rows);
}

int command_list(struct cli *c, int argc, char **argv)
{
    struct place p;
    const char *word;
    int status = take_words("list", argc, argv, NULL, NULL, &word);
    if (status != 0)
        return status;
    if (word)
        return cli_usage("list");
    status = place_open(c, &p, PLACE_OPTIONAL, PLACE_READ);
    if (status == 0)
        list_print(c, p.store, p.workspace);
    place_release(&p);
    return status;
}
