// attack: .incbin of the solution, of a secret and of the reference program into the own program, which prints it
// expect: not-built
__asm__(".section .rodata\n.global stolen\nstolen:\n.incbin \"@SECRET@\"\n.incbin \"@TREE@/solutions/1-pipe/1-hello/pipe_hello.c\"\n"
        ".incbin \"@TREE@/build/ref/1-pipe/1-hello/pipe_hello\"\nstolen_end: .byte 0\n.text\n");
extern const char stolen[], stolen_end[];
int main(void)
{
    fwrite(stolen, 1, (size_t)(stolen_end - stolen), stdout);
    return 0;
}
