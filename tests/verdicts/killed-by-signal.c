// run: pipe-hello prints_message
// expect: prints_message killed-by-signal
// 设了 alarm，却没有装 SIGALRM 的处理函数：默认动作就是杀死进程。
#include <signal.h>
#include <unistd.h>

int main(void)
{
    raise(SIGALRM); /* 像 alarm(1) 到时那样 */
    pause();
    return 0;
}
