// attack: sets the clock, the scheduler, priorities and CPU affinity
// expect: wrong-output
int main(void)
{
    struct timespec past = {0, 0};
    struct sched_param p = {.sched_priority = 50};
    if (clock_settime(CLOCK_REALTIME, &past) == 0)
        escaped("clock_settime");
    if (sched_setscheduler(0, SCHED_FIFO, &p) == 0 || sched_setscheduler(0, SCHED_RR, &p) == 0)
        escaped("real-time scheduling");
    errno = 0;
    if (setpriority(PRIO_PROCESS, 0, -20) == 0)
        escaped("nice -20");
    setpriority(PRIO_USER, 0, 19); /* only of this PID namespace, or it would slow the grader */
    setpriority(PRIO_PGRP, 1, 19);
    for (int i = 0; i < 1000; i++) {
        struct itimerval t = {{0, 1}, {0, 1}};
        signal(SIGALRM, SIG_IGN);
        setitimer(ITIMER_REAL, &t, NULL);
    }
    puts("tried");
    return 0;
}
