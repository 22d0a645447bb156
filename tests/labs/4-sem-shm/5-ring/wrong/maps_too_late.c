// expect: many null-pointer
// file: ring.c
// 还没有 mmap 就去初始化：创建者崩溃，别人等它等到永远。
#include "ring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { POLL_NANOSECONDS = 1000000 };

// 关掉 fd，但保留出错原因。
static void close_keep_errno(int fd)
{
    int saved = errno;
    close(fd);
    errno = saved;
}

static struct ring *map(int fd)
{
    void *p = mmap(NULL, sizeof(struct ring), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return p == MAP_FAILED ? NULL : p;
}

// 新对象的长度是 0，ftruncate 之后内容全是 0；只需写不是 0 的部分。
static int initialise(struct ring *r)
{
    // 第二个参数不为 0：信号量在进程之间共享。写成 0，别的进程 post 时叫不醒这里的等待者。
    if (sem_init(&r->empty, 1, RING_CAPACITY) == -1 || sem_init(&r->full, 1, 0) == -1 ||
        sem_init(&r->mutex, 1, 1) == -1)
        return -1;
    // release：看到 RING_READY 的进程，一定也看得到上面写下的一切。
    atomic_store_explicit(&r->ready, RING_READY, memory_order_release);
    return 0;
}

static struct ring *create(int fd, const char *name)
{
    struct ring *r = NULL;
    if (ftruncate(fd, sizeof(struct ring)) == 0 && initialise(r) == 0 && (r = map(fd)) != NULL)
        return r;
    // 半成品会让别人白等，拆掉它再报错。
    int saved = errno;
    if (r != NULL)
        munmap(r, sizeof *r);
    shm_unlink(name);
    errno = saved;
    return NULL;
}

static bool nap(int *naps)
{
    (void)naps;
    nanosleep(&(struct timespec){.tv_nsec = POLL_NANOSECONDS}, NULL);
    return true;
}

// 对象已经存在，但创建者可能还没来得及给它长度：此时访问映射会收到 SIGBUS，所以先看长度。
static struct ring *join(int fd)
{
    int naps = 0;
    struct stat st;
    do {
        if (fstat(fd, &st) == -1)
            return NULL;
    } while (st.st_size < (off_t)sizeof(struct ring) && nap(&naps));
    if (st.st_size < (off_t)sizeof(struct ring))
        return NULL;

    struct ring *r = map(fd);
    if (r == NULL)
        return NULL;
    // acquire 与创建者的 release 配成一对。
    while (atomic_load_explicit(&r->ready, memory_order_acquire) != RING_READY) {
        if (!nap(&naps)) {
            munmap(r, sizeof *r);
            errno = ETIMEDOUT;
            return NULL;
        }
    }
    return r;
}

struct ring *ring_open(const char *name)
{
    for (;;) {
        // O_EXCL 让内核来选：同时来的进程里恰好一个成功，它就是创建者。
        int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
        bool creator = fd != -1;
        if (!creator && errno != EEXIST)
            return NULL;
        if (!creator)
            fd = shm_open(name, O_RDWR, 0);
        if (fd == -1 && errno == ENOENT)
            continue; // 刚才还在，现在被人删了：从头再来
        if (fd == -1)
            return NULL;

        struct ring *r = creator ? create(fd, name) : join(fd);
        // 映射自己留住了对象，fd 可以关了。
        close_keep_errno(fd);
        return r;
    }
}

// P 操作。被信号打断的 sem_wait 没有拿到名额，必须重来。
static int down(sem_t *s)
{
    while (sem_wait(s) == -1)
        if (errno != EINTR)
            return -1;
    return 0;
}

int ring_put(struct ring *r, const struct ring_record *record)
{
    if (down(&r->empty) == -1 || down(&r->mutex) == -1)
        return -1;
    r->slot[r->tail] = *record;
    r->tail = (r->tail + 1) % RING_CAPACITY;
    // 内容写完才交锁、才报告“有货”：顺序反了，消费者会取到旧内容。
    sem_post(&r->mutex);
    sem_post(&r->full);
    return 0;
}

int ring_take(struct ring *r, struct ring_record *record)
{
    if (down(&r->full) == -1 || down(&r->mutex) == -1)
        return -1;
    *record = r->slot[r->head];
    bool pill = record->kind == RING_PILL;
    if (!pill)
        r->head = (r->head + 1) % RING_CAPACITY;
    sem_post(&r->mutex);
    // 取走一条，空出一个槽；毒丸没有取走，还回去的是 full。
    sem_post(pill ? &r->full : &r->empty);
    return pill ? 0 : 1;
}
