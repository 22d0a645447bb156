// attack: another program interpreter, an executable stack, an init array into the wild
// expect: no-points
__asm__(".section .note.GNU-stack,\"x\",@progbits\n.text\n");
__attribute__((section(".interp"), used)) static const char interpreter[] = "/src/lab-crash.so";
__attribute__((section(".init_array"), used)) static void *const wild = (void *)0x41414141;
int main(void)
{
    return 0;
}
