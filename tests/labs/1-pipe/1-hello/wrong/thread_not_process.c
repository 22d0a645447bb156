// expect: child_prints_parent_waits parent-prints
// 用线程代替子进程。
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int fd[2];

static void *reader(void *arg)
{
    size_t len = 0, room = 200000;
    char *buf = malloc(room);
    ssize_t n;

    (void)arg;
    while (buf != NULL && (n = read(fd[0], buf + len, room - len)) > 0)
        len += (size_t)n;
    printf("child got %zu bytes: ", len);
    fwrite(buf, 1, len, stdout);
    putchar('\n');
    return fflush(stdout) == EOF ? (void *)1 : NULL;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    void *result;

    if (argc != 2)
        return 2;
    if (pipe(fd) == -1)
        return 1;
    if (pthread_create(&thread, NULL, reader, NULL) != 0)
        return 1;
    if (write(fd[1], argv[1], strlen(argv[1])) == -1)
        return 1;
    close(fd[1]);
    pthread_join(thread, &result);
    return result == NULL ? 0 : 1;
}
