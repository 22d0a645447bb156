/* Limits by control groups: finding ours, and what is written where. The files of a group are
 * ordinary ones here; whether the kernel enforces them is the kernel's affair. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "sandbox/cgroup.h"

static const char mounts[] = "proc /proc proc rw 0 0\ncgroup /sys/fs/cgroup/pids cgroup rw 0 0\n"
                             "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n";

START_TEST(group_is_located)
{
    static const struct {
        const char *cgroup, *mounts, *group;
    } list[] = {
        {"0::/\n", mounts, "/sys/fs/cgroup"},
        {"0::/user.slice/a.scope\n", mounts, "/sys/fs/cgroup/user.slice/a.scope"},
        {"8:pids:/x\n0::/y\n", mounts, "/sys/fs/cgroup/y"},
        {"10::/x\n", mounts, NULL},
        {"8:pids:/x\n", mounts, NULL},
        {"0::/../outside\n", mounts, NULL},
        {"0::/x\n", "proc /proc proc rw 0 0\n", NULL},
        {"", "", NULL},
    };
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        AUTO_FREE char *found = cgroup_locate(list[i].cgroup, list[i].mounts);
        ck_assert_pstr_eq(found, list[i].group);
    }
}
END_TEST

START_TEST(controllers_are_whole_words)
{
    ck_assert(cgroup_offers("cpuset cpu io memory pids\n"));
    ck_assert(cgroup_offers("pids memory"));
    ck_assert(!cgroup_offers("memory\n"));
    ck_assert(!cgroup_offers("memory.max pids\n"));
    ck_assert(!cgroup_offers("hugetlb"));
    ck_assert(!cgroup_offers(""));
}
END_TEST

static char parent[] = "/tmp/ipclab-cgroup-XXXXXX";

/* Where mkdir does not bring the files of a group along, there is no group. */
START_TEST(failure_leaves_nothing)
{
    struct cgroup c = {NULL};
    struct err e = {0};
    ck_assert_ptr_nonnull(mkdtemp(parent));
    ck_assert_int_eq(cgroup_make(&c, parent, 1 << 20, 10, &e), -1);
    ck_assert_ptr_null(c.path);
    ck_assert_ptr_nonnull(strstr(e.text, parent));
    ck_assert_int_eq(rmdir(parent), 0); /* is empty */
    ck_assert_int_eq(cgroup_make(&c, parent, 1 << 20, 10, &e), -1);
    cgroup_remove(&c);
}
END_TEST

static void touch(const char *folder, const char *name)
{
    AUTO_FREE char *path = fs_join(folder, name);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fclose(f);
}

START_TEST(joining_writes_to_procs)
{
    struct err e = {0};
    struct cgroup none = {NULL}, c = {parent};
    struct buf b = BUF_INIT;
    ck_assert_ptr_nonnull(mkdtemp(parent));
    touch(parent, "cgroup.procs");
    ck_assert_int_eq(cgroup_join(&none, &e), 0);
    ck_assert_int_eq(cgroup_join(&c, &e), 0);
    AUTO_FREE char *procs = fs_join(parent, "cgroup.procs");
    ck_assert_int_eq(fs_read(procs, 100, &b, &e), 0);
    ck_assert_str_eq(buf_text(&b), "0");
    buf_release(&b);
    fs_remove_tree(parent, NULL);
}
END_TEST

/* On this machine: a path that exists, or the reason why not. */
START_TEST(a_reason_is_given)
{
    AUTO_FREE char *why = NULL;
    AUTO_FREE char *group = cgroup_parent(&why);
    ck_assert(group ? fs_is_dir(group) : why && why[0]);
    if (!group)
        return;
    struct cgroup c = {NULL};
    struct err e = {0};
    ck_assert_msg(cgroup_make(&c, group, 64 << 20, 20, &e) == 0, "%s", e.text);
    AUTO_FREE char *path = str_dup(c.path);
    cgroup_remove(&c);
    ck_assert(!fs_exists(path));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cgroup");
    TCase *all = tcase_create("all");
    tcase_add_test(all, group_is_located);
    tcase_add_test(all, controllers_are_whole_words);
    tcase_add_test(all, failure_leaves_nothing);
    tcase_add_test(all, joining_writes_to_procs);
    tcase_add_test(all, a_reason_is_given);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
