// expect: byte_order clients-mixed-up
// file: tcpd.c
// 每个客户一个线程，缓冲区却是 static 的，大家合用。
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EXIT_OK = 0, EXIT_RUNTIME = 1, EXIT_USAGE = 2, FRAME_LIMIT = 1 << 20, HEADER = 4 };

static int fail(const char *what)
{
    fprintf(stderr, "tcpd: %s: %s\n", what, strerror(errno));
    return -1;
}

/* 读满 len 个字节。返回读到的个数：少于 len 说明对方先关了；-1 是出错。 */
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

/* 写完 len 个字节：send 也可能只送出一部分。 */
static bool write_full(int fd, const void *data, size_t len)
{
    while (len > 0) {
        /* MSG_NOSIGNAL：对方已经走了就返回 EPIPE，而不是用 SIGPIPE 杀死自己。 */
        ssize_t n = send(fd, data, len, MSG_NOSIGNAL);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return false;
        data = (const char *)data + n;
        len -= (size_t)n;
    }
    return true;
}

/* 收一帧，送回去。返回 false：这个客户完了（关了连接，或者不守规矩）。 */
static bool echo_frame(int fd, unsigned char *frame)
{
    uint32_t length;

    /* 长度的 4 个字节也可能分几次到。 */
    if (read_full(fd, frame, HEADER) != HEADER)
        return false;
    memcpy(&length, frame, HEADER);
    length = ntohl(length); /* 线上是大端，x86 是小端 */
    /* 长度是对方说的，不能先信再说：先查上限，再分配、再读。 */
    if (length > FRAME_LIMIT) {
        fprintf(stderr, "tcpd: 对方说有 %u 字节，超过上限\n", length);
        return false;
    }
    if (read_full(fd, frame + HEADER, length) != (ssize_t)length)
        return false; /* 说到一半就走了：半帧不是帧 */
    /* 长度和内容连在一起一次送：分两次小写会撞上 Nagle 算法和延迟确认，每帧白等 40 毫秒。 */
    return write_full(fd, frame, HEADER + length);
}

static unsigned char frame[HEADER + FRAME_LIMIT];
static void *serve_client(void *arg)
{
    int fd = (int)(long)arg;
    while (echo_frame(fd, frame))
        ;
    close(fd);
    return NULL;
}

static int listen_on(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_ANY), /* 所有网卡，不只是本机的回环 */
    };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;

    if (fd == -1)
        return fail("socket");
    /* 上次运行留下的连接还在 TIME_WAIT 里，没有它就要等一分钟才能再 bind。要设在 bind 之前。
     * 它不会让两个服务器同时监听一个端口（那是 SO_REUSEPORT）。 */
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
        bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, SOMAXCONN) == 0)
        return fd;
    fail("监听");
    close(fd);
    return -1;
}

/* 端口是内核挑的，要问了才知道。 */
static int announce(int fd)
{
    struct sockaddr_in address;
    socklen_t len = sizeof address;

    if (getsockname(fd, (struct sockaddr *)&address, &len) == -1)
        return fail("getsockname");
    printf("port %u\n", ntohs(address.sin_port));
    return fflush(stdout) == 0 ? 0 : fail("写标准输出");
}

static int accept_clients(int listener)
{
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd == -1) {
            /* 客户没等到就走了（ECONNABORTED）之类，只关系到那一个客户。 */
            if (errno == EINTR || errno == ECONNABORTED || errno == EPROTO)
                continue;
            return fail("accept");
        }
        pthread_t th;
        if (pthread_create(&th, NULL, serve_client, (void *)(long)fd) == 0)
            pthread_detach(th);
    }
}

static bool parse_port(const char *text, uint16_t *port)
{
    char *end;
    long value;

    errno = 0;
    value = strtol(text, &end, 10);
    *port = (uint16_t)value;
    return errno == 0 && end != text && *end == '\0' && value >= 0 && value <= UINT16_MAX;
}

int main(int argc, char **argv)
{
    uint16_t port;
    int listener;

    if (argc != 2 || !parse_port(argv[1], &port)) {
        fprintf(stderr, "用法: tcpd PORT\n");
        return EXIT_USAGE;
    }
    signal(SIGCHLD, SIG_IGN); /* 子进程结束时内核直接收走，不留僵尸 */
    listener = listen_on(port);
    if (listener == -1 || announce(listener) == -1)
        return EXIT_RUNTIME;
    accept_clients(listener);
    close(listener);
    return EXIT_RUNTIME;
}
