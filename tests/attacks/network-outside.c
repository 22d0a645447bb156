// attack: sends what it read to the outside: TCP, UDP, raw and packet sockets, netlink, vsock, other addresses for lo
// expect: wrong-output
int main(void)
{
    struct sockaddr_in far = {.sin_family = AF_INET, .sin_port = htons(53)};
    struct sockaddr_in near = {.sin_family = AF_INET, .sin_port = htons(@PORT@), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    static const unsigned addresses[] = {0x08080808, 0x0a000001, 0xa9fea9fe, 0xc0a80001, 0xac100001, 0xffffffff};
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++)
        for (int type = SOCK_STREAM; type <= SOCK_DGRAM; type++) {
            int s = socket(AF_INET, type, 0), on = 1;
            setsockopt(s, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
            far.sin_addr.s_addr = htonl(addresses[i]);
            if (connect(s, (struct sockaddr *)&far, sizeof far) == 0)
                escaped("an address outside");
            close(s);
        }
    int s = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(s, (struct sockaddr *)&near, sizeof near) == 0)
        escaped("a service of the host on 127.0.0.1");
    if (socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) >= 0 || socket(AF_PACKET, SOCK_RAW, 0) >= 0)
        escaped("a raw socket");
    if (socket(40 /* AF_VSOCK */, SOCK_STREAM, 0) >= 0)
        escaped("vsock");
    show("/proc/net/dev");
    show("/proc/net/tcp");
    return 0;
}
