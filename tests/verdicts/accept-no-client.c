// run: pipe-hello prints_message
// expect: prints_message accept-no-client
// 服务器多 accept 了一次：唯一的客户已经走了，再没有人来连接。
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = "greeter.sock"};
    int server = socket(AF_UNIX, SOCK_STREAM, 0);
    if (server < 0 || bind(server, (struct sockaddr *)&at, sizeof at) < 0 || listen(server, 1) < 0)
        return 1;
    pid_t pid = fork();
    if (pid < 0)
        return 1;
    if (pid == 0) {
        int client = socket(AF_UNIX, SOCK_STREAM, 0);
        _exit(connect(client, (struct sockaddr *)&at, sizeof at) < 0);
    }
    waitpid(pid, NULL, 0);
    for (int i = 0; i < 2; i++)
        if (accept(server, NULL, NULL) < 0)
            return 1;
    unlink(at.sun_path);
    return 0;
}
