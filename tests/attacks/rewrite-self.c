// attack: replaces its own program and the other programs in /out, by every path and descriptor
// expect: wrong-output
int main(int argc, char **argv)
{
    (void)argc;
    static const char *const ways[] = {"/proc/self/exe", "/out/pipe_hello", "/proc/self/root/out/pipe_hello", "/proc/self/map_files"};
    for (int i = 0; i < 3; i++) {
        int fd = open(ways[i], O_RDWR);
        if (fd >= 0 || unlink(ways[i]) == 0)
            escaped(ways[i]);
        int read_only = open(ways[i], O_RDONLY);
        char again[64];
        snprintf(again, sizeof again, "/proc/self/fd/%d", read_only);
        if (read_only >= 0 && open(again, O_WRONLY) >= 0)
            escaped("reopened for writing");
        if (fchmod(read_only, 0777) == 0 || futimens(read_only, NULL) == 0)
            escaped("changed the program");
    }
    if (rename(argv[0], "/w/moved") == 0 || open("/out/" MARK, O_CREAT | O_WRONLY, 0700) >= 0)
        escaped("/out");
    puts("tried");
    return 0;
}
