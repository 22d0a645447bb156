#include "observe/imports.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

static bool holds(const struct buf *program, const char *name)
{
    char with_nuls[64] = "";
    size_t len = strlen(name) + 2;
    snprintf(with_nuls + 1, sizeof with_nuls - 1, "%s", name);
    return memmem(buf_text(program), program->len, with_nuls, len) != NULL;
}

static bool read_all(int fd, size_t max, struct buf *into)
{
    static char chunk[16384];
    ssize_t n;
    while ((n = read(fd, chunk, sizeof chunk)) > 0 && into->len <= max)
        buf_add(into, chunk, (size_t)n);
    return n == 0;
}

bool imports_any(int dir, const char *path, size_t max, const char *const *names)
{
    struct buf program = BUF_INIT;
    int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
    bool found = fd < 0 || !read_all(fd, max, &program) || !holds(&program, "libc.so.6");
    for (; !found && *names; names++)
        found = holds(&program, *names);
    if (fd >= 0)
        close(fd);
    buf_release(&program);
    return found;
}
