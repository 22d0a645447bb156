#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { DEADLINE_SECONDS = 120, LATE_OUTPUT_SECONDS = 20, LOOK_NS = 200 * 1000 };

struct told { /* by the leader */
    pid_t program;
    enum life life;
    int status;
};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- the leader: a shell of one job ---- */

static void foreground(pid_t group)
{
    tcsetpgrp(STDIN_FILENO, group);
}

static pid_t run_program(char *const argv[])
{
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    setpgid(0, 0);
    foreground(getpid());
    for (int sig = 1; sig < 32; sig++)
        signal(sig, SIG_DFL);
    execv(argv[0], argv);
    _exit(127);
}

static void tell(int fd, const struct told *told)
{
    if (write(fd, told, sizeof *told) != (ssize_t)sizeof *told)
        _exit(1);
}

static void lead(int slave, int reports, int orders, char *const argv[])
{
    struct told told = {.life = LIFE_RUNS};
    char order;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setsid();
    ioctl(slave, TIOCSCTTY, 0);
    for (int fd = 0; fd < 3; fd++)
        dup2(slave, fd);
    close(slave);
    signal(SIGHUP, SIG_IGN); /* outlives its terminal, to tell how the program ended */
    signal(SIGTTOU, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    signal(SIGTSTP, SIG_IGN);
    told.program = run_program(argv);
    if (told.program <= 0)
        _exit(1);
    setpgid(told.program, told.program);
    tell(reports, &told);
    for (;;) {
        if (waitpid(told.program, &told.status, WUNTRACED) != told.program)
            continue;
        told.life = WIFSTOPPED(told.status) ? LIFE_STOPPED : LIFE_ENDED;
        foreground(getpgrp());
        tell(reports, &told);
        if (told.life == LIFE_ENDED || read(orders, &order, 1) != 1)
            _exit(0);
        foreground(told.program);
        kill(-told.program, SIGCONT);
    }
}

/* ---- opening ---- */

static bool take_report(struct terminal *t)
{
    struct told told;
    ssize_t n;

    while ((n = read(t->reports, &told, sizeof told)) < 0 && errno == EINTR)
        ;
    if (n != (ssize_t)sizeof told)
        return false;
    t->program = told.life == LIFE_ENDED ? 0 : told.program;
    t->life = told.life;
    t->status = told.status;
    return true;
}

bool terminal_open(struct terminal *t, int columns, int rows, char *const argv[])
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    int reports[2], orders[2];

    *t = (struct terminal){.master = -1, .slave = -1, .reports = -1, .orders = -1};
    t->recent = calloc(1, TERMINAL_RECENT);
    if (openpty(&t->master, &t->slave, NULL, NULL, &size) < 0 || pipe2(reports, O_CLOEXEC) < 0 ||
        pipe2(orders, O_CLOEXEC) < 0) {
        perror("walk: no pseudo terminal");
        return false;
    }
    fcntl(t->master, F_SETFD, FD_CLOEXEC);
    fcntl(t->slave, F_SETFD, FD_CLOEXEC);
    fcntl(t->master, F_SETFL, O_NONBLOCK);
    tcgetattr(t->slave, &t->before);
    t->leader = fork();
    if (t->leader == 0) {
        close(t->master);
        lead(t->slave, reports[1], orders[0], argv);
    }
    close(reports[1]);
    close(orders[0]);
    t->reports = reports[0];
    t->orders = orders[1];
    if (t->leader < 0 || !take_report(t)) {
        perror("walk: no program");
        return false;
    }
    return true;
}

void terminal_close_master(struct terminal *t)
{
    close(t->master);
    t->master = -1;
}

void terminal_release(struct terminal *t)
{
    if (t->program > 1)
        kill(t->program, SIGKILL);
    close(t->reports);
    close(t->orders);
    if (t->leader > 1) {
        kill(t->leader, SIGKILL);
        waitpid(t->leader, NULL, 0);
    }
    if (t->master >= 0)
        close(t->master);
    close(t->slave);
    free(t->recent);
}

static bool read_proc(pid_t pid, const char *name, char *text, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, size - 1) : -1;

    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    return n > 0;
}

/* 'S' and the like, and the process group (proc_pid_stat(5)); '\0' when it is gone. */
static char state_of(pid_t pid, pid_t *group)
{
    char text[512], state = '\0';
    char *rest;
    int parent, group_id = 0;

    if (read_proc(pid, "stat", text, sizeof text) && (rest = strrchr(text, ')')))
        sscanf(rest, ") %c %d %d", &state, &parent, &group_id);
    *group = group_id;
    return state;
}

/* The number of the system call it sleeps in, and its first argument; -1 while it runs. */
static long call_of(pid_t pid, unsigned long *argument)
{
    char text[256];
    long call;

    if (!read_proc(pid, "syscall", text, sizeof text) ||
        sscanf(text, "%ld %lx", &call, argument) != 2)
        return -1;
    return call;
}

static bool polls(pid_t pid)
{
    unsigned long argument;
    long call = call_of(pid, &argument);

#ifdef SYS_poll
    if (call == SYS_poll)
        return true;
#endif
    return call == SYS_ppoll;
}

/* How often it went to sleep. */
static long sleeps(pid_t pid)
{
    static const char name[] = "\nvoluntary_ctxt_switches:";
    char text[4096];
    const char *at =
        pid > 0 && read_proc(pid, "status", text, sizeof text) ? strstr(text, name) : NULL;

    return at ? strtol(at + sizeof name - 1, NULL, 10) : -1;
}

/* ---- guests ---- */

struct children {
    char text[512];
    char *rest;
};

static void children_of(struct children *c, pid_t pid)
{
    char name[64];

    snprintf(name, sizeof name, "task/%d/children", (int)pid);
    read_proc(pid, name, c->text, sizeof c->text);
    c->rest = c->text;
}

static pid_t next_child(struct children *c)
{
    return (pid_t)strtol(c->rest, &c->rest, 10);
}

/* The editor or man that has the terminal, 0 without one. The grading has a group of its own. */
static pid_t guest_of(const struct terminal *t)
{
    struct children c;
    pid_t group;

    children_of(&c, t->program);
    for (pid_t pid; (pid = next_child(&c)) > 1;)
        if (state_of(pid, &group) && group == t->program)
            return pid;
    return 0;
}

static bool waits_for_keys(pid_t pid)
{
    unsigned long fd;
    char path[64], target[64];

    if (polls(pid))
        return true;
    if (call_of(pid, &fd) != SYS_read)
        return false;
    snprintf(path, sizeof path, "/proc/%d/fd/%lu", (int)pid, fd);
    ssize_t n = readlink(path, target, sizeof target - 1);
    target[n > 0 ? n : 0] = '\0';
    return !strncmp(target, "/dev/pts/", 9) || !strcmp(target, "/dev/tty");
}

/* Of a guest and what it has started, the one that waits for keys; 0: none does. */
static pid_t reader_among(pid_t pid)
{
    struct children c;
    pid_t reader = waits_for_keys(pid) ? pid : 0;

    children_of(&c, pid);
    for (pid_t child; !reader && (child = next_child(&c)) > 1;)
        reader = reader_among(child);
    return reader;
}

bool terminal_has_guest(const struct terminal *t)
{
    return t->program > 0 && guest_of(t) > 0;
}

static bool line_mode(const struct terminal *t)
{
    struct termios modes;

    return tcgetattr(t->slave, &modes) == 0 && (modes.c_lflag & ICANON);
}

/* ---- what it is made to suffer ---- */

void terminal_type(struct terminal *t, const char *bytes, size_t len)
{
    pid_t guest = t->program > 0 ? guest_of(t) : 0;

    t->reader.pid = guest ? reader_among(guest) : t->program;
    t->reader.slept = sleeps(t->reader.pid);
    if (t->master >= 0 && write(t->master, bytes, len) != (ssize_t)len && errno != EAGAIN)
        perror("walk: the terminal does not take keys");
}

void terminal_resize(struct terminal *t, int columns, int rows)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};

    if (t->master >= 0)
        ioctl(t->master, TIOCSWINSZ, &size); /* the kernel sends SIGWINCH */
}

void terminal_signal(struct terminal *t, int sig)
{
    if (t->program > 1)
        kill(t->program, sig);
}

void terminal_continue(struct terminal *t)
{
    t->life = LIFE_RUNS;
    if (write(t->orders, "c", 1) != 1)
        perror("walk: the leader is gone");
}

/* ---- watching ---- */

/* The last switch that was written counts: leaving twice does no harm. */
static void note_screen(struct terminal *t, const char *text, size_t len)
{
    static const char head[] = "\033[?1049";

    for (size_t i = 0; i + sizeof head <= len; i++)
        if (memcmp(text + i, head, sizeof head - 1) == 0)
            t->alternate = text[i + sizeof head - 1] == 'h';
}

static void keep_output(struct terminal *t, const char *text, size_t len)
{
    for (size_t i = 0; t->recent && i < len; i++)
        t->recent[t->received++ % TERMINAL_RECENT] = text[i];
}

bool terminal_save_output(const struct terminal *t, const char *path)
{
    FILE *f = t->recent ? fopen(path, "w") : NULL;
    size_t first = t->received > TERMINAL_RECENT ? t->received - TERMINAL_RECENT : 0;

    for (size_t i = first; f && i < t->received; i++)
        fputc(t->recent[i % TERMINAL_RECENT], f);
    return f && fclose(f) == 0;
}

/* Output is looked at together with the end of what came before: without its last byte a sequence
 * is not complete, so none is counted twice. */
static void drop_output(struct terminal *t)
{
    enum { KEEP = sizeof "\033[?1049h" - 2 };
    static char chunk[65536 + KEEP];
    ssize_t n;

    while (t->master >= 0) {
        memcpy(chunk, t->tail, t->tail_len);
        n = read(t->master, chunk + t->tail_len, sizeof chunk - KEEP);
        if (n <= 0)
            return;
        keep_output(t, chunk + t->tail_len, (size_t)n);
        size_t len = t->tail_len + (size_t)n;
        note_screen(t, chunk, len);
        t->seen |= t->wanted && memmem(chunk, len, t->wanted, strlen(t->wanted));
        t->tail_len = len < KEEP ? len : KEEP;
        memcpy(t->tail, chunk + len - t->tail_len, t->tail_len);
    }
}

bool terminal_has_children(const struct terminal *t)
{
    struct children c;

    children_of(&c, t->program);
    return next_child(&c) > 1;
}

/* Keys take a moment from one end of the terminal to the other: until whoever waited for them has
 * woken up it does not count as idle. In line mode nobody wakes before the line ends. */
static bool keys_have_come(struct terminal *t)
{
    int unread = 0;

    if (ioctl(t->slave, FIONREAD, &unread) == 0 && unread > 0)
        return false;
    if (t->reader.pid > 0 && sleeps(t->reader.pid) == t->reader.slept && !line_mode(t))
        return false;
    t->reader.pid = 0;
    return true;
}

static bool is_idle(struct terminal *t)
{
    pid_t guest = t->program > 0 ? guest_of(t) : 0;

    if (t->program <= 0 || !polls(t->program) || (guest && !reader_among(guest)))
        return false;
    return keys_have_come(t);
}

/* Wait for output, a report, or a moment; true when there is a report. */
static bool watch_output(struct terminal *t)
{
    struct pollfd fds[] = {{.fd = t->master, .events = POLLIN},
                           {.fd = t->reports, .events = POLLIN}};
    const struct timespec moment = {.tv_nsec = LOOK_NS};

    ppoll(fds, 2, &moment, NULL);
    drop_output(t);
    return fds[1].revents != 0;
}

static void watch(struct terminal *t)
{
    if (watch_output(t) && !take_report(t)) {
        t->life = LIFE_ENDED;
        t->status = -1;
        t->program = 0;
    }
}

static bool settle(struct terminal *t, bool until_end)
{
    double end = now() + DEADLINE_SECONDS;

    while (t->life == LIFE_RUNS) {
        watch(t);
        if (t->life == LIFE_RUNS && !until_end && is_idle(t))
            return true;
        if (now() > end)
            return false;
    }
    return true;
}

bool terminal_settle(struct terminal *t)
{
    return settle(t, false);
}

bool terminal_await_alone(struct terminal *t)
{
    double end = now() + DEADLINE_SECONDS;

    while (t->life == LIFE_RUNS && now() < end) {
        watch(t);
        if (t->life == LIFE_RUNS && !terminal_has_children(t) && is_idle(t))
            return true;
    }
    return false;
}

bool terminal_await_text(struct terminal *t)
{
    double end = now() + DEADLINE_SECONDS;

    while (!t->seen && t->life == LIFE_RUNS && now() < end)
        watch(t);
    return t->seen;
}

bool terminal_await_end(struct terminal *t)
{
    return settle(t, true);
}

static const char *insane(const struct terminal *t)
{
    struct termios after;

    if (t->master < 0) /* hung up: nobody sees it any more */
        return NULL;
    if (tcgetattr(t->slave, &after) < 0)
        return "the terminal cannot be asked for its modes";
    if (after.c_lflag != t->before.c_lflag || after.c_iflag != t->before.c_iflag ||
        after.c_oflag != t->before.c_oflag || after.c_cflag != t->before.c_cflag ||
        memcmp(after.c_cc, t->before.c_cc, sizeof after.c_cc) != 0)
        return "the modes of the terminal were not restored";
    if (t->alternate)
        return "the alternate screen was not left";
    return NULL;
}

/* The kernel hands output over in its own time: the last of it may come after the end. */
const char *terminal_insane(struct terminal *t)
{
    double end = now() + LATE_OUTPUT_SECONDS;
    const char *why;

    do {
        watch_output(t);
        why = insane(t);
    } while (why && now() < end);
    return why;
}

/* One line for every process that has the terminal's session: what it is, sleeps in and belongs to.
 */
static void add_processes(const struct terminal *t, char *text, size_t size)
{
    struct children c;
    char stat[512];

    children_of(&c, t->program);
    for (pid_t pid; (pid = next_child(&c)) > 1;) {
        size_t len = strlen(text);

        if (read_proc(pid, "stat", stat, sizeof stat))
            snprintf(text + len, size - len, "child %.60s\n", stat);
    }
}

const char *terminal_state(const struct terminal *t)
{
    static char text[4096];
    char syscall_text[256], stat[512];
    struct termios modes = {0};
    int unread = -1;

    if (t->program <= 0)
        return "gone";
    ioctl(t->slave, FIONREAD, &unread);
    tcgetattr(t->slave, &modes);
    read_proc(t->program, "syscall", syscall_text, sizeof syscall_text);
    read_proc(t->program, "stat", stat, sizeof stat);
    snprintf(text, sizeof text,
             "%d keys unread, %s mode, foreground group %d\nsyscall %sstat %.80s\n", unread,
             modes.c_lflag & ICANON ? "line" : "raw", (int)tcgetpgrp(t->master), syscall_text,
             stat);
    add_processes(t, text, sizeof text);
    return text;
}
