/* Tables for spreadsheets and for the gradebooks of learning platforms.
 *
 * Fields are quoted as RFC 4180 says. A text that begins with = + - @ or a control character would
 * be a formula to a spreadsheet: it gets an apostrophe in front (OWASP, CSV injection). */
#include <stdlib.h>
#include <string.h>

#include "report/canvas.h"
#include "report/class_view.h"

static void raw_field(FILE *out, const char *text, bool first)
{
    if (!first)
        fputc(',', out);
    if (!strpbrk(text, ",\"\r\n;") && text[0] != ' ') {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (const char *p = text; *p; p++) {
        if (*p == '"')
            fputc('"', out);
        fputc(*p, out);
    }
    fputc('"', out);
}

/* Untrusted text: one line, no control characters, no formula. */
static void text_field(FILE *out, const char *text, bool first)
{
    AUTO_FREE char *clean = canvas_clean_line(text);
    AUTO_FREE char *safe = *clean && strchr("=+-@", *clean) ? str_format("'%s", clean) : NULL;
    raw_field(out, safe ? safe : clean, first);
}

static void number_field(FILE *out, double value)
{
    char text[NUMBER_MAX];
    raw_field(out, number_text(text, value), false);
}

static void end_row(FILE *out)
{
    fputs("\r\n", out); /* RFC 4180 */
}

/* A spreadsheet program takes UTF-8 for UTF-8 only after this mark. */
static void byte_order_mark(FILE *out)
{
    fputs("\xef\xbb\xbf", out);
}

static bool first_and_last(const struct gradebook *g, const struct class_options *o, size_t *from,
                           size_t *to)
{
    bool one = o->student != GRADEBOOK_NONE;
    *from = one ? o->student : 0;
    *to = one ? o->student + 1 : g->n_students;
    return one;
}

/* --- our own table
 * -------------------------------------------------------------------------------- */

static void student_row(FILE *out, const struct gradebook *g, const struct class_options *o,
                        size_t student)
{
    const struct gradebook_student *s = &g->students[student];
    struct buf notes = BUF_INIT;
    text_field(out, s->id, true);
    text_field(out, s->name, false);
    text_field(out, s->email, false);
    text_field(out, s->section, false);
    for (size_t i = 0; i < g->n_exercises; i++) {
        struct cell c;
        cell_init(&c, g, o, student, i, false);
        if (c.grade->state == CELL_FAULT && !c.override)
            raw_field(out, "", false);
        else
            number_field(out, c.grade->points);
        AUTO_FREE char *remark = cell_remark(&c);
        if (*remark && c.grade->state != CELL_MISSING)
            buf_addf(&notes, "%s%s: %s", notes.len ? " " : "", c.x->number, remark);
        cell_release(&c);
    }
    number_field(out, gradebook_total(g, student));
    number_field(out, gradebook_max_total(g));
    text_field(out, buf_text(&notes), false);
    end_row(out);
    buf_release(&notes);
}

int class_csv(FILE *out, const struct gradebook *g, const struct class_options *o, struct err *e)
{
    size_t from, to;
    first_and_last(g, o, &from, &to);
    byte_order_mark(out);
    fputs("id,name,email,section", out);
    for (size_t i = 0; i < g->n_exercises; i++)
        text_field(out, g->exercises[i].id, false);
    fputs(",total,max,notes", out);
    end_row(out);
    for (size_t i = from; i < to; i++)
        student_row(out, g, o, i);
    return class_done(out, e);
}

/* --- Canvas
 * --------------------------------------------------------------------------------------- Student,
 * ID, SIS User ID, SIS Login ID, Section, then an assignment a column; a row "Points Possible"
 * (instructure/canvas-lms, lib/gradebook_importer.rb). The importer matches by ID, then by the SIS
 * columns, then by name; a title it does not know becomes a new assignment. */

bool class_id_parse(const char *name, enum class_id *id)
{
    static const char *const names[] = {"sis", "login", "canvas"};
    for (int i = 0; i < 3; i++) {
        if (!str_equal(name, names[i]))
            continue;
        *id = (enum class_id)i;
        return true;
    }
    return false;
}

static void canvas_student(FILE *out, const struct gradebook *g, const struct class_options *o,
                           size_t student)
{
    const struct gradebook_student *s = &g->students[student];
    text_field(out, *s->name ? s->name : s->id, true);
    text_field(out, o->id == CLASS_ID_CANVAS ? s->id : "", false);
    text_field(out, o->id == CLASS_ID_SIS ? s->id : "", false);
    text_field(out, o->id == CLASS_ID_LOGIN ? s->id : "", false);
    text_field(out, s->section, false);
    for (size_t i = 0; i < g->n_exercises; i++) {
        const struct gradebook_grade *cell = gradebook_grade_of(g, student, i);
        if (cell->state == CELL_FAULT && cell->override == GRADEBOOK_NONE)
            raw_field(out, "", false); /* blank: no score */
        else
            number_field(out, cell->points);
    }
    end_row(out);
}

int class_canvas(FILE *out, const struct gradebook *g, const struct class_options *o, struct err *e)
{
    size_t from, to;
    first_and_last(g, o, &from, &to);
    fputs("Student,ID,SIS User ID,SIS Login ID,Section", out);
    for (size_t i = 0; i < g->n_exercises; i++) {
        AUTO_FREE char *label = exercise_label(&g->exercises[i]);
        text_field(out, label, false);
    }
    end_row(out);
    fputs("    Points Possible,,,,", out);
    for (size_t i = 0; i < g->n_exercises; i++)
        number_field(out, g->exercises[i].max_points);
    end_row(out);
    for (size_t i = from; i < to; i++)
        canvas_student(out, g, o, i);
    return class_done(out, e);
}

/* --- Moodle
 * --------------------------------------------------------------------------------------- Any
 * header row; the teacher maps the columns (moodle/moodle, grade/import/csv). A grade above the
 * maximum or a user that Moodle does not know ends the whole import: so grades are capped, and with
 * a roster only its students are listed. */

static void moodle_student(FILE *out, const struct gradebook *g, const struct class_options *o,
                           size_t student)
{
    const struct gradebook_student *s = &g->students[student];
    text_field(out, s->id, true);
    text_field(out, s->email, false);
    for (size_t i = 0; i < g->n_exercises; i++) {
        struct cell c;
        cell_init(&c, g, o, student, i, false);
        AUTO_FREE char *remark = cell_remark(&c);
        double max = g->exercises[i].max_points;
        if (c.grade->state == CELL_FAULT && !c.override)
            raw_field(out, "-", false); /* no grade */
        else
            number_field(out, c.grade->points > max ? max : c.grade->points);
        text_field(out, remark, false);
        cell_release(&c);
    }
    end_row(out);
}

int class_moodle(FILE *out, const struct gradebook *g, const struct class_options *o, struct err *e)
{
    size_t from, to;
    bool one = first_and_last(g, o, &from, &to), roster = false;
    for (size_t i = 0; i < g->n_students; i++)
        roster = roster || g->students[i].in_roster;
    fputs("idnumber,email", out);
    for (size_t i = 0; i < g->n_exercises; i++) {
        AUTO_FREE char *label = exercise_label(&g->exercises[i]);
        AUTO_FREE char *feedback = msg_format(msg_lang(), MSG_REPORT_CLASS_FEEDBACK_COLUMN, label);
        text_field(out, label, false);
        text_field(out, feedback, false);
    }
    end_row(out);
    for (size_t i = from; i < to; i++)
        if (one || !roster || g->students[i].in_roster)
            moodle_student(out, g, o, i);
    return class_done(out, e);
}
