#include "course/backup.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/fs.h"

enum { BACKUPS_MAX = 9999 };

/* Is `entry` a backup of `name`: "name.bak-N"? */
static bool is_backup(const char *entry, const char *name)
{
    size_t len = strlen(name);

    if (strncmp(entry, name, len) != 0 || strncmp(entry + len, ".bak-", 5) != 0)
        return false;
    const char *number = entry + len + 5;
    return *number && strspn(number, "0123456789") == strlen(number);
}

static int newest_first(const void *a, const void *b)
{
    const struct backup *x = a, *y = b;

    if (x->when.tv_sec != y->when.tv_sec)
        return x->when.tv_sec < y->when.tv_sec ? 1 : -1;
    if (x->when.tv_nsec != y->when.tv_nsec)
        return x->when.tv_nsec < y->when.tv_nsec ? 1 : -1;
    return strcmp(x->path, y->path);
}

struct backup *backup_list(const struct exercise *x, const char *dir, size_t *count)
{
    size_t n = 0;
    AUTO_FREE const char **names = exercise_sources(x, &n);
    struct backup *list = NULL;
    DIR *d = opendir(dir);

    *count = 0;
    for (struct dirent *item; d && (item = readdir(d));) {
        size_t i = 0;
        struct stat st;

        while (i < n && !is_backup(item->d_name, names[i]))
            i++;
        if (i == n || fstatat(dirfd(d), item->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
            !S_ISREG(st.st_mode))
            continue;
        list = mem_grow(list, *count + 1, sizeof *list);
        list[(*count)++] = (struct backup){names[i], fs_join(dir, item->d_name), st.st_mtim};
    }
    if (d)
        closedir(d);
    if (list)
        qsort(list, *count, sizeof *list, newest_first);
    return list;
}

void backups_free(struct backup *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(list[i].path);
    free(list);
}

bool backup_same(const char *path, const char *other)
{
    struct buf x = BUF_INIT, y = BUF_INIT;
    bool same = fs_read(path, BACKUP_FILE_MAX, &x, NULL) == 0 &&
                fs_read(other, BACKUP_FILE_MAX, &y, NULL) == 0 && x.len == y.len &&
                memcmp(buf_text(&x), buf_text(&y), x.len) == 0;

    buf_release(&x);
    buf_release(&y);
    return same;
}

int backup_make(const char *path, struct err *e)
{
    for (int n = 1; n <= BACKUPS_MAX; n++) {
        AUTO_FREE char *backup = str_format("%s.bak-%d", path, n);

        if (fs_exists(backup))
            continue;
        return fs_copy(path, backup, BACKUP_FILE_MAX, 0644, e);
    }
    return err_msg(e, MSG_COURSE_TOO_MANY_BACKUPS, path);
}

int backup_restore(const struct exercise *x, const char *dir, const struct backup *b, struct err *e)
{
    AUTO_FREE char *path = fs_join(dir, b->file);
    AUTO_FREE char *skeleton = fs_join(x->lab_dir, b->file);
    struct buf text = BUF_INIT;
    int result = 1;

    if (backup_same(path, b->path))
        return 0;
    if (fs_read(b->path, BACKUP_FILE_MAX, &text, e) < 0 ||
        (fs_exists(path) && !backup_same(path, skeleton) && backup_make(path, e) < 0) ||
        fs_write(path, buf_text(&text), text.len, e) < 0)
        result = -1;
    buf_release(&text);
    return result;
}
