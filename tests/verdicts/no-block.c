// run: fifo-open block_waits_for_peer
// expect: block_waits_for_peer no-block
// 什么也不等就结束了：题目要求它停在 open() 里。
int main(void)
{
    return 0;
}
