// expect: send_stores_messages wrong-status
// 权限写成十进制 600。
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>

enum { EXIT_OK = 0, EXIT_RUNTIME = 1, EXIT_USAGE = 2 };

// 内核只规定消息以一个 long 开头；后面有多长由 msgsz 决定，所以正文用柔性数组。
struct message {
    long mtype;
    char mtext[];
};

static volatile sig_atomic_t nudged;

static void on_usr1(int sig)
{
    (void)sig;
    nudged = 1;
}

// 收到 SIGUSR1 时报告“我还在等”。SA_RESTART 对 msgsnd 和 msgrcv 不起作用（signal(7)）：
// 它们总是返回 EINTR，所以下面的循环必须自己重试。
static void install_usr1(void)
{
    struct sigaction sa = {.sa_handler = on_usr1, .sa_flags = SA_RESTART};
    sigemptyset(&sa.sa_mask);
    sigaction(SIGUSR1, &sa, NULL);
}

static void report_nudge(const char *what)
{
    if (nudged)
        fprintf(stderr, "msg_sysv: 还在%s\n", what);
    nudged = 0;
}

static int usage(void)
{
    fprintf(stderr, "用法：msg_sysv send KEY TYPE | recv [-w] KEY TYPE | stat KEY | rm KEY\n");
    return EXIT_USAGE;
}

static int fail(const char *what)
{
    fprintf(stderr, "msg_sysv: %s: %s\n", what, strerror(errno));
    return EXIT_RUNTIME;
}

static bool parse_long(const char *text, long *value)
{
    char *end;
    errno = 0;
    *value = strtol(text, &end, 10);
    return errno == 0 && end != text && *end == '\0';
}

// KEY 为 0 就是 IPC_PRIVATE：每次都得到一个新队列，别人无从找到它，因此不收。
static bool parse_key(const char *text, key_t *key)
{
    long value;
    if (!parse_long(text, &value) || value < INT_MIN || value > INT_MAX || value == 0)
        return false;
    *key = (key_t)value;
    return true;
}

// 队列满时 msgsnd 会等待；等待中被信号打断要重来，否则这一行就丢了。
static int send_one(int id, const struct message *m, size_t len)
{
    while (msgsnd(id, m, len, 0) == -1) {
        if (errno != EINTR)
            return -1;
        report_nudge("等队列里有空位");
    }
    return 0;
}

static int send_line(int id, long type, const char *line, size_t len)
{
    struct message *m = malloc(sizeof *m + len);
    if (m == NULL)
        return -1;
    m->mtype = type;
    memcpy(m->mtext, line, len);
    // msgsz 只数正文：不含前面的 mtype，也不补 '\0'。
    int r = send_one(id, m, len);
    int saved = errno;
    free(m);
    errno = saved;
    return r;
}

static int cmd_send(key_t key, long type)
{
    int id = msgget(key, IPC_CREAT | 600);
    if (id == -1)
        return fail("msgget");

    // getline 自己加长缓冲区，也告诉我们真实长度：行里可以有 '\0'，行可以是空的。
    char *line = NULL;
    size_t size = 0;
    ssize_t n;
    int status = EXIT_OK;
    while ((n = getline(&line, &size, stdin)) != -1) {
        // 最后一行可能没有换行符，不能不看就砍掉一个字节。
        if (n > 0 && line[n - 1] == '\n')
            n--;
        if (send_line(id, type, line, (size_t)n) == -1) {
            status = fail("msgsnd");
            break;
        }
    }
    if (status == EXIT_OK && ferror(stdin))
        status = fail("标准输入");
    free(line);
    return status;
}

static void print_message(const struct message *m, size_t len)
{
    printf("%ld:", m->mtype);
    // 正文没有 '\0' 结尾：有多长由 msgrcv 的返回值决定。
    fwrite(m->mtext, 1, len, stdout);
    putchar('\n');
}

// 收件缓冲区：room 是正文能放下的字节数。
struct inbox {
    struct message *m;
    size_t room;
};

static int inbox_grow(struct inbox *in, size_t room)
{
    struct message *m = realloc(in->m, sizeof *m + room);
    if (m == NULL)
        return -1;
    *in = (struct inbox){.m = m, .room = room};
    return 0;
}

// 返回正文长度；-1 时看 errno。
static ssize_t receive_one(int id, struct inbox *in, long type, int flags)
{
    for (;;) {
        ssize_t n = msgrcv(id, in->m, in->room, type, flags);
        if (n >= 0)
            return n;
        // E2BIG：放不下，但消息还在队列里。换个大缓冲区再取，不用 MSG_NOERROR 把它截断。
        if (errno == E2BIG) {
            if (inbox_grow(in, in->room * 2) == -1)
                return -1;
        } else if (errno == EINTR) {
            report_nudge("等消息");
        } else {
            return -1;
        }
    }
}

static int cmd_recv(key_t key, long type, bool wait)
{
    // 没有 IPC_CREAT：收件人不该造出一个空队列，然后等一封永远不会寄到这里的信。
    int id = msgget(key, 0);
    if (id == -1)
        return fail("msgget");
    struct inbox in = {0};
    if (inbox_grow(&in, 1024) == -1)
        return fail("malloc");

    ssize_t n;
    do {
        n = receive_one(id, &in, type, wait ? 0 : IPC_NOWAIT);
        if (n >= 0)
            print_message(in.m, (size_t)n);
    } while (n >= 0 && !wait);

    // 不等待时，“没有匹配的消息了”是正常的结束；其余都是错误，包括队列被删（EIDRM）。
    int status = n >= 0 || (!wait && errno == ENOMSG) ? EXIT_OK : fail("msgrcv");
    free(in.m);
    return status;
}

static int cmd_stat(key_t key)
{
    int id = msgget(key, 0);
    if (id == -1)
        return fail("msgget");
    struct msqid_ds ds;
    if (msgctl(id, IPC_STAT, &ds) == -1)
        return fail("msgctl");
    printf("messages=%lu bytes=%lu\n", (unsigned long)ds.msg_qnum, (unsigned long)ds.msg_cbytes);
    return EXIT_OK;
}

// 立刻生效：排着的消息一起消失，正在等的进程醒来得到 EIDRM。
static int cmd_rm(key_t key)
{
    int id = msgget(key, 0);
    if (id == -1)
        return fail("msgget");
    if (msgctl(id, IPC_RMID, NULL) == -1)
        return fail("msgctl");
    return EXIT_OK;
}

static int run(int argc, char **argv)
{
    key_t key;
    long type;
    bool wait = argc == 5 && strcmp(argv[2], "-w") == 0;

    if (argc == 3 && parse_key(argv[2], &key)) {
        if (strcmp(argv[1], "stat") == 0)
            return cmd_stat(key);
        if (strcmp(argv[1], "rm") == 0)
            return cmd_rm(key);
    }
    if ((argc == 4 || wait) && parse_key(argv[argc - 2], &key) &&
        parse_long(argv[argc - 1], &type)) {
        if (strcmp(argv[1], "recv") == 0)
            return cmd_recv(key, type, wait);
        // mtype 必须大于 0：0 和负数留给 msgrcv 表示“任意”和“不超过”。
        if (strcmp(argv[1], "send") == 0 && !wait && type > 0)
            return cmd_send(key, type);
    }
    return usage();
}

int main(int argc, char **argv)
{
    install_usr1();
    int status = run(argc, argv);
    // 写到管道或文件时，printf 的错误往往到这里才露面。
    if (fflush(stdout) == EOF && status == EXIT_OK)
        status = fail("标准输出");
    return status;
}
