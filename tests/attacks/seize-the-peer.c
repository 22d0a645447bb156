// run: sock-unix unixc
// file: unixc.c
// attack: takes the server's pidfd from the socket (SO_PEERPIDFD), signals it and looks for its descriptors and program
// expect: no-points
int main(int argc, char **argv)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    if (argc < 2)
        return 2;
    snprintf(a.sun_path, sizeof a.sun_path, "%s", argv[1]);
    int s = socket(AF_UNIX, SOCK_STREAM, 0), peer = -1;
    socklen_t len = sizeof peer;
    struct ucred cred = {0};
    socklen_t cred_len = sizeof cred;
    if (connect(s, (struct sockaddr *)&a, sizeof a) != 0)
        return 1;
    getsockopt(s, SOL_SOCKET, SO_PEERCRED, &cred, &cred_len);
    if (getsockopt(s, SOL_SOCKET, 77 /* SO_PEERPIDFD */, &peer, &len) == 0 && peer >= 0) {
        for (int fd = 0; fd < 32; fd++)
            if (syscall(SYS_pidfd_getfd, peer, fd, 0) >= 0)
                escaped("a descriptor of the peer");
        if (syscall(SYS_pidfd_send_signal, peer, SIGSTOP, NULL, 0) == 0)
            escaped("stopped the peer");
        if (syscall(SYS_pidfd_send_signal, peer, SIGKILL, NULL, 0) == 0)
            escaped("killed the peer");
        if (setns(peer, CLONE_NEWPID) == 0)
            escaped("joined the peer");
    }
    if (cred.pid > 1 && kill(cred.pid, SIGKILL) == 0)
        escaped("killed the peer by its number");
    return 1;
}
