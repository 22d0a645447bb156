#include "grade/builds.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/fs.h"

enum { PROGRAM_MAX = 64 << 20, EVENT_MAX = 4 << 20 };

struct builds {
    struct folder folder; /* out/KEY/ holds the programs and, written last, "event" */
};

struct builds *builds_new(struct err *e)
{
    struct builds *b = mem_alloc(sizeof *b);
    if (folder_make(&b->folder, e) == 0)
        return b;
    free(b);
    return NULL;
}

void builds_free(struct builds *b)
{
    if (!b)
        return;
    folder_remove(&b->folder);
    free(b);
}

static int copy_programs(const char *from, const char *to, const struct exercise *x)
{
    int rc = 0;
    for (size_t i = 0; i < x->n_programs && rc == 0; i++) {
        AUTO_FREE char *source = fs_join(from, x->programs[i].name);
        AUTO_FREE char *target = fs_join(to, x->programs[i].name);
        rc = fs_copy(source, target, PROGRAM_MAX, 0755, NULL);
    }
    return rc;
}

char *builds_take(const struct builds *b, const struct folder *f, const struct exercise *x)
{
    AUTO_FREE char *kept = fs_join(b->folder.out, f->key);
    AUTO_FREE char *event = fs_join(kept, "event");
    struct buf line = BUF_INIT;
    if (fs_exists(event) && fs_read(event, EVENT_MAX, &line, NULL) == 0 &&
        copy_programs(kept, f->out, x) == 0)
        return buf_steal(&line);
    buf_release(&line);
    return NULL;
}

void builds_keep(const struct builds *b, const struct folder *f, const struct exercise *x,
                 const char *event, size_t len)
{
    AUTO_FREE char *kept = fs_join(b->folder.out, f->key);
    AUTO_FREE char *path = fs_join(kept, "event");
    if (fs_exists(path))
        return;
    if (fs_mkdirs(kept, 0700, NULL) != 0 || copy_programs(f->out, kept, x) != 0 ||
        fs_write(path, event, len, NULL) != 0)
        fs_remove_tree(kept, NULL);
}
