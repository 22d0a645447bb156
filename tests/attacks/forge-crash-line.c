// attack: writes the line by which the harness learns of a crash, with absurd numbers, and then much of it
// expect: wrong-output
int main(void)
{
    for (int i = 0; i < 200; i++)
        fprintf(stderr, "\nipclab-crash: signal=%d code=-1 address=0xffffffffffffffff offset=0x%lx\n", i,
                0x1000ul * (unsigned long)i);
    fprintf(stderr, "\nipclab-crash: signal=99999999999999999999 code= address=0x offset=");
    return 0;
}
