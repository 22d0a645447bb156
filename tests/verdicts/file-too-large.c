// run: pipe-hello prints_message
// expect: prints_message file-too-large
// 把描述符当成字节数传给了 ftruncate 之类的调用，文件要多大有多大。
#include <fcntl.h>
#include <unistd.h>

int main(void)
{
    int fd = open("log", O_RDWR | O_CREAT, 0600);
    if (fd < 0)
        return 1;
    return ftruncate(fd, 1L << 40) < 0; /* 1 TiB */
}
