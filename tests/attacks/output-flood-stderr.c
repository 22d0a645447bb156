// attack: prints on standard error for ever, without a newline
// expect: limit output-flood
int main(void)
{
    for (;;)
        if (write(2, forged, sizeof forged) < 0)
            return 0;
}
