// run: pipe-hello prints_message
// expect: prints_message sem-zero-no-poster
// 子进程做完以后，有一条返回的路径忘了 sem_post；父进程还在等它的通知。
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    sem_t *done =
        mmap(NULL, sizeof *done, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (argc != 2 || done == MAP_FAILED || sem_init(done, 1, 0) < 0)
        return 1;
    pid_t pid = fork();
    if (pid < 0)
        return 1;
    if (pid == 0) {
        if (printf("child got %zu bytes: %s\n", strlen(argv[1]), argv[1]) > 0)
            return 0; /* 这里也要 sem_post(done) */
        sem_post(done);
        return 1;
    }
    sem_wait(done);
    return 0;
}
