/* ipclab init: a workspace with the skeletons of all exercises. */
#include "cli/init.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "cli/place.h"
#include "store/store.h"
#include "tui/workspace.h"

/* --- may it be made here? ------------------------------------------------------------------- */

/* The absolute form of a path whose last parts need not exist yet; malloc'd. */
static char *absolute(const char *path)
{
    AUTO_FREE char *copy = str_dup(path);
    struct buf missing = BUF_INIT;
    for (;;) {
        AUTO_FREE char *real = realpath(*copy ? copy : "/", NULL);
        char *slash = strrchr(copy, '/');
        if (real || !slash) {
            AUTO_FREE char *here = real ? NULL : realpath(".", NULL);
            char *result =
                real ? str_format("%s%s", missing.len && !real[1] ? "" : real, buf_text(&missing))
                     : str_format("%s/%s%s", here ? here : "", copy, buf_text(&missing));
            buf_release(&missing);
            return result;
        }
        if (slash[1]) {
            AUTO_FREE char *tail = str_dup(buf_text(&missing));
            buf_clear(&missing);
            buf_addf(&missing, "%s%s", slash, tail);
        }
        *slash = '\0';
    }
}

static bool is_below(const char *path, const char *folder)
{
    AUTO_FREE char *real = realpath(folder, NULL);
    size_t len = real ? strlen(real) : 0;
    return len && strncmp(path, real, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

static bool is_empty(const char *dir)
{
    DIR *d = opendir(dir);
    bool empty = true;
    for (struct dirent *item; d && (item = readdir(d));)
        empty = empty && (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0);
    if (d)
        closedir(d);
    return empty;
}

static int check_place(struct cli *c, const char *dir, bool force, bool *fresh, struct err *e)
{
    const struct layout *l = &c->course.layout;
    struct stat st;
    AUTO_FREE char *mark = fs_join(dir, ".ipclab");
    *fresh = !fs_is_dir(mark);
    if (stat(dir, &st) == 0 && !S_ISDIR(st.st_mode))
        return err_msg(e, MSG_CLI_INIT_NOT_A_FOLDER, dir);
    if (is_below(dir, l->labs) || is_below(dir, l->solutions) || is_below(dir, l->tests) ||
        is_below(dir, l->build))
        return err_msg(e, MSG_CLI_INIT_IN_COURSE, dir);
    if (*fresh && !force && !is_empty(dir))
        return err_msg(e, MSG_CLI_INIT_NOT_EMPTY, dir);
    return 0;
}

/* --- compile_commands.json ---------------------------------------------------------------------
 */

static void add_words(json_t *list, const char *words)
{
    while (*words) {
        size_t len = strcspn(words, " ");
        if (len)
            json_array_append_new(list, json_stringn(words, len));
        words += len + (words[len] == ' ');
    }
}

static json_t *compile_command(const char *dir, const struct program *p, const char *source)
{
    json_t *arguments = json_array();
    AUTO_FREE char *include = str_format("-I%s", dir);
    AUTO_FREE char *path = fs_join(dir, source);
    json_array_append_new(arguments, json_string("gcc"));
    add_words(arguments, LAB_CFLAGS);
    for (size_t i = 0; i < p->n_flags; i++)
        json_array_append_new(arguments, json_string(p->flags[i]));
    json_array_append_new(arguments, json_string(include));
    json_array_append_new(arguments, json_string("-c"));
    json_array_append_new(arguments, json_string(path));
    return json_pack("{s:s,s:s,s:o}", "directory", dir, "file", path, "arguments", arguments);
}

/* A source of several programs is taken with the flags of the first. */
static bool is_known(const struct exercise *x, size_t program, const char *source)
{
    for (size_t k = 0; k < program; k++)
        for (size_t s = 0; s < x->programs[k].n_sources; s++)
            if (strcmp(x->programs[k].sources[s], source) == 0)
                return true;
    return false;
}

static void add_programs(json_t *list, const char *dir, const struct exercise *x)
{
    for (size_t k = 0; k < x->n_programs; k++)
        for (size_t s = 0; s < x->programs[k].n_sources; s++) {
            const char *source = x->programs[k].sources[s];
            if (!is_known(x, k, source))
                json_array_append_new(list, compile_command(dir, &x->programs[k], source));
        }
}

/* For clangd: the flags the grader uses. Written only when it changes. */
static int write_commands(struct cli *c, const char *workspace, struct err *e)
{
    json_t *list = json_array();
    for (size_t i = 0; i < c->course.n_exercises; i++) {
        const struct exercise *x = &c->course.exercises[i];
        AUTO_FREE char *dir = workspace_dir(workspace, &c->course, x);
        add_programs(list, dir, x);
    }
    AUTO_FREE char *text = json_dumps(list, JSON_INDENT(2));
    json_decref(list);
    AUTO_FREE char *path = fs_join(workspace, "compile_commands.json");
    struct buf old = BUF_INIT;
    bool same = text && fs_read(path, 16 << 20, &old, NULL) == 0 && strcmp(old.data, text) == 0;
    buf_release(&old);
    return same || !text ? 0 : fs_write(path, text, strlen(text), e);
}

/* --- making it ------------------------------------------------------------------------------- */

/* .ipclab first: what was begun and broken off is a workspace, and the next init completes it. */
static int fill(struct cli *c, const char *dir, struct init_result *r, struct err *e)
{
    AUTO_FREE char *mark = fs_join(dir, ".ipclab");
    if (fs_mkdirs(mark, 0755, e) != 0)
        return -1;
    for (size_t i = 0; i < c->course.n_exercises; i++) {
        int copied;
        if (workspace_fill(dir, &c->course, &c->course.exercises[i], &copied, e) != 0)
            return -1;
        r->copied += copied;
    }
    return write_commands(c, dir, e);
}

static int begin_progress(const char *dir, struct err *e)
{
    struct store *s;
    char *notice = NULL;
    AUTO_FREE char *path = fs_join(dir, ".ipclab/progress.db");
    if (store_open(&s, path, false, &notice, e) != 0)
        return -1;
    if (notice)
        fprintf(stderr, "ipclab: %s\n", notice);
    free(notice);
    store_close(s);
    return 0;
}

int init_workspace(struct cli *c, const char *dir, bool force, struct init_result *r, struct err *e)
{
    struct err why = {0};
    AUTO_FREE char *path = absolute(dir);
    *r = (struct init_result){0, false};
    if (check_place(c, path, force, &r->fresh, e) != 0)
        return -1;
    if (fill(c, path, r, &why) != 0)
        return err_msg(e, MSG_CLI_INIT_FAILED, why.text);
    return begin_progress(path, e);
}

void init_refresh(struct cli *c, const char *dir)
{
    AUTO_FREE char *path = absolute(dir);
    write_commands(c, path, NULL);
}

char *init_default_dir(struct cli *c)
{
    const char *variable = getenv("IPCLAB_WORKSPACE");
    const char *given = c->workspace_option ? c->workspace_option : variable;
    if (given && *given)
        return str_dup(given);
    char *found = cli_find_workspace(c);
    if (found)
        return found;
    AUTO_FREE char *rooms = str_format("%s/../runner", c->course.layout.labs);
    AUTO_FREE char *top = str_format("%s/..", c->course.layout.labs);
    AUTO_FREE char *tree = fs_is_dir(rooms) ? realpath(top, NULL) : NULL;
    return tree ? fs_join(tree, "workspace") : NULL;
}

/* A workspace above the new one: commands in the new one use the new one, which may surprise. */
static void warn_nested(const char *dir)
{
    AUTO_FREE char *up = absolute(dir);
    for (char *slash = strrchr(up, '/'); slash && slash != up; slash = strrchr(up, '/')) {
        *slash = '\0';
        AUTO_FREE char *mark = fs_join(up, ".ipclab");
        if (fs_is_dir(mark)) {
            cli_failf(EXIT_DONE, MSG_CLI_INIT_NESTED, up);
            return;
        }
    }
}

static void report(struct cli *c, const char *dir, const struct init_result *r)
{
    if (r->fresh)
        msg_print(stdout, MSG_CLI_INIT_DONE, dir, (int)c->course.n_exercises, r->copied);
    else if (r->copied)
        msg_print(stdout, MSG_CLI_INIT_ADDED, dir, r->copied);
    else
        msg_print(stdout, MSG_CLI_INIT_NOTHING, dir);
    putchar('\n');
}

int command_init(struct cli *c, int argc, char **argv)
{
    static const char *const flags[] = {"--force", NULL};
    struct err e = {0};
    struct init_result r;
    unsigned force;
    const char *word;
    int status = take_words("init", argc, argv, flags, &force, &word);
    if (status != 0)
        return status;
    if (cli_course(c) != 0)
        return EXIT_FAULT;
    AUTO_FREE char *dir = word ? str_dup(word) : init_default_dir(c);
    if (!dir || !*dir)
        return cli_usage("init");
    if (init_workspace(c, dir, force != 0, &r, &e) != 0)
        return cli_fail(EXIT_FAILED, &e);
    report(c, dir, &r);
    if (r.fresh) {
        printf("%s\n", msg(MSG_CLI_INIT_NEXT));
        warn_nested(dir);
    }
    return EXIT_DONE;
}
