// expect: two_hosts no-half-close
// file: tcpc.c
// 回答都收到了，还要读到 EOF，自己却没有先关。
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    EXIT_OK = 0,
    EXIT_RUNTIME = 1,
    EXIT_USAGE = 2,
    FRAME_LIMIT = 1 << 20,
    FRAME_DEFAULT = 65536,
    HEADER = 4,
};

static int fail(const char *what)
{
    fprintf(stderr, "tcpc: %s: %s\n", what, strerror(errno));
    return -1;
}

/* 读满 len 个字节。返回读到的个数：少于 len 说明到头了；-1 是出错。标准输入和套接字都用它。 */
static ssize_t read_full(int fd, void *data, size_t len)
{
    size_t got = 0;
    while (got < len) {
        ssize_t n = read(fd, (char *)data + got, len - got);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return -1;
        if (n == 0)
            break;
        got += (size_t)n;
    }
    return (ssize_t)got;
}

static bool send_full(int fd, const unsigned char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, data, len, MSG_NOSIGNAL);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}

static int print_full(const unsigned char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDOUT_FILENO, data, len);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return fail("写标准输出");
        data += n;
        len -= (size_t)n;
    }
    return 0;
}

static int server_left(ssize_t n)
{
    if (n == -1)
        return fail("接收");
    fprintf(stderr, "tcpc: 服务器没答完就关了连接\n");
    return -1;
}

/* 收一帧并打印。frame 放得下最长的一帧。 */
static int receive_frame(int fd, unsigned char *frame)
{
    uint32_t length;
    ssize_t n = read_full(fd, frame, HEADER);

    if (n != HEADER)
        return server_left(n);
    memcpy(&length, frame, HEADER);
    length = ntohl(length);
    /* 服务器的话也不能全信。 */
    if (length > FRAME_LIMIT) {
        fprintf(stderr, "tcpc: 服务器说有 %u 字节，超过上限\n", length);
        return -1;
    }
    n = read_full(fd, frame, length);
    if (n != (ssize_t)length)
        return server_left(n);
    return print_full(frame, length);
}

static int talk(int fd, size_t size)
{
    /* 长度和内容挨着放，一次送出去。 */
    unsigned char *frame = malloc(HEADER + FRAME_LIMIT);
    int result = frame == NULL ? fail("malloc") : 0;

    while (result == 0) {
        /* 管道里的输入也是字节流：要读满一帧，除非到头了。 */
        ssize_t n = read_full(STDIN_FILENO, frame + HEADER, size);
        if (n == -1)
            result = fail("读标准输入");
        if (n <= 0)
            break;
        uint32_t length = htonl((uint32_t)n);
        memcpy(frame, &length, HEADER);
        if (!send_full(fd, frame, HEADER + (size_t)n))
            result = fail("发送");
        else
            result = receive_frame(fd, frame);
    }
    while (result == 0 && read(fd, frame, 1) > 0)
        ;
    free(frame);
    return result;
}

static int connect_to(const struct sockaddr_in *address)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd == -1)
        return fail("socket");
    if (connect(fd, (const struct sockaddr *)address, sizeof *address) == 0)
        return fd;
    fail("连接");
    close(fd);
    return -1;
}

static bool parse(const char *text, long low, long high, long *value)
{
    char *end;

    errno = 0;
    *value = strtol(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && *value >= low && *value <= high;
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    long port, size = FRAME_DEFAULT;
    int fd, result;

    if (argc < 3 || argc > 4 || inet_pton(AF_INET, argv[1], &address.sin_addr) != 1 ||
        !parse(argv[2], 1, UINT16_MAX, &port) ||
        (argc == 4 && !parse(argv[3], 1, FRAME_LIMIT, &size))) {
        fprintf(stderr, "用法: tcpc HOST PORT [SIZE]\n");
        return EXIT_USAGE;
    }
    address.sin_port = htons((uint16_t)port);
    /* 0 号若是关着的，socket() 会拿到 0，就把套接字当成标准输入了。 */
    if (fcntl(STDIN_FILENO, F_GETFD) == -1 && open("/dev/null", O_RDONLY) == -1)
        return EXIT_RUNTIME;
    fd = connect_to(&address);
    if (fd == -1)
        return EXIT_RUNTIME;
    result = talk(fd, (size_t)size);
    close(fd);
    return result == 0 ? EXIT_OK : EXIT_RUNTIME;
}
