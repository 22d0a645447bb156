// run: pipe-hello prints_message
// expect: prints_message killed-by-signal
// 收到了 SIGALRM（就像 alarm 到时那样），却没有装处理函数。
#include <signal.h>
#include <unistd.h>

int main(void)
{
    raise(SIGALRM); /* 像 alarm(1) 到时那样 */
    pause();
    return 0;
}
