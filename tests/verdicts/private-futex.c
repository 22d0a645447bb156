// run: pipe-hello prints_message
// expect: prints_message private-futex
// 信号量放进了共享内存，sem_init 的第二个参数却是 0：post 叫不醒另一个进程。
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    sem_t *go = mmap(NULL, sizeof *go, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return 1;
    if (go == MAP_FAILED || sem_init(go, 0, 0) < 0) /* 第二个参数应该是 1 */
        return 1;
    pid_t pid = fork();
    if (pid < 0)
        return 1;
    if (pid == 0) {
        while (sem_wait(go) < 0)
            ;
        _exit(0);
    }
    usleep(200000); /* 让子进程先睡着 */
    sem_post(go);
    return waitpid(pid, NULL, 0) < 0;
}
