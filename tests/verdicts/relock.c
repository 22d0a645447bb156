// run: pipe-hello prints_message
// expect: prints_message relock
// 持锁的函数又调用了会加同一把锁的函数：自己等自己。
#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int total;

static int read_total(void)
{
    pthread_mutex_lock(&lock);
    int value = total;
    pthread_mutex_unlock(&lock);
    return value;
}

int main(void)
{
    pthread_mutex_lock(&lock);
    total = read_total() + 1;
    pthread_mutex_unlock(&lock);
    return 0;
}
