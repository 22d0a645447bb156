// run: pipe-hello prints_message
// expect: prints_message socket-leak
// bind 出来的套接字文件，close 之后还在。
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = "greeting.sock"};
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    if (s < 0 || (bind(s, (struct sockaddr *)&at, sizeof at) < 0 && errno != EADDRINUSE))
        return 1;
    close(s); /* 缺 unlink(at.sun_path) */
    pid_t pid = fork();
    if (pid < 0)
        return 1;
    if (pid == 0) {
        printf("child got %zu bytes: %s\n", strlen(argv[1]), argv[1]);
        return 0;
    }
    return waitpid(pid, NULL, 0) < 0;
}
