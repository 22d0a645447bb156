/* The verdict record of one test and the report of one submission. Everything downstream of struct
 * report (terminal, JSON, gradebook, HTML) is a view of it. */
#ifndef COURSE_VERDICT_H
#define COURSE_VERDICT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "course/exercise.h"

enum verdict {
    VERDICT_PASS,
    VERDICT_BUILD_FAILED,
    VERDICT_WRONG_OUTPUT,
    VERDICT_WRONG_STATUS,
    VERDICT_WRONG_STATE, /* an IPC object, descriptor or file is not as the task says */
    VERDICT_HANG,
    VERDICT_BUSY_LOOP,
    VERDICT_CRASH,
    VERDICT_LEAK,
    VERDICT_RACE,
    VERDICT_PROTOCOL, /* a peer or the harness saw a rule of the exchange broken */
    VERDICT_LIMIT,
    VERDICT_UNDECIDED, /* 无法判定: this machine cannot tell; counts neither way */
    VERDICT_INTERNAL,  /* a fault of ours or of the machine; never charged to the student */
    VERDICT_SKIPPED,   /* not run (another test was asked for, or the run was cancelled) */
};
enum { VERDICT_COUNT = VERDICT_SKIPPED + 1 };

const char *verdict_name(enum verdict v);                  /* "wrong-output", stable */
bool verdict_parse(const char *name, enum verdict *v);     /* false when unknown */
const char *verdict_title(enum verdict v, enum lang lang); /* "输出不对" */

/* Text in both languages; owned, either may be NULL (nothing to say). */
struct text2 {
    char *text[LANG_COUNT];
};
void text2_release(struct text2 *t);
const char *text2_get(const struct text2 *t); /* current language, else the other, else "" */

struct bytes { /* owned; len may be less than total when it was cut */
    char *data;
    size_t len;
    size_t total; /* bytes there were in all */
};

struct record {
    char *test; /* owned: test id */
    enum verdict verdict;
    char *diagnosis;       /* owned: stable id such as "unclosed-write-end"; NULL on a pass */
    struct text2 symptom;  /* 现象: one or two sentences */
    struct text2 evidence; /* 证据: lines separated by \n */
    struct text2 hint;     /* 提示 */
    struct text2 graph;    /* picture of who waits for whom, lines of at most 76 columns */
    bool has_bytes;        /* expected and actual are set */
    struct bytes expected;
    struct bytes actual;
    char *stderr_tail; /* owned: what the student's programs said on stderr (the end of it) */
    uint64_t seed;
    double ms;
    double blocked_ms; /* hangs: from the last sign of life to the verdict; else 0 */
};
void record_release(struct record *r);
/* Keys: test verdict diagnosis symptom evidence hint graph (each {"zh":…,"en":…} or null), expected
 * and actual ({"base64":…,"total":n,"len":n} or null), stderr, seed (a decimal string), ms. The
 * caller owns the value. Bytes in texts that are not UTF-8 are escaped. */
json_t *record_to_json(const struct record *r);
/* A record from such a value; unknown keys are ignored. On failure nothing is left to release. */
int record_from_json(struct record *r, const json_t *j, struct err *e);

/* One compiler message. */
struct diagnostic {
    char *kind;       /* "error" "warning" "note" "fatal error" */
    char *message;    /* owned, sanitised */
    char *file;       /* owned: name as the student knows it, may be NULL */
    int line, column; /* 1-based, 0 when unknown */
    char *option;     /* owned: "-Wunused-variable", may be NULL */
    char *source;     /* owned: the source line, may be NULL */
};

void diagnostic_release(struct diagnostic *d);
json_t *diagnostic_to_json(const struct diagnostic *d);
int diagnostic_from_json(struct diagnostic *d, const json_t *j, struct err *e);

struct report {
    char *exercise; /* owned: id */
    char *number;   /* owned: "1.1" */
    struct title title;
    char *source_hash; /* owned: 16 hex digits over the student's files */
    char *sandbox;     /* owned: "bwrap" or "none" */
    char *limits; /* owned: "cgroup" (on the submission as a whole) or "rlimits"; may be NULL */
    bool asan;
    bool built;
    struct diagnostic *diagnostics; /* owned */
    size_t n_diagnostics;
    char *build_note; /* owned: why the build ended when it was not the compiler's own errors; or
                         NULL */
    struct record *records; /* owned; one per test of the manifest, in its order */
    size_t n_records;
    struct test_spec
        *tests; /* borrowed from the exercise, parallel to records; NULL after loading JSON */
    int points, max_points;
    double build_ms, ms;
    long long started; /* seconds since 1970 */
    char *internal;    /* owned: a fault of ours; the report then counts for nothing */
    bool cancelled;
};
/* A report with one VERDICT_SKIPPED record per test. */
void report_init(struct report *r, const struct exercise *x);
void report_release(struct report *r);
/* Compute points from records; returns true when every test passed (undecided tests count neither
 * way: they are left out of max_points). */
bool report_finish(struct report *r, const struct exercise *x);
bool report_passed(const struct report *r);
/* The first record in manifest order that is not pass, undecided or skipped (so it may be a fault
 * of ours: look for VERDICT_INTERNAL); NULL when there is none. */
const struct record *report_first_failure(const struct report *r);
/* The form of "version": 1. "tests" holds the records, and when `x` is given (it may be NULL) what
 * the manifest says of each: title, hidden, points (earned) and max_points. The caller owns the
 * value. */
json_t *report_to_json(const struct report *r, const struct exercise *x);
/* A report from such a value. On failure nothing is left to release. */
int report_from_json(struct report *r, const json_t *j, struct err *e);

#endif
