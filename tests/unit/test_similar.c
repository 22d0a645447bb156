/* Similar code: what sim_c prints, and a small class compared for real in the sandbox. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fs.h"
#include "grade/similar.h"

struct seen {
    size_t n, a[8], b[8];
    double percent[8];
};

static void note(void *arg, size_t a, size_t b, double percent)
{
    struct seen *s = arg;
    ck_assert_uint_lt(s->n, 8);
    s->a[s->n] = a;
    s->b[s->n] = b;
    s->percent[s->n++] = percent;
}

START_TEST(parses)
{
    struct seen s = {0};
    similar_parse("1.c consists for 98 % of 2.c material\n"
                  "\n"
                  "7.c consists for 50 % of 1.c material\n" /* no such file */
                  "1.c consists for 99 % of 1.c material\n" /* itself */
                  "x.c consists for 10 % of 2.c material\n"
                  "2.c consists for 7 % of 0.c material",
                  3, note, &s);
    ck_assert_uint_eq(s.n, 2);
    ck_assert(s.a[0] == 1 && s.b[0] == 2 && s.percent[0] == 98);
    ck_assert(s.a[1] == 2 && s.b[1] == 0 && s.percent[1] == 7);
}
END_TEST

/* --- a class -----------------------------------------------------------------------------------
 */

enum { STUDENTS = 5 };
static struct gradebook book;
static char folder[64];

static char *changed(const char *text, const char *from, const char *to)
{
    struct buf out = BUF_INIT;
    for (const char *p = text; *p;) {
        size_t len = strlen(from);
        if (strncmp(p, from, len) == 0) {
            buf_adds(&out, to);
            p += len;
        } else {
            buf_addc(&out, *p++);
        }
    }
    return buf_steal(&out);
}

static void hand_in(const struct exercise *x, size_t student, const char *text)
{
    struct gradebook_attempt *a = &book.attempts[student];
    struct gradebook_student *s = &book.students[student];
    s->id = s->folder = str_format("s%zu", student);
    s->name = s->email = s->section = (char *)"";
    *a = (struct gradebook_attempt){.student = student, .built = true, .points = 1};
    snprintf(a->source_hash, sizeof a->source_hash, "%016zu", student);
    AUTO_FREE char *sources = gradebook_sources(&book, student);
    ck_assert_int_eq(fs_mkdirs(sources, 0755, NULL), 0);
    AUTO_FREE char *file = fs_join(sources, x->programs[0].sources[0]);
    ck_assert_int_eq(fs_write(file, text, strlen(text), NULL), 0);
}

static void read_text(const char *dir, const char *name, struct buf *text)
{
    AUTO_FREE char *path = fs_join(dir, name);
    ck_assert_int_eq(fs_read(path, 1 << 20, text, NULL), 0);
}

START_TEST(finds_copies)
{
    struct course c;
    struct err e = {0};
    ck_assert_msg(course_load(&c, &e) == 0, "%s", e.text);
    const struct exercise *x = course_find(&c, "pipe-hello", &e);
    ck_assert_ptr_nonnull(x);
    struct gradebook_exercise gx = {.id = x->id, .number = x->number, .max_points = 1};
    struct buf reference = BUF_INIT, skeleton = BUF_INIT;
    const char *name = x->programs[0].sources[0];
    strcpy(folder, "/tmp/similar-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    read_text(x->solution_dir, name, &reference);
    read_text(x->lab_dir, name, &skeleton);

    book = (struct gradebook){.folder = folder, .exercises = &gx, .n_exercises = 1};
    book.n_students = book.n_attempts = STUDENTS;
    book.students = mem_alloc(STUDENTS * sizeof *book.students);
    book.attempts = mem_alloc(STUDENTS * sizeof *book.attempts);
    AUTO_FREE char *renamed = changed(buf_text(&reference), "status", "result_of_it");
    AUTO_FREE char *other = str_format(
        "%s\nstatic long fib(long n)\n{\n    return n < 2 ? n : fib(n - 1) + fib(n - 2);\n}\n"
        "long table[9][9];\nvoid fill(void)\n{\n    for (int i = 0; i < 9; i++)\n        for (int "
        "j "
        "= i; j < 9; j += 2)\n            table[i][j] = fib(i) * j - i / (j + 1);\n}\n",
        buf_text(&skeleton));
    hand_in(x, 0,
            buf_text(&skeleton)); /* two untouched skeletons are not alike: nothing is theirs */
    hand_in(x, 1, buf_text(&reference));
    hand_in(x, 2, other);
    hand_in(x, 3, renamed);
    hand_in(x, 4, buf_text(&skeleton));
    gradebook_settle(&book);

    const struct similar_options o = {.course = &c, .sandbox = SANDBOX_BWRAP};
    ck_assert_msg(similar_find(&book, &o, &e) == 0, "%s", e.text);
    ck_assert_uint_eq(book.n_pairs, 1);
    ck_assert(book.pairs[0].student_a == 1 && book.pairs[0].student_b == 3);
    ck_assert_double_ge(book.pairs[0].percent_a, 90);
    ck_assert_double_ge(book.pairs[0].percent_b, 90);

    for (size_t i = 0; i < STUDENTS; i++)
        free(book.students[i].id);
    free(book.students);
    free(book.attempts);
    free(book.grades);
    free(book.pairs);
    buf_release(&reference);
    buf_release(&skeleton);
    fs_remove_tree(folder, NULL);
    course_release(&c);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("similar");
    TCase *t = tcase_create("sim_c");
    suite_add_tcase(suite, t);
    tcase_add_test(t, parses);
    tcase_add_test(t, finds_copies);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
