/* One run of `ipclab grade`: from packages to results. */
#ifndef CLI_CLASS_RUN_H
#define CLI_CLASS_RUN_H

#include "cli/class.h"
#include "cli/cli.h"
#include "grade/key.h"

enum regrade { REGRADE_CHANGED, REGRADE_ALL, REGRADE_FAILED };

struct task {                 /* one submission of one exercise that has to be graded */
    size_t student, exercise; /* indices of the model */
    const struct exercise *x;
    char source_hash[17];
    char key[KEY_SIZE];
    char *origin, *dir; /* owned; dir: the sources */
    long long submitted;
    int tries;
};

struct class_run {
    struct cli *c;
    struct class_dir *dir;
    struct gradebook *g;
    struct submissions *subs;
    const bool *only; /* one flag per exercise of the course */
    enum regrade regrade;
    enum sandbox_mode sandbox;
    int shard, shards; /* 1 of 1 */
    int jobs;
    struct unpack_wanted wanted;
    const struct csv_times *times; /* NULL: the time of the file counts */

    char (*keys)[KEY_SIZE]; /* owned; one per exercise of the course, "" until needed */
    char course_hash[17];
    struct task **queue; /* owned: waiting; first at queue[head] */
    size_t head, tail;
    size_t next_package;
    bool absent_taken; /* after the packages: who handed in earlier and is not there now */
    size_t graded, unchanged, copied, retried, faults, cancelled;
    char **unsaved; /* owned: "student exercise" whose result could not be written */
    size_t n_unsaved;
    struct err error; /* why the run stopped; text "" when it did not */
    double started;
    bool progress; /* stderr is a terminal */
    double shown;
};

/* Grade everything. 0, or the signal that ended it. */
int class_run(struct class_run *r);
void class_run_release(struct class_run *r);
/* class_take.c: look at the packages of the next student and queue what has to be graded. False
 * when there are none left, or after an error. */
bool class_take_student(struct class_run *r);
/* class_save.c: write a result and note it in the gradebook. */
int class_save_result(struct class_run *r, const struct task *t, struct report *report,
                      const char *copied_from, long long graded);

/* Submission times from a CSV (columns id, time, and exercise): 0 when it says nothing. */
struct csv_times;
struct csv_times *csv_times_read(const char *path, struct err *e);
long long csv_times_get(const struct csv_times *t, const struct gradebook_student *s,
                        const char *exercise);
void csv_times_free(struct csv_times *t);

#endif
