// expect: last_status last-stage-piped
// 最后一段也写进管道，父进程等所有的段都结束，才去读它。
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_STAGES = 64 };

/* --- 命令行（骨架里已有） ------------------------------------------------------------- */

/* 把 argv 在 ":" 处切开：stages[i] 指向第 i 段的第一个词，每段以 NULL 结尾。
 * 返回段数，用法不对返回 -1。 */
static int split(int argc, char **argv, char **stages[MAX_STAGES])
{
    int count = 0;

    if (argc < 3 || strcmp(argv[1], "--") != 0)
        return -1;
    for (int i = 2; i <= argc; i++) {
        if (count == MAX_STAGES || i == argc || strcmp(argv[i], ":") == 0)
            return -1; /* 空的一段 */
        stages[count++] = &argv[i];
        while (i < argc && strcmp(argv[i], ":") != 0)
            i++;
        if (i == argc)
            return count;
        argv[i] = NULL;
    }
    return -1;
}

/* --- 一段 ----------------------------------------------------------------------------- */

/* 把 fd 接到 target 上，然后只留 target。
 * fd 恰好就是 target 时，dup2 什么也不做，跟着的 close 却会把它关掉：所以要先问一声。 */
static bool move_fd(int fd, int target)
{
    if (fd == target)
        return true;
    if (dup2(fd, target) == -1)
        return false;
    close(fd);
    return true;
}

/* 在子进程里运行。in、out：-1 表示沿用父进程的。不返回。 */
static void run_stage(char **command, int in, int out, int next_in)
{
    if (next_in != -1)
        close(next_in); /* 下一段的读端：留着它，下一段走了，我也收不到 SIGPIPE */
    if ((in != -1 && !move_fd(in, STDIN_FILENO)) || (out != -1 && !move_fd(out, STDOUT_FILENO))) {
        perror("pipe_pipeline: dup2");
        _exit(126);
    }
    execvp(command[0], command);
    /* 只有失败了才会走到这里。必须 _exit：return 会让子进程回到父进程的循环里接着建流水线，
     * exit 会把从父进程复制来的 stdio 缓冲区再写一遍。 */
    int why = errno;
    fprintf(stderr, "pipe_pipeline: %s: %s\n", command[0], strerror(why));
    _exit(why == ENOENT ? 127 : 126);
}

/* --- 整条流水线 ----------------------------------------------------------------------- */

/* 启动一段；*in 是它的读端，返回后换成下一段的读端。返回 pid，失败返回 -1。 */
static pid_t start_stage(char **command, bool last, int *in)
{
    int fd[2] = {-1, -1};

    if (pipe(fd) == -1) {
        perror("pipe_pipeline: pipe");
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0)
        run_stage(command, *in, fd[1], fd[0]);
    if (pid == -1)
        perror("pipe_pipeline: fork");
    /* 父进程不读也不写：接好一段就放手一段。写端不关，下一段等不到 EOF；
     * 读端不关，上一段收不到 SIGPIPE。 */
    if (*in != -1)
        close(*in);
    if (fd[1] != -1)
        close(fd[1]);
    *in = fd[0];
    return pid;
}

/* 等 pid 结束，把结局翻译成 shell 的记法。 */
static int wait_stage(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) == -1) {
        if (errno == EINTR)
            continue;
        perror("pipe_pipeline: waitpid");
        return 1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int pipeline(char **stages[], int count)
{
    pid_t pids[MAX_STAGES];
    int in = -1, started = 0, status = 1;

    /* 先全部启动，再等。边启动边等的话，上一段写满了管道，而读它的人还没出生。 */
    while (started < count) {
        pids[started] = start_stage(stages[started], started == count - 1, &in);
        if (pids[started] == -1)
            break;
        started++;
    }
    char buf[4096];
    ssize_t n;
    for (int i = 0; i < started; i++)
        status = wait_stage(pids[i]);
    if (in != -1) {
        while ((n = read(in, buf, sizeof buf)) > 0)
            write(1, buf, n);
        close(in);
    }
    return started == count ? status : 1;
}

/* 0、1、2 有空缺时，pipe() 会把它们发出来，管道的端口就和标准描述符搅在一起。
 * 先用 /dev/null 把空缺占住，后面就不用处处小心了。 */
static bool fill_standard_descriptors(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDWR);
    while (fd != -1 && fd <= STDERR_FILENO);
    if (fd != -1)
        close(fd);
    return fd != -1;
}

int main(int argc, char **argv)
{
    char **stages[MAX_STAGES];
    int count = split(argc, argv, stages);

    if (count == -1) {
        fprintf(stderr, "用法: pipe_pipeline -- CMD ARG… : CMD ARG… : …（最多 %d 段）\n",
                MAX_STAGES);
        return 2;
    }
    if (!fill_standard_descriptors()) {
        perror("pipe_pipeline: /dev/null");
        return 1;
    }
    return pipeline(stages, count);
}
