// attack: a core dump, with the limit raised and the work folder as its place
// expect: crash
int main(void)
{
    struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
    if (setrlimit(RLIMIT_CORE, &all) == 0)
        escaped("core limit");
    prctl(PR_SET_DUMPABLE, 1);
    int fd = open("/proc/sys/kernel/core_pattern", O_WRONLY);
    if (fd >= 0)
        escaped("core_pattern");
    abort();
}
