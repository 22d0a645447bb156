// expect: joins_existing name-removed
// file: ring_cons.c
// 消费者收到毒丸就 shm_unlink：环还在用，名字已经没有了。
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
static bool name_ok(const char *name)
{
    return name[0] == '/' && name[1] != '\0' && strchr(name + 1, '/') == NULL;
}
static int print(const struct ring_record *record)
{
    if (record->length > RING_TEXT_SIZE) {
        errno = EBADMSG;
        return -1;
    }
    fwrite(record->text, 1, record->length, stdout);
    putchar('\n');
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
    if (r == NULL)
        return fail(argv[1]);
    int status = consume(r);
    shm_unlink(argv[1]);
    return status;
}
