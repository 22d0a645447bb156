// attack: one line of NUL bytes and control characters without end
// expect: limit output-flood
int main(void)
{
    static char block[65536];
    for (size_t i = 0; i < sizeof block; i++)
        block[i] = (char)(i % 10 == 9 ? 0 : i % 32 == 10 ? 0x9b : i % 32);
    for (;;)
        if (write(1, block, sizeof block) < 0)
            return 0;
}
