// attack: sleeps in small portions for ever, with an interval timer, so that nothing is ever proven
// expect: limit last-resort | hang | busy-loop
static void nothing(int sig)
{
    (void)sig;
}
int main(void)
{
    struct itimerval often = {{0, 200000}, {0, 200000}};
    signal(SIGALRM, nothing);
    setitimer(ITIMER_REAL, &often, NULL);
    for (;;)
        pause();
}
