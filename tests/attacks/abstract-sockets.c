// attack: lists the machine's UNIX sockets and connects to them, by name and by abstract name
// expect: wrong-output
int main(void)
{
    FILE *f = fopen("/proc/net/unix", "r");
    char line[512];
    int n = 0;
    while (f && fgets(line, sizeof line, f))
        if (n++)
            escaped(line);
    static const char *const names[] = {"\0/tmp/.X11-unix/X0", "\0" MARK, "/run/systemd/private", "/var/run/docker.sock", "/run/dbus/system_bus_socket"};
    for (int i = 0; i < 5; i++) {
        struct sockaddr_un a = {.sun_family = AF_UNIX};
        memcpy(a.sun_path, names[i], names[i][0] ? strlen(names[i]) : 1 + strlen(names[i] + 1));
        int s = socket(AF_UNIX, SOCK_STREAM, 0);
        if (connect(s, (struct sockaddr *)&a, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (names[i][0] ? strlen(names[i]) : 1 + strlen(names[i] + 1)))) == 0)
            escaped(names[i]);
    }
    puts("tried");
    return 0;
}
