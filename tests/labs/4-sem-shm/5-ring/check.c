/* Checks of ring_prod and ring_cons. The trusted side maps the same object, plays the creator, the
 * lock holder, the producer or the consumer, and reads the semaphores: most mistakes are then
 * visible in one state of the ring, without luck and without waiting for a race. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../../../labs/4-sem-shm/5-ring/ring.h"
#include "harness/lab.h"

enum { MANY = 1000, FEW = 12, INTEROP = 200, RACE = 5000, PRODUCERS = 3 };

/* --- the trusted side of a ring
 * --------------------------------------------------------------------- */

struct view { /* the object as the test sees it; one per test */
    const char *name;
    int fd;
    ino_t inode;
    struct ring *r;
};
static struct view view;

static void view_map(void)
{
    view.r = mmap(NULL, sizeof(struct ring), PROT_READ | PROT_WRITE, MAP_SHARED, view.fd, 0);
    struct stat st;
    if (view.r == MAP_FAILED || fstat(view.fd, &st) == -1)
        lab_internal("mmap: %s", strerror(errno));
    view.inode = st.st_ino;
}

/* A new object of size 0, as it is between shm_open() and ftruncate() of a creator. */
static void ring_begin(void)
{
    view.name = lab_name("ring");
    view.fd = shm_open(view.name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (view.fd == -1)
        lab_internal("shm_open: %s", strerror(errno));
}

static void ring_size(void)
{
    if (ftruncate(view.fd, sizeof(struct ring)) == -1)
        lab_internal("ftruncate: %s", strerror(errno));
    view_map();
}

static void ring_publish(void)
{
    sem_init(&view.r->empty, 1, RING_CAPACITY);
    sem_init(&view.r->full, 1, 0);
    sem_init(&view.r->mutex, 1, 1);
    atomic_store_explicit(&view.r->ready, RING_READY, memory_order_release);
}

static struct ring *ring_make(void)
{
    ring_begin();
    ring_size();
    ring_publish();
    return view.r;
}

/* The object the student's program should have made. Mapped only if it is large enough. */
static struct ring *ring_find(const char *name)
{
    struct stat st;
    view.name = name;
    view.fd = shm_open(name, O_RDWR | O_CLOEXEC, 0);
    lab_expect(view.fd != -1, VERDICT_WRONG_STATE, "no-object",
               "没有名为 %1$s 的共享内存对象。谁先来谁用 shm_open 创建它，用完也不自己删。",
               "There is no shared memory object %1$s. Whoever comes first creates it.", name);
    if (fstat(view.fd, &st) == -1)
        lab_internal("fstat: %s", strerror(errno));
    lab_expect(
        st.st_size == sizeof(struct ring), VERDICT_WRONG_STATE, "wrong-size",
        "对象的长度是 %1$lld 字节，应该是 sizeof(struct ring)，即 %2$zu。新对象的长度是 0，要用 "
        "ftruncate 定长；指针的 sizeof 只有 8。",
        "The object has %1$lld bytes instead of sizeof(struct ring), %2$zu. A new object has size "
        "0: give it its size with ftruncate(); the sizeof of a pointer is 8.",
        (long long)st.st_size, sizeof(struct ring));
    view_map();
    return view.r;
}

static void ring_unlink(void)
{
    if (shm_unlink(view.name) == 0)
        return;
    if (errno != ENOENT)
        lab_internal("shm_unlink: %s", strerror(errno));
    lab_hint(
        "shm_unlink 只在 ring_cons NAME rm "
        "里做：名字没有了，后来的人会另建一个环，两边再也碰不到头。",
        "shm_unlink() belongs into ring_cons NAME rm only: without the name whoever comes later "
        "makes another ring, and the two never meet.");
    lab_fail(VERDICT_WRONG_STATE, "name-removed", "没有人叫它删，环的名字 %s 却已经不在了。",
             "Nobody asked for it, but the name of the ring, %s, is gone.", view.name);
}

static int value(sem_t *s)
{
    int v;
    if (sem_getvalue(s, &v) == -1)
        lab_internal("sem_getvalue: %s", strerror(errno));
    return v;
}

static void note_ring(void)
{
    struct ring *r = view.r;
    lab_note("环的状态：empty=%1$d full=%2$d mutex=%3$d head=%4$u tail=%5$u",
             "the ring: empty=%1$d full=%2$d mutex=%3$d head=%4$u tail=%5$u", value(&r->empty),
             value(&r->full), value(&r->mutex), r->head, r->tail);
}

static bool stopped; /* a pill was asked for */

static const char *no_pill(int full)
{
    if (!stopped || full > 0)
        return NULL;
    lab_hint_for("no-pill", NULL,
                 "ring_prod … stop 已经成功结束，毒丸却不在环里（full 应当至少是 1）：stop 真的放了"
                 "吗？看到毒丸的消费者把 full 还回去了吗？",
                 "ring_prod … stop has ended with success, but there is no pill in the ring (full "
                 "should be 1 at least). Does stop put it? Does the consumer that sees it give "
                 "full back?");
    return "no-pill";
}

/* When all stand still and nobody waits for the mutex, it is 1 and empty + full is 8: the numbers
 * tell which post is missing. */
static const char *refine_ring(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)p;
    if (v != VERDICT_HANG || strcmp(diagnosis, "sem-zero-no-poster") != 0 || view.r == NULL)
        return NULL;
    note_ring();
    lab_note("在共享对象里的位置：empty 在 16，full 在 48，mutex 在 80",
             "their places in the object: empty at 16, full at 48, mutex at 80");
    if (value(&view.r->mutex) == 0) {
        lab_hint_for("keeps-mutex", NULL,
                     "mutex 是 0，可是没有人在干活：有人拿了没有还。每等到一次 mutex，每一条返回的"
                     "路上都要配一次 sem_post(&r->mutex)。",
                     "The mutex is 0 although nobody works: somebody took it and did not give it "
                     "back. Each wait for it needs one sem_post(&r->mutex) on every way out.");
        return "keeps-mutex";
    }
    int full = value(&view.r->full), used = (int)(view.r->tail - view.r->head) % RING_CAPACITY;
    if (value(&view.r->empty) + full == RING_CAPACITY &&
        full % RING_CAPACITY == (used + RING_CAPACITY) % RING_CAPACITY)
        return no_pill(full);
    lab_hint_for(
        "tokens-lost", NULL,
        "没有人正在放、正在取，这时 empty + full 应该是 8，full 应该等于 head 到 tail 之间的"
        "条数，现在对不上。放一条：等 empty，报告 full；取一条：等 full，报告 empty。"
        "看看哪一处等错了、post 错了或者忘了 post。",
        "Nobody is putting or taking, so empty + full should be 8 and full the number of "
        "records from head to tail; they are not. To put, wait for empty and post full; "
        "to take, wait for full and post empty. One of these is wrong or missing.");
    return "tokens-lost";
}

#define expect_ring(condition, diagnosis, ...)                                                     \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            note_ring();                                                                           \
            lab_fail(VERDICT_WRONG_STATE, diagnosis, __VA_ARGS__);                                 \
        }                                                                                          \
    } while (0)

static bool got_token(void *sem)
{
    return sem_trywait(sem) == 0;
}

static void take_token(sem_t *s, const char *zh, const char *en)
{
    lab_await(got_token, s, "no-token", zh, en);
}

static struct ring_record item(uint32_t producer, uint32_t number)
{
    struct ring_record record = {.kind = RING_ITEM, .producer = producer, .number = number};
    record.length = (uint32_t)snprintf(record.text, sizeof record.text, "%u:%u", producer, number);
    return record;
}

static void put(struct ring *r, const struct ring_record *record)
{
    take_token(&r->empty, "一个空槽", "an empty slot");
    take_token(&r->mutex, "有人交还 mutex", "somebody giving back the mutex");
    r->slot[r->tail] = *record;
    r->tail = (r->tail + 1) % RING_CAPACITY;
    sem_post(&r->mutex);
    sem_post(&r->full);
}

static void put_item(struct ring *r, uint32_t producer, uint32_t number)
{
    struct ring_record record = item(producer, number);
    put(r, &record);
}

static void put_pill(struct ring *r)
{
    put(r, &(const struct ring_record){.kind = RING_PILL});
}

static struct ring_record take(struct ring *r)
{
    take_token(&r->full, "一条新记录", "a new record");
    take_token(&r->mutex, "有人交还 mutex", "somebody giving back the mutex");
    lab_hint("到头要绕回 0：tail = (tail + 1) % RING_CAPACITY，head 也一样。",
             "Wrap around: tail = (tail + 1) % RING_CAPACITY, head likewise.");
    expect_ring(r->head < RING_CAPACITY && r->tail < RING_CAPACITY, "index-out-of-range",
                "head 或 tail 超出了 0 到 7。", "head or tail is outside 0 to 7.");
    lab_hint(NULL, NULL);
    struct ring_record record = r->slot[r->head];
    r->head = (r->head + 1) % RING_CAPACITY;
    sem_post(&r->mutex);
    sem_post(&r->empty);
    return record;
}

static void expect_item(const struct ring_record *got, uint32_t producer, uint32_t number)
{
    struct ring_record want = item(producer, number);
    size_t len = got->length <= RING_TEXT_SIZE ? got->length : RING_TEXT_SIZE;
    bool other = got->kind == RING_ITEM && got->producer == producer && got->number != number;
    lab_hint_for(
        "wrong-output", other ? "wrong-slot" : NULL,
        other ? "取到的是另一条记录：放进 slot[tail]，取自 slot[head]，每次各自前进一格。"
              : "记录要整条复制进槽里（结构体赋值，或者 memcpy 加 sizeof *record，64 字节；"
                "sizeof record 只是指针的 8 字节），length 是正文的字节数，不算结尾的 NUL。",
        other ? "This is another record: put into slot[tail], take from slot[head], and "
                "move each on by one."
              : "Copy the whole record into the slot (by assignment, or memcpy() of sizeof "
                "*record, 64 bytes; sizeof record is a pointer's 8); length counts the "
                "bytes of the text without a NUL.");
    lab_hint("kind、producer、number、length、text 五个成员都要填好，再放进环里。",
             "Fill in kind, producer, number, length and text before putting the record.");
    lab_expect_bytes("记录的正文", "the text of the record", want.text, want.length, got->text,
                     len);
    lab_expect(
        got->kind == want.kind && got->producer == producer && got->number == number,
        VERDICT_WRONG_STATE, "wrong-record",
        "正文对了，但 kind=%1$d producer=%2$u number=%3$u，应该是 %4$d、%5$u、%6$u。",
        "The text is right, but kind=%1$d producer=%2$u number=%3$u; expected %4$d %5$u %6$u.",
        got->kind, got->producer, got->number, want.kind, producer, number);
    lab_hint(NULL, NULL);
}

/* --- the student's programs
 * ---------------------------------------------------------------------------- */

static struct lab_proc *producer(enum lab_side side, const char *name, const char *id,
                                 const char *n)
{
    return lab_spawn(.program = "ring_prod", .side = side, .args = LAB_ARGS(name, id, n),
                     .role_zh = lab_text("生产者 %s", id), .role_en = lab_text("producer %s", id));
}

static struct lab_proc *consumer(enum lab_side side, const char *name)
{
    return lab_spawn(.program = "ring_cons", .side = side, .args = LAB_ARGS(name),
                     .role_zh = "消费者", .role_en = "consumer");
}

static void stop(enum lab_side side, const char *name)
{
    struct lab_proc *p =
        lab_spawn(.program = "ring_prod", .side = side, .args = LAB_ARGS(name, "stop"),
                  .role_zh = "放毒丸的进程", .role_en = "ring_prod stop");
    lab_wait(p);
    lab_expect_exit(p, 0);
    stopped = true;
}

struct sleeper {
    struct lab_proc *p;
    bool napping;
};

/* Has it fallen asleep on a semaphore? A nap with a time limit also ends the wait: the ring is
 * ready in the tests that use this, so there is nothing to look at again and again. */
static bool fell_asleep(void *arg)
{
    struct sleeper *s = arg;
    char path[64];
    long nr = -1;
    snprintf(path, sizeof path, "/proc/%d/syscall", (int)lab_inner_pid(s->p));
    FILE *f = fopen(path, "re");
    if (f && fscanf(f, "%ld", &nr) != 1)
        nr = -1; /* "running" */
    if (f)
        fclose(f);
    s->napping = nr == SYS_clock_nanosleep || nr == SYS_nanosleep || nr == SYS_poll ||
                 nr == SYS_select || nr == SYS_pselect6 || nr == SYS_ppoll;
    return s->napping || nr == SYS_futex || lab_ended(s->p);
}

static void expect_no_nap(struct lab_proc *p)
{
    struct sleeper s = {.p = p};
    lab_await(fell_asleep, &s, "no-block", "它在信号量上睡着", "sleeping on a semaphore");
    if (!s.napping)
        return;
    lab_hint(
        "名额和锁都用 sem_wait 等，它自己会睡。若是在等 ready：创建者做完初始化要写 ready = "
        "RING_READY，"
        "它自己不用等。",
        "Wait with sem_wait(), which sleeps. If it waits for ready: the creator must publish it.");
    lab_fail(VERDICT_WRONG_STATE, "polls-instead-of-waiting",
             "没有别人在初始化，它却在定时睡眠、反复查看，没有睡在信号量上。",
             "It naps and looks again instead of sleeping on a semaphore; nobody is initialising.");
}

/* Wait until it sleeps on a semaphore. */
static void await_asleep(struct lab_proc *p)
{
    expect_no_nap(p);
    lab_await_blocked(p, SYS_futex, -1);
}

/* A process that sleeps for a token must not have the mutex. */
static void expect_unlocked(struct ring *r)
{
    lab_hint(
        "先等名额（empty 或 full），后拿锁。反过来，它抱着锁睡着，能叫醒它的人却进不来。",
        "First wait for empty or full, then lock. Otherwise it sleeps with the lock, and whoever "
        "could wake it cannot get in.");
    expect_ring(value(&r->mutex) == 1, "lock-order", "它睡着等的时候还占着 mutex。",
                "It holds the mutex while it sleeps.");
    lab_hint(NULL, NULL);
}

/* --- tests: creating and joining
 * ------------------------------------------------------------------------ */

LAB_TEST(creates_ring)
{
    const char *name = lab_name("ring");
    struct lab_proc *p =
        lab_spawn(.program = "ring_prod", .args = LAB_ARGS(name, "1", "0"), .umask = 0);
    expect_no_nap(p);
    lab_wait(p);
    lab_expect_exit(p, 0);
    struct ring *r = ring_find(name);

    static const struct ring zero;
    lab_expect(memcmp(r, &zero, sizeof zero) != 0, VERDICT_WRONG_STATE, "object-untouched",
               "对象里全是 0：初始化的内容没有写到共享的内存里。是不是映射成了 MAP_PRIVATE？",
               "The object is all zero: nothing was written to the shared memory. MAP_PRIVATE?");
    bool filled = value(&r->full) > 0 && r->tail != r->head;
    lab_hint(filled ? "N 是 0，环里却有了记录：ring_prod NAME ID N 只放 N 条，毒丸由 stop 另外放。"
                    : "初值见 ring.h：empty 是 8，full 是 0，mutex 是 1，head 和 tail 是 0，最后写 "
                      "ready。",
             filled ? "N is 0, but something was put: ring_prod NAME ID N puts N records and no "
                      "pill, which is for stop."
                    : "See ring.h: empty 8, full 0, mutex 1, head and tail 0, ready last.");
    expect_ring(value(&r->empty) == RING_CAPACITY && value(&r->full) == 0 &&
                    value(&r->mutex) == 1 && r->head == 0 && r->tail == 0,
                "bad-initial-values", "环的初值不对。",
                "The initial values of the ring are wrong.");
    expect_ring(atomic_load(&r->ready) == RING_READY, "not-ready",
                "创建者结束了，ready 却不是 RING_READY：后来的进程会一直等下去。",
                "The creator has ended, but ready is not RING_READY: others will wait in vain.");
    struct stat st;
    if (fstat(view.fd, &st) == -1)
        lab_internal("fstat: %s", strerror(errno));
    lab_expect((st.st_mode & 0777) == 0600, VERDICT_WRONG_STATE, "wrong-mode",
               "对象的权限是 %1$04o，应该是 0600。", "The object has mode %1$04o instead of 0600.",
               st.st_mode & 0777);
    ring_unlink();
}

LAB_TEST(one_to_one)
{
    const char *name = lab_name("ring");
    struct lab_proc *c = consumer(LAB_STUDENT, name);
    await_asleep(c);
    ring_find(name);
    lab_on_fail(refine_ring);
    struct lab_proc *p = producer(LAB_STUDENT, name, "1", "10");
    lab_wait(p);
    lab_expect_exit(p, 0);
    stop(LAB_STUDENT, name);
    lab_wait(c);
    lab_hint_for("wrong-output", NULL,
                 "打印的是记录的正文，恰好 length 个字节，再加一个换行。放的时候整条记录都复制进槽"
                 "里了吗（sizeof *record 是 64，sizeof record 只是指针的 8）？编号从 1 数起吗？",
                 "Print the text of the record, exactly length bytes, and a newline. Was the whole "
                 "record copied into the slot (sizeof *record is 64, sizeof record a pointer's 8)? "
                 "Do the numbers begin at 1?");
    lab_expect_output(c, "1:1\n1:2\n1:3\n1:4\n1:5\n1:6\n1:7\n1:8\n1:9\n1:10\n");
    lab_expect_exit(c, 0);

    struct lab_proc *rm = lab_start("ring_cons", name, "rm");
    lab_wait(rm);
    lab_expect_exit(rm, 0);
    lab_expect_clean();
}

static bool ended_or_truncated(void *arg)
{
    struct stat st;
    return lab_ended(arg) || (fstat(view.fd, &st) == 0 && st.st_size < (off_t)sizeof(struct ring));
}

LAB_TEST(joins_existing)
{
    struct ring *r = ring_make();
    lab_note("环里原有 5 条记录，占着槽 5、6、7、0、1",
             "the ring held 5 records in slots 5, 6, 7, 0, 1");
    r->head = r->tail = 5;
    for (uint32_t i = 1; i <= 5; i++)
        put_item(r, 8, i);
    struct ring before;
    memcpy(&before, r, sizeof before);
    lab_on_fail(refine_ring);

    struct lab_proc *p = producer(LAB_STUDENT, view.name, "9", "2");
    lab_await(ended_or_truncated, p, "no-end", "它放完两条", "it putting two records");
    struct stat st;
    if (lab_ended(p))
        lab_expect_exit(p, 0);
    int again = shm_open(view.name, O_RDWR | O_CLOEXEC, 0);
    bool same = again != -1 && fstat(again, &st) == 0 && st.st_ino == view.inode;
    lab_hint("O_CREAT | O_EXCL 成功的那个进程才初始化；EEXIST "
             "说明环已经在了，直接打开来用：不要删，不要重置，也不要带 O_TRUNC。",
             "Only the process whose O_CREAT | O_EXCL succeeded initialises. On EEXIST open and "
             "use it: no unlink, no reset, no O_TRUNC.");
    lab_expect(same && st.st_size == sizeof(struct ring), VERDICT_WRONG_STATE, "reinitialised",
               "原来的对象被删掉或截断了，别的进程还在用它。",
               "The object that others are using was removed or truncated.");
    lab_wait(p);
    lab_expect_exit(p, 0);
    expect_ring(r->head == before.head && value(&r->full) != 2, "reinitialised",
                "环被重新初始化了，里面原有的 5 条记录丢了。",
                "The ring was initialised again; the 5 records in it are lost.");
    lab_hint(NULL, NULL);
    expect_ring(memcmp(r->slot + 5, before.slot + 5, 3 * sizeof r->slot[0]) == 0 &&
                    memcmp(r->slot, before.slot, 2 * sizeof r->slot[0]) == 0,
                "overwrites-slots", "新记录覆盖了还没取走的记录。新记录放在 tail 指的槽里。",
                "A new record overwrote one that is not taken yet. It belongs into slot[tail].");
    expect_item(&r->slot[2], 9, 1);
    expect_item(&r->slot[3], 9, 2);
    expect_ring(r->tail == 4 && value(&r->full) == 7 && value(&r->empty) == 1, "bad-accounting",
                "放了两条以后，tail 应该是 4，full 是 7，empty 是 1。",
                "After two records tail should be 4, full 7, empty 1.");

    put_pill(r);
    struct lab_proc *c = consumer(LAB_STUDENT, view.name);
    lab_wait(c);
    lab_expect_output(c, "8:1\n8:2\n8:3\n8:4\n8:5\n9:1\n9:2\n");
    lab_expect_exit(c, 0);
    ring_unlink();
}

static const char *refine_not_ready(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)diagnosis;
    if (p && lab_ended(p) && WIFSIGNALED(lab_status(p)) && WTERMSIG(lab_status(p)) == SIGBUS) {
        lab_hint(
            "对象的长度还是 0 时就访问了映射，于是 SIGBUS。先用 fstat 等长度够了，再看 ready。",
            "It touched the mapping while the object had size 0. Wait for the size with fstat().");
        return "bus-error";
    }
    return v == VERDICT_HANG || (p && lab_ended(p)) ? "ignores-ready" : NULL;
}

LAB_TEST(waits_for_ready)
{
    lab_allow_sleep(); /* before `ready` there is nothing to wait on: naps are the way */
    static const char zh[] =
        "EEXIST 只说明有人开始创建了。先等对象长到 sizeof(struct ring)，再等 ready 变成 "
        "RING_READY；没好就 nanosleep 1 毫秒再看。谁是创建者只由 O_CREAT | O_EXCL 决定，"
        "不能看长度是不是 0，也不能看 ready：那时真正的创建者可能正做到一半。";
    static const char en[] =
        "EEXIST only says that somebody has begun. Wait for the size, then for ready; nanosleep 1 "
        "ms between looks. Only O_CREAT | O_EXCL decides who creates, not a size of 0 or ready: "
        "the real creator may be halfway.";
    lab_hint(zh, en);
    lab_hint_for("ignores-ready", NULL, zh, en);
    lab_on_fail(refine_not_ready);
    lab_context("创建者还没有初始化，内存里全是 0", "not initialised yet, all zero");
    ring_begin();
    ring_size();
    struct lab_proc *p = producer(LAB_STUDENT, view.name, "3", "1");
    lab_await_blocked(p, SYS_clock_nanosleep, -1);
    ring_publish();
    lab_wait(p);
    lab_expect_exit(p, 0);
    struct ring_record record = take(view.r);
    expect_item(&record, 3, 1);
    ring_unlink();

    lab_context("创建者还没有 ftruncate，长度是 0", "size still 0, before ftruncate");
    ring_begin();
    struct lab_proc *c = consumer(LAB_STUDENT, view.name);
    lab_await_blocked(c, SYS_clock_nanosleep, -1);
    ring_size();
    ring_publish();
    put_item(view.r, 4, 1);
    put_pill(view.r);
    lab_wait(c);
    lab_expect_output(c, "4:1\n");
    lab_expect_exit(c, 0);
    ring_unlink();
}

/* --- tests: blocking and the lock
 * -------------------------------------------------------------------------- */

LAB_TEST(producer_blocks_at_8)
{
    const char *name = lab_name("ring");
    struct lab_proc *p = producer(LAB_STUDENT, name, "7", "11");
    lab_hint_for("no-block", "does-not-wait",
                 "放记录之前先 sem_wait(&r->empty)：没有空槽就在这里睡。",
                 "sem_wait(&r->empty) before putting: it sleeps here when there is no slot.");
    await_asleep(p);
    struct ring *r = ring_find(name);
    expect_ring(value(&r->full) == 8 || value(&r->mutex) == 1, "keeps-mutex",
                "它放了不到 8 条就睡着了，mutex 没有交还：每次等到 mutex 都要配一次 sem_post。",
                "It fell asleep before 8 records, and the mutex was not given back.");
    lab_hint("empty 的初值是 8，每放一条等一次 empty、报一次 full。",
             "empty starts at 8; each record waits for empty once and posts full once.");
    expect_ring(
        value(&r->full) == 8 && value(&r->empty) == 0, "wrong-capacity",
        "没有人取走记录，生产者应该放满 8 条才睡，这时 full=8、empty=0。",
        "Nobody takes: the producer should sleep after 8 records, with full=8 and empty=0.");
    expect_unlocked(r);
    for (uint32_t i = 1; i <= 11; i++) {
        lab_context("取第 %1$u 条", "taking record %1$u", i);
        struct ring_record record = take(r);
        expect_item(&record, 7, i);
    }
    lab_wait(p);
    lab_expect_exit(p, 0);
    expect_ring(value(&r->empty) == 8 && value(&r->full) == 0 && r->head == 3 && r->tail == 3,
                "bad-accounting", "11 条都取走以后，应该 empty=8、full=0、head=tail=3。",
                "After all 11 were taken: empty=8, full=0, head=tail=3.");
    ring_unlink();
}

static struct lab_proc *printer; /* whose output refine_line() looks at: a hang belongs to nobody */

static const char *refine_line(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)diagnosis;
    (void)p;
    size_t len;
    lab_output(printer, &len);
    if (v != VERDICT_HANG || len > 0 || view.r->head == 0)
        return NULL;
    note_ring();
    lab_hint(
        "输出接到管道或文件时，stdio 攒满 4096 字节才写。打印一条就 fflush(stdout) 一次。",
        "To a pipe or file stdio writes only when its buffer is full. fflush(stdout) each time.");
    return "not-flushed";
}

static void expect_record_line(struct lab_proc *c, const char *want, size_t len)
{
    const char *line = lab_read_line(c);
    if (strlen(line) == len && memcmp(line, want, len) == 0)
        return;
    if (strlen(line) > len && memcmp(line, want, len) == 0) {
        lab_hint("正文没有 '\\0' 结尾，%s 会一直打印到别处去。按 length 打印：fwrite 或 %.*s。",
                 "The text has no '\\0' at its end. Print by length: fwrite, or %.*s.");
        lab_fail(VERDICT_WRONG_OUTPUT, "prints-as-string",
                 "正文只有 %1$zu 字节，却打印了 %2$zu 字节。",
                 "The text has %1$zu bytes, but %2$zu were printed.", len, strlen(line));
    }
    lab_expect_bytes("打印的一行", "the line printed", want, len, line, strlen(line));
}

LAB_TEST(consumer_blocks_when_empty)
{
    struct ring *r = ring_make();
    struct lab_proc *c = consumer(LAB_STUDENT, view.name);
    await_asleep(c);
    expect_ring(value(&r->empty) == 8 && value(&r->full) == 0 && r->head == 0, "bad-accounting",
                "环是空的，消费者不该改动任何计数。",
                "The ring is empty; the consumer must not change any count.");
    expect_unlocked(r);

    printer = c;
    lab_on_fail(refine_line);
    struct ring_record record = {.kind = RING_ITEM, .producer = 1, .number = 1, .length = 48};
    memcpy(record.text, "forty-eight bytes of text without a NUL at the e", sizeof record.text);
    put(r, &record);
    lab_context("正文占满 48 字节", "a text of all 48 bytes");
    expect_record_line(c, "forty-eight bytes of text without a NUL at the e", 48);
    record.length = 9;
    put(r, &record);
    lab_context("正文 9 字节，后面是无关的字节", "a text of 9 bytes, other bytes after it");
    expect_record_line(c, "forty-eig", 9);
    record.length = 0;
    put(r, &record);
    lab_context("正文 0 字节", "an empty text");
    expect_record_line(c, "", 0);
    put_pill(r);
    lab_wait(c);
    lab_expect_exit(c, 0);
    ring_unlink();
}

static bool untouched(const struct ring *before)
{
    const struct ring *now = view.r;
    return now->head == before->head && now->tail == before->tail &&
           memcmp(now->slot, before->slot, sizeof now->slot) == 0;
}

LAB_TEST(lock_probe)
{
    struct ring before;
    struct ring *r = ring_make();
    put_item(r, 1, 1);
    lab_hint_for("no-block", "no-mutex",
                 "改 head、tail、slot 之前要 sem_wait(&r->mutex)。两个生产者同时读到同一个 "
                 "tail，就会丢一条。",
                 "sem_wait(&r->mutex) before touching head, tail or slot.");

    lab_context("测试程序拿着 mutex，生产者来放", "the test holds the mutex, a producer comes");
    take_token(&r->mutex, "mutex", "the mutex");
    memcpy(&before, r, sizeof before);
    struct lab_proc *p = producer(LAB_STUDENT, view.name, "4", "1");
    await_asleep(p);
    expect_ring(untouched(&before), "touches-without-lock",
                "没拿到 mutex 就动了 slot、head 或 tail。",
                "It changed slot, head or tail without the mutex.");
    expect_ring(value(&r->full) == 1, "posted-too-early",
                "记录还没放好就 sem_post 了 full：消费者会取到旧内容。先写，再交锁，再报告。",
                "It posted full before the record was there: a consumer would read old bytes.");
    lab_hint("先等 empty，后等 mutex。", "First wait for empty, then for the mutex.");
    expect_ring(value(&r->empty) == 6, "lock-order",
                "等 mutex 时它应该已经拿到一个空槽（empty=6），可是 empty=%1$d。",
                "Waiting for the mutex it should have its slot already (empty=6), but empty=%1$d.",
                value(&r->empty));
    lab_hint(NULL, NULL);
    sem_post(&r->mutex);
    lab_wait(p);
    lab_expect_exit(p, 0);
    expect_item(&r->slot[1], 4, 1);

    lab_context("测试程序拿着 mutex，消费者来取", "the test holds the mutex, a consumer comes");
    take_token(&r->mutex, "mutex", "the mutex");
    memcpy(&before, r, sizeof before);
    struct lab_proc *c = consumer(LAB_STUDENT, view.name);
    await_asleep(c);
    size_t len;
    lab_output(c, &len);
    expect_ring(untouched(&before) && len == 0, "touches-without-lock",
                "没拿到 mutex 就取走了记录。", "It took a record without the mutex.");
    expect_ring(value(&r->empty) == 6, "posted-too-early",
                "记录还没取走就 sem_post 了 empty：生产者会覆盖它。先取，再交锁，再报告。",
                "It posted empty before the record was taken: a producer would overwrite it.");
    sem_post(&r->mutex);
    put_pill(r);
    lab_wait(c);
    lab_expect_output(c, "1:1\n4:1\n");
    lab_expect_exit(c, 0);
    ring_unlink();
}

/* --- tests: signals and death
 * ----------------------------------------------------------------------------- */

static const char *refine_signal(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)v;
    if (strcmp(diagnosis, "no-block") != 0 || !p || !lab_ended(p))
        return NULL;
    note_ring();
    if (WIFSIGNALED(lab_status(p))) {
        lab_hint("main 里的 install_usr1() 要保留：没有处理函数，SIGUSR1 会直接杀死进程。",
                 "Keep install_usr1() in main: without a handler SIGUSR1 kills the process.");
        return "killed-by-signal";
    }
    return WEXITSTATUS(lab_status(p)) == 0 ? "eintr-as-token" : "eintr-ends-wait";
}

static void nudge(struct lab_proc *p, const struct ring *before)
{
    await_asleep(p);
    lab_hint("被信号打断的 sem_wait 返回 -1（EINTR），它没有拿到名额：回去再等，while (sem_wait(…) "
             "== -1)。",
             "A sem_wait() that fails with EINTR has got no token: wait again.");
    lab_on_fail(refine_signal);
    for (int i = 0; i < 3; i++) {
        lab_kill(p, SIGUSR1);
        await_asleep(p);
        size_t len;
        lab_output(p, &len);
        expect_ring(untouched(before) && len == 0 && value(&view.r->mutex) == 1, "eintr-as-token",
                    "一个信号来过，它没有拿到名额就动了环。",
                    "After a signal it touched the ring without a token.");
    }
    lab_on_fail(NULL);
}

static void kill_idle_consumer(void)
{
    const char *name = lab_name("ring");
    struct lab_proc *idle = consumer(LAB_STUDENT, name);
    await_asleep(idle);
    lab_kill(idle, SIGKILL);
    lab_wait(idle);
    lab_context("一个空等的消费者被 SIGKILL 杀死之后", "after an idle consumer was killed");
    lab_hint("它死的时候手里不该有锁，也不该欠着名额：等 full 的时候不要先拿 mutex。",
             "It must die without the lock: do not take the mutex before waiting for full.");

    struct lab_proc *p = producer(LAB_STUDENT, name, "2", "12");
    struct lab_proc *c = consumer(LAB_STUDENT, name);
    lab_wait(p);
    lab_expect_exit(p, 0);
    stop(LAB_STUDENT, name);
    lab_wait(c);
    lab_expect_output(c, "2:1\n2:2\n2:3\n2:4\n2:5\n2:6\n2:7\n2:8\n2:9\n2:10\n2:11\n2:12\n");
    ring_find(name);
    ring_unlink();
}

LAB_TEST(signals)
{
    struct ring before;
    struct ring *r = ring_make();
    lab_context("消费者等记录时收到 SIGUSR1", "SIGUSR1 while a consumer waits");
    memcpy(&before, r, sizeof before);
    struct lab_proc *c = consumer(LAB_STUDENT, view.name);
    nudge(c, &before);
    put_item(r, 1, 1);
    put_pill(r);
    lab_wait(c);
    lab_expect_output(c, "1:1\n");
    lab_expect_exit(c, 0);
    ring_unlink();

    lab_context("生产者等空槽时收到 SIGUSR1", "SIGUSR1 while a producer waits");
    r = ring_make();
    for (uint32_t i = 1; i <= 8; i++)
        put_item(r, 1, i);
    memcpy(&before, r, sizeof before);
    struct lab_proc *p = producer(LAB_STUDENT, view.name, "5", "1");
    nudge(p, &before);
    for (uint32_t i = 1; i <= 9; i++) {
        struct ring_record record = take(r);
        expect_item(&record, i == 9 ? 5 : 1, i == 9 ? 1 : i);
    }
    lab_wait(p);
    lab_expect_exit(p, 0);
    ring_unlink();

    lab_hint(NULL, NULL);
    kill_idle_consumer();
}

/* --- tests: many processes
 * ------------------------------------------------------------------------------------ */

static const char *refine_pill(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)diagnosis;
    (void)p;
    if (v != VERDICT_HANG || value(&view.r->full) != 0)
        return NULL;
    note_ring();
    if (value(&view.r->mutex) == 0) {
        lab_hint(
            "看到毒丸的消费者带着 mutex 走了。每条返回的路都要交还 mutex。",
            "The consumer that saw the pill left with the mutex. Give it back on every way out.");
        return "keeps-mutex";
    }
    lab_hint("第一个消费者用掉了毒丸的名额，其余的永远等下去。看到毒丸不要动 head，把 full "
             "还回去（sem_post），"
             "下一个消费者才看得到它。",
             "The first consumer used up the pill. Leave head alone and give full back.");
    return "pill-swallowed";
}

LAB_TEST(pill_stops_all)
{
    struct ring *r = ring_make();
    struct lab_proc *c[3];
    for (int i = 0; i < 3; i++) {
        c[i] = consumer(LAB_STUDENT, view.name);
        await_asleep(c[i]);
    }
    lab_on_fail(refine_pill);
    stop(LAB_STUDENT, view.name);
    struct ring_record pill = r->slot[0];
    lab_expect(
        pill.kind == RING_PILL && !pill.producer && !pill.number && !pill.length,
        VERDICT_WRONG_STATE, "wrong-record",
        "毒丸应该是 kind=%1$d，其余成员为 0；实际 kind=%2$d producer=%3$u number=%4$u "
        "length=%5$u。",
        "A pill has kind=%1$d and else 0; got kind=%2$d producer=%3$u number=%4$u length=%5$u.",
        RING_PILL, pill.kind, pill.producer, pill.number, pill.length);
    for (int i = 0; i < 3; i++) {
        lab_wait(c[i]);
        lab_expect_output(c[i], "");
        lab_expect_exit(c[i], 0);
    }
    expect_ring(r->head == 0 && value(&r->full) == 1 && value(&r->empty) == 7, "pill-moved",
                "毒丸应该留在原处：head=0、full=1、empty=7。取出来再放回去，环满时会卡住。",
                "The pill stays where it is: head=0, full=1, empty=7. Taking it out and putting it "
                "back gets stuck when the ring is full.");
    lab_hint("每等到一次 mutex，恰好还一次：看看遇到毒丸的那条路。",
             "Give the mutex back exactly once per wait: look at the way out with the pill.");
    expect_ring(value(&r->mutex) == 1, "mutex-miscounted", "三个消费者都下班了，mutex 应该是 1。",
                "All three consumers have left, so mutex should be 1.");
    lab_hint(NULL, NULL);
    lab_context("毒丸之后才来的消费者", "a consumer that comes after the pill");
    struct lab_proc *late = consumer(LAB_STUDENT, view.name);
    lab_wait(late);
    lab_expect_output(late, "");
    lab_expect_exit(late, 0);
    ring_unlink();
}

struct tally { /* how often each record came, and the last number each consumer saw of a producer */
    unsigned char seen[PRODUCERS + 1][MANY + 1];
};

static void tally_line(struct tally *t, unsigned last[], const char *line, size_t len, unsigned n)
{
    char copy[64] = "", extra;
    unsigned id = 0, number = 0;
    if (len < sizeof copy)
        memcpy(copy, line, len);
    bool good = sscanf(copy, "%u:%u%c", &id, &number, &extra) == 2 && id >= 1 && id <= PRODUCERS &&
                number >= 1 && number <= n;
    lab_expect(good, VERDICT_RACE, "torn-record", "消费者打印了一行不是任何记录的内容：“%1$.*2$s”",
               "A consumer printed a line that is no record: “%1$.*2$s”", line,
               len > 60 ? 60 : (int)len);
    lab_expect(!t->seen[id][number], VERDICT_RACE, "duplicated-items",
               "记录 %1$u:%2$u 出现了两次。", "Record %1$u:%2$u came twice.", id, number);
    lab_expect(number > last[id], VERDICT_RACE, "order-broken",
               "同一个消费者先拿到 %1$u:%3$u，后拿到 %1$u:%2$u：次序乱了。",
               "One consumer got %1$u:%3$u before %1$u:%2$u: out of order.", id, number, last[id]);
    t->seen[id][number] = 1;
    last[id] = number;
}

static void tally_consumer(struct tally *t, struct lab_proc *c, unsigned n)
{
    unsigned last[PRODUCERS + 1] = {0};
    size_t len;
    const char *out = lab_output(c, &len), *end = out + len;
    while (out < end) {
        const char *newline = memchr(out, '\n', (size_t)(end - out));
        size_t line = (size_t)((newline ? newline : end) - out);
        tally_line(t, last, out, line, n);
        out += line + 1;
    }
}

/* Every record of producers 1..count arrived exactly once. */
static void expect_all_items(struct lab_proc *const *c, size_t consumers, unsigned count,
                             unsigned n)
{
    static struct tally t;
    memset(&t, 0, sizeof t);
    lab_hint(
        "检查锁：从读 tail（head）到写回它、复制完记录，中间必须一直持有 "
        "mutex；初始化只能由一个进程做一次。",
        "Hold the mutex from reading tail (head) until the record is copied; initialise once.");
    for (size_t i = 0; i < consumers; i++)
        tally_consumer(&t, c[i], n);
    for (unsigned id = 1; id <= count; id++)
        for (unsigned number = 1; number <= n; number++)
            lab_expect(t.seen[id][number], VERDICT_RACE, "lost-items", "记录 %1$u:%2$u 丢了。",
                       "Record %1$u:%2$u is lost.", id, number);
}

static void run_crowd(enum lab_side producers, enum lab_side consumers, unsigned count, unsigned n)
{
    const char *name = lab_name("ring");
    struct lab_proc *p[PRODUCERS], *c[PRODUCERS];
    view.r = NULL;
    for (unsigned i = 0; i < count; i++) {
        c[i] = consumer(consumers, name);
        p[i] = producer(producers, name, lab_text("%u", i + 1), lab_text("%u", n));
    }
    for (unsigned i = 0; i < count; i++) {
        lab_wait(p[i]);
        lab_expect_exit(p[i], 0);
    }
    stop(producers, name);
    for (unsigned i = 0; i < count; i++) {
        lab_wait(c[i]);
        lab_expect_exit(c[i], 0);
    }
    expect_all_items(c, count, count, n);
    ring_find(name);
    ring_unlink();
}

/* Spin for a token; false when it does not come within two seconds of CPU time. */
static bool spin(sem_t *s)
{
    while (sem_trywait(s) == -1) {
        if (clock() > 2 * CLOCKS_PER_SEC)
            return false;
        sched_yield();
    }
    return true;
}

/* The producer gets the first allowed CPU, see run_eager_consumer(). */
static void pin_to_second_cpu(void)
{
    cpu_set_t allowed, one;
    CPU_ZERO(&one);
    if (sched_getaffinity(0, sizeof allowed, &allowed) == -1)
        return;
    for (int cpu = 0, seen = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &allowed) && seen++ == 1)
            CPU_SET(cpu, &one);
    sched_setaffinity(0, sizeof one, &one);
}

enum { EAGER_OK, EAGER_TIRED, EAGER_UNLOCKED, EAGER_TOO_EARLY };

/* With the mutex held: record number `n` of the producer is in its slot. */
static bool complete(const struct ring_record *slot, uint32_t n)
{
    return slot->number == n && slot->producer == 6 && slot->length > 0;
}

/* A consumer that jumps at every post and sees whether the record is there: whenever the mutex is
 * free, each slot up to tail must be complete. It registers waiters that do not exist (the upper
 * half of glibc's sem_t counts them), so each post makes a system call, and a producer that copies
 * after a post is overtaken. */
static int eager_consumer(void *arg)
{
    struct ring *r = arg;
    uint32_t taken = 0;
    pin_to_second_cpu();
    ((uint32_t *)&r->full)[1] += 1;
    ((uint32_t *)&r->mutex)[1] += 1;
    while (taken < RACE) {
        if (!spin(&r->mutex))
            return EAGER_TIRED;
        /* 0 stands for 8, too; a full ring is looked at after the next take */
        uint32_t there = (r->tail + RING_CAPACITY - r->head) % RING_CAPACITY;
        for (uint32_t k = 0; k < there; k++)
            if (!complete(&r->slot[(r->head + k) % RING_CAPACITY], taken + k + 1))
                return EAGER_UNLOCKED;
        if (sem_trywait(&r->full) == 0) {
            taken++;
            if (!complete(&r->slot[r->head], taken))
                return EAGER_TOO_EARLY;
            memset(&r->slot[r->head], 0, sizeof r->slot[0]);
            r->head = (r->head + 1) % RING_CAPACITY;
            sem_post(&r->empty);
        }
        sem_post(&r->mutex);
        if (clock() > 2 * CLOCKS_PER_SEC)
            return EAGER_TIRED;
    }
    return EAGER_OK;
}

struct pair {
    struct lab_proc *a, *b;
};

static bool one_ended(void *arg)
{
    struct pair *pair = arg;
    return lab_ended(pair->a) || lab_ended(pair->b);
}

static void run_eager_consumer(void)
{
    struct ring *r = ring_make();
    struct lab_proc *eager = lab_trusted(eager_consumer, r, "抢着取的消费者", "eager consumer");
    struct lab_proc *p = lab_spawn(.program = "ring_prod", .cpu = 1,
                                   .args = LAB_ARGS(view.name, "6", lab_text("%d", RACE)));
    struct pair pair = {eager, p};
    lab_await(one_ended, &pair, "no-end", "有一方结束", "one of them ending");
    if (lab_ended(p) && !lab_ended(eager)) {
        lab_wait(p);
        if (lab_status(p) != 0)
            lab_kill(eager, SIGKILL); /* nobody feeds it any more */
        lab_expect_exit(p, 0);
    }
    lab_wait(eager);
    int saw = WEXITSTATUS(lab_status(eager));
    lab_hint("先把记录写进槽里，再 sem_post(&r->mutex)，最后 sem_post(&r->full)。",
             "Write the record into the slot, then post mutex, then post full.");
    lab_expect(saw != EAGER_UNLOCKED, VERDICT_RACE, "copies-outside-lock",
               "mutex 已经放开，tail 也前进了，槽里却还是旧内容：记录是放开锁以后才写的。",
               "The mutex was free and tail had moved on, but the slot still held old bytes.");
    lab_expect(saw != EAGER_TOO_EARLY, VERDICT_RACE, "posted-too-early",
               "full 已经报告“有货”，槽里却还是旧内容。",
               "full said that a record was there, but the slot still held old bytes.");
    lab_hint(NULL, NULL);
    if (saw == EAGER_TIRED) {
        lab_kill(p, SIGKILL); /* a crowded machine: this part cannot tell */
        lab_wait(p);
    } else {
        lab_wait(p);
        lab_expect_exit(p, 0);
    }
    ring_unlink();
}

/* Calls are held up and interrupted: every start has another schedule, and the programs meet a ring
 * that is still being made. */
static void run_disturbed_crowd(void)
{
    const char *name = lab_name("ring");
    const char *n = lab_text("%d", FEW);
    struct lab_proc *p[PRODUCERS], *c[PRODUCERS];
    for (unsigned i = 0; i < PRODUCERS; i++) {
        c[i] = lab_spawn(.program = "ring_cons", .args = LAB_ARGS(name),
                         .provoke = LAB_DELAY | LAB_EINTR);
        p[i] = lab_spawn(.program = "ring_prod", .args = LAB_ARGS(name, lab_text("%u", i + 1), n),
                         .provoke = LAB_DELAY | LAB_EINTR);
    }
    for (unsigned i = 0; i < PRODUCERS; i++) {
        lab_wait(p[i]);
        lab_expect_exit(p[i], 0);
    }
    stop(LAB_STUDENT, name);
    for (unsigned i = 0; i < PRODUCERS; i++) {
        lab_wait(c[i]);
        lab_expect_exit(c[i], 0);
    }
    struct ring *r = ring_find(name);
    lab_hint("三处 sem_wait 都可能被信号打断，等 mutex 的那一处也是：返回 -1 就没有拿到锁，再等。",
             "Each sem_wait() may be interrupted, the one for mutex too: -1 means no lock, so wait "
             "again.");
    expect_ring(value(&r->mutex) == 1, "mutex-miscounted",
                "大家都结束了，mutex 应该是 1：有人没有拿到锁就交还，或者拿了没有还。",
                "All have ended, so mutex should be 1: somebody gave it back without having it, or "
                "kept it.");
    lab_hint(NULL, NULL);
    expect_all_items(c, PRODUCERS, PRODUCERS, FEW);
    lab_hint(NULL, NULL);
    ring_unlink();
}

static const char *refine_disturbed(enum verdict v, const char *diagnosis, struct lab_proc *p)
{
    (void)diagnosis;
    (void)p;
    if (v != VERDICT_HANG)
        return NULL;
    lab_hint("没有打扰的时候是通的。查两件事：ready 是不是所有初值写好之后才写的（早了，别人等的是"
             "一个还会被重新初始化的信号量）；被打断的 sem_wait 是不是都重来了。",
             "Undisturbed it works. Is ready written after all initial values (too early, and "
             "others wait for a semaphore that is initialised again)? Is every interrupted "
             "sem_wait() called again?");
    return "hangs-when-disturbed";
}

LAB_TEST(many)
{
    if (lab_cpus() > 1) { /* one CPU would hide what this looks for */
        lab_context("消费者一看到 full 就去取", "the consumer takes as soon as it sees full");
        run_eager_consumer();
    }
    lab_context("3 个生产者和 3 个消费者同时开始，每个生产者 %1$d 条",
                "3 producers and 3 consumers at once, %1$d records each", MANY);
    run_crowd(LAB_STUDENT, LAB_STUDENT, PRODUCERS, MANY);
    lab_hint(NULL, NULL);
    lab_context("3 个生产者和 3 个消费者，调用会被耽搁、被信号打断，每个生产者 %1$d 条",
                "3 producers and 3 consumers, calls held up and interrupted, %1$d records each",
                FEW);
    lab_on_fail(refine_disturbed);
    for (int i = 0; i < 4; i++)
        run_disturbed_crowd();
}

LAB_TEST(interop)
{
    lab_context("你的生产者，参考程序的消费者", "your producers, the reference's consumers");
    run_crowd(LAB_STUDENT, LAB_REFERENCE, 2, INTEROP);
    lab_context("参考程序的生产者，你的消费者", "the reference's producers, your consumers");
    run_crowd(LAB_REFERENCE, LAB_STUDENT, 2, INTEROP);
}

LAB_TEST(usage)
{
    static const char *const bad[][5] = {
        {"ring_prod"},
        {"ring_prod", "/x", "1"},
        {"ring_prod", "/x", "0", "1"},
        {"ring_prod", "/x", "1", "-1"},
        {"ring_prod", "/x", "1", "2x"},
        {"ring_prod", "x", "1", "1"},
        {"ring_prod", "/", "stop"},
        {"ring_cons"},
        {"ring_cons", "/x", "remove"},
        {"ring_cons", "/x/y"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const char *shown = bad[i][0];
        for (int k = 1; bad[i][k]; k++)
            shown = lab_text("%s %s", shown, bad[i][k]);
        lab_context("%1$s", "%1$s", shown);
        struct lab_proc *p = lab_start_list(bad[i]);
        lab_wait(p);
        lab_expect_exit(p, 2);
    }
    lab_context("rm 一个不存在的名字", "rm of a name that does not exist");
    lab_hint("shm_unlink 失败要报错，以 1 退出。",
             "A failed shm_unlink() is an error: exit with 1.");
    struct lab_proc *p = lab_start("ring_cons", lab_name("none"), "rm");
    lab_wait(p);
    lab_expect_exit(p, 1);
}

LAB_MAIN({"creates_ring", creates_ring}, {"one_to_one", one_to_one},
         {"producer_blocks_at_8", producer_blocks_at_8},
         {"consumer_blocks_when_empty", consumer_blocks_when_empty},
         {"joins_existing", joins_existing}, {"waits_for_ready", waits_for_ready},
         {"lock_probe", lock_probe}, {"signals", signals}, {"pill_stops_all", pill_stops_all},
         {"many", many}, {"interop", interop}, {"usage", usage})
