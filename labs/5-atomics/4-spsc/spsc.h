// spsc.h：共享内存里的单生产者、单消费者无锁环。所有程序（包括参考程序）都用这一份布局，
// 请不要修改。
//
//      只有消费者写                        只有生产者写
//      ┌────────┐                          ┌────────┐
//      │  head  │  取走过多少条            │  tail  │  放进过多少条
//      └────────┘                          └────────┘
//
//      slot：  0    1    2    3   …   61   62   63
//            ┌────┬────┬────┬────┬───┬────┬────┬────┐
//            │    │ ▓▓ │ ▓▓ │ ▓▓ │   │    │    │    │     head = 65, tail = 68
//            └────┴────┴────┴────┴───┴────┴────┴────┘
//                   ▲              ▲
//              head % 64       tail % 64
//
// head 和 tail 只增不减，不取余：它们数的是“一共多少条”，到 2³² 自然绕回 0。
// 里面有几条是 tail − head（无符号减法，绕回去也对），0 是空，SPSC_CAPACITY 是满。
#ifndef SPSC_H
#define SPSC_H

#include <assert.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SPSC_CAPACITY = 64, // 槽的个数，2 的幂：2³² 能被它整除，绕回时槽号才接得上
    SPSC_DATA_SIZE = 60,     // 一条记录最多多少字节
    SPSC_READY = 0x53505343, // ready 的值："SPSC"
};

struct spsc_record {
    uint32_t length; // data 里有多少字节，0 到 SPSC_DATA_SIZE；0 表示“没有了”
    unsigned char data[SPSC_DATA_SIZE]; // 任意字节
};

// 三个原子变量各占一条缓存行：两个 CPU 各写各的，互不抢同一行。
struct spsc {
    alignas(64) _Atomic uint32_t ready; // 全部初始化完才变成 SPSC_READY
    alignas(64) _Atomic uint32_t head;  // 只由消费者写
    alignas(64) _Atomic uint32_t tail;  // 只由生产者写
    alignas(64) struct spsc_record slot[SPSC_CAPACITY];
};

static_assert(sizeof(struct spsc_record) == 64, "一条记录 64 字节");
static_assert(offsetof(struct spsc, head) == 64, "head 在 64");
static_assert(offsetof(struct spsc, tail) == 128, "tail 在 128");
static_assert(offsetof(struct spsc, slot) == 192, "slot 在 192");
static_assert(sizeof(struct spsc) == 192 + 64 * SPSC_CAPACITY, "没有别的东西");
static_assert(ATOMIC_INT_LOCK_FREE == 2, "必须无锁，才能跨进程使用");

// 下面两个函数由你在 spsc.c 中实现。都不等待，也不加锁。

// 生产者调用：放入一条记录，返回 true；满了什么也不改，返回 false。
bool spsc_push(struct spsc *q, const struct spsc_record *record);

// 消费者调用：取出最早的一条，返回 true；空的什么也不改，返回 false。
bool spsc_pop(struct spsc *q, struct spsc_record *record);

#endif
