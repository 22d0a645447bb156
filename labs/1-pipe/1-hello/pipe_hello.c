/* pipe_hello MSG —— 父进程把 MSG 写进管道，子进程读到 EOF 后打印
 *     child got N bytes: MSG
 * 任务见 task.zh.md；卡住时看 hints.zh.md。 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* 子进程做的事。返回它的退出状态：0 成功，1 出错。 */
static int child(int read_end)
{
    /* TODO: 从 read_end 读完整条消息；它有多长，事先不知道 */
    /* TODO: 打印字节数和消息原文，并弄清楚是不是真的写出去了 */
    fprintf(stderr, "pipe_hello: 子进程还没有写（读端是 %d）\n", read_end);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "用法: pipe_hello MSG\n");
        return 2;
    }
    const char *message = argv[1];

    /* TODO: 创建管道，再创建子进程；哪一步失败都退出 1 */
    /* TODO: 让子进程执行 child()，并以它的返回值退出 */
    /* TODO: 父进程把 message 写进管道，一个字节不多，一个字节不少 */
    /* TODO: 四个端口里，谁该关掉哪个、什么时候关？ */
    /* TODO: 等子进程结束，交出它的退出状态 */
    fprintf(stderr, "pipe_hello: 还没有把 %zu 个字节交给子进程\n", strlen(message));
    return child(-1);
}
