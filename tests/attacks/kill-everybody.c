// attack: SIGKILL to -1, to its parent, to PID 1, to every number and every process group
// expect: killed | crash | no-points
int main(void)
{
    signal(SIGTERM, SIG_IGN);
    kill(1, SIGKILL);
    kill(getppid() > 1 ? getppid() : 1, SIGKILL);
    for (int pid = 1; pid < 4000; pid++)
        if (pid != getpid() && kill(pid, SIGKILL) == 0 && pid == 1)
            continue; /* PID 1 of a namespace ignores it */
    for (int group = 2; group < 4000; group++)
        if (group != getpgrp())
            killpg(group, SIGKILL);
    kill(-1, SIGKILL);
    kill(0, SIGKILL);
    return 0;
}
