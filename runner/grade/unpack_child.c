/* Reading one archive, in a process that can do nothing else. */
#include "grade/unpack_child.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox/confine.h"

enum { MEMORY_MB = 512, BLOCK = 64 << 10, RATIO_FROM = 4 << 20 };

struct child {
    int out;
    struct archive *a;
    const struct unpack_wanted *wanted;
    long long packed; /* size of the archive file */
    uint32_t others;
    long long read; /* unpacked bytes of entries so far */
};

static void put(int fd, const void *data, size_t len)
{
    for (const char *p = data; len;) {
        ssize_t n = write(fd, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            _exit(3); /* nobody listens */
        p += n;
        len -= (size_t)n;
    }
}

static void message(const struct child *c, enum message_kind kind, uint32_t reason,
                    const char *path, const void *data, size_t len)
{
    const struct message_head h = {.kind = kind,
                                   .reason = reason,
                                   .path_len = (uint32_t)strlen(path),
                                   .data_len = (uint32_t)len};
    put(c->out, &h, sizeof h);
    put(c->out, path, h.path_len);
    put(c->out, data, len);
}

static void refuse(const struct child *c, enum unpack_reason reason, const char *path)
{
    message(c, MESSAGE_REFUSAL, reason, path, "", 0);
}

static _Noreturn void stop(const struct child *c, enum unpack_reason reason, const char *text)
{
    message(c, MESSAGE_REFUSAL, reason, "", text, strlen(text));
    message(c, MESSAGE_END, 0, "", "", 0);
    _exit(0);
}

/* Windows programs write "\" between folders. UTF-8 where the archive says so, else as it is. */
static char *entry_path(struct archive_entry *entry)
{
    const char *raw = archive_entry_pathname_utf8(entry);
    if (!raw)
        raw = archive_entry_pathname(entry);
    char *path = raw && strlen(raw) < 4096 ? str_dup(raw) : NULL;
    for (char *p = path; p && *p; p++)
        if (*p == '\\')
            *p = '/';
    return path;
}

/* 0 when the path stays inside; "./" at the front is dropped in place. */
static int check_path(char *path, enum unpack_reason *why)
{
    int depth = 0;
    while (path[0] == '.' && path[1] == '/')
        memmove(path, path + 2, strlen(path + 2) + 1);
    *why = REASON_ABSOLUTE;
    if (path[0] == '/' || (path[0] && path[1] == ':'))
        return -1;
    for (const char *p = path; *p; depth++) {
        size_t len = strcspn(p, "/");
        *why = REASON_DOTS;
        if (len == 2 && p[0] == '.' && p[1] == '.')
            return -1;
        p += len;
        p += strspn(p, "/");
    }
    *why = REASON_DEEP;
    return depth > UNPACK_DEPTH_MAX ? -1 : 0;
}

static bool is_wanted(const struct child *c, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    for (size_t i = 0; i < c->wanted->count; i++)
        if (strcmp(c->wanted->names[i], base) == 0)
            return true;
    return false;
}

static void check_total(const struct child *c)
{
    long long through = archive_filter_bytes(c->a, 0); /* all a tar stream has become */
    long long total = c->read > through ? c->read : through;
    if (total > UNPACK_TOTAL_MAX ||
        (total > RATIO_FROM && total / (c->packed + 1) > UNPACK_RATIO_MAX))
        stop(c, REASON_BOMB, "");
}

static _Noreturn void stop_broken(const struct child *c)
{
    const char *text = archive_error_string(c->a);
    text = text ? text : "";
    /* libarchive 3.6 reads through NULL when it recognised no format and is asked for encryption */
    bool encrypted = (archive_format(c->a) != 0 && archive_read_has_encrypted_entries(c->a) > 0) ||
                     strcasestr(text, "encrypt") || strcasestr(text, "passphrase");
    bool memory = archive_errno(c->a) == ENOMEM || strcasestr(text, "memory");
    stop(c, encrypted ? REASON_ENCRYPTED : memory ? REASON_MEMORY : REASON_DAMAGED, text);
}

static void take(struct child *c, const char *path, bool counted)
{
    struct buf content = BUF_INIT;
    char *block = mem_alloc(BLOCK);
    ssize_t n = 0;
    while (content.len <= UNPACK_FILE_MAX && (n = archive_read_data(c->a, block, BLOCK)) > 0) {
        c->read += counted ? 0 : n;
        check_total(c);
        buf_add(&content, block, (size_t)n);
    }
    free(block);
    if (n < 0)
        stop_broken(c);
    if (content.len > UNPACK_FILE_MAX)
        refuse(c, REASON_LARGE, path);
    else
        message(c, MESSAGE_FILE, 0, path, buf_text(&content), content.len);
    buf_release(&content);
}

static void on_file(struct child *c, struct archive_entry *entry, const char *path)
{
    bool counted = archive_entry_size_is_set(entry);
    if (counted)
        c->read += archive_entry_size(entry); /* also of what is passed over: that costs as much */
    check_total(c);
    if (archive_entry_is_encrypted(entry))
        refuse(c, REASON_ENCRYPTED, path);
    else if (is_wanted(c, path))
        take(c, path, counted);
    else if (unpack_is_archive(path))
        refuse(c, REASON_NESTED, path);
    else
        c->others++;
}

static void on_entry(struct child *c, struct archive_entry *entry)
{
    enum unpack_reason why;
    AUTO_FREE char *path = entry_path(entry);
    if (!path || !*path) {
        refuse(c, REASON_NO_NAME, "");
        return;
    }
    bool link = archive_entry_hardlink(entry) != NULL || archive_entry_filetype(entry) == AE_IFLNK;
    if (check_path(path, &why) != 0)
        refuse(c, why, path);
    else if (link)
        refuse(c, REASON_LINK, path);
    else if (archive_entry_filetype(entry) == AE_IFDIR)
        return;
    else if (archive_entry_filetype(entry) != AE_IFREG)
        refuse(c, REASON_SPECIAL, path);
    else
        on_file(c, entry, path);
}

static struct archive *open_archive(int in)
{
    struct archive *a = archive_read_new();
    if (!a)
        return NULL;
    /* by name: "all" would include filters that start programs */
    archive_read_support_filter_gzip(a);
    archive_read_support_filter_xz(a);
    archive_read_support_filter_bzip2(a);
    archive_read_support_format_tar(a);
    archive_read_support_format_zip(a);
    archive_read_support_format_7zip(a);
    archive_read_open_fd(a, in, BLOCK); /* its failure is told by the first header */
    return a;
}

void unpack_child(int in, int out, const struct unpack_wanted *w)
{
    struct child c = {.out = out, .wanted = w};
    struct stat st;
    struct err e = {0};
    setlocale(LC_CTYPE, "C.UTF-8"); /* names of zip and 7z archives become UTF-8 */
    if (fstat(in, &st) == 0)
        c.packed = st.st_size;
    if (sandbox_confine(in, out, UNPACK_CPU_SECONDS, MEMORY_MB, &e) != 0)
        stop(&c, REASON_UNCONFINED, e.text);
    c.a = open_archive(in);
    if (!c.a)
        stop(&c, REASON_MEMORY, "");
    struct archive_entry *entry;
    int rc, entries = 0;
    while ((rc = archive_read_next_header(c.a, &entry)) == ARCHIVE_OK || rc == ARCHIVE_WARN) {
        if (++entries > UNPACK_ENTRIES_MAX)
            stop(&c, REASON_MANY, "");
        check_total(&c);
        on_entry(&c, entry);
    }
    if (rc != ARCHIVE_EOF)
        stop_broken(&c);
    message(&c, MESSAGE_OTHERS, c.others, "", "", 0);
    message(&c, MESSAGE_END, 0, "", "", 0);
    _exit(0);
}
