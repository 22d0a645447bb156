// attack: writes, links, renames and unlinks wherever it can: /out, /src, /usr, /etc, /dev, the root
// expect: wrong-output
int main(void)
{
    static const char *const folders[] = {"/", "/out", "/src", "/usr", "/usr/bin", "/etc", "/etc/alternatives", "/dev", "/proc", "/lib", "/bin"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s/" MARK, folders[i]);
        if (open(name, O_CREAT | O_WRONLY, 0600) >= 0 || mkdir(name, 0700) == 0 || symlink("/", name) == 0 || mkfifo(name, 0600) == 0)
            escaped(folders[i]);
    }
    if (open("/src/pipe_hello.c", O_WRONLY) >= 0 || unlink("/src/pipe_hello.c") == 0 || rename("/out/pipe_hello", "/w/x") == 0 ||
        truncate("/out/pipe_hello", 0) == 0 || chmod("/out/pipe_hello", 0777) == 0 || open("/usr/bin/gcc", O_WRONLY) >= 0 ||
        link("/out/pipe_hello", "/out/other") == 0)
        escaped("changed a file");
    puts("tried");
    return 0;
}
