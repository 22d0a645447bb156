// attack: _exit(0) from .preinit_array, before any constructor
// expect: wrong-output
static void first(void)
{
    _exit(0);
}
__attribute__((section(".preinit_array"), used)) static void (*const entry)(void) = first;
int main(void)
{
    return 1;
}
