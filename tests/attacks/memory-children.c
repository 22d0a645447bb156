// run: atomic-counter one_worker
// file: atomic_counter.c
// attack: eight processes that take 512 MiB each, slowly
// expect: limit memory-total | busy-loop
int main(void)
{
    for (int i = 0; i < 8; i++)
        IN_CHILD({
            char *p = mmap(NULL, 512 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            for (size_t k = 0; p != MAP_FAILED && k < 512u << 20; k += 4096)
                p[k] = 1;
            pause();
        });
    pause();
    return 0;
}
