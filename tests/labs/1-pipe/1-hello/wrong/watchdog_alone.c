// expect: prints_message unclosed-write-end
// 不 fork，自己读自己的管道，用 alarm 防卡住：三秒后被 SIGALRM 结束。
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char text[4096];
    int fd[2];
    ssize_t n;

    if (argc != 2)
        return 2;
    if (pipe(fd) == -1)
        return 1;
    alarm(3);
    while ((n = read(fd[0], text, sizeof text)) > 0)
        fwrite(text, 1, (size_t)n, stdout);
    return write(fd[1], argv[1], strlen(argv[1])) == -1;
}
