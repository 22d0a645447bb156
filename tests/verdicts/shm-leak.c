// run: pipe-hello prints_message
// expect: prints_message shm-leak
// 用 shm_open 建了共享内存对象，close 了描述符，却没有 shm_unlink。
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    int fd = shm_open("/greeting", O_CREAT | O_RDWR, 0600);
    if (fd < 0)
        return 1;
    close(fd); /* 缺 shm_unlink("/greeting") */
    pid_t pid = fork();
    if (pid < 0)
        return 1;
    if (pid == 0) {
        printf("child got %zu bytes: %s\n", strlen(argv[1]), argv[1]);
        return 0;
    }
    return waitpid(pid, NULL, 0) < 0;
}
