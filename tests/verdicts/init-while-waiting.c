// run: pipe-hello prints_message
// expect: prints_message init-while-waiting
// 子进程已经等在信号量上，父进程才去初始化它（这里连做好几次，好让哪一次都来不及）。
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    sem_t *ready =
        mmap(NULL, sizeof *ready, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (ready == MAP_FAILED)
        return 1;
    pid_t pid = fork();
    if (pid == -1)
        return 1;
    if (pid == 0)
        _exit(sem_wait(ready) == -1);
    for (int i = 0; i < 300; i++) {
        usleep(1000);
        sem_init(ready, 1, 0);
    }
    sem_post(ready);
    return waitpid(pid, NULL, 0) == -1;
}
