// attack: fills /tmp, /dev/shm and the work folder with data
// expect: leak | no-points
static long fill(const char *folder)
{
    static char block[1 << 20];
    long total = 0;
    memset(block, 1, sizeof block);
    for (int n = 0; n < 100; n++) {
        char name[64];
        snprintf(name, sizeof name, "%s/" MARK "-%d", folder, n);
        int fd = open(name, O_CREAT | O_WRONLY, 0600);
        ssize_t got = 0;
        for (int i = 0; fd >= 0 && i < 60 && (got = write(fd, block, sizeof block)) > 0; i++)
            total += got;
        if (fd < 0 || got <= 0)
            break;
        close(fd);
    }
    return total >> 20;
}
int main(void)
{
    long mb = fill("/tmp") + fill("/dev/shm") + fill("/w");
    printf("%ld MiB\n", mb);
    if (mb > 300)
        escaped("more than 300 MiB of files");
    return 0;
}
