/* The sandbox as student programs meet it. Each test opens one, enters it and runs /bin/sh or a
 * function of ours there. The sandbox must work where the tests run: a fallback would be a failure
 * here. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "course/course.h"
#include "sandbox/sandbox.h"

static struct err e;
static char folder[] = "/tmp/ipclab-box-XXXXXX"; /* made and removed outside the sandbox */
static struct sandbox box;
static struct sandbox_test t;
static int lab_init = -1;

static void setup(void)
{
    struct layout l;
    ck_assert_int_eq(layout_find(&l, &e), 0);
    AUTO_FREE char *path = fs_join(l.build, "lab-init");
    lab_init = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_msg(lab_init >= 0, "%s: %s", path, strerror(errno));
    layout_release(&l);
    static const char *const hidden[] = {"/usr/include/linux", "/usr/no-such-folder", NULL};
    const struct sandbox_folders folders = {folder, folder, folder, hidden};
    ck_assert_int_eq(sandbox_drop_root(&e), 0);
    ck_assert_msg(sandbox_open(&box, SANDBOX_BWRAP, lab_init, &folders, NULL, &e) == 0, "%s",
                  e.text);
    ck_assert_msg(sandbox_enter(&t, &box, SANDBOX_TEST, &e) == 0, "%s", e.text);
}

static void teardown(void)
{
    sandbox_leave(&t);
    sandbox_close(&box);
}

/* Run a shell command as a student program; its stdout and stderr come back, and its wait status.
 */
static char *run(const char *command, struct sandbox_limits limits, int *status)
{
    const char *const argv[] = {"sh", "-c", command, NULL};
    struct sandbox_child c;
    struct buf out = BUF_INIT;
    char chunk[4096];
    int ends[2];
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    const struct sandbox_command cmd = {.place = PLACE_STUDENT,
                                        .path = "/bin/sh",
                                        .exec_fd = -1,
                                        .argv = argv,
                                        .fds = {-1, ends[1], ends[1]},
                                        .cpu = -1,
                                        .limits = limits};
    ck_assert_msg(sandbox_spawn(&c, &t, &cmd, &e) == 0, "%s", e.text);
    close(ends[1]);
    for (ssize_t n; (n = read(ends[0], chunk, sizeof chunk)) > 0 && out.len < 1 << 20;)
        buf_add(&out, chunk, (size_t)n);
    close(ends[0]);
    ck_assert_int_eq(waitpid(c.pid, status, 0), c.pid);
    close(c.pidfd);
    return buf_steal(&out);
}

static char *say(const char *command)
{
    int status;
    return run(command, (struct sandbox_limits){.processes = 64}, &status);
}

START_TEST(nothing_of_the_host_is_there)
{
    AUTO_FREE char *out =
        say("cat /etc/shadow /etc/passwd; ls /root /home /srv /var 2>&1; ls / | tr '\\n' ' '");
    ck_assert_ptr_null(strstr(out, "root:"));
    ck_assert_msg(strstr(out, "bin") && strstr(out, "usr") && !strstr(out, "home "), "%s", out);
}
END_TEST

/* An installed ipclab lies below /usr, which the sandbox brings along. */
START_TEST(hidden_folders_are_empty)
{
    AUTO_FREE char *out =
        say("ls -A /usr/include/linux | head -n 3; echo empty; touch /usr/include/linux/x "
            "2>/dev/null && echo written; ls /usr/include | grep -x stdio.h");
    ck_assert_str_eq(out, "empty\nstdio.h\n");
}
END_TEST

START_TEST(no_capabilities_no_privileges)
{
    AUTO_FREE char *out =
        say("grep -E 'Cap(Prm|Eff|Inh|Amb)|NoNewPrivs|Seccomp:' /proc/self/status; id -u");
    ck_assert_ptr_nonnull(strstr(out, "CapEff:\t0000000000000000"));
    ck_assert_ptr_nonnull(strstr(out, "CapPrm:\t0000000000000000"));
    ck_assert_ptr_nonnull(strstr(out, "NoNewPrivs:\t1"));
    ck_assert_ptr_nonnull(strstr(out, "Seccomp:\t2"));
    ck_assert_ptr_null(strstr(out, "\n0\n")); /* not uid 0 */
}
END_TEST

START_TEST(only_its_own_processes_are_seen)
{
    AUTO_FREE char *out =
        say("ls -d /proc/[0-9]* | wc -l; cat /proc/1/environ /proc/1/mem 2>&1 | head -c 300");
    ck_assert_msg(atoi(out) <= 4, "%s", out); /* PID 1, the shell, ls, wc */
    ck_assert_ptr_null(strstr(out, "PATH="));
}
END_TEST

START_TEST(no_new_namespaces)
{
    AUTO_FREE char *out =
        say("unshare -U true 2>&1; unshare -m true 2>&1; mount -t tmpfs x /w 2>&1; echo end");
    ck_assert_ptr_nonnull(strstr(out, "end"));
    ck_assert_msg(strstr(out, "not permitted") || strstr(out, "denied") ||
                      strstr(out, "must be superuser"),
                  "%s", out);
}
END_TEST

START_TEST(file_system_is_read_only_but_for_the_work_folder)
{
    AUTO_FREE char *out =
        say("for d in / /usr /src /out /dev; do touch $d/x 2>/dev/null && echo bad $d; done; "
            "touch /w/x /tmp/x /dev/shm/x && echo good");
    ck_assert_str_eq(out, "good\n");
}
END_TEST

START_TEST(limits_hold)
{
    int status;
    AUTO_FREE char *files =
        run("ulimit -n; ulimit -c", (struct sandbox_limits){.files = 16}, &status);
    ck_assert_str_eq(files, "16\n0\n");
    AUTO_FREE char *cpu =
        run("while :; do :; done", (struct sandbox_limits){.cpu_seconds = 1}, &status);
    ck_assert_str_eq(cpu, "");
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU);
    AUTO_FREE char *forks =
        run("true & true & echo no", (struct sandbox_limits){.processes = 1}, &status);
    ck_assert_msg(strstr(forks, "fork"), "%s", forks);
    ck_assert_ptr_null(strstr(forks, "no\n"));
}
END_TEST

START_TEST(only_three_descriptors)
{
    AUTO_FREE char *out = say("ls /proc/self/fd | tr '\\n' ' '");
    ck_assert_str_eq(out, "0 1 2 "); /* 0 was closed: it is ls's own folder here */
}
END_TEST

/* What setsid'd and forked on ends with the test: the pipe it holds then reaches EOF. */
START_TEST(leaving_ends_everything)
{
    const char *const argv[] = {
        "sh", "-c", "setsid sh -c 'trap \"\" TERM; echo on; while :; do sleep 1000; done' & exit 0",
        NULL};
    struct sandbox_child c;
    int ends[2], status;
    char text[8];
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    const struct sandbox_command cmd = {.place = PLACE_STUDENT,
                                        .path = "/bin/sh",
                                        .exec_fd = -1,
                                        .argv = argv,
                                        .fds = {-1, ends[1], ends[1]},
                                        .cpu = -1};
    ck_assert_int_eq(sandbox_spawn(&c, &t, &cmd, &e), 0);
    close(ends[1]);
    ck_assert_int_eq(waitpid(c.pid, &status, 0), c.pid);
    close(c.pidfd);
    ck_assert_int_eq(read(ends[0], text, sizeof text), 3); /* it lives on */
    sandbox_leave(&t);
    ck_assert_int_eq(read(ends[0], text, sizeof text), 0);
}
END_TEST

START_TEST(modes_have_names)
{
    enum sandbox_mode m;
    ck_assert(sandbox_mode_parse("none", &m) && m == SANDBOX_NONE);
    ck_assert(sandbox_mode_parse("bwrap", &m) && m == SANDBOX_BWRAP);
    ck_assert(!sandbox_mode_parse("docker", &m));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("sandbox");
    TCase *inside = tcase_create("inside"), *plain = tcase_create("plain");
    tcase_set_timeout(inside, 300);
    tcase_add_checked_fixture(inside, setup, teardown);
    tcase_add_test(inside, nothing_of_the_host_is_there);
    tcase_add_test(inside, hidden_folders_are_empty);
    tcase_add_test(inside, no_capabilities_no_privileges);
    tcase_add_test(inside, only_its_own_processes_are_seen);
    tcase_add_test(inside, no_new_namespaces);
    tcase_add_test(inside, file_system_is_read_only_but_for_the_work_folder);
    tcase_add_test(inside, limits_hold);
    tcase_add_test(inside, only_three_descriptors);
    tcase_add_test(inside, leaving_ends_everything);
    tcase_add_test(plain, modes_have_names);
    suite_add_tcase(s, inside);
    suite_add_tcase(s, plain);
    uid_t uid = 0;
    gid_t gid = 0;
    if (!mkdtemp(folder) || (geteuid() == 0 && (sandbox_unprivileged(&uid, &gid, &e) != 0 ||
                                                chown(folder, uid, gid) != 0))) {
        fprintf(stderr, "%s: %s\n", folder, strerror(errno));
        return 2;
    }
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    rmdir(folder);
    return failed != 0;
}
