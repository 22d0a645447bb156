// attack: opens everything below /proc/self/fd, /dev/fd and /proc/thread-self/fd anew and writes results
// expect: wrong-output
static void folder(const char *path)
{
    DIR *dir = opendir(path);
    for (struct dirent *d; dir && (d = readdir(dir));) {
        char name[512];
        snprintf(name, sizeof name, "%s/%s", path, d->d_name);
        int fd = open(name, O_WRONLY | O_NONBLOCK);
        if (fd >= 0)
            forge(fd);
    }
}
int main(void)
{
    folder("/proc/self/fd");
    folder("/proc/thread-self/fd");
    folder("/dev/fd");
    return 0;
}
