// attack: fills shared memory with locks and futex lists that point into themselves, then hangs, for the observer to look at
// expect: no-points
int main(void)
{
    unsigned *page = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return 1;
    memset(page, 0xff, 1 << 16);
    for (int i = 0; i < 1 << 14; i++)
        page[i] = (unsigned)i * 0x9e3779b9u;
    page[0] = 0x80000000u | 0x3fffffffu;
    for (int i = 0; i < 4; i++)
        IN_CHILD(syscall(SYS_futex, page + i, 0 /* FUTEX_WAIT */, page[i], NULL, NULL, 0));
    syscall(SYS_futex, page, 0, page[0], NULL, NULL, 0);
    return 1;
}
