// attack: searches its own memory and every file of /proc/self and /sys for what the grader may have left there
// expect: wrong-output
int main(void)
{
    static const char *const files[] = {"environ", "cmdline", "mountinfo", "cgroup", "status", "maps", "auxv", "limits", "loginuid", "sessionid", "attr/current"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char name[64];
        snprintf(name, sizeof name, "/proc/self/%s", files[i]);
        show(name);
    }
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    while (maps && fgets(line, sizeof line, maps)) {
        unsigned long from, to;
        char mode[8];
        if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) == 3 && mode[0] == 'r' && mode[1] == 'w' && !strstr(line, "vvar"))
            for (unsigned long at = from; at + 8 <= to; at++)
                if (memcmp((void *)at, "CANA" "RY-", 7) == 0)
                    fwrite((void *)at, 1, 40, stdout);
    }
    if (access("/sys/fs/cgroup", F_OK) == 0 || access("/sys/kernel", F_OK) == 0)
        escaped("/sys");
    return 0;
}
