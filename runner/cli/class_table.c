#include "cli/class_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/text.h"
#include "cli/print.h"

enum { LINES_MAX = 20, WIDE = 26, NARROW = 10 };

static void number_cell(struct buf *b, const char *format_text)
{
    text_pad(b, format_text, NARROW);
}

static void exercise_row(struct buf *b, const struct gradebook *g, size_t exercise)
{
    const struct gradebook_exercise *x = &g->exercises[exercise];
    size_t handed_in = 0, full = 0, late = 0;
    double sum = 0;
    for (size_t s = 0; s < g->n_students; s++) {
        const struct gradebook_grade *cell = gradebook_grade_of(g, s, exercise);
        if (cell->state == CELL_MISSING)
            continue;
        handed_in++;
        full += cell->points >= cell->max_points;
        sum += cell->points;
        late += cell->attempt != GRADEBOOK_NONE && g->attempts[cell->attempt].late_seconds > 0;
    }
    AUTO_FREE char *name = str_format("%s %s", x->number, x->id);
    AUTO_FREE char *in = str_format("%zu", handed_in);
    AUTO_FREE char *all = str_format("%zu", full);
    AUTO_FREE char *mean =
        str_format("%.1f/%d", handed_in ? sum / (double)handed_in : 0.0, x->max_points);
    AUTO_FREE char *too_late = str_format("%zu", late);
    text_pad(b, name, WIDE);
    number_cell(b, in);
    number_cell(b, all);
    number_cell(b, mean);
    number_cell(b, too_late);
    buf_addc(b, '\n');
}

static void add_line(struct buf *b, const char *text)
{
    buf_adds(b, "  ");
    text_sanitize(b, text, strlen(text));
    buf_addc(b, '\n');
}

static void add_refusal(struct buf *b, const struct gradebook_student *s,
                        const struct gradebook_refusal *r)
{
    AUTO_FREE char *line =
        str_format("%s%s%s%s%s: %s", s ? s->id : "", s ? "  " : "", r->where ? r->where : "",
                   r->what ? " → " : "", r->what ? r->what : "", text2_get(&r->why));
    add_line(b, line);
}

static void add_head(struct buf *b, enum msg_id id, size_t count)
{
    AUTO_FREE char *text = msg_format(msg_lang(), id, count);
    buf_addf(b, "\n%s\n", text);
}

static void add_more(struct buf *b, size_t count)
{
    AUTO_FREE char *text = msg_format(msg_lang(), MSG_CLI_CLASS_MORE, count - LINES_MAX);
    if (count > LINES_MAX)
        add_line(b, text);
}

static void add_refusals(struct buf *b, const struct gradebook *g)
{
    size_t count = g->n_refusals, shown = 0;
    for (size_t i = 0; i < g->n_students; i++)
        count += g->students[i].n_refusals;
    if (count == 0)
        return;
    add_head(b, MSG_CLI_CLASS_REFUSALS, count);
    for (size_t i = 0; i < g->n_refusals && shown < LINES_MAX; i++, shown++)
        add_refusal(b, NULL, &g->refusals[i]);
    for (size_t i = 0; i < g->n_students; i++)
        for (size_t k = 0; k < g->students[i].n_refusals && shown < LINES_MAX; k++, shown++)
            add_refusal(b, &g->students[i], &g->students[i].refusals[k]);
    add_more(b, count);
}

static void add_missing(struct buf *b, const struct gradebook *g)
{
    size_t count = 0;
    for (size_t i = 0; i < g->n_students; i++)
        count += !g->students[i].submitted;
    if (count == 0)
        return;
    add_head(b, MSG_CLI_CLASS_MISSING, count);
    size_t shown = 0;
    for (size_t i = 0; i < g->n_students && shown < LINES_MAX; i++) {
        if (g->students[i].submitted)
            continue;
        AUTO_FREE char *line = str_format("%s  %s", g->students[i].id, g->students[i].name);
        add_line(b, line);
        shown++;
    }
    add_more(b, count);
}

static void add_faults(struct buf *b, const struct gradebook *g)
{
    if (g->n_faults == 0)
        return;
    add_head(b, MSG_CLI_CLASS_FAULTS, g->n_faults);
    for (size_t i = 0; i < g->n_faults && i < LINES_MAX; i++) {
        AUTO_FREE char *line =
            str_format("%s  %s: %s", g->students[g->faults[i].student].id,
                       g->exercises[g->faults[i].exercise].id, g->faults[i].text);
        add_line(b, line);
    }
    add_more(b, g->n_faults);
}

/* Who kept memory and processes within limits; results that were never run have nobody. */
static void add_limits(struct buf *b, const struct gradebook *g)
{
    size_t cgroup = 0, rlimits = 0;
    for (size_t i = 0; i < g->n_attempts; i++) {
        const char *limits = g->attempts[i].limits;
        cgroup += str_equal(limits, "cgroup");
        rlimits += str_equal(limits, "rlimits");
    }
    if (cgroup + rlimits == 0)
        return;
    AUTO_FREE char *text = msg_format(msg_lang(), MSG_CLI_CLASS_LIMITS, cgroup, rlimits);
    buf_addf(b, "\n%s\n", text);
}

static void add_summary(struct buf *b, const struct class_run *r)
{
    AUTO_FREE char *text = msg_format(msg_lang(), MSG_CLI_CLASS_SUMMARY, r->graded, r->unchanged,
                                      r->copied, (clock_ms() - r->started) / 1000);
    buf_addf(b, "\n%s\n", text);
    if (r->shards > 1) {
        AUTO_FREE char *shard = msg_format(msg_lang(), MSG_CLI_CLASS_SHARD, r->shard, r->shards);
        buf_addf(b, "%s\n", shard);
    }
}

void class_table(struct cli *c, const struct class_run *r, const struct gradebook *g)
{
    struct buf b = BUF_INIT;
    if (c->json) {
        print_json(gradebook_to_json(g));
        return;
    }
    text_pad(&b, msg(MSG_CLI_VERIFY_EXERCISE), WIDE);
    text_pad(&b, msg(MSG_CLI_CLASS_HANDED_IN), NARROW);
    text_pad(&b, msg(MSG_CLI_CLASS_FULL), NARROW);
    text_pad(&b, msg(MSG_CLI_CLASS_MEAN), NARROW);
    text_pad(&b, msg(MSG_CLI_CLASS_LATE), NARROW);
    buf_addc(&b, '\n');
    for (size_t i = 0; i < g->n_exercises; i++)
        exercise_row(&b, g, i);
    add_refusals(&b, g);
    add_missing(&b, g);
    add_faults(&b, g);
    add_limits(&b, g);
    if (g->unsafe)
        buf_addf(&b, "\n%s\n", msg(MSG_CLI_CLASS_UNSAFE));
    if (r)
        add_summary(&b, r);
    AUTO_FREE char *next = msg_format(msg_lang(), MSG_CLI_CLASS_NEXT, g->folder);
    buf_addf(&b, "%s\n", next);
    print_out(&b);
}
