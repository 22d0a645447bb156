// attack: main is an array of machine code that calls the kernel directly
// expect: no-points
__attribute__((section(".text#"))) const unsigned char code[] = {0xb8, 0x65, 0, 0, 0, 0x0f, 0x05, 0x31, 0xff, 0xb8, 0x3c, 0, 0, 0, 0x0f, 0x05};
__asm__(".globl main\n.set main, code\n");
