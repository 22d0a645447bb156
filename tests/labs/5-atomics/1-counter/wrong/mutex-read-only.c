// expect: mutex_exact lost-updates
// 只在读的时候加锁，写回去时已经放开
/* 丢失的更新：P 个进程往同一块共享内存里各加 N 次 1，看四种写法谁会丢。
 *
 * 用法：atomic_counter P N MODE      MODE 是 plain、volatile、atomic、mutex 之一
 *
 * 先把所有工人造好、钉在不同的 CPU 上，再一起放行：只有真的同时跑，竞争才看得见。 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_WORKERS = 64 };
#define MAX_ROUNDS 1000000000L
#define MAX_SPINS 1000000

/* 什么指令也不产生，只告诉编译器“内存可能变了”。没有它，gcc -O2 会把 N 次加一合并成一次加 N。 */
#define COMPILER_BARRIER() __asm__ volatile("" ::: "memory")

/* 放在共享内存里的全部东西：锁也必须在这里，私有内存里的锁每个进程各有一把。 */
struct shared {
    atomic_int arrived;   /* 已经站上起跑线的工人数 */
    long plain;           /* 没有任何保护 */
    volatile long forced; /* volatile：每次都真的读写内存，但读和写仍是两步 */
    atomic_long atomic;   /* 读、加、写一步完成 */
    pthread_mutex_t lock; /* 保护 guarded */
    long guarded;
};
/* 不免锁的“原子”类型靠一张进程私有的锁表，跨进程没有用。宏的值 2 表示“总是免锁”。 */
_Static_assert(ATOMIC_LONG_LOCK_FREE == 2, "atomic_long 必须免锁才能跨进程");

struct mode {
    const char *name;
    int (*add)(struct shared *s, long rounds); /* 0 或 -1 */
    long (*result)(struct shared *s);
};

static int add_plain(struct shared *s, long rounds)
{
    for (long i = 0; i < rounds; i++) {
        s->plain++;
        COMPILER_BARRIER();
    }
    return 0;
}

static int add_volatile(struct shared *s, long rounds)
{
    for (long i = 0; i < rounds; i++)
        s->forced++;
    return 0;
}

static int add_atomic(struct shared *s, long rounds)
{
    /* 只要求“不丢”，不拿它给别的数据排先后，所以 relaxed 就够了。 */
    for (long i = 0; i < rounds; i++)
        atomic_fetch_add_explicit(&s->atomic, 1, memory_order_relaxed);
    return 0;
}

static int add_mutex(struct shared *s, long rounds)
{
    for (long i = 0; i < rounds; i++) {
        if (pthread_mutex_lock(&s->lock) != 0)
            return -1;
        long next = s->guarded + 1;
        if (pthread_mutex_unlock(&s->lock) != 0)
            return -1;
        s->guarded = next;
    }
    return 0;
}

static long result_plain(struct shared *s)
{
    return s->plain;
}

static long result_volatile(struct shared *s)
{
    return s->forced;
}

static long result_atomic(struct shared *s)
{
    return atomic_load(&s->atomic);
}

static long result_mutex(struct shared *s)
{
    return s->guarded;
}

static const struct mode modes[] = {
    {"plain", add_plain, result_plain},
    {"volatile", add_volatile, result_volatile},
    {"atomic", add_atomic, result_atomic},
    {"mutex", add_mutex, result_mutex},
};

static const struct mode *find_mode(const char *name)
{
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (strcmp(modes[i].name, name) == 0)
            return &modes[i];
    return NULL;
}

/* 整个字符串是 low..high 之间的十进制数才算数。 */
static bool parse_long(const char *text, long low, long high, long *value)
{
    char *end;

    errno = 0;
    *value = strtol(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && *value >= low && *value <= high;
}

/* 父子共用的匿名映射：MAP_SHARED 是关键，换成 MAP_PRIVATE 每个子进程改的就是自己的副本。
 * 新映射的内容全是 0，所以计数器不用再清零。 */
static struct shared *shared_new(void)
{
    struct shared *s =
        mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t attr;
    int error;

    if (s == MAP_FAILED) {
        perror("atomic_counter: mmap");
        return NULL;
    }
    error = pthread_mutexattr_init(&attr);
    /* 默认的锁只在一个进程里有效：等待者睡在“本进程的” futex 上，别的进程叫不醒它。 */
    if (error == 0)
        error = pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    if (error == 0)
        error = pthread_mutex_init(&s->lock, &attr);
    if (error != 0) {
        fprintf(stderr, "atomic_counter: 建不了跨进程的锁：%s\n", strerror(error));
        munmap(s, sizeof *s);
        return NULL;
    }
    pthread_mutexattr_destroy(&attr);
    return s;
}

/* 钉在第 index 个允许的 CPU 上（轮流）。钉不住也能算对，只是竞争不那么容易看见，所以不算错误。 */
static void pin_to_cpu(int index)
{
    cpu_set_t allowed, one;
    int nth;

    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0 || CPU_COUNT(&allowed) == 0)
        return;
    nth = index % CPU_COUNT(&allowed);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &allowed) || nth-- > 0)
            continue;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        sched_setaffinity(0, sizeof one, &one);
        return;
    }
}

/* 发令枪是一个管道：读到一个字节就开跑；读到 EOF 说明父进程取消了（有工人没造出来）。 */
static bool wait_for_start(int gate)
{
    char byte;
    ssize_t n;

    do
        n = read(gate, &byte, 1);
    while (n == -1 && errno == EINTR);
    return n == 1;
}

/* 从管道里醒来有先有后，差几十微秒，够快的 CPU 加几万次了。再原地转一小会儿把大家对齐。
 * 对齐只是为了让竞争看得见，所以转够了次数就不等了：不能为了它卡住。 */
static void line_up(struct shared *s, int count)
{
    atomic_fetch_add(&s->arrived, 1);
    for (int i = 0; i < MAX_SPINS && atomic_load(&s->arrived) < count; i++)
        if (i % 1024 == 1023)
            sched_yield(); /* 工人可能比 CPU 多：让还没到的先跑 */
}

static _Noreturn void work(struct shared *s, const struct mode *mode, long rounds, int index,
                           int count, const int gate[2])
{
    close(gate[1]); /* 自己还拿着写端的话，父进程取消时永远等不到 EOF */
    pin_to_cpu(index);
    if (!wait_for_start(gate[0]))
        _exit(1);
    line_up(s, count);
    _exit(mode->add(s, rounds) == 0 ? 0 : 1);
}

/* 造工人，返回造出来的个数；少于 count 就是 fork 失败了。 */
static int start_workers(pid_t *workers, int count, struct shared *s, const struct mode *mode,
                         long rounds, const int gate[2])
{
    for (int i = 0; i < count; i++) {
        workers[i] = fork();
        if (workers[i] == -1) {
            perror("atomic_counter: fork");
            return i;
        }
        if (workers[i] == 0)
            work(s, mode, rounds, i, count, gate);
    }
    return count;
}

/* 每个工人发一个字节。最多 64 字节，远小于管道容量，不会阻塞。 */
static bool open_gate(int gate, int count)
{
    char bytes[MAX_WORKERS] = {0};
    ssize_t n;

    do
        n = write(gate, bytes, (size_t)count);
    while (n == -1 && errno == EINTR);
    return n == count;
}

/* 等每一个工人；有一个不是正常退出 0，结果就不可信。 */
static bool wait_for_workers(const pid_t *workers, int count)
{
    bool good = true;

    for (int i = 0; i < count; i++) {
        int status;
        pid_t pid;

        do
            pid = waitpid(workers[i], &status, 0);
        while (pid == -1 && errno == EINTR);
        if (pid == -1 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
            good = false;
    }
    return good;
}

static bool count_together(struct shared *s, const struct mode *mode, int count, long rounds)
{
    pid_t workers[MAX_WORKERS];
    int gate[2], started;
    bool go;

    if (pipe(gate) != 0) {
        perror("atomic_counter: pipe");
        return false;
    }
    started = start_workers(workers, count, s, mode, rounds, gate);
    close(gate[0]);
    go = started == count && open_gate(gate[1], count);
    close(gate[1]); /* 没放行就关门：等着的工人读到 EOF，自己退出 */
    return wait_for_workers(workers, started) && go;
}

int main(int argc, char **argv)
{
    const struct mode *mode = argc == 4 ? find_mode(argv[3]) : NULL;
    struct shared *s;
    long count, rounds, expected, result;

    if (mode == NULL || !parse_long(argv[1], 1, MAX_WORKERS, &count) ||
        !parse_long(argv[2], 0, MAX_ROUNDS, &rounds)) {
        fprintf(stderr, "用法: atomic_counter P N plain|volatile|atomic|mutex\n"
                        "      P 是 1 到 64，N 是 0 到 1000000000\n");
        return 2;
    }
    s = shared_new();
    if (s == NULL)
        return 1;
    if (!count_together(s, mode, (int)count, rounds)) {
        fprintf(stderr, "atomic_counter: 有工人没能做完，结果作废\n");
        return 1;
    }
    /* 工人都结束了才读：waitpid 返回，就保证看得见它们写下的一切。 */
    result = mode->result(s);
    expected = count * rounds;
    printf("result=%ld expected=%ld lost=%ld\n", result, expected, expected - result);
    return fflush(stdout) == 0 ? 0 : 1;
}
