// attack: opens descriptors to the limit, raises the limit, parks more in the queue of a socket
// expect: wrong-output
int main(void)
{
    struct rlimit more = {1 << 20, 1 << 20};
    int n = 0, ends[2];
    if (setrlimit(RLIMIT_NOFILE, &more) == 0 || syscall(SYS_prlimit64, 0, RLIMIT_NPROC, &more, NULL) == 0)
        escaped("a limit was raised");
    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0)
        for (int i = 0; i < 2000; i++) {
            char byte = 0, control[CMSG_SPACE(sizeof(int))] = {0};
            struct iovec v = {&byte, 1};
            struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
            struct cmsghdr *c = CMSG_FIRSTHDR(&m);
            c->cmsg_level = SOL_SOCKET;
            c->cmsg_type = SCM_RIGHTS;
            c->cmsg_len = CMSG_LEN(sizeof(int));
            memcpy(CMSG_DATA(c), &ends[0], sizeof(int));
            if (sendmsg(ends[1], &m, MSG_DONTWAIT) < 0)
                break;
        }
    while (open("/dev/null", O_RDONLY) >= 0)
        n++;
    printf("%d descriptors\n", n);
    if (n > 260)
        escaped("more than 260 descriptors");
    return 0;
}
