// attack: _exit(0) in a destructor and in an atexit handler, whatever main returns
// expect: wrong-output
__attribute__((destructor)) static void late(void)
{
    _exit(0);
}
static void handler(void)
{
    _exit(0);
}
int main(void)
{
    atexit(handler);
    puts("wrong");
    return 1;
}
