/* One exercise as described by labs/CHAPTER/SLUG/exercise.ini.
 *
 *   [exercise]
 *   id = pipe-hello                  ; never changes: progress and gradebooks use it
 *   title.zh = 初见管道：父写子读
 *   title.en = Hello, pipe
 *   given = ring.h                   ; optional: files handed out that are not edited (pristine
 * when graded)
 *
 *   [program pipe_hello]             ; one section per program the student builds
 *   sources = pipe_hello.c           ; files the student edits; space separated
 *   flags =                          ; optional extra gcc flags (trusted)
 *   driver =                         ; optional: files of tests/labs/CH/SLUG compiled in (trusted).
 * Such ; a program is the grader's: it drives the student's functions
 *
 *   [test eof_ends_child]            ; one section per test, in the order they run
 *   title.zh = 写端关闭后子进程结束
 *   title.en = closing the write end ends the child
 *   points = 2
 *   hidden = no                      ; optional
 *
 *   [limits]                         ; optional
 *   cpu = 3                          ; seconds of CPU time per test before it counts as a busy loop
 *   wall = 60                        ; seconds, the last resort
 *   processes = 64
 *   memory_mb = 1024
 *
 * The folder gives the number: labs/1-pipe/1-hello is 1.1. */
#ifndef COURSE_EXERCISE_H
#define COURSE_EXERCISE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct title { /* owned strings; en falls back to zh when the file has none */
    char *text[LANG_COUNT];
};
/* The title in the current language. Never NULL. */
const char *title_text(const struct title *t);

struct program {
    char *name;     /* owned: name of the binary */
    char **sources; /* owned: file names, relative to the exercise folder */
    size_t n_sources;
    char **flags; /* owned: extra compiler flags */
    size_t n_flags;
    char **drivers; /* owned: file names relative to tests_dir, compiled in */
    size_t n_drivers;
};

struct test_spec {
    char *id; /* owned: a C identifier, the name in check.c */
    struct title title;
    int points;
    bool hidden;
};

struct limits {
    int cpu_seconds;  /* default 3 */
    int wall_seconds; /* default 60 */
    int processes;    /* default 64 */
    int memory_mb;    /* default 2048 (address space of one process) */
};

struct exercise {
    char *id;       /* owned: "pipe-hello" */
    char *number;   /* owned: "1.1" */
    char *slug;     /* owned: "1-hello" */
    size_t chapter; /* index into course.chapters */
    size_t index;   /* index into course.exercises */
    struct title title;
    struct program *programs; /* owned, n_programs >= 1 */
    size_t n_programs;
    char **given; /* owned: file names handed out, not edited */
    size_t n_given;
    struct test_spec *tests; /* owned, n_tests >= 1 */
    size_t n_tests;
    struct limits limits;
    char *lab_dir;      /* owned: …/labs/1-pipe/1-hello */
    char *solution_dir; /* owned: …/solutions/1-pipe/1-hello (may not exist in a student kit) */
    char *tests_dir;    /* owned: …/tests/labs/1-pipe/1-hello (may not exist when installed) */
};

/* Load exercise.ini of `lab_dir`; on failure the error names file, line and what was expected.
 * Fills everything but chapter, index, solution_dir and tests_dir. */
int exercise_load(struct exercise *x, const char *lab_dir, struct err *e);
void exercise_release(struct exercise *x);

int exercise_max_points(const struct exercise *x);
const struct test_spec *exercise_find_test(const struct exercise *x, const char *test_id);
/* Every file a student edits, programs' sources without duplicates. Returns a malloc'd array of
 * borrowed names, length in *count; the caller frees the array only. */
const char **exercise_sources(const struct exercise *x, size_t *count);

#endif
