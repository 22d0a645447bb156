/* Check program of fifo-open.
 *
 * Where a test needs a peer that does something unusual (stays silent, reads slowly, leaves), the
 * check program opens the FIFO itself, always with O_NONBLOCK, so that it can never be held up. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/lab.h"

enum {
    PATIENT_MS = 10000, /* "timeout" of a program whose peer comes at once */
    EXPIRE_MS = 1000,   /* "timeout" that nobody ends */
    BULK = 200000,      /* more than a pipe holds */
};
/* CPU time allowed during EXPIRE_MS of waiting; the task says so. A sleep of 1 ms a turn uses 0.02.
 */
#define CPU_WHILE_WAITING 0.1

/* --- the FIFO of the test --------------------------------------------------------------------- */

static const char *fifo;        /* its path */
static struct lab_proc *judged; /* the student's program started last */
static int reader_fd = -1;      /* our read end in reader_leaves */

static const char *use_fifo(const char *name)
{
    lab_allow_left(LAB_LEFT_FILE, name); /* it is meant to stay; expect_fifo() looks */
    return fifo = lab_path(name);
}

static void make_fifo(const char *path, mode_t mode)
{
    if (mkfifo(path, mode) == -1 || chmod(path, mode) == -1)
        lab_internal("cannot make %s: %s", path, strerror(errno));
}

static ino_t inode_of(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0 ? st.st_ino : 0;
}

static void expect_fifo(void)
{
    struct stat st;

    lab_expect(lstat(fifo, &st) == 0, VERDICT_WRONG_STATE, "fifo-removed",
               "FIFO 不见了：程序不该删除它，别人可能正要用。",
               "The FIFO is gone: the program must not remove it, others may want it.");
    lab_expect(S_ISFIFO(st.st_mode), VERDICT_WRONG_STATE, "regular-file",
               "PATH 上的东西不是 FIFO（类型 0%o）。", "What is at PATH is no FIFO (type 0%o).",
               (unsigned)(st.st_mode & S_IFMT));
}

static int open_here(int flags)
{
    int fd = open(fifo, flags | O_NONBLOCK | O_CLOEXEC);

    lab_expect(fd != -1 || errno != ENOENT, VERDICT_WRONG_STATE, "fifo-removed",
               "FIFO 不见了，另一端无法打开。", "The FIFO is gone, the other side cannot open it.");
    if (fd == -1)
        lab_internal("cannot open %s: %s", fifo, strerror(errno));
    return fd;
}

/* Open the FIFO for writing as soon as the reader has it open (or waits in open). */
static bool opened_for_writing(void *arg)
{
    int *fd = arg;

    *fd = open(fifo, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    return *fd != -1;
}

static int open_as_writer(void)
{
    int fd = -1;

    lab_await(opened_for_writing, &fd, "reader-not-there", "读者打开 FIFO",
              "the reader to open the FIFO");
    return fd;
}

/* --- what is wrong ------------------------------------------------------------------------------
 */

static bool printed(struct lab_proc *p, const char *text)
{
    size_t len, want = strlen(text);
    const char *out = lab_output(p, &len);

    return len >= want && memcmp(out, text, want) == 0;
}

static const char *regular_file(void)
{
    struct stat st;

    if (lstat(fifo, &st) == -1 || !S_ISREG(st.st_mode))
        return NULL;
    lab_note("PATH 是一个普通文件，%lld 字节", "PATH is a regular file of %lld bytes",
             (long long)st.st_size);
    lab_hint(
        "open 带上 O_CREAT，没有 FIFO 时造出来的是普通文件：读它马上 EOF，写它进了磁盘，"
        "两边谁也不等谁。FIFO 要用 mkfifo 创建，open 不带 O_CREAT。",
        "open() with O_CREAT makes a regular file where there is no FIFO: reading it gives EOF "
        "at once, and neither side waits. Make the FIFO with mkfifo(); open without O_CREAT.");
    return "regular-file";
}

static const char *refine(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)v;
    (void)diagnosis;
    (void)p;
    return regular_file();
}

/* The program should have waited for a peer, but did not. */
static const char *did_not_wait(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    const char *id = refine(v, diagnosis, p);

    if (id != NULL || judged == NULL)
        return id;
    if (printed(judged, "open ok")) {
        lab_note("另一端还没有任何人打开，它却已经打印了 open ok",
                 "nobody has opened the other end, yet it has printed open ok");
        lab_hint("block 方式要停在 open 里。O_RDWR 会让自己成为自己的另一端，O_NONBLOCK 根本不等；"
                 "open ok 也要在 open 返回之后才打印。",
                 "The block mode must wait inside open(). O_RDWR makes the program its own peer, "
                 "O_NONBLOCK does not wait at all; and open ok is printed after open() returned.");
        return "open-ok-too-early";
    }
    return NULL;
}

static void begin(void)
{
    lab_on_fail(refine);
    lab_hint_for(
        "fifo-no-peer", NULL,
        "它停在 open 里等另一端。先看证据里的第二个参数：r 用 O_RDONLY，w 用 O_WRONLY；"
        "已经打开成功，就不要关掉再打开一次。nonblock 要给 open 加 O_NONBLOCK；"
        "timeout 要么也用它，隔一会儿试一次，要么用会重复响的定时器打断 open。",
        "It waits in open() for the other end. See the second argument: O_RDONLY for r, O_WRONLY "
        "for w; and do not close and open again what is open already. The nonblock mode needs "
        "O_NONBLOCK; timeout "
        "uses it too and tries again now and then, or a repeating timer interrupts open().");
    lab_hint_for(
        "no-block", NULL,
        "它应该睡在 open 或 read 里等，却结束了。看退出码和 stderr：Permission "
        "denied，权限要写成八进制 "
        "0600（十进制 600 是另一回事）；File exists，FIFO 已经有了不算错；什么也没说，"
        "就看是不是用了 O_NONBLOCK，或者用 O_RDWR 打开（自己就是对方）。",
        "It should sleep in open() or read(), but ended. See its status and stderr: Permission "
        "denied means that the mode is not the octal 0600; File exists is no error; without a "
        "word, "
        "was it O_NONBLOCK, or O_RDWR (which is its own peer)?");
    lab_hint_for(
        "reader-not-there", NULL,
        "读者要先打开 FIFO（O_RDONLY | O_NONBLOCK 马上成功），再在打开的描述符上等写者。"
        "先睡再打开，写者来的时候你不在。",
        "The reader has to open the FIFO first (O_RDONLY | O_NONBLOCK succeeds at once) and "
        "wait with it open; asleep before open(), it is not there when the writer comes.");
    lab_hint_for("wrong-output", NULL,
                 "先是单独一行 open ok（马上写出去），后面是原样的数据：字节可以是任何值，"
                 "不能当字符串处理，也不能多打印别的。",
                 "First the line open ok, written at once, then the data as it is: any bytes, not "
                 "strings, and nothing else.");
}

/* --- starting
 * -------------------------------------------------------------------------------------- */

static struct lab_proc *start(const char *role, const char *how, const char *input)
{
    return judged = lab_spawn(.program = "fifo_open", .args = LAB_ARGS(role, how, fifo),
                              .input = input, .input_len = input != NULL ? strlen(input) : 0,
                              .role_zh = *role == 'r' ? "读者" : "写者",
                              .role_en = *role == 'r' ? "the reader" : "the writer");
}

static struct lab_proc *start_timeout(const char *role, int ms, const char *input)
{
    lab_expect_timer();
    return lab_spawn(.program = "fifo_open",
                     .args = LAB_ARGS(role, "timeout", lab_text("%d", ms), fifo), .input = input,
                     .input_len = input != NULL ? strlen(input) : 0,
                     .role_zh = *role == 'r' ? "读者" : "写者",
                     .role_en = *role == 'r' ? "the reader" : "the writer");
}

static struct lab_proc *start_peer(const char *role, const void *input, size_t len)
{
    return lab_spawn(.program = "fifo_open", .args = LAB_ARGS(role, "block", fifo), .input = input,
                     .input_len = len, .side = LAB_REFERENCE,
                     .role_zh = *role == 'r' ? "参考读者" : "参考写者",
                     .role_en = *role == 'r' ? "the reference reader" : "the reference writer");
}

static void expect_end(struct lab_proc *p, const char *output, int status)
{
    lab_wait(p);
    lab_expect_output(p, output);
    lab_expect_exit(p, status);
}

/* --- the tests
 * --------------------------------------------------------------------------------------- */

static void blocks_alone(const char *role, const char *other, const char *name)
{
    struct stat st;

    use_fifo(name);
    struct lab_proc *p = start(role, "block", "");
    lab_await_blocked(p, SYS_openat, -1);
    expect_fifo();
    if (stat(fifo, &st) == -1)
        lab_internal("%s vanished", fifo);
    lab_expect((st.st_mode & 07777) == 0600, VERDICT_WRONG_STATE, "wrong-mode",
               "新建的 FIFO 权限是 %04o，应该是 0600：只有自己能读写。",
               "The new FIFO has mode %04o, it should be 0600: for its owner only.",
               (unsigned)(st.st_mode & 07777));
    size_t len;
    lab_output(p, &len);
    lab_expect(len == 0, VERDICT_WRONG_OUTPUT, "open-ok-too-early",
               "它还停在 open 里，却已经打印了 %zu 字节。",
               "It still waits in open(), yet it has printed %zu bytes.", len);
    struct lab_proc *peer = start_peer(other, "", 0);
    expect_end(p, "open ok\n", 0);
    lab_wait(peer);
}

LAB_TEST(block_waits_for_peer)
{
    begin();
    lab_on_fail(did_not_wait);
    lab_context("r block，没有写者", "r block, no writer");
    blocks_alone("r", "w", "fifo-r");
    lab_context("w block，没有读者", "w block, no reader");
    blocks_alone("w", "r", "fifo-w");
}

/* Every byte value, then a pattern. */
static char *bulk_bytes(void)
{
    char *data = malloc(BULK);

    if (data == NULL)
        lab_internal("no memory for %d bytes", BULK);
    for (int i = 0; i < 256; i++)
        data[i] = (char)i;
    memcpy(data + 256, lab_pattern(BULK - 256), BULK - 256);
    return data;
}

/* The same after the line that says the FIFO is open. */
static void expect_line_and(struct lab_proc *p, const char *data, size_t len)
{
    static const char line[] = "open ok\n";
    size_t want = sizeof line - 1 + len;
    char *expected = malloc(want);

    if (expected == NULL)
        lab_internal("no memory for %zu bytes", want);
    memcpy(expected, line, sizeof line - 1);
    memcpy(expected + sizeof line - 1, data, len);
    lab_wait(p);
    lab_expect_output_bytes(p, expected, want);
    lab_expect_exit(p, 0);
    free(expected);
}

/* Without the provocation the same bytes just arrived. */
static const char *partial_ignored(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)diagnosis;
    (void)p;
    if (v == VERDICT_LEAK)
        return NULL;
    lab_note("write 一次写完时，同样的数据刚才是对的",
             "when write() did all at once, the same data was right");
    lab_hint(
        "write 也可以只写一部分：返回值是写了多少，要从那里接着写，直到这一段写完。",
        "write() may do a part only: it returns how much, go on from there until this piece is "
        "written.");
    return "partial-io";
}

LAB_TEST(carries_bytes)
{
    char *data = bulk_bytes();

    begin();
    lab_hint_for("short-output", NULL,
                 "一次 read 只给出当时有的字节；一直读到它返回 0，每次得到多少就写出多少。",
                 "One read() gives what is there at the moment; read until it returns 0 and write "
                 "as many bytes as each read gave.");
    use_fifo("fifo");
    lab_context("你的读者，参考写者", "your reader, the reference's writer");
    struct lab_proc *p = start("r", "block", NULL);
    struct lab_proc *peer = start_peer("w", data, BULK);
    expect_line_and(p, data, BULK);
    lab_wait(peer);

    lab_context("你的写者，参考读者", "your writer, the reference's reader");
    p = lab_spawn(.program = "fifo_open", .args = LAB_ARGS("w", "block", fifo), .input = data,
                  .input_len = BULK, .role_zh = "写者", .role_en = "the writer");
    peer = start_peer("r", NULL, 0);
    expect_line_and(peer, data, BULK);
    expect_end(p, "open ok\n", 0);
    expect_fifo();

    lab_context("read、write 每次只做一部分", "read() and write() do a part each time");
    lab_on_fail(partial_ignored);
    p = lab_spawn(.program = "fifo_open", .args = LAB_ARGS("r", "block", fifo),
                  .provoke = LAB_SHORT_IO, .role_zh = "读者", .role_en = "the reader");
    peer = lab_spawn(.program = "fifo_open", .args = LAB_ARGS("w", "block", fifo), .input = data,
                     .input_len = BULK, .provoke = LAB_SHORT_IO, .role_zh = "写者",
                     .role_en = "the writer");
    expect_line_and(p, data, BULK);
    expect_end(peer, "open ok\n", 0);
    free(data);
}

static bool judged_alone; /* nobody has started the other side yet */

static const char *existing_refused(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    if (p != NULL && lab_ended(p) && !printed(p, "open ok") && WIFEXITED(lab_status(p)) &&
        WEXITSTATUS(lab_status(p)) == 1) {
        lab_note("FIFO 已经存在，程序退出 1",
                 "the FIFO was there already, the program exits with 1");
        lab_hint("mkfifo 返回 −1、errno 是 EEXIST，只说明名字已经有了；是 FIFO 就照用。",
                 "mkfifo() failing with EEXIST only says that the name exists; if it is a FIFO, "
                 "use it.");
        return "eexist-fatal";
    }
    return judged_alone ? did_not_wait(v, diagnosis, p) : refine(v, diagnosis, p);
}

LAB_TEST(uses_existing_fifo)
{
    begin();
    lab_on_fail(existing_refused);
    make_fifo(use_fifo("fifo"), 0660);
    ino_t before = inode_of(fifo);
    lab_hint_for("fifo-two-inodes", NULL,
                 "有人删掉了旧的 FIFO 又建了一个同名的：先打开的等在旧的里面，"
                 "后来的等在新的里面。已有的 FIFO 不要删，直接用。",
                 "Somebody removed the FIFO and made another of the same name: one side waits in "
                 "the old one, one in the new. Do not remove a FIFO that exists, use it.");
    lab_context("FIFO 事先就在", "the FIFO is there from the start");
    judged_alone = true;
    struct lab_proc *reader = start("r", "block", NULL);
    lab_await_blocked(reader, SYS_openat, -1);
    judged_alone = false;
    struct lab_proc *writer = start("w", "block", "hello\n");
    lab_wait_all();
    lab_expect_output(writer, "open ok\n");
    lab_expect_exit(writer, 0);
    lab_expect_output(reader, "open ok\nhello\n");
    lab_expect_exit(reader, 0);

    lab_hint(
        "FIFO 是大家的会合地点：别人可能已经打开了它。不要在开头 unlink，也不要在结尾 unlink。",
        "A FIFO is a meeting place, others may have it open. Do not unlink it, neither at the "
        "start nor at the end.");
    expect_fifo();
    lab_expect(inode_of(fifo) == before, VERDICT_WRONG_STATE, "fifo-replaced",
               "名字还在，却已经是另一个 FIFO（inode %llu，原来是 %llu）。",
               "The name is there, but it is another FIFO now (inode %llu, it was %llu).",
               (unsigned long long)inode_of(fifo), (unsigned long long)before);
}

static void expect_usage(const char *const *args)
{
    struct lab_proc *p = lab_spawn(.program = "fifo_open", .args = args);

    lab_wait(p);
    lab_expect_exit(p, 2);
    lab_expect_output(p, "");
}

static void expect_refusal(struct lab_proc *p)
{
    lab_wait(p);
    lab_expect(!printed(p, "open ok"), VERDICT_WRONG_OUTPUT, "non-fifo-accepted",
               "PATH 不是 FIFO，程序却打印了 open ok。",
               "PATH is no FIFO, yet the program printed open ok.");
    lab_expect_output(p, "");
    lab_expect_exit(p, 1);
}

static void refuse_all(void)
{
    expect_refusal(start("r", "block", NULL));
    expect_refusal(start("w", "block", "overwritten\n"));
    expect_refusal(start("r", "nonblock", NULL));
    expect_refusal(start("w", "nonblock", "overwritten\n"));
    expect_refusal(start_timeout("r", 50, NULL));
    expect_refusal(start_timeout("w", 50, "overwritten\n"));
}

static void make_file(const char *path, const char *content)
{
    FILE *f = fopen(path, "w");

    if (f == NULL || fputs(content, f) == EOF || fclose(f) == EOF)
        lab_internal("cannot write %s: %s", path, strerror(errno));
}

static void expect_file(const char *path, const char *content)
{
    char text[256];
    FILE *f = fopen(path, "r");

    lab_expect(f != NULL, VERDICT_WRONG_STATE, "file-removed", "普通文件被删掉了。",
               "The regular file was removed.");
    size_t len = fread(text, 1, sizeof text, f);
    fclose(f);
    lab_expect(len == strlen(content) && memcmp(text, content, len) == 0, VERDICT_WRONG_STATE,
               "file-clobbered", "PATH 上的普通文件被改动了：原来 %zu 字节，现在 %zu 字节。",
               "The regular file at PATH was changed: it had %zu bytes, now %zu.", strlen(content),
               len);
}

static void make_socket(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(a.sun_path, sizeof a.sun_path, "%.*s", (int)sizeof a.sun_path - 1, path);
    if (fd == -1 || bind(fd, (struct sockaddr *)&a, sizeof a) == -1)
        lab_internal("cannot bind %s: %s", path, strerror(errno));
    close(fd); /* the name stays */
}

LAB_TEST(refuses_non_fifo)
{
    static const char content[] = "do not touch\n";

    begin();
    lab_on_fail(NULL);
    use_fifo("thing");
    lab_context("用法错误时", "wrong usage");
    expect_usage(LAB_ARGS("r", "block"));
    expect_usage(LAB_ARGS("x", "block", fifo));
    expect_usage(LAB_ARGS("r", "later", fifo));
    expect_usage(LAB_ARGS("w", "timeout", "-5", fifo));
    lab_expect(access(fifo, F_OK) == -1, VERDICT_WRONG_STATE, "made-on-usage-error",
               "用法错误，却已经创建了 PATH。", "Wrong usage, yet PATH was created.");

    lab_hint("先用 stat 和 S_ISFIFO 看清楚 PATH 是什么，再 open；open 不要带 O_CREAT、O_TRUNC。",
             "Look with stat() and S_ISFIFO what PATH is before open(); no O_CREAT, no O_TRUNC.");
    lab_context("PATH 是普通文件", "PATH is a regular file");
    make_file(fifo, content);
    refuse_all();
    expect_file(fifo, content);
    unlink(fifo);

    lab_context("PATH 是目录", "PATH is a directory");
    if (mkdir(fifo, 0700) == -1)
        lab_internal("cannot make folder %s: %s", fifo, strerror(errno));
    refuse_all();
    rmdir(fifo);

    lab_context("PATH 是套接字文件，open 它也得到 ENXIO",
                "PATH is a socket: open() gives ENXIO too");
    make_socket(fifo);
    refuse_all();
    unlink(fifo);
}

LAB_TEST(writer_without_reader)
{
    begin();
    use_fifo("fifo");
    lab_context("没有读者", "no reader");
    lab_hint("没有读者时，open(O_WRONLY | O_NONBLOCK) 返回 −1，errno 是 ENXIO：打印 ENXIO "
             "一行，退出 1。",
             "Without a reader open(O_WRONLY | O_NONBLOCK) fails with ENXIO: print ENXIO, exit 1.");
    expect_end(start("w", "nonblock", "lost\n"), "ENXIO\n", 1);
    expect_fifo();

    lab_context("有一个读者正停在 open 里", "a reader waits in open");
    lab_hint(NULL, NULL);
    struct lab_proc *peer = start_peer("r", NULL, 0);
    lab_await_blocked(peer, SYS_openat, -1);
    expect_end(start("w", "nonblock", "now\n"), "open ok\n", 0);
    expect_end(peer, "open ok\nnow\n", 0);
}

static const char *ended_before_writer(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    const char *id = refine(v, diagnosis, p);

    if (id != NULL ||
        (strcmp(diagnosis, "no-block") != 0 && strcmp(diagnosis, "reader-not-there") != 0))
        return id;
    lab_note("还没有任何写者打开过 FIFO，读者就结束了",
             "the reader ended before any writer had opened the FIFO");
    lab_hint(
        "O_NONBLOCK 打开之后，写者来之前 read 返回 0：管道空着，也没有写者。这不是 EOF。"
        "先用 poll(POLLIN, -1) 等：第一份数据给 POLLIN，写者来了又走给 POLLHUP，"
        "从来没有写者时它一直等。",
        "After a non-blocking open, read() returns 0 until the first writer comes: the pipe is "
        "empty and has no writer. That is not EOF. Wait with poll(POLLIN, -1): data gives POLLIN, "
        "a writer that came and left POLLHUP; without any writer so far it waits.");
    return "early-eof";
}

/* A reader in nonblock mode that has said "open ok" and now waits. */
static struct lab_proc *waiting_reader(void)
{
    use_fifo("fifo");
    lab_context("写者还没有来", "no writer has come yet");
    struct lab_proc *p = start("r", "nonblock", NULL);
    lab_expect_line(p, "open ok");
    lab_on_fail(ended_before_writer);
    lab_await_blocked(p, -1, -1);
    return p;
}

/* The reader met a writer that has the FIFO open and says nothing. */
static const char *gave_up_on_silence(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    const char *id = refine(v, diagnosis, p);

    if (id != NULL || !lab_ended(judged))
        return id;
    size_t len;
    lab_output(judged, &len);
    if (len >= BULK)
        return NULL;
    lab_note("写者还没有写完，读者已经结束了", "the reader ended before the writer was done");
    lab_hint("写者开着 FIFO、暂时没有数据时，非阻塞的 read 返回 −1、EAGAIN：不是错误，也不是 EOF。"
             "poll 返回之后去掉 O_NONBLOCK，再读到 0 为止。",
             "While a writer is there but has nothing to say, a non-blocking read() fails with "
             "EAGAIN: neither an error nor EOF. After poll() returned, clear O_NONBLOCK and read "
             "until 0.");
    return "left-early";
}

/* The reader has taken everything out of the FIFO. */
static bool is_drained(void *arg)
{
    int *fd = arg;
    int waiting = 1;

    return ioctl(*fd, FIONREAD, &waiting) == 0 && waiting == 0;
}

LAB_TEST(reader_before_writer)
{
    char *data = bulk_bytes();

    begin();
    struct lab_proc *p = waiting_reader();
    lab_context("写者来了，先沉默，再写", "a writer comes, is silent, then writes");
    int fd = open_as_writer();
    lab_on_fail(gave_up_on_silence);
    lab_await_blocked(p, -1, -1);
    size_t part = 100;
    if (write(fd, data, part) != (ssize_t)part)
        lab_fail(VERDICT_WRONG_STATE, "reader-not-there", "读者已经不在了。",
                 "The reader is gone.");
    lab_await(is_drained, &fd, "no-data", "读者读走第一批数据",
              "the reader to take the first data");
    lab_await_blocked(p, -1, -1);
    struct lab_proc *peer = start_peer("w", data + part, BULK - part);
    lab_expect_line(peer, "open ok");
    close(fd);
    expect_line_and(p, data, BULK);
    lab_wait(peer);
    expect_fifo();
    free(data);
}

LAB_TEST(silent_writer)
{
    begin();
    struct lab_proc *p = waiting_reader();
    lab_hint(
        "写者打开又关闭，没有留下数据：poll 给出 POLLHUP（不是 POLLIN），接着 read 返回 0，"
        "这次是 EOF。只等 POLLIN、或只靠隔一会儿 read 一次，都会错过它。",
        "A writer opened and closed without data: poll() gives POLLHUP, not POLLIN, and read() "
        "returns 0: this time it is EOF. Waiting for POLLIN only, or a read() now and then, misses "
        "it.");
    lab_context("一个写者打开又关闭，没有写", "a writer opened and closed without writing");
    close(open_as_writer());
    lab_on_fail(refine);
    expect_end(p, "open ok\n", 0);
}

/* What the check program, as the reader, has received. */
struct received {
    int fd;
    char *data;
    size_t len, room;
    bool eof;
};

/* Take what is there; true once the writer has closed. */
static bool received_all(void *arg)
{
    struct received *r = arg;
    ssize_t n;

    while (!r->eof && (n = read(r->fd, r->data + r->len, r->room - r->len)) != -1) {
        r->len += (size_t)n;
        r->eof = n == 0 || r->len == r->room;
    }
    return r->eof;
}

static bool has_bytes(void *arg)
{
    int *fd = arg;
    int waiting = 0;

    return ioctl(*fd, FIONREAD, &waiting) == 0 && waiting > 0;
}

static const char *lost_by_nonblock(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    const char *id = refine(v, diagnosis, p);

    if (id != NULL)
        return id;
    if (strcmp(diagnosis, "no-block") != 0 && strcmp(diagnosis, "short-output") != 0)
        return NULL;
    lab_note("FIFO 满了，还有数据没写，写者却不再等了",
             "the FIFO was full and data was left, yet the writer did not wait");
    lab_hint(
        "打开时的 O_NONBLOCK 还留在描述符上：管道满时 write 返回 −1、EAGAIN，或者只写进一部分。"
        "open 成功后用 fcntl(F_SETFL) 去掉它，再按返回值循环写完。",
        "O_NONBLOCK from open() is still set: with the pipe full, write() fails with EAGAIN or "
        "writes a part. Clear it with fcntl(F_SETFL) after open(), and loop over short writes.");
    return "nonblock-left-on";
}

LAB_TEST(slow_reader)
{
    struct received r = {.data = malloc(BULK + 1), .room = BULK + 1};
    char *data = bulk_bytes();

    if (r.data == NULL)
        lab_internal("no memory");
    begin();
    make_fifo(use_fifo("fifo"), 0600);
    r.fd = open_here(O_RDONLY);
    fcntl(r.fd, F_SETPIPE_SZ, 4096); /* soon full, whatever the size of the student's writes */
    struct lab_proc *p =
        lab_spawn(.program = "fifo_open", .args = LAB_ARGS("w", "nonblock", fifo), .input = data,
                  .input_len = BULK, .role_zh = "写者", .role_en = "the writer");
    lab_expect_line(p, "open ok");
    lab_on_fail(lost_by_nonblock);
    lab_await(has_bytes, &r.fd, "no-data", "写者把第一批数据写进 FIFO", "the writer's first data");
    lab_await_blocked(p, -1, -1);
    lab_await(received_all, &r, "no-data", "写者写完并关闭", "the writer to finish and close");
    lab_expect_bytes("读者收到的数据", "what the reader received", data, BULK, r.data, r.len);
    lab_wait(p);
    lab_expect_exit(p, 0);
    close(r.fd);
    free(r.data);
    free(data);
}

/* The writer has opened the FIFO (an empty one with a writer gives EAGAIN, not 0), but no line
 * came. */
static const char *not_flushed(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    char c;
    size_t len;
    const char *id = refine(v, diagnosis, p);

    lab_output(judged, &len);
    if (id != NULL || v != VERDICT_HANG || len > 0 || read(reader_fd, &c, 1) != -1 ||
        errno != EAGAIN)
        return id;
    lab_note("写者已经打开了 FIFO，stdout 上却还没有 open ok",
             "the writer has opened the FIFO, but open ok has not come out");
    lab_hint("open ok 要马上写出去：stdout 是管道时，puts 和 printf 只放进缓冲区，后面加 "
             "fflush(stdout)。",
             "open ok must go out at once: with a pipe as stdout puts() and printf() only fill a "
             "buffer; add fflush(stdout).");
    return "open-ok-not-flushed";
}

LAB_TEST(reader_leaves)
{
    begin();
    make_fifo(use_fifo("fifo"), 0600);
    reader_fd = open_here(O_RDONLY);
    struct lab_proc *p = judged =
        lab_spawn(.program = "fifo_open", .args = LAB_ARGS("w", "block", fifo), .input_open = true,
                  .role_zh = "写者", .role_en = "the writer");
    lab_context("写者还在等 stdin", "the writer waits for its stdin");
    lab_on_fail(not_flushed);
    lab_expect_line(p, "open ok");
    lab_on_fail(refine);
    lab_context("读者已经离开，写者再写", "the reader has left, the writer writes");
    lab_hint_for("sigpipe", NULL,
                 "往没有读者的管道写，内核先发 SIGPIPE，默认就是死。"
                 "signal(SIGPIPE, SIG_IGN) 之后 write 返回 −1、EPIPE，就能报错退出 1。",
                 "A write to a pipe without readers raises SIGPIPE, deadly by default. After "
                 "signal(SIGPIPE, SIG_IGN) write() fails with EPIPE and you can exit with 1.");
    lab_hint_for("wrong-status", "epipe-ignored",
                 "数据没有人收到，程序却退出 0。write 的返回值（−1、EPIPE）看了吗？"
                 "自己有没有留着一个读端（用 O_RDWR 打开也算）？",
                 "Nobody received the data, yet the program exits with 0. Did you look at what "
                 "write() returned (EPIPE)? Do you hold a read end yourself (O_RDWR does)?");
    close(reader_fd);
    lab_send_text(p, "nobody reads this\n");
    lab_close_input(p);
    lab_wait(p);
    lab_expect_exit(p, 1);
}

/* --- timeouts
 * ------------------------------------------------------------------------------------------ */

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double cpu_of(struct lab_proc *p)
{
    const struct rusage *u = lab_usage(p);

    return (double)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) +
           (double)(u->ru_utime.tv_usec + u->ru_stime.tv_usec) * 1e-6;
}

static void expires(const char *role)
{
    double begun = now();
    struct lab_proc *p = start_timeout(role, EXPIRE_MS, "");

    lab_wait(p);
    double elapsed = now() - begun;
    lab_expect_output(p, "TIMEOUT\n");
    lab_expect_exit(p, 1);
    lab_expect(elapsed * 1000 >= EXPIRE_MS, VERDICT_WRONG_STATE, "gave-up-early",
               "说好等 %d 毫秒，%.0f 毫秒就放弃了。",
               "It should wait %d ms, but gave up after %.0f.", EXPIRE_MS, elapsed * 1000);
    lab_hint("每次试打开之间要睡一会儿（poll(NULL, 0, 10) 或 nanosleep），不能一直重试。",
             "Sleep between two attempts, with poll(NULL, 0, 10) or nanosleep().");
    lab_expect(cpu_of(p) <= CPU_WHILE_WAITING, VERDICT_BUSY_LOOP, "busy-retry",
               "等了 %.1f 秒，用掉 %.2f 秒 CPU：它在空转。",
               "In %.1f s of waiting it used %.2f s of CPU time: it spins.", elapsed, cpu_of(p));
    lab_hint(NULL, NULL);
}

LAB_TEST(timeout_expires)
{
    begin();
    use_fifo("fifo");
    lab_hint_for("last-resort", NULL,
                 "MS 是毫秒。用信号打断 open 的话：不能带 SA_RESTART；MS 是 0 也要有结果；"
                 "信号如果在进入 open 之前就到了，这次打断就白费了，定时器要重复响。",
                 "MS is in milliseconds. If a signal is to interrupt open(): no SA_RESTART, MS may "
                 "be 0, and a signal that comes before open() is lost: let the timer repeat.");
    lab_context("timeout 0，没有对方", "timeout 0, no peer");
    expect_end(start_timeout("r", 0, NULL), "TIMEOUT\n", 1);
    expect_end(start_timeout("w", 0, ""), "TIMEOUT\n", 1);
    lab_context("w timeout %d，没有读者", "w timeout %d, no reader", EXPIRE_MS);
    expires("w");
    lab_context("r timeout %d，没有写者", "r timeout %d, no writer", EXPIRE_MS);
    expires("r");
    expect_fifo();
}

static void silent_then_talks(void)
{
    lab_context("r timeout %d，写者来了但不说话", "r timeout %d, a silent writer", PATIENT_MS);
    struct lab_proc *p = start_timeout("r", PATIENT_MS, NULL);
    int fd = open_as_writer();
    lab_hint("写者已经打开了 FIFO，只是还没写。poll 不会为此醒来；隔一会儿 read 一次："
             "0 是没有写者，EAGAIN 是写者在、没说话。",
             "The writer has the FIFO open and is silent. poll() does not wake up for that; read() "
             "now and then: 0 means no writer, EAGAIN a silent one.");
    lab_hint_for("wrong-output", "silent-writer-missed", NULL, NULL);
    lab_expect_line(p, "open ok");
    lab_hint_for("wrong-output", NULL, NULL, NULL);
    lab_hint(NULL, NULL);
    if (write(fd, "hello\n", 6) != 6)
        lab_fail(VERDICT_WRONG_STATE, "reader-not-there", "打印了 open ok，却已经不在读 FIFO 了。",
                 "It printed open ok, but does not have the FIFO open any more.");
    close(fd);
    expect_end(p, "open ok\nhello\n", 0);
}

static const char *gave_up(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    const char *id = refine(v, diagnosis, p);

    if (id != NULL || strcmp(diagnosis, "no-block") != 0)
        return id;
    lab_note("它没有等读者，就结束了", "it ended instead of waiting for a reader");
    lab_hint("timeout 时 ENXIO 只表示“现在还没有读者”：睡一会儿再试，到时间为止。",
             "In timeout mode ENXIO only means that there is no reader yet: sleep, try again.");
    return "gave-up-early";
}

static void reader_comes_later(void)
{
    struct received r = {.data = malloc(64), .room = 64};

    if (r.data == NULL)
        lab_internal("no memory");
    lab_context("w timeout %d，读者后到", "w timeout %d, the reader comes later", PATIENT_MS);
    struct lab_proc *p = start_timeout("w", PATIENT_MS, "hello\n");
    lab_on_fail(gave_up);
    lab_await_blocked(p, -1, -1);
    lab_on_fail(refine);
    r.fd = open_here(O_RDONLY);
    lab_expect_line(p, "open ok");
    lab_await(received_all, &r, "no-data", "写者写完并关闭", "the writer to finish and close");
    lab_expect_bytes("读者收到的数据", "what the reader received", "hello\n", 6, r.data, r.len);
    expect_end(p, "open ok\n", 0);
    close(r.fd);
    free(r.data);
}

LAB_TEST(timeout_meets_peer)
{
    begin();
    use_fifo("fifo");
    silent_then_talks();
    reader_comes_later();
    expect_fifo();
}

LAB_MAIN({"block_waits_for_peer", block_waits_for_peer}, {"carries_bytes", carries_bytes},
         {"uses_existing_fifo", uses_existing_fifo}, {"refuses_non_fifo", refuses_non_fifo},
         {"writer_without_reader", writer_without_reader},
         {"reader_before_writer", reader_before_writer}, {"silent_writer", silent_writer},
         {"slow_reader", slow_reader}, {"reader_leaves", reader_leaves},
         {"timeout_expires", timeout_expires}, {"timeout_meets_peer", timeout_meets_peer})
