/* Noticing that one of some files was saved. inotify on their folder (editors replace files, so a
 * watch on the file itself would lose it); where that fails, or on file systems that do not report
 * changes made elsewhere (9p of WSL, NFS, shared folders), the modification times once a second. */
#ifndef TUI_FILE_WATCH_H
#define TUI_FILE_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

struct stamp { /* enough to see that a file changed */
    struct timespec changed;
    off_t size;
    ino_t inode;
};

struct file_watch {
    int fd;               /* inotify; -1: polling */
    int wd;               /* watch of the folder, -1: none */
    char *dir;            /* owned */
    char **names;         /* owned */
    struct stamp *stamps; /* owned */
    size_t n_names;
    unsigned long long look_at; /* clock_ns() of the next look when polling, 0: none */
    bool limited;               /* polling because the system gives no more watches */
};

void file_watch_init(struct file_watch *w);
void file_watch_release(struct file_watch *w);
/* Watch these files of a folder instead of the ones before; n_names 0: nothing. */
void file_watch_set(struct file_watch *w, const char *dir, const char *const *names,
                    size_t n_names);
/* Take what happened; true when one of the files was saved. Never blocks. */
bool file_watch_take(struct file_watch *w);

#endif
