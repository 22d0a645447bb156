#include "grade/grade.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fs.h"
#include "grade/builds.h"
#include "grade/worker.h"
#include "sandbox/cgroup.h"

enum { LINE_MAX_BYTES = 4 << 20 };

struct grading {
    struct grade_options options;
    const struct exercise *exercise;
    struct folder folder;
    char *earlier; /* owned: event of the build that was taken over, NULL */
    struct report report;
    struct cgroup
        cgroup;      /* of the worker and all below it; none where the machine does not let us */
    pid_t pid;       /* the worker, 0 when reaped */
    int pidfd;       /* -1 when reaped */
    int events;      /* read end, -1 at EOF */
    struct buf line; /* received, not yet taken */
    double started;
    int current; /* test of the last event */
    int running; /* test that has begun and not ended, -1: none */
    bool built, done;
};

static uint64_t seed_from_clock(void)
{
    return clock_ns() % 1000000007ull + 1;
}

/* Reference programs; a missing one is only an error when a test asks for it. */
static int *open_references(const struct grade_options *o)
{
    const struct exercise *x = o->exercise;
    const struct chapter *c = &o->course->chapters[x->chapter];
    int *fds = mem_alloc(x->n_programs * sizeof *fds);
    for (size_t i = 0; i < x->n_programs; i++) {
        AUTO_FREE char *path = str_format("%s/ref/%s/%s/%s", o->course->layout.build, c->slug,
                                          x->slug, x->programs[i].name);
        fds[i] = open(path, O_PATH | O_CLOEXEC);
    }
    return fds;
}

static int open_tools(struct worker *w, const struct grade_options *o, struct err *e)
{
    const struct chapter *c = &o->course->chapters[o->exercise->chapter];
    AUTO_FREE char *init = fs_join(o->course->layout.build, "lab-init");
    AUTO_FREE char *check =
        str_format("%s/check/%s/%s/check", o->course->layout.build, c->slug, o->exercise->slug);
    w->lab_init = open(init, O_RDONLY | O_CLOEXEC);
    if (w->lab_init < 0)
        return err_sys(e, MSG_GRADE_NOT_BUILT, init);
    w->check = open(check, O_RDONLY | O_CLOEXEC);
    if (w->check < 0)
        return err_sys(e, MSG_GRADE_NOT_BUILT, check);
    w->references = open_references(o);
    return 0;
}

static void close_tools(struct worker *w, const struct exercise *x)
{
    for (size_t i = 0; w->references && i < x->n_programs; i++)
        if (w->references[i] >= 0)
            close(w->references[i]);
    free(w->references);
    if (w->lab_init >= 0)
        close(w->lab_init);
    if (w->check >= 0)
        close(w->check);
}

/* Limits for the submission as a whole, the compiler and the Check program included. Without them
 * there are the rlimits of every process. */
static void limit_all(struct grading *g)
{
    enum { OURS_MB = 1024, OUR_PROCESSES = 128 };
    const struct limits *l = &g->exercise->limits;
    AUTO_FREE char *parent = cgroup_parent(NULL);
    if (parent)
        cgroup_make(&g->cgroup, parent, (long)(l->memory_mb + OURS_MB) << 20,
                    2 * l->processes + OUR_PROCESSES, NULL);
    g->report.limits = str_dup(g->cgroup.path ? "cgroup" : "rlimits");
}

static int start_worker(struct grading *g, struct err *e)
{
    struct worker w = {.options = &g->options,
                       .grader = getpid(),
                       .folder = &g->folder,
                       .lab_init = -1,
                       .check = -1,
                       .built = g->earlier,
                       .seed = g->options.seed ? g->options.seed : seed_from_clock()};
    int ends[2] = {-1, -1}, rc = -1;
    if (open_tools(&w, &g->options, e) != 0)
        goto out;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        err_sys(e, MSG_SANDBOX_CANNOT_FORK);
        goto out;
    }
    fcntl(ends[1], F_SETPIPE_SZ, 1 << 20); /* best effort: the tests need not wait for the reader */
    w.events = ends[1];
    limit_all(g);
    w.cgroup = &g->cgroup;
    g->pid = fork();
    if (g->pid == 0)
        worker_run(&w);
    close(ends[1]);
    g->events = ends[0];
    if (g->pid < 0) {
        g->pid = 0;
        err_sys(e, MSG_SANDBOX_CANNOT_FORK);
        goto out;
    }
    setpgid(g->pid, g->pid);
    fcntl(g->events, F_SETFL, O_NONBLOCK);
    g->pidfd = (int)syscall(SYS_pidfd_open, g->pid, 0);
    rc = 0;
out:
    close_tools(&w, g->exercise);
    return rc;
}

static void finish(struct grading *g)
{
    g->report.ms = clock_ms() - g->started;
    report_finish(&g->report, g->exercise);
    g->done = true;
}

/* Nothing of it could be built: every test fails with the same verdict. */
static void mark_not_built(struct grading *g)
{
    for (size_t i = 0; i < g->report.n_records; i++)
        g->report.records[i].verdict = VERDICT_BUILD_FAILED;
}

int grade_start(struct grading **out, const struct grade_options *o, struct err *e)
{
    struct grading *g = mem_alloc(sizeof *g);
    char hash[17] = "";
    struct err why = {0};
    g->options = *o;
    g->exercise = o->exercise;
    g->events = g->pidfd = -1;
    g->current = g->running = -1;
    g->folder.scratch.lock = -1;
    g->started = clock_ms();
    report_init(&g->report, o->exercise);
    g->report.started = (long long)time(NULL);
    g->report.asan = o->asan;
    int rc = folder_make(&g->folder, e);
    if (rc == 0)
        rc = folder_fill(&g->folder, o, hash, &why);
    if (rc < 0) {
        if (e && why.text[0])
            *e = why;
        grade_free(g);
        return -1;
    }
    g->report.source_hash = str_dup(hash);
    *out = g;
    if (rc == 1) { /* the files themselves: a verdict, not a fault */
        g->report.build_note = str_dup(why.text);
        mark_not_built(g);
        return 0;
    }
    if (o->builds)
        g->earlier = builds_take(o->builds, &g->folder, o->exercise);
    if (folder_give(&g->folder, e) == 0 && start_worker(g, e) == 0)
        return 0;
    grade_free(g);
    *out = NULL;
    return -1;
}

int grade_fd(const struct grading *g)
{
    return g->events;
}

int grade_current_test(const struct grading *g)
{
    return g->current;
}

struct report *grade_report(struct grading *g)
{
    return &g->report;
}

/* --- events --------------------------------------------------------------------------------------
 */

static void internal(struct grading *g, const char *text)
{
    if (!g->report.internal)
        g->report.internal = str_dup(text);
}

static int find_test(const struct grading *g, const json_t *j)
{
    const char *name = json_string_value(json_object_get(j, "test"));
    for (size_t i = 0; name && i < g->exercise->n_tests; i++)
        if (strcmp(g->exercise->tests[i].id, name) == 0)
            return (int)i;
    return -1;
}

static enum grade_event unknown_test(struct grading *g, const json_t *j)
{
    const char *name = json_string_value(json_object_get(j, "test"));
    AUTO_FREE char *text =
        msg_format(msg_lang(), MSG_GRADE_UNKNOWN_TEST, name ? name : "?", g->exercise->id);
    internal(g, text);
    return GRADE_NONE;
}

static enum grade_event out_of_turn(struct grading *g, int test)
{
    AUTO_FREE char *text =
        msg_format(msg_lang(), MSG_GRADE_OUT_OF_TURN, g->exercise->tests[test].id);
    internal(g, text);
    return GRADE_NONE;
}

static enum grade_event on_build(struct grading *g, const json_t *j)
{
    const json_t *list = json_object_get(j, "diagnostics");
    size_t n = json_array_size(list);
    struct report *r = &g->report;
    r->built = json_is_true(json_object_get(j, "ok"));
    r->build_note = str_dup(json_string_value(json_object_get(j, "note")));
    r->build_ms = clock_ms() - g->started;
    r->diagnostics = mem_alloc(n * sizeof *r->diagnostics);
    for (size_t i = 0; i < n; i++)
        if (diagnostic_from_json(&r->diagnostics[r->n_diagnostics], json_array_get(list, i),
                                 NULL) == 0)
            r->n_diagnostics++;
    g->built = true;
    if (!r->built)
        mark_not_built(g);
    return GRADE_BUILT;
}

static enum grade_event on_begin(struct grading *g, const json_t *j)
{
    int i = find_test(g, j);
    if (i < 0)
        return unknown_test(g, j);
    if (g->report.records[i].verdict != VERDICT_SKIPPED)
        return out_of_turn(g, i);
    g->current = g->running = i;
    /* until its end is reported: a test that dies on the way was not passed */
    g->report.records[i].verdict = VERDICT_INTERNAL;
    return GRADE_TEST_BEGIN;
}

static enum grade_event on_end(struct grading *g, const json_t *j)
{
    struct err e = {0};
    int i = find_test(g, j);
    if (i < 0)
        return unknown_test(g, j);
    if (i != g->running) /* tests run one after the other: this is not from the harness */
        return out_of_turn(g, i);
    g->running = -1;
    struct record *r = &g->report.records[i];
    struct record fresh = {.test = NULL};
    if (record_from_json(&fresh, j, &e) != 0) {
        internal(g, e.text);
        return GRADE_NONE;
    }
    record_release(r);
    *r = fresh;
    g->current = i;
    return GRADE_TEST_END;
}

static enum grade_event take_line(struct grading *g, const char *text, size_t len)
{
    json_t *j = json_loadb(text, len, 0, NULL);
    const char *event = json_string_value(json_object_get(j, "event"));
    enum grade_event result = GRADE_NONE;
    if (!event) {
        internal(g, msg(MSG_GRADE_BAD_EVENT));
    } else if (strcmp(event, "sandbox") == 0) {
        free(g->report.sandbox);
        g->report.sandbox = str_dup(json_string_value(json_object_get(j, "mode")));
    } else if (strcmp(event, "build") == 0) {
        result = on_build(g, j);
        if (g->report.built && g->options.builds && !g->earlier)
            builds_keep(g->options.builds, &g->folder, g->exercise, text, len);
    } else if (strcmp(event, "begin") == 0) {
        result = on_begin(g, j);
    } else if (strcmp(event, "end") == 0) {
        result = on_end(g, j);
    } else if (strcmp(event, "fault") == 0) {
        internal(g, json_string_value(json_object_get(j, "text")));
    }
    json_decref(j);
    return result;
}

/* --- the end
 * ---------------------------------------------------------------------------------------- */

static void reap(struct grading *g, int *status)
{
    *status = -1;
    if (g->pid <= 0)
        return;
    while (waitpid(g->pid, status, 0) < 0 && errno == EINTR)
        ;
    g->pid = 0;
    if (g->pidfd >= 0)
        close(g->pidfd);
    g->pidfd = -1;
}

/* All events are in. A test without a verdict is a fault of ours, never a pass. */
static void on_eof(struct grading *g)
{
    int status;
    reap(g, &status);
    close(g->events);
    g->events = -1;
    if (!g->report.cancelled && !g->built)
        internal(g, msg(MSG_GRADE_WORKER_DIED));
    bool missing = false;
    for (size_t i = 0; i < g->report.n_records; i++) {
        const struct record *r = &g->report.records[i];
        bool wanted =
            !g->options.only_test || strcmp(g->options.only_test, g->exercise->tests[i].id) == 0;
        missing |= wanted && r->verdict == VERDICT_SKIPPED && !g->options.fail_fast;
        if (r->verdict == VERDICT_INTERNAL && !r->symptom.text[LANG_ZH] && !g->report.cancelled)
            internal(g, msg(MSG_GRADE_TEST_DIED));
    }
    if (missing && g->report.built && !g->report.cancelled)
        internal(g, msg(MSG_GRADE_TEST_MISSING));
    finish(g);
}

/* Read what is there; false at the end. */
static bool receive(struct grading *g)
{
    char chunk[8192];
    for (;;) {
        ssize_t n = read(g->events, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return true;
        if (n == 0)
            return false;
        buf_add(&g->line, chunk, (size_t)n);
        if (memchr(chunk, '\n', (size_t)n) || g->line.len > LINE_MAX_BYTES)
            return true;
    }
}

enum grade_event grade_pump(struct grading *g)
{
    bool more = true;
    if (g->done)
        return GRADE_DONE;
    if (g->events < 0) {
        finish(g);
        return GRADE_DONE;
    }
    for (;;) {
        const char *newline = g->line.len ? memchr(g->line.data, '\n', g->line.len) : NULL;
        if (newline) {
            size_t len = (size_t)(newline - g->line.data);
            enum grade_event ev = take_line(g, g->line.data, len);
            memmove(g->line.data, newline + 1, g->line.len - len - 1);
            g->line.len -= len + 1;
            if (ev != GRADE_NONE)
                return ev;
            continue;
        }
        if (!more) {
            on_eof(g);
            return GRADE_DONE;
        }
        size_t before = g->line.len;
        more = receive(g);
        if (more && g->line.len == before)
            return GRADE_NONE;
    }
}

void grade_cancel(struct grading *g)
{
    g->report.cancelled = true;
    /* The whole process group while the worker is not reaped, so its number is still ours. A
     * bubblewrap that is only just starting has a group of its own and ends by itself. */
    if (g->pid > 1)
        kill(-g->pid, SIGKILL);
    if (g->pidfd >= 0)
        syscall(SYS_pidfd_send_signal, g->pidfd, SIGKILL, NULL, 0);
}

void grade_free(struct grading *g)
{
    int status;
    if (!g)
        return;
    if (g->pid > 0) {
        grade_cancel(g);
        reap(g, &status);
    }
    if (g->events >= 0)
        close(g->events);
    cgroup_remove(&g->cgroup);
    folder_remove(&g->folder);
    report_release(&g->report);
    buf_release(&g->line);
    free(g->earlier);
    free(g);
}

int grade_run(struct report *r, const struct grade_options *o, struct err *e)
{
    struct grading *g;
    if (grade_start(&g, o, e) != 0)
        return -1;
    while (grade_pump(g) != GRADE_DONE) {
        struct pollfd fd = {.fd = g->events, .events = POLLIN};
        poll(&fd, 1, -1);
    }
    *r = g->report;
    g->report = (struct report){.exercise = NULL};
    grade_free(g);
    return 0;
}
