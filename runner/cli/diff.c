/* ipclab diff: what differs between one's own files and the reference or the skeleton, as the
 * program diff(1) tells it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/text.h"
#include "cli/capture.h"
#include "cli/place.h"
#include "cli/print.h"
#include "cli/solution.h"

struct pair { /* two files and what they are called; owned */
    char *old_path, *new_path, *old_label, *new_label;
};

static void pair_release(struct pair *p)
{
    free(p->old_path);
    free(p->new_path);
    free(p->old_label);
    free(p->new_label);
}

/* 0, or -1 and a sentence when diff could not be run or failed. */
static int run_diff(const struct pair *p, struct buf *out, struct err *e)
{
    const char *const argv[] = {"diff",       "-u", "--label",   p->old_label, "--label",
                                p->new_label, "--", p->old_path, p->new_path,  NULL};
    struct capture run;
    int result = -1;
    if (capture_run(&run, argv, NULL, e) != 0)
        return -1;
    if (run.status == 127)
        err_msg(e, MSG_CLI_DIFF_NO_PROGRAM);
    else if (run.status > 1 || run.timed_out)
        err_msg(e, MSG_CLI_DIFF_FAILED, p->old_path, p->new_path, buf_text(&run.out));
    else
        result = 0;
    buf_add(out, buf_text(&run.out), run.out.len);
    capture_release(&run);
    return result;
}

static enum style style_of(const char *line)
{
    if (strncmp(line, "+++", 3) == 0 || strncmp(line, "---", 3) == 0)
        return STYLE_STRONG;
    return *line == '+'   ? STYLE_GOOD
           : *line == '-' ? STYLE_BAD
           : *line == '@' ? STYLE_DIM
                          : STYLE_TEXT;
}

/* The files may hold anything; nothing of it reaches the terminal as a control character. */
static void add_colored(struct buf *out, const struct cli *c, const struct buf *text)
{
    struct buf clean = BUF_INIT;
    text_sanitize(&clean, buf_text(text), text->len);
    char *save = NULL;
    for (char *line = clean.len ? strtok_r(clean.data, "\n", &save) : NULL; line;
         line = strtok_r(NULL, "\n", &save)) {
        print_style(out, c, style_of(line), line);
        buf_addc(out, '\n');
    }
    buf_release(&clean);
}

/* Own file to reference, or skeleton to own file: "+" is what there is to learn, or what was
 * written. */
static struct pair make_pair(const struct exercise *x, const char *own_dir, const char *name,
                             bool skeleton)
{
    char *own = fs_join(own_dir, name);
    char *own_label = str_format("%s/%s", msg(MSG_CLI_DIFF_OWN), name);
    if (skeleton)
        return (struct pair){fs_join(x->lab_dir, name), own,
                             str_format("%s/%s", msg(MSG_CLI_DIFF_SKELETON), name), own_label};
    return (struct pair){own, fs_join(x->solution_dir, name), own_label,
                         str_format("%s/%s", msg(MSG_CLI_DIFF_REFERENCE), name)};
}

static int diff_exercise(struct cli *c, const struct place *place, const struct exercise *x,
                         bool skeleton)
{
    struct err e = {0};
    struct buf out = BUF_INIT;
    size_t n;
    int status = EXIT_DONE;
    AUTO_FREE char *dir = cli_exercise_dir(c, place->workspace, x);
    AUTO_FREE const char **names = exercise_sources(x, &n);
    for (size_t i = 0; i < n && status == EXIT_DONE; i++) {
        struct buf text = BUF_INIT;
        struct pair p = make_pair(x, dir, names[i], skeleton);
        const char *own = skeleton ? p.new_path : p.old_path;
        if (!fs_exists(own))
            status = cli_failf(EXIT_FAILED, MSG_CLI_DIFF_NO_FILE, own, x->number);
        else if (run_diff(&p, &text, &e) < 0)
            status = cli_fail(EXIT_FAULT, &e);
        else
            add_colored(&out, c, &text);
        pair_release(&p);
        buf_release(&text);
    }
    if (status == EXIT_DONE && out.len == 0)
        buf_addf(&out, "%s\n", msg(skeleton ? MSG_CLI_DIFF_SAME_SKELETON : MSG_CLI_DIFF_SAME));
    print_out(&out);
    return status;
}

int command_diff(struct cli *c, int argc, char **argv)
{
    static const char *const flags[] = {"--skeleton", "--show-me", NULL};
    enum { SKELETON = 1, SHOW_ME = 2 };
    unsigned found;
    const char *word;
    struct place p;
    int status = take_words("diff", argc, argv, flags, &found, &word);
    if (status != 0)
        return status;
    status = place_open(c, &p, PLACE_NEEDED, found & SHOW_ME ? PLACE_WRITE : PLACE_READ);
    if (status == 0) {
        const struct exercise *x = cli_exercise(c, word, p.store);
        if (!x)
            status = EXIT_FAILED;
        else if (!(found & SKELETON))
            status = solution_allowed(c, &p, x, (found & SHOW_ME) != 0);
        if (status == 0)
            status = diff_exercise(c, &p, x, (found & SKELETON) != 0);
    }
    place_release(&p);
    return status;
}
