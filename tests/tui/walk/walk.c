/* A random walk through the learner's terminal.
 *
 *     walk SEED KEYS WORK PROGRAM ANSWER…
 *
 * Runs PROGRAM (built with sanitizers) on pseudo terminals and makes it suffer KEYS seeded keys
 * with resizes, saved and spoiled files, editors, signals and sudden ends between them. After every
 * step it must come to rest. Whenever it ends: status, terminal, processes and progress must be in
 * order, and the sanitizers silent. The same SEED makes the same steps. Prints "N passed, N
 * failed".
 *
 * WALK_OUTPUT=FILE: when it fails, the last output of PROGRAM goes there.
 *
 *     walk --editor FILE…        what the program starts as $EDITOR; WALK_EDITOR names its orders
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "mischief.h"
#include "terminal.h"

enum { LOG_STEPS = 200, LOG_WIDTH = 100, ORPHAN_SECONDS = 120 };

struct walk {
    uint64_t random;
    long keys, keys_wanted;
    long starts, ends, steps, killed;
    struct terminal term;
    bool open;
    int must_end; /* 0, or how it is being ended: the wait status that is right */
    struct place place;
    const char *work, *program;
    char *orders, *logs, *tmp; /* owned: WORK/orders, WORK/logs, WORK/tmp */
    long attempts;             /* seen in the progress so far */
    char log[LOG_STEPS][LOG_WIDTH];
};

/* ---- chance ---- */

static uint64_t chance(struct walk *w)
{ /* splitmix64, https://prng.di.unimi.it/splitmix64.c */
    uint64_t z = (w->random += 0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

static unsigned below(struct walk *w, unsigned n)
{
    return (unsigned)(chance(w) % n);
}

/* ---- telling ---- */

__attribute__((format(printf, 2, 3))) static void note(struct walk *w, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    vsnprintf(w->log[w->steps++ % LOG_STEPS], LOG_WIDTH, format, ap);
    va_end(ap);
}

static void show_log(const struct walk *w)
{
    long first = w->steps > LOG_STEPS ? w->steps - LOG_STEPS : 0;

    fprintf(stderr, "the last steps:\n");
    for (long i = first; i < w->steps; i++)
        fprintf(stderr, "  %6ld  %s\n", i, w->log[i % LOG_STEPS]);
}

static void show_file(const char *path)
{
    struct buf text = BUF_INIT;

    if (fs_read(path, 1 << 20, &text, NULL) == 0)
        fprintf(stderr, "%s:\n%s\n", path, buf_text(&text));
    buf_release(&text);
}

/* Entries of a folder but . and ..; shows them when asked to. */
static int entries(const char *folder, bool show)
{
    DIR *d = opendir(folder);
    int n = 0;

    for (struct dirent *item; d && (item = readdir(d));) {
        if (item->d_name[0] == '.')
            continue;
        n++;
        AUTO_FREE char *path = fs_join(folder, item->d_name);
        if (show)
            show_file(path);
    }
    if (d)
        closedir(d);
    return n;
}

static void finish(struct walk *w, int failed)
{
    printf("%ld keys, %ld steps, %ld starts, %ld attempts recorded\n", w->keys, w->steps, w->starts,
           w->attempts);
    printf("%ld passed, %d failed\n", w->ends, failed);
    exit(failed ? 1 : 0);
}

__attribute__((noreturn)) static void fail(struct walk *w, const char *what)
{
    fprintf(stderr, "walk: after %ld keys: %s\n", w->keys, what);
    fprintf(stderr, "%s\n", terminal_state(&w->term));
    show_log(w);
    entries(w->logs, true);
    if (getenv("WALK_OUTPUT") && terminal_save_output(&w->term, getenv("WALK_OUTPUT")))
        fprintf(stderr, "its last output: %s\n", getenv("WALK_OUTPUT"));
    terminal_release(&w->term);
    finish(w, 1);
    abort();
}

/* ---- begin and end ---- */

static const char *one_of(struct walk *w, const char *const *list, unsigned n)
{
    return list[below(w, n)];
}

#define ONE_OF(w, ...)                                                                             \
    one_of(w, (const char *const[]){__VA_ARGS__},                                                  \
           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void set(const char *name, const char *value)
{
    if (*value)
        setenv(name, value, 1);
    else
        unsetenv(name);
}

static void choose_size(struct walk *w, int *columns, int *rows)
{
    static const int usual[][2] = {{80, 24}, {160, 50}, {120, 30}, {100, 40}};

    if (below(w, 2)) {
        unsigned i = below(w, 4);
        *columns = usual[i][0];
        *rows = usual[i][1];
    } else {
        *columns = 1 + (int)below(w, below(w, 4) ? 120 : 300);
        *rows = 1 + (int)below(w, below(w, 4) ? 50 : 100);
    }
}

static void begin(struct walk *w)
{
    char *const argv[] = {(char *)(uintptr_t)w->program, NULL};
    int columns, rows;
    const char *term = ONE_OF(w, "xterm-256color", "xterm-256color", "xterm-256color", "xterm",
                              "linux", "tmux-256color", "screen-256color", "vt100");

    come_back(&w->place);
    set("TERM", term);
    set("IPCLAB_LANG", ONE_OF(w, "", "zh", "en"));
    set("NO_COLOR", ONE_OF(w, "", "", "", "1"));
    set("IPCLAB_ASCII", ONE_OF(w, "", "", "", "1"));
    choose_size(w, &columns, &rows);
    note(w, "start TERM=%s %dx%d", term, columns, rows);
    if (!terminal_open(&w->term, columns, rows, argv))
        exit(2);
    w->open = true;
    w->must_end = 0;
    w->starts++;
    if (!terminal_settle(&w->term))
        fail(w, "it does not come to rest after its start");
}

/* Everything it started must be gone; as the reaper of its orphans we can tell. */
static bool orphans_end(struct walk *w)
{
    const struct timespec moment = {.tv_nsec = 1000000};

    for (long i = 0; i < ORPHAN_SECONDS * 1000L; i++) {
        pid_t pid = waitpid(-1, NULL, WNOHANG);

        if (pid == w->term.leader)
            w->term.leader = 0;
        if (pid < 0 && errno == ECHILD)
            return true;
        if (pid == 0)
            nanosleep(&moment, NULL);
    }
    return false;
}

static void check_end(struct walk *w)
{
    const char *why = NULL;
    bool killed = w->must_end == SIGKILL;

    if (entries(w->logs, false) > 0)
        fail(w, "a sanitizer has reported");
    if (w->term.status != w->must_end) {
        AUTO_FREE char *text = str_format("it ended with wait status %#x instead of %#x",
                                          (unsigned)w->term.status, (unsigned)w->must_end);
        fail(w, text);
    }
    if (!killed && (why = terminal_insane(&w->term)))
        fail(w, why);
    if (w->term.master >= 0)
        terminal_close_master(&w->term);
    if (!orphans_end(w))
        fail(w, "it left a process behind");
    w->killed += killed;
    if (entries(w->tmp, false) > w->killed)
        fail(w, "it left a folder behind");
    long attempts = attempts_recorded(&w->place, &why);
    if (attempts < 0)
        fail(w, why);
    if (attempts < w->attempts)
        fail(w, "attempts were lost");
    w->attempts = attempts;
}

static void ended(struct walk *w)
{
    note(w, "ended");
    check_end(w);
    terminal_release(&w->term);
    w->open = false;
    w->ends++;
}

static void stopped(struct walk *w)
{
    const char *why = terminal_insane(&w->term);

    if (why)
        fail(w, why);
    note(w, "fg");
    terminal_continue(&w->term);
}

/* After each step it comes to rest, stops or ends. */
static void rest(struct walk *w)
{
    for (;;) {
        if (!(w->must_end ? terminal_await_end(&w->term) : terminal_settle(&w->term)))
            fail(w, w->must_end ? "it does not end" : "it does not come to rest");
        if (w->term.life == LIFE_RUNS)
            return;
        if (w->term.life == LIFE_ENDED) {
            ended(w);
            return;
        }
        stopped(w);
    }
}

/* ---- steps ---- */

static const char *const sequences[] = {
    "\033[A",       "\033[B",       "\033[C",       "\033[D",   "\033OA",           "\033OB",
    "\033OC",       "\033OD",       "\033[5~",      "\033[6~",  "\033[H",           "\033[F",
    "\033OH",       "\033OF",       "\033OP",       "\033[Z",   "\033[1;2C",        "\033[1;2D",
    "\033[3~",      "\033",         "\033\033",     "\033[",    "\033[M",           "\033[999;999H",
    "\xe4\xb8\xad", "\xef\xbc\x8f", "\xe3\x80\x81", "\xc3\xa9", "\xf0\x9f\x98\x80", "\xff",
    "\xe4\xb8",     "\xc0\x80",     "管道",
};

/* One key, perhaps of several bytes; appended. */
static void add_key(struct walk *w, struct buf *b)
{
    unsigned kind = below(w, 100);

    w->keys++;
    if (kind < 60) {
        buf_addc(b, (char)(' ' + (int)below(w, 95)));
    } else if (kind < 70) {
        char c = (char)below(w, 32);

        /* ^S would stop the output of a guest until ^Q comes, as the terminal's users mean it to */
        buf_addc(b, (char)(c == 0x13 ? 0x11 : c));
    } else if (kind < 75) {
        buf_addc(b, ONE_OF(w, "\r", "\n", "\t", "\177", "y")[0]);
    } else if (kind < 95) {
        buf_adds(b, sequences[below(w, sizeof sequences / sizeof *sequences)]);
    } else {
        unsigned button = below(w, 4) ? below(w, 3) : 64 + below(w, 2);

        buf_addf(b, "\033[<%u;%u;%u%c", button, 1 + below(w, 200), 1 + below(w, 60),
                 below(w, 2) ? 'M' : 'm');
    }
}

/* Keys that end the program are rarer than chance would have it. */
static bool may_end(const struct buf *b)
{
    return memchr(b->data, 'q', b->len) || memchr(b->data, 3, b->len) ||
           memchr(b->data, 28, b->len);
}

static void note_keys(struct walk *w, const struct buf *b)
{
    struct buf text = BUF_INIT;

    for (size_t i = 0; i < b->len; i++) {
        unsigned char c = (unsigned char)b->data[i];

        if (c < ' ')
            buf_addf(&text, "^%c", c + '@');
        else if (c < 127)
            buf_addc(&text, (char)c);
        else
            buf_addf(&text, "\\x%02x", c);
    }
    note(w, "keys %s", buf_text(&text));
    buf_release(&text);
}

static void type(struct walk *w)
{
    struct buf b = BUF_INIT;
    unsigned n = below(w, 5) ? 1 : 1 + below(w, 20);

    for (unsigned i = 0; i < n; i++)
        add_key(w, &b);
    if (!may_end(&b) || below(w, 4) == 0) {
        note_keys(w, &b);
        terminal_type(&w->term, b.data, b.len);
    }
    buf_release(&b);
}

static void resize(struct walk *w)
{
    int columns, rows;

    choose_size(w, &columns, &rows);
    note(w, "resize %dx%d", columns, rows);
    terminal_resize(&w->term, columns, rows);
}

static void change_files(struct walk *w)
{
    unsigned what = below(w, mischief_count()), answer = below(w, 1000);

    note(w, "file: %s", mischief(&w->place, what, answer));
}

static void order_editor(struct walk *w)
{
    AUTO_FREE char *text = str_format("%u %u %u", below(w, 9), below(w, 1000), below(w, 4));

    note(w, "editor %s", text);
    fs_write(w->orders, text, strlen(text), NULL);
}

static void signal_it(struct walk *w)
{
    static const int signals[] = {SIGWINCH, SIGTSTP, SIGCONT, SIGCHLD, SIGPIPE};
    int sig = signals[below(w, 5)];

    note(w, "signal %d", sig);
    terminal_signal(&w->term, sig);
}

static void come_and_go(struct walk *w)
{
    if (below(w, 2)) {
        note(w, "the workspace vanishes");
        vanish(&w->place);
    } else {
        note(w, "the workspace is back");
        come_back(&w->place);
    }
}

/* What was recorded before a sudden end is there after it: look before. */
static void end_it(struct walk *w)
{
    static const int signals[] = {SIGKILL, SIGTERM, SIGHUP, SIGQUIT, 0};
    int sig = signals[below(w, 5)];
    const char *why;
    long attempts = attempts_recorded(&w->place, &why);

    if (attempts < 0)
        fail(w, why);
    w->attempts = attempts;
    note(w, "end by signal %d", sig);
    if (sig == 0)
        terminal_close_master(&w->term);
    else
        terminal_signal(&w->term, sig);
    w->must_end = sig == SIGKILL ? SIGKILL : 0;
    if (!terminal_await_end(&w->term))
        fail(w, "it does not end");
}

static void press(struct walk *w, const char *keys)
{
    if (!w->open)
        return;
    note(w, "press %s", keys);
    terminal_type(&w->term, keys, strlen(keys));
    rest(w);
}

/* Out of a question that is still open, an editor that waits for a key, a man that waits for a
 * line.
 */
static void escape(struct walk *w)
{
    for (int i = 0; i < 3; i++)
        press(w, "\033");
    if (!w->open || !terminal_has_guest(&w->term))
        return;
    press(w, "\r"); /* man has taken the others */
    for (int i = 0; i < 3; i++)
        press(w, "\033");
}

/* A grading that runs to its end is recorded. */
static void grade(struct walk *w)
{
    const char *why;
    long before;

    come_back(&w->place);
    mischief(&w->place, MISCHIEF_HEAL, below(w, 1000));
    terminal_resize(&w->term, 100, 40);
    escape(w);
    press(w, "g1.1\r");
    if (!w->open || (before = attempts_recorded(&w->place, &why)) < 0)
        return;
    press(w, "r");
    if (!w->open || !terminal_await_alone(&w->term))
        fail(w, "the grading does not end");
    w->attempts = attempts_recorded(&w->place, &why);
    if (w->attempts <= before)
        fail(w, "the grading was not recorded");
}

static void step(struct walk *w)
{
    static const struct {
        unsigned weight; /* of 10,000 */
        void (*act)(struct walk *w);
    } acts[] = {
        {9080, type},    {600, resize},     {150, change_files}, {60, order_editor},
        {60, signal_it}, {20, come_and_go}, {10, end_it},        {20, grade},
    };
    unsigned n = below(w, 10000);

    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        if (n < acts[i].weight) {
            acts[i].act(w);
            return;
        }
        n -= acts[i].weight;
    }
}

static void leave(struct walk *w)
{
    escape(w);
    for (int i = 0; w->open && i < 10; i++) {
        terminal_type(&w->term, "\033", 1); /* a question may be open: q would be its text */
        rest(w);
        if (w->open)
            terminal_type(&w->term, "q", 1);
        if (w->open)
            rest(w);
    }
    if (w->open)
        fail(w, "q does not end it");
}

/* ---- the editor ---- */

static void edit_raw(void)
{
    struct termios modes;
    char key;

    tcgetattr(STDIN_FILENO, &modes);
    cfmakeraw(&modes);
    tcsetattr(STDIN_FILENO, TCSANOW, &modes);
    (void)!write(STDOUT_FILENO, "\033[?1000h\033[31m", 13);
    (void)!read(STDIN_FILENO, &key, 1);
}

static int edit(const struct place *p)
{
    const char *orders = getenv("WALK_EDITOR");
    struct buf text = BUF_INIT;
    unsigned what = 0, answer = 0, way = 0;

    if (orders && fs_read(orders, 100, &text, NULL) == 0)
        sscanf(buf_text(&text), "%u %u %u", &what, &answer, &way);
    buf_release(&text);
    if (what == 1 || what == 2)
        for (unsigned i = 0; i < what * 2; i++)
            save(p, way, answer + i);
    if (what == 3)
        return 3;
    if (what == 4)
        raise(SIGKILL);
    if (what == 5)
        edit_raw();
    if (what == 6)
        kill(0, SIGTSTP); /* as the terminal does on ^Z */
    if (what == 7)
        raise(SIGSTOP); /* alone */
    return 0;
}

static int editor_main(char **argv)
{
    char *work = getenv("WALK_WORK"), *list = getenv("WALK_ANSWERS");
    char *answers[64];
    struct place p = {.file = argv[0], .answers = answers};

    for (char *at = work && list ? strtok(list, ":") : NULL; at && p.n_answers < 64;
         at = strtok(NULL, ":"))
        answers[p.n_answers++] = at;
    return p.n_answers && p.file ? edit(&p) : 64;
}

/* ---- main ---- */

static void prepare(struct walk *w, char *self, char **answers)
{
    struct buf list = BUF_INIT;
    AUTO_FREE char *editor = str_format("'%s' --editor", self);

    w->place.workspace = fs_join(w->work, "workspace");
    w->place.away = fs_join(w->work, "away");
    w->place.file = fs_join(w->place.workspace, "1-pipe/1-hello/pipe_hello.c");
    w->place.answers = answers;
    for (; answers[w->place.n_answers]; w->place.n_answers++)
        buf_addf(&list, "%s%s", list.len ? ":" : "", answers[w->place.n_answers]);
    w->orders = fs_join(w->work, "orders");
    w->logs = fs_join(w->work, "logs");
    w->tmp = fs_join(w->work, "tmp");
    set("VISUAL", editor);
    set("WALK_EDITOR", w->orders);
    set("WALK_WORK", w->work);
    set("WALK_ANSWERS", buf_text(&list));
    set("IPCLAB_WORKSPACE", w->place.workspace);
    set("TMPDIR", w->tmp);
    set("TMUX", "");
    buf_release(&list);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    signal(SIGPIPE, SIG_IGN);
}

int main(int argc, char **argv)
{
    static struct walk w;

    if (argc > 2 && strcmp(argv[1], "--editor") == 0)
        return editor_main(argv + 2);
    if (argc < 6)
        return 64;
    w.random = strtoull(argv[1], NULL, 10);
    w.keys_wanted = atol(argv[2]);
    w.work = argv[3];
    w.program = argv[4];
    prepare(&w, argv[0], argv + 5);
    while (w.keys < w.keys_wanted) {
        if (!w.open)
            begin(&w);
        else
            step(&w);
        if (w.open)
            rest(&w);
    }
    if (w.open)
        leave(&w);
    finish(&w, 0);
}
