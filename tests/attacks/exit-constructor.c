// attack: exit(0) before main, in a constructor
// expect: wrong-output
__attribute__((constructor)) static void early(void)
{
    exit(0);
}
int main(void)
{
    return 1;
}
