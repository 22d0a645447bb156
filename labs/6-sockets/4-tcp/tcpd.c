/* TCP 回显服务器：一帧是 4 字节长度（网络序）加内容，收齐一帧，原样送回。
 *
 * 用法：tcpd PORT      PORT 是 0 时由内核挑一个
 *
 * 参数已经替你解析好了。建议的顺序：先让一个客户能回显，再处理各种长度，最后是许多客户。 */
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EXIT_OK = 0, EXIT_RUNTIME = 1, EXIT_USAGE = 2, FRAME_LIMIT = 1 << 20, HEADER = 4 };

/* TODO 1：读满 len 个字节。怎样让调用者分得清“读满了”“对方关了”“出错了”？ */
static ssize_t read_full(int fd, void *data, size_t len)
{
    (void)fd;
    (void)data;
    (void)len;
    return -1;
}

/* TODO 2：写完 len 个字节。对方已经走了的话，不能让 SIGPIPE 杀死自己。 */
static bool write_full(int fd, const void *data, size_t len)
{
    (void)fd;
    (void)data;
    (void)len;
    return false;
}

/* TODO 3：服务一个客户：一帧一帧地收，一帧一帧地送回，直到他走了或者不守规矩。 */
static void serve_client(int fd)
{
    char frame[HEADER];

    if (read_full(fd, frame, sizeof frame) == HEADER)
        write_full(fd, frame, sizeof frame);
}

/* TODO 4：在所有网卡的 port 上监听。上一次运行刚结束，也要能马上再监听。 */
static int listen_on(uint16_t port)
{
    (void)port;
    return -1;
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
    listener = listen_on(port);
    if (listener == -1)
        return EXIT_RUNTIME;
    /* TODO 5：告诉外面监听的是哪个端口（port N），要马上看得见。 */

    /* TODO 6：接受客户。一个客户不说话，不许拖住别人。 */
    serve_client(listener);
    return EXIT_RUNTIME;
}
