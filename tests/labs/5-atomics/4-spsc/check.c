/* atomic-spsc. Two drivers make luck unnecessary: spsc_probe calls the student's functions one by
 * one (or one machine instruction at a time) on a ring that this program maps as well and sets up
 * as it likes; spsc_tsan runs them in two threads under ThreadSanitizer. Only then do the two real
 * programs carry data. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../../../labs/5-atomics/4-spsc/spsc.h"
#include "harness/lab.h"

enum { MEGABYTE = 1 << 20, DATA = SPSC_DATA_SIZE };

/* --- the ring, as this program sees it, and the probe --- */

static const char *ring_name;
static struct spsc *ring;
static struct lab_proc *probe;

/* In mode none a program that failed earlier may have left an object of this name. */
static const char *fresh_name(void)
{
    const char *name = lab_name("spsc");

    shm_unlink(name);
    return name;
}

static void make_ring(uint32_t start)
{
    int fd;

    ring_name = fresh_name();
    fd = shm_open(ring_name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd == -1 || ftruncate(fd, sizeof *ring) == -1)
        lab_internal("shm_open: %s", strerror(errno));
    ring = mmap(NULL, sizeof *ring, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (ring == MAP_FAILED)
        lab_internal("mmap: %s", strerror(errno));
    close(fd);
    atomic_store(&ring->head, start);
    atomic_store(&ring->tail, start);
    atomic_store(&ring->ready, SPSC_READY);
}

static void start_probe(uint32_t start)
{
    lab_hint_for(
        "busy-loop", "waits-inside",
        "spsc_push 满了、spsc_pop 空了，都要立刻返回 false：等不等、怎么等，由调用者决定。",
        "A full spsc_push() and an empty spsc_pop() return false at once: waiting is the "
        "caller's business.");
    make_ring(start);
    probe = lab_spawn(.program = "spsc_probe", .args = LAB_ARGS(ring_name), .input_open = true,
                      .role_zh = "调用你的函数的程序",
                      .role_en = "the program that calls your functions");
    lab_expect_line(probe, "ready");
    shm_unlink(ring_name); /* both have it mapped: a failing test leaves nothing behind */
}

static void end_probe(void)
{
    lab_close_input(probe);
    lab_wait(probe);
    lab_expect_exit(probe, 0);
    munmap(ring, sizeof *ring);
}

static const char *ask(const char *command)
{
    lab_send_text(probe, command);
    return lab_read_line(probe);
}

static bool push(unsigned number, unsigned length)
{
    return ask(lab_text("push %u %u\n", number, length))[0] == '1';
}

/* The record's data as the probe makes and shows it. */
static const char *shown_record(unsigned number, unsigned length)
{
    char text[2 * DATA + 1] = "-";

    for (unsigned i = 0; i < length; i++)
        sprintf(text + 2 * i, "%02x", (unsigned char)(number * 31 + i * 7 + (number >> 8)));
    return lab_text("%u %s", length, text);
}

static void note_indexes(void)
{
    uint32_t head = atomic_load(&ring->head), tail = atomic_load(&ring->tail);

    lab_note("此刻 head=%1$u tail=%2$u，tail−head=%3$u", "now head=%1$u tail=%2$u, tail-head=%3$u",
             head, tail, tail - head);
}

#define expect_ring(condition, diagnosis, ...)                                                     \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            note_indexes();                                                                        \
            lab_fail(VERDICT_WRONG_STATE, diagnosis, __VA_ARGS__);                                 \
        }                                                                                          \
    } while (0)

static void must_push(unsigned number, unsigned length)
{
    expect_ring(push(number, length), "full-too-early", "环里还有空槽，spsc_push 却说满了。",
                "spsc_push() says full, but there is room.");
}

static void must_pop(unsigned number, unsigned length)
{
    const char *answer = ask("pop\n"), *want = shown_record(number, length);

    expect_ring(answer[0] == '1', "empty-too-early", "环里还有记录，spsc_pop 却说空了。",
                "spsc_pop() says empty, but there are records.");
    if (strcmp(answer + 2, want) == 0)
        return;
    lab_note("应当取到：%1$.40s…", "expected %1$.40s…", want);
    lab_note("实际取到：%1$.40s…", "got      %1$.40s…", answer + 2);
    expect_ring(false, "wrong-record", "第 %1$u 条记录取出来不对（长度、内容都要一样）。",
                "Record %1$u came out wrong.", number);
}

static void must_be_empty(void)
{
    expect_ring(ask("pop\n")[0] == '0', "never-empty", "环是空的，spsc_pop 却取出了东西。",
                "The ring is empty, and spsc_pop() got something.");
}

/* Fill the ring to the brim with records first, first+1, … */
static void fill(unsigned first)
{
    struct spsc before;

    for (unsigned i = 0; i < SPSC_CAPACITY; i++)
        must_push(first + i, DATA);
    memcpy(&before, ring, sizeof before);
    expect_ring(!push(9999, DATA), "overfull",
                "已经有 64 条了，spsc_push 还放进了第 65 条：最早的一条被盖掉了。",
                "With 64 records in it spsc_push() accepted another one: the oldest is lost.");
    expect_ring(memcmp(&before, ring, sizeof before) == 0, "overfull",
                "spsc_push 说满了，却已经动了共享内存：要先看有没有地方，再写。",
                "spsc_push() said full but had changed the ring already: look first, then write.");
}

static void drain(unsigned first)
{
    for (unsigned i = 0; i < SPSC_CAPACITY; i++)
        must_pop(first + i, DATA);
    must_be_empty();
}

static void explain_indexes(void)
{
    lab_hint_for(
        "wrong-record", NULL,
        "放进去的和取出来的不一样：整条记录一起复制了吗（*record = q->slot[…]，或者 memcpy 加 "
        "sizeof *record，64 字节；sizeof record 只是指针的 8）？放和取用的是同一个槽吗"
        "（下标 % SPSC_CAPACITY，不是 &）？",
        "What comes out is not what went in: is the whole record copied (*record = "
        "q->slot[…], or memcpy() of sizeof *record, 64 bytes; sizeof record is a pointer's "
        "8)? Do both use the same slot (index % SPSC_CAPACITY, not &)?");
    lab_hint("里面有几条是 tail − head（无符号减法），0 是空，64 是满。下标不取余，取槽时才 % 64。",
             "tail - head (unsigned) records are in the ring: 0 is empty, 64 is full. The indexes "
             "are not reduced; take % 64 for the slot only.");
}

/* --- tests of the functions --- */

LAB_TEST(empty_and_full)
{
    explain_indexes();
    start_probe(0);
    must_be_empty();
    must_push(1, 5);
    must_pop(1, 5);
    must_be_empty();
    fill(100);
    drain(100);
    fill(300);
    must_pop(300, DATA);
    must_push(364, DATA);
    must_pop(301, DATA);
    end_probe();
}

LAB_TEST(whole_records)
{
    static const unsigned lengths[] = {0, 1, 2, 31, DATA - 1, DATA};

    lab_hint("整个结构一起复制：*record = q->slot[…]。内容里可以有 0，不能用 strcpy、strlen。",
             "Copy the whole struct; the data may contain zeros.");
    start_probe(0);
    for (unsigned number = 0; number < 300; number += 37)
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            lab_context("长度 %1$u 的记录", "a record of length %1$u", lengths[i]);
            must_push(number, lengths[i]);
            must_pop(number, lengths[i]);
        }
    end_probe();
}

/* Everything but the given index and slot must be as before. */
static void expect_only(const struct spsc *before, bool pushed, uint32_t at)
{
    uint32_t head = atomic_load(&ring->head), tail = atomic_load(&ring->tail);
    uint32_t head_was = atomic_load(&before->head), tail_was = atomic_load(&before->tail);

    lab_hint(
        "tail 只由生产者写，head 只由消费者写，各加 1，不取余。两个人都写同一个变量，就要抢了。",
        "Only the producer writes tail, only the consumer writes head, by one, not reduced.");
    expect_ring(pushed ? head == head_was : tail == tail_was, "foreign-index",
                "%1$s 动了不归它写的 %2$s。", "%1$s changed %2$s, which it must not write.",
                pushed ? "spsc_push" : "spsc_pop", pushed ? "head" : "tail");
    expect_ring(pushed ? tail == tail_was + 1 : head == head_was + 1, "index-not-counting",
                "%1$s 之后 %2$s 应当从 %3$u 变成 %4$u。",
                "After %1$s, %2$s should go from %3$u to %4$u.", pushed ? "spsc_push" : "spsc_pop",
                pushed ? "tail" : "head", at, at + 1);
    for (uint32_t i = 0; i < SPSC_CAPACITY; i++)
        expect_ring((pushed && i == at % SPSC_CAPACITY) ||
                        memcmp(&ring->slot[i], &before->slot[i], sizeof ring->slot[i]) == 0,
                    "foreign-slot", "第 %1$u 条记录在 slot[%2$u]，却动了 slot[%3$u]。",
                    "Record %1$u belongs into slot[%2$u], but slot[%3$u] was changed.", at,
                    at % SPSC_CAPACITY, i);
}

LAB_TEST(own_index_only)
{
    struct spsc before;

    start_probe(0);
    memset(ring->slot, 0x5a, sizeof ring->slot);
    for (uint32_t i = 0; i < 3 * SPSC_CAPACITY; i++) {
        memcpy(&before, ring, sizeof before);
        must_push(i, DATA);
        expect_only(&before, true, i);
        memcpy(&before, ring, sizeof before);
        must_pop(i, DATA);
        expect_only(&before, false, i);
    }
    memcpy(&before, ring, sizeof before);
    must_be_empty();
    expect_ring(memcmp(&before, ring, sizeof before) == 0, "foreign-index",
                "空环上的 spsc_pop 动了共享内存。", "spsc_pop() on an empty ring changed it.");
    end_probe();
}

/* A failure here after `empty_and_full` is about wrapping around. */
static const char *name_wrap(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)p;
    if (v != VERDICT_WRONG_STATE || strcmp(diagnosis, "waits-inside") == 0)
        return NULL;
    return "wrap-broken";
}

static void cross(uint32_t start)
{
    lab_context("head 和 tail 从 %1$u 开始", "head and tail start at %1$u", start);
    start_probe(start);
    must_be_empty();
    fill(1);
    drain(1);
    for (unsigned i = 0; i < 2 * SPSC_CAPACITY; i++) {
        must_push(i, 7);
        must_push(i + 1000, 8);
        must_pop(i, 7);
        must_pop(i + 1000, 8);
    }
    must_be_empty();
    end_probe();
}

LAB_TEST(wraps_around)
{
    /* The same, first where nothing wraps: what fails there is no matter of wrapping. */
    explain_indexes();
    lab_context("一个用过的环，head 和 tail 都是 5", "a used ring, head and tail are 5");
    lab_hint("状态全在 *q 里：head、tail 都从那里读，用静态变量记着的值，换一个环就不对了。",
             "All state is in *q: read head and tail from there. What a static variable remembers "
             "is wrong for another ring.");
    start_probe(5);
    fill(1);
    drain(1);
    end_probe();
    lab_on_fail(name_wrap);
    lab_hint(
        "2³²−1 再加 1 是 0。这时 tail 比 head 小，可是无符号的 tail − head 仍然是里面的条数。"
        "用 <、>、>= 比较 head 和 tail，或者先算 head + 64 再比，绕回时就错了。有符号的 int 也会。",
        "2^32-1 plus 1 is 0: then tail is below head, but the unsigned tail - head is still "
        "the count. Comparing head and tail with <, > or >= breaks here.");
    cross(UINT32_MAX);
    cross(UINT32_MAX - SPSC_CAPACITY / 2);
    cross(UINT32_MAX - SPSC_CAPACITY - 3);
    cross((uint32_t)INT32_MAX - 20);
    cross(lab_random(UINT32_MAX));
}

struct trace { /* what the probe saw while it stepped through a function */
    unsigned result, steps, tail_changes, head_changes;
    char *record; /* what the other side got: "LENGTH DATA" */
};

/* Can this machine run a program one instruction at a time? Asked of a process of our own: what the
 * student's process says of it does not count. */
static volatile sig_atomic_t steps;

static void count_step(int sig)
{
    (void)sig;
    steps++;
}

static int step_once(void *arg)
{
    (void)arg;
#if defined __x86_64__
    enum { TRAP_FLAG = 0x100 };
    struct sigaction sa = {.sa_handler = count_step};
    unsigned long long flags = __builtin_ia32_readeflags_u64();

    sigaction(SIGTRAP, &sa, NULL);
    __builtin_ia32_writeeflags_u64(flags | TRAP_FLAG);
    for (volatile int i = 0; i < 3; i++) /* something to step through */
        ;
    __builtin_ia32_writeeflags_u64(flags);
#endif
    return steps > 0 ? 0 : 1;
}

static bool can_step(void)
{
    struct lab_proc *p = lab_trusted(step_once, NULL, "试走一步的进程", "a process that steps");

    lab_wait(p);
    return WIFEXITED(lab_status(p)) && WEXITSTATUS(lab_status(p)) == 0;
}

static struct trace step(const char *command)
{
    struct trace t = {0};
    const char *line = ask(command);
    int used = 0;

    if (sscanf(line, "%u %u %u %u %n", &t.result, &t.steps, &t.tail_changes, &t.head_changes,
               &used) != 4)
        lab_fail(VERDICT_PROTOCOL, "not-published", "测试驱动的输出里混进了别的内容：%1$s",
                 "Something else got into the output of the test driver: %1$s", line);
    if (t.steps == 0 && can_step())
        lab_fail(VERDICT_PROTOCOL, "not-published", "函数跑完了，却一条指令也没有走。",
                 "The function returned without a single instruction.");
    if (t.steps == 0)
        lab_undecided("这台机器不能让程序一条指令一条指令地走。",
                      "This machine cannot run a program one instruction at a time.");
    t.record = (char *)lab_text("%s", line + used);
    return t;
}

LAB_TEST(publishes_last)
{
    start_probe(UINT32_MAX - 70);
    for (unsigned i = 0; i < 2 * SPSC_CAPACITY; i++) {
        struct trace t = step(lab_text("steppush %u %u\n", i, DATA));

        lab_context("一条指令一条指令地走第 %1$u 次 spsc_push",
                    "stepping through spsc_push() number %1$u", i + 1);
        lab_hint("tail 一变，另一个 CPU 上的消费者马上就会来取。先把整条记录写进槽里，再移动 tail，"
                 "而且只移动一次。",
                 "The moment tail moves, a consumer on another CPU may take the record: write all "
                 "of it first, then move tail, once.");
        expect_ring(t.result == 1 && t.tail_changes > 0, "not-published",
                    "spsc_push 没有移动 tail。", "spsc_push() did not move tail.");
        lab_note("走了 %1$u 条指令", "%1$u instructions", t.steps);
        expect_ring(strcmp(t.record, shown_record(i, DATA)) == 0, "published-too-early",
                    "tail 变了的那一刻，槽里的记录还不完整：消费者会取到旧内容。",
                    "When tail moved the record was not in the slot yet: a consumer would take old "
                    "bytes.");
        expect_ring(t.tail_changes == 1, "index-moves-twice",
                    "一次 spsc_push 里 tail 变了 %1$u 次：对方会看到中间的值。",
                    "tail changed %1$u times in one spsc_push(): the other side sees it.",
                    t.tail_changes);
        must_pop(i, DATA);
    }
    end_probe();
}

LAB_TEST(frees_last)
{
    start_probe(UINT32_MAX - 70);
    for (unsigned i = 0; i < 2 * SPSC_CAPACITY; i++) {
        must_push(i, DATA);
        struct trace t = step("steppop\n");

        lab_context("一条指令一条指令地走第 %1$u 次 spsc_pop",
                    "stepping through spsc_pop() number %1$u", i + 1);
        lab_hint(
            "head 一变，另一个 CPU 上的生产者马上就会往那个槽里写。先把整条记录复制出来，再移动 "
            "head。",
            "The moment head moves, a producer on another CPU may overwrite the slot: copy the "
            "whole record first, then move head.");
        expect_ring(t.result == 1 && t.head_changes > 0, "not-freed", "spsc_pop 没有移动 head。",
                    "spsc_pop() did not move head.");
        lab_note("走了 %1$u 条指令", "%1$u instructions", t.steps);
        expect_ring(
            strcmp(t.record, shown_record(i, DATA)) == 0, "freed-too-early",
            "head 变了的那一刻，记录还没有复制完：生产者会盖掉它。",
            "When head moved the record was not copied yet: a producer would overwrite it.");
        expect_ring(t.head_changes == 1, "index-moves-twice",
                    "一次 spsc_pop 里 head 变了 %1$u 次：对方会看到中间的值。",
                    "head changed %1$u times in one spsc_pop(): the other side sees it.",
                    t.head_changes);
    }
    end_probe();
}

/* The basics must hold, or what follows would wait for ever. */
static void expect_basics(void)
{
    explain_indexes();
    start_probe(0);
    must_be_empty();
    fill(1);
    drain(1);
    end_probe();
    lab_hint(NULL, NULL);
}

LAB_TEST(ordering)
{
    expect_basics();
    lab_hint(
        "一对一对地配：写完槽，tail 用 release 写；读 tail 用 acquire，再读槽。读完槽，head 用 "
        "release "
        "写；读 head 用 acquire，再写槽。relaxed、volatile、普通变量都不排次序；x86 "
        "上看不出来，不等于没有错。（atomic_thread_fence 的次序 ThreadSanitizer 看不见，题目也不许"
        "用；自己加的静态的锁，两个进程各有一把，不算。）",
        "In pairs: write the slot, store tail with release; load tail with acquire, read the "
        "slot. Read the slot, store head with release; load head with acquire, write the slot. "
        "Relaxed, volatile and plain accesses order nothing, even if x86 hides it. (The task "
        "forbids atomic_thread_fence(), which ThreadSanitizer does not see; of a static lock each "
        "process has its own.)");
    struct lab_proc *p =
        lab_spawn(.program = "spsc_tsan", .fixed_addresses = true, .no_memory_limit = true,
                  .role_zh = "两个线程的测试", .role_en = "the test with two threads");
    lab_expect_no_race(p);
    lab_wait(p);
    lab_expect(!WIFEXITED(lab_status(p)) || WEXITSTATUS(lab_status(p)) != 1, VERDICT_RACE,
               "torn-record", "线程取到的记录不对：内容是旧的，或者一半新一半旧。",
               "A thread got a record with old or half old bytes.");
    lab_expect(
        !WIFEXITED(lab_status(p)) || WEXITSTATUS(lab_status(p)) != 3, VERDICT_WRONG_STATE,
        "no-progress", "放的一直说满，取的一直说空：看不到对方移动的下标。",
        "One side always says full and the other empty: they do not see each other's index.");
    lab_expect_exit(p, 0);
    lab_expect_output(p, "all records came\n");
}

/* --- the two programs --- */

static const char *random_bytes(size_t len)
{
    char *data = malloc(len + 1);

    if (data == NULL)
        lab_internal("out of memory");
    for (size_t i = 0; i < len; i++)
        data[i] = (char)lab_random(256);
    return data; /* until the end of the test */
}

static struct lab_proc *producer(enum lab_side side, const char *name, const char *data, size_t len,
                                 int cpu)
{
    return lab_spawn(.program = "spsc_prod", .side = side, .args = LAB_ARGS(name), .input = data,
                     .input_len = len, .cpu = cpu, .role_zh = "生产者", .role_en = "producer");
}

static struct lab_proc *consumer(enum lab_side side, const char *name, int cpu)
{
    return lab_spawn(.program = "spsc_cons", .side = side, .args = LAB_ARGS(name), .cpu = cpu,
                     .role_zh = "消费者", .role_en = "consumer");
}

static void expect_copy(struct lab_proc *p, struct lab_proc *c, const char *data, size_t len)
{
    lab_wait(p);
    lab_expect_exit(p, 0);
    lab_wait(c);
    lab_expect_output_bytes(c, data, len);
    lab_expect_exit(c, 0);
    lab_expect_clean();
}

static void carry(enum lab_side from, enum lab_side to, size_t len, int cpu_from, int cpu_to)
{
    const char *name = fresh_name(), *data = random_bytes(len);
    struct lab_proc *c = consumer(to, name, cpu_to);

    expect_copy(producer(from, name, data, len, cpu_from), c, data, len);
}

/* Reads and writes are short and held up, so the ring runs empty and full at odd moments: every
 * start has another schedule. */
static void carry_disturbed(size_t len)
{
    const char *name = fresh_name(), *data = random_bytes(len);
    struct lab_proc *c =
        lab_spawn(.program = "spsc_cons", .args = LAB_ARGS(name), .cpu = 1, .provoke = LAB_DELAY,
                  .role_zh = "消费者", .role_en = "consumer");
    struct lab_proc *p = lab_spawn(.program = "spsc_prod", .args = LAB_ARGS(name), .input = data,
                                   .input_len = len, .cpu = 2, .provoke = LAB_DELAY | LAB_SHORT_IO,
                                   .role_zh = "生产者", .role_en = "producer");

    expect_copy(p, c, data, len);
}

LAB_TEST(stream)
{
    lab_allow_sleep(); /* the programs nap while the ring is full or empty */
    expect_basics();
    lab_hint("两个进程各在一个 CPU 上。内容错、少、多，都说明下标和记录的次序乱了。",
             "Wrong, missing or doubled bytes mean that records and indexes got out of order.");
    lab_context("都钉在同一个 CPU 上", "both on one CPU");
    carry(LAB_STUDENT, LAB_STUDENT, MEGABYTE / 8, 1, 1);
    if (lab_cpus() < 2)
        lab_undecided("这台机器只给了一个 CPU，两个进程不会真的同时跑。",
                      "Only one CPU: two processes never run at the same time here.");
    lab_context("生产者、消费者各钉在一个 CPU 上", "producer and consumer on a CPU each");
    for (int i = 0; i < 2; i++)
        carry(LAB_STUDENT, LAB_STUDENT, MEGABYTE, 1 + i, 2 - i);
    lab_context("两边时快时慢，记录有长有短", "both sides held up, records of any length");
    for (int i = 0; i < 3; i++)
        carry_disturbed(4000);
}

LAB_TEST(interop)
{
    lab_allow_sleep(); /* the programs nap while the ring is full or empty */
    expect_basics();
    lab_context("你的生产者，参考程序的消费者", "your producer, the reference's consumer");
    carry(LAB_STUDENT, LAB_REFERENCE, MEGABYTE / 4, 0, 0);
    lab_context("参考程序的生产者，你的消费者", "the reference's producer, your consumer");
    carry(LAB_REFERENCE, LAB_STUDENT, MEGABYTE / 4, 0, 0);
}

LAB_TEST(slow_and_small)
{
    static const size_t sizes[] = {0, 1, 59, 60, 61, 64 * 60, 64 * 60 + 1};
    const char *name, *data = random_bytes(MEGABYTE / 8);

    lab_allow_sleep(); /* the programs nap while the ring is full or empty */
    expect_basics();
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        lab_context("标准输入一共 %1$zu 字节", "%1$zu bytes of input", sizes[i]);
        carry(LAB_STUDENT, LAB_STUDENT, sizes[i], 0, 0);
    }
    lab_context("消费者的标准输出一时没有人读", "nobody reads the consumer's output for a while");
    name = fresh_name();
    struct lab_proc *c = lab_spawn(.program = "spsc_cons", .args = LAB_ARGS(name),
                                   .hold_output = true, .stdout_pipe = 4096);
    struct lab_proc *p = producer(LAB_STUDENT, name, data, MEGABYTE / 8, 0);
    lab_await_blocked(c, SYS_write, 1);
    lab_await_blocked(p, SYS_clock_nanosleep, -1);
    lab_release_output(c);
    expect_copy(p, c, data, MEGABYTE / 8);

    lab_context("输入一个字节一个字节地来", "the input comes byte by byte");
    name = fresh_name();
    c = consumer(LAB_STUDENT, name, 0);
    p = lab_spawn(.program = "spsc_prod", .args = LAB_ARGS(name), .input = data, .input_len = 500,
                  .dribble = true);
    expect_copy(p, c, data, 500);

    lab_context("生产者的标准输入关着", "the producer's stdin is closed");
    name = fresh_name();
    c = consumer(LAB_STUDENT, name, 0);
    p = lab_spawn(.program = "spsc_prod", .args = LAB_ARGS(name), .input_closed = true);
    expect_copy(p, c, "", 0);
}

struct seen {
    struct lab_proc *p;
    size_t bytes;
};

static bool has_output(void *arg)
{
    const struct seen *s = arg;
    size_t len;

    lab_output(s->p, &len);
    return len >= s->bytes || lab_ended(s->p);
}

static void expect_usage(void)
{
    static const char *const bad[][4] = {
        {"spsc_prod"}, {"spsc_prod", "x"},   {"spsc_prod", "/x", "y"}, {"spsc_prod", "/"},
        {"spsc_cons"}, {"spsc_cons", "x/y"}, {"spsc_cons", "/x", "y"},
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct lab_proc *p = lab_start_list(bad[i]);
        lab_context("%1$s，参数不对", "%1$s with wrong arguments", bad[i][0]);
        lab_wait(p);
        lab_expect_exit(p, 2);
    }
}

LAB_TEST(peers_die)
{
    static const char text[] = "some bytes, and then nothing more";
    const char *name = fresh_name(), *data = random_bytes(MEGABYTE / 8);

    lab_allow_sleep(); /* the programs nap while the ring is full or empty */
    expect_basics();
    expect_usage();
    lab_context("生产者送出几个字节以后被杀", "the producer is killed after some bytes");
    struct lab_proc *c = consumer(LAB_STUDENT, name, 0);
    struct lab_proc *p =
        lab_spawn(.program = "spsc_prod", .args = LAB_ARGS(name), .input_open = true);
    lab_send_text(p, text);
    struct seen s = {c, sizeof text - 1};
    lab_await(has_output, &s, "no-output", "消费者打印收到的内容", "the consumer to print");
    lab_kill(p, SIGKILL);
    lab_wait(c);
    lab_expect_output(c, text);
    lab_expect_exit(c, 1);
    lab_expect_clean();

    lab_context("消费者取到一半被杀", "the consumer is killed halfway");
    name = fresh_name();
    c = lab_spawn(.program = "spsc_cons", .args = LAB_ARGS(name), .hold_output = true,
                  .stdout_pipe = 4096);
    p = producer(LAB_STUDENT, name, data, MEGABYTE / 8, 0);
    lab_await_blocked(c, SYS_write, 1);
    lab_kill(c, SIGKILL);
    lab_wait(p);
    lab_expect_exit(p, 1);
    lab_expect_clean();
}

LAB_MAIN({"empty_and_full", empty_and_full}, {"whole_records", whole_records},
         {"own_index_only", own_index_only}, {"wraps_around", wraps_around},
         {"publishes_last", publishes_last}, {"frees_last", frees_last}, {"ordering", ordering},
         {"stream", stream}, {"interop", interop}, {"slow_and_small", slow_and_small},
         {"peers_die", peers_die})
