// run: pipe-hello prints_message
// expect: prints_message lost-wakeup
// 先通知、后等待，等之前也不看条件：通知已经过去了，没有第二次。
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ready = PTHREAD_COND_INITIALIZER;

static void *prepare(void *arg)
{
    pthread_cond_signal(&ready);
    return arg;
}

int main(void)
{
    pthread_t worker;
    if (pthread_create(&worker, NULL, prepare, NULL) != 0)
        return 1;
    pthread_join(worker, NULL); /* 到这里，通知一定已经发过了 */
    pthread_mutex_lock(&lock);
    pthread_cond_wait(&ready, &lock); /* 应该是 while (!条件) */
    pthread_mutex_unlock(&lock);
    return 0;
}
