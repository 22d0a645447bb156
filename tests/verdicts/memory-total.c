// run: atomic-counter one_worker
// expect: one_worker memory-total
// 循环里每次 fork 一个子进程，各占 512 MiB：一个进程不算多，加起来就太多了。
#define _GNU_SOURCE
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PART = 512 << 20 };

int main(void)
{
    for (int i = 0; i < 6; i++)
        if (fork() == 0) {
            char *p = mmap(NULL, PART, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            if (p != MAP_FAILED && madvise(p, PART, MADV_HUGEPAGE) == 0)
                for (size_t k = 0; k < PART; k += 4096)
                    p[k] = 1;
            pause();
        }
    pause();
    return 0;
}
