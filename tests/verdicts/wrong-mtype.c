// run: msg-sysv send_stores_messages
// expect: send_stores_messages wrong-mtype
// 存进去的消息类型是 1，自己检查时却要类型 2 的：队列里有消息，一条也不合适。
#include <stdlib.h>
#include <sys/msg.h>

struct message {
    long type;
    char text[64];
};

int main(int argc, char **argv)
{
    struct message m = {1, "hello"};
    if (argc < 3)
        return 2;
    int id = msgget((key_t)strtol(argv[2], NULL, 0), IPC_CREAT | 0600);
    if (id < 0 || msgsnd(id, &m, 6, 0) < 0)
        return 1;
    return msgrcv(id, &m, sizeof m.text, 2, 0) < 0;
}
