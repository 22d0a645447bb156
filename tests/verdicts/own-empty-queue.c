// run: pipe-hello prints_message
// expect: prints_message own-empty-queue
// 用消息队列代替管道，两边的 key 却不一样：接收方带着 IPC_CREAT，新建了一个空队列干等。
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/wait.h>
#include <unistd.h>

struct message {
    long type;
    char text[256];
};

int main(int argc, char **argv)
{
    struct message m = {.type = 1};
    if (argc != 2)
        return 2;
    pid_t pid = fork();
    if (pid < 0)
        return 1;
    if (pid == 0) {
        int id = msgget(0x1235, IPC_CREAT | 0600); /* 父进程用的是 0x1234 */
        _exit(id < 0 || msgrcv(id, &m, sizeof m.text, 0, 0) < 0);
    }
    int id = msgget(0x1234, IPC_CREAT | 0600);
    strncpy(m.text, argv[1], sizeof m.text - 1);
    if (id < 0 || msgsnd(id, &m, strlen(m.text), 0) < 0)
        return 1;
    return waitpid(pid, NULL, 0) < 0;
}
