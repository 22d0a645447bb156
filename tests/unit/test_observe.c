/* runner/observe: every diagnosis is provoked for real by small victim programs, which are
 * functions in forked children. Nothing here waits for time to pass: the tests look until the state
 * is there. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/text.h"
#include "observe/observe.h"

enum { LOOKS = 30000 }; /* a generous limit: about a minute */

static int proc = -1;
static struct unwinder unwinder;
static struct observer *observer;
static struct diagnosis diagnosis;
static pid_t victim; /* root of the victim's processes, our child */
static int go[2];    /* lets a victim go on: it reads a byte */
static char root[32];
static char folder[64]; /* in it, for FIFOs and sockets */
static char path[128];
static int msqid = -1, semid = -1;

/* --- victims --- */

typedef void victim_main(void);

static void die_with_parent(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(3);
}

/* fork() for victims: a child never outlives its parent, so nothing is left behind. */
static pid_t branch(void)
{
    pid_t parent = getpid(), pid = fork();
    if (pid < 0)
        _exit(3);
    if (pid == 0)
        die_with_parent(parent);
    return pid;
}

static void start(victim_main *run)
{
    pid_t parent = getpid();
    ck_assert_int_eq(pipe(go), 0);
    victim = fork(); /* assertions write to a log: not in the victim, whose output is counted */
    if (victim == 0) {
        die_with_parent(parent);
        close(go[1]);
        run();
        _exit(0);
    }
    ck_assert_int_gt(victim, 0);
}

static void wait_for_go(void)
{
    char c;
    if (read(go[0], &c, 1) != 1)
        _exit(3);
}

/* Also at exit(), which is how a failed assertion ends a test. Victims use _exit(). */
static void clean_up(void)
{
    unwinder_stop(&unwinder);
    if (victim > 0)
        kill(victim, SIGKILL);
    victim = 0;
    while (wait(NULL) > 0 || errno == EINTR)
        continue;
    if (msqid >= 0)
        msgctl(msqid, IPC_RMID, NULL);
    if (semid >= 0)
        semctl(semid, 0, IPC_RMID);
    msqid = semid = -1;
    fs_remove_tree(folder, NULL);
}

/* Around a test case, in the process that survives failed tests: what they leave goes with it. */
static void make_root(void)
{
    snprintf(root, sizeof root, "/tmp/test-observe-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(root));
}

static void remove_root(void)
{
    fs_remove_tree(root, NULL);
}

static void setup(void)
{
    struct err e;
    proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_ge(proc, 0);
    ck_assert_int_eq(unwinder_start(&unwinder, NULL, NULL, &e), 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    observer = observer_new(proc, &unwinder);
    snprintf(folder, sizeof folder, "%s/test", root);
    ck_assert_int_eq(mkdir(folder, 0700), 0);
    snprintf(path, sizeof path, "%s/object", folder);
    atexit(clean_up);
}

static void teardown(void)
{
    diagnosis_release(&diagnosis);
    observer_free(observer);
    clean_up();
    close(proc);
}

/* --- looking --- */

static enum observation look_with(bool hidden_timer, pid_t orphans)
{
    const struct watch w = {.pid = victim, .student = true, .hidden_timer = hidden_timer};
    return observer_look(observer, &w, 1, orphans);
}

static void pause_a_little(void)
{
    poll(NULL, 0, 2);
}

static void await(enum observation expected, bool hidden_timer)
{
    enum observation seen = OBSERVE_RUNNING;
    for (int i = 0; i < LOOKS && seen != expected; i++) {
        seen = look_with(hidden_timer, 0);
        /* While waiting for anything but a hang, a hang must not be claimed. */
        ck_assert(expected == OBSERVE_HUNG || seen != OBSERVE_HUNG);
        pause_a_little();
    }
    ck_assert_int_eq(seen, expected);
}

static void await_blocked(long nr, long arg0)
{
    for (int i = 0; i < LOOKS; i++) {
        if (observe_find_blocked(proc, victim, nr, arg0))
            return;
        pause_a_little();
    }
    ck_abort_msg("nobody ever blocked");
}

static void check_texts(void)
{
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        ck_assert_ptr_nonnull(diagnosis.symptom[lang]);
        ck_assert_int_gt((int)strlen(diagnosis.symptom[lang]), 0);
        ck_assert_int_gt((int)strlen(diagnosis.evidence[lang]), 0);
        ck_assert_int_gt((int)strlen(diagnosis.hint[lang]), 0);
        ck_assert_int_gt((int)strlen(diagnosis.graph[lang]), 0);
        for (const char *at = diagnosis.graph[lang]; *at;) {
            size_t len = strcspn(at, "\n");
            ck_assert_msg(text_width_n(at, len) <= 76, "too wide: %.*s", (int)len, at);
            at += len + (at[len] == '\n');
        }
    }
}

static void show(void)
{
    if (!getenv("SHOW"))
        return;
    for (int lang = 0; lang < LANG_COUNT; lang++)
        printf("[%s]\n%s\n%s\n%s\n%s\n\n", diagnosis.id, diagnosis.symptom[lang],
               diagnosis.evidence[lang], diagnosis.hint[lang], diagnosis.graph[lang]);
    fflush(stdout);
}

static void expect_hang(victim_main *run, const char *id)
{
    start(run);
    await(OBSERVE_HUNG, false);
    observer_explain(observer, &diagnosis);
    show();
    ck_assert_str_eq(diagnosis.id, id);
    check_texts();
}

static void expect_line(void)
{
    ck_assert_msg(strstr(diagnosis.evidence[LANG_ZH], "test_observe.c:") != NULL,
                  "no source line in: %s", diagnosis.evidence[LANG_ZH]);
}

static void expect_evidence(const char *part)
{
    ck_assert_msg(strstr(diagnosis.evidence[LANG_ZH], part) != NULL, "no \"%s\" in: %s", part,
                  diagnosis.evidence[LANG_ZH]);
}

/* --- pipes --- */

static char block[1 << 20];

static void drain(int fd)
{
    char bytes[64];
    while (read(fd, bytes, sizeof bytes) > 0)
        continue;
}

static void own_write_end(void)
{
    int p[2];
    if (pipe(p) < 0)
        _exit(3);
    if (branch() == 0) {
        drain(p[0]);
        _exit(0);
    }
    close(p[0]);
    close(p[1]);
    wait(NULL);
}

START_TEST(unclosed_write_end)
{
    expect_hang(own_write_end, "unclosed-write-end");
    expect_line();
    expect_evidence("子进程 1");
    expect_evidence("写端只剩");
    expect_evidence("自己的 fd");
}
END_TEST

static void own_write_end_polled(void)
{
    int p[2];
    if (pipe(p) < 0)
        _exit(3);
    struct pollfd set = {.fd = p[0], .events = POLLIN};
    poll(&set, 1, -1);
}

START_TEST(unclosed_write_end_poll)
{
    expect_hang(own_write_end_polled, "unclosed-write-end");
    expect_line();
}
END_TEST

static void own_write_end_selected(void)
{
    int p[2];
    fd_set set;
    if (pipe(p) < 0)
        _exit(3);
    FD_ZERO(&set);
    FD_SET(p[0], &set);
    select(p[0] + 1, &set, NULL, NULL, NULL);
}

START_TEST(unclosed_write_end_select)
{
    expect_hang(own_write_end_selected, "unclosed-write-end");
}
END_TEST

static void own_write_end_epoll(void)
{
    int p[2], set = epoll_create1(0);
    if (pipe(p) < 0 || set < 0)
        _exit(3);
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(set, EPOLL_CTL_ADD, p[0], &event);
    epoll_wait(set, &event, 1, -1);
}

START_TEST(unclosed_write_end_epoll)
{
    expect_hang(own_write_end_epoll, "unclosed-write-end");
}
END_TEST

static void coprocess(void)
{
    int to[2], from[2];
    if (pipe(to) < 0 || pipe(from) < 0)
        _exit(3);
    if (branch() == 0) {
        close(to[1]);
        close(from[0]);
        drain(to[0]);
        _exit(0);
    }
    close(to[0]);
    close(from[1]);
    if (write(to[1], "text", 4) != 4)
        _exit(3);
    drain(from[0]); /* the filter answers at EOF only */
}

START_TEST(unclosed_write_end_to_filter)
{
    expect_hang(coprocess, "unclosed-write-end");
}
END_TEST

/* --- many that are alike --- */

static void many_readers(void)
{
    int p[2];
    if (pipe(p) < 0)
        _exit(3);
    for (int i = 0; i < 8; i++)
        if (branch() == 0) {
            if (i == 0)
                pause();
            drain(p[0]);
            _exit(0);
        }
    while (wait(NULL) > 0)
        continue;
}

static size_t lines_of(const char *text)
{
    size_t n = 1;
    for (; *text; text++)
        n += *text == '\n';
    return n;
}

START_TEST(many_alike)
{
    expect_hang(many_readers, "wait-before-close");
    expect_line();
    expect_evidence("子进程 2–8（7 个进程）都停在 read(");
    ck_assert_ptr_nonnull(
        strstr(diagnosis.evidence[LANG_EN], "each of children 2–8 (7 processes) is blocked"));
    ck_assert_msg(lines_of(diagnosis.evidence[LANG_ZH]) <= 5, "%s", diagnosis.evidence[LANG_ZH]);
    ck_assert_int_le((int)lines_of(diagnosis.graph[LANG_ZH]), 12);
    ck_assert_ptr_nonnull(strstr(diagnosis.graph[LANG_ZH], "子进程 2")); /* the one in question */
}
END_TEST

/* Each at a pipe of its own, whose write end the parent keeps. */
static void many_pipes(void)
{
    for (int i = 0; i < 5; i++) {
        int p[2];
        if (pipe(p) < 0)
            _exit(3);
        if (branch() == 0) {
            close(p[1]);
            drain(p[0]);
            _exit(0);
        }
        close(p[0]);
    }
    while (wait(NULL) > 0)
        continue;
}

START_TEST(many_alike_apart)
{
    start(many_pipes);
    await(OBSERVE_HUNG, false);
    observer_explain(observer, &diagnosis);
    show();
    check_texts();
    expect_evidence("子进程 1–5（5 个进程）都停在 read(");
    expect_evidence("：等各自的管道（例如管道 ①）里来数据");
    expect_line();
}
END_TEST

/* In a ring everyone waits for another one: that is not told away. */
static void ring(void)
{
    int p[4][2];
    for (int i = 0; i < 4; i++)
        if (pipe(p[i]) < 0)
            _exit(3);
    for (int i = 0; i < 4; i++)
        if (branch() == 0) {
            for (int k = 0; k < 4; k++) {
                if (k != i)
                    close(p[k][0]);
                if (k != (i + 1) % 4)
                    close(p[k][1]);
            }
            drain(p[i][0]);
            _exit(0);
        }
    for (int i = 0; i < 4; i++) {
        close(p[i][0]);
        close(p[i][1]);
    }
    while (wait(NULL) > 0)
        continue;
}

START_TEST(ring_is_told_apart)
{
    start(ring);
    await(OBSERVE_HUNG, false);
    observer_explain(observer, &diagnosis);
    show();
    check_texts();
    ck_assert_ptr_null(strstr(diagnosis.evidence[LANG_ZH], "4 个进程"));
    expect_evidence("管道 ④");
}
END_TEST

static void own_read_end(void)
{
    int p[2];
    if (pipe(p) < 0)
        _exit(3);
    while (write(p[1], block, sizeof block) > 0)
        continue;
}

START_TEST(unclosed_read_end)
{
    expect_hang(own_read_end, "unclosed-read-end");
    expect_line();
}
END_TEST

static void sibling(void)
{
    int a[2], b[2];
    pid_t first;
    if (pipe(a) < 0)
        _exit(3);
    if ((first = branch()) == 0) {
        close(a[1]);
        drain(a[0]);
        _exit(0);
    }
    close(a[0]);
    if (pipe(b) < 0)
        _exit(3);
    if (branch() == 0) { /* inherits a[1] */
        close(b[1]);
        drain(b[0]);
        _exit(0);
    }
    close(b[0]);
    close(a[1]);
    waitpid(first, NULL, 0);
}

START_TEST(sibling_holds_write_end)
{
    expect_hang(sibling, "sibling-holds-write-end");
    expect_evidence("子进程 2");
}
END_TEST

static void waits_with_write_end(void)
{
    int p[2];
    if (pipe(p) < 0)
        _exit(3);
    if (branch() == 0) {
        close(p[1]);
        drain(p[0]);
        _exit(0);
    }
    close(p[0]);
    wait(NULL);
    close(p[1]);
}

START_TEST(wait_before_close)
{
    expect_hang(waits_with_write_end, "wait-before-close");
    expect_line();
}
END_TEST

static void waits_with_read_end(void)
{
    int p[2];
    if (pipe(p) < 0)
        _exit(3);
    if (branch() == 0) {
        close(p[0]);
        _exit(write(p[1], block, sizeof block) < 0);
    }
    close(p[1]);
    wait(NULL);
    drain(p[0]);
}

START_TEST(wait_before_drain)
{
    expect_hang(waits_with_read_end, "wait-before-drain");
}
END_TEST

/* Two pipes with all unused ends closed; the child runs first, the parent second. */
static void two_pipes(void (*child)(int in, int out), void (*parent)(int in, int out))
{
    int a[2], b[2];
    if (pipe(a) < 0 || pipe(b) < 0)
        _exit(3);
    if (branch() == 0) {
        close(a[1]);
        close(b[0]);
        child(a[0], b[1]);
        _exit(0);
    }
    close(a[0]);
    close(b[1]);
    parent(b[0], a[1]);
}

static void write_all(int in, int out)
{
    (void)in;
    while (write(out, block, sizeof block) > 0)
        continue;
}

static void read_first(int in, int out)
{
    (void)out;
    drain(in);
}

static void both_write(void)
{
    two_pipes(write_all, write_all);
}

static void both_read(void)
{
    two_pipes(read_first, read_first);
}

START_TEST(both_pipes_full)
{
    expect_hang(both_write, "both-pipes-full");
}
END_TEST

enum { WRITE_LINE = __LINE__ + 4 };
static void write_once(int in, int out)
{
    (void)in;
    if (write(out, block, sizeof block) < 0) /* an interrupted write() returns: a part is written */
        _exit(3);
    drain(in);
}

static void both_write_once(void)
{
    two_pipes(write_once, write_once);
}

/* Whoever is looked at first must not run on and wake the other before its stack has been read. */
START_TEST(lines_of_one_moment)
{
    char line[40];
    snprintf(line, sizeof line, "test_observe.c:%d", WRITE_LINE);
    expect_hang(both_write_once, "both-pipes-full");
    expect_evidence(line);
    const char *first = strstr(diagnosis.evidence[LANG_ZH], line);
    ck_assert_msg(strstr(first + 1, line) != NULL, "%s", diagnosis.evidence[LANG_ZH]);
}
END_TEST

START_TEST(both_reading)
{
    expect_hang(both_read, "both-reading");
    expect_line();
}
END_TEST

static void one_pipe_both_ways(void)
{
    int p[2];
    if (pipe(p) < 0)
        _exit(3);
    branch();
    if (write(p[1], "ping", 4) != 4)
        _exit(3);
    drain(p[0]);
}

START_TEST(reads_own_pipe)
{
    expect_hang(one_pipe_both_ways, "reads-own-pipe");
}
END_TEST

/* --- FIFOs --- */

static void opens_alone(void)
{
    if (mkfifo(path, 0600) < 0)
        _exit(3);
    open(path, O_WRONLY);
}

START_TEST(fifo_no_peer)
{
    expect_hang(opens_alone, "fifo-no-peer");
    expect_line();
    expect_evidence("O_WRONLY");
}
END_TEST

static void opens_after_remake(void)
{
    if (mkfifo(path, 0600) < 0)
        _exit(3);
    if (branch() == 0) {
        open(path, O_RDONLY);
        _exit(0);
    }
    wait_for_go();
    unlink(path);
    if (mkfifo(path, 0600) < 0)
        _exit(3);
    open(path, O_WRONLY);
}

START_TEST(fifo_two_inodes)
{
    start(opens_after_remake);
    await_blocked(SYS_openat, -1);
    ck_assert_int_eq((int)write(go[1], "x", 1), 1);
    await_blocked(SYS_openat, AT_FDCWD);
    await(OBSERVE_HUNG, false);
    observer_explain(observer, &diagnosis);
    show();
    ck_assert_str_eq(diagnosis.id, "fifo-two-inodes");
    check_texts();
}
END_TEST

static void reads_fifo_rdwr(void)
{
    if (mkfifo(path, 0600) < 0)
        _exit(3);
    drain(open(path, O_RDWR));
}

START_TEST(fifo_opened_both_ways)
{
    expect_hang(reads_fifo_rdwr, "unclosed-write-end");
}
END_TEST

/* --- message queues --- */

struct message {
    long type;
    char text[1024];
};

static void receives_type_5(void)
{
    struct message m;
    msgrcv(msqid, &m, sizeof m.text, 5, 0);
}

static void make_queue(void)
{
    msqid = msgget(IPC_PRIVATE, 0600);
    ck_assert_int_ge(msqid, 0);
}

START_TEST(wrong_mtype)
{
    struct message m = {.type = 2, .text = "hello"};
    make_queue();
    ck_assert_int_eq(msgsnd(msqid, &m, 6, 0), 0);
    expect_hang(receives_type_5, "wrong-mtype");
    expect_evidence("类型依次是 2");
    expect_evidence("类型 5");
    expect_line();
    struct msqid_ds ds; /* looking took nothing out */
    ck_assert_int_eq(msgctl(msqid, IPC_STAT, &ds), 0);
    ck_assert_int_eq((int)ds.msg_qnum, 1);
}
END_TEST

START_TEST(own_empty_queue)
{
    make_queue();
    expect_hang(receives_type_5, "own-empty-queue");
}
END_TEST

static void sends_for_ever(void)
{
    struct message m = {.type = 1};
    while (msgsnd(msqid, &m, sizeof m.text, 0) == 0)
        continue;
}

START_TEST(queue_full)
{
    make_queue();
    expect_hang(sends_for_ever, "queue-full");
}
END_TEST

static mqd_t open_mq(void)
{
    char name[64];
    struct mq_attr attr = {.mq_maxmsg = 2, .mq_msgsize = 16};
    snprintf(name, sizeof name, "/test-observe-%d", (int)getpid());
    mqd_t q = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attr);
    if (q < 0)
        _exit(3);
    mq_unlink(name);
    return q;
}

static void mq_sends_for_ever(void)
{
    mqd_t q = open_mq();
    while (mq_send(q, "x", 1, 0) == 0)
        continue;
}

static void mq_receives(void)
{
    char text[16];
    mq_receive(open_mq(), text, sizeof text, NULL);
}

START_TEST(mq_full)
{
    expect_hang(mq_sends_for_ever, "queue-full");
    expect_evidence("2 条消息");
}
END_TEST

START_TEST(mq_empty)
{
    expect_hang(mq_receives, "own-empty-queue");
}
END_TEST

static void mq_pauses(void)
{
    mqd_t q = open_mq();
    mq_send(q, "x", 1, 0);
    pause();
}

START_TEST(mq_unread)
{
    expect_hang(mq_pauses, "lost-wakeup");
    expect_evidence("1 条消息");
}
END_TEST

/* --- semaphores --- */

static void sysv_op(int number, int op)
{
    struct sembuf o = {.sem_num = (unsigned short)number, .sem_op = (short)op};
    while (semop(semid, &o, 1) < 0 && errno == EINTR)
        continue;
}

static void make_sems(int n)
{
    semid = semget(IPC_PRIVATE, n, 0600);
    ck_assert_int_ge(semid, 0);
}

static void sysv_takes(void)
{
    sysv_op(0, -1);
}

START_TEST(sysv_sem_zero)
{
    make_sems(1);
    expect_hang(sysv_takes, "sem-zero-no-poster");
    expect_line();
}
END_TEST

static void sysv_holder_dies(void)
{
    pid_t first = branch();
    if (first == 0) {
        sysv_op(0, -1);
        _exit(0);
    }
    waitpid(first, NULL, 0);
    sysv_op(0, -1);
}

START_TEST(sysv_dead_owner)
{
    make_sems(1);
    sysv_op(0, 1);
    expect_hang(sysv_holder_dies, "dead-owner");
}
END_TEST

static void *share(size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        _exit(3);
    return p;
}

/* Two processes take two semaphores the other way round, each surely after the other's first. */
static void sysv_crosswise(void)
{
    int p[2], q[2];
    char c;
    if (pipe(p) < 0 || pipe(q) < 0)
        _exit(3);
    if (branch() == 0) {
        sysv_op(0, -1);
        if (write(p[1], "x", 1) != 1 || read(q[0], &c, 1) != 1)
            _exit(3);
        sysv_op(1, -1);
        _exit(0);
    }
    sysv_op(1, -1);
    if (write(q[1], "x", 1) != 1 || read(p[0], &c, 1) != 1)
        _exit(3);
    sysv_op(0, -1);
}

START_TEST(sysv_lock_order)
{
    make_sems(2);
    sysv_op(0, 1);
    sysv_op(1, 1);
    expect_hang(sysv_crosswise, "lock-order");
}
END_TEST

struct ring {
    sem_t mutex, empty, full;
};

/* The buffer is full; the producer takes the mutex and waits for room, the consumer for the mutex.
 */
static void mutex_before_empty(void)
{
    struct ring *r = share(sizeof *r);
    sem_init(&r->mutex, 1, 1);
    sem_init(&r->empty, 1, 0);
    sem_init(&r->full, 1, 4);
    sem_wait(&r->mutex);
    if (branch() == 0) {
        sem_wait(&r->mutex);
        _exit(0);
    }
    sem_wait(&r->empty);
}

START_TEST(sem_lock_order)
{
    expect_hang(mutex_before_empty, "lock-order");
}
END_TEST

static void posix_sem_zero(void)
{
    sem_t *s = share(sizeof *s);
    sem_init(s, 1, 0);
    branch();
    sem_wait(s);
}

START_TEST(sem_zero)
{
    expect_hang(posix_sem_zero, "sem-zero-no-poster");
    expect_evidence("sem_wait()");
    expect_line();
}
END_TEST

static void pshared_0(void)
{
    sem_t *s = share(sizeof *s);
    sem_init(s, 0, 0);
    if (branch() == 0) {
        sem_wait(s);
        _exit(0);
    }
    wait_for_go();
    sem_post(s);
    wait(NULL);
}

START_TEST(private_futex)
{
    start(pshared_0);
    await_blocked(SYS_futex, -1);
    ck_assert_int_eq((int)write(go[1], "x", 1), 1);
    await_blocked(SYS_wait4, -1);
    await(OBSERVE_HUNG, false);
    observer_explain(observer, &diagnosis);
    show();
    ck_assert_str_eq(diagnosis.id, "private-futex");
    expect_evidence("PRIVATE");
    expect_evidence("值是 1");
    check_texts();
}
END_TEST

static sem_t global_sem;

static void global_not_shared(void)
{
    sem_init(&global_sem, 1, 0);
    if (branch() == 0) {
        sem_wait(&global_sem);
        _exit(0);
    }
    sem_post(&global_sem);
    wait(NULL);
}

START_TEST(not_shared)
{
    expect_hang(global_not_shared, "not-shared");
    expect_evidence("全局");
}
END_TEST

/* Far behind the last page of the program's file: the kernel calls that memory anonymous. */
static struct {
    char before[1 << 20];
    sem_t sem;
    char behind[1 << 20];
} far;

static void far_global_not_shared(void)
{
    sem_init(&far.sem, 1, 0);
    if (branch() == 0) {
        sem_wait(&far.sem);
        _exit(0);
    }
    sem_post(&far.sem);
    wait(NULL);
}

START_TEST(far_not_shared)
{
    expect_hang(far_global_not_shared, "not-shared");
    expect_evidence("全局");
}
END_TEST

static void map_private(void)
{
    char name[64];
    snprintf(name, sizeof name, "/test-observe-%d", (int)getpid());
    int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd < 0 || shm_unlink(name) < 0 || ftruncate(fd, 4096) < 0)
        _exit(3);
    sem_t *s = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    if (s == MAP_FAILED)
        _exit(3);
    sem_init(s, 1, 0);
    sem_wait(s);
}

START_TEST(not_shared_file)
{
    expect_hang(map_private, "not-shared");
    expect_evidence("MAP_PRIVATE");
}
END_TEST

/* --- locks --- */

static void init_mutex(pthread_mutex_t *m, bool shared, bool robust)
{
    pthread_mutexattr_t attr;
    pthread_mutexattr_init(&attr);
    if (shared)
        pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    if (robust)
        pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(m, &attr);
}

struct two_locks {
    pthread_mutex_t a, b;
    sem_t ready;
};

static void crosswise(pthread_mutex_t *first, pthread_mutex_t *second, int out, int in)
{
    char c;
    pthread_mutex_lock(first);
    if (write(out, "x", 1) != 1 || read(in, &c, 1) != 1)
        _exit(3);
    pthread_mutex_lock(second);
}

static void locks_crosswise(void)
{
    struct two_locks *l = share(sizeof *l);
    int p[2], q[2];
    init_mutex(&l->a, true, false);
    init_mutex(&l->b, true, false);
    if (pipe(p) < 0 || pipe(q) < 0)
        _exit(3);
    if (branch() == 0)
        crosswise(&l->a, &l->b, p[1], q[0]);
    crosswise(&l->b, &l->a, q[1], p[0]);
}

START_TEST(lock_order)
{
    expect_hang(locks_crosswise, "lock-order");
    expect_evidence("pthread_mutex_lock()");
    expect_line();
}
END_TEST

static pthread_mutex_t lock_a, lock_b;
static int chat[4];

static void *second_thread(void *arg)
{
    crosswise(&lock_a, &lock_b, chat[1], chat[2]);
    return arg;
}

static void threads_crosswise(void)
{
    pthread_t t;
    init_mutex(&lock_a, false, false);
    init_mutex(&lock_b, false, false);
    if (pipe(chat) < 0 || pipe(chat + 2) < 0)
        _exit(3);
    if (pthread_create(&t, NULL, second_thread, NULL) != 0)
        _exit(3);
    crosswise(&lock_b, &lock_a, chat[3], chat[0]);
}

START_TEST(lock_order_threads)
{
    expect_hang(threads_crosswise, "lock-order");
    expect_evidence("线程");
}
END_TEST

static void locks_twice(void)
{
    init_mutex(&lock_a, false, false);
    pthread_mutex_lock(&lock_a);
    pthread_mutex_lock(&lock_a);
}

START_TEST(relock)
{
    expect_hang(locks_twice, "relock");
}
END_TEST

static void holder_dies(void)
{
    pthread_mutex_t *m = share(sizeof *m);
    init_mutex(m, true, false);
    pid_t first = branch();
    if (first == 0) {
        pthread_mutex_lock(m);
        _exit(0);
    }
    waitpid(first, NULL, 0);
    pthread_mutex_lock(m);
}

START_TEST(dead_owner)
{
    expect_hang(holder_dies, "dead-owner");
    expect_line();
}
END_TEST

/* The second holder got EOWNERDEAD, did not repair the lock and still has it: a cycle with itself
 * waiting for its child, which wants the lock. */
static void robust_not_unlocked(void)
{
    pthread_mutex_t *m = share(sizeof *m);
    init_mutex(m, true, true);
    pid_t first = branch();
    if (first == 0) {
        pthread_mutex_lock(m);
        _exit(0);
    }
    waitpid(first, NULL, 0);
    if (pthread_mutex_lock(m) != EOWNERDEAD)
        _exit(3);
    if (branch() == 0) {
        pthread_mutex_lock(m);
        _exit(0);
    }
    wait(NULL);
}

START_TEST(robust_held)
{
    expect_hang(robust_not_unlocked, "hang");
    expect_evidence("父进程");
    expect_evidence("pthread_mutex_lock()");
    expect_evidence("手里");
}
END_TEST

static void nobody_signals(void)
{
    struct {
        pthread_mutex_t m;
        pthread_cond_t c;
    } *s = share(sizeof *s);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    init_mutex(&s->m, true, false);
    pthread_cond_init(&s->c, &attr);
    pthread_cond_signal(&s->c); /* too early */
    pthread_mutex_lock(&s->m);
    pthread_cond_wait(&s->c, &s->m);
}

START_TEST(lost_wakeup)
{
    expect_hang(nobody_signals, "lost-wakeup");
    expect_evidence("pthread_cond_wait()");
}
END_TEST

static void raw_futex_not_woken(void)
{
    unsigned *word = share(4096);
    if (branch() == 0) {
        syscall(SYS_futex, word, FUTEX_WAIT, 0, NULL, NULL, 0);
        _exit(0);
    }
    wait_for_go();
    *word = 1;
    wait(NULL);
}

START_TEST(lost_wakeup_futex)
{
    start(raw_futex_not_woken);
    await_blocked(SYS_futex, -1);
    ck_assert_int_eq((int)write(go[1], "x", 1), 1);
    await_blocked(SYS_wait4, -1);
    await(OBSERVE_HUNG, false);
    observer_explain(observer, &diagnosis);
    show();
    ck_assert_str_eq(diagnosis.id, "lost-wakeup");
    check_texts();
}
END_TEST

/* --- sockets --- */

static void both_ends_read(void)
{
    int s[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, s) < 0)
        _exit(3);
    if (branch() == 0) {
        close(s[0]);
        drain(s[1]);
        _exit(0);
    }
    close(s[1]);
    drain(s[0]);
}

START_TEST(no_half_close)
{
    expect_hang(both_ends_read, "no-half-close");
}
END_TEST

static int listen_tcp(struct sockaddr_in *a)
{
    socklen_t len = sizeof *a;
    int s = socket(AF_INET, SOCK_STREAM, 0);
    *a = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (s < 0 || bind(s, (struct sockaddr *)a, len) < 0 || listen(s, 1) < 0 ||
        getsockname(s, (struct sockaddr *)a, &len) < 0)
        _exit(3);
    return s;
}

static void both_ends_read_tcp(void)
{
    struct sockaddr_in a;
    char c;
    int s = listen_tcp(&a);
    if (branch() == 0) {
        int mine = socket(AF_INET, SOCK_STREAM, 0);
        close(s);
        if (connect(mine, (struct sockaddr *)&a, sizeof a) < 0 || write(mine, "x", 1) != 1)
            _exit(3);
        recv(mine, &c, 1, 0);
        _exit(0);
    }
    int got = accept(s, NULL, NULL);
    drain(got);
}

START_TEST(no_half_close_tcp)
{
    expect_hang(both_ends_read_tcp, "no-half-close");
}
END_TEST

static void both_ends_send(void)
{
    int s[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, s) < 0)
        _exit(3);
    bool child = branch() == 0;
    close(s[child ? 0 : 1]);
    write_all(-1, s[child ? 1 : 0]);
}

START_TEST(both_sockets_full)
{
    expect_hang(both_ends_send, "both-pipes-full");
}
END_TEST

static void keeps_both_ends(void)
{
    int s[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, s) < 0)
        _exit(3);
    if (branch() == 0) {
        drain(s[1]);
        _exit(0);
    }
    close(s[0]);
    close(s[1]);
    wait(NULL);
}

START_TEST(unclosed_socket_end)
{
    expect_hang(keeps_both_ends, "unclosed-write-end");
}
END_TEST

static void accepts(void)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    snprintf(a.sun_path, sizeof a.sun_path, "%.100s", path);
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof a) < 0 || listen(s, 1) < 0)
        _exit(3);
    accept(s, NULL, NULL);
}

START_TEST(accept_no_client)
{
    expect_hang(accepts, "accept-no-client");
    expect_line();
}
END_TEST

static void polls_listener(void)
{
    struct sockaddr_in a;
    struct pollfd set = {.fd = listen_tcp(&a), .events = POLLIN};
    poll(&set, 1, -1);
}

START_TEST(poll_no_client)
{
    expect_hang(polls_listener, "accept-no-client");
}
END_TEST

/* --- others --- */

static void stops(void)
{
    if (branch() == 0) {
        raise(SIGSTOP);
        _exit(0);
    }
    wait(NULL);
}

START_TEST(stopped)
{
    expect_hang(stops, "stopped");
}
END_TEST

static void pauses(void)
{
    pause();
}

START_TEST(pauses_for_ever)
{
    expect_hang(pauses, "no-signal");
    expect_evidence("pause()");
    expect_line();
}
END_TEST

/* --- not a hang --- */

/* Nearly every one of these sits beside a process that is blocked for good: one that can wake up is
 * enough. */
static void with_patient_parent(void (*run)(void))
{
    if (branch() == 0) {
        run();
        _exit(0);
    }
    wait(NULL);
}

static void sleeps(void)
{
    sleep(1000);
}

static void polls_with_limit(void)
{
    poll(NULL, 0, 1000000);
}

static void selects_with_limit(void)
{
    struct timeval t = {.tv_sec = 1000};
    select(0, NULL, NULL, NULL, &t);
}

static void waits_sem_with_limit(void)
{
    sem_t s;
    struct timespec t;
    sem_init(&s, 0, 0);
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_sec += 1000;
    sem_timedwait(&s, &t);
}

static void receives_with_limit(void)
{
    int s[2];
    char c;
    struct timeval t = {.tv_sec = 1000};
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, s) < 0)
        _exit(3);
    setsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
    recv(s[0], &c, 1, 0);
}

static int make_timerfd(void)
{
    struct itimerspec t = {.it_value.tv_sec = 1000};
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    timerfd_settime(fd, 0, &t, NULL);
    return fd;
}

static void reads_timerfd(void)
{
    drain(make_timerfd());
}

static void epolls_timerfd(void)
{
    int set = epoll_create1(0), fd = make_timerfd();
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(set, EPOLL_CTL_ADD, fd, &event);
    epoll_wait(set, &event, 1, -1);
}

static void polls_timerfd(void)
{
    struct pollfd set = {.fd = make_timerfd(), .events = POLLIN};
    poll(&set, 1, -1);
}

static void has_posix_timer(void)
{
    timer_t id;
    struct itimerspec t = {.it_value.tv_sec = 1000};
    timer_create(CLOCK_MONOTONIC, NULL, &id);
    timer_settime(id, 0, &t, NULL);
    pause();
}

static void (*const limited[])(void) = {
    sleeps,        polls_with_limit, selects_with_limit, waits_sem_with_limit, receives_with_limit,
    reads_timerfd, epolls_timerfd,   polls_timerfd,      has_posix_timer,
};
enum { LIMITED = sizeof limited / sizeof *limited };
static int limited_index;

static void runs_limited(void)
{
    with_patient_parent(limited[limited_index]);
}

START_TEST(time_limit_is_no_hang)
{
    limited_index = _i;
    enum observation wanted = limited[_i] == has_posix_timer ? OBSERVE_ALARM : OBSERVE_TIMED;
    start(runs_limited);
    await(wanted, false);
    for (int i = 0; i < 40; i++) { /* and it stays so */
        enum observation seen = look_with(false, 0);
        ck_assert_msg(seen == wanted || seen == OBSERVE_BLOCKED, "seen %d", (int)seen);
        pause_a_little();
    }
}
END_TEST

START_TEST(hidden_timer_is_no_hang)
{
    start(pauses);
    await(OBSERVE_ALARM, true);
    observer_describe(observer, &diagnosis);
    check_texts();
    ck_assert_ptr_nonnull(strstr(diagnosis.evidence[LANG_EN], "pause()"));
    ck_assert_ptr_null(strstr(diagnosis.evidence[LANG_EN], "test_observe.c:")); /* nobody stopped */
}
END_TEST

static volatile unsigned counter;

static void spins(void)
{
    for (;;)
        counter++;
}

static void spins_beside(void)
{
    with_patient_parent(spins);
}

START_TEST(busy_loop)
{
    start(spins_beside);
    while (observer_cpu_seconds(observer) < 0.05) {
        ck_assert_int_eq(look_with(false, 0), OBSERVE_RUNNING);
        pause_a_little();
    }
    observer_explain_spin(observer, &diagnosis);
    show();
    ck_assert_str_eq(diagnosis.id, "busy-loop");
    expect_evidence("子进程 1");
    expect_line();
    expect_evidence("spins");
}
END_TEST

static void chatters(void)
{
    int a[2], b[2];
    char c = 'x';
    if (pipe(a) < 0 || pipe(b) < 0)
        _exit(3);
    bool child = branch() == 0;
    int in = child ? a[0] : b[0], out = child ? b[1] : a[1];
    for (long i = 0;; i++) {
        if (!child || i)
            if (write(out, &c, 1) != 1)
                _exit(3);
        if (read(in, &c, 1) != 1)
            _exit(3);
    }
}

START_TEST(alive_is_never_hung)
{
    start(chatters);
    unsigned long long until = clock_ns() + 300000000ULL; /* as many looks as fit */
    while (clock_ns() < until)
        ck_assert_int_ne(look_with(false, 0), OBSERVE_HUNG);
}
END_TEST

static void ends(void)
{
}

START_TEST(gone)
{
    start(ends);
    await(OBSERVE_GONE, false);
    observer_explain(observer, &diagnosis);
    ck_assert_str_eq(diagnosis.id, "hang");
}
END_TEST

/* --- orphans, peers, tables --- */

static void leaves_orphan(void)
{
    int p[2];
    if (pipe(p) < 0)
        _exit(3);
    if (fork() == 0) {
        die_with_parent(getppid());
        prctl(PR_SET_PDEATHSIG, 0);
        char c;
        if (write(p[1], "x", 1) == 1 &&
            read(go[0], &c, 1) >= 0) /* ends with the test's end of go */
            _exit(0);
        _exit(3);
    }
    char c;
    if (read(p[0], &c, 1) != 1)
        _exit(3);
}

START_TEST(orphan_is_watched)
{
    start(leaves_orphan);
    enum observation seen = OBSERVE_RUNNING;
    for (int i = 0; i < LOOKS && seen != OBSERVE_HUNG; i++) {
        seen = look_with(false, getpid());
        pause_a_little();
    }
    ck_assert_int_eq(seen, OBSERVE_HUNG);
    observer_explain(observer, &diagnosis);
    show();
    expect_evidence("孤儿进程");
    close(go[1]);
}
END_TEST

START_TEST(tables)
{
    struct open_fd *fds;
    struct proc_info *list;
    size_t count, readers = 0;
    start(own_write_end);
    await_blocked(SYS_read, -1);
    pid_t reader = observe_find_blocked(proc, victim, SYS_read, -1);
    ck_assert_int_gt(reader, 0);
    ck_assert_int_ne(reader, victim);
    ck_assert_int_eq(observe_find_blocked(proc, victim, SYS_read, 999), 0);
    ck_assert_int_eq(observe_fds(proc, reader, &fds, &count), 0);
    const char *both_ends = ""; /* the pipe made last: the two highest descriptors */
    for (size_t i = 0; i < count; i++)
        if (strncmp(fds[i].target, "pipe:[", 6) == 0)
            both_ends = fds[i].target;
    for (size_t i = 0; i < count; i++)
        readers += strcmp(fds[i].target, both_ends) == 0 && (fds[i].flags & O_ACCMODE) == O_WRONLY;
    ck_assert_int_eq((int)readers, 1);
    free(fds);
    ck_assert_int_eq(observe_tree(proc, victim, &list, &count), 0);
    ck_assert_int_eq((int)count, 2);
    ck_assert_int_eq(list[0].pid, victim);
    ck_assert_int_eq(list[1].pid, reader);
    ck_assert_int_eq(list[1].ppid, victim);
    ck_assert_int_eq(list[1].state, 'S');
    free(list);
}
END_TEST

START_TEST(stack_of_a_thread)
{
    struct frame frames[24];
    start(own_read_end);
    await_blocked(SYS_write, -1);
    size_t n = unwinder_stack(&unwinder, victim, frames, 24);
    bool found = false;
    for (size_t i = 0; i < n; i++)
        found |= strcmp(frames[i].function, "own_read_end") == 0 &&
                 strcmp(frames[i].file, "test_observe.c") == 0 && frames[i].line > 0;
    ck_assert(found);
    ck_assert_int_eq((int)unwinder_stack(&unwinder, 0, frames, 24), 0);
    unwinder_stop(&unwinder);
    ck_assert_int_eq((int)unwinder_stack(&unwinder, victim, frames, 24), 0);
}
END_TEST

/* --- the other things one can wait for --- */

static void connect_to_nobody(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%.100s", path);
    int server = socket(AF_UNIX, SOCK_STREAM, 0);
    if (server < 0 || bind(server, (struct sockaddr *)&address, sizeof address) < 0 ||
        listen(server, 0) < 0)
        _exit(3);
    for (;;) { /* until the queue of the listening socket is full */
        int client = socket(AF_UNIX, SOCK_STREAM, 0);
        if (client < 0 || connect(client, (struct sockaddr *)&address, sizeof address) < 0)
            _exit(3);
    }
}

START_TEST(connect_blocked)
{
    expect_hang(connect_to_nobody, "hang");
    expect_evidence("停在 connect(");
    expect_evidence("等服务器接受连接");
    expect_line();
}
END_TEST

/* A file lock: the parent holds it and waits for the child that wants it. */
static void lock_file(bool whole)
{
    int mine = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (mine < 0 || (whole ? flock(mine, LOCK_EX) : fcntl(mine, F_SETLK, &lock)) < 0)
        _exit(3);
    if (branch() == 0) {
        int own = open(path, O_RDWR | O_CLOEXEC);
        if (whole)
            flock(own, LOCK_EX);
        else
            fcntl(own, F_SETLKW, &lock);
        _exit(0);
    }
    wait(NULL);
}

static void flock_held(void)
{
    lock_file(true);
}

static void record_lock_held(void)
{
    lock_file(false);
}

START_TEST(file_lock)
{
    expect_hang(_i ? record_lock_held : flock_held, "hang");
    expect_evidence(_i ? "停在 fcntl(" : "停在 flock(");
    expect_evidence("的文件锁");
    expect_line();
}
END_TEST

static void waits_for_blocked(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR1);
    pause();
}

static void waits_in_sigwait(void)
{
    sigset_t set;
    int sig;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    sigwait(&set, &sig);
}

START_TEST(signal_blocked)
{
    expect_hang(waits_for_blocked, "signal-blocked");
    expect_evidence("SIGUSR1 已经来了");
}
END_TEST

/* A blocked SIGCHLD without a handler would not end the wait if it were let in. */
static void waits_with_child_signal(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGCHLD);
    pause();
}

START_TEST(signal_harmless)
{
    expect_hang(waits_with_child_signal, "no-signal");
}
END_TEST

START_TEST(signal_set)
{
    expect_hang(waits_in_sigwait, "no-signal");
    expect_evidence("它等的是 SIGUSR2");
}
END_TEST

static void *wait_for_ever(void *arg)
{
    (void)arg;
    pause();
    return NULL;
}

static void joins(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, wait_for_ever, NULL) != 0)
        _exit(3);
    pthread_join(thread, NULL);
}

START_TEST(thread_joined)
{
    expect_hang(joins, "no-signal");
    expect_evidence("停在 pthread_join(");
    expect_evidence("停在 pause(");
}
END_TEST

/* A reader with a shared FIFO: opened from both sides, then each waits for the other to write. */
static void fifo_both_read(void)
{
    if (mkfifo(path, 0600) < 0)
        _exit(3);
    if (branch() == 0) {
        int fd = open(path, O_RDWR);
        drain(fd);
        _exit(0);
    }
    int fd = open(path, O_RDWR);
    drain(fd);
}

START_TEST(fifo_read)
{
    start(fifo_both_read);
    await(OBSERVE_HUNG, false);
    observer_explain(observer, &diagnosis);
    show();
    check_texts();
    expect_evidence("FIFO ①");
    expect_evidence("写端");
    expect_line();
}
END_TEST

static void fifo_full(void)
{
    if (mkfifo(path, 0600) < 0)
        _exit(3);
    if (branch() == 0) {
        int in = open(path, O_RDONLY);
        if (in < 0)
            _exit(3);
        pause(); /* never reads */
    }
    int out = open(path, O_WRONLY);
    while (write(out, block, sizeof block) > 0)
        continue;
}

START_TEST(fifo_write)
{
    start(fifo_full);
    await(OBSERVE_HUNG, false);
    observer_explain(observer, &diagnosis);
    show();
    check_texts();
    expect_evidence("满了，等人来读");
    expect_evidence("FIFO ①");
    expect_line();
}
END_TEST

static void unix_both_receive(void)
{
    int pair[2];
    char c;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
        _exit(3);
    if (branch() == 0) {
        close(pair[0]);
        recv(pair[1], &c, 1, 0);
        _exit(0);
    }
    close(pair[1]);
    recv(pair[0], &c, 1, 0);
}

START_TEST(unix_receive)
{
    expect_hang(unix_both_receive, "no-half-close");
    expect_evidence("停在 recv(");
    expect_line();
}
END_TEST

static void waits_for_zero(void)
{
    struct sembuf until_zero = {.sem_num = 0, .sem_op = 0};
    semop(semid, &until_zero, 1);
}

START_TEST(sysv_sem_not_zero)
{
    semid = semget(IPC_PRIVATE, 1, 0600);
    ck_assert_int_ge(semid, 0);
    ck_assert_int_eq(semctl(semid, 0, SETVAL, 2), 0);
    start(waits_for_zero);
    await(OBSERVE_HUNG, false);
    observer_explain(observer, &diagnosis);
    show();
    check_texts();
    expect_evidence("的值变成 0");
    expect_line();
}
END_TEST

/* --- the suite --- */

/* One case each, so that CK_RUN_CASE=name runs a single one. */
static void add_hangs(Suite *suite)
{
    const TTest *const tests[] = {unclosed_write_end,
                                  unclosed_write_end_poll,
                                  unclosed_write_end_select,
                                  unclosed_write_end_epoll,
                                  unclosed_write_end_to_filter,
                                  unclosed_read_end,
                                  sibling_holds_write_end,
                                  wait_before_close,
                                  wait_before_drain,
                                  both_pipes_full,
                                  both_reading,
                                  reads_own_pipe,
                                  fifo_no_peer,
                                  fifo_two_inodes,
                                  fifo_opened_both_ways,
                                  wrong_mtype,
                                  own_empty_queue,
                                  queue_full,
                                  mq_full,
                                  mq_empty,
                                  mq_unread,
                                  sysv_sem_zero,
                                  sysv_dead_owner,
                                  sysv_lock_order,
                                  sem_lock_order,
                                  sem_zero,
                                  private_futex,
                                  not_shared,
                                  far_not_shared,
                                  not_shared_file,
                                  lock_order,
                                  lock_order_threads,
                                  relock,
                                  dead_owner,
                                  robust_held,
                                  lost_wakeup,
                                  lost_wakeup_futex,
                                  no_half_close,
                                  no_half_close_tcp,
                                  both_sockets_full,
                                  unclosed_socket_end,
                                  accept_no_client,
                                  poll_no_client,
                                  stopped,
                                  connect_blocked,
                                  thread_joined,
                                  signal_blocked,
                                  signal_set,
                                  signal_harmless,
                                  fifo_read,
                                  fifo_write,
                                  unix_receive,
                                  sysv_sem_not_zero,
                                  pauses_for_ever};
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        TCase *t = tcase_create(tests[i]->name);
        tcase_add_unchecked_fixture(t, make_root, remove_root);
        tcase_add_checked_fixture(t, setup, teardown);
        tcase_set_timeout(t, 120);
        tcase_add_test(t, tests[i]);
        suite_add_tcase(suite, t);
    }
}

int main(void)
{
    Suite *suite = suite_create("observe");
    TCase *others = tcase_create("others");
    tcase_add_unchecked_fixture(others, make_root, remove_root);
    tcase_add_checked_fixture(others, setup, teardown);
    tcase_set_timeout(others, 120);
    add_hangs(suite);
    tcase_add_loop_test(others, time_limit_is_no_hang, 0, LIMITED);
    tcase_add_test(others, hidden_timer_is_no_hang);
    tcase_add_test(others, many_alike);
    tcase_add_test(others, many_alike_apart);
    tcase_add_test(others, ring_is_told_apart);
    tcase_add_loop_test(others, lines_of_one_moment, 0, 20);
    tcase_add_loop_test(others, file_lock, 0, 2);
    tcase_add_test(others, busy_loop);
    tcase_add_test(others, alive_is_never_hung);
    tcase_add_test(others, gone);
    tcase_add_test(others, orphan_is_watched);
    tcase_add_test(others, tables);
    tcase_add_test(others, stack_of_a_thread);
    suite_add_tcase(suite, others);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
