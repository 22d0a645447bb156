/* Unix 流套接字上的行服务器。
 *
 * 用法：unixd PATH [UID]
 *
 * 参数已经替你解析好了。建议的顺序：先让一个客户能 ECHO，再处理半行和长行，再同时服务多个客户，
 * 最后是身份、锁文件和 SIGTERM。 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { LINE_LIMIT = 1024 }; /* 一行最多这么多字节，不算换行 */

/* TODO 1：一个客户需要记住什么？描述符、身份、还没凑成一行的字节、还没送出去的回答…… */
struct client {
    int fd;
};

/* TODO 2：拿到 PATH.lock 的锁，返回它的描述符（一直开着）；路径有主就返回 -1。 */
static int take_lock(const char *path)
{
    (void)path;
    return -1;
}

/* TODO 3：清理上次留下的套接字文件（也只清理套接字），然后在 PATH 上监听。 */
static int listen_at(const char *path)
{
    (void)path;
    return -1;
}

/* TODO 4：处理一整行（不含换行），产生回答。注意行里可以有值为 0 的字节。 */
static void handle_line(struct client *c, const char *line, size_t len)
{
    (void)c;
    (void)line;
    (void)len;
}

/* TODO 5：接受客户、认人、收请求、送回答，直到收到 SIGTERM。谁也不许拖住别人。 */
static int serve(int listener, uid_t allowed)
{
    (void)listener;
    (void)allowed;
    handle_line(NULL, NULL, 0);
    return -1;
}

static bool parse_uid(const char *text, uid_t *uid)
{
    char *end;
    unsigned long value;

    errno = 0;
    value = strtoul(text, &end, 10);
    *uid = (uid_t)value;
    return errno == 0 && *text >= '0' && *text <= '9' && *end == '\0' && value < (uid_t)-1;
}

int main(int argc, char **argv)
{
    uid_t allowed = geteuid();
    int lock, listener;

    if (argc < 2 || argc > 3 || (argc == 3 && !parse_uid(argv[2], &allowed))) {
        fprintf(stderr, "用法: unixd PATH [UID]\n");
        return 2;
    }
    /* TODO 6：PATH 放不进 sun_path 时退出 1。 */
    lock = take_lock(argv[1]);
    if (lock == -1)
        return 1;
    listener = listen_at(argv[1]);
    if (listener == -1)
        return 1;
    /* TODO 7：告诉外面已经可以连接了（ready）。 */
    if (serve(listener, allowed) != 0)
        return 1;
    /* TODO 8：离开之前收拾干净。 */
    return 0;
}
