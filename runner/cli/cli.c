#include "cli/cli.h"

#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/text.h"

struct command {
    const char *name;
    int (*run)(struct cli *c, int argc, char **argv);
    enum msg_id usage;   /* "run [EXERCISE] [--test T] …" */
    enum msg_id summary; /* one line */
};

static const struct command commands[] = {
    {"init", command_init, MSG_CLI_USAGE_INIT, MSG_CLI_SUMMARY_INIT},
    {"list", command_list, MSG_CLI_USAGE_LIST, MSG_CLI_SUMMARY_LIST},
    {"show", command_show, MSG_CLI_USAGE_SHOW, MSG_CLI_SUMMARY_SHOW},
    {"run", command_run, MSG_CLI_USAGE_RUN, MSG_CLI_SUMMARY_RUN},
    {"watch", command_watch, MSG_CLI_USAGE_WATCH, MSG_CLI_SUMMARY_WATCH},
    {"hint", command_hint, MSG_CLI_USAGE_HINT, MSG_CLI_SUMMARY_HINT},
    {"solution", command_solution, MSG_CLI_USAGE_SOLUTION, MSG_CLI_SUMMARY_SOLUTION},
    {"diff", command_diff, MSG_CLI_USAGE_DIFF, MSG_CLI_SUMMARY_DIFF},
    {"reset", command_reset, MSG_CLI_USAGE_RESET, MSG_CLI_SUMMARY_RESET},
    {"stats", command_stats, MSG_CLI_USAGE_STATS, MSG_CLI_SUMMARY_STATS},
    {"pack", command_pack, MSG_CLI_USAGE_PACK, MSG_CLI_SUMMARY_PACK},
    {"doctor", command_doctor, MSG_CLI_USAGE_DOCTOR, MSG_CLI_SUMMARY_DOCTOR},
    {"verify", command_verify, MSG_CLI_USAGE_VERIFY, MSG_CLI_SUMMARY_VERIFY},
    {"grade", command_grade, MSG_CLI_USAGE_GRADE, MSG_CLI_SUMMARY_GRADE},
    {"merge", command_merge, MSG_CLI_USAGE_MERGE, MSG_CLI_SUMMARY_MERGE},
    {"report", command_report, MSG_CLI_USAGE_REPORT, MSG_CLI_SUMMARY_REPORT},
    {"override", command_override, MSG_CLI_USAGE_OVERRIDE, MSG_CLI_SUMMARY_OVERRIDE},
    {"new", command_new, MSG_CLI_USAGE_NEW, MSG_CLI_SUMMARY_NEW},
};
enum { N_COMMANDS = sizeof commands / sizeof commands[0] };

/* --- messages
 * ------------------------------------------------------------------------------------- */

int cli_fail(int status, const struct err *e)
{
    fprintf(stderr, "ipclab: %s\n", e->text);
    return status;
}

int cli_failf(int status, enum msg_id id, ...)
{
    va_list ap;
    va_start(ap, id);
    AUTO_FREE char *text = msg_vformat(msg_lang(), id, ap);
    va_end(ap);
    fprintf(stderr, "ipclab: %s\n", text);
    return status;
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < N_COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static void print_command_help(FILE *f, const struct command *c)
{
    fprintf(f, "%s\n\n", msg(c->summary));
    fprintf(f, "%s\n", msg(c->usage));
}

int cli_usage(const char *command)
{
    const struct command *c = find_command(command);
    if (c)
        fprintf(stderr, "%s\n", msg(c->usage));
    return EXIT_WRONG_USAGE;
}

static void print_help(FILE *f)
{
    struct buf b = BUF_INIT;
    fprintf(f, "%s\n\n", msg(MSG_CLI_HELP_HEAD));
    for (size_t i = 0; i < N_COMMANDS; i++) {
        buf_clear(&b);
        buf_adds(&b, "  ");
        text_pad(&b, commands[i].name, 12);
        buf_adds(&b, msg(commands[i].summary));
        fprintf(f, "%s\n", b.data);
    }
    buf_release(&b);
    fprintf(f, "\n%s\n", msg(MSG_CLI_HELP_OPTIONS));
}

/* --- course and workspace
 * --------------------------------------------------------------------------- */

int cli_course(struct cli *c)
{
    struct err e = {0};
    if (c->has_course)
        return 0;
    if (course_load(&c->course, &e) != 0) {
        cli_fail(EXIT_FAULT, &e);
        return -1;
    }
    c->has_course = true;
    return 0;
}

static bool is_workspace(const char *path)
{
    AUTO_FREE char *mark = fs_join(path, ".ipclab");
    return fs_is_dir(mark);
}

/* The nearest folder upwards from here that is a workspace; malloc'd or NULL. */
static char *search_upwards(void)
{
    char *path = getcwd(NULL, 0);
    while (path && *path) {
        if (is_workspace(path))
            return path;
        char *slash = strrchr(path, '/');
        if (!slash)
            break;
        *slash = '\0';
    }
    free(path);
    return NULL;
}

char *cli_find_workspace(struct cli *c)
{
    const char *given = c->workspace_option ? c->workspace_option : getenv("IPCLAB_WORKSPACE");
    if (given && *given)
        return realpath(given, NULL);
    char *found = search_upwards();
    if (found || cli_course(c) != 0)
        return found;
    AUTO_FREE char *beside = str_format("%s/../workspace", c->course.layout.labs);
    return is_workspace(beside) ? realpath(beside, NULL) : NULL;
}

char *cli_workspace(struct cli *c)
{
    char *path = cli_find_workspace(c);
    const char *given = c->workspace_option ? c->workspace_option : getenv("IPCLAB_WORKSPACE");
    if (path && is_workspace(path)) {
        if (c->verbose)
            cli_failf(0, MSG_CLI_WORKSPACE_USED, path);
        return path;
    }
    free(path);
    if (given && *given)
        cli_failf(EXIT_FAILED, MSG_CLI_NOT_A_WORKSPACE, given);
    else
        cli_failf(EXIT_FAILED, MSG_CLI_NO_WORKSPACE);
    return NULL;
}

char *cli_exercise_dir(struct cli *c, const char *workspace, const struct exercise *x)
{
    return str_format("%s/%s/%s", workspace, c->course.chapters[x->chapter].slug, x->slug);
}

/* The exercise whose folder (in a workspace) we stand in; NULL when none. */
static const struct exercise *exercise_here(struct cli *c)
{
    AUTO_FREE char *here = getcwd(NULL, 0);
    for (size_t i = 0; here && i < c->course.n_exercises; i++) {
        const struct exercise *x = &c->course.exercises[i];
        AUTO_FREE char *tail = str_format("/%s/%s", c->course.chapters[x->chapter].slug, x->slug);
        const char *at = strstr(here, tail);
        if (at && (at[strlen(tail)] == '\0' || at[strlen(tail)] == '/'))
            return x;
    }
    return NULL;
}

int cli_next_open(const struct cli *c, struct store *store, size_t from,
                  const struct exercise **next)
{
    size_t n = c->course.n_exercises;
    *next = NULL;
    for (size_t i = 0; i < n && !*next; i++) {
        const struct exercise *x = &c->course.exercises[(from + i) % n];
        struct progress p;
        struct err e;
        if (store_progress(store, x->id, &p, &e) != 0)
            return -1;
        if (p.state != PROGRESS_PASSED)
            *next = x;
    }
    return 0;
}

const struct exercise *cli_exercise(struct cli *c, const char *what, struct store *store)
{
    struct err e = {0};
    if (cli_course(c) != 0)
        return NULL;
    if (what) {
        const struct exercise *x = course_find(&c->course, what, &e);
        if (!x)
            cli_fail(EXIT_FAILED, &e);
        return x;
    }
    const struct exercise *here = exercise_here(c);
    if (here)
        return here;
    if (!store && c->course.n_exercises)
        return &c->course.exercises[0];
    const struct exercise *next;
    if (store && cli_next_open(c, store, 0, &next) == 0 && next)
        return next;
    if (c->course.n_exercises)
        return &c->course.exercises[c->course.n_exercises - 1];
    cli_failf(EXIT_FAULT, MSG_CLI_EMPTY_COURSE, c->course.layout.labs);
    return NULL;
}

struct store *cli_store(struct cli *c, const char *workspace, bool read_only)
{
    struct store *s = NULL;
    struct err e = {0};
    char *notice = NULL;
    (void)c;
    AUTO_FREE char *path = str_format("%s/.ipclab/progress.db", workspace);
    if (store_open(&s, path, read_only, &notice, &e) != 0) {
        cli_fail(EXIT_FAULT, &e);
        return NULL;
    }
    if (notice)
        fprintf(stderr, "ipclab: %s\n", notice);
    free(notice);
    return s;
}

struct report_style cli_style(const struct cli *c)
{
    return (struct report_style){
        .columns = (size_t)c->columns, .color = c->color, .verbose = c->verbose};
}

/* --- options that stand before or after the command
 * ------------------------------------------------ */

static int wrong(enum msg_id id, const char *what)
{
    cli_failf(EXIT_WRONG_USAGE, id, what);
    return EXIT_WRONG_USAGE;
}

static bool take_value(int argc, char **argv, int *i, const char *name, const char **value)
{
    size_t len = strlen(name);
    if (strncmp(argv[*i], name, len) != 0)
        return false;
    if (argv[*i][len] == '=') {
        *value = argv[*i] + len + 1;
        return true;
    }
    if (argv[*i][len] != '\0')
        return false;
    *value = *i + 1 < argc ? argv[++*i] : NULL;
    return true;
}

/* Take the common options out of argv; the rest keeps its order. 0 or an exit status. */
static int take_common(struct cli *c, int *argc, char **argv, bool *help, bool *version)
{
    const char *value = NULL, *lang = NULL;
    int kept = 1;
    for (int i = 1; i < *argc; i++) {
        if (take_value(*argc, argv, &i, "--lang", &lang)) {
            if (!lang || msg_choose(lang) != 0)
                return wrong(MSG_CLI_BAD_LANG, lang ? lang : "");
            c->language_chosen = true;
        } else if (take_value(*argc, argv, &i, "--sandbox", &value)) {
            if (!value || !sandbox_mode_parse(value, &c->sandbox))
                return wrong(MSG_CLI_BAD_SANDBOX, value ? value : "");
        } else if (take_value(*argc, argv, &i, "--workspace", &value)) {
            if (!value || !*value)
                return wrong(MSG_CLI_MISSING_VALUE, "--workspace");
            c->workspace_option = value;
        } else if (strcmp(argv[i], "--json") == 0) {
            c->json = true;
        } else if (strcmp(argv[i], "-v") == 0 || strcmp(argv[i], "--verbose") == 0) {
            c->verbose = true;
        } else if (strcmp(argv[i], "--no-color") == 0) {
            c->color = false;
        } else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            *help = true;
        } else if (strcmp(argv[i], "--version") == 0) {
            *version = true;
        } else {
            argv[kept++] = argv[i];
        }
    }
    *argc = kept;
    argv[kept] = NULL;
    return 0;
}

static void look_at_terminal(struct cli *c)
{
    struct winsize w;
    const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
    const char *variable = getenv("COLUMNS");
    bool tty = isatty(STDOUT_FILENO);
    c->color = tty && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
    c->columns = 80;
    if (tty && ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0)
        c->columns = w.ws_col;
    else if (variable && atoi(variable) > 0)
        c->columns = atoi(variable);
    c->columns = c->columns < 20 ? 20 : c->columns > 120 ? 120 : c->columns;
}

static int unknown_command(const char *name)
{
    const char *nearest = NULL;
    size_t best = 6; /* twice the distance; of two equally near ones the same first letter wins */
    for (size_t i = 0; i < N_COMMANDS; i++) {
        size_t d = 2 * text_distance(name, commands[i].name) + (name[0] != commands[i].name[0]);
        if (d < best) {
            best = d;
            nearest = commands[i].name;
        }
    }
    if (nearest)
        return cli_failf(EXIT_WRONG_USAGE, MSG_CLI_UNKNOWN_COMMAND_NEAR, name, nearest);
    return cli_failf(EXIT_WRONG_USAGE, MSG_CLI_UNKNOWN_COMMAND, name);
}

static int dispatch(struct cli *c, int argc, char **argv, bool help)
{
    if (argc < 2) {
        if (!help)
            return command_default(c);
        print_help(stdout);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return EXIT_DONE;
    }
    const struct command *command = find_command(argv[1]);
    if (!command)
        return unknown_command(argv[1]);
    if (help) {
        print_command_help(stdout, command);
        return EXIT_DONE;
    }
    return command->run(c, argc - 1, argv + 1);
}

int cli_main(int argc, char **argv)
{
    struct cli c = {.sandbox = SANDBOX_AUTO};
    bool help = false, version = false;
    setlocale(LC_ALL, "");
    signal(SIGPIPE, SIG_IGN);
    msg_choose(NULL);
    c.language_chosen = getenv("IPCLAB_LANG") != NULL;
    look_at_terminal(&c);
    int status = take_common(&c, &argc, argv, &help, &version);
    if (status == 0 && version)
        printf("ipclab %s\n", IPCLAB_VERSION);
    else if (status == 0)
        status = dispatch(&c, argc, argv, help);
    if (c.has_course)
        course_release(&c.course);
    if (fflush(stdout) != 0 && status == 0)
        status = EXIT_FAULT;
    return status;
}
