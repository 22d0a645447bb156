// attack: the right answer, and a daemon (setsid, double fork, all signals ignored) that outlives the program
// expect: leak orphan
int main(int argc, char **argv)
{
    int status = answer(argc, argv);
    IN_CHILD({
        setsid();
        IN_CHILD({
            for (int sig = 1; sig <= SIGRTMAX; sig++)
                signal(sig, SIG_IGN);
            for (int fd = 0; fd < 64; fd++)
                close(fd);
            for (;;)
                pause();
        });
    });
    return status;
}
