// run: msg-sysv recv_prints_all
// expect: recv_prints_all own-empty-queue
// 接收方用了别的 key，又带着 IPC_CREAT：新建了一个只有自己知道的空队列，等着。
#include <stdlib.h>
#include <sys/msg.h>

struct message {
    long type;
    char text[1024];
};

int main(int argc, char **argv)
{
    struct message m;
    if (argc < 3)
        return 2;
    int id = msgget((key_t)strtol(argv[2], NULL, 0) + 1, IPC_CREAT | 0600);
    return id < 0 || msgrcv(id, &m, sizeof m.text, 0, 0) < 0;
}
