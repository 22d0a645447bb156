// 无锁环的两个操作。为什么不用锁也对：每个变量只有一个人写。
//   tail 只有生产者写，head 只有消费者写；槽在 [head, tail) 里归消费者，其余归生产者。
// 移动下标就是交接所有权，所以次序是关键：
//
//   生产者  写槽 ──▶ tail 加一（release）  ═══▶  （acquire）看到新的 tail ──▶ 读槽  消费者
//   生产者  写槽 ◀── 看到新的 head（acquire）  ◀═══  head 加一（release） ◀── 读完槽  消费者

#include "spsc.h"

bool spsc_push(struct spsc *q, const struct spsc_record *record)
{
    // 自己写的变量，自己读不需要次序：没有别人会改它。
    uint32_t tail = atomic_load_explicit(&q->tail, memory_order_relaxed);
    // acquire 与消费者的 release 配对：看到 head 前进了，就知道他已经读完那个槽，可以覆盖。
    uint32_t head = atomic_load_explicit(&q->head, memory_order_acquire);

    // 无符号减法：tail 绕回 0 而 head 还没有时，差仍然正确。比较 tail 和 head + 64 的大小就不行。
    if (tail - head == SPSC_CAPACITY)
        return false;
    q->slot[tail % SPSC_CAPACITY] = *record;
    // release：上面的写不许挪到它后面。消费者看到新的 tail，一定看得到整条记录。
    atomic_store_explicit(&q->tail, tail + 1, memory_order_release);
    return true;
}

bool spsc_pop(struct spsc *q, struct spsc_record *record)
{
    uint32_t head = atomic_load_explicit(&q->head, memory_order_relaxed);
    // 与生产者的 release 配对。
    uint32_t tail = atomic_load_explicit(&q->tail, memory_order_acquire);

    if (tail == head)
        return false;
    *record = q->slot[head % SPSC_CAPACITY];
    // release 也管“读”：上面的读不许挪到它后面。先读完，再把槽还给生产者。
    atomic_store_explicit(&q->head, head + 1, memory_order_release);
    return true;
}
