#include "grade/submissions.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/decode.h"
#include "base/fs.h"
#include "course/roster.h"

struct scan {
    struct submissions *s;
    struct gradebook *g;
    struct roster_index *roster;
    const struct unpack_wanted *wanted;
};

static void stray(struct scan *k, const char *where, enum msg_id why, const char *detail)
{
    gradebook_refuse(&k->g->refusals, &k->g->n_refusals, where, NULL, why, detail);
}

/* The student: of the roster, or a new one. What a name without any number says is id and name. */
static size_t student_of(struct scan *k, const struct submitter *who, const char *entry)
{
    bool ambiguous = false;
    size_t found = roster_match(k->roster, who, &ambiguous);
    if (found != GRADEBOOK_NONE)
        return found;
    bool plain = who->naming == NAMING_PLAIN;
    const char *id = plain ? who->whole : who->number;
    found = gradebook_find_student(k->g, id);
    if (found == GRADEBOOK_NONE) {
        gradebook_add_student(k->g, id, plain ? "" : who->name);
        found = k->g->n_students - 1;
    }
    struct gradebook_student *s = &k->g->students[found];
    bool has_roster = k->g->students[0].in_roster;
    if (ambiguous)
        gradebook_refuse(&s->refusals, &s->n_refusals, entry, NULL, MSG_GRADE_STUDENT_AMBIGUOUS);
    else if (has_roster)
        gradebook_refuse(&s->refusals, &s->n_refusals, entry, NULL, MSG_GRADE_STUDENT_UNKNOWN);
    return found;
}

static void fingerprint(char out[17], const struct stat *st)
{
    char text[160];
    int n = snprintf(text, sizeof text, "%llu %llu %lld %lld.%09ld %lld.%09ld",
                     (unsigned long long)st->st_dev, (unsigned long long)st->st_ino,
                     (long long)st->st_size, (long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
                     (long long)st->st_ctim.tv_sec, st->st_ctim.tv_nsec);
    fs_hash(text, (size_t)n, out);
}

static struct package *add_package(struct scan *k, size_t student, enum package_kind kind,
                                   const char *path, const struct stat *st)
{
    struct submissions *s = k->s;
    s->packages = mem_grow(s->packages, s->n_packages + 1, sizeof *s->packages);
    struct package *p = &s->packages[s->n_packages++];
    *p = (struct package){
        .student = student, .kind = kind, .path = str_dup(path), .modified = st->st_mtime};
    if (kind == PACKAGE_ARCHIVE)
        fingerprint(p->fingerprint, st);
    k->g->students[student].submitted = true;
    return p;
}

static bool is_wanted(const struct scan *k, const char *name, size_t len)
{
    for (size_t i = 0; i < k->wanted->count; i++)
        if (strlen(k->wanted->names[i]) == len && strncmp(k->wanted->names[i], name, len) == 0)
            return true;
    return false;
}

/* Canvas names a second "hello.c" "hello-1.c". */
static char *original_name(const struct scan *k, const char *name)
{
    const char *dot = strrchr(name, '.'), *dash = strrchr(name, '-');
    if (!is_wanted(k, name, strlen(name)) && dot && dash && dash < dot && dash + 1 < dot) {
        size_t n = 0;
        while (isdigit((unsigned char)dash[1 + n]))
            n++;
        AUTO_FREE char *shorter = str_format("%.*s%s", (int)(dash - name), name, dot);
        if (dash + 1 + n == dot && is_wanted(k, shorter, strlen(shorter)))
            return str_dup(shorter);
    }
    return str_dup(name);
}

/* "2023001_pipe_hello.c": the student, and the name of a file of the course. */
static bool split_plain(const struct scan *k, const char *entry, struct submitter *who)
{
    for (const char *at = entry; *at; at++) {
        if (at == entry || !strchr("_- ", *at) || !is_wanted(k, at + 1, strlen(at + 1)))
            continue;
        free(who->whole);
        free(who->file);
        who->whole = str_ndup(entry, (size_t)(at - entry));
        who->file = str_dup(at + 1);
        return true;
    }
    return false;
}

static void add_loose(struct scan *k, size_t student, const char *entry, const char *name,
                      const struct stat *st)
{
    struct package *p = NULL;
    for (size_t i = 0; i < k->s->n_packages && !p; i++)
        if (k->s->packages[i].kind == PACKAGE_LOOSE && k->s->packages[i].student == student)
            p = &k->s->packages[i];
    if (!p)
        p = add_package(k, student, PACKAGE_LOOSE, entry, st);
    p->files = mem_grow(p->files, 2 * (p->n_files + 1), sizeof(char *));
    p->files[2 * p->n_files] = str_dup(entry);
    p->files[2 * p->n_files + 1] = original_name(k, name);
    p->n_files++;
    if (st->st_mtime > p->modified)
        p->modified = st->st_mtime;
}

static void scan_file(struct scan *k, const char *entry, struct submitter *who,
                      const struct stat *st)
{
    if (unpack_is_archive(entry))
        add_package(k, student_of(k, who, entry), PACKAGE_ARCHIVE, entry, st);
    else if (who->naming != NAMING_PLAIN && *who->file)
        add_loose(k, student_of(k, who, entry), entry, who->file, st);
    else if (who->naming == NAMING_PLAIN && split_plain(k, entry, who))
        add_loose(k, student_of(k, who, entry), entry, who->file, st);
    else
        stray(k, entry, MSG_GRADE_STRAY, "");
}

static void scan_entry(struct scan *k, const char *entry)
{
    struct stat st;
    struct submitter who;
    AUTO_FREE char *decoded = text_decode(entry, strlen(entry));
    submitter_parse(&who, decoded);
    if (fstatat(k->s->dir, entry, &st, AT_SYMLINK_NOFOLLOW) != 0)
        stray(k, entry, MSG_GRADE_REFUSED_UNREADABLE, strerror(errno));
    else if (S_ISDIR(st.st_mode))
        add_package(k, student_of(k, &who, entry), PACKAGE_FOLDER, entry, &st);
    else if (S_ISLNK(st.st_mode))
        stray(k, entry, MSG_GRADE_REFUSED_LINK, "");
    else if (!S_ISREG(st.st_mode))
        stray(k, entry, MSG_GRADE_REFUSED_SPECIAL, "");
    else
        scan_file(k, entry, &who, &st);
    submitter_release(&who);
}

static int by_student(const void *a, const void *b)
{
    const struct package *x = a, *y = b;
    if (x->student != y->student)
        return x->student < y->student ? -1 : 1;
    if (x->modified != y->modified)
        return x->modified < y->modified ? -1 : 1;
    return strcmp(x->path, y->path);
}

static int visible(const struct dirent *d)
{
    return d->d_name[0] != '.' && strcmp(d->d_name, "__MACOSX") != 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

int submissions_scan(struct submissions *s, const char *path, struct gradebook *g,
                     const struct unpack_wanted *w, struct err *e)
{
    struct dirent **list = NULL;
    struct scan k = {.s = s, .g = g, .wanted = w};
    *s = (struct submissions){.path = str_dup(path)};
    s->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int n = s->dir < 0 ? -1 : scandirat(s->dir, ".", &list, visible, by_name);
    if (n < 0)
        return errno == ENOTDIR ? err_msg(e, MSG_GRADE_NOT_A_FOLDER, path)
                                : err_sys(e, MSG_BASE_CANNOT_OPEN, path);
    k.roster = roster_index_new(g);
    for (int i = 0; i < n; i++) {
        scan_entry(&k, list[i]->d_name);
        free(list[i]);
    }
    free(list);
    roster_index_free(k.roster);
    if (s->n_packages)
        qsort(s->packages, s->n_packages, sizeof *s->packages, by_student);
    return 0;
}

void submissions_release(struct submissions *s)
{
    for (size_t i = 0; i < s->n_packages; i++) {
        struct package *p = &s->packages[i];
        for (size_t k = 0; k < 2 * p->n_files; k++)
            free(p->files[k]);
        free(p->files);
        free(p->path);
    }
    free(s->packages);
    free(s->path);
    if (s->dir >= 0)
        close(s->dir);
    *s = (struct submissions){.dir = -1};
}
