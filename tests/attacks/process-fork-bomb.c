// attack: a fork bomb
// expect: no-points
int main(void)
{
    for (;;)
        if (fork() < 0 && errno != EAGAIN)
            break;
    return 0;
}
