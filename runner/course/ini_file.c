/* inih splits lines into sections, keys and values; this file feeds it line by line, so that the
 * line number is known whichever way the library was compiled, and checks what it finds. */
#include "course/ini_file.h"

#include <errno.h>
#include <ini.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/text.h"

enum {
    INI_MAX_FILE = 64 * 1024,
    /* inih cuts longer section names in silence: MAX_SECTION in ini.c, with the NUL. */
    INI_MAX_SECTION = 50,
};

struct ini_loader {
    struct ini_context context;
    const struct ini_section *sections;
    size_t n_sections;
    struct err *e;
    int failed_line; /* line being read when `e` was filled, 0 as long as there is no error */

    const char *next; /* the text not yet read */

    bool section_opened; /* a section line was read, none of its keys yet */
    int section_line;
    const struct ini_section *section; /* NULL before the first one */
    char *section_name;                /* owned: as written, "test eof" */
    unsigned seen_sections;            /* bit i: sections[i] appeared */
    unsigned seen_keys;                /* bit i: section->keys[i] appeared */
};

static int failed(struct ini_loader *l)
{
    l->failed_line = l->context.line;
    return -1;
}

/* The section that ends here must have had its required keys. */
static int finish_section(struct ini_loader *l)
{
    if (l->section_opened) {
        err_msg(l->e, MSG_COURSE_INI_EMPTY_SECTION, l->context.path, l->section_line);
        return failed(l);
    }
    if (l->section == NULL)
        return 0;
    for (size_t i = 0; i < INI_MAX_KEYS && l->section->keys[i].name != NULL; i++) {
        if (!l->section->keys[i].required || (l->seen_keys & (1U << i)) != 0)
            continue;
        err_msg(l->e, MSG_COURSE_INI_MISSING_KEY, l->context.path, l->section_line, l->section_name,
                l->section->keys[i].name);
        return failed(l);
    }
    return 0;
}

/* "[exercise], [program …], [test …]" */
static char *section_list(const struct ini_loader *l)
{
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < l->n_sections; i++)
        buf_addf(&b, "%s[%s%s]", i > 0 ? ", " : "", l->sections[i].name,
                 l->sections[i].named ? " …" : "");
    return buf_steal(&b);
}

static char *key_list(const struct ini_section *s)
{
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < INI_MAX_KEYS && s->keys[i].name != NULL; i++)
        buf_addf(&b, "%s%s", i > 0 ? ", " : "", s->keys[i].name);
    return buf_steal(&b);
}

/* Which kind of section is "test eof"? Its word ("eof", or "") goes to *word. */
static const struct ini_section *match_section(const struct ini_loader *l, const char *name,
                                               const char **word)
{
    for (size_t i = 0; i < l->n_sections; i++) {
        const struct ini_section *s = &l->sections[i];
        size_t len = strlen(s->name);
        if (strncmp(name, s->name, len) != 0)
            continue;
        *word = name + len + strspn(name + len, " \t");
        bool has_word = **word != '\0' && *word > name + len;
        if (s->named ? has_word : name[len] == '\0')
            return s;
    }
    return NULL;
}

static int begin_section(struct ini_loader *l, const char *name)
{
    const char *word = "";
    const struct ini_section *s = match_section(l, name, &word);
    struct ini_context at = l->context;
    at.line = l->section_line;
    if (s == NULL) {
        AUTO_FREE char *expected = section_list(l);
        err_msg(l->e, MSG_COURSE_INI_UNKNOWN_SECTION, at.path, at.line, name, expected);
        return failed(l);
    }
    unsigned bit = 1U << (s - l->sections);
    if (!s->named && (l->seen_sections & bit) != 0) {
        err_msg(l->e, MSG_COURSE_INI_SECTION_TWICE, at.path, at.line, name);
        return failed(l);
    }
    free(l->section_name);
    l->section_name = str_dup(name);
    l->seen_sections |= bit;
    l->seen_keys = 0;
    l->section = s;
    l->section_opened = false;
    if (s->begin != NULL && s->begin(&at, word, l->e) != 0)
        return failed(l);
    return 0;
}

static int take_key(struct ini_loader *l, const char *name, const char *value)
{
    const struct ini_section *s = l->section;
    size_t i = 0;
    while (i < INI_MAX_KEYS && s->keys[i].name != NULL && strcmp(s->keys[i].name, name) != 0)
        i++;
    if (i == INI_MAX_KEYS || s->keys[i].name == NULL) {
        AUTO_FREE char *expected = key_list(s);
        err_msg(l->e, MSG_COURSE_INI_UNKNOWN_KEY, l->context.path, l->context.line, l->section_name,
                name, expected);
        return failed(l);
    }
    if ((l->seen_keys & (1U << i)) != 0) {
        err_msg(l->e, MSG_COURSE_INI_KEY_TWICE, l->context.path, l->context.line, l->section_name,
                name);
        return failed(l);
    }
    l->seen_keys |= 1U << i;
    if (s->keys[i].apply(&l->context, value, l->e) != 0)
        return failed(l);
    return 0;
}

/* inih's handler: 1 to go on, 0 for an error. */
static int on_key(void *user, const char *section, const char *name, const char *value)
{
    struct ini_loader *l = user;
    if (l->failed_line != 0)
        return 0;
    if (l->section_opened && begin_section(l, section) != 0)
        return 0;
    if (l->section == NULL) {
        AUTO_FREE char *expected = section_list(l);
        err_msg(l->e, MSG_COURSE_INI_NO_SECTION, l->context.path, l->context.line, name, expected);
        failed(l);
        return 0;
    }
    return take_key(l, name, value) == 0;
}

static int open_section(struct ini_loader *l, size_t name_len)
{
    if (finish_section(l) != 0)
        return -1;
    l->section_opened = true;
    l->section_line = l->context.line;
    if (name_len < INI_MAX_SECTION)
        return 0;
    err_msg(l->e, MSG_COURSE_INI_LONG_SECTION, l->context.path, l->context.line,
            INI_MAX_SECTION - 1);
    return failed(l);
}

/* inih's reader: the next line without its indentation, which inih would take for a continuation of
 * the value before. NULL at the end and after an error. */
static char *on_read(char *line, int size, void *stream)
{
    struct ini_loader *l = stream;
    if (*l->next == '\0' || l->failed_line != 0)
        return NULL;
    l->context.line++;
    const char *start = l->next + strspn(l->next, " \t\r");
    size_t len = strcspn(start, "\n");
    l->next = start + len + (start[len] == '\n');
    while (len > 0 && (start[len - 1] == '\r' || start[len - 1] == ' '))
        len--;
    if (len + 2 > (size_t)size) {
        err_msg(l->e, MSG_COURSE_INI_LONG_LINE, l->context.path, l->context.line, size - 2);
        failed(l);
        return NULL;
    }
    if (start[0] == '[' && open_section(l, strcspn(start + 1, "]\n")) != 0)
        return NULL;
    memcpy(line, start, len);
    line[len] = '\n';
    line[len + 1] = '\0';
    return line;
}

static int parse(struct ini_loader *l)
{
    int bad_line = ini_parse_stream(on_read, l, on_key, l);
    /* inih goes on after a line it cannot read; the first mistake in the file is the one to tell.
     */
    if (bad_line > 0 && (l->failed_line == 0 || bad_line < l->failed_line))
        return err_msg(l->e, MSG_COURSE_INI_SYNTAX, l->context.path, bad_line);
    if (l->failed_line != 0)
        return -1;
    if (bad_line != 0)
        return err_msg(l->e, MSG_COURSE_INI_SYNTAX, l->context.path, l->context.line);
    return finish_section(l);
}

int ini_load(const char *path, const struct ini_section *sections, size_t n_sections, void *user,
             struct err *e)
{
    struct buf text = BUF_INIT;
    if (fs_read(path, INI_MAX_FILE, &text, e) != 0) {
        buf_release(&text);
        return -1;
    }
    const char *start = buf_text(&text);
    if (!text_is_utf8(start, text.len) || strlen(start) != text.len) {
        buf_release(&text);
        return err_msg(e, MSG_COURSE_INI_NOT_TEXT, path);
    }
    if (strncmp(start, "\xef\xbb\xbf", 3) == 0)
        start += 3;
    struct ini_loader l = {
        .context = {.path = path, .user = user},
        .sections = sections,
        .n_sections = n_sections,
        .e = e,
        .next = start,
    };
    int rc = parse(&l);
    free(l.section_name);
    buf_release(&text);
    return rc;
}

int ini_integer(const struct ini_context *c, const char *key, const char *value, int low, int high,
                int *out, struct err *e)
{
    char *end = NULL;
    errno = 0;
    long n = strtol(value, &end, 10);
    if (errno != 0 || end == value || *end != '\0' || n < low || n > high)
        return err_msg(e, MSG_COURSE_INI_INTEGER, c->path, c->line, key, low, high, value);
    *out = (int)n;
    return 0;
}

int ini_boolean(const struct ini_context *c, const char *key, const char *value, bool *out,
                struct err *e)
{
    static const struct {
        const char *word;
        bool value;
    } words[] = {{"yes", true}, {"true", true}, {"no", false}, {"false", false}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(value, words[i].word) != 0)
            continue;
        *out = words[i].value;
        return 0;
    }
    return err_msg(e, MSG_COURSE_INI_BOOLEAN, c->path, c->line, key, value);
}

int ini_text(const struct ini_context *c, const char *key, const char *value, char **out,
             struct err *e)
{
    if (value[0] == '\0')
        return err_msg(e, MSG_COURSE_INI_EMPTY, c->path, c->line, key);
    free(*out);
    *out = str_dup(value);
    return 0;
}

void ini_words(const char *value, char ***list, size_t *count)
{
    for (const char *p = value + strspn(value, " \t"); *p != '\0'; p += strspn(p, " \t")) {
        size_t len = strcspn(p, " \t");
        *list = mem_grow(*list, *count + 1, sizeof **list);
        (*list)[(*count)++] = str_ndup(p, len);
        p += len;
    }
}
