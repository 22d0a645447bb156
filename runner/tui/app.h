/* The state of the program and the contracts between its parts.
 *
 * One process, one thread, one loop (loop.c) over keys, signals, the file watch and the grading. An
 * event changes this state and marks the frame as dirty; the loop then draws once (frame.c).
 * Screens never wait for anything.
 *
 *   tui.c       entry                   frame.c     where panes are; header, status, line of keys
 *   loop.c      events                  screens.c   the table of screens
 *   app.c       selection, status       screen_*.c  one screen each
 *   request.c   actions                 reader.c    scrolling, shared by all screens but the tree
 *   commands.c  the command line        list.c      choosing among the lines of a document
 *   run.c       grading                 prompt.c    search, jump, commands, yes or no
 *   marks.c     matches and links       follow.c    where links lead
 *   settings.c  what the learner set    history.c   what was typed before
 *   edit.c      the editor              evidence.c, places.c  why something failed
 *   guest.c     another program in our terminal    beside.c, diff.c  own file and reference
 *   check.c     the whole course once more          editor.c    how editors are called
 *   copy.c      the clipboard
 *   and file_watch.c, workspace.c, keys.c, term.c, rescue.c, paint.c
 */
#ifndef TUI_APP_H
#define TUI_APP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "course/backup.h"
#include "course/course.h"
#include "course/markdown.h"
#include "grade/grade.h"
#include "store/store.h"
#include "tui/check.h"
#include "tui/file_watch.h"
#include "tui/history.h"
#include "tui/keys.h"
#include "tui/marks.h"
#include "tui/paint.h"
#include "tui/settings.h"
#include "tui/term.h"
#include "tui/tui.h"

struct app;

/* Which exercises the tree shows. */
enum filter {
    FILTER_ALL,
    FILTER_OPEN,
    FILTER_TRIED,
    FILTER_UNTOUCHED,
    FILTER_PASSED,
    FILTER_HELPED
};
enum { FILTER_COUNT = FILTER_HELPED + 1 };

/* ---- screens ---- */

enum screen_id {
    SCREEN_TREE,
    SCREEN_TASK,
    SCREEN_LESSON,
    SCREEN_HINTS,
    SCREEN_SOLUTION,
    SCREEN_HELP,
    SCREEN_SETTINGS,
    SCREEN_CLOSING,
    SCREEN_ATTEMPTS,
    SCREEN_BACKUPS,
    SCREEN_STATS,
    SCREEN_DIAGNOSIS,
    SCREEN_RESULTS,
    SCREEN_COUNT
};

struct screen_ops;
struct screen {
    const struct screen_ops *ops;
    struct doc doc; /* lines made by read; unused by the tree */
    char *text;     /* owned: a page that is laid out as far as it is needed; NULL: all of it is */
    int text_columns;
    size_t text_at; /* where in it the lines are still to be made */
    int widest;     /* columns of the widest of the first `measured` lines */
    size_t measured;
    int columns;     /* width the lines were made for */
    bool stale;      /* read again before drawing */
    int top, left;   /* first line and first column shown */
    int rows;        /* height at the last drawing */
    int show, shown; /* after reading, scroll so that lines show..shown are seen; -1: leave it */
    int *items;      /* owned: first line of each thing that can be chosen (list.c) */
    size_t n_items;
    int chosen;                /* one of the items */
    struct marks found, links; /* in the document; links are looked for when one is wanted */
};

struct screen_ops {
    enum msg_id title;
    bool general; /* not about the selected exercise: Esc goes back to where the learner was */
    bool wide;    /* while the learner is here it has the place of the results too */
    /* The learner came here or the selection changed: forget what belonged to the old one. */
    void (*open)(struct app *a, struct screen *s);
    /* Make the lines for a width. */
    void (*read)(struct app *a, struct screen *s, int columns);
    /* Paint what read made. */
    void (*draw)(struct app *a, struct screen *s, const struct pane *p, bool focus);
    /* Carry out an action; false when it means nothing here. */
    bool (*request)(struct app *a, struct screen *s, enum action action);
    /* The mouse chose a line of what draw painted; may be NULL. */
    void (*click)(struct app *a, struct screen *s, int line);
    /* The actions that matter now, for the line of keys; ACTION_NONE ends. Help and quit are added.
     */
    const enum action *(*keys)(struct app *a);
};
const struct screen_ops *screen_ops(enum screen_id id);

/* reader.c: what screens that show a document share. */
void reader_open(struct app *a, struct screen *s);
void reader_draw(struct app *a, struct screen *s, const struct pane *p, bool focus);
bool reader_request(struct app *a, struct screen *s, enum action action);
/* A click on a link follows it. */
void reader_click(struct app *a, struct screen *s, int line);
/* The document is this Markdown (malloc'd, taken over), laid out as it is needed: what is on the
 * screen at once, the rest while nothing else is to be done. */
void reader_set_text(struct screen *s, char *text, int columns);
/* Lay out until the document has so many lines, or ends. */
void reader_need(struct screen *s, int lines);
/* Lay out a little more of the pages that are seen; false when nothing is left to do. */
bool reader_go_on(struct app *a);
/* Mark what is searched for, in a document that was just read. */
void reader_mark(struct app *a, struct screen *s);
/* Go to the next match (by 1) or the one before; from `line` when that is not negative. */
void reader_find(struct app *a, struct screen *s, int line, int by);
bool reader_overflows(struct screen *s); /* some line is wider than the pane */
void reader_reset(struct screen *s);     /* empty the document before reading again */

/* list.c: documents in which something can be chosen. */
void list_item(struct screen *s); /* the next line added to the document is one */
void list_draw(struct app *a, struct screen *s, const struct pane *p, bool focus);
bool list_request(struct app *a, struct screen *s, enum action action); /* movement */
void list_click(struct app *a, struct screen *s, int line);

/* ---- slots: places on the screen ---- */

enum slot { SLOT_TREE, SLOT_TEXT, SLOT_RESULTS };
enum { SLOT_COUNT = SLOT_RESULTS + 1 };

/* ---- the question at the bottom ---- */

struct prompt_ops {
    enum msg_id label;
    bool confirm;                        /* one key, y or anything else; else a line of text */
    void (*changed)(struct app *a);      /* the text changed; may be NULL */
    void (*accept)(struct app *a);       /* Enter or y */
    void (*step)(struct app *a, int by); /* up and down while typing; may be NULL */
    /* With Tab the text is completed to what these words have in common: the i-th that can stand
     * where the text ends, NULL behind the last. *start: where that word begins. May be NULL. */
    const char *(*candidate)(struct app *a, size_t i, size_t *start);
    bool history; /* up and down bring back what was accepted before */
};
struct prompt {
    const struct prompt_ops *ops; /* NULL: no question is asked */
    struct buf text;
    size_t saved_node; /* where to go back to on Esc */
    enum slot saved_focus;
    int saved_top;
    size_t back; /* how many lines of the history ago; 0: what is being typed */
};

/* ---- one grading ---- */

struct run {
    struct grading *grading;         /* owned; kept after the end so that its report can be shown */
    const struct exercise *exercise; /* borrowed */
    bool active;                     /* not yet done */
    unsigned long long began;        /* clock_ns() */
};

/* A row of the tree. */
struct node {
    size_t chapter;
    const struct exercise *exercise; /* NULL: the chapter's own row */
};

struct app {
    const struct tui_options *o;
    struct terminal term;

    struct node *nodes; /* owned */
    size_t n_nodes, node;
    enum filter filter;
    char **texts; /* owned: what a search looks through, per exercise; NULL: not read yet */
    struct progress *progress; /* owned, one per exercise of the course */

    struct screen screens[SCREEN_COUNT];
    enum screen_id text;   /* what the text slot shows */
    enum slot focus, main; /* the slot with the keys; the last one that was not the tree */
    struct {
        enum screen_id text;
        enum slot focus, main;
    } before;                      /* where a general screen goes back to */
    bool zoom;                     /* the learner turned the usual width of the focused pane over */
    struct pane panes[SLOT_COUNT]; /* columns 0: not visible */

    struct settings settings;
    struct prompt prompt;
    struct history commands; /* typed at the command line */
    struct buf find;         /* last search */
    struct buf status;
    bool find_marked; /* its matches are shown in the pages */
    int clicked;      /* column of the pane the mouse was at */
    enum tone status_tone;

    struct run run;
    struct report last; /* of the selected exercise, from the store */
    bool has_last;
    struct report old; /* an earlier attempt, while the learner looks at it */
    bool has_old;
    struct attempt *attempts; /* owned: those the list shows */
    size_t n_attempts;
    struct backup *backups; /* owned: those the list shows */
    size_t n_backups;
    char *diagnosis;             /* owned: the one that is explained; NULL none */
    long long diagnosis_attempt; /* the last one that had it; 0: the one the results show */
    struct check check;
    int *test_lines; /* owned: first line of each test in the results */
    size_t n_test_lines;
    int detail;   /* test whose details are shown, -1: the first that failed */
    bool compare; /* the solution is shown as a difference */
    char **hints; /* owned: of the selected exercise */
    size_t n_hints;
    int hints_fell_back; /* they are in the other language */

    struct file_watch watch;
    bool own_save;   /* a source was written by a reset or a restore */
    bool limit_told; /* that saves are noticed by looking only */
    unsigned long long
        grade_at; /* clock_ns() when a saved file is to be graded; 0: nothing is due */
    int editor;   /* pid of an editor launcher that runs beside us, 0: none */
    int copier;   /* pid of a tmux client that takes a text, 0: none */

    bool dirty; /* draw before waiting */
    bool away;  /* another program has the terminal: do not draw */
    bool quit;
};

/* ---- app.c ---- */

void app_init(struct app *a, const struct tui_options *o);
void app_release(struct app *a);

/* The selected exercise, NULL when a chapter is selected. */
const struct exercise *app_exercise(const struct app *a);
const struct chapter *app_chapter(const struct app *a);
void app_select(struct app *a, size_t node);
/* Select it and begin with its task or lesson, wherever the keys were. */
void app_begin(struct app *a, size_t node);
/* The exercise to go on with: the first that is not passed from a node on, round and round; n_nodes
 * when all are passed. */
size_t app_next_open(const struct app *a, size_t node);
size_t app_passed_count(const struct app *a); /* number of exercises */
/* Show the next kind of exercises that there are any of. */
void app_filter_next(struct app *a);
void app_filter_none(struct app *a);
enum msg_id app_filter_name(enum filter f);
/* Was it passed with hints or after a look at the reference? */
bool app_helped(const struct progress *p);
/* The node of an exercise; when the filter hides it, the filter is lifted. */
size_t app_node_of(struct app *a, const struct exercise *x);
/* Watch the files of the selected exercise (again). */
void app_watch(struct app *a);
/* Read the progress of one exercise again. */
void app_progress(struct app *a, const struct exercise *x);

void app_status(struct app *a, enum tone tone, enum msg_id id, ...);
void app_error(struct app *a, const struct err *e);

/* Show a screen in its slot and give it the keys. */
void app_show(struct app *a, enum screen_id id);
/* Everything that is shown was made for another language, width or state: read again. */
void app_stale(struct app *a);
struct screen *app_screen(struct app *a, enum slot slot);

/* The report to show for the selected exercise: of the running grading, or the last one stored.
 * NULL when it was never run. *live: it belongs to the grading that runs now. */
const struct report *app_report(struct app *a, bool *live);

/* Show the stored report of an attempt (its id in the store) and the exercise it belongs to. */
void attempt_open(struct app *a, long long attempt);
/* The results show the newest report again. */
void app_forget_old(struct app *a);

/* Has the selected exercise been passed? */
bool app_passed(const struct app *a);

/* A message in the current language; malloc'd. */
char *say(enum msg_id id, ...);

/* Back from a general screen to what was there before. */
void app_return(struct app *a);

/* ---- frame.c ---- */
void frame_draw(struct app *a);
bool frame_is_tiny(void);
bool frame_tree_is_alone(void); /* a focused tree has nothing beside it */

/* ---- request.c ---- */
void request(struct app *a, enum action action);
void request_mouse(struct app *a);

/* ---- prompt.c ---- */
extern const struct prompt_ops prompt_page, prompt_search, prompt_jump, prompt_reset, prompt_peek;
void prompt_open(struct app *a, const struct prompt_ops *ops);
void prompt_key(struct app *a, int key);
/* Select an exercise or chapter by number or id. */
void prompt_jump_to(struct app *a, const char *what);
/* Replace what was typed. */
void prompt_put(struct app *a, const char *text);
/* The texts that are searched are of another language now. */
void search_forget(struct app *a);
void prompt_find_next(struct app *a, int by);

/* ---- commands.c ---- */
extern const struct prompt_ops prompt_command;
/* The i-th command that is no action, for the help; false behind the last. */
bool command_info(size_t i, const char **name, enum msg_id *arguments, enum msg_id *text);

/* ---- run.c ---- */
void run_start(struct app *a, const struct exercise *x);
/* The same without ending a check of the whole course. */
void run_begin(struct app *a, const struct exercise *x);
void run_pump(struct app *a);
void run_stop(struct app *a); /* the learner said so */
void run_release(struct app *a);
/* Why a report counts for nothing: a fault of ours as a whole or in one test; NULL when there is
 * none. */
const char *run_fault(const struct report *r);

/* ---- edit.c ---- */
void edit_here(struct app *a);
void edit_beside(struct app *a); /* in a new pane of tmux */
void edit_reap(struct app *a);   /* after SIGCHLD */

/* ---- follow.c ---- */
void follow_link(struct app *a, const char *target);
/* "2 pipe", "pipe(2)" or "pipe" in man(1). */
void follow_man(struct app *a, const char *words);

/* ---- loop.c ---- */
/* Wait for one round of events and handle them. `guest` is a pidfd of a program that has the
 * terminal (keys are left alone then), or -1. Returns true when the guest has ended. */
bool loop_once(struct app *a, int guest);

/* ---- results, hints, solution ---- */
/* Copy the command that replays the test that is shown. */
void results_copy(struct app *a);
/* Open the page about the diagnosis of the test that is shown. */
void results_explain(struct app *a);
/* Show the page about a diagnosis, which an attempt (its id in the store, 0: the one the results
 * show) had. */
void diagnosis_show(struct app *a, const char *name, long long attempt);
void hints_next(struct app *a);
void solution_show(struct app *a);

#endif
