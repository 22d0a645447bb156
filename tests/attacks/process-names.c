// attack: processes whose names and arguments imitate /proc's format, markup and escape sequences, and a deadlock among them
// text
// expect: hang | no-points
int main(int argc, char **argv)
{
    int ends[2];
    if (argc > 0)
        memset(argv[0], '\33', strlen(argv[0]));
    if (pipe(ends) != 0)
        return 1;
    for (int i = 0; i < 3; i++)
        IN_CHILD({
            static const char *const names[] = {"x) R 1 1 1 (", "\33[2J\33]0;o\7", "<b>\n=1+1"};
            char c;
            prctl(PR_SET_NAME, names[i]);
            if (read(ends[0], &c, 1) < 0)
                _exit(1);
        });
    wait(NULL);
    return 0;
}
