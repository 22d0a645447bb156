// run: pipe-hello prints_message
// expect: prints_message forbidden-call
// 用 32 位的入口（int 0x80）调用内核：沙箱只认本机的系统调用。
#include <signal.h>

int main(void)
{
#ifdef __x86_64__
    long pid;
    __asm__ volatile("int $0x80" : "=a"(pid) : "a"(20L) : "memory"); /* getpid */
    return pid < 0;
#else
    return raise(SIGSYS);
#endif
}
