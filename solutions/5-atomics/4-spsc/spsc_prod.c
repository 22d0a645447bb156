// spsc_prod：生产者。把标准输入切成记录，放进名为 NAME 的环里。
//
//   spsc_prod NAME
//
// 这个文件已经写好，不用改。值得一看的是三件事：
//   - 环满了怎么等（无锁环自己不会让人睡，要不要让出 CPU 由调用者决定）；
//   - 怎么知道对方死了（文件锁在进程结束时由内核放开，不管它是怎么死的）；
//   - 名字只用来见面：消费者一来就把它删掉，谁崩溃了都不会留下垃圾。

#define _GNU_SOURCE 1 // F_OFD_SETLK
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "spsc.h"

enum { EXIT_OK = 0, EXIT_RUNTIME = 1, EXIT_USAGE = 2, YIELDS = 100, NAP_NANOSECONDS = 100000 };
enum { PRODUCER_BYTE = 0, CONSUMER_BYTE = 1 }; // 对象的哪个字节由谁锁着

static int fail(const char *what)
{
    fprintf(stderr, "spsc_prod: %s: %s\n", what, strerror(errno));
    return -1;
}

// 以一个 '/' 开头，此外没有 '/'，也不能只有 '/'。
static bool name_ok(const char *name)
{
    return name[0] == '/' && name[1] != '\0' && strchr(name + 1, '/') == NULL;
}

static bool lock_byte(int fd, int byte)
{
    struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
    return fcntl(fd, F_OFD_SETLK, &l) == 0;
}

// 这个字节有人锁着吗？锁属于打开的文件，进程一死内核就放开。
static bool byte_locked(int fd, int byte)
{
    struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
    return fcntl(fd, F_OFD_GETLK, &l) == -1 || l.l_type != F_UNLCK;
}

// 建对象，初始化。ready 最后写：消费者看到它，就看得到前面的一切。
static struct spsc *create(const char *name, int *fd)
{
    *fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (*fd == -1) {
        fail(name);
        return NULL;
    }
    struct spsc *q = MAP_FAILED;
    if (lock_byte(*fd, PRODUCER_BYTE) && ftruncate(*fd, sizeof *q) == 0)
        q = mmap(NULL, sizeof *q, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
    if (q == MAP_FAILED) {
        fail(name);
        shm_unlink(name); // 半成品会让消费者白等
        close(*fd);
        return NULL;
    }
    atomic_store_explicit(&q->ready, SPSC_READY, memory_order_release);
    return q;
}

// 消费者来过（他一来就删掉名字，链接数变成 0）而且已经不在了。
static bool consumer_gone(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && st.st_nlink == 0 && !byte_locked(fd, CONSUMER_BYTE);
}

// 先让出 CPU 几次（对方多半马上就好），还不行就睡一小会儿。
static void nap(int tries)
{
    if (tries < YIELDS)
        sched_yield();
    else
        nanosleep(&(struct timespec){.tv_nsec = NAP_NANOSECONDS}, NULL);
}

static int put(struct spsc *q, int fd, const struct spsc_record *record)
{
    for (int tries = 0; !spsc_push(q, record); tries += tries < YIELDS) {
        if (tries == YIELDS && consumer_gone(fd)) {
            fprintf(stderr, "spsc_prod: 消费者没取完就走了\n");
            return -1;
        }
        nap(tries);
    }
    return 0;
}

static int produce(struct spsc *q, int fd)
{
    for (;;) {
        struct spsc_record record = {0};
        ssize_t n = read(STDIN_FILENO, record.data, sizeof record.data);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return fail("读标准输入");
        record.length = (uint32_t)n; // EOF 时是 0，正好是“没有了”
        if (put(q, fd, &record) == -1)
            return -1;
        if (n == 0)
            return 0;
    }
}

int main(int argc, char **argv)
{
    if (argc != 2 || !name_ok(argv[1])) {
        fprintf(stderr, "用法：spsc_prod NAME\n");
        return EXIT_USAGE;
    }
    // 0 号若是关着的，shm_open 会拿到 0，read 就把环本身当成标准输入了。
    if (fcntl(STDIN_FILENO, F_GETFD) == -1 && open("/dev/null", O_RDONLY) == -1)
        return EXIT_RUNTIME;
    int fd;
    struct spsc *q = create(argv[1], &fd);
    if (q == NULL)
        return EXIT_RUNTIME;
    int result = produce(q, fd);
    munmap(q, sizeof *q);
    close(fd);
    return result == 0 ? EXIT_OK : EXIT_RUNTIME;
}
