// attack: allocates and touches memory without end
// expect: no-points
int main(void)
{
    for (;;) {
        char *p = malloc(1 << 20);
        if (!p)
            break;
        memset(p, 1, 1 << 20);
    }
    puts("full");
    return 0;
}
