// run: pipe-eof deals_lines
// expect: deals_lines last-resort
// 用一个很长的 sleep 来“等”子进程：它会自己醒，所以不算卡死，可是谁也等不起。
#include <unistd.h>

int main(void)
{
    for (;;)
        sleep(3600);
}
