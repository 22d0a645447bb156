// attack: reaches forbidden calls through the 32-bit entry of the kernel
// expect: forbidden-call | no-points
int main(void)
{
#ifdef __x86_64__
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(310L) /* unshare */, "b"(0x10000000L) : "memory");
    if (result == 0)
        escaped("unshare by int 0x80");
#endif
    return 1;
}
