/* Similar code: a table of pairs to look at, and the sources of a pair side by side with the lines
 * that both have marked. What was found similar is a question to a person, not a verdict. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/lines.h"
#include "base/text.h"
#include "report/canvas.h"
#include "report/class_html.h"

enum { SOURCE_MAX = 256 * 1024 };

void html_pairs(FILE *out, const struct gradebook *g)
{
    if (!g->n_pairs)
        return;
    fprintf(out,
            "<h2 id=\"similar\">%s</h2>\n<p class=\"dim\">%s</p>\n<div class=\"scroll\"><table "
            "class=\"sortable\"><thead><tr><th>%s</th><th>A</th><th class=\"n\">%%</th><th>B</th>"
            "<th class=\"n\">%%</th></tr></thead><tbody>\n",
            msg(MSG_REPORT_HTML_SIMILAR), msg(MSG_REPORT_HTML_SIMILAR_MEANS),
            msg(MSG_REPORT_HTML_EXERCISE));
    for (size_t i = 0; i < g->n_pairs; i++) {
        const struct gradebook_pair *p = &g->pairs[i];
        AUTO_FREE char *a = student_label(&g->students[p->student_a]);
        AUTO_FREE char *b = student_label(&g->students[p->student_b]);
        char text[NUMBER_MAX];
        fprintf(out, "<tr><td><a href=\"#p%zu\">", i);
        markup_text(out, g->exercises[p->exercise].number);
        fputs("</a></td><td>", out);
        markup_text(out, a);
        number_text(text, p->percent_a);
        fprintf(out, "</td><td class=\"n\" data-v=\"%s\">%s</td><td>", text, text);
        markup_text(out, b);
        number_text(text, p->percent_b);
        fprintf(out, "</td><td class=\"n\" data-v=\"%s\">%s</td></tr>\n", text, text);
    }
    fputs("</tbody></table></div>\n", out);
}

/* --- one pair
 * ---------------------------------------------------------------------------------------- */

/* The source files of what a student's cell counts, joined; empty when they are gone. */
static void read_sources(const struct gradebook *g, size_t student, size_t exercise,
                         struct buf *text)
{
    const struct gradebook_grade *cell = gradebook_grade_of(g, student, exercise);
    AUTO_FREE char *folder =
        cell->attempt == GRADEBOOK_NONE ? NULL : gradebook_sources(g, cell->attempt);
    struct dirent **names = NULL;
    int n = folder ? scandir(folder, &names, NULL, alphasort) : 0;
    for (int i = 0; i < n; i++) {
        AUTO_FREE char *path = fs_join(folder, names[i]->d_name);
        size_t length = strlen(names[i]->d_name);
        bool source = length > 2 && names[i]->d_name[length - 2] == '.';
        struct buf file = BUF_INIT;
        if (source && fs_read(path, SOURCE_MAX, &file, NULL) == 0) {
            buf_addf(text, "/* %s */\n", names[i]->d_name);
            buf_add(text, buf_text(&file), file.len);
            if (file.len && file.data[file.len - 1] != '\n')
                buf_addc(text, '\n');
        }
        buf_release(&file);
        free(names[i]);
    }
    free(names);
}

/* Lines such as "}" are in every program. */
static bool is_shared(const struct lines *other, const char *line, size_t len)
{
    enum { TELLING = 4 };
    AUTO_FREE char *key = text_bare(line, len);
    return strlen(key) >= TELLING && lines_have(other, key);
}

static void column(FILE *out, const struct gradebook *g, size_t student, double percent,
                   const char *text, const struct lines *other)
{
    AUTO_FREE char *label = student_label(&g->students[student]);
    fputs("<div><h3>", out);
    markup_text(out, label);
    fputs(" · ", out);
    html_number(out, percent);
    fputs("%</h3>\n<pre>", out);
    for (const char *p = text; *p;) {
        size_t len = strcspn(p, "\n");
        bool shared = is_shared(other, p, len);
        fputs(shared ? "<mark>" : "", out);
        markup_text_n(out, p, len);
        fputs(shared ? "</mark>\n" : "\n", out);
        p += len + (p[len] == '\n');
    }
    fputs("</pre></div>\n", out);
}

void html_pair(FILE *out, const struct gradebook *g, size_t pair)
{
    const struct gradebook_pair *p = &g->pairs[pair];
    struct buf a = BUF_INIT, b = BUF_INIT;
    struct lines lines_a = {0}, lines_b = {0};
    AUTO_FREE char *label = exercise_label(&g->exercises[p->exercise]);

    read_sources(g, p->student_a, p->exercise, &a);
    read_sources(g, p->student_b, p->exercise, &b);
    lines_add(&lines_a, buf_text(&a));
    lines_add(&lines_b, buf_text(&b));
    lines_sort(&lines_a);
    lines_sort(&lines_b);
    fprintf(out, "<section id=\"p%zu\" class=\"page\">\n<nav><a href=\"#similar\">← %s</a></nav>\n",
            pair, msg(MSG_REPORT_HTML_SIMILAR));
    html_element(out, "h1", NULL, label);
    fputs("<div class=\"pair\">\n", out);
    column(out, g, p->student_a, p->percent_a, buf_text(&a), &lines_b);
    column(out, g, p->student_b, p->percent_b, buf_text(&b), &lines_a);
    fputs("</div>\n</section>\n", out);
    lines_release(&lines_a);
    lines_release(&lines_b);
    buf_release(&a);
    buf_release(&b);
}
