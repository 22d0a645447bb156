#include "cli/wrong.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fs.h"

enum { WRONG_MAX = 1 << 20, HEAD_LINES = 8 };

/* The words after "// KEY:" in the first lines; malloc'd or NULL. */
static char *head_value(const char *text, const char *key)
{
    for (int i = 0; i < HEAD_LINES && text; i++) {
        const char *p = text;
        while (*p == '/' || *p == '*' || *p == ' ')
            p++;
        size_t n = strlen(key);
        if (p > text && strncmp(p, key, n) == 0 && p[n] == ':') {
            p += n + 1;
            p += strspn(p, " \t");
            size_t len = strcspn(p, "\n");
            while (len && (p[len - 1] == ' ' || p[len - 1] == '/' || p[len - 1] == '*'))
                len--;
            return str_ndup(p, len);
        }
        text = strchr(text, '\n');
        text = text ? text + 1 : NULL;
    }
    return NULL;
}

static bool is_source(const struct exercise *x, const char *file)
{
    size_t n;
    bool found = false;
    const char **names = exercise_sources(x, &n);
    for (size_t i = 0; i < n; i++)
        found |= strcmp(names[i], file) == 0;
    free(names);
    return found;
}

static int load_one(struct wrong *w, const struct exercise *x, struct err *e)
{
    struct buf content = BUF_INIT;
    size_t n;
    if (fs_read(w->path, WRONG_MAX, &content, e) != 0)
        return -1;
    AUTO_FREE char *expect = head_value(content.data, "expect");
    AUTO_FREE char *needs = head_value(content.data, "needs");
    w->needs_bwrap = str_equal(needs, "bwrap");
    w->file = head_value(content.data, "file");
    buf_release(&content);
    if (!w->file) {
        const char **names = exercise_sources(x, &n);
        if (n == 1)
            w->file = str_dup(names[0]);
        free(names);
    }
    const char *blank = expect ? strchr(expect, ' ') : NULL;
    if (!blank)
        return err_msg(e, MSG_CLI_WRONG_HEAD, w->path);
    w->test = str_ndup(expect, (size_t)(blank - expect));
    const char *id = blank + strspn(blank, " ");
    w->diagnosis = str_ndup(id, strcspn(id, " "));
    if (!exercise_find_test(x, w->test))
        return err_msg(e, MSG_CLI_WRONG_TEST, w->path, w->test, x->id);
    if (!w->file || !is_source(x, w->file))
        return err_msg(e, MSG_CLI_WRONG_FILE, w->path, w->file ? w->file : "");
    return 0;
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct wrong *)a)->name, ((const struct wrong *)b)->name);
}

int wrong_load(const struct exercise *x, struct wrong **list, size_t *count, struct err *e)
{
    AUTO_FREE char *folder = fs_join(x->tests_dir ? x->tests_dir : "", "wrong");
    DIR *dir = opendir(folder);
    int rc = 0;
    *list = NULL;
    *count = 0;
    for (struct dirent *d; dir && rc == 0 && (d = readdir(dir));) {
        size_t len = strlen(d->d_name);
        if (len < 3 || strcmp(d->d_name + len - 2, ".c") != 0)
            continue;
        *list = mem_grow(*list, *count + 1, sizeof **list);
        struct wrong *w = &(*list)[(*count)++];
        *w = (struct wrong){.name = str_ndup(d->d_name, len - 2),
                            .path = fs_join(folder, d->d_name)};
        rc = load_one(w, x, e);
    }
    if (dir)
        closedir(dir);
    if (rc != 0) {
        wrong_free(*list, *count);
        *list = NULL;
        *count = 0;
        return rc;
    }
    if (*count)
        qsort(*list, *count, sizeof **list, compare);
    return 0;
}

void wrong_free(struct wrong *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(list[i].name);
        free(list[i].path);
        free(list[i].file);
        free(list[i].test);
        free(list[i].diagnosis);
    }
    free(list);
}
