// attack: reads environment, command line, memory, maps and descriptors of all processes it sees
// expect: wrong-output
int main(void)
{
    static const char *const files[] = {"environ", "cmdline", "maps", "mem", "syscall", "stack", "auxv", "cwd", "root"};
    for (int pid = 1; pid < 300; pid++)
        for (size_t i = 0; pid != getpid() && i < sizeof files / sizeof files[0]; i++) {
            char name[64];
            snprintf(name, sizeof name, "/proc/%d/%s", pid, files[i]);
            if (access(name, F_OK) == 0 || errno != ENOENT)
                show(name);
        }
    show("/proc/1/environ");
    show("/proc/self/environ");
    show("/proc/cmdline");
    return 0;
}
