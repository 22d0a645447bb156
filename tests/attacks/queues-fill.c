// attack: System V queues, semaphore sets and POSIX queues in masses, all left behind
// expect: leak | no-points
int main(void)
{
    static struct {
        long type;
        char text[8000];
    } m = {1, ""};
    int n = 0;
    for (int i = 0; i < 2000; i++) {
        int id = msgget(KEY + i, IPC_CREAT | 0666);
        while (id >= 0 && msgsnd(id, &m, sizeof m.text, IPC_NOWAIT) == 0)
            n++;
        semget(KEY + i, 100, IPC_CREAT | 0666);
        shmget(KEY + i, 4096, IPC_CREAT | 0666);
        char name[64];
        snprintf(name, sizeof name, "/" MARK "-%d", i);
        mq_open(name, O_CREAT | O_RDWR, 0666, NULL);
    }
    printf("%d messages\n", n);
    return 0;
}
