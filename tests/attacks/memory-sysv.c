// attack: System V segments of 256 MiB each, filled and detached, until something gives
// expect: no-points
int main(void)
{
    int n = 0;
    for (; n < 24; n++) {
        int id = shmget(IPC_PRIVATE, 256 << 20, IPC_CREAT | 0600);
        char *p = id >= 0 ? shmat(id, NULL, 0) : (void *)-1;
        if (p == (void *)-1)
            break;
        for (size_t k = 0; k < 256u << 20; k += 4096)
            p[k] = 1;
        shmdt(p);
    }
    if (n == 24)
        escaped("6 GiB in System V segments");
    printf("%d segments\n", n);
    return 0;
}
