// run: pipe-hello prints_message
// expect: prints_message sysv-leak
// 用 System V 共享内存传消息，结果全对，就是没有 IPC_RMID。
#include <stdio.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    int id = shmget(0x5eed, 4096, IPC_CREAT | 0600);
    char *text = id < 0 ? (void *)-1 : shmat(id, NULL, 0);
    if (text == (void *)-1)
        return 1;
    strcpy(text, argv[1]);
    pid_t pid = fork();
    if (pid < 0)
        return 1;
    if (pid == 0) {
        printf("child got %zu bytes: %s\n", strlen(text), text);
        return 0;
    }
    return waitpid(pid, NULL, 0) < 0; /* 缺 shmctl(id, IPC_RMID, NULL) */
}
