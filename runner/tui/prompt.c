/* Questions on the status line: search, jump, yes or no. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "tui/app.h"
#include "tui/workspace.h"

enum { TEXT_MAX_BYTES = 200 };

/* ---- typing ---- */

void prompt_open(struct app *a, const struct prompt_ops *ops)
{
    a->prompt.ops = ops;
    a->prompt.saved_node = a->node;
    a->prompt.saved_focus = a->focus;
    a->prompt.saved_top = app_screen(a, a->focus)->top;
    if (ops == &prompt_search)
        a->focus = SLOT_TREE; /* where matches can be seen */
    a->prompt.back = 0;
    buf_clear(&a->prompt.text);
    buf_clear(&a->status);
    a->dirty = true;
}

static void prompt_close(struct app *a)
{
    a->prompt.ops = NULL;
    a->dirty = true;
}

static void add_character(struct buf *b, int c)
{
    if (c < 0x80)
        buf_addc(b, (char)c);
    if (c >= 0x80 && c < 0x800)
        buf_addc(b, (char)(0xc0 | (c >> 6)));
    if (c >= 0x800 && c < 0x10000)
        buf_addc(b, (char)(0xe0 | (c >> 12)));
    if (c >= 0x10000) {
        buf_addc(b, (char)(0xf0 | (c >> 18)));
        buf_addc(b, (char)(0x80 | ((c >> 12) & 0x3f)));
    }
    if (c >= 0x800)
        buf_addc(b, (char)(0x80 | ((c >> 6) & 0x3f)));
    if (c >= 0x80)
        buf_addc(b, (char)(0x80 | (c & 0x3f)));
}

static void remove_character(struct buf *b)
{
    while (b->len > 0 && ((unsigned char)b->data[b->len - 1] & 0xc0) == 0x80)
        b->data[--b->len] = '\0';
    if (b->len > 0)
        b->data[--b->len] = '\0';
}

void prompt_put(struct app *a, const char *text)
{
    buf_clear(&a->prompt.text);
    buf_adds(&a->prompt.text, text);
    a->dirty = true;
}

/* Up is back in time. */
static void history_step(struct app *a, int by)
{
    size_t back = a->prompt.back + (by < 0 ? 1 : 0) - (by > 0 && a->prompt.back > 0 ? 1 : 0);
    const char *line = history_get(&a->commands, back);

    if (back > 0 && !line)
        return;
    a->prompt.back = back;
    prompt_put(a, line ? line : "");
}

/* Add what all words that can stand here have in common; a blank behind the only one. */
static void complete(struct app *a)
{
    struct buf *text = &a->prompt.text;
    AUTO_FREE char *common = NULL;
    size_t start = 0, found = 0;
    const char *word;

    for (size_t i = 0; (word = a->prompt.ops->candidate(a, i, &start)); i++) {
        size_t same = 0;

        if (strncmp(word, buf_text(text) + start, text->len - start) != 0)
            continue;
        if (found++ == 0)
            common = str_dup(word);
        while (common[same] && common[same] == word[same])
            same++;
        common[same] = '\0';
    }
    if (found > 0)
        buf_adds(text, common + (text->len - start));
    if (found == 1)
        buf_addc(text, ' ');
    a->dirty = true;
}

static void confirm_key(struct app *a, int key)
{
    const struct prompt_ops *ops = a->prompt.ops;

    prompt_close(a);
    if (key == 'y' || key == 'Y')
        ops->accept(a);
    else
        app_status(a, TONE_DIM, MSG_TUI_NOTHING_CHANGED);
}

static void cancel(struct app *a)
{
    size_t node = a->prompt.saved_node;

    prompt_close(a);
    a->find_marked = false;
    app_stale(a);
    a->focus = a->prompt.saved_focus;
    if (a->focus != SLOT_TREE)
        app_screen(a, a->focus)->top = a->prompt.saved_top;
    if (node != a->node)
        app_select(a, node);
}

static void edit_text(struct app *a, int key)
{
    struct buf *text = &a->prompt.text;

    if (key == FN(KEY_BACKSPACE) || key == 0x7f || key == CTRL('h'))
        remove_character(text);
    else if (key == CTRL('u'))
        buf_clear(text);
    else if (key >= ' ' && text->len < TEXT_MAX_BYTES)
        add_character(text, key);
    else
        return;
    if (a->prompt.ops->changed)
        a->prompt.ops->changed(a);
    a->dirty = true;
}

static void step(struct app *a, int by)
{
    if (a->prompt.ops->step)
        a->prompt.ops->step(a, by);
    else if (a->prompt.ops->history)
        history_step(a, by);
}

void prompt_key(struct app *a, int key)
{
    const struct prompt_ops *ops = a->prompt.ops;

    if (ops->confirm)
        confirm_key(a, key);
    else if (key == '\033' || key == CTRL('c'))
        cancel(a);
    else if (key == '\r' || key == '\n' || key == FN(KEY_ENTER))
        ops->accept(a);
    else if (key == FN(KEY_UP) || key == FN(KEY_DOWN))
        step(a, key == FN(KEY_UP) ? -1 : 1);
    else if (key == '\t' && ops->candidate)
        complete(a);
    else
        edit_text(a, key);
}

/* ---- search over numbers, ids, titles of both languages, and tasks ---- */

/* A task as one line: without marks of Markdown, and line breaks as a reader sees them. */
static char *plain_text(const char *text)
{
    struct buf out = BUF_INIT;

    for (const char *c = text; *c; c++) {
        bool wide = out.len > 0 && (unsigned char)out.data[out.len - 1] >= 0x80;

        if (*c == '*' || *c == '`')
            continue;
        if (*c != '\n')
            buf_addc(&out, *c);
        else if (!wide || (unsigned char)c[1] < 0x80)
            buf_addc(&out, ' ');
    }
    return out.len ? buf_steal(&out) : str_dup("");
}

static const char *text_of(struct app *a, const struct exercise *x)
{
    if (!a->texts[x->index]) {
        AUTO_FREE char *text = course_read_text(x->lab_dir, "task", NULL, NULL);
        a->texts[x->index] = plain_text(text ? text : "");
    }
    return a->texts[x->index];
}

void search_forget(struct app *a)
{
    for (size_t i = 0; i < a->o->course->n_exercises; i++) {
        free(a->texts[i]);
        a->texts[i] = NULL;
    }
}

static bool matches(struct app *a, const struct exercise *x, const char *what)
{
    return strcasestr(x->id, what) || strcasestr(x->title.text[LANG_ZH], what) ||
           strcasestr(x->title.text[LANG_EN], what) ||
           strncmp(x->number, what, strlen(what)) == 0 || strcasestr(text_of(a, x), what);
}

/* The next match from a node on, round and round; n_nodes when there is none. */
static size_t find_from(struct app *a, size_t node, int by, const char *what)
{
    size_t n = a->n_nodes;

    for (size_t i = 0; i < n; i++) {
        size_t at = by > 0 ? (node + i) % n : (node + n - i) % n;

        if (a->nodes[at].exercise && matches(a, a->nodes[at].exercise, what))
            return at;
    }
    return n;
}

static void search_changed(struct app *a)
{
    const char *what = buf_text(&a->prompt.text);
    size_t node = *what ? find_from(a, a->prompt.saved_node, 1, what) : a->prompt.saved_node;

    buf_clear(&a->find);
    buf_adds(&a->find, what); /* marked in the task beside the tree */
    a->find_marked = a->find.len > 0;
    app_stale(a);
    if (node < a->n_nodes && node != a->node)
        app_select(a, node);
}

static void search_step(struct app *a, int by)
{
    if (a->n_nodes == 0)
        return;
    const char *what = buf_text(&a->prompt.text);
    size_t from = (a->node + a->n_nodes + (by > 0 ? 1 : a->n_nodes - 1)) % a->n_nodes;
    size_t node = *what ? find_from(a, from, by, what) : a->n_nodes;

    if (node < a->n_nodes)
        app_select(a, node);
}

static void search_accept(struct app *a)
{
    bool empty = a->prompt.text.len == 0;

    if (!empty) {
        buf_clear(&a->find);
        buf_adds(&a->find, buf_text(&a->prompt.text));
    }
    prompt_close(a);
    if (empty)
        prompt_find_next(a, 1);
    else if (find_from(a, a->node, 1, buf_text(&a->find)) >= a->n_nodes)
        app_status(a, TONE_WARN, MSG_TUI_NOT_FOUND, buf_text(&a->find));
}

void prompt_find_next(struct app *a, int by)
{
    if (a->focus != SLOT_TREE && a->find.len > 0) {
        struct screen *s = app_screen(a, a->focus);

        a->find_marked = true;
        reader_mark(a, s);
        reader_find(a, s, -1, by);
        return;
    }
    if (a->find.len == 0 || a->n_nodes == 0) {
        app_status(a, TONE_DIM, MSG_TUI_NO_SEARCH_YET, action_key(ACTION_SEARCH));
        return;
    }
    size_t from = (a->node + (by > 0 ? 1 : a->n_nodes - 1)) % a->n_nodes;
    size_t node = find_from(a, from, by, buf_text(&a->find));
    if (node >= a->n_nodes)
        app_status(a, TONE_WARN, MSG_TUI_NOT_FOUND, buf_text(&a->find));
    else
        app_select(a, node);
}

/* ---- search in the page ---- */

static void page_changed(struct app *a)
{
    struct screen *s = app_screen(a, a->focus);

    buf_clear(&a->find);
    buf_adds(&a->find, buf_text(&a->prompt.text));
    a->find_marked = a->find.len > 0;
    reader_mark(a, s);
    if (s->found.n_items > 0)
        reader_find(a, s, a->prompt.saved_top, 1);
    buf_clear(&a->status);
}

static void page_step(struct app *a, int by)
{
    prompt_find_next(a, by);
}

static void page_accept(struct app *a)
{
    struct screen *s = app_screen(a, a->focus);

    prompt_close(a);
    if (a->find.len == 0)
        return;
    a->find_marked = true;
    app_stale(a); /* the pages beside it have matches too */
    if (s->found.n_items == 0)
        app_status(a, TONE_WARN, MSG_TUI_NOT_IN_PAGE, buf_text(&a->find));
    else
        app_status(a, TONE_DIM, MSG_TUI_MATCH_OF, s->found.chosen + 1, (int)s->found.n_items);
}

/* ---- jump ---- */

void prompt_jump_to(struct app *a, const char *what)
{
    const struct exercise *x;
    char *end = NULL;
    struct err e;
    long number = strtol(what, &end, 10);

    if (*end == '\0')
        app_filter_none(a); /* a chapter may be hidden */
    for (size_t i = 0; *end == '\0' && i < a->n_nodes; i++) {
        if (!a->nodes[i].exercise && a->o->course->chapters[a->nodes[i].chapter].number == number) {
            app_begin(a, i);
            return;
        }
    }
    x = course_find(a->o->course, what, &e);
    if (x)
        app_begin(a, app_node_of(a, x));
    else
        app_status(a, TONE_WARN, MSG_TUI_NO_EXERCISE, what);
}

static void jump_accept(struct app *a)
{
    AUTO_FREE char *what = str_dup(buf_text(&a->prompt.text));

    prompt_close(a);
    if (*what)
        prompt_jump_to(a, what);
}

/* ---- yes or no ---- */

static void reset_accept(struct app *a)
{
    const struct exercise *x = app_exercise(a);
    struct err e;
    int reset = 0;

    if (!x)
        return;
    if (workspace_check(a->o->workspace, &e) < 0 ||
        workspace_reset(a->o->workspace, a->o->course, x, &reset, &e) < 0)
        app_error(a, &e);
    else if (reset == 0)
        app_status(a, TONE_DIM, MSG_TUI_RESET_SAME);
    else
        app_status(a, TONE_GOOD, MSG_TUI_RESET_DONE, reset, action_key(ACTION_COMMAND));
    a->own_save = reset > 0;
}

static void peek_accept(struct app *a)
{
    const struct exercise *x = app_exercise(a);
    struct err e;

    if (!x)
        return;
    if (store_add_peek(a->o->store, x->id, &e) < 0) {
        app_error(a, &e);
        return;
    }
    app_progress(a, x);
    solution_show(a);
}

const struct prompt_ops prompt_page = {
    .label = MSG_TUI_ASK_PAGE,
    .changed = page_changed,
    .accept = page_accept,
    .step = page_step,
};
const struct prompt_ops prompt_search = {
    .label = MSG_TUI_ASK_SEARCH,
    .changed = search_changed,
    .accept = search_accept,
    .step = search_step,
};
const struct prompt_ops prompt_jump = {.label = MSG_TUI_ASK_JUMP, .accept = jump_accept};
const struct prompt_ops prompt_reset = {
    .label = MSG_TUI_ASK_RESET, .confirm = true, .accept = reset_accept};
const struct prompt_ops prompt_peek = {
    .label = MSG_TUI_ASK_PEEK, .confirm = true, .accept = peek_accept};
