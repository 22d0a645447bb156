#include "sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/scratch.h"
#include "sandbox/bond.h"
#include "sandbox/bwrap.h"
#include "sandbox/filter.h"

static const char *const mode_names[] = {"auto", "bwrap", "none"};

const char *sandbox_mode_name(enum sandbox_mode m)
{
    return mode_names[m];
}

bool sandbox_mode_parse(const char *name, enum sandbox_mode *m)
{
    for (size_t i = 0; i < sizeof mode_names / sizeof mode_names[0]; i++)
        if (strcmp(name, mode_names[i]) == 0) {
            *m = (enum sandbox_mode)i;
            return true;
        }
    return false;
}

int sandbox_unprivileged(uid_t *uid, gid_t *gid, struct err *e)
{
    const struct passwd *p = getpwnam("ipclab");
    if (!p)
        p = getpwnam("nobody");
    if (!p || p->pw_uid == 0)
        return err_msg(e, MSG_SANDBOX_NO_USER);
    *uid = p->pw_uid;
    *gid = p->pw_gid;
    return 0;
}

int sandbox_drop_root(struct err *e)
{
    uid_t uid = 0;
    gid_t gid = 0;
    if (geteuid() != 0)
        return 0;
    if (sandbox_unprivileged(&uid, &gid, e) != 0)
        return -1;
    const struct bond bond = bond_look();
    if (setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0)
        return err_sys(e, MSG_SANDBOX_CANNOT_DROP);
    if (setuid(0) == 0 || geteuid() != uid)
        return err_msg(e, MSG_SANDBOX_CANNOT_DROP);
    /* becoming another user made this process undumpable, which hides its /proc files from itself
     */
    prctl(PR_SET_DUMPABLE, 1);
    bond_renew(&bond);
    return 0;
}

static void init_empty(struct sandbox *s)
{
    *s = (struct sandbox){.mode = SANDBOX_NONE,
                          .init_control = -1,
                          .ns_user = -1,
                          .ns_mnt = -1,
                          .ns_net = -1,
                          .ns_ipc = -1,
                          .ns_pid = -1,
                          .ns_uts = -1,
                          .proc = -1};
}

int sandbox_open(struct sandbox *s, enum sandbox_mode mode, int lab_init,
                 const struct sandbox_folders *folders, char **notice, struct err *e)
{
    struct err why = {0};
    init_empty(s);
    if (notice)
        *notice = NULL;
    s->src = str_dup(folders->src);
    s->out = str_dup(folders->out);
    s->work = str_dup(folders->work);
    s->proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s->proc < 0) {
        err_sys(e, MSG_BASE_CANNOT_OPEN, "/proc");
        sandbox_close(s);
        return -1;
    }
    if (mode == SANDBOX_NONE)
        return 0;
    if (bwrap_start(s, lab_init, folders->hidden, &why) == 0) {
        s->mode = SANDBOX_BWRAP;
        if (filter_build(&s->filter, &s->filter_len, e) == 0)
            return 0;
        sandbox_close(s);
        return -1;
    }
    if (mode == SANDBOX_AUTO) {
        if (notice)
            *notice = msg_format(msg_lang(), MSG_SANDBOX_FALLBACK, why.text);
        return 0;
    }
    if (e)
        *e = why;
    sandbox_close(s);
    return -1;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void sandbox_close(struct sandbox *s)
{
    bwrap_stop(s);
    close_fd(&s->ns_user);
    close_fd(&s->ns_mnt);
    close_fd(&s->ns_net);
    close_fd(&s->ns_ipc);
    close_fd(&s->ns_pid);
    close_fd(&s->ns_uts);
    close_fd(&s->proc);
    free(s->src);
    free(s->out);
    free(s->work);
    free(s->filter);
    init_empty(s);
}

const char *sandbox_src(const struct sandbox *s)
{
    return s->mode == SANDBOX_BWRAP ? "/src" : s->src;
}

const char *sandbox_out(const struct sandbox *s)
{
    return s->mode == SANDBOX_BWRAP ? "/out" : s->out;
}

/* --- handing it over to the Check program --------------------------------------------------- */

static const char variable[] = "IPCLAB_SANDBOX";
enum { EXPORTED = 8 };

static void exported(const struct sandbox *s, int fds[EXPORTED])
{
    const int list[EXPORTED] = {s->proc,   s->init_control, s->ns_user, s->ns_mnt,
                                s->ns_net, s->ns_ipc,       s->ns_pid,  s->ns_uts};
    memcpy(fds, list, sizeof list);
}

int sandbox_export(const struct sandbox *s, struct err *e)
{
    int fds[EXPORTED];
    struct buf b = BUF_INIT;
    exported(s, fds);
    buf_addf(&b, "%d %d", (int)s->mode, (int)s->bwrap);
    for (int i = 0; i < EXPORTED; i++) {
        buf_addf(&b, " %d", fds[i]);
        if (fds[i] >= 0)
            fcntl(fds[i], F_SETFD, 0);
    }
    int rc = setenv(variable, b.data, 1) | setenv("IPCLAB_SRC", s->src, 1) |
             setenv("IPCLAB_OUT", s->out, 1) | setenv("IPCLAB_WORK", s->work, 1);
    buf_release(&b);
    return rc == 0 ? 0 : err_sys(e, MSG_SANDBOX_CANNOT_START);
}

int sandbox_import(struct sandbox *s, struct err *e)
{
    const char *text = getenv(variable), *src = getenv("IPCLAB_SRC"), *out = getenv("IPCLAB_OUT"),
               *work = getenv("IPCLAB_WORK");
    int v[2 + EXPORTED];
    init_empty(s);
    if (!text || !src || !out || !work)
        return err_msg(e, MSG_SANDBOX_BAD_EXPORT);
    char *end = NULL;
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++, text = end) {
        v[i] = (int)strtol(text, &end, 10);
        if (end == text)
            return err_msg(e, MSG_SANDBOX_BAD_EXPORT);
        if (i >= 2 && v[i] >= 0 && fcntl(v[i], F_SETFD, FD_CLOEXEC) != 0)
            return err_sys(e, MSG_SANDBOX_BAD_EXPORT);
    }
    *s = (struct sandbox){.mode = v[0] == SANDBOX_BWRAP ? SANDBOX_BWRAP : SANDBOX_NONE,
                          .bwrap = v[1],
                          .proc = v[2],
                          .init_control = v[3],
                          .ns_user = v[4],
                          .ns_mnt = v[5],
                          .ns_net = v[6],
                          .ns_ipc = v[7],
                          .ns_pid = v[8],
                          .ns_uts = v[9],
                          .src = str_dup(src),
                          .out = str_dup(out),
                          .work = str_dup(work)};
    unsetenv(variable);
    unsetenv("IPCLAB_SRC");
    unsetenv("IPCLAB_OUT");
    unsetenv("IPCLAB_WORK");
    if (s->mode == SANDBOX_BWRAP)
        return filter_build(&s->filter, &s->filter_len, e);
    return 0;
}

/* --- trying it -------------------------------------------------------------------------------- */

/* In a child: the whole way of a test with /bin/true. */
static int probe_child(int lab_init, const char *folder, struct err *e)
{
    struct sandbox s;
    struct sandbox_test t;
    struct sandbox_child c;
    const struct sandbox_folders folders = {.src = folder, .out = folder, .work = folder};
    int status = 0;
    if (sandbox_drop_root(e) != 0 ||
        sandbox_open(&s, SANDBOX_BWRAP, lab_init, &folders, NULL, e) != 0)
        return -1;
    pid_t bwrap = s.bwrap;
    int rc = sandbox_enter(&t, &s, SANDBOX_TEST, e);
    if (rc == 0) {
        const char *const argv[] = {"true", NULL};
        const struct sandbox_command cmd = {
            .path = "/usr/bin/true", .exec_fd = -1, .argv = argv, .fds = {-1, -1, 2}, .cpu = -1};
        rc = sandbox_spawn(&c, &t, &cmd, e);
        if (rc == 0) {
            while (waitpid(c.pid, &status, 0) < 0 && errno == EINTR)
                ;
            if (status != 0)
                rc = err_msg(e, MSG_SANDBOX_CANNOT_JOIN, "/usr/bin/true");
            close(c.pidfd);
        }
        sandbox_leave(&t);
    }
    s.bwrap = bwrap;
    sandbox_close(&s);
    return rc;
}

int sandbox_probe(const char *lab_init, struct err *e)
{
    int result[2];
    struct scratch scratch;
    int init = open(lab_init, O_RDONLY | O_CLOEXEC);
    if (init < 0)
        return err_sys(e, MSG_BASE_CANNOT_OPEN, lab_init);
    if (scratch_make(&scratch, "probe", true, e) != 0) {
        close(init);
        return -1;
    }
    AUTO_FREE char *folder = fs_join(scratch.path, "work"); /* may become another user's */
    if (chmod(scratch.path, 0711) != 0 || mkdir(folder, 0700) != 0 ||
        pipe2(result, O_CLOEXEC) != 0) {
        scratch_remove(&scratch);
        close(init);
        return err_sys(e, MSG_SANDBOX_CANNOT_START);
    }
    uid_t uid = 0;
    gid_t gid = 0;
    if (geteuid() == 0 && sandbox_unprivileged(&uid, &gid, NULL) == 0 &&
        chown(folder, uid, gid) != 0)
        err_sys(e, MSG_SANDBOX_CANNOT_START);
    pid_t pid = fork();
    if (pid == 0) {
        struct err why = {0};
        int rc = probe_child(init, folder, &why);
        if (rc != 0 && write(result[1], why.text, strlen(why.text)) < 0)
            _exit(2);
        _exit(rc == 0 ? 0 : 1);
    }
    close(result[1]);
    close(init);
    int status = -1, rc = -1;
    char text[sizeof e->text] = "";
    if (pid > 0) {
        ssize_t n = read(result[0], text, sizeof text - 1);
        text[n > 0 ? n : 0] = '\0';
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
    }
    close(result[0]);
    scratch_remove(&scratch);
    if (pid < 0)
        return err_sys(e, MSG_SANDBOX_CANNOT_FORK);
    if (status == 0)
        return 0;
    rc = err_msg(e, MSG_SANDBOX_PROBE_DIED);
    if (text[0] && e)
        snprintf(e->text, sizeof e->text, "%s", text);
    return rc;
}
