// ring.h：共享内存里的有界环形缓冲区。所有程序（包括参考程序）都用这一份布局，请不要修改。
//
//            empty：空槽数        full：有货的槽数        mutex：1 = 没人在改
//
//       tail（下一条放这里）                head（下一条从这里取）
//         │                                   │
//         ▼                                   ▼
//     ┌───────┬───────┬───────┬───────┬───────┬───────┬───────┬───────┐
//     │ slot0 │ slot1 │ slot2 │ slot3 │ slot4 │ slot5 │ slot6 │ slot7 │
//     └───────┴───────┴───────┴───────┴───────┴───────┴───────┴───────┘
//
// 布局里只有定长类型，没有指针：每个进程把它映射到不同的地址。
#ifndef RING_H
#define RING_H

#include <assert.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RING_CAPACITY = 8,       // 槽的个数
    RING_TEXT_SIZE = 48,     // 一条记录的正文最多多少字节
    RING_READY = 0x52494e47, // ready 的值："RING"
    RING_ITEM = 1,           // kind：普通记录
    RING_PILL = 2,           // kind：毒丸，表示“不会再有记录了”
};

struct ring_record {
    int32_t kind;              // RING_ITEM 或 RING_PILL
    uint32_t producer;         // 生产者的 ID；毒丸里是 0
    uint32_t number;           // 这个生产者的第几条，从 1 数起；毒丸里是 0
    uint32_t length;           // 正文的字节数，0 到 RING_TEXT_SIZE；毒丸里是 0
    char text[RING_TEXT_SIZE]; // 正文，没有 '\0' 结尾
};

struct ring {
    _Atomic uint32_t ready; // 全部初始化完才变成 RING_READY；在那之前谁也不许碰后面的成员
    uint32_t unused[3];   // 0
    sem_t empty;          // 空槽数，初值 RING_CAPACITY
    sem_t full;           // 有记录的槽数，初值 0
    sem_t mutex;          // 保护 head、tail 和 slot，初值 1
    uint32_t head;        // 下一次取的槽号，0 到 RING_CAPACITY - 1；改它要持有 mutex
    uint32_t tail;        // 下一次放的槽号，0 到 RING_CAPACITY - 1；改它要持有 mutex
    uint32_t reserved[2]; // 0
    struct ring_record slot[RING_CAPACITY];
};

static_assert(sizeof(struct ring_record) == 64, "一条记录 64 字节");
static_assert(sizeof(sem_t) == 32, "64 位 Linux 上 sem_t 是 32 字节");
static_assert(offsetof(struct ring, empty) == 16, "empty 在 16");
static_assert(offsetof(struct ring, head) == 112, "head 在 112");
static_assert(offsetof(struct ring, slot) == 128, "slot 在 128");
static_assert(sizeof(struct ring) == 640, "整个环 640 字节");
static_assert(ATOMIC_INT_LOCK_FREE == 2, "ready 必须无锁，才能跨进程使用");

// 下面三个函数由你在 ring.c 中实现，两个程序都用它们。

// 打开名为 name 的环，没有就创建；返回时它一定已经就绪。失败返回 NULL 并设置 errno；
// 等创建者等得太久，errno 是 ETIMEDOUT。
struct ring *ring_open(const char *name);

// 放入一条记录，没有空槽时等待。成功返回 0，失败返回 -1 并设置 errno。
int ring_put(struct ring *r, const struct ring_record *record);

// 取出一条记录，没有记录时等待。取到记录返回 1；遇到毒丸返回 0，毒丸留在原处；
// 失败返回 -1 并设置 errno。
int ring_take(struct ring *r, struct ring_record *record);

#endif
