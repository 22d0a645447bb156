// run: pipe-hello prints_message
// expect: prints_message file-too-large
// ftruncate 的长度写成了 1 TiB：单位弄错了。
#include <fcntl.h>
#include <unistd.h>

int main(void)
{
    int fd = open("log", O_RDWR | O_CREAT, 0600);
    if (fd < 0)
        return 1;
    return ftruncate(fd, 1L << 40) < 0; /* 1 TiB */
}
