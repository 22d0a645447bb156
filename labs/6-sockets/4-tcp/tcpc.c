/* tcpd 的客户：把标准输入切成帧，发一帧，收一帧，把收到的内容写到标准输出。
 *
 * 用法：tcpc HOST PORT [SIZE]
 *
 * 参数已经替你解析好了。 */
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

/* TODO 1：连接服务器，返回描述符；连不上说明原因，返回 -1。 */
static int connect_to(const struct sockaddr_in *address)
{
    (void)address;
    return -1;
}

/* TODO 2：标准输入每凑满 size 字节（最后一帧可以短）发一帧，收一帧回答，打印内容。
 *         服务器的回答完整吗？它说的长度可信吗？返回 0 或 -1。 */
static int talk(int fd, size_t size)
{
    (void)fd;
    (void)size;
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
