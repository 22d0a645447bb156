#include "grade/build.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"

enum { OUTPUT_MAX = 1 << 20, MAX_ARGV = 96, CPU_SECONDS = 10, WALL_MS = 120000 };

static const char compiler[] = "/usr/bin/gcc";

struct job { /* one compiler */
    struct sandbox_child child;
    int err; /* read end of its stderr */
    struct buf text;
    bool ended, flooded;
    int status;
};

struct args {
    const char *list[MAX_ARGV + 1];
    size_t n;
    char **owned;
    size_t n_owned;
};

static void add(struct args *a, const char *arg)
{
    if (a->n < MAX_ARGV)
        a->list[a->n++] = arg;
}

static void add_owned(struct args *a, char *arg)
{
    a->owned = mem_grow(a->owned, a->n_owned + 1, sizeof *a->owned);
    a->owned[a->n_owned++] = arg;
    add(a, arg);
}

static void add_words(struct args *a, const char *words)
{
    while (*words) {
        size_t len = strcspn(words, " ");
        if (len)
            add_owned(a, str_ndup(words, len));
        words += len + (words[len] == ' ');
    }
}

static void release_args(struct args *a)
{
    for (size_t i = 0; i < a->n_owned; i++)
        free(a->owned[i]);
    free(a->owned);
}

/* A program whose verdict comes from ThreadSanitizer must not be able to switch it off. */
static bool uses_guard(const struct program *p)
{
    for (size_t i = 0; i < p->n_flags; i++)
        if (strcmp(p->flags[i], "-fsanitize=thread") == 0)
            return true;
    return false;
}

static void compose(struct args *a, const struct sandbox *s, const struct program *p, bool asan)
{
    const char *src = sandbox_src(s);
    add(a, "gcc");
    add_words(a, LAB_CFLAGS);
    for (size_t i = 0; i < p->n_flags; i++)
        add(a, p->flags[i]);
    add(a, "-fdiagnostics-format=json");
    add(a, "-fmax-errors=30");
    add(a, "-pipe");
    if (asan) {
        add(a, "-fsanitize=address,undefined");
        add(a, "-fno-omit-frame-pointer");
    }
    if (uses_guard(p)) {
        add(a, "-include");
        add_owned(a, fs_join(src, GUARD_NAME));
    }
    add_owned(a, str_format("-I%s", src));
    for (size_t i = 0; i < p->n_sources; i++)
        add_owned(a, fs_join(src, p->sources[i]));
    for (size_t i = 0; i < p->n_drivers; i++)
        add_owned(a, fs_join(src, p->drivers[i]));
    add(a, "-o");
    add_owned(a, fs_join(sandbox_out(s), p->name));
}

static int start(struct job *j, struct sandbox_test *t, const struct program *p, bool asan,
                 struct err *e)
{
    struct args a = {.n = 0};
    int ends[2];
    j->err = -1;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_sys(e, MSG_SANDBOX_CANNOT_FORK);
    compose(&a, t->box, p, asan);
    /* a killed compiler leaves its files where the sweep of killed gradings finds them */
    AUTO_FREE char *temporary = str_format("TMPDIR=%s", t->dir);
    const char *const env[] = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8", temporary, NULL};
    const struct sandbox_command cmd = {
        .place = PLACE_STUDENT,
        .path = compiler,
        .exec_fd = -1,
        .argv = a.list,
        .env = t->box->mode == SANDBOX_NONE ? env : NULL,
        .fds = {-1, ends[1], ends[1]},
        .limits = {.cpu_seconds = CPU_SECONDS, .memory_bytes = 1024l << 20, .processes = 64},
        .cpu = -1,
    };
    int rc = sandbox_spawn(&j->child, t, &cmd, e);
    close(ends[1]);
    release_args(&a);
    if (rc != 0) {
        close(ends[0]);
        return -1;
    }
    j->err = ends[0];
    return 0;
}

static void take(struct job *j)
{
    char chunk[8192];
    ssize_t n = read(j->err, chunk, sizeof chunk);
    if (n < 0 && errno == EINTR)
        return;
    if (n <= 0) {
        close(j->err);
        j->err = -1;
        return;
    }
    if (j->text.len + (size_t)n > OUTPUT_MAX) {
        j->flooded = true;
        sandbox_signal(&j->child, SIGKILL);
        return;
    }
    buf_add(&j->text, chunk, (size_t)n);
}

/* Collect all output and statuses; false when the time ran out. */
static bool collect(struct job *jobs, size_t n)
{
    double deadline = clock_ms() + WALL_MS;
    for (;;) {
        struct pollfd fds[16];
        size_t open_ends = 0;
        for (size_t i = 0; i < n; i++) {
            fds[i] = (struct pollfd){.fd = jobs[i].err, .events = POLLIN};
            open_ends += jobs[i].err >= 0;
        }
        if (!open_ends)
            break;
        int left = (int)(deadline - clock_ms());
        if (left <= 0)
            return false;
        if (poll(fds, n, left) > 0)
            for (size_t i = 0; i < n; i++)
                if (jobs[i].err >= 0 && fds[i].revents)
                    take(&jobs[i]);
    }
    for (size_t i = 0; i < n; i++) {
        while (waitpid(jobs[i].child.pid, &jobs[i].status, 0) < 0 && errno == EINTR)
            ;
        jobs[i].ended = true;
        close(jobs[i].child.pidfd);
    }
    return true;
}

static void judge(struct build_result *r, const struct job *j)
{
    if (j->flooded)
        r->note = msg_format(msg_lang(), MSG_GRADE_BUILD_FLOOD, OUTPUT_MAX >> 20);
    else if (!j->ended)
        r->note = msg_format(msg_lang(), MSG_GRADE_BUILD_TIME, WALL_MS / 1000);
    else if (WIFSIGNALED(j->status))
        r->note = msg_format(msg_lang(), MSG_GRADE_BUILD_KILLED, WTERMSIG(j->status));
    else if (WEXITSTATUS(j->status) == 127)
        r->note = msg_format(msg_lang(), MSG_GRADE_NO_COMPILER, compiler);
    else if (WEXITSTATUS(j->status) == 0)
        return;
    r->ok = false;
}

/* gcc reports a killed cc1 as an internal error; say it in words that help. */
static void explain_silence(struct build_result *r)
{
    bool error = false;
    for (size_t i = 0; i < r->count; i++) {
        error |= strstr(r->list[i].kind, "error") != NULL;
        if (!r->note && (strstr(r->list[i].message, "Killed signal terminated") ||
                         strstr(r->list[i].message, "out of memory") ||
                         strstr(r->list[i].message, "CPU time limit")))
            r->note = msg_format(msg_lang(), MSG_GRADE_BUILD_LIMITS);
    }
    if (!r->ok && !error && !r->note)
        r->note = msg_format(msg_lang(), MSG_GRADE_BUILD_LIMITS);
}

int build_programs(struct build_result *r, struct sandbox *s, const struct exercise *x, bool asan,
                   struct err *e)
{
    struct sandbox_test t;
    struct job jobs[16] = {{.err = -1}};
    *r = (struct build_result){.ok = true};
    if (x->n_programs > sizeof jobs / sizeof jobs[0])
        return err_msg(e, MSG_GRADE_TOO_MANY_PROGRAMS, x->id);
    if (sandbox_enter(&t, s, SANDBOX_BUILD, e) != 0)
        return -1;
    for (size_t i = 0; i < x->n_programs; i++)
        if (start(&jobs[i], &t, &x->programs[i], asan, e) != 0)
            return -1; /* the process ends now, and the sandbox with it */
    collect(jobs, x->n_programs);
    for (size_t i = 0; i < x->n_programs; i++) {
        if (jobs[i].text.len)
            build_parse(r, jobs[i].text.data, jobs[i].text.len, sandbox_src(s));
        judge(r, &jobs[i]);
        buf_release(&jobs[i].text);
    }
    explain_silence(r);
    sandbox_leave(&t);
    return 0;
}
