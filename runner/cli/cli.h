/* The command line. Every command is a function in a file of its own and a line in the table of
 * cli.c. To add a command: write cli/NAME.c with `int command_NAME(struct cli *c, int argc, char
 * **argv)`, declare it here, add its line to the table (name, usage and summary messages).
 *
 * Exit statuses: 0 done (or the submission passed), 1 the student's work failed, 2 a fault of ours
 * or of the machine, 64 wrong usage (EX_USAGE, sysexits.h). */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>

#include "base/err.h"
#include "course/course.h"
#include "report/report.h"
#include "sandbox/sandbox.h"
#include "store/store.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_FAULT = 2, EXIT_WRONG_USAGE = 64 };

struct cli {
    struct course course; /* loaded when `has_course` */
    bool has_course;
    const char *workspace_option; /* --workspace, or NULL */
    bool language_chosen;         /* by --lang or $IPCLAB_LANG */
    enum sandbox_mode sandbox;    /* --sandbox */
    bool json;                    /* --json */
    bool verbose;                 /* -v */
    bool color;                   /* stdout takes colours */
    int columns;
};

/* Load the course once; -1 after printing why not. */
int cli_course(struct cli *c);
/* The workspace folder: --workspace, $IPCLAB_WORKSPACE, the nearest folder upwards that has
 * .ipclab, a folder "workspace" beside the labs of a source tree. malloc'd; NULL after printing
 * what to do. */
char *cli_workspace(struct cli *c);
/* The same without a word when there is none. */
char *cli_find_workspace(struct cli *c);
/* The folder of an exercise in a workspace, malloc'd. */
char *cli_exercise_dir(struct cli *c, const char *workspace, const struct exercise *x);
/* Find an exercise by what the user typed; without a word (NULL) the current one: the exercise
 * whose folder we are in, else the first not yet passed (the first of all when there is no
 * progress to look at). NULL after printing why. */
const struct exercise *cli_exercise(struct cli *c, const char *what, struct store *store);
/* The first exercise that is not passed from number `from` on, round and round; *next is NULL when
 * all are. -1 when the progress cannot be read. */
int cli_next_open(const struct cli *c, struct store *store, size_t from,
                  const struct exercise **next);
/* Open the progress of a workspace (printing notices); NULL when that failed, after printing why.
 */
struct store *cli_store(struct cli *c, const char *workspace, bool read_only);
/* Print "ipclab: sentence" on stderr and return `status`. */
int cli_fail(int status, const struct err *e);
int cli_failf(int status, enum msg_id id, ...);
/* Print the usage of a command on stderr; returns EXIT_WRONG_USAGE. */
int cli_usage(const char *command);
/* Style for report_text(). */
struct report_style cli_style(const struct cli *c);

int command_init(struct cli *c, int argc, char **argv);
int command_list(struct cli *c, int argc, char **argv);
int command_show(struct cli *c, int argc, char **argv);
int command_run(struct cli *c, int argc, char **argv);
int command_watch(struct cli *c, int argc, char **argv);
int command_hint(struct cli *c, int argc, char **argv);
int command_solution(struct cli *c, int argc, char **argv);
int command_diff(struct cli *c, int argc, char **argv);
int command_stats(struct cli *c, int argc, char **argv);
int command_reset(struct cli *c, int argc, char **argv);
int command_doctor(struct cli *c, int argc, char **argv);
int command_verify(struct cli *c, int argc, char **argv);
int command_grade(struct cli *c, int argc, char **argv);
int command_merge(struct cli *c, int argc, char **argv);
int command_report(struct cli *c, int argc, char **argv);
int command_pack(struct cli *c, int argc, char **argv);
int command_override(struct cli *c, int argc, char **argv);
int command_new(struct cli *c, int argc, char **argv);
/* Without a command: make the workspace if need be and open the full screen. */
int command_default(struct cli *c);

/* Dispatch; called by main(). */
int cli_main(int argc, char **argv);

#endif
