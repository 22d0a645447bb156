#include "grade/key.h"

#include <gnu/libc-version.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"

enum { FILE_MAX = 256 << 20 };

static void add(struct sha256_ctx *h, const void *data, size_t len)
{
    sha256_update(h, len, data);
}

/* A field: its length first, so that two fields cannot be read as two others. */
static void add_field(struct sha256_ctx *h, const void *data, size_t len)
{
    char head[32];
    add(h, head, (size_t)snprintf(head, sizeof head, "%zu:", len));
    add(h, data, len);
}

static void add_text(struct sha256_ctx *h, const char *text)
{
    add_field(h, text, strlen(text));
}

static void finish(struct sha256_ctx *h, char *out, size_t digits)
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_digest(h, sizeof digest, digest);
    for (size_t i = 0; i < digits / 2; i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

void key_of_sources(char out[17], const struct found *f)
{
    struct sha256_ctx h;
    size_t n;
    const char **names = exercise_sources(f->exercise, &n);
    sha256_init(&h);
    for (size_t i = 0; i < n; i++) {
        add_text(&h, names[i]);
        if (f->files[i])
            add_field(&h, buf_text(&f->files[i]->content), f->files[i]->content.len);
        else
            add_text(&h, "missing");
    }
    free(names);
    finish(&h, out, 16);
}

static int add_file(struct sha256_ctx *h, const char *path, bool needed, struct err *e)
{
    struct buf content = BUF_INIT;
    add_text(h, strrchr(path, '/') + 1);
    int rc = 0;
    if (needed || fs_exists(path))
        rc = fs_read(path, FILE_MAX, &content, e);
    add_field(h, buf_text(&content), content.len);
    buf_release(&content);
    return rc;
}

static int add_in(struct sha256_ctx *h, const char *dir, const char *name, bool needed,
                  struct err *e)
{
    AUTO_FREE char *path = fs_join(dir, name);
    return add_file(h, path, needed, e);
}

/* The compiler is told by the program itself: its size and times change with every update. */
static void add_toolchain(struct sha256_ctx *h)
{
    static const char *const programs[] = {"/usr/bin/gcc", "/usr/bin/ld", "/usr/bin/as",
                                           "/usr/bin/bwrap"};
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        char text[96] = "none";
        struct stat st;
        AUTO_FREE char *real = realpath(programs[i], NULL);
        if (real && stat(real, &st) == 0)
            snprintf(text, sizeof text, "%lld %lld", (long long)st.st_size, (long long)st.st_mtime);
        add_text(h, real ? real : programs[i]);
        add_text(h, text);
    }
    add_text(h, LAB_CFLAGS);
    add_text(h, gnu_get_libc_version());
    add_text(h, IPCLAB_VERSION);
}

static int add_programs(struct sha256_ctx *h, const struct course *c, const struct exercise *x,
                        struct err *e)
{
    const char *chapter = c->chapters[x->chapter].slug, *build = c->layout.build;
    AUTO_FREE char *check = str_format("%s/check/%s/%s/check", build, chapter, x->slug);
    int rc = add_file(h, check, true, e);
    for (size_t i = 0; rc == 0 && i < x->n_programs; i++) {
        AUTO_FREE char *ref =
            str_format("%s/ref/%s/%s/%s", build, chapter, x->slug, x->programs[i].name);
        rc = add_file(h, ref, false, e);
        for (size_t k = 0; rc == 0 && k < x->programs[i].n_drivers; k++)
            rc = add_in(h, x->tests_dir, x->programs[i].drivers[k], true, e);
    }
    return rc;
}

int key_of_exercise(char out[KEY_SIZE], const struct course *c, const struct exercise *x,
                    enum sandbox_mode mode, struct err *e)
{
    static const char *const ours[] = {"lab-init", "lab-shim.so", "lab-crash.so"};
    struct sha256_ctx h;
    sha256_init(&h);
    add_text(&h, "ipclab result 1");
    add_text(&h, sandbox_mode_name(mode));
    add_toolchain(&h);
    int rc = add_in(&h, x->lab_dir, "exercise.ini", true, e);
    for (size_t i = 0; rc == 0 && i < x->n_given; i++)
        rc = add_in(&h, x->lab_dir, x->given[i], true, e);
    for (size_t i = 0; rc == 0 && i < 3; i++)
        rc = add_in(&h, c->layout.build, ours[i], false, e);
    if (rc == 0)
        rc = add_programs(&h, c, x, e);
    finish(&h, out, KEY_SIZE - 1);
    return rc;
}

void key_of_result(char out[KEY_SIZE], const char *exercise_key, const char *source_hash)
{
    struct sha256_ctx h;
    sha256_init(&h);
    add_text(&h, exercise_key);
    add_text(&h, source_hash);
    finish(&h, out, KEY_SIZE - 1);
}

uint64_t key_seed(const char *key)
{
    char head[16] = "";
    memcpy(head, key, 15);
    uint64_t seed = strtoull(head, NULL, 16);
    return seed ? seed : 1;
}
