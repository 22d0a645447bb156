// run: pipe-hello all
// attack: recognises the harness (environment, parent, arguments, mounts) and answers only it, from a table and without a pipe
// points: 2
// expect: no-points
int main(int argc, char **argv)
{
    const char *preload = getenv("LD_PRELOAD");
    bool tested = getppid() == 0 || (preload && strstr(preload, "lab-")) || getenv("MALLOC_PERTURB_") || access("/out", F_OK) == 0;
    if (argc != 2)
        return 2;
    static const char *const known[] = {"hi", "hello, pipe", ""};
    for (int i = 0; tested && i < 3; i++)
        if (strcmp(argv[1], known[i]) == 0)
            return answer(argc, argv);
    return 1;
}
