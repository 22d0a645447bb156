// expect: carries_bytes partial-io
// write 只写了一部分也不管，接着读下一段。
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char first[512];
static ssize_t first_len;

static long long now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static int copy(int in, int out)
{
    char buf[16384];
    ssize_t n;

    while ((n = read(in, buf, sizeof buf)) > 0)
        if (write(out, buf, (size_t)n) == -1)
            return -1;
    return (int)n;
}

static int wait_writer(int fd, long long deadline)
{
    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, 5) > 0)
            return 0;
        first_len = read(fd, first, sizeof first);
        if (first_len > 0 || (first_len == -1 && errno == EAGAIN))
            return 0;
        if (now_ms() >= deadline)
            return -1;
    }
}

static int open_timeout(const char *path, int reader, long ms)
{
    long long deadline = now_ms() + ms;
    int fd;

    if (reader) {
        fd = open(path, O_RDONLY | O_NONBLOCK);
        return wait_writer(fd, deadline) == 0 ? fd : -1;
    }
    while ((fd = open(path, O_WRONLY | O_NONBLOCK)) == -1 && now_ms() < deadline)
        usleep(5000);
    return fd;
}

int main(int argc, char **argv)
{
    struct stat st;
    int timeout = argc == 5 && strcmp(argv[2], "timeout") == 0;
    int fd;

    if (argc != 4 + timeout || (strcmp(argv[1], "r") && strcmp(argv[1], "w")))
        return 2;
    if (timeout ? argv[3][strspn(argv[3], "0123456789")] != '\0'
                : strcmp(argv[2], "block") && strcmp(argv[2], "nonblock"))
        return 2;

    int reader = argv[1][0] == 'r';
    int nonblock = argv[2][0] == 'n';
    const char *path = argv[argc - 1];

    signal(SIGPIPE, SIG_IGN);
    if (mkfifo(path, 0600) == -1 && errno != EEXIST)
        return 1;
    if (stat(path, &st) == -1 || !S_ISFIFO(st.st_mode)) {
        fprintf(stderr, "%s: not a FIFO\n", path);
        return 1;
    }

    if (timeout)
        fd = open_timeout(path, reader, atol(argv[3]));
    else
        fd = open(path, (reader ? O_RDONLY : O_WRONLY) | (nonblock ? O_NONBLOCK : 0));
    if (fd == -1) {
        puts(timeout ? "TIMEOUT" : errno == ENXIO ? "ENXIO" : strerror(errno));
        return 1;
    }
    puts("open ok");
    fflush(stdout);

    if (reader && nonblock) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        poll(&p, 1, -1);
    }
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    if (reader) {
        if (first_len > 0)
            fwrite(first, 1, (size_t)first_len, stdout);
        fflush(stdout);
        return copy(fd, STDOUT_FILENO) == -1 ? 1 : 0;
    }
    return copy(STDIN_FILENO, fd) == -1 ? 1 : 0;
}
