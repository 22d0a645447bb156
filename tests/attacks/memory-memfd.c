// attack: anonymous files (memfd_create, memfd_secret), each as large as a file may be
// expect: wrong-output
int main(void)
{
    static char block[1 << 20];
    int n = 0;
    memset(block, 1, sizeof block);
    for (; n < 60; n++) {
        int fd = (int)syscall(SYS_memfd_create, "m", 0);
        if (fd < 0)
            break;
        for (int i = 0; i < 60; i++)
            if (write(fd, block, sizeof block) < 0)
                break;
    }
    if (n == 60)
        escaped("3600 MiB in anonymous files");
    if (syscall(447, 0) >= 0)
        escaped("memfd_secret");
    printf("%d files\n", n);
    return 0;
}
