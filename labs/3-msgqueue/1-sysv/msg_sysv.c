// msg_sysv：System V 消息队列的收、发、查、删。
//
//   msg_sysv send KEY TYPE       标准输入的每一行成为一条类型为 TYPE 的消息
//   msg_sysv recv KEY TYPE       取出所有匹配的消息并打印，不等待
//   msg_sysv recv -w KEY TYPE    等到一条匹配的消息，打印它
//   msg_sysv stat KEY            打印消息条数和正文字节数
//   msg_sysv rm KEY              删除队列
//
// 命令行解析和信号处理已经写好。要你完成的是带 TODO 的五处。

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

// 内核只规定一条消息以一个大于 0 的 long 开头，后面是正文。
struct message {
    long mtype;
    char mtext[8192];
};

static volatile sig_atomic_t nudged;

static void on_usr1(int sig)
{
    (void)sig;
    nudged = 1;
}

// 收到 SIGUSR1 时程序不退出，只是记下来。注意：已经设了 SA_RESTART。
static void install_usr1(void)
{
    struct sigaction sa = {.sa_handler = on_usr1, .sa_flags = SA_RESTART};
    sigemptyset(&sa.sa_mask);
    sigaction(SIGUSR1, &sa, NULL);
}

// 想报告“我还在等”时调用它；没有来过信号就什么也不说。
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

// 用法示例：if (id == -1) return fail("msgget");
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

static int cmd_send(key_t key, long type)
{
    (void)key;
    (void)type;
    // TODO：打开队列（没有就创建，权限 0600），把标准输入的每一行变成一条消息。
    //       想一想：正文多长？最后一行没有换行符怎么办？队列满了、又来了信号怎么办？
    return EXIT_OK;
}

static int cmd_recv(key_t key, long type, bool wait)
{
    (void)key;
    (void)type;
    (void)wait;
    // TODO：打开已有的队列，取出匹配 type 的消息，每条打印一行“类型:正文”。
    //       wait 为真时等一条；为假时取到没有为止，不等待。等待时来了信号，调用 report_nudge
    //       再接着等。
    report_nudge("等消息");
    return EXIT_OK;
}

static int cmd_stat(key_t key)
{
    (void)key;
    // TODO：打印“messages=条数 bytes=正文字节总数”。
    return EXIT_OK;
}

static int cmd_rm(key_t key)
{
    (void)key;
    // TODO：删除队列。
    (void)fail;
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
        // TODO：send 的 TYPE 不是每个整数都行，不行的按用法错误处理。
        if (strcmp(argv[1], "send") == 0 && !wait)
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
