// attack: SIGSTOP to everybody it can name, then to itself
// expect: hang | no-points
int main(void)
{
    for (int pid = 1; pid < 4000; pid++)
        if (pid != getpid())
            kill(pid, SIGSTOP);
    kill(-1, SIGSTOP);
    raise(SIGSTOP);
    return 0;
}
