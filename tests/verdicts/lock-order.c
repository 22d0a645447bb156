// run: pipe-hello prints_message
// expect: prints_message lock-order
// 父子各拿一把锁，再去拿对方手里的那一把：次序相反，形成了环。
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct shared {
    pthread_mutex_t account, journal;
    pthread_barrier_t both;
};

static void work(struct shared *s, pthread_mutex_t *first, pthread_mutex_t *second)
{
    pthread_mutex_lock(first);
    pthread_barrier_wait(&s->both); /* 让坏运气每次都发生 */
    pthread_mutex_lock(second);
    pthread_mutex_unlock(second);
    pthread_mutex_unlock(first);
}

int main(void)
{
    struct shared *s =
        mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t lock;
    pthread_barrierattr_t barrier;
    if (s == MAP_FAILED)
        return 1;
    pthread_mutexattr_init(&lock);
    pthread_mutexattr_setpshared(&lock, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&s->account, &lock);
    pthread_mutex_init(&s->journal, &lock);
    pthread_barrierattr_init(&barrier);
    pthread_barrierattr_setpshared(&barrier, PTHREAD_PROCESS_SHARED);
    pthread_barrier_init(&s->both, &barrier, 2);
    pid_t pid = fork();
    if (pid < 0)
        return 1;
    if (pid == 0) {
        work(s, &s->journal, &s->account);
        _exit(0);
    }
    work(s, &s->account, &s->journal);
    return waitpid(pid, NULL, 0) < 0;
}
