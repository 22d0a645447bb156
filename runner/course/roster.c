#include "course/roster.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "course/csv.h"
#include "course/when.h"

#define NO_COLUMN ((size_t)-1)

static const char ID_HEADS[] = "id|学号|student id|student number|idnumber|id number|sis user id|"
                               "sis login id|username|用户名|编号|工号";
static const char NAME_HEADS[] = "name|姓名|full name|student|student name|学生|学生姓名|名字";
static const char EMAIL_HEADS[] = "email|e-mail|email address|mail|邮箱|电子邮件|电子邮箱|邮件";
static const char SECTION_HEADS[] = "section|班级|班|class|group|组|小组";

/* --- reading ------------------------------------------------------------------------------ */

struct columns {
    size_t id, name, first, last, email, section;
};

static char *full_name(const struct csv *c, size_t row, const struct columns *k)
{
    if (k->name != NO_COLUMN)
        return str_dup(csv_cell(c, row, k->name));
    const char *first = csv_cell(c, row, k->first), *last = csv_cell(c, row, k->last);
    return str_format("%s%s%s", first, *first && *last ? " " : "", last);
}

static void add_row(struct gradebook *g, const struct csv *c, size_t row, const struct columns *k,
                    const char *path)
{
    AUTO_FREE char *name = full_name(c, row, k);
    const char *id = csv_cell(c, row, k->id);
    AUTO_FREE char *where = str_format("%s:%zu", path, c->rows[row].line);
    if (strstr(name, "Points Possible")) /* a line of Canvas that is no student */
        return;
    if (!*id)
        id = name;
    size_t before = gradebook_find_student(g, id);
    if (!*id) {
        gradebook_refuse(&g->refusals, &g->n_refusals, where, NULL, MSG_COURSE_ROSTER_EMPTY);
    } else if (before != GRADEBOOK_NONE) {
        gradebook_refuse(&g->refusals, &g->n_refusals, where, NULL, MSG_COURSE_ROSTER_TWICE, id,
                         g->students[before].name);
    } else {
        struct gradebook_student *s = gradebook_add_student(g, id, name);
        free(s->email);
        free(s->section);
        s->email = str_dup(csv_cell(c, row, k->email));
        s->section = str_dup(csv_cell(c, row, k->section));
        s->in_roster = true;
    }
}

int roster_read(struct gradebook *g, const char *path, struct err *e)
{
    struct csv c;
    if (csv_read(&c, path, e) != 0)
        return -1;
    const struct columns k = {.id = csv_column(&c, ID_HEADS),
                              .name = csv_column(&c, NAME_HEADS),
                              .first = csv_column(&c, "first name|firstname|名"),
                              .last = csv_column(&c, "last name|lastname|surname|姓|姓氏"),
                              .email = csv_column(&c, EMAIL_HEADS),
                              .section = csv_column(&c, SECTION_HEADS)};
    int rc = 0;
    if (k.id == NO_COLUMN && k.name == NO_COLUMN && k.last == NO_COLUMN)
        rc = err_msg(e, MSG_COURSE_ROSTER_HEAD, path);
    for (size_t row = 1; rc == 0 && row < c.n_rows; row++)
        add_row(g, &c, row, &k, path);
    csv_release(&c);
    return rc;
}

static size_t find_by_id_or_name(const struct gradebook *g, const struct roster_index *x,
                                 const char *who)
{
    struct submitter s = {.whole = str_dup(who)};
    bool ambiguous;
    size_t found = gradebook_find_student(g, who);
    if (found == GRADEBOOK_NONE)
        found = roster_match(x, &s, &ambiguous);
    submitter_release(&s);
    return found;
}

int roster_read_extensions(struct gradebook *g, const char *path, struct err *e)
{
    struct csv c;
    if (csv_read(&c, path, e) != 0)
        return -1;
    size_t id = csv_column(&c, ID_HEADS), exercise = csv_column(&c, "exercise|练习|题目|作业");
    size_t due = csv_column(&c, "due|截止|截止时间|until|date|日期");
    int rc = 0;
    if (id == NO_COLUMN)
        id = csv_column(&c, NAME_HEADS);
    if (id == NO_COLUMN || due == NO_COLUMN)
        rc = err_msg(e, MSG_COURSE_EXTENSION_HEAD, path);
    struct roster_index *index = roster_index_new(g);
    for (size_t row = 1; rc == 0 && row < c.n_rows; row++) {
        const char *who = csv_cell(&c, row, id), *what = csv_cell(&c, row, exercise);
        struct gradebook_extension x = {.student = find_by_id_or_name(g, index, who),
                                        .exercise = GRADEBOOK_NONE};
        AUTO_FREE char *where = str_format("%s:%zu", path, c.rows[row].line);
        x.due = when_parse(csv_cell(&c, row, due), e);
        if (x.due < 0)
            rc = -1;
        if (*what)
            x.exercise = gradebook_find_exercise(g, what);
        if (x.student == GRADEBOOK_NONE || (*what && x.exercise == GRADEBOOK_NONE)) {
            gradebook_refuse(&g->refusals, &g->n_refusals, where, NULL,
                             MSG_COURSE_EXTENSION_UNKNOWN, who, *what ? what : "-");
            continue;
        }
        g->extensions = mem_grow(g->extensions, g->n_extensions + 1, sizeof x);
        g->extensions[g->n_extensions++] = x;
    }
    roster_index_free(index);
    csv_release(&c);
    return rc;
}

/* --- comparing names ---------------------------------------------------------------------- */

/* Letters only, in lower case: "Zhang, San" and "zhangsan" are the same. */
static void add_letters(struct buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (!strchr(" ,._-'\t", c))
            buf_addc(out, c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
    }
}

/* The name as it stands, or with its last part first ("San Zhang" as "zhangsan"). */
static char *letters(const char *name, bool turned)
{
    struct buf out = BUF_INIT;
    size_t len = strlen(name);
    const char *comma = strchr(name, ','), *space = strrchr(name, ' ');
    size_t cut = !turned ? 0 : comma ? (size_t)(comma - name) : space ? (size_t)(space - name) : 0;
    add_letters(&out, name + cut, len - cut);
    add_letters(&out, name, cut);
    buf_add(&out, "", 0);
    return buf_steal(&out);
}

struct entry { /* 'i' and an id, or 'n' and a name as letters() makes it */
    char *key;
    size_t student;
};

struct roster_index {
    struct entry *entries; /* by key, then by student */
    size_t n_entries;
};

static void add_entry(struct roster_index *x, char kind, const char *text, size_t student)
{
    if (!text || !*text)
        return;
    x->entries = mem_grow(x->entries, x->n_entries + 1, sizeof *x->entries);
    x->entries[x->n_entries++] =
        (struct entry){.key = str_format("%c%s", kind, text), .student = student};
}

static int by_key(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = strcasecmp(x->key, y->key);
    return order ? order : (x->student > y->student) - (x->student < y->student);
}

struct roster_index *roster_index_new(const struct gradebook *g)
{
    struct roster_index *x = mem_alloc(sizeof *x);
    for (size_t i = 0; i < g->n_students; i++) {
        const struct gradebook_student *s = &g->students[i];
        if (!s->in_roster)
            continue;
        AUTO_FREE char *straight = letters(s->name, false);
        AUTO_FREE char *turned = letters(s->name, true);
        add_entry(x, 'i', s->id, i);
        add_entry(x, 'n', straight, i);
        if (!str_equal(straight, turned))
            add_entry(x, 'n', turned, i);
    }
    if (x->n_entries)
        qsort(x->entries, x->n_entries, sizeof *x->entries, by_key);
    return x;
}

void roster_index_free(struct roster_index *x)
{
    for (size_t i = 0; i < x->n_entries; i++)
        free(x->entries[i].key);
    free(x->entries);
    free(x);
}

struct search {
    const struct roster_index *x;
    size_t found;
    bool ambiguous;
};

/* Every student with this key. */
static void look_for(struct search *s, char kind, const char *text)
{
    AUTO_FREE char *key = str_format("%c%s", kind, text);
    size_t low = 0, high = s->x->n_entries;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcasecmp(s->x->entries[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < s->x->n_entries && strcasecmp(s->x->entries[low].key, key) == 0; low++) {
        size_t student = s->x->entries[low].student;
        if (s->found != GRADEBOOK_NONE && s->found != student)
            s->ambiguous = true;
        s->found = student;
    }
}

static void look_for_id(struct search *s, const char *text)
{
    if (*text)
        look_for(s, 'i', text);
}

static void look_for_name(struct search *s, const char *text)
{
    AUTO_FREE char *wanted = letters(text, false);
    if (wanted && *wanted)
        look_for(s, 'n', wanted);
}

/* Call `look` with every part of "2023001_张三-labs". */
static void each_part(struct search *s, const char *text,
                      void (*look)(struct search *s, const char *part))
{
    static const char separators[] = "_- +()[],;";
    while (*text) {
        size_t len = strcspn(text, separators);
        AUTO_FREE char *part = str_ndup(text, len);
        look(s, part);
        text += len;
        text += strspn(text, separators);
    }
}

size_t roster_match(const struct roster_index *x, const struct submitter *who, bool *ambiguous)
{
    struct search s = {.x = x, .found = GRADEBOOK_NONE};
    if (who->naming == NAMING_CANVAS) /* the number of Moodle counts submissions, not students */
        look_for_id(&s, who->number);
    if (s.found == GRADEBOOK_NONE)
        look_for_id(&s, who->whole);
    if (s.found == GRADEBOOK_NONE && who->naming != NAMING_CANVAS)
        each_part(&s, who->naming == NAMING_MOODLE ? who->name : who->whole, look_for_id);
    if (s.found == GRADEBOOK_NONE)
        look_for_name(&s, who->naming == NAMING_PLAIN ? who->whole : who->name);
    if (s.found == GRADEBOOK_NONE && who->naming == NAMING_PLAIN)
        each_part(&s, who->whole, look_for_name);
    *ambiguous = s.ambiguous;
    return s.ambiguous ? GRADEBOOK_NONE : s.found;
}
