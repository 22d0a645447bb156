// attack: burns CPU time in many processes, each ignoring SIGXCPU and SIGTERM
// expect: busy-loop
int main(void)
{
    signal(SIGXCPU, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    for (int i = 0; i < 20; i++)
        IN_CHILD({
            for (volatile long k = 0;; k++)
                ;
        });
    for (;;)
        wait(NULL);
}
