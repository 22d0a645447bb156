#include "grade/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "grade/build.h"
#include "sandbox/bond.h"

static void send_text(int fd, const char *text)
{
    struct buf b = BUF_INIT;
    buf_adds(&b, text);
    buf_addc(&b, '\n');
    for (size_t at = 0; at < b.len;) {
        ssize_t n = write(fd, b.data + at, b.len - at);
        if (n < 0 && errno != EINTR)
            _exit(3); /* the grader is gone */
        if (n > 0)
            at += (size_t)n;
    }
    buf_release(&b);
}

static void send_line(int fd, json_t *j)
{
    char *text = json_dumps(j, JSON_COMPACT);
    json_decref(j);
    if (!text)
        _exit(3);
    send_text(fd, text);
    free(text);
}

static _Noreturn void fault(const struct worker *w, const struct err *e)
{
    send_line(w->events, json_pack("{s:s,s:s}", "event", "fault", "text", e->text));
    _exit(2);
}

/* The learner's terminal stays with the front end: own process group, no standard streams but a
 * log. */
static void detach(const struct worker *w)
{
    sigset_t none;
    setpgid(0, 0);
    bond_make(w->grader);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int sig = 1; sig < NSIG; sig++)
        signal(sig, SIG_DFL);
    int null = open("/dev/null", O_RDONLY);
    int log = open(w->folder->log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (null < 0 || log < 0 || dup2(null, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0)
        _exit(3);
    if (null > 2)
        close(null);
    if (log > 2)
        close(log);
}

static void send_build(const struct worker *w, const struct build_result *r)
{
    json_t *list = json_array();
    for (size_t i = 0; i < r->count; i++)
        json_array_append_new(list, diagnostic_to_json(&r->list[i]));
    send_line(w->events, json_pack("{s:s,s:b,s:o,s:s?}", "event", "build", "ok", (int)r->ok,
                                   "diagnostics", list, "note", r->note));
}

/* Compiling joins the sandbox for good, so it happens in a child; true when the programs were
 * built. */
static bool build(const struct worker *w, struct sandbox *s)
{
    struct err e = {0};
    int status = 0;
    pid_t self = getpid(), pid = fork();
    if (pid < 0) {
        err_sys(&e, MSG_SANDBOX_CANNOT_FORK);
        fault(w, &e);
    }
    if (pid == 0) {
        struct build_result r;
        bond_make(self);
        if (build_programs(&r, s, w->options->exercise, w->options->asan, &e) != 0)
            fault(w, &e);
        send_build(w, &r);
        _exit(r.ok ? 0 : 1);
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
        _exit(2); /* a fault was already sent, or the missing event tells it */
    return WEXITSTATUS(status) == 0;
}

static void set_number(const char *name, unsigned long long value)
{
    char text[32];
    snprintf(text, sizeof text, "%llu", value);
    setenv(name, text, 1);
}

static void export_environment(const struct worker *w)
{
    const struct exercise *x = w->options->exercise;
    struct buf b = BUF_INIT;
    clearenv();
    setenv("PATH", "/usr/bin:/bin", 1);
    setenv("LANG", "C.UTF-8", 1);
    setenv("TEMP", w->folder->work, 1); /* libcheck's files go with the folder */
    fcntl(w->events, F_SETFD, 0);
    set_number("IPCLAB_EVENTS", (unsigned)w->events);
    set_number("IPCLAB_SEED", w->seed);
    buf_addf(&b, "%d %d %d %d", x->limits.cpu_seconds, x->limits.wall_seconds, x->limits.processes,
             x->limits.memory_mb);
    setenv("IPCLAB_LIMITS", b.data, 1);
    buf_clear(&b);
    for (size_t i = 0; i < x->n_programs; i++) {
        if (w->references[i] < 0)
            continue;
        fcntl(w->references[i], F_SETFD, 0);
        buf_addf(&b, "%s%s=%d", b.len ? " " : "", x->programs[i].name, w->references[i]);
    }
    setenv("IPCLAB_REFERENCES", buf_text(&b), 1);
    buf_release(&b);
    if (w->options->only_test)
        setenv("IPCLAB_TEST", w->options->only_test, 1);
    if (w->options->fail_fast)
        setenv("IPCLAB_FAIL_FAST", "1", 1);
    if (w->options->pauses)
        setenv("IPCLAB_PAUSES", "1", 1);
    if (w->options->asan)
        setenv("IPCLAB_ASAN", "1", 1);
}

void worker_run(const struct worker *w)
{
    struct err e = {0};
    struct sandbox s;
    char *notice = NULL;
    detach(w);
    const struct folder *f = w->folder;
    const struct layout *l = &w->options->course->layout;
    const char *const hidden[] = {l->labs, l->solutions, l->tests, l->build, NULL};
    const struct sandbox_folders folders = {f->src, f->out, f->work, hidden};
    if (cgroup_join(w->cgroup, &e) != 0 || sandbox_drop_root(&e) != 0 ||
        sandbox_open(&s, w->options->sandbox, w->lab_init, &folders, &notice, &e) != 0)
        fault(w, &e);
    send_line(w->events, json_pack("{s:s,s:s,s:s?}", "event", "sandbox", "mode",
                                   sandbox_mode_name(s.mode), "notice", notice));
    if (w->built) {
        send_text(w->events, w->built);
    } else if (!build(w, &s)) {
        sandbox_close(&s);
        _exit(0);
    }
    export_environment(w);
    if (sandbox_export(&s, &e) != 0)
        fault(w, &e);
    char *const argv[] = {(char[]){"check"}, NULL};
    extern char **environ;
    fexecve(w->check, argv, environ);
    err_sys(&e, MSG_GRADE_CANNOT_EXEC, w->options->exercise->id);
    fault(w, &e);
}
