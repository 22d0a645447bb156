// attack: TIOCSTI and other terminal requests on every descriptor and on /dev/tty, a new controlling terminal
// expect: wrong-output
int main(void)
{
    char c = 'i';
    if (open("/dev/tty", O_RDWR) >= 0 || open("/dev/console", O_RDWR) >= 0 || open("/dev/ptmx", O_RDWR) >= 0 || open("/dev/pts/0", O_RDWR) >= 0)
        escaped("a terminal");
    for (int fd = 0; fd < 64; fd++) {
        errno = 0;
        if (ioctl(fd, TIOCSTI, &c) == 0 || ioctl(fd, 0x541C /* TIOCLINUX */, &c) == 0 || ioctl(fd, TIOCSCTTY, 1) == 0)
            escaped("ioctl");
        if (syscall(SYS_ioctl, fd, 0xffffffff00005412ul, &c) == 0)
            escaped("ioctl with high bits");
    }
    puts("tried");
    return 0;
}
