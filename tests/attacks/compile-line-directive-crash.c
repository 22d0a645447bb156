// attack: the debug information of a crash names a secret file
// expect: crash segfault | crash null-pointer
int main(void)
{
#line 1 "@SECRET@"
    *(volatile int *)8 = 1;
    return 0;
}
