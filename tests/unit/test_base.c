/* runner/base: buffers, files, errors, messages. (Text has a program of its own.) */
#include <check.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/msg.h"
#include "base/text.h"

static char root[] = "/tmp/ipclab-test-base-XXXXXX"; /* removed by main() */

static char *in_root(const char *name)
{
    return fs_join(root, name);
}

/* --- buffers ----------------------------------------------------------------------------- */

START_TEST(buffer_grows)
{
    struct buf b = BUF_INIT;
    ck_assert_str_eq(buf_text(&b), "");
    for (int i = 0; i < 1000; i++)
        buf_addf(&b, "%d,", i);
    ck_assert_uint_eq(b.len, 3890);
    ck_assert_uint_eq(strlen(b.data), b.len);
    ck_assert_str_eq(b.data + b.len - 8, "998,999,");
    buf_clear(&b);
    ck_assert_str_eq(buf_text(&b), "");
    buf_repeat(&b, "─", 3);
    buf_add(&b, "\0x", 2);
    buf_add(&b, NULL, 0);
    ck_assert_uint_eq(b.len, 11);
    ck_assert_int_eq(b.data[11], '\0');
    AUTO_FREE char *stolen = buf_steal(&b);
    ck_assert_str_eq(stolen, "───");
    ck_assert_ptr_null(b.data);
    AUTO_FREE char *empty = buf_steal(&b);
    ck_assert_str_eq(empty, "");
    buf_release(&b);
}
END_TEST

START_TEST(strings)
{
    ck_assert_ptr_null(str_dup(NULL));
    AUTO_FREE char *part = str_ndup("管道", 3);
    ck_assert_str_eq(part, "管");
    AUTO_FREE char *made = str_format("%s-%d", "a", 7);
    ck_assert_str_eq(made, "a-7");
    ck_assert(str_equal(NULL, NULL) && str_equal("a", "a"));
    ck_assert(!str_equal("a", NULL) && !str_equal(NULL, "") && !str_equal("a", "b"));
    int *zeroed = mem_alloc(sizeof *zeroed);
    ck_assert_int_eq(*zeroed, 0);
    free(zeroed);
    free(mem_alloc(0));
}
END_TEST

/* --- reading ----------------------------------------------------------------------------- */

static void must_write(const char *path, const char *text)
{
    struct err e = {0};
    ck_assert_msg(fs_write(path, text, strlen(text), &e) == 0, "%s", e.text);
}

static void expect_content(const char *path, const char *wanted)
{
    struct buf b = BUF_INIT;
    struct err e = {0};
    ck_assert_msg(fs_read(path, 1000, &b, &e) == 0, "%s", e.text);
    ck_assert_str_eq(b.data, wanted);
    buf_release(&b);
}

START_TEST(reads_only_regular_files)
{
    AUTO_FREE char *file = in_root("regular"), *fifo = in_root("fifo"), *link = in_root("link");
    struct buf b = BUF_INIT;
    struct err e = {0};
    must_write(file, "12345");
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    ck_assert_int_eq(symlink("regular", link), 0);
    ck_assert_int_eq(fs_read(fifo, 10, &b, &e), -1); /* and does not wait for a writer */
    ck_assert_int_eq(fs_read(root, 10, &b, &e), -1);
    ck_assert_int_eq(fs_read("/dev/zero", 10, &b, &e), -1);
    ck_assert_int_eq(fs_read("/nowhere/at all", 10, &b, &e), -1);
    ck_assert_int_eq(e.number, ENOENT);
    ck_assert_ptr_nonnull(strstr(e.text, "/nowhere/at all"));
    ck_assert_int_eq(fs_read(file, 4, &b, &e), -1);
    ck_assert_uint_eq(b.len, 0);
    ck_assert_int_eq(fs_read(file, 5, &b, &e), 0);
    ck_assert_int_eq(fs_read(link, 5, &b, &e), 0);
    ck_assert_str_eq(b.data, "1234512345"); /* appended */
    ck_assert_int_eq(fs_read_at(AT_FDCWD, link, 5, true, &b, &e), -1);
    ck_assert_ptr_nonnull(strstr(e.text, "符号链接")); /* says so, not "too many levels of…" */
    ck_assert_int_eq(fs_read("/proc/self/stat", 100000, &b, &e), 0); /* says its size is 0 */
    ck_assert_int_eq(fs_read("/proc/self/stat", 3, &b, &e), -1);
    buf_release(&b);
}
END_TEST

START_TEST(empty_file_gives_text)
{
    AUTO_FREE char *file = in_root("empty");
    struct buf b = BUF_INIT;
    must_write(file, "");
    ck_assert_int_eq(fs_read(file, 0, &b, NULL), 0);
    ck_assert_ptr_nonnull(b.data);
    buf_release(&b);
}
END_TEST

/* --- writing ----------------------------------------------------------------------------- */

/* Number of entries in a folder that begin with `prefix`. */
static int count_like(const char *prefix)
{
    AUTO_FREE char *command = str_format("ls -d '%s/%s'* 2>/dev/null | wc -l", root, prefix);
    FILE *f = popen(command, "r");
    int count = -1;
    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(fscanf(f, "%d", &count), 1);
    pclose(f);
    return count;
}

START_TEST(write_replaces)
{
    AUTO_FREE char *file = in_root("written");
    struct stat st;
    mode_t mask = umask(027);
    must_write(file, "old");
    must_write(file, "new");
    umask(mask);
    expect_content(file, "new");
    ck_assert_int_eq(stat(file, &st), 0);
    ck_assert_int_eq(st.st_mode & 07777, 0640);
    ck_assert_int_eq(count_like("written"), 1);
    struct err e = {0};
    ck_assert_int_eq(fs_write("/nowhere/file", "x", 1, &e), -1);
    ck_assert_ptr_nonnull(strstr(e.text, "/nowhere/file"));
}
END_TEST

static int write_too_much(const char *path)
{
    struct rlimit limit = {4096, 4096};
    AUTO_FREE char *large = mem_alloc(100000);
    struct err e = {0};
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 2;
    return fs_write(path, large, 100000, &e) == -1 && e.number == EFBIG ? 0 : 1;
}

START_TEST(no_room_keeps_the_old_file)
{
    AUTO_FREE char *file = in_root("no-room");
    must_write(file, "old");
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        _exit(write_too_much(file));
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    expect_content(file, "old");
    ck_assert_int_eq(count_like("no-room"), 1); /* the temporary file is gone */
}
END_TEST

START_TEST(makes_folders)
{
    AUTO_FREE char *deep = in_root("made/by/us"), *file = in_root("made/file");
    AUTO_FREE char *below = in_root("made/file/sub");
    struct err e = {0};
    ck_assert_int_eq(fs_mkdirs(deep, 0755, &e), 0);
    ck_assert_int_eq(fs_mkdirs(deep, 0755, &e), 0); /* being there is fine */
    ck_assert(fs_is_dir(deep) && fs_exists(deep));
    AUTO_FREE char *slash = str_format("%s/more/", deep);
    ck_assert_int_eq(fs_mkdirs(slash, 0755, &e), 0);
    must_write(file, "");
    ck_assert(fs_exists(file) && !fs_is_dir(file));
    ck_assert_int_eq(fs_mkdirs(below, 0755, &e), -1);
    ck_assert_int_eq(fs_mkdirs(file, 0755, &e), -1);
    ck_assert_int_eq(fs_mkdirs("", 0755, &e), -1);
    ck_assert_int_eq(fs_mkdirs("/", 0755, &e), 0);
}
END_TEST

START_TEST(copies_one_file)
{
    AUTO_FREE char *from = in_root("from"), *to = in_root("to"), *link = in_root("from-link");
    struct stat st;
    struct err e = {0};
    must_write(from, "content");
    ck_assert_int_eq(symlink("from", link), 0);
    ck_assert_int_eq(fs_copy(from, to, 6, 0600, &e), -1);
    ck_assert(!fs_exists(to));
    ck_assert_int_eq(fs_copy(link, to, 100, 0600, &e), -1);
    ck_assert_int_eq(fs_copy(from, to, 7, 0751, &e), 0);
    expect_content(to, "content");
    ck_assert_int_eq(stat(to, &st), 0);
    ck_assert_int_eq(st.st_mode & 07777, 0751);
    must_write(from, "less");
    ck_assert_int_eq(fs_copy(from, to, 100, 0600, &e), 0);
    expect_content(to, "less");
    ck_assert_int_eq(fs_copy(from, link, 100, 0600, &e), -1); /* nor through a link */
    expect_content(from, "less");
}
END_TEST

/* --- removing ---------------------------------------------------------------------------- */

START_TEST(removes_a_tree)
{
    AUTO_FREE char *tree = in_root("tree"), *sub = in_root("tree/a/b/c");
    AUTO_FREE char *outside = in_root("outside"), *kept = in_root("outside/kept");
    AUTO_FREE char *link = in_root("tree/a/link"), *fifo = in_root("tree/fifo");
    struct err e = {0};
    ck_assert_int_eq(fs_mkdirs(sub, 0755, &e), 0);
    ck_assert_int_eq(fs_mkdirs(outside, 0755, &e), 0);
    must_write(kept, "kept");
    ck_assert_int_eq(symlink(outside, link), 0);
    ck_assert_int_eq(mkfifo(fifo, 0), 0);
    ck_assert_msg(fs_remove_tree(tree, &e) == 0, "%s", e.text);
    ck_assert(!fs_exists(tree));
    expect_content(kept, "kept");
    ck_assert_int_eq(fs_remove_tree(tree, &e), 0); /* missing is fine */
    ck_assert_int_eq(symlink(outside, tree), 0);
    ck_assert_int_eq(fs_remove_tree(tree, &e), 0); /* the link itself, not what it shows */
    expect_content(kept, "kept");
    ck_assert_int_eq(fs_remove_tree(outside, &e), 0);
}
END_TEST

static int remove_locked(const char *tree)
{
    struct err e = {0};
    if (geteuid() == 0 && (setgroups(0, NULL) || setgid(65534) || setuid(65534)))
        return 2;
    AUTO_FREE char *sub = fs_join(tree, "locked/inside"), *locked = fs_join(tree, "locked");
    AUTO_FREE char *half = fs_join(tree, "half"), *file = fs_join(tree, "half/file");
    if (fs_mkdirs(sub, 0755, &e) < 0 || fs_mkdirs(half, 0755, &e) < 0 ||
        fs_write(file, "x", 1, &e) < 0 || chmod(half, 0500) < 0 || chmod(locked, 0) < 0)
        return 3;
    return fs_remove_tree(tree, &e) == 0 && !fs_exists(tree) ? 0 : 1;
}

/* What a program can do to the folder it was given: folders that nobody may enter. */
START_TEST(removes_locked_folders)
{
    AUTO_FREE char *open_to_all = in_root("open"), *tree = in_root("open/tree");
    ck_assert_int_eq(mkdir(open_to_all, 0755), 0);
    ck_assert_int_eq(chmod(open_to_all, 0777), 0);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        _exit(remove_locked(tree));
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(WEXITSTATUS(status), 0);
    ck_assert(WIFEXITED(status));
}
END_TEST

START_TEST(hash_and_clock)
{
    char out[17];
    fs_hash("", 0, out);
    ck_assert_str_eq(out, "cbf29ce484222325");
    fs_hash("a", 1, out);
    ck_assert_str_eq(out, "af63dc4c8601ec8c");
    fs_hash("foobar", 6, out);
    ck_assert_str_eq(out, "85944171f73967e8"); /* vectors of the FNV draft */
    unsigned long long before = clock_ns();
    ck_assert(clock_ns() >= before && clock_ms() * 1e6 >= (double)before);
}
END_TEST

/* --- errors ------------------------------------------------------------------------------ */

START_TEST(errors)
{
    struct err e = {.number = 1};
    ck_assert_int_eq(err_msg(&e, MSG_BASE_CANNOT_OPEN, "x"), -1);
    ck_assert_int_eq(e.number, 0);
    ck_assert_str_eq(e.text, "打不开 x");
    errno = ENOENT;
    ck_assert_int_eq(err_sys(&e, MSG_BASE_CANNOT_OPEN, "x"), -1);
    ck_assert_int_eq(e.number, ENOENT);
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_int_eq(strncmp(e.text, "打不开 x: ", strlen("打不开 x: ")), 0);
    ck_assert_int_eq(err_msg(NULL, MSG_BASE_CANNOT_OPEN, "x"), -1);
    err_clear(&e);
    ck_assert_str_eq(e.text, "");
}
END_TEST

/* Names of files are chosen by others. */
START_TEST(errors_are_harmless)
{
    struct err e;
    err_msg(&e, MSG_BASE_CANNOT_OPEN, "evil\033]0;title\007\xff");
    ck_assert_ptr_null(strchr(e.text, '\033'));
    ck_assert_ptr_null(strchr(e.text, '\007'));
    ck_assert(text_is_utf8(e.text, strlen(e.text)));
    struct buf name = BUF_INIT;
    buf_addc(&name, 'a' + (char)_i);
    buf_repeat(&name, _i % 2 ? "管" : "\U0001f600", 600);
    errno = ENOENT;
    err_sys(&e, MSG_BASE_CANNOT_OPEN, buf_text(&name) + _i % 2);
    ck_assert_uint_lt(strlen(e.text), sizeof e.text);
    ck_assert_uint_gt(strlen(e.text), sizeof e.text - 8);
    ck_assert(text_is_utf8(e.text, strlen(e.text))); /* cut, but not within a character */
    buf_release(&name);
}
END_TEST

/* --- messages ---------------------------------------------------------------------------- */

enum { MAX_ARGUMENTS = 9 };
struct conversions {
    char of[MAX_ARGUMENTS + 1][8]; /* by position: "s", "zu", "d"… */
    int count;                     /* highest position */
    bool mixed;                    /* positional and plain ones together, or one that is broken */
};

/* Collect the conversions of a printf format. */
static struct conversions parse(const char *format)
{
    struct conversions c = {0};
    int plain = 0, positional = 0;
    for (const char *p = strchr(format, '%'); p; p = strchr(p, '%')) {
        p++;
        if (*p == '%') {
            p++;
            continue;
        }
        int position;
        if (isdigit((unsigned char)p[0]) && p[1] == '$') {
            position = p[0] - '0';
            p += 2;
            positional++;
        } else {
            position = ++plain;
        }
        p += strspn(p, "-+ #0");
        p += strspn(p, "0123456789.");
        size_t len = strspn(p, "hlzjtq") + 1;
        if (position < 1 || position > MAX_ARGUMENTS || !p[len - 1] ||
            !strchr("sdiuxcfgpl", p[len - 1])) {
            c.mixed = true;
            return c;
        }
        if (c.of[position][0] && strncmp(c.of[position], p, len) != 0)
            c.mixed = true;
        snprintf(c.of[position], sizeof c.of[position], "%.*s", (int)len, p);
        c.count = position > c.count ? position : c.count;
        p += len;
    }
    c.mixed = c.mixed || (plain && positional);
    return c;
}

START_TEST(both_languages_take_the_same_arguments)
{
    for (int id = 0; id < MSG_COUNT; id++) {
        const char *zh = msg_in(LANG_ZH, (enum msg_id)id), *en = msg_in(LANG_EN, (enum msg_id)id);
        ck_assert_msg(zh && *zh, "message %d has no Chinese (%s)", id, en);
        ck_assert_msg(en && *en, "message %d has no English (%s)", id, zh);
        struct conversions a = parse(zh), b = parse(en);
        ck_assert_msg(!a.mixed && !b.mixed, "bad format: %s / %s", zh, en);
        ck_assert_msg(a.count == b.count, "different arguments: %s / %s", zh, en);
        for (int i = 1; i <= a.count; i++)
            ck_assert_msg(a.of[i][0] && strcmp(a.of[i], b.of[i]) == 0, "argument %d: %s / %s", i,
                          zh, en);
    }
}
END_TEST

/* Ideographs, their punctuation and full-width forms: bytes E3 80 80 to E9 …, EF BC 80 and above.
 */
static bool has_chinese(const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        if ((*p >= 0xe3 && *p <= 0xe9) || (*p == 0xef && p[1] >= 0xbc))
            return true;
    return false;
}

/* Letters of its own, that is, not those of a conversion such as %1$s. */
static bool has_letters(const char *format)
{
    for (const char *p = format; *p; p++) {
        if (p[0] == '%' && isdigit((unsigned char)p[1]))
            p += strcspn(p, "sdiuxcfgp");
        else if (isalpha((unsigned char)*p))
            return true;
    }
    return false;
}

static bool is_one_of(int id, const enum msg_id *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (id == (int)list[i])
            return true;
    return false;
}

/* Nothing was forgotten in the other language, or put into the wrong column. */
START_TEST(each_language_in_its_column)
{
    static const enum msg_id names_chinese[] = {
        /* the language itself, and column heads of a table */
        MSG_COURSE_ROSTER_HEAD, MSG_COURSE_EXTENSION_HEAD, MSG_CLI_TIMES_HEAD, MSG_TUI_DO_LANGUAGE,
        MSG_TUI_VALUE_ZH};
    static const enum msg_id no_chinese[] = {/* commands to type, and names */
                                             MSG_CLI_DOC_GCC_IS,
                                             MSG_CLI_DOC_GCC_REMEDY,
                                             MSG_CLI_DOC_PROC_YAMA,
                                             MSG_CLI_DOC_SPACE_NONE_REMEDY,
                                             MSG_CLI_DOC_ASAN,
                                             MSG_CLI_DOC_TSAN,
                                             MSG_CLI_DOC_STRACE,
                                             MSG_CLI_DOC_STRACE_REMEDY,
                                             MSG_CLI_DOC_CLASS_SIM_REMEDY,
                                             MSG_CLI_DOC_CHARSET_REMEDY,
                                             MSG_OBSERVE_LABEL_FIFO,
                                             MSG_TUI_VALUE_EN};
    for (int id = 0; id < MSG_COUNT; id++) {
        const char *zh = msg_in(LANG_ZH, (enum msg_id)id), *en = msg_in(LANG_EN, (enum msg_id)id);
        ck_assert_msg(!has_chinese(en) || is_one_of(id, names_chinese,
                                                    sizeof names_chinese / sizeof *names_chinese),
                      "Chinese in the English column: %s", en);
        ck_assert_msg(has_chinese(zh) || !has_letters(zh) ||
                          is_one_of(id, no_chinese, sizeof no_chinese / sizeof *no_chinese),
                      "no Chinese in the Chinese column: %s", zh);
    }
}
END_TEST

START_TEST(messages_are_well_written)
{
    for (int id = 0; id < MSG_COUNT; id++) {
        const char *zh = msg_in(LANG_ZH, (enum msg_id)id), *en = msg_in(LANG_EN, (enum msg_id)id);
        ck_assert_msg(text_is_utf8(zh, strlen(zh)) && text_is_utf8(en, strlen(en)), "%s", en);
        /* half-width punctuation right after a Chinese character */
        for (const char *p = zh; p[0] && p[1] && p[2]; p++)
            ck_assert_msg((unsigned char)p[0] < 0xe4 || (unsigned char)p[0] > 0xe9 || !p[3] ||
                              !strchr(",;!?", p[3]),
                          "half-width punctuation: %s", zh);
    }
}
END_TEST

/* The parser above must be able to fail. */
START_TEST(format_parser)
{
    ck_assert(parse("%1$s %d").mixed);
    ck_assert(parse("%1$s %1$d").mixed);
    ck_assert(parse("100 %").mixed);
    struct conversions c = parse("%2$zu 100%% %1$-8.3s");
    ck_assert(!c.mixed);
    ck_assert_int_eq(c.count, 2);
    ck_assert_str_eq(c.of[1], "s");
    ck_assert_str_eq(c.of[2], "zu");
}
END_TEST

static void set_variable(const char *name, const char *value)
{
    if (value)
        setenv(name, value, 1);
    else
        unsetenv(name);
}

START_TEST(language_is_chosen)
{
    static const struct {
        const char *option, *own, *all, *messages, *lang;
        enum lang wanted;
    } cases[] = {
        {NULL, NULL, NULL, NULL, NULL, LANG_ZH},
        {NULL, NULL, NULL, NULL, "C.UTF-8", LANG_ZH},
        {NULL, NULL, NULL, NULL, "en_US.UTF-8", LANG_EN},
        {NULL, NULL, NULL, NULL, "fr_FR.UTF-8", LANG_ZH},
        {NULL, NULL, "C", NULL, "en_US.UTF-8", LANG_ZH}, /* LC_ALL overrides */
        {NULL, NULL, "", "en", "zh_CN.UTF-8", LANG_EN},  /* empty is unset */
        {NULL, "zh", "en_US.UTF-8", NULL, NULL, LANG_ZH},
        {NULL, "fr", "en_US.UTF-8", NULL, NULL, LANG_EN}, /* ours counts only when it is known */
        {"en", "zh", "zh_CN.UTF-8", NULL, NULL, LANG_EN},
        {"zh", "en", NULL, NULL, NULL, LANG_ZH},
        {NULL, NULL, NULL, NULL, "ends_like_en", LANG_ZH},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        set_variable("IPCLAB_LANG", cases[i].own);
        set_variable("LC_ALL", cases[i].all);
        set_variable("LC_MESSAGES", cases[i].messages);
        set_variable("LANG", cases[i].lang);
        ck_assert_int_eq(msg_choose(cases[i].option), 0);
        ck_assert_msg(msg_lang() == cases[i].wanted, "case %zu", i);
    }
    msg_set_lang(LANG_EN);
    ck_assert_int_eq(msg_choose("fr"), -1);
    ck_assert_int_eq(msg_choose(""), -1);
    ck_assert_int_eq(msg_lang(), LANG_EN);
}
END_TEST

START_TEST(messages_are_formatted)
{
    AUTO_FREE char *zh = msg_format(LANG_ZH, MSG_BASE_TOO_LARGE, "f", (size_t)7);
    AUTO_FREE char *en = msg_format(LANG_EN, MSG_BASE_TOO_LARGE, "f", (size_t)7);
    ck_assert_ptr_nonnull(strstr(zh, "7"));
    ck_assert_ptr_nonnull(strstr(en, "at most 7 bytes"));
    msg_set_lang(LANG_EN);
    ck_assert_ptr_eq(msg(MSG_BASE_TOO_LARGE), msg_in(LANG_EN, MSG_BASE_TOO_LARGE));
    char *printed = NULL;
    size_t size;
    FILE *f = open_memstream(&printed, &size);
    msg_print(f, MSG_BASE_TOO_LARGE, "f", (size_t)7);
    fclose(f);
    ck_assert_str_eq(printed, en);
    free(printed);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("base");
    TCase *buffers = tcase_create("buffers");
    tcase_add_test(buffers, buffer_grows);
    tcase_add_test(buffers, strings);
    suite_add_tcase(s, buffers);
    TCase *files = tcase_create("files");
    tcase_add_test(files, reads_only_regular_files);
    tcase_add_test(files, empty_file_gives_text);
    tcase_add_test(files, write_replaces);
    tcase_add_test(files, no_room_keeps_the_old_file);
    tcase_add_test(files, makes_folders);
    tcase_add_test(files, copies_one_file);
    tcase_add_test(files, removes_a_tree);
    tcase_add_test(files, removes_locked_folders);
    tcase_add_test(files, hash_and_clock);
    suite_add_tcase(s, files);
    TCase *messages = tcase_create("messages");
    tcase_add_test(messages, errors);
    tcase_add_loop_test(messages, errors_are_harmless, 0, 8);
    tcase_add_test(messages, both_languages_take_the_same_arguments);
    tcase_add_test(messages, each_language_in_its_column);
    tcase_add_test(messages, messages_are_well_written);
    tcase_add_test(messages, format_parser);
    tcase_add_test(messages, language_is_chosen);
    tcase_add_test(messages, messages_are_formatted);
    suite_add_tcase(s, messages);
    return s;
}

int main(void)
{
    if (!mkdtemp(root)) {
        perror(root);
        return 1;
    }
    chmod(root, 0755); /* nobody has to get in */
    SRunner *r = srunner_create(suite());
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    fs_remove_tree(root, NULL);
    return failed ? 1 : 0;
}
