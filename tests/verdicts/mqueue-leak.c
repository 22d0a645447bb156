// run: pipe-hello prints_message
// expect: prints_message mqueue-leak
// 建了 POSIX 消息队列，mq_close 了，却没有 mq_unlink。
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    mqd_t q = mq_open("/greeting", O_CREAT | O_RDWR, 0600, NULL);
    if (q < 0)
        return 1;
    mq_close(q); /* 缺 mq_unlink("/greeting") */
    pid_t pid = fork();
    if (pid < 0)
        return 1;
    if (pid == 0) {
        printf("child got %zu bytes: %s\n", strlen(argv[1]), argv[1]);
        return 0;
    }
    return waitpid(pid, NULL, 0) < 0;
}
