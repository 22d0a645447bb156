// attack: writes event lines, TAP and a report to every descriptor from 0 to 1023
// expect: wrong-output
int main(void)
{
    for (int fd = 0; fd < 1024; fd++)
        forge(fd);
    return 0;
}
