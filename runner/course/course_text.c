/* Tasks, lessons and hints: Markdown files beside exercise.ini. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fs.h"
#include "course/course.h"

enum { MAX_TEXT = 1 << 20 };

static const char *const suffixes[LANG_COUNT] = {[LANG_ZH] = "zh", [LANG_EN] = "en"};

static char *text_path(const char *dir, const char *name, enum lang lang)
{
    return str_format("%s/%s.%s.md", dir, name, suffixes[lang]);
}

char *course_read_text(const char *dir, const char *name, int *fell_back, struct err *e)
{
    enum lang lang = msg_lang();
    enum lang other = lang == LANG_ZH ? LANG_EN : LANG_ZH;
    AUTO_FREE char *wanted = text_path(dir, name, lang);
    AUTO_FREE char *instead = text_path(dir, name, other);
    bool have_wanted = fs_exists(wanted);
    if (fell_back != NULL)
        *fell_back = !have_wanted;
    if (!have_wanted && !fs_exists(instead)) {
        err_msg(e, MSG_COURSE_NO_TEXT, wanted);
        return NULL;
    }
    struct buf text = BUF_INIT;
    if (fs_read(have_wanted ? wanted : instead, MAX_TEXT, &text, e) != 0) {
        buf_release(&text);
        return NULL;
    }
    buf_addc(&text, '\0'); /* an empty file, too, gives a string */
    return buf_steal(&text);
}

static size_t line_length(const char *line)
{
    size_t len = strcspn(line, "\n");
    return len + (line[len] == '\n');
}

/* A fence opens or closes a block of code; "## " in there is a comment of the code. */
static bool is_fence(const char *line)
{
    line += strspn(line, " ");
    return strncmp(line, "```", 3) == 0 || strncmp(line, "~~~", 3) == 0;
}

/* Length of the text up to the next "## " heading after the first line, blanks at the end included.
 */
static size_t hint_length(const char *text)
{
    bool in_code = is_fence(text);
    size_t len = line_length(text);
    while (text[len] != '\0') {
        const char *line = text + len;
        if (is_fence(line))
            in_code = !in_code;
        if (!in_code && strncmp(line, "## ", 3) == 0)
            break;
        len += line_length(line);
    }
    return len;
}

static size_t without_blank_end(const char *text, size_t len)
{
    while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
        len--;
    return len;
}

char *course_read_text_in(const char *dir, const char *name, enum lang lang)
{
    struct buf text = BUF_INIT;
    AUTO_FREE char *path = text_path(dir, name, lang);
    if (fs_read(path, MAX_TEXT, &text, NULL) != 0) {
        buf_release(&text);
        return NULL;
    }
    buf_addc(&text, '\0');
    return buf_steal(&text);
}

int course_read_hints(const char *lab_dir, char ***hints, size_t *count, int *fell_back,
                      struct err *e)
{
    *hints = NULL;
    *count = 0;
    AUTO_FREE char *text = course_read_text(lab_dir, "hints", fell_back, e);
    if (text == NULL)
        return -1;
    const char *p = text;
    if (strncmp(p, "## ", 3) != 0)
        p += hint_length(p); /* a title before the first hint */
    while (*p != '\0') {
        size_t len = hint_length(p);
        *hints = mem_grow(*hints, *count + 1, sizeof **hints);
        (*hints)[(*count)++] = str_ndup(p, without_blank_end(p, len));
        p += len;
    }
    return (int)*count;
}

void hints_free(char **hints, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(hints[i]);
    free(hints);
}
