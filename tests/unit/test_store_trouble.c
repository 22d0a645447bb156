/* The progress file: what it survives. Damage, kill -9, neighbours. */
#include <sched.h>
#include <sys/file.h>

#include "store_place.h"

/* --- damage ------------------------------------------------------------------------------ */

START_TEST(empty_file_is_new)
{
    struct place p = new_place("empty");
    write_file(p.db, "", 0);
    struct store *s = open_quietly(p.db);
    must_add(s, true, 100);
    store_close(s);
    ck_assert(!beside(p.db, ".damaged-1"));
    place_release(&p);
}
END_TEST

static void expect_set_aside(const char *path, const char *suffix)
{
    char *notice;
    struct store *s = must_open(path, &notice);
    ck_assert_ptr_nonnull(notice);
    ck_assert_msg(strstr(notice, suffix) != NULL, "%s", notice);
    free(notice);
    ck_assert(beside(path, suffix));
    ck_assert_int_eq(progress_of(s).attempts, 0);
    must_add(s, true, 100);
    store_close(s);
    s = open_quietly(path);
    ck_assert_int_eq(progress_of(s).attempts, 1);
    store_close(s);
}

START_TEST(damaged_is_set_aside)
{
    struct place p = new_place("damaged");
    AUTO_FREE char *wal = str_format("%s-wal", p.db);
    AUTO_FREE char *shm = str_format("%s-shm", p.db);
    write_file(p.db, "this is not a database, not at all", 34);
    write_file(wal, "left", 4);
    write_file(shm, "over", 4);
    expect_set_aside(p.db, ".damaged-1");
    ck_assert(beside(p.db, ".damaged-1-wal"));
    ck_assert(beside(p.db, ".damaged-1-shm"));
    write_file(p.db, "SQLite format 3", 16); /* the magic alone, with its NUL */
    expect_set_aside(p.db, ".damaged-2");
    AUTO_FREE char *first = str_format("%s.damaged-1", p.db);
    struct buf kept = BUF_INIT;
    ck_assert_int_eq(fs_read(first, 1000, &kept, NULL), 0);
    ck_assert_str_eq(kept.data, "this is not a database, not at all");
    buf_release(&kept);
    place_release(&p);
}
END_TEST

START_TEST(torn_pages_are_found)
{
    struct place p = new_place("torn");
    struct store *s = open_quietly(p.db);
    for (int i = 0; i < 40; i++)
        must_add(s, false, i + 1);
    store_close(s);
    struct stat st;
    ck_assert_int_eq(stat(p.db, &st), 0);
    ck_assert_int_ge(st.st_size, 4 * 4096);
    int fd = open(p.db, O_WRONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    char rubbish[4096];
    memset(rubbish, 0x5a, sizeof rubbish);
    for (off_t at = 4096; at < st.st_size; at += 4096)
        ck_assert_int_eq(pwrite(fd, rubbish, sizeof rubbish, at), sizeof rubbish);
    close(fd);
    expect_set_aside(p.db, ".damaged-1");
    place_release(&p);
}
END_TEST

static int open_and_add(void *path)
{
    struct store *s;
    struct err e = {0};
    CHILD_EXPECT(store_open(&s, path, false, NULL, &e) == 0);
    CHILD_EXPECT(add(s, false, 1, &e) == 0);
    store_close(s);
    return 0;
}

/* Of several that start at once only one sets the file aside, and nobody's attempt is lost. */
START_TEST(damage_seen_by_many)
{
    enum { MANY = 6 };
    struct place p = new_place("many");
    write_file(p.db, "rubbish rubbish rubbish rubbish", 31);
    int start[2];
    ck_assert_int_eq(pipe2(start, O_CLOEXEC), 0);
    pid_t pids[MANY];
    for (int i = 0; i < MANY; i++) {
        pids[i] = fork();
        ck_assert_int_ge(pids[i], 0);
        if (pids[i] == 0) {
            char c;
            close(start[1]);
            (void)!read(start[0], &c, 1); /* EOF is the starting shot */
            _exit(open_and_add(p.db));
        }
    }
    close(start[1]);
    for (int i = 0; i < MANY; i++) {
        int status;
        ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
        ck_assert_int_eq(status, 0);
    }
    close(start[0]);
    ck_assert(beside(p.db, ".damaged-1"));
    ck_assert(!beside(p.db, ".damaged-2"));
    struct store *s = open_quietly(p.db);
    ck_assert_int_eq(progress_of(s).attempts, MANY);
    store_close(s);
    place_release(&p);
}
END_TEST

/* Has the process this folder open? */
static bool has_open(pid_t pid, const char *folder)
{
    char path[64], target[4096];
    for (int fd = 0; fd < 64; fd++) {
        snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)pid, fd);
        ssize_t len = readlink(path, target, sizeof target - 1);
        if (len > 0 && (size_t)len == strlen(folder) && memcmp(target, folder, (size_t)len) == 0)
            return true;
    }
    return false;
}

/* While somebody else has the folder's lock, the file is neither made nor touched. */
START_TEST(opening_waits_for_its_turn)
{
    struct place p = new_place("turn");
    int lock = open(p.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), status = -1;
    ck_assert_int_ge(lock, 0);
    ck_assert_int_eq(flock(lock, LOCK_EX), 0);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        close(lock);
        _exit(open_and_add(p.db));
    }
    while (!has_open(pid, p.dir)) {
        ck_assert_msg(waitpid(pid, &status, WNOHANG) == 0, "it did not wait");
        sched_yield();
    }
    ck_assert(!fs_exists(p.db));
    close(lock);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    ck_assert(fs_exists(p.db));
    place_release(&p);
}
END_TEST

/* --- kill -9 and neighbours -------------------------------------------------------------- */

/* Record for ever; one byte down the pipe for every call that returned 0. */
static int record_for_ever(const char *path, int out)
{
    struct store *s;
    struct err e = {0};
    CHILD_EXPECT(store_open(&s, path, false, NULL, &e) == 0);
    for (int i = 1;; i++) {
        CHILD_EXPECT(add(s, false, i, &e) == 0);
        CHILD_EXPECT(write(out, "x", 1) == 1);
    }
}

START_TEST(kill_9_loses_nothing)
{
    struct place p = new_place("kill");
    int confirmed = 0;
    for (int round = 1; round <= 6; round++) {
        int ends[2];
        ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
        pid_t pid = fork();
        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
            close(ends[0]);
            _exit(record_for_ever(p.db, ends[1]));
        }
        close(ends[1]);
        char bytes[64];
        for (int i = 0; i < round * 3; i++) {
            ck_assert_int_eq(read(ends[0], bytes, 1), 1);
            confirmed++;
        }
        ck_assert_int_eq(kill(pid, SIGKILL), 0);
        int status;
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert(WIFSIGNALED(status));
        for (ssize_t n; (n = read(ends[0], bytes, sizeof bytes)) > 0;)
            confirmed += (int)n; /* what it had still said before it died */
        close(ends[0]);
        struct store *s = open_quietly(p.db);
        int there = progress_of(s).attempts;
        ck_assert_int_ge(there, confirmed);
        ck_assert_int_le(there, confirmed + 1); /* recorded, but killed before it could say so */
        confirmed = there;
        store_close(s);
    }
    place_release(&p);
}
END_TEST

START_TEST(two_processes_write)
{
    enum { EACH = 25 };
    struct place p = new_place("two");
    struct store *s = open_quietly(p.db);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        struct store *other;
        bool good = store_open(&other, p.db, false, NULL, NULL) == 0;
        for (int i = 0; good && i < EACH; i++)
            good = add(other, false, i, NULL) == 0;
        if (good)
            store_close(other);
        _exit(good ? 0 : 1);
    }
    for (int i = 0; i < EACH; i++)
        must_add(s, false, i);
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(progress_of(s).attempts, 2 * EACH);
    store_close(s);
    place_release(&p);
}
END_TEST

/* The one test that has to wait: for the end of the five seconds. */
START_TEST(busy_is_said)
{
    struct place p = new_place("busy");
    struct store *s = open_quietly(p.db);
    sqlite3 *other;
    ck_assert_int_eq(sqlite3_open(p.db, &other), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    struct err e = {0};
    ck_assert_int_eq(store_set(s, "lang", "en", &e), -1);
    ck_assert_msg(strstr(e.text, "5") != NULL, "%s", e.text);
    ck_assert_int_eq(progress_of(s).attempts, 0); /* reading goes on beside a writer */
    ck_assert_int_eq(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    ck_assert_int_eq(store_set(s, "lang", "en", &e), 0);
    sqlite3_close(other);
    store_close(s);
    place_release(&p);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("store-trouble");
    TCase *damage = tcase_create("damage");
    tcase_set_timeout(damage, 120); /* a last resort only */
    tcase_add_test(damage, empty_file_is_new);
    tcase_add_test(damage, damaged_is_set_aside);
    tcase_add_test(damage, torn_pages_are_found);
    tcase_add_test(damage, damage_seen_by_many);
    tcase_add_test(damage, opening_waits_for_its_turn);
    suite_add_tcase(s, damage);
    TCase *processes = tcase_create("processes");
    tcase_set_timeout(processes, 120); /* a last resort only */
    tcase_add_test(processes, kill_9_loses_nothing);
    tcase_add_test(processes, two_processes_write);
    tcase_add_test(processes, busy_is_said);
    suite_add_tcase(s, processes);
    return s;
}

int main(void)
{
    return run_suite(suite());
}
