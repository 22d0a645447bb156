// 无锁环的两个操作。布局和规矩见 spsc.h 与题目；spsc_prod.c 和 spsc_cons.c 都调用这里。

#include "spsc.h"

bool spsc_push(struct spsc *q, const struct spsc_record *record)
{
    (void)q;
    (void)record;
    // TODO：满了返回 false；否则把记录写进槽里，再让消费者看见它。
    //       想一想：哪两次读写的先后不能乱？读 head、写 tail 各该用什么次序？
    return false;
}

bool spsc_pop(struct spsc *q, struct spsc_record *record)
{
    (void)q;
    (void)record;
    // TODO：空的返回 false；否则把记录复制出来，再让生产者知道这个槽空了。
    return false;
}
