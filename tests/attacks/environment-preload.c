// attack: runs itself and system programs again with LD_PRELOAD, LD_AUDIT and GCONV_PATH of its own
// expect: wrong-output
int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "again") == 0) {
        if (geteuid() == 0)
            escaped("root");
        return 0;
    }
    setenv("LD_PRELOAD", "/out/pipe_hello", 1);
    setenv("LD_AUDIT", "/out/pipe_hello", 1);
    setenv("GCONV_PATH", "/out", 1);
    static const char *const programs[] = {"/bin/su", "/usr/bin/passwd", "/usr/bin/mount", "/usr/bin/newgrp", "/usr/bin/sudo"};
    for (int i = 0; i < 5; i++)
        IN_CHILD(execl(programs[i], programs[i], "-c", "id", (char *)NULL));
    IN_CHILD(execl(argv[0], argv[0], "again", (char *)NULL));
    IN_CHILD(execl("/proc/self/exe", "x", "again", (char *)NULL));
    while (wait(NULL) > 0)
        ;
    puts("tried");
    return 0;
}
