#include "grade/similar.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/lines.h"
#include "base/text.h"
#include "grade/folder.h"

enum {
    THRESHOLD = 60,
    SOURCE_MAX = 256 * 1024,
    OUTPUT_MAX = 64 << 20,
    CPU_SECONDS = 600,
};
static const char program[] = "/usr/bin/sim_c";

bool similar_available(void)
{
    return access(program, X_OK) == 0;
}

/* --- what sim_c says ---------------------------------------------------------------------------
 */

void similar_parse(const char *text, size_t count,
                   void (*found)(void *arg, size_t a, size_t b, double percent), void *arg)
{
    for (const char *p = text; *p;) {
        size_t a, b, len = strcspn(p, "\n");
        int percent;
        if (sscanf(p, "%zu.c consists for %d %% of %zu.c material", &a, &percent, &b) == 3 &&
            a < count && b < count && a != b)
            found(arg, a, b, percent);
        p += len + (p[len] == '\n');
    }
}

/* --- what it reads
 * --------------------------------------------------------------------------------- */

static void skeleton_load(struct lines *skeleton, const struct exercise *x)
{
    size_t n;
    AUTO_FREE const char **names = exercise_sources(x, &n);
    for (size_t i = 0; i < n; i++) {
        AUTO_FREE char *path = fs_join(x->lab_dir, names[i]);
        struct buf text = BUF_INIT;
        if (fs_read(path, SOURCE_MAX, &text, NULL) == 0)
            lines_add(skeleton, buf_text(&text));
        buf_release(&text);
    }
    lines_sort(skeleton);
}

/* The lines of a source that the skeleton has not. */
static void add_own_lines(struct buf *out, const struct lines *skeleton, const char *text)
{
    for (const char *p = text; *p;) {
        size_t len = strcspn(p, "\n");
        AUTO_FREE char *bare = text_bare(p, len);
        if (!lines_have(skeleton, bare)) {
            buf_add(out, p, len);
            buf_addc(out, '\n');
        }
        p += len + (p[len] == '\n');
    }
}

static int write_one(const struct folder *f, size_t number, const char *sources,
                     const struct exercise *x, const struct lines *skeleton, struct err *e)
{
    size_t n;
    AUTO_FREE const char **names = exercise_sources(x, &n);
    AUTO_FREE char *path = str_format("%s/%zu.c", f->src, number);
    struct buf out = BUF_INIT;
    for (size_t i = 0; i < n; i++) {
        AUTO_FREE char *file = fs_join(sources, names[i]);
        struct buf text = BUF_INIT;
        if (fs_read(file, SOURCE_MAX, &text, NULL) == 0) /* may be gone: nothing to compare */
            add_own_lines(&out, skeleton, buf_text(&text));
        buf_release(&text);
    }
    int rc = fs_write(path, buf_text(&out), out.len, e);
    buf_release(&out);
    return rc;
}

/* --- running it
 * ---------------------------------------------------------------------------------------- */

/* In a child: joins the sandbox and becomes the one that waits for sim_c. */
static _Noreturn void inside(const struct similar_options *o, const struct folder *f, int lab_init,
                             int threshold, int out)
{
    const struct sandbox_folders folders = {.src = f->src, .out = f->out, .work = f->work};
    struct sandbox box;
    struct sandbox_test t;
    struct err e = {0};
    AUTO_FREE char *percent = str_format("-t%d", threshold);
    AUTO_FREE char *names = fs_join(f->out, "names");
    int list = open(names, O_RDONLY | O_CLOEXEC);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (list < 0 || sandbox_drop_root(&e) != 0 ||
        sandbox_open(&box, o->sandbox, lab_init, &folders, NULL, &e) != 0 ||
        sandbox_enter(&t, &box, SANDBOX_BUILD, &e) != 0) {
        dprintf(out, "fault %s\n", e.text);
        _exit(2);
    }
    const char *const argv[] = {"sim_c", "-p", "-a", "-s", "-T", "-r16", percent, "-i", NULL};
    const struct sandbox_command cmd = {
        .place = PLACE_STUDENT,
        .path = program,
        .exec_fd = -1,
        .argv = argv,
        .dir = sandbox_src(&box),
        .fds = {list, out, -1},
        .limits = {.cpu_seconds = CPU_SECONDS, .memory_bytes = 2048l << 20, .processes = 4},
        .cpu = -1,
    };
    struct sandbox_child child;
    int status = 0;
    if (sandbox_spawn(&child, &t, &cmd, &e) != 0) {
        dprintf(out, "fault %s\n", e.text);
        _exit(2);
    }
    while (waitpid(child.pid, &status, 0) < 0 && errno == EINTR)
        ;
    sandbox_leave(&t);
    sandbox_close(&box);
    _exit(WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 1);
}

static void read_all(int fd, struct buf *text)
{
    char chunk[65536 / 8];
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0 || text->len > OUTPUT_MAX)
            return;
        buf_add(text, chunk, (size_t)n);
    }
}

static int run(const struct similar_options *o, struct folder *f, int threshold, struct buf *text,
               struct err *e)
{
    AUTO_FREE char *init = fs_join(o->course->layout.build, "lab-init");
    int ends[2] = {-1, -1}, status = -1;
    int lab_init = open(init, O_RDONLY | O_CLOEXEC);
    if (lab_init < 0)
        return err_sys(e, MSG_BASE_CANNOT_READ, init);
    if (folder_give(f, e) != 0 || pipe2(ends, O_CLOEXEC) != 0) {
        close(lab_init);
        return e->text[0] ? -1 : err_sys(e, MSG_SANDBOX_CANNOT_FORK);
    }
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        inside(o, f, lab_init, threshold, ends[1]);
    }
    close(lab_init);
    close(ends[1]);
    if (pid < 0)
        err_sys(e, MSG_SANDBOX_CANNOT_FORK);
    else
        read_all(ends[0], text);
    close(ends[0]); /* too much output: the writer ends by SIGPIPE */
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (pid < 0)
        return -1;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    bool fault = strncmp(buf_text(text), "fault ", 6) == 0;
    return err_msg(e, MSG_GRADE_SIMILAR_FAILED, fault ? buf_text(text) + 6 : "sim_c");
}

/* --- the pairs
 * -------------------------------------------------------------------------------------------- */

struct collected {
    struct gradebook *g;
    size_t exercise, first; /* index of this exercise's first pair */
    const size_t *students; /* by file number */
};

static void found(void *arg, size_t a, size_t b, double percent)
{
    struct collected *c = arg;
    size_t one = c->students[a < b ? a : b], two = c->students[a < b ? b : a];
    struct gradebook_pair *p = NULL;
    for (size_t i = c->first; i < c->g->n_pairs && !p; i++)
        if (c->g->pairs[i].student_a == one && c->g->pairs[i].student_b == two)
            p = &c->g->pairs[i];
    if (!p) {
        c->g->pairs = mem_grow(c->g->pairs, c->g->n_pairs + 1, sizeof *c->g->pairs);
        p = &c->g->pairs[c->g->n_pairs++];
        *p = (struct gradebook_pair){c->exercise, one, two, 0, 0};
    }
    if (a < b)
        p->percent_a = percent;
    else
        p->percent_b = percent;
}

static int by_likeness(const void *a, const void *b)
{
    const struct gradebook_pair *x = a, *y = b;
    double p = x->percent_a + x->percent_b, q = y->percent_a + y->percent_b;
    if (p != q)
        return p < q ? 1 : -1;
    if (x->exercise != y->exercise)
        return x->exercise < y->exercise ? -1 : 1;
    return (x->student_a > y->student_a) - (x->student_a < y->student_a);
}

/* Write the files of one exercise; their number, or -1. */
static long prepare(const struct gradebook *g, const struct exercise *x, size_t exercise,
                    struct folder *f, size_t *students, struct err *e)
{
    struct lines skeleton = {0};
    struct buf names = BUF_INIT;
    long n = 0;
    skeleton_load(&skeleton, x);
    for (size_t s = 0; s < g->n_students && n >= 0; s++) {
        const struct gradebook_grade *cell = gradebook_grade_of(g, s, exercise);
        if (cell->attempt == GRADEBOOK_NONE)
            continue;
        AUTO_FREE char *sources = gradebook_sources(g, cell->attempt);
        if (write_one(f, (size_t)n, sources, x, &skeleton, e) != 0) {
            n = -1;
            break;
        }
        buf_addf(&names, "%ld.c\n", n);
        students[n++] = s;
    }
    lines_release(&skeleton);
    AUTO_FREE char *list = fs_join(f->out, "names");
    if (n > 0 && fs_write(list, buf_text(&names), names.len, e) != 0)
        n = -1;
    buf_release(&names);
    return n;
}

static int one_exercise(struct gradebook *g, const struct similar_options *o,
                        const struct exercise *x, size_t exercise, struct err *e)
{
    struct folder f;
    struct buf text = BUF_INIT;
    int rc = 0;
    if (folder_make(&f, e) != 0)
        return -1;
    AUTO_FREE size_t *students = mem_alloc((g->n_students + 1) * sizeof *students);
    long n = prepare(g, x, exercise, &f, students, e);
    if (n > 1)
        rc = run(o, &f, o->threshold ? o->threshold : THRESHOLD, &text, e);
    if (n > 1 && rc == 0) {
        struct collected c = {g, exercise, g->n_pairs, students};
        similar_parse(buf_text(&text), (size_t)n, found, &c);
    }
    buf_release(&text);
    folder_remove(&f);
    return n < 0 ? -1 : rc;
}

int similar_find(struct gradebook *g, const struct similar_options *o, struct err *e)
{
    if (!similar_available())
        return err_msg(e, MSG_GRADE_NO_SIM);
    for (size_t i = 0; i < g->n_exercises; i++) {
        const struct exercise *x = course_find(o->course, g->exercises[i].id, NULL);
        if (x && one_exercise(g, o, x, i, e) != 0)
            return -1;
    }
    if (g->pairs)
        qsort(g->pairs, g->n_pairs, sizeof *g->pairs, by_likeness);
    return 0;
}
