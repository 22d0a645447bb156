#include "grade/pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fs.h"
#include "grade/unpack.h"

struct packing {
    struct archive *a;
    const char *path; /* for sentences */
    size_t files;
};

static int archive_fail(const struct packing *p, struct err *e)
{
    const char *why = archive_error_string(p->a);
    return err_msg(e, MSG_GRADE_PACK_FAILED, p->path, why ? why : "?");
}

static int add_entry(struct packing *p, const char *name, const char *data, size_t len,
                     struct err *e)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t)len);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, time(NULL), 0);
    int rc = archive_write_header(p->a, entry);
    archive_entry_free(entry);
    if (rc != ARCHIVE_OK || archive_write_data(p->a, data, len) != (la_ssize_t)len)
        return archive_fail(p, e);
    return 0;
}

static int add_source(struct packing *p, const struct course *c, const struct exercise *x,
                      const char *workspace, const char *name, json_t *hashes, struct err *e)
{
    AUTO_FREE char *inside = str_format("%s/%s/%s", c->chapters[x->chapter].slug, x->slug, name);
    AUTO_FREE char *path = fs_join(workspace, inside);
    struct buf content = BUF_INIT;
    char hash[17];
    int rc = fs_read_at(AT_FDCWD, path, UNPACK_FILE_MAX, true, &content, e);
    if (rc == 0 && content.len == 0)
        rc = err_msg(e, MSG_GRADE_EMPTY_SOURCE, path);
    if (rc == 0) {
        fs_hash(content.data, content.len, hash);
        json_object_set_new(hashes, name, json_string(hash));
        rc = add_entry(p, inside, content.data, content.len, e);
        p->files++;
    }
    buf_release(&content);
    return rc;
}

static int add_exercise(struct packing *p, const struct course *c, const struct exercise *x,
                        const char *workspace, json_t *list, struct err *e)
{
    size_t n;
    const char **names = exercise_sources(x, &n);
    json_t *hashes = json_object();
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = add_source(p, c, x, workspace, names[i], hashes, e);
    free(names);
    json_array_append_new(list, json_pack("{s:s, s:o}", "id", x->id, "files", hashes));
    return rc;
}

static int add_manifest(struct packing *p, json_t *list, struct err *e)
{
    json_t *j =
        json_pack("{s:i, s:s, s:O}", "version", 1, "ipclab", IPCLAB_VERSION, "exercises", list);
    char *text = json_dumps(j, JSON_INDENT(1));
    json_decref(j);
    int rc = add_entry(p, PACK_MANIFEST, text ? text : "{}", text ? strlen(text) : 2, e);
    free(text);
    return rc;
}

static bool ends_with(const char *text, const char *end)
{
    size_t a = strlen(text), b = strlen(end);
    return a > b && strcmp(text + a - b, end) == 0;
}

static int choose_format(struct packing *p, const char *path, struct err *e)
{
    if (ends_with(path, ".zip"))
        return archive_write_set_format_zip(p->a) == ARCHIVE_OK ? 0 : archive_fail(p, e);
    if (!ends_with(path, ".tar.gz") && !ends_with(path, ".tgz"))
        return err_msg(e, MSG_GRADE_PACK_NAME, path);
    return archive_write_add_filter_gzip(p->a) == ARCHIVE_OK &&
                   archive_write_set_format_pax_restricted(p->a) == ARCHIVE_OK
               ? 0
               : archive_fail(p, e);
}

int pack_write(const char *path, const struct course *c, const char *workspace, const bool *chosen,
               size_t *files, struct err *e)
{
    AUTO_FREE char *temporary = str_format("%s.tmp", path);
    struct packing p = {.a = archive_write_new(), .path = path};
    json_t *list = json_array();
    int rc = choose_format(&p, path, e);
    if (rc == 0 && archive_write_open_filename(p.a, temporary) != ARCHIVE_OK)
        rc = archive_fail(&p, e);
    for (size_t i = 0; rc == 0 && i < c->n_exercises; i++)
        if (chosen[i])
            rc = add_exercise(&p, c, &c->exercises[i], workspace, list, e);
    if (rc == 0)
        rc = add_manifest(&p, list, e);
    if (rc == 0 && archive_write_close(p.a) != ARCHIVE_OK)
        rc = archive_fail(&p, e);
    archive_write_free(p.a);
    json_decref(list);
    if (rc == 0 && rename(temporary, path) != 0)
        rc = err_sys(e, MSG_BASE_CANNOT_WRITE, path);
    if (rc != 0)
        unlink(temporary);
    *files = p.files;
    return rc;
}
