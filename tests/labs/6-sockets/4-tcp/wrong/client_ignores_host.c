// expect: client_frames never-connected
// file: tcpc.c
// 总是连 127.0.0.1。
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FRAME_LIMIT = 1 << 20, HEADER = 4 };

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

static int send_full(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, data, len, MSG_NOSIGNAL);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return -1;
        data += n;
        len -= (size_t)n;
    }
    return 0;
}

static int print_full(const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(1, data, len);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return -1;
        data += n;
        len -= (size_t)n;
    }
    return 0;
}

static int receive_frame(int fd, char *frame)
{
    uint32_t length;
    if (read_full(fd, frame, HEADER) != HEADER)
        return -1;
    memcpy(&length, frame, HEADER);
    length = ntohl(length);
    if (length > FRAME_LIMIT)
        return -1;
    if (read_full(fd, frame, length) != (ssize_t)length)
        return -1;
    return print_full(frame, length);
}

static int talk(int fd, size_t size)
{
    char *frame = malloc(HEADER + FRAME_LIMIT);
    for (;;) {
        ssize_t n = read_full(0, frame + HEADER, size);
        if (n <= 0)
            return n == 0 ? 0 : -1;
        uint32_t length = htonl((uint32_t)n);
        memcpy(frame, &length, HEADER);
        if (send_full(fd, frame, HEADER + (size_t)n) == -1)
            return -1;
        if (receive_frame(fd, frame) == -1)
            return -1;
    }
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    long port = argc >= 3 ? strtol(argv[2], NULL, 10) : 0;
    long size = argc == 4 ? strtol(argv[3], NULL, 10) : 65536;
    if (argc < 3 || argc > 4 || inet_pton(AF_INET, argv[1], &address.sin_addr) != 1 || port < 1 ||
        port > 65535 || size < 1 || size > FRAME_LIMIT) {
        fprintf(stderr, "用法: tcpc HOST PORT [SIZE]\n");
        return 2;
    }
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == -1) {
        perror("tcpc");
        return 1;
    }
    return talk(fd, (size_t)size) == 0 ? 0 : 1;
}
