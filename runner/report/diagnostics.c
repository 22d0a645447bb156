#include "report/diagnostics.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "report/explain.h"

enum { SHOWN = 5, NUMBER_COLUMNS = 6 };

struct kind {
    const char *name; /* as gcc writes it */
    enum msg_id title;
    enum color color;
};
static const struct kind KINDS[] = {
    {"error", MSG_REPORT_ERROR, RED},
    {"fatal error", MSG_REPORT_ERROR, RED},
    {"warning", MSG_REPORT_WARNING, YELLOW},
    {"note", MSG_REPORT_NOTE, CYAN},
};

static const struct kind *find_kind(const char *name)
{
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++)
        if (str_equal(KINDS[i].name, name))
            return &KINDS[i];
    return &KINDS[0];
}

static char *place_of(const struct diagnostic *d)
{
    AUTO_FREE char *file = canvas_clean_line(d->file ? d->file : "");
    if (d->line > 0 && d->column > 0)
        return str_format("%s:%d:%d", file, d->line, d->column);
    if (d->line > 0)
        return str_format("%s:%d", file, d->line);
    return str_dup(file);
}

static void paint_gutter(struct canvas *c, int line)
{
    if (line > 0)
        buf_addf(c->out, "%*d ", REPORT_INDENT + NUMBER_COLUMNS, line);
    else
        canvas_blanks(c, REPORT_INDENT + NUMBER_COLUMNS + 1);
    canvas_text(c, DIM, canvas_glyph(c, GLYPH_BAR));
    canvas_blanks(c, 1);
}

/* The source line and its caret. Columns are those of gcc: display columns, tabs every 8. A long
 * line is cut in front, too, when the caret would be out of sight. */
static void paint_source(struct canvas *c, const struct diagnostic *d)
{
    AUTO_FREE char *clean = canvas_clean_text(d->source);
    size_t len = strcspn(clean, "\n");
    clean[len] = '\0';
    size_t left = REPORT_INDENT + NUMBER_COLUMNS + 3;
    size_t room = c->style.columns > left + 8 ? c->style.columns - left : 8;
    size_t caret = d->column > 0 ? (size_t)d->column - 1 : 0;
    size_t from = text_fit(clean, len, caret > room * 3 / 4 ? caret - room / 2 : 0);
    size_t skipped = text_width_n(clean, from);
    paint_gutter(c, d->line);
    if (from > 0)
        canvas_text(c, DIM, canvas_glyph(c, GLYPH_CUT));
    canvas_cut(c, PLAIN, clean + from, room - (from > 0));
    canvas_newline(c);
    if (d->column <= 0 || caret > text_width(clean))
        return;
    paint_gutter(c, 0);
    canvas_blanks(c, caret - skipped + (from > 0));
    canvas_text(c, GREEN, "^");
    canvas_newline(c);
}

static void paint_one(struct canvas *c, const struct diagnostic *d)
{
    const struct kind *k = find_kind(d->kind);
    AUTO_FREE char *place = place_of(d);
    AUTO_FREE char *text = d->option
                               ? str_format("%s [%s]", d->message ? d->message : "", d->option)
                               : str_dup(d->message ? d->message : "");
    canvas_blanks(c, REPORT_INDENT);
    size_t used = REPORT_INDENT + canvas_cut(c, BOLD, place, c->style.columns - REPORT_INDENT);
    const char *title = msg(k->title);
    if (*place && used + 2 + text_width(title) > c->style.columns) {
        canvas_newline(c);
        canvas_blanks(c, REPORT_INDENT);
    } else if (*place) {
        canvas_blanks(c, 2);
    }
    canvas_text(c, k->color, title);
    canvas_newline(c);
    canvas_paragraph(c, "", PLAIN, REPORT_INDENT + 2, PLAIN, text);
    if (d->source && d->line > 0)
        paint_source(c, d);
}

void diagnostics_paint(struct canvas *c, const struct report *r)
{
    size_t count = r->n_diagnostics;
    if (!c->style.verbose && count > SHOWN)
        count = SHOWN;
    for (size_t i = 0; i < count; i++) {
        paint_one(c, &r->diagnostics[i]);
        canvas_newline(c);
    }
    if (count == r->n_diagnostics)
        return;
    AUTO_FREE char *more =
        msg_format(msg_lang(), MSG_REPORT_MORE_DIAGNOSTICS, r->n_diagnostics - count);
    canvas_paragraph(c, "", PLAIN, REPORT_INDENT, DIM, more);
    canvas_newline(c);
}
