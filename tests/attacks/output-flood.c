// attack: prints for ever
// expect: limit output-flood
int main(void)
{
    for (;;)
        if (printf("child got 2 bytes: hi\n") < 0)
            return 0;
}
