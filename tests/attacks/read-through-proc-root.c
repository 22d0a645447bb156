// attack: walks through /proc/N/root and /proc/N/cwd of every process to the files of the host
// expect: wrong-output
int main(void)
{
    for (int pid = 0; pid < 200; pid++) {
        char name[PATH_MAX];
        static const char *const ways[] = {"root", "cwd", "cwd/../../.."};
        for (int i = 0; i < 3; i++) {
            snprintf(name, sizeof name, pid ? "/proc/%d/%s@SECRET@" : "/proc/self/%2$s@SECRET@", pid, ways[i]);
            if (access(name, R_OK) == 0)
                show(name);
            snprintf(name, sizeof name, pid ? "/proc/%d/%s/etc/shadow" : "/proc/self/%2$s/etc/shadow", pid, ways[i]);
            if (access(name, R_OK) == 0)
                show(name);
        }
    }
    puts("tried");
    return 0;
}
