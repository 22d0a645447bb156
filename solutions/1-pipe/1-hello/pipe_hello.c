/* pipe_hello MSG —— 父进程把 MSG 写进管道，子进程读到 EOF 后打印它。
 *
 *      父进程  write(fd[1]) ──▶ [ 内核里的管道 ] ──▶ read(fd[0])  子进程
 *
 * 约定：0 成功，1 运行时出错，2 用法不对；子进程怎样结束，父进程就怎样交代。 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* write 可以只写一部分，也可以被信号打断；写完 len 个字节才算数。 */
static bool write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}

/* 一直读到 EOF。消息多长事先不知道，所以缓冲区边读边长大。
 * 返回 malloc 得到的数据，长度放在 *len；它不是字符串，末尾没有 '\0'。失败返回 NULL。 */
static char *read_to_eof(int fd, size_t *len)
{
    size_t room = 4096;
    char *data = malloc(room);

    for (*len = 0; data != NULL;) {
        ssize_t n = read(fd, data + *len, room - *len);
        if (n == 0)
            return data; /* 所有写端都关了，管道也空了：这才是 EOF */
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            break;
        *len += (size_t)n;
        if (*len < room)
            continue;
        /* 满了就翻倍：read 的缓冲区长度为 0 时也返回 0，不能让它冒充 EOF。 */
        char *bigger = realloc(data, room *= 2);
        if (bigger == NULL)
            break;
        data = bigger;
    }
    free(data);
    return NULL;
}

/* 子进程的一生：读，打印，返回退出状态。 */
static int child(int read_end)
{
    size_t len;
    char *message = read_to_eof(read_end, &len);

    close(read_end);
    if (message == NULL) {
        perror("pipe_hello: 读管道");
        return 1;
    }
    /* 正文用 fwrite：它可以含有任何字节，也没有 '\0' 让 %s 停下来。 */
    printf("child got %zu bytes: ", len);
    fwrite(message, 1, len, stdout);
    putchar('\n');
    free(message);
    /* stdio 只是把字节放进了缓冲区；真正写出去、真正知道成败，是在这里。 */
    if (fflush(stdout) == EOF || ferror(stdout)) {
        perror("pipe_hello: 写标准输出");
        return 1;
    }
    return 0;
}

/* 等子进程结束，把它的结局翻译成我们自己的退出状态。 */
static int status_of(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) == -1) {
        if (errno == EINTR)
            continue;
        perror("pipe_hello: waitpid");
        return 1;
    }
    /* WEXITSTATUS 只在 WIFEXITED 为真时才有意义；被信号杀死的照 shell 的惯例记 128+信号。 */
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
    int fd[2]; /* fd[0] 读，fd[1] 写：与 stdin=0、stdout=1 同号 */

    if (argc != 2) {
        fprintf(stderr, "用法: pipe_hello MSG\n");
        return 2;
    }
    /* 先 pipe 后 fork：子进程继承的才是同一根管道。 */
    if (pipe(fd) == -1) {
        perror("pipe_hello: pipe");
        return 1;
    }
    pid_t pid = fork();
    if (pid == -1) { /* 没有子进程；-1 不能当 pid 用，也没有人会来读 */
        perror("pipe_hello: fork");
        return 1;
    }
    if (pid == 0) {
        close(fd[1]); /* 自己留着写端，就永远等不到 EOF */
        return child(fd[0]);
    }
    close(fd[0]); /* 父进程不读；留着它，子进程早死时就收不到 EPIPE/SIGPIPE */

    bool sent = write_all(fd[1], argv[1], strlen(argv[1]));
    if (!sent)
        perror("pipe_hello: 写管道");
    close(fd[1]); /* 必须在 waitpid 之前：这一关，子进程才读到 EOF */

    int status = status_of(pid);
    return status == 0 && !sent ? 1 : status;
}
