// attack: burns CPU time for ever
// expect: busy-loop
int main(void)
{
    for (volatile long i = 0;; i++)
        ;
}
