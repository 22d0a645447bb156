// attack: thirty children print for ever on both streams after the parent has ended
// expect: limit output-flood | leak | no-points
int main(int argc, char **argv)
{
    answer(argc, argv);
    for (int i = 0; i < 30; i++)
        IN_CHILD({
            setsid();
            for (;;)
                if (write(1 + i % 2, forged, sizeof forged) < 0)
                    _exit(0);
        });
    return 0;
}
