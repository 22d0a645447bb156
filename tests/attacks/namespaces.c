// attack: user namespaces and all others by unshare, clone, clone3 and setns; mount, chroot, pivot_root and the new mount calls
// expect: wrong-output
static int nothing(void *arg)
{
    (void)arg;
    return 0;
}
int main(void)
{
    static const int flags[] = {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP, CLONE_NEWUSER | CLONE_NEWNS, 0x80 /* CLONE_NEWTIME */};
    static const char *const names[] = {"user", "mnt", "pid", "net", "ipc", "uts", "cgroup", "time"};
    static char stack[65536];
    for (int i = 0; i < 9; i++) {
        if (unshare(flags[i]) == 0)
            escaped("unshare");
        if (i < 8 && clone(nothing, stack + sizeof stack, flags[i] | SIGCHLD, NULL) > 0)
            escaped("clone");
        uint64_t args[11] = {(uint64_t)flags[i]};
        if (syscall(SYS_clone3, args, sizeof args) >= 0)
            escaped("clone3");
    }
    for (int pid = 0; pid < 20; pid++)
        for (int i = 0; i < 8; i++) {
            char path[64];
            snprintf(path, sizeof path, pid ? "/proc/%d/ns/%s" : "/proc/self/ns/%2$s", pid, names[i]);
            int fd = open(path, O_RDONLY);
            if (fd >= 0 && setns(fd, 0) == 0)
                escaped("setns");
            if (fd >= 0)
                close(fd);
        }
    if (mount("none", "/tmp", "tmpfs", 0, NULL) == 0 || mount("/", "/tmp", NULL, MS_BIND, NULL) == 0 || umount2("/proc", MNT_DETACH) == 0 ||
        umount2("/w", MNT_DETACH) == 0 || chroot("/tmp") == 0 || syscall(SYS_pivot_root, "/tmp", "/tmp") == 0 ||
        syscall(428, AT_FDCWD, "/", 1) >= 0 /* open_tree */ || syscall(430, "tmpfs", 0) >= 0 /* fsopen */)
        escaped("mounts");
    int file = open("/proc/sys/user/max_user_namespaces", O_WRONLY);
    if (file >= 0 && write(file, "100", 3) == 3)
        escaped("max_user_namespaces");
    puts("tried");
    return 0;
}
