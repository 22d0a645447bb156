/* unixd 的客户：标准输入的每一行发过去，把回答打印出来。
 *
 * 用法：unixc PATH */
#define _GNU_SOURCE 1
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* TODO 1：连接 PATH 上的服务器；路径太长、没有服务器都要说清楚，返回 -1。 */
static int connect_to(const char *path)
{
    (void)path;
    return -1;
}

/* TODO 2：一行一行读标准输入，发过去，收一行回答，马上打印。返回退出状态。 */
static int talk(int fd)
{
    (void)fd;
    return 1;
}

int main(int argc, char **argv)
{
    int fd, status;

    if (argc != 2) {
        fprintf(stderr, "用法: unixc PATH\n");
        return 2;
    }
    fd = connect_to(argv[1]);
    if (fd == -1)
        return 1;
    status = talk(fd);
    close(fd);
    return status;
}
