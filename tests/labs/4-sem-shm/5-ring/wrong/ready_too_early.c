// expect: many hangs-when-disturbed|init-while-waiting
// file: ring.c
// 先写 ready，后初始化信号量：别人可能已经等在上面，或者已经 post 过，随后又被抹掉。
#include "ring.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void down(sem_t *s)
{
    while (sem_wait(s) == -1 && errno == EINTR)
        ;
}

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

struct ring *ring_open(const char *name)
{
    int creator = 1;
    int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd == -1 && errno == EEXIST) {
        creator = 0;
        fd = shm_open(name, O_RDWR, 0);
    }
    if (fd == -1)
        return NULL;
    if (creator && ftruncate(fd, sizeof(struct ring)) == -1)
        return NULL;
    struct stat st = {0};
    while (!creator && fstat(fd, &st) == 0 && st.st_size < (off_t)sizeof(struct ring))
        nap();
    struct ring *r = mmap(NULL, sizeof *r, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (r == MAP_FAILED)
        return NULL;
    if (creator) {
        atomic_store(&r->ready, RING_READY);
        sem_init(&r->empty, 1, RING_CAPACITY);
        sem_init(&r->full, 1, 0);
        sem_init(&r->mutex, 1, 1);
    }
    while (atomic_load(&r->ready) != RING_READY)
        nap();
    return r;
}

int ring_put(struct ring *r, const struct ring_record *record)
{
    down(&r->empty);
    down(&r->mutex);
    r->slot[r->tail] = *record;
    r->tail = (r->tail + 1) % RING_CAPACITY;
    sem_post(&r->mutex);
    sem_post(&r->full);
    return 0;
}

int ring_take(struct ring *r, struct ring_record *record)
{
    down(&r->full);
    down(&r->mutex);
    *record = r->slot[r->head];
    if (record->kind == RING_PILL) {
        sem_post(&r->mutex);
        sem_post(&r->full);
        return 0;
    }
    r->head = (r->head + 1) % RING_CAPACITY;
    sem_post(&r->mutex);
    sem_post(&r->empty);
    return 1;
}
