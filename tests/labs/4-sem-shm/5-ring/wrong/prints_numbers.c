// expect: consumer_blocks_when_empty wrong-output
// file: ring_cons.c
// 不看正文，用 producer 和 number 拼出来打印。

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "ring.h"

enum { EXIT_OK = 0, EXIT_RUNTIME = 1, EXIT_USAGE = 2 };

static void on_usr1(int sig)
{
    (void)sig;
}

// SIGUSR1 什么也不做，但会打断等待。没有 SA_RESTART：sem_wait 会返回 EINTR。
static void install_usr1(void)
{
    struct sigaction sa = {.sa_handler = on_usr1};
    sigemptyset(&sa.sa_mask);
    sigaction(SIGUSR1, &sa, NULL);
}

static int usage(void)
{
    fprintf(stderr, "用法：ring_cons NAME | ring_cons NAME rm\n");
    return EXIT_USAGE;
}

static int fail(const char *what)
{
    fprintf(stderr, "ring_cons: %s: %s\n", what, strerror(errno));
    return EXIT_RUNTIME;
}

// 以一个 '/' 开头，此外没有 '/'，也不能只有 '/'。
static bool name_ok(const char *name)
{
    return name[0] == '/' && name[1] != '\0' && strchr(name + 1, '/') == NULL;
}

// 正文没有 '\0' 结尾，按 length 打印。length 来自别的进程，用之前先看它是否越界。
static int print(const struct ring_record *record)
{
    if (record->length > RING_TEXT_SIZE) {
        errno = EBADMSG;
        return -1;
    }
    printf("%u:%u", record->producer, record->number);
    putchar('\n');
    // 下一步可能要等很久，别让已经取出来的记录睡在 stdio 的缓冲区里。
    return fflush(stdout) == EOF ? -1 : 0;
}

static int consume(struct ring *r)
{
    struct ring_record record;
    int got;
    while ((got = ring_take(r, &record)) == 1)
        if (print(&record) == -1)
            return fail("打印");
    return got == -1 ? fail("ring_take") : EXIT_OK;
}

int main(int argc, char **argv)
{
    bool removing = argc == 3 && strcmp(argv[2], "rm") == 0;
    if ((argc != 2 && !removing) || !name_ok(argv[1]))
        return usage();
    if (removing)
        return shm_unlink(argv[1]) == -1 ? fail(argv[1]) : EXIT_OK;

    install_usr1();
    struct ring *r = ring_open(argv[1]);
    return r == NULL ? fail(argv[1]) : consume(r);
}
