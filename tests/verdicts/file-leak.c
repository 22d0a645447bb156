// run: pipe-hello prints_message
// expect: prints_message file-leak
// 调试时写的日志文件忘了删。
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    FILE *log = fopen("debug.log", "w");
    if (!log || fprintf(log, "%s\n", argv[1]) < 0 || fclose(log) != 0)
        return 1;
    pid_t pid = fork();
    if (pid < 0)
        return 1;
    if (pid == 0) {
        printf("child got %zu bytes: %s\n", strlen(argv[1]), argv[1]);
        return 0;
    }
    return waitpid(pid, NULL, 0) < 0;
}
