/* The progress file where it cannot be written: folders without permission, disks without room. */
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "store_place.h"

/* --- nothing can be written -------------------------------------------------------------- */

/* Root may write anywhere, so the test becomes nobody. */
static int become_nobody(void)
{
    if (geteuid() != 0)
        return 0;
    return setgroups(0, NULL) == 0 && setgid(65534) == 0 && setuid(65534) == 0 ? 0 : -1;
}

struct read_only_case {
    const char *path;
    int attempts;       /* that must be seen */
    const char *notice; /* a word of the notice */
};

static int read_as_nobody(void *arg)
{
    const struct read_only_case *c = arg;
    struct store *s;
    struct progress g;
    struct err e = {0};
    char *notice = NULL;
    CHILD_EXPECT(become_nobody() == 0);
    if (store_open(&s, c->path, false, &notice, &e) < 0) {
        fprintf(stderr, "%s\n", e.text);
        return 2;
    }
    CHILD_EXPECT(notice != NULL && strstr(notice, c->notice) != NULL);
    CHILD_EXPECT(store_is_read_only(s));
    CHILD_EXPECT(store_progress(s, exercise.id, &g, &e) == 0);
    CHILD_EXPECT(g.attempts == c->attempts);
    CHILD_EXPECT(add(s, true, 1, &e) == -1 && strstr(e.text, c->path));
    CHILD_EXPECT(store_set(s, "lang", "en", &e) == -1 && strstr(e.text, "权限"));
    CHILD_EXPECT(store_add_hint(s, exercise.id, 1, &e) == -1);
    CHILD_EXPECT(store_add_peek(s, exercise.id, &e) == -1);
    CHILD_EXPECT(store_reopen(s, exercise.id, &e) == -1);
    free(notice);
    store_close(s);
    return 0;
}

static void expect_read_only(struct place *p, int attempts, const char *word)
{
    ck_assert_int_eq(chmod(p->dir, 0555), 0);
    struct read_only_case c = {p->db, attempts, word};
    int status = in_child(read_as_nobody, &c);
    ck_assert_int_eq(chmod(p->dir, 0755), 0);
    ck_assert_int_eq(status, 0);
}

START_TEST(read_only_folder)
{
    struct place p = new_place("read-only");
    expect_read_only(&p, 0, "不可写"); /* no file yet */
    ck_assert(!fs_exists(p.db));
    struct store *s = open_quietly(p.db);
    must_add(s, true, 100);
    must_add(s, true, 200);
    expect_read_only(&p, 2, "不可写"); /* beside a running writer, -wal and -shm there */
    store_close(s);
    expect_read_only(&p, 2, "不可写"); /* closed in good order */
    ck_assert(!beside(p.db, "-shm"));
    place_release(&p);
}
END_TEST

/* The writer was killed, so the newest attempts are in the log only; then the -shm file went. */
START_TEST(read_only_with_a_log)
{
    struct place p = new_place("read-only-log");
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        struct store *s;
        if (store_open(&s, p.db, false, NULL, NULL) == 0 && add(s, false, 1, NULL) == 0 &&
            add(s, false, 2, NULL) == 0)
            raise(SIGKILL);
        _exit(1);
    }
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFSIGNALED(status));
    ck_assert(beside(p.db, "-wal"));
    expect_read_only(&p, 2, "不可写");
    AUTO_FREE char *shm = str_format("%s-shm", p.db);
    ck_assert_int_eq(unlink(shm), 0);
    expect_read_only(&p, 2, "不可写");
    ck_assert(!fs_exists(shm));
    place_release(&p);
}
END_TEST

START_TEST(read_only_old_and_damaged)
{
    struct place p = new_place("read-only-old");
    run_sql(p.db, VERSION_1);
    expect_read_only(&p, 4, "不可写");
    ck_assert_int_eq(peek_number(p.db, "PRAGMA user_version"), 1); /* not migrated on disk */
    write_file(p.db, "rubbish rubbish rubbish rubbish", 31);
    expect_read_only(&p, 0, "损坏");
    ck_assert(!beside(p.db, ".damaged-1"));
    place_release(&p);
}
END_TEST

START_TEST(read_only_on_request)
{
    struct place p = new_place("read-only-wish");
    struct store *s = open_quietly(p.db), *reader;
    struct err e = {0};
    char *notice;
    must_add(s, true, 100);
    ck_assert_int_eq(store_open(&reader, p.db, true, &notice, &e), 0);
    ck_assert_ptr_null(notice); /* asked for, so nothing to say */
    ck_assert(store_is_read_only(reader));
    ck_assert_int_eq(progress_of(reader).attempts, 1);
    must_add(s, true, 200);
    ck_assert_int_eq(progress_of(reader).attempts, 2); /* sees what the other records */
    ck_assert_int_eq(add(reader, true, 300, &e), -1);
    store_close(reader);
    store_close(s);
    ck_assert_int_eq(store_open(&reader, p.db, true, &notice, &e), 0);
    ck_assert_int_eq(progress_of(reader).attempts, 2);
    ck_assert(!beside(p.db, "-shm") && !beside(p.db, "-wal")); /* nothing was written */
    store_close(reader);
    place_release(&p);
}
END_TEST

/* --- no room ----------------------------------------------------------------------------- */

/* A file that takes all the room there is. */
static int fill_up(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    char block[4096] = {0};
    size_t len = sizeof block;
    while (len > 0)
        if (write(fd, block, len) < 0)
            len /= 2;
    return close(fd);
}

static char *large_text(void)
{
    char *text = mem_alloc(200001);
    memset(text, 'x', 200000);
    return text;
}

static int expect_full(struct store *s)
{
    struct err e = {0};
    struct progress g;
    AUTO_FREE char *large = large_text();
    CHILD_EXPECT(store_set(s, "large", large, &e) == -1);
    CHILD_EXPECT(strstr(e.text, "满") != NULL);
    AUTO_FREE char *kept = store_get(s, "lang");
    CHILD_EXPECT(str_equal(kept, "zh"));
    CHILD_EXPECT(store_get(s, "large") == NULL);
    CHILD_EXPECT(store_progress(s, exercise.id, &g, &e) == 0 && g.attempts == 2);
    return 0;
}

static int begin_store(struct store **s, const char *path)
{
    struct err e = {0};
    CHILD_EXPECT(store_open(s, path, false, NULL, &e) == 0);
    CHILD_EXPECT(store_set(*s, "lang", "zh", &e) == 0);
    CHILD_EXPECT(add(*s, false, 1, &e) == 0 && add(*s, true, 2, &e) == 0);
    return 0;
}

/* Opening on a full disk: what was recorded can be read, and the notice says what is wrong. */
static int open_when_full(const char *path)
{
    struct store *s;
    struct err e = {0};
    char *notice = NULL;
    CHILD_EXPECT(store_open(&s, path, false, &notice, &e) == 0);
    CHILD_EXPECT(notice != NULL && strstr(notice, "满"));
    CHILD_EXPECT(store_is_read_only(s));
    AUTO_FREE char *kept = store_get(s, "lang");
    CHILD_EXPECT(str_equal(kept, "zh"));
    free(notice);
    store_close(s);
    return 0;
}

static int on_full_disk(void *arg)
{
    const struct place *p = arg;
    AUTO_FREE char *filler = fs_join(p->dir, "filler");
    AUTO_FREE char *large = large_text();
    struct store *s;
    struct err e = {0};
    CHILD_EXPECT(begin_store(&s, p->db) == 0);
    CHILD_EXPECT(fill_up(filler) == 0);
    CHILD_EXPECT(expect_full(s) == 0);
    CHILD_EXPECT(unlink(filler) == 0);
    CHILD_EXPECT(store_set(s, "large", large, &e) == 0); /* goes on as soon as there is room */
    store_close(s);
    CHILD_EXPECT(fill_up(filler) == 0);
    CHILD_EXPECT(open_when_full(p->db) == 0);
    CHILD_EXPECT(unlink(filler) == 0);
    return 0;
}

static int on_file_limit(void *arg)
{
    const struct place *p = arg;
    struct store *s;
    CHILD_EXPECT(begin_store(&s, p->db) == 0);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit = {150000, 150000};
    CHILD_EXPECT(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    CHILD_EXPECT(expect_full(s) == 0);
    store_close(s);
    return 0;
}

enum { CANNOT_MOUNT = 77 };

static bool put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        close(fd);
    return good;
}

/* Namespaces in which this process may mount: as root at once, else with a user namespace. */
static bool enter_namespaces(void)
{
    if (geteuid() == 0)
        return unshare(CLONE_NEWNS) == 0;
    AUTO_FREE char *uid = str_format("0 %u 1", (unsigned)geteuid());
    AUTO_FREE char *gid = str_format("0 %u 1", (unsigned)getegid());
    return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && put("/proc/self/uid_map", uid) &&
           put("/proc/self/setgroups", "deny") && put("/proc/self/gid_map", gid);
}

static int on_tiny_mount(void *arg)
{
    const struct place *p = arg;
    if (!enter_namespaces() || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("tmpfs", p->dir, "tmpfs", 0, "size=768k") < 0)
        return CANNOT_MOUNT;
    return on_full_disk(arg);
}

START_TEST(full_disk)
{
    struct place p = new_place("full");
    int status = in_child(on_tiny_mount, &p);
    ck_assert(status == 0 || status == CANNOT_MOUNT);
    place_release(&p);
}
END_TEST

START_TEST(file_size_limit)
{
    struct place p = new_place("limit");
    ck_assert_int_eq(in_child(on_file_limit, &p), 0);
    struct store *s = open_quietly(p.db);
    ck_assert_int_eq(progress_of(s).attempts, 2);
    store_close(s);
    place_release(&p);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("store-places");
    TCase *read_only = tcase_create("read_only");
    tcase_set_timeout(read_only, 120); /* a last resort only */
    tcase_add_test(read_only, read_only_folder);
    tcase_add_test(read_only, read_only_with_a_log);
    tcase_add_test(read_only, read_only_old_and_damaged);
    tcase_add_test(read_only, read_only_on_request);
    suite_add_tcase(s, read_only);
    TCase *room = tcase_create("room");
    tcase_set_timeout(room, 120); /* a last resort only */
    tcase_add_test(room, full_disk);
    tcase_add_test(room, file_size_limit);
    suite_add_tcase(s, room);
    return s;
}

int main(void)
{
    return run_suite(suite());
}
