// run: pipe-hello prints_message
// expect: prints_message dead-owner
// 子进程拿着共享内存里的互斥锁就退出了，父进程永远等不到解锁。
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    pthread_mutexattr_t attr;
    pthread_mutex_t *lock =
        mmap(NULL, sizeof *lock, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (lock == MAP_FAILED)
        return 1;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(lock, &attr);
    pid_t pid = fork();
    if (pid < 0)
        return 1;
    if (pid == 0) {
        pthread_mutex_lock(lock);
        _exit(0); /* 没有解锁 */
    }
    waitpid(pid, NULL, 0);
    pthread_mutex_lock(lock);
    return 0;
}
