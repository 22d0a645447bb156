// attack: reads the solution, another student's file, the tests, a secret, password files, the grader's programs
// expect: wrong-output
int main(void)
{
    static const char *const files[] = {"@SECRET@", "@OTHER@/pipe_hello.c", "@TREE@/solutions/1-pipe/1-hello/pipe_hello.c",
        "@TREE@/tests/labs/1-pipe/1-hello/check.c", "@TREE@/build/ref/1-pipe/1-hello/pipe_hello",
        "/etc/shadow", "/etc/passwd", "/root/.bashrc", "/home", "/proc/kcore", "/dev/mem", "/dev/kmsg",
        "/proc/kmsg", "/dev/sda", "/dev/vda", "/src/../@SECRET@", "/out/../@SECRET@", "/proc/self/cwd/../@SECRET@",
        "/usr/share/ipclab/solutions/1-pipe/1-hello/pipe_hello.c", "/usr/local/share/ipclab/solutions/1-pipe/1-hello/pipe_hello.c"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        show(files[i]);
        if (access(files[i], R_OK) == 0)
            escaped(files[i]);
    }
    return 0;
}
