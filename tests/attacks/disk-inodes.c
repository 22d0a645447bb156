// attack: as many small files as fit, and a folder nested two thousand deep
// expect: leak | no-points
int main(void)
{
    int n = 0;
    for (; n < 100000; n++) {
        char name[64];
        snprintf(name, sizeof name, "f%d", n);
        int fd = open(name, O_CREAT | O_WRONLY, 0600);
        if (fd < 0)
            break;
        close(fd);
    }
    if (chdir("/tmp") == 0)
        for (int i = 0; i < 2000 && mkdir("deep", 0700) == 0 && chdir("deep") == 0; i++)
            ;
    printf("%d files\n", n);
    if (n > 5000)
        escaped("more than 5000 files");
    return 0;
}
