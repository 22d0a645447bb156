// run: pipe-hello prints_message
// expect: prints_message divide-by-zero
// 除数来自参数个数，恰好是 0。
int main(int argc, char **argv)
{
    (void)argv;
    return 100 / (argc - 2); /* 一个参数时 argc 是 2 */
}
