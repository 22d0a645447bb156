// attack: opens the descriptors of every other process in /proc, PID 1 first, and writes results
// expect: no-points
int main(void)
{
    for (int pid = 0; pid < 300; pid++)
        for (int fd = 0; fd < 64; fd++) {
            char name[64];
            snprintf(name, sizeof name, "/proc/%d/fd/%d", pid, fd);
            if (pid == getpid())
                continue;
            int f = open(name, O_RDWR | O_NONBLOCK);
            if (f >= 0) {
                escaped(name);
                forge(f);
            }
        }
    return 0;
}
