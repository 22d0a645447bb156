// spsc_cons：消费者。从名为 NAME 的环里取出记录，写到标准输出，直到“没有了”。
//
//   spsc_cons NAME
//
// 这个文件已经写好，不用改。它和 spsc_prod.c 是一对，几件值得一看的事写在那边的开头。

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
    fprintf(stderr, "spsc_cons: %s: %s\n", what, strerror(errno));
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

// 先让出 CPU 几次（对方多半马上就好），还不行就睡一小会儿。
static void nap(int tries)
{
    if (tries < YIELDS)
        sched_yield();
    else
        nanosleep(&(struct timespec){.tv_nsec = NAP_NANOSECONDS}, NULL);
}

// 等生产者把对象建好、定好长度。在那之前访问映射会收到 SIGBUS。
static int open_when_there(const char *name)
{
    struct stat st;
    int fd;
    while ((fd = shm_open(name, O_RDWR, 0)) == -1 && errno == ENOENT)
        nap(YIELDS);
    while (fd != -1 && fstat(fd, &st) == 0 && st.st_size < (off_t)sizeof(struct spsc))
        nap(YIELDS);
    return fd;
}

static struct spsc *join(const char *name, int *fd)
{
    *fd = open_when_there(name);
    struct spsc *q = MAP_FAILED;
    if (*fd != -1)
        q = mmap(NULL, sizeof *q, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
    if (q == MAP_FAILED) {
        fail(name);
        return NULL;
    }
    while (atomic_load_explicit(&q->ready, memory_order_acquire) != SPSC_READY)
        nap(YIELDS);
    // 环只容得下一个消费者。先上锁，再删名字：生产者看到名字没了，就能查锁。
    if (!lock_byte(*fd, CONSUMER_BYTE)) {
        fprintf(stderr, "spsc_cons: %s 已经有一个消费者了\n", name);
        return NULL;
    }
    shm_unlink(name);
    return q;
}

// 取一条。生产者死了，而且环确实空了，就是再也不会有了。
static int take(struct spsc *q, int fd, struct spsc_record *record)
{
    for (int tries = 0; !spsc_pop(q, record); tries += tries < YIELDS) {
        // 先看锁，再看一次环：反过来的话，他可能在两眼之间放了最后一条才走。
        if (tries == YIELDS && !byte_locked(fd, PRODUCER_BYTE)) {
            if (spsc_pop(q, record))
                return 0;
            fprintf(stderr, "spsc_cons: 生产者没有说完就走了\n");
            return -1;
        }
        nap(tries);
    }
    return 0;
}

static int write_all(const unsigned char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDOUT_FILENO, data, len);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return fail("写标准输出");
        data += n;
        len -= (size_t)n;
    }
    return 0;
}

static int consume(struct spsc *q, int fd)
{
    struct spsc_record record;
    for (;;) {
        if (take(q, fd, &record) == -1)
            return -1;
        if (record.length == 0)
            return 0;
        // 内容来自另一个进程，长度不能白白相信。
        if (record.length > sizeof record.data) {
            fprintf(stderr, "spsc_cons: 记录的长度是 %u，不可能\n", record.length);
            return -1;
        }
        if (write_all(record.data, record.length) == -1)
            return -1;
    }
}

int main(int argc, char **argv)
{
    if (argc != 2 || !name_ok(argv[1])) {
        fprintf(stderr, "用法：spsc_cons NAME\n");
        return EXIT_USAGE;
    }
    int fd;
    struct spsc *q = join(argv[1], &fd);
    if (q == NULL)
        return EXIT_RUNTIME;
    int result = consume(q, fd);
    munmap(q, sizeof *q);
    close(fd);
    return result == 0 ? EXIT_OK : EXIT_RUNTIME;
}
