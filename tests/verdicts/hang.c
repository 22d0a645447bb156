// run: pipe-hello prints_message
// expect: prints_message hang
// 父进程锁着文件去等子进程，子进程要锁同一个文件。
#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    int mine = open(".", O_RDONLY);

    if (mine == -1 || flock(mine, LOCK_EX) == -1)
        return 1;
    pid_t pid = fork();
    if (pid == -1)
        return 1;
    if (pid == 0) {
        int other = open(".", O_RDONLY); /* 重新打开的：锁不是继承来的那一把 */
        _exit(other == -1 || flock(other, LOCK_EX) == -1);
    }
    waitpid(pid, NULL, 0); /* 应该先 flock(mine, LOCK_UN) */
    return 0;
}
