// attack: a daemon of the first program waits for the harness to start the next one and opens that process's
// attack: descriptors and memory between fork and exec, while it still is a copy of the grader
// expect: leak orphan | hang | limit
static void watch(int pid)
{
    char name[64];
    for (int fd = 3; fd < 48; fd++) {
        snprintf(name, sizeof name, "/proc/%d/fd/%d", pid, fd);
        int f = open(name, O_WRONLY | O_NONBLOCK);
        if (f >= 0) {
            forge(f);
            close(f);
            int mark = open("/w/got-a-descriptor", O_CREAT | O_WRONLY, 0600);
            close(mark);
        }
    }
    snprintf(name, sizeof name, "/proc/%d/mem", pid);
    int mem = open(name, O_RDWR);
    if (mem >= 0) {
        char exe[128] = "", path[64];
        snprintf(path, sizeof path, "/proc/%d/exe", pid);
        if (readlink(path, exe, sizeof exe - 1) > 0 && !strstr(exe, "/out/")) {
            int mark = open("/w/got-memory", O_CREAT | O_WRONLY, 0600);
            close(mark);
        }
        close(mem);
    }
}
int main(int argc, char **argv)
{
    int status = answer(argc, argv);
    if (access("/w/got-a-descriptor", F_OK) == 0 || access("/w/got-memory", F_OK) == 0)
        escaped("a process of the harness was open between fork and exec");
    if (access("/w/daemon", F_OK) != 0) {
        close(open("/w/daemon", O_CREAT | O_WRONLY, 0600));
        IN_CHILD({
            setsid();
            for (int fd = 0; fd < 3; fd++)
                close(fd);
            for (time_t end = time(NULL) + 2; time(NULL) < end;)
                for (int pid = 2; pid < 24; pid++)
                    if (pid != getpid())
                        watch(pid);
        });
    }
    return status;
}
