#include "cli/class_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "course/csv.h"
#include "course/when.h"
#include "grade/pool.h"

enum { SHOW_MS = 250, KEEP_MIN = 4096, AFTER_DIFFERENCE = 2048 };

static void task_free(struct task *t)
{
    free(t->origin);
    free(t->dir);
    free(t);
}

/* --- the pool's side -------------------------------------------------------------------------- */

static bool next_job(void *context, struct pool_job *job)
{
    struct class_run *r = context;
    while (r->head == r->tail)
        if (!class_take_student(r))
            return false;
    struct task *t = r->queue[r->head++];
    if (r->head == r->tail)
        r->head = r->tail = 0;
    job->data = t;
    job->options = (struct grade_options){.course = &r->c->course,
                                          .exercise = t->x,
                                          .source_dir = t->dir,
                                          .sandbox = r->sandbox,
                                          .seed = key_seed(t->key)};
    return true;
}

static bool is_fault(const struct report *r)
{
    for (size_t i = 0; i < r->n_records; i++)
        if (r->records[i].verdict == VERDICT_INTERNAL)
            return true;
    return r->internal != NULL;
}

static void retry(struct class_run *r, struct task *t)
{
    t->tries++;
    r->retried++;
    r->queue = mem_grow(r->queue, r->tail + 1, sizeof(struct task *));
    r->queue[r->tail++] = t;
}

/* A grading that could not even start, as a result of its own. */
static void failed_report(struct report *r, const struct exercise *x, const char *why)
{
    report_init(r, x);
    r->internal = str_dup(why);
    r->started = (long long)time(NULL);
    report_finish(r, x);
}

static bool job_done(void *context, struct pool_job *job, struct report *report,
                     const struct err *e)
{
    struct class_run *r = context;
    struct task *t = job->data;
    struct report own;
    if (report && report->cancelled) {
        r->cancelled++;
        task_free(t);
        return true;
    }
    if (!report || is_fault(report)) {
        if (t->tries == 0) {
            retry(r, t);
            return true;
        }
        r->faults++;
    }
    if (!report)
        failed_report(&own, t->x, e->text);
    int rc = class_save_result(r, t, report ? report : &own, NULL, (long long)time(NULL));
    if (!report)
        report_release(&own);
    r->graded += rc == 0;
    task_free(t);
    return rc == 0;
}

/* --- progress -----------------------------------------------------------------------------------
 */

static void show_progress(void *context, int running)
{
    struct class_run *r = context;
    double now = clock_ms(), spent = now - r->started;
    if (now - r->shown < (r->progress ? SHOW_MS : 120 * SHOW_MS) || r->next_package == 0)
        return;
    r->shown = now;
    size_t all = r->subs->n_packages, waiting = r->tail - r->head + (size_t)running;
    double share = (double)r->graded / (double)(r->graded + waiting + 1);
    double part = ((double)r->next_package - 1 + share) / (double)all;
    double left = part > 0 && r->graded ? spent / part * (1 - part) / 1000 : 0;
    AUTO_FREE char *text =
        msg_format(msg_lang(), MSG_CLI_CLASS_PROGRESS, r->next_package, all, r->graded,
                   r->unchanged + r->copied, (int)(left / 60), (int)left % 60);
    fprintf(stderr, r->progress ? "\r%s\033[K" : "%s\n", text);
}

int class_run(struct class_run *r)
{
    const struct pool pool = {.jobs = r->jobs,
                              .context = r,
                              .next = next_job,
                              .done = job_done,
                              .progress = show_progress,
                              .progress_ms = 4 * SHOW_MS};
    r->keys = mem_alloc(r->c->course.n_exercises * sizeof *r->keys);
    r->started = r->shown = clock_ms();
    r->progress = isatty(STDERR_FILENO);
    int sig = pool_run(&pool);
    if (r->progress)
        fprintf(stderr, "\r\033[K");
    return sig;
}

void class_run_release(struct class_run *r)
{
    for (size_t i = r->head; i < r->tail; i++)
        task_free(r->queue[i]);
    for (size_t i = 0; i < r->n_unsaved; i++)
        free(r->unsaved[i]);
    free(r->unsaved);
    free(r->queue);
    free(r->keys);
}

/* --- results ------------------------------------------------------------------------------------
 */

/* Outputs of many kilobytes are of use only up to a little behind their first difference. */
static void shorten(struct record *record)
{
    struct bytes *a = &record->expected, *b = &record->actual;
    size_t both = a->len < b->len ? a->len : b->len, same = 0;
    while (same < both && a->data[same] == b->data[same])
        same++;
    size_t keep = same + AFTER_DIFFERENCE > KEEP_MIN ? same + AFTER_DIFFERENCE : KEEP_MIN;
    a->len = a->len < keep ? a->len : keep;
    b->len = b->len < keep ? b->len : keep;
}

static void note_unsaved(struct class_run *r, const char *student, const char *exercise)
{
    r->unsaved = mem_grow(r->unsaved, r->n_unsaved + 1, sizeof(char *));
    r->unsaved[r->n_unsaved++] = str_format("%s %s", student, exercise);
}

int class_save_result(struct class_run *r, const struct task *t, struct report *report,
                      const char *copied_from, long long graded)
{
    const struct gradebook_student *s = &r->g->students[t->student];
    const struct gradebook_exercise *x = &r->g->exercises[t->exercise];
    struct result_head h = {.student = s->id,
                            .exercise = x->id,
                            .key = (char *)t->key,
                            .origin = t->origin,
                            .submitted = t->submitted,
                            .graded = graded,
                            .copied_from = (char *)copied_from};
    struct gradebook_attempt a;
    struct err e = {0};
    memcpy(h.source_hash, t->source_hash, sizeof h.source_hash);
    free(report->source_hash);
    report->source_hash = str_dup(t->source_hash);
    for (size_t i = 0; i < report->n_records; i++)
        if (report->records[i].has_bytes)
            shorten(&report->records[i]);
    int rc = result_save(r->dir->out, s->folder, &h, report, t->x, &e);
    if (rc == 0) {
        attempt_fill(&a, &h, report, x);
        rc = gradebook_db_put_attempt(r->dir->db, s->id, x, &a, &e);
        attempt_release(&a, x->n_tests);
    }
    if (rc != 0) {
        note_unsaved(r, s->id, x->id);
        if (!r->error.text[0])
            r->error = e;
    }
    return rc;
}

/* --- times from a table
 * --------------------------------------------------------------------------- */

struct csv_times {
    struct csv csv;
    size_t id, exercise, time;
    struct time_row {
        const char *who; /* in csv */
        size_t row;
    } * rows; /* owned, ordered by who and row */
    size_t n;
};

static int by_who(const void *a, const void *b)
{
    const struct time_row *x = a, *y = b;
    int order = strcmp(x->who, y->who);
    return order ? order : (x->row > y->row) - (x->row < y->row);
}

struct csv_times *csv_times_read(const char *path, struct err *e)
{
    struct csv_times *t = mem_alloc(sizeof *t);
    if (csv_read(&t->csv, path, e) != 0) {
        free(t);
        return NULL;
    }
    t->id = csv_column(&t->csv, "id|学号|student id|username|用户名|name|姓名|email|邮箱");
    t->exercise = csv_column(&t->csv, "exercise|练习|题目|作业");
    t->time = csv_column(&t->csv, "time|submitted|submitted at|提交时间|时间");
    bool ok = t->id != (size_t)-1 && t->time != (size_t)-1;
    if (!ok)
        err_msg(e, MSG_CLI_TIMES_HEAD, path);
    t->rows = mem_alloc((t->csv.n_rows + 1) * sizeof *t->rows);
    for (size_t row = 1; ok && row < t->csv.n_rows; row++) {
        ok = when_parse(csv_cell(&t->csv, row, t->time), e) >= 0;
        t->rows[t->n++] = (struct time_row){csv_cell(&t->csv, row, t->id), row};
    }
    qsort(t->rows, t->n, sizeof *t->rows, by_who);
    if (ok)
        return t;
    csv_times_free(t);
    return NULL;
}

/* The first row of the table that is about `who` and the exercise, or about all exercises; not
 * later than `best`. */
static size_t first_row(const struct csv_times *t, const char *who, const char *exercise,
                        size_t best)
{
    size_t low = 0, high = t->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(t->rows[middle].who, who) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; *who && low < t->n && strcmp(t->rows[low].who, who) == 0; low++) {
        const char *what = csv_cell(&t->csv, t->rows[low].row, t->exercise);
        if (t->rows[low].row < best && (!*what || str_equal(what, exercise)))
            return t->rows[low].row;
    }
    return best;
}

long long csv_times_get(const struct csv_times *t, const struct gradebook_student *s,
                        const char *exercise)
{
    if (!t)
        return 0;
    size_t row = first_row(t, s->id, exercise, t->csv.n_rows);
    row = first_row(t, s->name, exercise, row);
    row = first_row(t, s->email, exercise, row);
    return row < t->csv.n_rows ? when_parse(csv_cell(&t->csv, row, t->time), NULL) : 0;
}

void csv_times_free(struct csv_times *t)
{
    if (!t)
        return;
    csv_release(&t->csv);
    free(t->rows);
    free(t);
}
