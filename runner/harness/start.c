/* Starting programs. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "harness/state.h"
#include "observe/imports.h"

enum { DEFAULT_FILES = 256, MAX_ARGS = 64, BINARY_MAX = 64 << 20 };

static void make_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) != 0)
        lab_internal("pipe: %s", strerror(errno));
}

static void nonblocking(int fd)
{
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static int reference_fd(const char *program)
{
    for (size_t i = 0; i < lab.n_references; i++)
        if (strcmp(lab.references[i].name, program) == 0 && lab.references[i].fd >= 0)
            return lab.references[i].fd;
    lab_internal("there is no reference program %s", program);
}

/* /proc does not show interval timers (setitimer, alarm): a program that can set one may be woken
 * by it, so a hang of it cannot be proven at once. */
static bool imports_timer(const char *path)
{
    static const char *const names[] = {"alarm", "setitimer", "ualarm", "timer_create", NULL};
    return imports_any(AT_FDCWD, path, BINARY_MAX, names);
}

static struct lab_proc *new_proc(const char *program, enum lab_side side, const char *zh,
                                 const char *en)
{
    if (lab.n_procs == MAX_PROCS)
        lab_internal("more than %d programs in one test", MAX_PROCS);
    struct lab_proc *p = mem_alloc(sizeof *p);
    p->program = str_dup(program);
    p->side = side;
    p->in = p->out = p->err = -1;
    p->role[LANG_ZH] = str_dup(zh);
    p->role[LANG_EN] = str_dup(en ? en : zh);
    lab.procs[lab.n_procs++] = p;
    return p;
}

static void read_inner_pid(struct lab_proc *p)
{
    char path[64], text[2048];
    snprintf(path, sizeof path, "%d/status", (int)p->pid);
    int fd = openat(lab.box.proc, path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    const char *line = strstr(text, "\nNSpid:");
    p->inner_pid = p->pid;
    for (char *at = line ? (char *)line + 7 : NULL, *end; at && *at && *at != '\n'; at = end) {
        long v = strtol(at, &end, 10);
        if (end == at)
            break;
        p->inner_pid = (pid_t)v; /* the last one is that of the innermost namespace */
    }
}

struct pipes {
    int in[2], out[2], err[2];
};

static void open_pipes(struct pipes *s, const struct lab_cmd *cmd)
{
    make_pipe(s->in);
    make_pipe(s->out);
    make_pipe(s->err);
    if (cmd->stdout_pipe && fcntl(s->out[1], F_SETPIPE_SZ, cmd->stdout_pipe) < 0)
        lab_internal("F_SETPIPE_SZ: %s", strerror(errno));
    if (cmd->stdin_pipe && fcntl(s->in[1], F_SETPIPE_SZ, cmd->stdin_pipe) < 0)
        lab_internal("F_SETPIPE_SZ: %s", strerror(errno));
}

static void adopt_pipes(struct lab_proc *p, const struct pipes *s, const struct lab_cmd *cmd)
{
    close(s->in[0]);
    close(s->out[1]);
    close(s->err[1]);
    p->in = s->in[1];
    p->out = s->out[0];
    p->err = s->err[0];
    nonblocking(p->in);
    nonblocking(p->out);
    nonblocking(p->err);
    if (cmd->input_closed) {
        close(p->in);
        p->in = -1;
    }
    p->input_open = cmd->input_open;
    p->hold_output = cmd->hold_output;
    p->dribble = cmd->dribble;
    if (cmd->input_len)
        buf_add(&p->pending, cmd->input, cmd->input_len);
    if (p->in >= 0 && !p->input_open && !p->pending.len) {
        close(p->in);
        p->in = -1;
    }
}

static void spawn(struct lab_proc *p, const struct lab_cmd *cmd, struct sandbox_command *command)
{
    struct pipes s;
    struct err e = {0};
    open_pipes(&s, cmd);
    command->fds[0] = cmd->input_closed ? -1 : s.in[0];
    command->fds[1] = s.out[1];
    command->fds[2] = s.err[1];
    if (sandbox_spawn(&p->child, &lab.test, command, &e) != 0)
        lab_internal("%s", e.text);
    p->pid = p->child.pid;
    read_inner_pid(p);
    adopt_pipes(p, &s, cmd);
}

static void set_limits(struct sandbox_limits *l, const struct lab_cmd *cmd)
{
    l->cpu_seconds = lab.limits.cpu_seconds * 4 + 10; /* the harness ends a spinner before this */
    l->memory_bytes = lab.asan || cmd->no_memory_limit ? 0 : (long)lab.limits.memory_mb << 20;
    l->processes = cmd->max_processes < 0   ? 1
                   : cmd->max_processes > 0 ? cmd->max_processes
                                            : lab.limits.processes;
    l->files = cmd->max_files ? cmd->max_files : DEFAULT_FILES;
}

static const char *preloaded(const char *name)
{
    return lab_keep(fs_join(sandbox_src(&lab.box), name));
}

/* LD_PRELOAD: lab-crash.so and lab-calls.so so that a crash or a wrong call says where, lab-shim.so
 * for a provoked program. Nothing with sanitizers, whose runtime must come first. */
static size_t preload(const struct lab_cmd *cmd, const char **env)
{
    const char *crash = preloaded("lab-crash.so"), *calls = preloaded("lab-calls.so"),
               *shim = preloaded("lab-shim.so");
    if (lab.asan || cmd->no_memory_limit || cmd->side != LAB_STUDENT)
        return 0;
    env[0] = lab_text("LD_PRELOAD=%s:%s%s%s", crash, calls, cmd->provoke ? ":" : "",
                      cmd->provoke ? shim : "");
    env[1] = "IPCLAB_CALLS=1";
    if (!cmd->provoke)
        return fs_exists(crash) && fs_exists(calls) ? 2 : 0;
    if (!fs_exists(shim))
        lab_internal("%s is missing", shim);
    env[2] = lab_text("IPCLAB_PROVOKE=%u %llu", cmd->provoke,
                      (unsigned long long)lab.seed + lab.n_procs);
    return 3;
}

/* PATH, LANG and HOME, then what the test adds. */
static const char **environment(const struct lab_cmd *cmd, char *home)
{
    size_t n = 0;
    while (cmd->env && cmd->env[n])
        n++;
    const char **env = mem_alloc((n + 8) * sizeof *env);
    size_t i = 0;
    env[i++] = "PATH=/usr/bin:/bin";
    env[i++] = "LANG=C.UTF-8";
    env[i++] = home;
    if (lab.asan)
        env[i++] = "ASAN_OPTIONS=detect_leaks=0:color=never:abort_on_error=0";
    i += preload(cmd, env + i);
    for (size_t k = 0; k < n; k++)
        env[i++] = cmd->env[k];
    return env;
}

struct lab_proc *lab_start_cmd(const struct lab_cmd *cmd)
{
    struct lab_proc *p = new_proc(cmd->program, cmd->side, cmd->role_zh, cmd->role_en);
    const char *argv[MAX_ARGS + 2] = {cmd->program};
    size_t n = 0;
    while (cmd->args && cmd->args[n] && n < MAX_ARGS) {
        argv[n + 1] = cmd->args[n];
        n++;
    }
    AUTO_FREE char *home = str_format("HOME=%s", lab.test.dir);
    AUTO_FREE char *path = fs_join(sandbox_out(&lab.box), cmd->program);
    if (cmd->side == LAB_STUDENT && !fs_exists(path))
        lab_internal("%s is missing", path); /* it was built: not the student's fault */
    const char **env = environment(cmd, home);
    struct sandbox_command command = {
        .place = cmd->side == LAB_STUDENT ? PLACE_STUDENT : PLACE_PEER,
        .path = path,
        .exec_fd = cmd->side == LAB_STUDENT ? -1 : reference_fd(cmd->program),
        .argv = argv,
        .env = env,
        .cpu = cmd->cpu - 1,
        .ignore_sigpipe = cmd->ignore_sigpipe,
        .umask = cmd->umask,
        .fixed_addresses = cmd->fixed_addresses,
        .net_ns = lab_host_namespace(cmd->host),
    };
    set_limits(&command.limits, cmd);
    p->provoked = cmd->provoke != 0;
    p->no_memory_limit = cmd->no_memory_limit;
    p->hidden_timer = cmd->side == LAB_STUDENT && imports_timer(path);
    spawn(p, cmd, &command);
    free(env);
    return p;
}

struct lab_proc *lab_start_list(const char *const *program_and_args)
{
    return lab_start_cmd(
        &(struct lab_cmd){.program = program_and_args[0], .args = program_and_args + 1});
}

struct lab_proc *lab_trusted(int (*run)(void *arg), void *arg, const char *role_zh,
                             const char *role_en)
{
    struct lab_proc *p = new_proc("trusted", LAB_REFERENCE, role_zh, role_en);
    const struct lab_cmd cmd = {.program = "trusted"};
    struct sandbox_command command = {
        .place = PLACE_TRUSTED, .exec_fd = -1, .run = run, .arg = arg, .net_ns = -1, .cpu = -1};
    p->trusted = true;
    spawn(p, &cmd, &command);
    return p;
}

/* --- facts about a program -----------------------------------------------------------------------
 */

const char *lab_role(const struct lab_proc *p, enum lang lang)
{
    return p->role[lang] ? p->role[lang] : p->program;
}

pid_t lab_pid(const struct lab_proc *p)
{
    return p->pid;
}

pid_t lab_inner_pid(const struct lab_proc *p)
{
    return p->inner_pid;
}

int lab_status(const struct lab_proc *p)
{
    if (!p->ended)
        lab_internal("lab_status() of a running program");
    return p->status;
}

const struct rusage *lab_usage(const struct lab_proc *p)
{
    if (!p->ended)
        lab_internal("lab_usage() of a running program");
    return &p->usage;
}

void lab_kill(struct lab_proc *p, int sig)
{
    p->judged |= sig == SIGKILL; /* its end is our doing */
    if (!p->ended)
        sandbox_signal(&p->child, sig);
}

static void count_tree(struct lab_proc *p, size_t *alive, size_t *zombies)
{
    struct proc_info *list = NULL;
    size_t n = 0;
    *alive = *zombies = 0;
    if (p->ended || observe_tree(lab.box.proc, p->pid, &list, &n) != 0)
        return;
    for (size_t i = 0; i < n; i++) {
        if (list[i].pid == p->pid)
            continue;
        if (list[i].state == 'Z' || list[i].state == 'X')
            (*zombies)++;
        else
            (*alive)++;
    }
    free(list);
}

size_t lab_descendants(struct lab_proc *p)
{
    size_t alive, zombies;
    count_tree(p, &alive, &zombies);
    return alive;
}

size_t lab_zombies(struct lab_proc *p)
{
    size_t alive, zombies;
    count_tree(p, &alive, &zombies);
    return zombies;
}

double lab_cpu_seconds(struct lab_proc *p)
{
    struct proc_info *list = NULL;
    size_t n = 0;
    double sum = 0;
    if (p->ended)
        return (double)(p->usage.ru_utime.tv_sec + p->usage.ru_stime.tv_sec) +
               (double)(p->usage.ru_utime.tv_usec + p->usage.ru_stime.tv_usec) / 1e6;
    if (observe_tree(lab.box.proc, p->pid, &list, &n) == 0)
        for (size_t i = 0; i < n; i++)
            sum += list[i].cpu_seconds;
    free(list);
    return sum;
}

int lab_open_fds(struct lab_proc *p)
{
    struct open_fd *list = NULL;
    size_t n = 0;
    if (p->ended || observe_fds(lab.box.proc, p->pid, &list, &n) != 0)
        return -1;
    free(list);
    return (int)n;
}
