/* Where labs, solutions, tests and built programs are, whether run from a source tree or installed.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "course/course.h"

/* Takes over `build`. */
static void layout_of_tree(struct layout *l, const char *root, char *build)
{
    l->labs = fs_join(root, "labs");
    l->solutions = fs_join(root, "solutions");
    l->tests = fs_join(root, "tests");
    l->build = build;
}

static void layout_of_prefix(struct layout *l, const char *prefix)
{
    l->labs = fs_join(prefix, "share/ipclab/labs");
    l->solutions = fs_join(prefix, "share/ipclab/solutions");
    l->tests = fs_join(prefix, "share/ipclab/tests");
    l->build = fs_join(prefix, "lib/ipclab");
}

static bool has_dir(const char *dir, const char *name)
{
    AUTO_FREE char *path = fs_join(dir, name);
    return fs_is_dir(path);
}

/* The path of this program. After a rebuild the kernel appends " (deleted)" to the old file's name.
 */
static char *own_path(struct err *e)
{
    AUTO_FREE char *path = mem_alloc(PATH_MAX);
    ssize_t len = readlink("/proc/self/exe", path, PATH_MAX - 1);
    if (len <= 0) {
        err_sys(e, MSG_COURSE_NO_EXE);
        return NULL;
    }
    static const char deleted[] = " (deleted)";
    size_t tail = sizeof deleted - 1;
    if ((size_t)len > tail && memcmp(path + len - tail, deleted, tail) == 0)
        len -= (ssize_t)tail;
    return str_ndup(path, (size_t)len);
}

/* The nearest folder above this program that has what a build leaves; NULL when there is none. */
static char *build_folder(const char *exe)
{
    AUTO_FREE char *dir = str_dup(exe);
    for (char *slash = strrchr(dir, '/'); slash != NULL; slash = strrchr(dir, '/')) {
        *slash = '\0';
        AUTO_FREE char *init = fs_join(dir, "lab-init");
        if (fs_exists(init))
            return str_dup(dir);
    }
    return NULL;
}

static int find_by_variable(struct layout *l, const char *root, struct err *e)
{
    /* Absolute, because programs that use the layout change their folder. */
    AUTO_FREE char *absolute = realpath(root, NULL);
    if (absolute == NULL)
        return err_sys(e, MSG_COURSE_BAD_ROOT, root);
    if (!has_dir(absolute, "labs"))
        return err_msg(e, MSG_COURSE_ROOT_WITHOUT_LABS, absolute);
    AUTO_FREE char *exe = own_path(NULL);
    char *build = has_dir(absolute, "build") || exe == NULL ? NULL : build_folder(exe);
    layout_of_tree(l, absolute, build != NULL ? build : fs_join(absolute, "build"));
    return 0;
}

/* Does `dir` (an ancestor of this program; `rest` is the path below it) hold the course? A second
 * build folder beside the first one, such as build-asan, is fine. */
static bool find_at(struct layout *l, const char *dir, const char *rest, const char *exe)
{
    if (strncmp(rest, "build", 5) == 0 && has_dir(dir, "labs")) {
        char *build = build_folder(exe);
        if (build == NULL)
            build = str_format("%s/%.*s", dir, (int)strcspn(rest, "/"), rest);
        layout_of_tree(l, dir, build);
        return true;
    }
    bool in_prefix = strncmp(rest, "bin/", 4) == 0 || strncmp(rest, "lib/ipclab/", 11) == 0;
    if (in_prefix && has_dir(dir, "share/ipclab/labs")) {
        layout_of_prefix(l, dir);
        return true;
    }
    return false;
}

int layout_find(struct layout *l, struct err *e)
{
    *l = (struct layout){0};
    const char *root = getenv("IPCLAB_ROOT");
    if (root != NULL && root[0] != '\0')
        return find_by_variable(l, root, e);
    AUTO_FREE char *exe = own_path(e);
    if (exe == NULL)
        return -1;
    AUTO_FREE char *dir = str_dup(exe);
    for (char *slash = strrchr(dir, '/'); slash != NULL; slash = strrchr(dir, '/')) {
        *slash = '\0';
        if (find_at(l, slash == dir ? "/" : dir, exe + (slash - dir) + 1, exe))
            return 0;
    }
    return err_msg(e, MSG_COURSE_NO_LABS, exe);
}

void layout_release(struct layout *l)
{
    free(l->labs);
    free(l->solutions);
    free(l->tests);
    free(l->build);
    *l = (struct layout){0};
}
