// attack: daemons that keep the output open and wait for ever
// expect: hang | limit | leak
int main(int argc, char **argv)
{
    int status = answer(argc, argv);
    IN_CHILD({
        setsid();
        prctl(PR_SET_NAME, ") Z 0 0 0 0 0");
        for (;;)
            pause();
    });
    return status;
}
