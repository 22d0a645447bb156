// attack: the assembler's .include of password files: their lines would stand in its error messages
// expect: not-built
__asm__(".include \"/etc/shadow\"\n.include \"@SECRET@\"\n.include \"/etc/passwd\"\n");
int main(void)
{
    return 0;
}
