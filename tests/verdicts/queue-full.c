// run: msg-sysv send_stores_messages
// expect: send_stores_messages queue-full
// 一直发，没有人收：队列满了，msgsnd 再也不返回。
#include <stdlib.h>
#include <sys/msg.h>

struct message {
    long type;
    char text[1024];
};

int main(int argc, char **argv)
{
    struct message m = {1, "hello"};
    if (argc < 3)
        return 2;
    int id = msgget((key_t)strtol(argv[2], NULL, 0), IPC_CREAT | 0600);
    if (id < 0)
        return 1;
    for (int i = 0; i < 1000; i++)
        if (msgsnd(id, &m, sizeof m.text, 0) < 0)
            return 1;
    return 0;
}
