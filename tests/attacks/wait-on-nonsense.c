// attack: blocks in calls with wild arguments: poll of a million descriptors, select on garbage, semop with absurd operations
// expect: no-points
int main(void)
{
    static struct pollfd many[200];
    for (int i = 0; i < 200; i++)
        many[i] = (struct pollfd){.fd = -1 - i, .events = -1};
    for (int i = 0; i < 3; i++)
        IN_CHILD({
            char path[] = "/tmp/f";
            if (i == 0)
                poll(many, 200, -1);
            if (i == 1 && mkfifo(path, 0600) == 0)
                open(path, O_RDONLY);
            if (i == 2) {
                int id = semget(IPC_PRIVATE, 200, 0600);
                struct sembuf ops[200];
                for (int k = 0; k < 200; k++)
                    ops[k] = (struct sembuf){(unsigned short)k, -32767, 0};
                semop(id, ops, 200);
            }
        });
    syscall(SYS_pselect6, 1024, NULL, NULL, NULL, NULL, NULL);
    return 0;
}
