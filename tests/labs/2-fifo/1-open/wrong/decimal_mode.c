// expect: block_waits_for_peer no-block
// 权限写成十进制 600：建成的 FIFO 自己也打不开。
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum how { BLOCK, NONBLOCK, TIMEOUT };

struct request {
    bool reader;
    enum how how;
    long timeout_ms;
    const char *path;
};

/* 读者在确认“写者来了”的时候，可能顺手读到了头几个字节；它们也是数据。 */
struct first {
    char data[512];
    size_t len;
};

/* --- 命令行 --------------------------------------------------------------------------- */

static int usage(void)
{
    fprintf(stderr, "用法: fifo_open {r|w} {block|nonblock|timeout MS} PATH\n");
    return 2;
}

/* 0 到 1000000000 的十进制整数，不要符号，不要空格。 */
static bool parse_ms(const char *text, long *ms)
{
    if (*text == '\0' || strlen(text) > 10 || text[strspn(text, "0123456789")] != '\0')
        return false;
    *ms = strtol(text, NULL, 10);
    return *ms <= 1000000000;
}

static bool parse(struct request *rq, int argc, char **argv)
{
    if (argc < 4 || (strcmp(argv[1], "r") != 0 && strcmp(argv[1], "w") != 0))
        return false;
    rq->reader = argv[1][0] == 'r';
    rq->path = argv[argc - 1];
    rq->timeout_ms = 0;
    if (strcmp(argv[2], "timeout") == 0) {
        rq->how = TIMEOUT;
        return argc == 5 && parse_ms(argv[3], &rq->timeout_ms);
    }
    rq->how = strcmp(argv[2], "block") == 0 ? BLOCK : NONBLOCK;
    return argc == 4 && (rq->how == BLOCK || strcmp(argv[2], "nonblock") == 0);
}

/* --- 时间 ----------------------------------------------------------------------------- */

/* 用单调时钟：改系统时间不会让等待变长或变短。 */
static long long now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* 距离截止还有多少毫秒，最多给 most；到点了返回 0。 */
static int slice(long long deadline, int most)
{
    long long left = deadline - now_ms();

    return left <= 0 ? 0 : left < most ? (int)left : most;
}

/* --- 搬运 ----------------------------------------------------------------------------- */

static bool write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return false; /* 读者走了是 EPIPE：main 已经忽略 SIGPIPE，否则我们活不到这里 */
        data += n;
        len -= (size_t)n;
    }
    return true;
}

/* 从 in 抄到 out，直到 EOF。 */
static bool copy(int in, int out)
{
    char buf[8192];
    ssize_t n;

    while ((n = read(in, buf, sizeof buf)) != 0) {
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1 || !write_all(out, buf, (size_t)n))
            return false;
    }
    return true;
}

/* O_NONBLOCK 只为打开时不停住；搬运时要老老实实地等，否则一满就是 EAGAIN。 */
static bool make_blocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    return flags != -1 && fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) != -1;
}

/* --- 打开 ----------------------------------------------------------------------------- */

/* 没有就建一个。先建再看 EEXIST：两个程序同时来，总有一个建成，另一个照用。 */
static bool make_fifo(const char *path)
{
    struct stat st;

    if (mkfifo(path, 600) == -1 && errno != EEXIST) {
        fprintf(stderr, "fifo_open: 不能创建 %s: %s\n", path, strerror(errno));
        return false;
    }
    if (stat(path, &st) == -1) {
        fprintf(stderr, "fifo_open: %s: %s\n", path, strerror(errno));
        return false;
    }
    if (!S_ISFIFO(st.st_mode)) {
        fprintf(stderr, "fifo_open: %s 不是 FIFO\n", path);
        return false;
    }
    return true;
}

/* 绝不带 O_CREAT 或 O_TRUNC：那会造出普通文件，或毁掉别人的文件。被信号打断就再来。 */
static int open_again(const char *path, int flags)
{
    int fd;

    do
        fd = open(path, flags | O_CLOEXEC);
    while (fd == -1 && errno == EINTR);
    return fd;
}

/* 写者：每次试着打开，没有读者就是 ENXIO；睡一小会儿再试，越睡越长，最多 20 毫秒。 */
static int open_writer_until(const char *path, long long deadline)
{
    for (int pause = 1;; pause = pause < 10 ? pause * 2 : 20) {
        int fd = open_again(path, O_WRONLY | O_NONBLOCK);
        if (fd != -1 || errno != ENXIO)
            return fd;
        int ms = slice(deadline, pause);
        if (ms == 0) {
            errno = ETIMEDOUT;
            return -1;
        }
        poll(NULL, 0, ms);
    }
}

/* 读者：非阻塞打开总是成功，要自己分辨写者来了没有。
 *   poll 报告 POLLIN 或 POLLHUP   写者来过（写了数据，或者来了又走）
 *   read 得到 EAGAIN              写者开着 FIFO，只是还没说话
 *   read 得到 0                   从来没有写者：这不是 EOF */
static bool writer_came(int fd, long long deadline, struct first *first)
{
    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        int ms = slice(deadline, 10); /* 沉默的写者不会唤醒 poll，所以隔一会儿看一眼 */
        if (poll(&p, 1, ms) > 0)
            return true;
        ssize_t n = read(fd, first->data, sizeof first->data);
        if (n > 0)
            first->len = (size_t)n;
        if (n > 0 || (n == -1 && errno == EAGAIN))
            return true;
        if (ms == 0)
            return false;
    }
}

static int open_reader_until(const char *path, long long deadline, struct first *first)
{
    int fd = open_again(path, O_RDONLY | O_NONBLOCK);

    if (fd == -1 || writer_came(fd, deadline, first))
        return fd;
    close(fd);
    errno = ETIMEDOUT;
    return -1;
}

static int open_fifo(const struct request *rq, struct first *first)
{
    int direction =
        rq->reader ? O_RDONLY : O_WRONLY; /* 不用 O_RDWR：自己当自己的对方，永远等不到 EOF */

    if (rq->how != TIMEOUT)
        return open_again(rq->path, direction | (rq->how == NONBLOCK ? O_NONBLOCK : 0));
    long long deadline = now_ms() + rq->timeout_ms;
    return rq->reader ? open_reader_until(rq->path, deadline, first)
                      : open_writer_until(rq->path, deadline);
}

/* --- 全过程 --------------------------------------------------------------------------- */

/* 一行结果，马上写出去：对方可能正等着看它。 */
static bool say(const char *line)
{
    if (puts(line) == EOF || fflush(stdout) == EOF) {
        perror("fifo_open: 写标准输出");
        return false;
    }
    return true;
}

static int not_opened(const struct request *rq)
{
    if (errno == ETIMEDOUT)
        say("TIMEOUT");
    else if (errno == ENXIO)
        say("ENXIO");
    else
        fprintf(stderr, "fifo_open: 不能打开 %s: %s\n", rq->path, strerror(errno));
    return 1;
}

static bool transfer(const struct request *rq, int fd, const struct first *first)
{
    if (!rq->reader)
        return make_blocking(fd) && copy(STDIN_FILENO, fd);

    /* 第一个写者到来之前 read 会返回 0；等到有数据或它离开，之后的 0 才是 EOF。 */
    struct pollfd p = {.fd = fd, .events = POLLIN};
    while (rq->how == NONBLOCK && poll(&p, 1, -1) == -1)
        if (errno != EINTR)
            return false;
    return make_blocking(fd) && write_all(STDOUT_FILENO, first->data, first->len) &&
           copy(fd, STDOUT_FILENO);
}

int main(int argc, char **argv)
{
    struct request rq;
    struct first first = {.len = 0};
    struct stat st;

    if (!parse(&rq, argc, argv))
        return usage();
    signal(SIGPIPE, SIG_IGN); /* 读者走了，让 write 返回 EPIPE，好好报错退出 */
    if (!make_fifo(rq.path))
        return 1;

    int fd = open_fifo(&rq, &first);
    if (fd == -1)
        return not_opened(&rq);
    /* 检查和打开之间，名字可能已经指向别的东西；描述符不会变。 */
    if (fstat(fd, &st) == -1 || !S_ISFIFO(st.st_mode)) {
        fprintf(stderr, "fifo_open: %s 已经不是 FIFO\n", rq.path);
        return 1;
    }
    if (!say("open ok"))
        return 1;
    if (!transfer(&rq, fd, &first)) {
        perror("fifo_open: 搬运数据");
        return 1;
    }
    close(fd); /* FIFO 留在原处：它不是我们一个人的，别人可能正要用 */
    return 0;
}
