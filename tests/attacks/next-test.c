// run: pipe-hello all
// attack: the program of one test leaves files, objects and a daemon for the programs of the next tests
// expect: no-points
int main(int argc, char **argv)
{
    static const char *const names[] = {"/tmp/" MARK, "/dev/shm/" MARK, "/dev/mqueue/" MARK, "/out/" MARK, "/w/" MARK "2"};
    for (size_t i = 0; argc > 1 && strlen(argv[1]) > 2 && i < 4; i++)
        if (access(names[i], F_OK) == 0 && access("/w/" MARK "2", F_OK) != 0)
            escaped(names[i]);
    if (access("/w/" MARK "2", F_OK) != 0 && msgget(KEY, 0) >= 0)
        escaped("the queue of another test");
    for (size_t i = 0; i < 5; i++)
        open(names[i], O_CREAT | O_RDWR, 0777);
    msgget(KEY, IPC_CREAT | 0666);
    IN_CHILD({
        setsid();
        for (int fd = 0; fd < 3; fd++)
            close(fd);
        pause();
    });
    puts("left");
    return 0;
}
