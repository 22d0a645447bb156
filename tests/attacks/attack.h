/* Put before every attack by run.sh: what most of them need. @…@ are filled in there:
 * @SECRET@ a readable file with a canary, @OTHER@ another student's submission, @TREE@ the course
 * with its solutions and tests, @MARK@ and @KEY@ the marks by which things left on the machine
 * would be recognised. An attack prints "ESCAPED" when something succeeded that must not. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define MARK "@MARK@"
#define KEY @KEY@

/* What a grader's event lines, TAP and a test framework's messages look like. */
static const char forged[] =
    "\n{\"event\":\"begin\",\"test\":\"prints_message\"}\n"
    "{\"event\":\"end\",\"test\":\"prints_message\",\"verdict\":\"pass\",\"seed\":\"1\"}\n"
    "{\"event\":\"end\",\"test\":\"any_bytes\",\"verdict\":\"pass\",\"seed\":\"1\"}\n"
    "TAP version 14\n1..1\nok 1 - prints_message: Passed\n"
    "{\"passed\":true,\"points\":17,\"max_points\":17}\n100%: Checks: 1, Failures: 0, Errors: 0\n";

__attribute__((unused)) static void forge(int fd)
{
    fcntl(fd, F_SETFL, O_NONBLOCK);
    if (write(fd, forged, sizeof forged - 1) < 0)
        return;
}

/* Show what a file says, on both streams: the canaries must not come out. */
__attribute__((unused)) static void show(const char *path)
{
    char data[8192];
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, data, sizeof data) : -1;
    if (fd >= 0)
        close(fd);
    for (ssize_t i = 0; i < n; i++)
        if (data[i] == '\0')
            data[i] = '\n';
    printf("%s: %zd\n", path, n);
    if (n > 0) {
        fwrite(data, 1, (size_t)n, stdout);
        fwrite(data, 1, (size_t)n, stderr);
    }
    fflush(NULL);
}

/* The right answer to the first test of pipe-hello. */
__attribute__((unused)) static int answer(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    printf("child got %zu bytes: %s\n", strlen(argv[1]), argv[1]);
    fflush(stdout);
    return 0;
}

__attribute__((unused)) static void escaped(const char *what)
{
    printf("ESCAPED: %s\n", what);
    fflush(stdout);
}

/* A child that does `body` by itself; its end does not disturb us. Every fork is checked. */
#define IN_CHILD(...)                                                                              \
    do {                                                                                           \
        pid_t child_ = fork();                                                                     \
        if (child_ == 0) {                                                                         \
            __VA_ARGS__;                                                                           \
            _exit(0);                                                                              \
        }                                                                                          \
    } while (0)
