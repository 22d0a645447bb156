/* ipclab solution: the reference, after a pass or when the learner insists (which is recorded). */
#include "cli/solution.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/fs.h"
#include "cli/print.h"

enum { FILE_MAX = 1 << 20 };

int solution_allowed(struct cli *c, const struct place *p, const struct exercise *x, bool insist)
{
    struct err e = {0};
    struct progress progress;
    (void)c;
    if (!fs_is_dir(x->solution_dir))
        return cli_failf(EXIT_FAILED, MSG_CLI_SOLUTION_NOT_HERE);
    if (store_progress(p->store, x->id, &progress, &e) != 0)
        return cli_fail(EXIT_FAULT, &e);
    if (progress.state == PROGRESS_PASSED)
        return 0;
    if (!insist)
        return cli_failf(EXIT_FAILED, MSG_CLI_SOLUTION_NOT_YET, x->number, title_text(&x->title));
    if (store_add_peek(p->store, x->id, &e) != 0)
        return cli_fail(EXIT_FAULT, &e);
    return 0;
}

/* All files, each under its name when there are several. */
static int print_files(struct cli *c, const struct exercise *x)
{
    struct err e = {0};
    struct buf out = BUF_INIT;
    size_t n;
    AUTO_FREE const char **names = exercise_sources(x, &n);
    for (size_t i = 0; i < n; i++) {
        struct buf text = BUF_INIT;
        AUTO_FREE char *path = fs_join(x->solution_dir, names[i]);
        if (fs_read(path, FILE_MAX, &text, &e) != 0) {
            buf_release(&text);
            buf_release(&out);
            return cli_fail(EXIT_FAULT, &e);
        }
        if (n > 1) {
            AUTO_FREE char *head = str_format("%s/* ==== %s ==== */", i ? "\n" : "", names[i]);
            print_style(&out, c, STYLE_HEADING3, head);
            buf_addc(&out, '\n');
        }
        print_source(&out, c, &text);
        buf_release(&text);
    }
    print_out(&out);
    return EXIT_DONE;
}

static int print_files_json(const struct exercise *x)
{
    struct err e = {0};
    json_t *files = json_array();
    size_t n;
    AUTO_FREE const char **names = exercise_sources(x, &n);
    for (size_t i = 0; i < n; i++) {
        struct buf text = BUF_INIT;
        AUTO_FREE char *path = fs_join(x->solution_dir, names[i]);
        if (fs_read(path, FILE_MAX, &text, &e) != 0) {
            buf_release(&text);
            json_decref(files);
            return cli_fail(EXIT_FAULT, &e);
        }
        json_array_append_new(files, json_pack("{s:s,s:s}", "name", names[i], "text", text.data));
        buf_release(&text);
    }
    print_json(json_pack("{s:s,s:s,s:o}", "id", x->id, "number", x->number, "files", files));
    return EXIT_DONE;
}

int command_solution(struct cli *c, int argc, char **argv)
{
    static const char *const flags[] = {"--show-me", NULL};
    unsigned insist;
    const char *word;
    struct place p;
    int status = take_words("solution", argc, argv, flags, &insist, &word);
    if (status != 0)
        return status;
    status = place_open(c, &p, PLACE_NEEDED, PLACE_WRITE);
    if (status == 0) {
        const struct exercise *x = cli_exercise(c, word, p.store);
        status = x ? solution_allowed(c, &p, x, insist != 0) : EXIT_FAILED;
        if (status == 0)
            status = c->json ? print_files_json(x) : print_files(c, x);
    }
    place_release(&p);
    return status;
}
