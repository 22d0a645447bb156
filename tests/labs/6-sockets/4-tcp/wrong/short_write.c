// expect: slow_reader short-write
// file: tcpd.c
// 不看 send 的返回值。
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
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
        ssize_t n = recv(fd, (char *)data + got, len - got, 0);
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

static int write_full(int fd, const char *data, size_t len)
{
    while (send(fd, data, len, MSG_NOSIGNAL) == -1)
        if (errno != EINTR)
            return -1;
    return 0;
}

static int echo_frame(int fd, char *frame)
{
    uint32_t length;
    if (read_full(fd, frame, HEADER) != HEADER)
        return -1;
    memcpy(&length, frame, HEADER);
    length = ntohl(length);
    if (length > FRAME_LIMIT)
        return -1;
    if (read_full(fd, frame + HEADER, length) != (ssize_t)length)
        return -1;
    return write_full(fd, frame, HEADER + length);
}

static void serve_client(int fd)
{
    char *frame = malloc(HEADER + FRAME_LIMIT);
    while (frame != NULL && echo_frame(fd, frame) == 0)
        ;
    free(frame);
    close(fd);
}

static int listen_on(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_ANY)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) == -1 || listen(fd, 64) == -1) {
        perror("tcpd");
        return -1;
    }
    return fd;
}

int main(int argc, char **argv)
{
    char *end = NULL;
    long port = argc == 2 ? strtol(argv[1], &end, 10) : -1;
    if (argc != 2 || end == argv[1] || *end || port < 0 || port > 65535) {
        fprintf(stderr, "用法: tcpd PORT\n");
        return 2;
    }
    signal(SIGCHLD, SIG_IGN);
    int listener = listen_on((uint16_t)port);
    if (listener == -1)
        return 1;
    struct sockaddr_in address;
    socklen_t len = sizeof address;
    getsockname(listener, (struct sockaddr *)&address, &len);
    printf("port %u\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd == -1)
            continue;
        pid_t pid = fork();
        if (pid == 0) {
            close(listener);
            serve_client(fd);
            _exit(0);
        }
        close(fd);
    }
}
