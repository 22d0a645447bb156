/* A class and its results: the one model that every class report (CSV, HTML, JSON…) is made from.
 *
 * On disk a graded class is a folder OUT:
 *
 *   class.json                          policies, exercises and roster of the class
 *   overrides.json                      points set by hand, with reasons
 *   gradebook.db                        SQLite; can be rebuilt from the files beside it
 *   reports/STUDENT/_student.json       who it is, what was handed in, what was refused
 *   reports/STUDENT/EXERCISE.json       the newest result of this student and exercise
 *   reports/STUDENT/EXERCISE.HASH.json  results of earlier submissions (HASH: their sources)
 *   sources/STUDENT/EXERCISE/HASH/      the graded source files, for reading and for similarity
 *
 * STUDENT is a safe file name made from the student's id, HASH 16 hex digits over the sources.
 *
 * The model is light: it holds points and diagnoses, not whole reports. gradebook_load_report()
 * fetches the report of one attempt when a format wants to show it. The store fills the model from
 * the database (store/gradebook.h); gradebook_settle() then decides which attempt counts. */
#ifndef COURSE_GRADEBOOK_H
#define COURSE_GRADEBOOK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "course/exercise.h"
#include "course/verdict.h"

/* Which attempt of a student counts. Best: most points after the late penalty. */
enum keep_policy { KEEP_BEST, KEEP_LAST, KEEP_FIRST };
enum { KEEP_POLICY_COUNT = KEEP_FIRST + 1 };
const char *keep_policy_name(enum keep_policy p); /* "best" "last" "first" */
bool keep_policy_parse(const char *name, enum keep_policy *p);

/* When students may see hidden tests (name, verdict, explanation). They always count. */
enum hidden_policy { HIDDEN_NEVER, HIDDEN_AFTER, HIDDEN_ALWAYS };

struct late_rules {
    int grace_minutes;      /* this much later than due is still in time */
    double percent_per_day; /* of the points earned, for every day begun after the grace */
    int max_days;           /* later than this many days: no points; 0: no such limit */
};

struct policies {
    enum keep_policy keep;
    enum hidden_policy hidden;
    long long hidden_after; /* HIDDEN_AFTER: seconds since 1970 */
    struct late_rules late;
};

struct gradebook_test {
    char *id; /* owned */
    struct title title;
    int points;
    bool hidden;
};

struct gradebook_exercise { /* as it was when the class was graded */
    char *id;               /* owned: "pipe-hello" */
    char *number;           /* owned: "1.1" */
    struct title title;
    struct gradebook_test *tests; /* owned, in the order of the manifest */
    size_t n_tests;
    int max_points;
    long long due; /* seconds since 1970, 0: no date */
};

struct gradebook_refusal { /* something handed in that was not taken, or taken with a remark */
    char *where;           /* owned: file or folder below SUBMISSIONS */
    char *what;            /* owned: entry inside it, NULL: the whole */
    struct text2 why;      /* a sentence */
};

struct gradebook_student {
    char *id;      /* owned: roster id, else what the name of the submission gives; unique */
    char *name;    /* owned: "" when unknown */
    char *email;   /* owned: "" when unknown */
    char *section; /* owned: "" when unknown */
    char *folder;  /* owned: STUDENT in the paths above */
    bool in_roster;
    bool submitted;                     /* anything at all came in under this name */
    struct gradebook_refusal *refusals; /* owned */
    size_t n_refusals;
};

struct gradebook_extension { /* a later due date for one student */
    size_t student;
    size_t exercise; /* GRADEBOOK_NONE: every exercise */
    long long due;
};

struct gradebook_mark { /* one test of one attempt */
    enum verdict verdict;
    int points;      /* earned */
    int max_points;  /* of this test in this attempt; 0 when it was undecided */
    char *diagnosis; /* owned, NULL on a pass */
    double ms;
};

#define GRADEBOOK_NONE ((size_t)-1)

/* One graded submission of one exercise. Its identity is student, exercise and source hash. */
struct gradebook_attempt {
    size_t student, exercise; /* indices */
    char source_hash[17];
    char *key;    /* owned: over sources, exercise, toolchain and ipclab; 64 hex digits */
    char *origin; /* owned: where below SUBMISSIONS it came from */
    long long submitted, graded; /* seconds since 1970 */
    int points, max_points;
    bool built;
    char *sandbox;                /* owned: "bwrap" or "none" */
    char *limits;                 /* owned: "cgroup" or "rlimits", NULL when not known */
    char *internal;               /* owned: a fault of ours; then it counts for nothing */
    double ms;                    /* wall time of the whole grading */
    struct gradebook_mark *marks; /* owned; parallel to the tests of the exercise */
    /* Set by gradebook_settle(): */
    long long late_seconds; /* after due, grace and extension; 0: in time */
    double penalty;         /* points taken away */
    bool counts;            /* the policy chose this one */
};

struct gradebook_override { /* points set by hand */
    size_t student, exercise;
    double points;
    char *reason;   /* owned */
    char *by;       /* owned: login name */
    long long when; /* seconds since 1970 */
};

enum cell_state {
    CELL_MISSING, /* nothing handed in: zero points */
    CELL_COUNTED, /* an attempt counts */
    CELL_FAULT,   /* only attempts that failed through a fault of ours: no points known */
};

struct gradebook_grade { /* one cell of the class matrix; set by gradebook_settle() */
    enum cell_state state;
    size_t attempt;  /* the one that counts, GRADEBOOK_NONE */
    size_t override; /* GRADEBOOK_NONE */
    double points;   /* what the student gets: after penalty and override */
    int max_points;
};

struct gradebook_pair { /* two submissions to look at */
    size_t exercise, student_a, student_b;
    double percent_a, percent_b; /* how much of a is found in b, and of b in a */
};

struct gradebook_fault { /* a grading that failed through a fault of ours, also after a retry */
    size_t student, exercise;
    char *text; /* owned */
};

struct gradebook {
    char *folder;     /* owned: OUT */
    char *title;      /* owned: name of the SUBMISSIONS folder */
    long long graded; /* newest grading, seconds since 1970 */
    struct policies policies;
    struct gradebook_exercise *exercises; /* owned, in course order */
    size_t n_exercises;
    struct gradebook_student *students; /* owned, roster first, then by id */
    size_t n_students;
    size_t *student_slots; /* owned: hash table of student + 1 by id; gradebook_index_student() */
    size_t n_slots, n_indexed;
    struct gradebook_extension *extensions; /* owned */
    size_t n_extensions;
    struct gradebook_attempt *attempts; /* owned, by student, exercise, time */
    size_t n_attempts;
    struct gradebook_override *overrides; /* owned */
    size_t n_overrides;
    struct gradebook_refusal *refusals; /* owned: what belongs to no student */
    size_t n_refusals;
    struct gradebook_fault *faults; /* owned */
    size_t n_faults;
    struct gradebook_pair *pairs; /* owned; whoever measures similarity adds them */
    size_t n_pairs;
    struct gradebook_grade *grades; /* owned: [student * n_exercises + exercise] */
    bool unsafe;                    /* some result was made with --sandbox=none */
};

void gradebook_release(struct gradebook *g);

/* Building it up: each returns the new entry, zeroed but for what is given. `folder` of a student
 * is made from the id. */
struct gradebook_student *gradebook_add_student(struct gradebook *g, const char *id,
                                                const char *name);
/* To be called after every student that was appended by hand: finding one by id stays quick. */
void gradebook_index_student(struct gradebook *g);
struct gradebook_exercise *gradebook_add_exercise(struct gradebook *g, const struct exercise *x);
/* A remark; arguments as in the message, in both languages. `what` may be NULL. */
void gradebook_refuse(struct gradebook_refusal **list, size_t *count, const char *where,
                      const char *what, enum msg_id why, ...);
void gradebook_student_release(struct gradebook_student *s);
void gradebook_refusals_free(struct gradebook_refusal *list, size_t count);

/* Compute lateness, penalties, which attempt counts, and every cell. May be called again after
 * policies or overrides changed. */
void gradebook_settle(struct gradebook *g);

/* The cell of a student and an exercise. */
const struct gradebook_grade *gradebook_grade_of(const struct gradebook *g, size_t student,
                                                 size_t exercise);
/* Points a student has over all exercises, and what there was to get. */
double gradebook_total(const struct gradebook *g, size_t student);
int gradebook_max_total(const struct gradebook *g);
/* Index by id, GRADEBOOK_NONE. */
size_t gradebook_find_student(const struct gradebook *g, const char *id);
size_t gradebook_find_exercise(const struct gradebook *g, const char *id);
/* May a student see hidden tests at this time (seconds since 1970)? */
bool gradebook_shows_hidden(const struct gradebook *g, long long now);

/* When a submission has to be in: the exercise's date or the student's extension; 0: no date. */
long long gradebook_due(const struct gradebook *g, size_t student, size_t exercise);

/* Seconds late (0: in time) and the points taken from `points`; pure functions of the rules. */
long long late_seconds(const struct late_rules *r, long long due, long long submitted);
double late_penalty(const struct late_rules *r, long long late, double points);

/* The whole report of an attempt from its file (caller releases). */
int gradebook_load_report(const struct gradebook *g, size_t attempt, struct report *r,
                          struct err *e);
/* Folder with the graded sources of an attempt, malloc'd; it may be gone. */
char *gradebook_sources(const struct gradebook *g, size_t attempt);

/* Paths of the layout above, malloc'd. `hash` NULL: the newest. */
char *gradebook_report_path(const char *out, const char *student_folder, const char *exercise,
                            const char *hash);
char *gradebook_sources_path(const char *out, const char *student_folder, const char *exercise,
                             const char *hash);

/* The model as JSON, "version": 1; the caller owns the value. Indices become ids; times are seconds
 * since 1970:
 *
 *   {"version", "title", "graded", "unsafe",
 *    "policies": {"keep", "hidden", "hidden_after", "grace_minutes", "percent_per_day",
 * "max_days"}, "exercises": [{"id", "number", "title": {"zh", "en"}, "max_points", "due", "tests":
 * [{"id", "title", "points", "hidden"}]}], "students": [{"id", "name", "email", "section",
 * "in_roster", "submitted", "refusals": [{"where", "what", "why": {"zh", "en"}}], "grades":
 * [{"exercise", "state", "points", "max_points", "override": {"points", "reason", "by", "when"} |
 * null, "attempts": [{"source_hash", "key", "origin", "submitted", "graded", "points",
 * "max_points", "late_seconds", "penalty", "counts", "built", "sandbox", "limits", "internal",
 * "ms", "tests": [{"test", "verdict", "points", "diagnosis", "ms"}]}]}]}], "pairs": [{"exercise",
 * "a", "b", "percent_a", "percent_b"}]} */
json_t *gradebook_to_json(const struct gradebook *g);
const char *cell_state_name(enum cell_state s); /* "missing" "counted" "fault" */

#endif
