// attack: looks for the reference program in every process's exe and descriptors and in the file system, and runs it
// expect: wrong-output
int main(int argc, char **argv)
{
    (void)argc;
    static const char *const places[] = {"/ref/pipe_hello", "/out/ref/pipe_hello", "@TREE@/build/ref/1-pipe/1-hello/pipe_hello", "/proc/1/exe"};
    for (int i = 0; i < 4; i++)
        if (access(places[i], X_OK) == 0) {
            escaped(places[i]);
            execv(places[i], argv);
        }
    for (int pid = 1; pid < 300; pid++)
        for (int fd = -1; fd < 64; fd++) {
            char name[64];
            snprintf(name, sizeof name, fd < 0 ? "/proc/%d/exe" : "/proc/%d/fd/%d", pid, fd);
            if (pid != getpid() && access(name, X_OK) == 0) {
                escaped(name);
                execv(name, argv);
            }
        }
    puts("tried");
    return 0;
}
