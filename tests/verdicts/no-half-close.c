// run: pipe-hello prints_message
// expect: prints_message no-half-close
// 父进程发完消息就等回答，没有 shutdown；子进程要读到 EOF 才回答。
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int s[2];
    char text[256] = "";
    size_t len = 0;
    ssize_t n;
    if (argc != 2 || socketpair(AF_UNIX, SOCK_STREAM, 0, s) < 0)
        return 1;
    pid_t pid = fork();
    if (pid < 0)
        return 1;
    if (pid == 0) {
        close(s[0]);
        while ((n = read(s[1], text + len, sizeof text - 1 - len)) > 0)
            len += (size_t)n;
        printf("child got %zu bytes: %s\n", len, text);
        return 0;
    }
    close(s[1]);
    if (write(s[0], argv[1], strlen(argv[1])) < 0)
        return 1;
    return read(s[0], text, sizeof text) < 0; /* 缺 shutdown(s[0], SHUT_WR) */
}
