// attack: a chain of processes, each living for a moment, that nobody can catch by its number
// expect: no-points
int main(int argc, char **argv)
{
    int status = answer(argc, argv);
    IN_CHILD({
        close(1);
        close(2);
        for (long i = 0;; i++) {
            pid_t pid = fork();
            if (pid > 0)
                _exit(0);
            setsid();
        }
    });
    return status;
}
