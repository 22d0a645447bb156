/* Following links: to other pages of the course, and to the manual, which opens in this terminal.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "tui/app.h"
#include "tui/guest.h"

enum { NO_SUCH_PAGE = 16 /* exit status of man(1) */ };

/* Page names are put on a command line of their own, so they need no quoting; but no option. */
static bool is_page(const char *name)
{
    size_t len =
        strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-:");

    return *name && *name != '-' && name[len] == '\0';
}

static void open_page(struct app *a, const char *section, const char *name)
{
    char *argv[4] = {(char *)"man"};
    int n = 1;

    if (!is_page(name)) {
        app_status(a, TONE_WARN, MSG_TUI_MAN_WHICH);
        return;
    }
    if (*section)
        argv[n++] = (char *)section;
    argv[n] = (char *)name;
    int status = guest_run(a, argv, NULL);
    if (status < 0)
        app_status(a, TONE_BAD, MSG_TUI_NO_FORK, strerror(errno));
    else if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        app_status(a, TONE_WARN, MSG_TUI_NO_MAN);
    else if (WIFEXITED(status) && WEXITSTATUS(status) == NO_SUCH_PAGE)
        app_status(a, TONE_WARN, MSG_TUI_NO_PAGE, name, *section ? section : "2");
    else if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        app_status(a, TONE_WARN, MSG_TUI_MAN_FAILED, WEXITSTATUS(status));
}

void follow_man(struct app *a, const char *words)
{
    AUTO_FREE char *text = str_dup(words);
    char *name = text + strspn(text, " ");
    char section[2] = "";
    char *open = strchr(name, '(');

    if (isdigit((unsigned char)name[0]) && name[1] == ' ') { /* 2 pipe */
        section[0] = name[0];
        name += 1 + strspn(name + 1, " ");
    } else if (open && isdigit((unsigned char)open[1])) { /* pipe(2) */
        section[0] = open[1];
        *open = '\0';
    }
    name[strcspn(name, " ")] = '\0';
    open_page(a, section, name);
}

/* Where a path leads from a folder of the course: CHAPTER or CHAPTER/EXERCISE, or nothing of it. */
struct spot {
    char parts[2][64];
    int n;
};

static void spot_go(struct spot *s, const char *path)
{
    AUTO_FREE char *copy = str_ndup(path, strcspn(path, "#"));
    char *rest = copy;

    for (char *part; (part = strsep(&rest, "/"));) {
        if (!*part || !strcmp(part, ".") || (!rest && strstr(part, ".md")))
            continue; /* the file at the end: the folder says enough */
        if (!strcmp(part, ".."))
            s->n -= s->n > 0;
        else if (s->n < 2)
            snprintf(s->parts[s->n++], sizeof s->parts[0], "%s", part);
    }
}

static bool is_there(const struct app *a, const struct node *n, const struct spot *s)
{
    const struct chapter *c = &a->o->course->chapters[n->chapter];

    if (s->n == 0 || strcmp(c->slug, s->parts[0]) != 0)
        return false;
    return s->n == 1 ? !n->exercise : n->exercise && !strcmp(n->exercise->slug, s->parts[1]);
}

/* "../2-fifo/lesson.zh.md", from the page that is shown. */
static bool open_course_page(struct app *a, const char *target)
{
    const struct exercise *x = app_exercise(a);
    struct spot s = {.n = 0};

    app_filter_none(a);
    spot_go(&s, app_chapter(a) ? app_chapter(a)->slug : "");
    if (x && a->text != SCREEN_LESSON)
        spot_go(&s, x->slug);
    spot_go(&s, target);
    if (s.n == 1 && x && !strcmp(app_chapter(a)->slug, s.parts[0])) {
        app_show(a, SCREEN_LESSON); /* of the own chapter: the exercise stays selected */
        return true;
    }
    for (size_t i = 0; i < a->n_nodes; i++) {
        if (!is_there(a, &a->nodes[i], &s))
            continue;
        app_begin(a, i);
        return true;
    }
    return false;
}

void follow_link(struct app *a, const char *target)
{
    if (!strncmp(target, "man:", 4))
        follow_man(a, target + 4);
    else if (strstr(target, "://"))
        app_status(a, TONE_TEXT, MSG_TUI_LINK_OUTSIDE, target);
    else if (!open_course_page(a, target))
        app_status(a, TONE_WARN, MSG_TUI_LINK_NOWHERE, target);
}
