// run: atomic-counter plain_races
// cpus: 1
// expect: plain_races undecided
// 只给一个 CPU 时，两个进程不会同时运行，有没有竞争看不出来。
int main(void)
{
    return 0;
}
