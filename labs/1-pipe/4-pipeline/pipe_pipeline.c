/* pipe_pipeline -- CMD ARG… : CMD ARG… : … —— 像 shell 那样把 N 个命令接成流水线。
 * 任务见 task.zh.md；卡住时看 hints.zh.md。 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_STAGES = 64 };

/* --- 命令行 --------------------------------------------------------------------------- */

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

/* --- 从这里开始是你的 ----------------------------------------------------------------- */

/* 在子进程里：把 in 接到 stdin，out 接到 stdout（-1 表示沿用），变成 command。不返回。 */
static void run_stage(char **command, int in, int out)
{
    /* TODO: 接好之后，除了 0、1、2，这个进程手里不该再有别的描述符 */
    /* TODO: in 或 out 恰好就是 0 或 1 时，会发生什么？ */
    /* TODO: exec 失败了，子进程该怎样结束？找不到命令是 127，找到了但不能执行是 126 */
    fprintf(stderr, "pipe_pipeline: 还不会运行 %s（in %d，out %d）\n", command[0], in, out);
    _exit(126);
}

/* 启动所有的段，等它们全部结束。返回 pipe_pipeline 的退出状态。 */
static int pipeline(char **stages[], int count)
{
    /* TODO: N 段要 N − 1 根管道；每根管道的两端，各该留在哪个进程手里？ */
    /* TODO: 父进程自己不读也不写，它手里的端口什么时候放手？ */
    /* TODO: 等要放在什么时候？谁的状态才是整条流水线的状态？ */
    for (int i = 0; i < count; i++)
        fprintf(stderr, "pipe_pipeline: 第 %d 段 %s 还没有启动\n", i + 1, stages[i][0]);
    run_stage(stages[0], -1, -1);
    return 1;
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
    return pipeline(stages, count);
}
