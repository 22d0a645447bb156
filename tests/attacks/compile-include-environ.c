// attack: #include of the environment, the command line and the memory map of the compiler and of PID 1
// expect: not-built
#include "/proc/self/environ"
#include "/proc/self/cmdline"
#include "/proc/1/environ"
#include "/proc/1/cmdline"
#include "/proc/self/mountinfo"
int main(void)
{
    return 0;
}
