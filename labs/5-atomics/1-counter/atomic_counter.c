/* 丢失的更新：P 个进程往同一块共享内存里各加 N 次 1。
 *
 * 用法：atomic_counter P N MODE      MODE 是 plain、volatile、atomic、mutex 之一
 *
 * 参数已经替你解析好了。从 main 里的 TODO 开始，一步一步往上写。 */
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

enum mode { MODE_PLAIN, MODE_VOLATILE, MODE_ATOMIC, MODE_MUTEX, MODE_COUNT };
static const char *const mode_names[MODE_COUNT] = {"plain", "volatile", "atomic", "mutex"};

/* TODO 1：所有进程共用的东西都放进这个结构。四种模式各需要什么？ */
struct shared {
    long counter;
};

/* TODO 2：按 mode 加 rounds 次 1。每一次都要真的落到共享内存里。 */
static void add(struct shared *s, enum mode mode, long rounds)
{
    (void)s;
    (void)mode;
    (void)rounds;
}

/* TODO 3：第 index 个工人：钉在一个 CPU 上，等所有工人都到齐，再开始加；加完就退出。 */
static void work(struct shared *s, enum mode mode, long rounds, int index)
{
    (void)index;
    add(s, mode, rounds);
}

static bool parse_long(const char *text, long low, long high, long *value)
{
    char *end;

    errno = 0;
    *value = strtol(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && *value >= low && *value <= high;
}

static bool parse_mode(const char *text, enum mode *mode)
{
    for (int i = 0; i < MODE_COUNT; i++) {
        if (strcmp(text, mode_names[i]) == 0) {
            *mode = (enum mode)i;
            return true;
        }
    }
    return false;
}

int main(int argc, char **argv)
{
    static struct shared mine; /* 只属于这一个进程：TODO 4 要换掉它 */
    struct shared *s = &mine;
    long count, rounds;
    enum mode mode;

    if (argc != 4 || !parse_long(argv[1], 1, MAX_WORKERS, &count) ||
        !parse_long(argv[2], 0, MAX_ROUNDS, &rounds) || !parse_mode(argv[3], &mode)) {
        fprintf(stderr, "用法: atomic_counter P N plain|volatile|atomic|mutex\n");
        return 2;
    }

    /* TODO 4：建一块父子进程共享的内存，里面的锁要能跨进程用。 */

    /* TODO 5：造 count 个工人进程；中途失败的话，别让已经造好的工人干等。 */
    work(s, mode, rounds, 0);

    /* TODO 6：等每一个工人结束；有谁没有正常退出，就不打印结果，退出 1。 */

    /* TODO 7：从共享内存读出结果，如实报告。 */
    printf("result=%ld expected=%d lost=%d\n", s->counter, 0, 0);
    return 0;
}
