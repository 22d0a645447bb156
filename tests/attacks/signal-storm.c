// attack: every signal to every process it can name, again and again, real-time signals queued
// expect: no-points
int main(void)
{
    for (int sig = 1; sig <= SIGRTMAX; sig++)
        signal(sig, SIG_IGN);
    for (int round = 0; round < 40; round++)
        for (int sig = 1; sig <= SIGRTMAX; sig++)
            for (int pid = 1; pid < 12; pid++) {
                union sigval v = {.sival_int = round};
                if (pid != getpid() || (sig != SIGKILL && sig != SIGSTOP))
                    sigqueue(pid, sig, v);
            }
    puts("storm");
    return 0;
}
