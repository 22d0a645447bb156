/* Archives and folders that students hand in, the hostile ones above all. */
#include <archive.h>
#include <archive_entry.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "grade/submissions.h"
#include "sandbox/confine.h"

static char folder[] = "/tmp/ipclab-unpack-XXXXXX";
static int dir;
static struct unpacked u;
static const char *const wanted_list[] = {"a.c", "b.c"};
static const struct unpack_wanted wanted = {wanted_list, 2};

static void set_up(void)
{
    strcpy(folder, "/tmp/ipclab-unpack-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    msg_set_lang(LANG_EN);
    u = (struct unpacked){.files = NULL};
}

static void tear_down(void)
{
    unpacked_release(&u);
    close(dir);
    fs_remove_tree(folder, NULL);
}

/* --- making archives ------------------------------------------------------------------------ */

enum form { FORM_ZIP, FORM_TAR_GZ, FORM_TAR_XZ, FORM_7Z, FORM_LOCKED_ZIP };

static struct archive *begin(const char *name, enum form form)
{
    struct archive *a = archive_write_new();
    AUTO_FREE char *path = fs_join(folder, name);
    if (form == FORM_TAR_GZ)
        archive_write_add_filter_gzip(a);
    if (form == FORM_TAR_XZ)
        archive_write_add_filter_xz(a);
    if (form == FORM_TAR_GZ || form == FORM_TAR_XZ)
        archive_write_set_format_gnutar(a);
    else if (form == FORM_7Z)
        archive_write_set_format_7zip(a);
    else
        archive_write_set_format_zip(a);
    if (form == FORM_LOCKED_ZIP) {
        ck_assert_int_eq(archive_write_set_options(a, "zip:encryption=traditional"), ARCHIVE_OK);
        archive_write_set_passphrase(a, "secret");
    }
    ck_assert_int_eq(archive_write_open_filename(a, path), ARCHIVE_OK);
    return a;
}

static struct archive_entry *entry(const char *path, mode_t type, size_t size)
{
    struct archive_entry *e = archive_entry_new();
    archive_entry_set_pathname(e, path);
    archive_entry_set_filetype(e, type);
    archive_entry_set_perm(e, 0644);
    archive_entry_set_size(e, (la_int64_t)size);
    return e;
}

static void add_bytes(struct archive *a, const char *path, const void *data, size_t len)
{
    struct archive_entry *e = entry(path, AE_IFREG, len);
    ck_assert_int_ge(archive_write_header(a, e), ARCHIVE_WARN);
    ck_assert_int_eq(archive_write_data(a, data, len), (la_ssize_t)len);
    archive_entry_free(e);
}

static void add(struct archive *a, const char *path, const char *text)
{
    add_bytes(a, path, text, strlen(text));
}

static void add_special(struct archive *a, const char *path, mode_t type, const char *symlink,
                        const char *hardlink)
{
    struct archive_entry *e = entry(path, type, 0);
    if (symlink)
        archive_entry_set_symlink(e, symlink);
    if (hardlink)
        archive_entry_set_hardlink(e, hardlink);
    ck_assert_int_ge(archive_write_header(a, e), ARCHIVE_WARN);
    archive_entry_free(e);
}

static void end(struct archive *a)
{
    ck_assert_int_eq(archive_write_close(a), ARCHIVE_OK);
    archive_write_free(a);
}

static void unpack(const char *name)
{
    struct err e = {0};
    ck_assert_msg(unpack_archive(&u, dir, name, &wanted, &e) == 0, "%s", e.text);
}

static bool refused(const char *what, enum msg_id why)
{
    AUTO_FREE char *text = msg_format(LANG_EN, why, "", "");
    size_t len = strcspn(text, "(");
    for (size_t i = 0; i < u.n_refusals; i++)
        if (str_equal(u.refusals[i].what, what) &&
            strncmp(u.refusals[i].why.text[LANG_EN], text, len) == 0)
            return true;
    for (size_t i = 0; i < u.n_refusals; i++)
        printf("refused %s: %s\n", u.refusals[i].what ? u.refusals[i].what : "-",
               u.refusals[i].why.text[LANG_EN]);
    return false;
}

/* --- archives ----------------------------------------------------------------------------------
 */

START_TEST(every_format)
{
    static const char *const names[] = {"a.zip", "a.tar.gz", "a.tar.xz", "a.7z"};
    struct archive *a = begin(names[_i], (enum form)_i);
    add(a, "./work/a.c", "int a;\n");
    add(a, "b.c", "");
    add(a, "notes.txt", "hello");
    end(a);
    unpack(names[_i]);
    ck_assert_uint_eq(u.n_files, 2);
    ck_assert_str_eq(u.files[0].path, "work/a.c");
    ck_assert_str_eq(buf_text(&u.files[0].content), "int a;\n");
    ck_assert_uint_eq(u.others, 1);
    ck_assert_uint_eq(u.n_refusals, 0);
}
END_TEST

START_TEST(leads_outside)
{
    struct archive *a = begin("a.tar.gz", FORM_TAR_GZ);
    add(a, "/tmp/a.c", "x");
    add(a, "x/../../a.c", "x");
    add(a, "..", "x");
    add(a, "C:/b.c", "x");
    add(a, "..\\a.c", "x");
    end(a);
    unpack("a.tar.gz");
    ck_assert_uint_eq(u.n_files, 0);
    ck_assert(refused("/tmp/a.c", MSG_GRADE_REFUSED_ABSOLUTE));
    ck_assert(refused("x/../../a.c", MSG_GRADE_REFUSED_DOTS));
    ck_assert(refused("..", MSG_GRADE_REFUSED_DOTS));
    ck_assert(refused("C:/b.c", MSG_GRADE_REFUSED_ABSOLUTE));
    ck_assert(refused("../a.c", MSG_GRADE_REFUSED_DOTS));
}
END_TEST

START_TEST(no_regular_file)
{
    struct archive *a = begin("a.tar.gz", FORM_TAR_GZ);
    add_special(a, "a.c", AE_IFLNK, "/etc/passwd", NULL);
    add_special(a, "b.c", AE_IFREG, NULL, "/etc/passwd");
    add_special(a, "x/a.c", AE_IFIFO, NULL, NULL);
    add_special(a, "y/a.c", AE_IFCHR, NULL, NULL);
    add_special(a, "z", AE_IFDIR, NULL, NULL);
    add(a, "ok/a.c", "good");
    end(a);
    unpack("a.tar.gz");
    ck_assert_uint_eq(u.n_files, 1);
    ck_assert_str_eq(u.files[0].path, "ok/a.c");
    ck_assert(refused("a.c", MSG_GRADE_REFUSED_LINK));
    ck_assert(refused("b.c", MSG_GRADE_REFUSED_LINK));
    ck_assert(refused("x/a.c", MSG_GRADE_REFUSED_SPECIAL));
    ck_assert(refused("y/a.c", MSG_GRADE_REFUSED_SPECIAL));
    ck_assert_uint_eq(u.n_refusals, 4);
}
END_TEST

START_TEST(bomb)
{
    char *zeros = calloc(1, 80 << 20);
    struct archive *a = begin("a.tar.gz", FORM_TAR_GZ);
    add(a, "a.c", "before");
    add_bytes(a, _i ? "a.bin" : "x/b.c", zeros, _i ? 80 << 20 : 8 << 20);
    add(a, "b.c", "after");
    end(a);
    free(zeros);
    unpack("a.tar.gz");
    ck_assert_uint_eq(u.n_files, 1);
    ck_assert(refused(NULL, MSG_GRADE_REFUSED_BOMB));
}
END_TEST

START_TEST(too_many)
{
    struct archive *a = begin("a.tar.gz", FORM_TAR_GZ);
    for (int i = 0; i <= UNPACK_ENTRIES_MAX; i++) {
        char name[32];
        snprintf(name, sizeof name, "f%d", i);
        add(a, name, "x");
    }
    add(a, "a.c", "never seen");
    end(a);
    unpack("a.tar.gz");
    ck_assert_uint_eq(u.n_files, 0);
    ck_assert(refused(NULL, MSG_GRADE_REFUSED_MANY));
}
END_TEST

START_TEST(too_deep_too_large)
{
    size_t len = (1 << 20) + 1;
    char *noise = malloc(len);
    unsigned state = 1;
    for (size_t i = 0; i < len; i++)
        noise[i] = (char)((state = state * 1103515245u + 12345) >> 16);
    struct archive *a = begin("a.zip", FORM_ZIP);
    add(a, "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/a.c", "x");
    add_bytes(a, "b.c", noise, len);
    end(a);
    free(noise);
    unpack("a.zip");
    ck_assert_uint_eq(u.n_files, 0);
    ck_assert(refused("1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/a.c", MSG_GRADE_REFUSED_DEEP));
    ck_assert(refused("b.c", MSG_GRADE_REFUSED_LARGE));
}
END_TEST

START_TEST(nested_twice_locked)
{
    struct archive *a = begin("a.zip", FORM_ZIP);
    add(a, "inner.zip", "PK");
    add(a, "a.c", "first");
    add(a, "a.c", "second");
    end(a);
    unpack("a.zip");
    ck_assert_uint_eq(u.n_files, 1);
    ck_assert_str_eq(buf_text(&u.files[0].content), "first");
    ck_assert(refused("inner.zip", MSG_GRADE_REFUSED_NESTED));
    ck_assert(refused("a.c", MSG_GRADE_REFUSED_TWICE));
    unpacked_release(&u);
    a = begin("b.zip", FORM_LOCKED_ZIP);
    add(a, "a.c", "secret");
    end(a);
    unpack("b.zip");
    ck_assert_uint_eq(u.n_files, 0);
    ck_assert(refused("a.c", MSG_GRADE_REFUSED_ENCRYPTED));
}
END_TEST

static void put(const char *name, const void *data, size_t len)
{
    AUTO_FREE char *path = fs_join(folder, name);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fwrite(data, 1, len, f);
    fclose(f);
}

START_TEST(damaged)
{
    struct archive *a = begin("a.tar.gz", FORM_TAR_GZ);
    static char noise[20000];
    unsigned state = 7;
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (char)((state = state * 1103515245u + 12345) >> 16);
    add(a, "a.c", "whole");
    add_bytes(a, "b.c", noise, sizeof noise);
    end(a);
    AUTO_FREE char *path = fs_join(folder, "a.tar.gz");
    ck_assert_int_eq(truncate(path, 9000), 0);
    unpack("a.tar.gz");
    ck_assert(refused(NULL, MSG_GRADE_REFUSED_DAMAGED));
    unpacked_release(&u);
    put("b.zip", noise, sizeof noise);
    unpack("b.zip");
    ck_assert(refused(NULL, MSG_GRADE_REFUSED_DAMAGED));
}
END_TEST

START_TEST(gbk_names)
{
    struct archive *a = begin("a.tar.gz", FORM_TAR_GZ);
    add(a, "\xd7\xf7\xd2\xb5/a.c", "x"); /* 作业 in GBK */
    end(a);
    unpack("a.tar.gz");
    ck_assert_uint_eq(u.n_files, 1);
    ck_assert_str_eq(u.files[0].path, "作业/a.c");
}
END_TEST

START_TEST(lines_are_limited)
{
    struct archive *a = begin("a.tar.gz", FORM_TAR_GZ);
    for (int i = 0; i < 100; i++)
        add(a, "/a.c", "x");
    end(a);
    unpack("a.tar.gz");
    ck_assert_uint_eq(u.n_refusals, UNPACK_REFUSALS_MAX + 1);
    ck_assert(refused(NULL, MSG_GRADE_REFUSED_MORE));
}
END_TEST

START_TEST(archive_is_no_file)
{
    AUTO_FREE char *link = fs_join(folder, "l.zip");
    AUTO_FREE char *fifo = fs_join(folder, "f.zip");
    ck_assert_int_eq(symlink("/etc/passwd", link), 0);
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    unpack("l.zip");
    ck_assert_uint_eq(u.n_refusals, 1);
    unpacked_release(&u);
    unpack("f.zip"); /* and does not wait for a writer */
    ck_assert(refused(NULL, MSG_GRADE_REFUSED_SPECIAL));
}
END_TEST

/* --- folders
 * -------------------------------------------------------------------------------------- */

START_TEST(folders)
{
    struct err e = {0};
    AUTO_FREE char *sub = fs_join(folder, "s/in");
    AUTO_FREE char *out = fs_join(folder, "outside");
    ck_assert_int_eq(fs_mkdirs(sub, 0755, &e), 0);
    ck_assert_int_eq(fs_mkdirs(out, 0755, &e), 0);
    put("s/in/a.c", "x", 1);
    put("s/hw.zip", "PK", 2);
    put("outside/b.c", "x", 1);
    ck_assert_int_eq(symlinkat("../outside", dir, "s/link"), 0);
    ck_assert_int_eq(symlinkat("/etc/passwd", dir, "s/b.c"), 0);
    ck_assert_int_eq(mkfifoat(dir, "s/in/b.c", 0600), 0);
    ck_assert_int_eq(unpack_folder(&u, dir, "s", &wanted, &e), 0);
    ck_assert_uint_eq(u.n_files, 1);
    ck_assert_str_eq(u.files[0].path, "in/a.c");
    ck_assert_int_gt(u.files[0].modified, 0);
    ck_assert_uint_eq(u.n_archives, 1);
    ck_assert_str_eq(u.archives[0], "hw.zip");
    ck_assert(refused("link", MSG_GRADE_REFUSED_LINK));
    ck_assert(refused("b.c", MSG_GRADE_REFUSED_LINK));
    ck_assert(refused("in/b.c", MSG_GRADE_REFUSED_SPECIAL));
    unpacked_release(&u);
    ck_assert_int_eq(unpack_folder(&u, dir, "s/link", &wanted, &e), 0);
    ck_assert_uint_eq(u.n_files, 0);
    ck_assert_uint_eq(u.n_refusals, 1);
}
END_TEST

/* --- the process that unpacks
 * ----------------------------------------------------------------------- */

START_TEST(confined)
{
    int ends[2], status = 0;
    ck_assert_int_eq(pipe(ends), 0);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        struct err e = {0};
        if (sandbox_confine(ends[0], ends[1], 5, 512, &e) != 0)
            _exit(10);
        if (open("/etc/passwd", O_RDONLY) >= 0 || errno != EPERM)
            _exit(11);
        if (fork() >= 0)
            _exit(12);
        if (kill(getppid(), 0) == 0)
            _exit(13);
        if (write(dir, "x", 1) >= 0 || errno != EBADF) /* closed with all others */
            _exit(14);
        if (write(ends[1], "ok", 2) != 2)
            _exit(15);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("unpack");
    TCase *t = tcase_create("unpack");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_loop_test(t, every_format, 0, 4);
    tcase_add_test(t, leads_outside);
    tcase_add_test(t, no_regular_file);
    tcase_add_loop_test(t, bomb, 0, 2);
    tcase_add_test(t, too_many);
    tcase_add_test(t, too_deep_too_large);
    tcase_add_test(t, nested_twice_locked);
    tcase_add_test(t, damaged);
    tcase_add_test(t, gbk_names);
    tcase_add_test(t, lines_are_limited);
    tcase_add_test(t, archive_is_no_file);
    tcase_add_test(t, folders);
    tcase_add_test(t, confined);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? 1 : 0;
}
