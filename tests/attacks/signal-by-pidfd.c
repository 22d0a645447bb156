// attack: pidfds of all processes: signals through them, their descriptors with pidfd_getfd
// expect: wrong-output
int main(void)
{
    for (int pid = 1; pid < 400; pid++) {
        int fd = (int)syscall(SYS_pidfd_open, pid, 0);
        if (fd < 0 || pid == getpid())
            continue;
        syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
        for (int target = 0; target < 32; target++)
            if (syscall(SYS_pidfd_getfd, fd, target, 0) >= 0)
                escaped("pidfd_getfd");
        for (unsigned request = 1; request < 16; request++)
            if (ioctl(fd, _IO(0xff, request), 0) >= 0)
                escaped("namespace of another process");
    }
    puts("tried");
    return 0;
}
