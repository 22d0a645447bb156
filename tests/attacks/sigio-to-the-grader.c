// attack: makes the kernel send signals to the owner of its output pipe, fills and shrinks that pipe, takes leases
// expect: wrong-output
int main(void)
{
    for (int fd = 0; fd < 3; fd++)
        for (int pid = -3; pid < 10; pid++) {
            if (pid == getpid() || -pid == getpgrp())
                continue; /* it would sometimes hit itself */
            fcntl(fd, F_SETSIG, SIGKILL);
            fcntl(fd, F_SETOWN, pid);
            fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK);
            fcntl(fd, F_SETLEASE, F_WRLCK);
            fcntl(fd, F_SETPIPE_SZ, 4096);
        }
    fcntl(1, F_SETFL, 0);
    puts("signals");
    return 0;
}
