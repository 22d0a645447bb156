// attack: assembler loops that make the object file endless
// expect: not-built
__asm__(".data\n.rept 1000000000\n.rept 1000000000\n.byte 1\n.endr\n.endr\n.space 0x7fffffffffff\n.text\n");
int main(void)
{
    return 0;
}
