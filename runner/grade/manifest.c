/* What `ipclab pack` says that it packed, held against what is there. It is the student's own
 * claim: it gives remarks, never points. */
#include <jansson.h>
#include <string.h>

#include "base/fs.h"
#include "grade/pack.h"
#include "grade/submissions.h"

static const struct unpack_file *find_manifest(const struct unpacked *u)
{
    for (size_t i = 0; i < u->n_files; i++) {
        const char *slash = strrchr(u->files[i].path, '/');
        if (strcmp(slash ? slash + 1 : u->files[i].path, PACK_MANIFEST) == 0)
            return &u->files[i];
    }
    return NULL;
}

static const struct found *find_found(const struct found *list, size_t n, const struct exercise *x)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].exercise == x)
            return &list[i];
    return NULL;
}

/* One exercise of the manifest: every file named there has to be there, and be the same. */
static void check_files(struct unpacked *u, const struct found *f, const struct exercise *x,
                        json_t *hashes)
{
    const char *name;
    json_t *claim;
    size_t n;
    const char **names = exercise_sources(x, &n);
    json_object_foreach(hashes, name, claim)
    {
        size_t i = 0;
        char hash[17] = "";
        while (i < n && strcmp(names[i], name) != 0)
            i++;
        const struct unpack_file *file = f && i < n ? f->files[i] : NULL;
        if (file)
            fs_hash(buf_text(&file->content), file->content.len, hash);
        if (!file)
            unpack_refuse(u, PACK_MANIFEST, MSG_GRADE_MANIFEST_MISSING, x->id, name);
        else if (!json_is_string(claim) || strcmp(json_string_value(claim), hash) != 0)
            unpack_refuse(u, PACK_MANIFEST, MSG_GRADE_MANIFEST_CHANGED, x->id, name);
    }
    free(names);
}

void manifest_check(struct unpacked *u, const struct course *c, const bool *only,
                    const struct found *list, size_t n)
{
    const struct unpack_file *file = find_manifest(u);
    if (!file)
        return;
    json_t *j = json_loadb(buf_text(&file->content), file->content.len, 0, NULL), *entry;
    json_t *exercises = json_object_get(j, "exercises");
    size_t i;
    if (!json_is_array(exercises))
        unpack_refuse(u, PACK_MANIFEST, MSG_GRADE_MANIFEST_BROKEN);
    json_array_foreach(exercises, i, entry)
    {
        const char *id = json_string_value(json_object_get(entry, "id"));
        const struct exercise *x = id && *id ? course_find(c, id, NULL) : NULL;
        if (!x)
            unpack_refuse(u, PACK_MANIFEST, MSG_GRADE_MANIFEST_UNKNOWN, id ? id : "?");
        else if (!only || only[x->index])
            check_files(u, find_found(list, n, x), x, json_object_get(entry, "files"));
    }
    json_decref(j);
}
