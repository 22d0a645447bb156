/* The names that learning systems give to what they let a teacher download. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "course/roster.h"

void submitter_release(struct submitter *s)
{
    free(s->whole);
    free(s->name);
    free(s->number);
    free(s->file);
}

static size_t digits(const char *text)
{
    size_t n = 0;
    while (isdigit((unsigned char)text[n]))
        n++;
    return n;
}

/* "Zhang San_48213_assignsubmission_file_hello.zip" (in newer versions without the last "_") */
static bool parse_moodle(struct submitter *s, const char *name)
{
    static const char mark[] = "_assignsubmission_";
    const char *at = strstr(name, mark);
    if (!at)
        return false;
    const char *number = at;
    while (number > name && number[-1] != '_')
        number--;
    if (number == name || digits(number) != (size_t)(at - number) || at == number)
        return false;
    const char *kind = at + sizeof mark - 1; /* "file_…", "onlinetext_…" */
    const char *file = kind + strcspn(kind, "_");
    s->naming = NAMING_MOODLE;
    s->name = str_ndup(name, (size_t)(number - 1 - name));
    s->number = str_ndup(number, (size_t)(at - number));
    s->file = str_dup(*file == '_' ? file + 1 : "");
    s->whole = str_ndup(name, (size_t)(at - name));
    return true;
}

/* "zhangsan_1042_99812_hello.zip": the name, "_LATE" perhaps, the user, the submission, the file */
static bool parse_canvas(struct submitter *s, const char *name)
{
    for (const char *at = strchr(name, '_'); at; at = strchr(at + 1, '_')) {
        const char *user = at + 1;
        size_t user_len = digits(user);
        const char *id = user + user_len + 1;
        if (user_len == 0 || user[user_len] != '_')
            continue;
        size_t id_len = digits(id);
        if (id_len == 0 || id[id_len] != '_' || at == name)
            continue;
        size_t name_len = (size_t)(at - name);
        if (name_len > 5 && strncmp(at - 5, "_LATE", 5) == 0)
            name_len -= 5;
        s->naming = NAMING_CANVAS;
        s->name = str_ndup(name, name_len);
        s->number = str_ndup(user, user_len);
        s->file = str_dup(id + id_len + 1);
        s->whole = str_ndup(name, (size_t)(at - name));
        return true;
    }
    return false;
}

static void drop_ending(char *name)
{
    static const char *const endings[] = {".tar.gz", ".tar.xz", ".tar.bz2", ".zip", ".tar",
                                          ".tgz",    ".txz",    ".tbz2",    ".7z"};
    size_t len = strlen(name);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t n = strlen(endings[i]);
        if (len > n && strcasecmp(name + len - n, endings[i]) == 0) {
            name[len - n] = '\0';
            return;
        }
    }
}

void submitter_parse(struct submitter *s, const char *name)
{
    *s = (struct submitter){.naming = NAMING_PLAIN};
    if (parse_moodle(s, name) || parse_canvas(s, name))
        return;
    s->whole = str_dup(name);
    drop_ending(s->whole);
    s->name = str_dup("");
    s->number = str_dup("");
    s->file = str_dup("");
}
