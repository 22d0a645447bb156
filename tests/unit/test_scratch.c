/* Temporary folders: locked while their program lives, swept when it was killed. */
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/scratch.h"

static char place[] = "/tmp/test-scratch-XXXXXX";

static void setup(void)
{
    strcpy(place, "/tmp/test-scratch-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(place));
    ck_assert_int_eq(chmod(place, 0711), 0);
    setenv("TMPDIR", place, 1);
}

static void teardown(void)
{
    fs_remove_tree(place, NULL);
}

static char *below(const char *name)
{
    return fs_join(place, name);
}

/* A program that makes a folder with something in it and lives until its stdin ends. */
static pid_t program(int *hold, char *path, size_t size)
{
    int go[2], said[2];
    ck_assert_int_eq(pipe2(go, O_CLOEXEC), 0);
    ck_assert_int_eq(pipe2(said, O_CLOEXEC), 0);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        struct scratch s;
        struct err e = {0};
        char byte;
        close(go[1]);
        if (scratch_make(&s, "run", true, &e) != 0)
            _exit(1);
        AUTO_FREE char *locked_out = fs_join(s.path, "work");
        if (mkdir(locked_out, 0) != 0)
            _exit(1);
        if (write(said[1], s.path, strlen(s.path)) < 0 || read(go[0], &byte, 1) != 0)
            _exit(1);
        scratch_remove(&s);
        _exit(0);
    }
    close(go[0]);
    close(said[1]);
    ssize_t n = read(said[0], path, size - 1);
    ck_assert_int_gt(n, 0);
    path[n] = '\0';
    close(said[0]);
    *hold = go[1];
    return pid;
}

START_TEST(living_owner_keeps_it)
{
    char path[200];
    int hold, status;
    pid_t pid = program(&hold, path, sizeof path);
    struct stat st;
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_int_eq(st.st_mode & 0777, 0700);
    scratch_sweep(place);
    ck_assert(fs_is_dir(path));
    close(hold);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    ck_assert(!fs_exists(path));
}
END_TEST

START_TEST(killed_owner_leaves_it_to_the_next)
{
    char path[200];
    int hold, status;
    pid_t pid = program(&hold, path, sizeof path);
    ck_assert_int_eq(kill(pid, SIGKILL), 0);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(fs_is_dir(path));
    struct scratch s; /* the next start of a program: no call by hand */
    struct err e = {0};
    ck_assert_msg(scratch_make(&s, "probe", false, &e) == 0, "%s", e.text);
    ck_assert(!fs_exists(path));
    ck_assert(fs_is_dir(s.path));
    scratch_remove(&s);
    close(hold);
}
END_TEST

/* Killed between mkdtemp() and the lock. */
START_TEST(without_a_lock_it_is_nobodys)
{
    AUTO_FREE char *path = below("ipclab-tmp-run-abcdef");
    ck_assert_int_eq(mkdir(path, 0700), 0);
    scratch_sweep(place);
    ck_assert(!fs_exists(path));
}
END_TEST

START_TEST(nothing_else_is_touched)
{
    AUTO_FREE char *other = below("other"), *kept = below("other/kept"),
                   *link = below("ipclab-tmp-run-symlink"), *file = below("ipclab-tmp-run-file"),
                   *fifo = below("ipclab-tmp-run-fifo"), *foreign = below("ipclab-tmp-run-foreign");
    ck_assert_int_eq(mkdir(other, 0700), 0);
    ck_assert_int_eq(mkdir(kept, 0700), 0);
    ck_assert_int_eq(symlink(other, link), 0);
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    ck_assert_int_eq(fs_write(file, "x", 1, NULL), 0);
    ck_assert_int_eq(mkdir(foreign, 0777), 0);
    if (geteuid() == 0)
        ck_assert_int_eq(chown(foreign, 65534, 65534), 0);
    scratch_sweep(place);
    ck_assert(fs_is_dir(kept));
    ck_assert(fs_is_dir(link));
    ck_assert(fs_exists(file));
    ck_assert(fs_exists(fifo));
    ck_assert_int_eq(fs_is_dir(foreign), geteuid() == 0);
}
END_TEST

/* As pam_tmpdir makes it: nobody else gets there, but root's student programs run as somebody else.
 */
START_TEST(a_closed_place_is_no_place_for_programs)
{
    struct scratch s;
    struct err e = {0};
    ck_assert_int_eq(chmod(place, 0700), 0);
    for (int executable = 0; executable < 2; executable++) {
        ck_assert_msg(scratch_make(&s, "run", executable, &e) == 0, "%s", e.text);
        bool here = strncmp(s.path, place, strlen(place)) == 0;
        ck_assert_int_eq(here, !executable || geteuid() != 0);
        scratch_remove(&s);
    }
}
END_TEST

START_TEST(no_place)
{
    struct scratch s;
    struct err e = {0};
    setenv("TMPDIR", "relative", 1); /* is passed over */
    ck_assert_int_eq(scratch_make(&s, "run", true, &e), 0);
    ck_assert_ptr_nonnull(strstr(s.path, "/ipclab-tmp-run-"));
    ck_assert_int_eq(s.path[0], '/');
    scratch_remove(&s);
    scratch_remove(&s); /* once more does nothing */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scratch");
    TCase *t = tcase_create("scratch");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, living_owner_keeps_it);
    tcase_add_test(t, killed_owner_leaves_it_to_the_next);
    tcase_add_test(t, without_a_lock_it_is_nobodys);
    tcase_add_test(t, nothing_else_is_touched);
    tcase_add_test(t, a_closed_place_is_no_place_for_programs);
    tcase_add_test(t, no_place);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
