// expect: commands wrong-socket-type
// file: unixd.c
// 用了 SOCK_SEQPACKET，客户用的是 SOCK_STREAM。
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    LINE_LIMIT = 1024,             /* 一行最多这么多字节，不算换行 */
    ANSWER_LIMIT = LINE_LIMIT + 1, /* 最长的回答：ECHO 的内容加换行 */
    OUT_SIZE = 8 * ANSWER_LIMIT,
    MAX_CLIENTS = 128,
};

struct client {
    int fd;
    struct ucred who; /* connect 那一刻对方的身份，内核记下的，伪造不了 */
    char in[LINE_LIMIT + 1]; /* 还没凑成一行的字节；正好放得下最长的一行和它的换行 */
    size_t in_len;
    bool skipping; /* 这一行太长，正在丢弃它剩下的部分 */
    bool eof;      /* 对方不再发了：答完手里的整行就关 */
    bool quit;     /* 说了 QUIT：送完已有的回答就关，后面的请求不理 */
    char out[OUT_SIZE];
    size_t out_len;
};

struct server {
    const char *path;
    uid_t allowed;
    int listener;
    int signals;
    bool crowded; /* 描述符用完了：等有人离开再 accept，不然 poll 会空转 */
    struct client *clients[MAX_CLIENTS];
    size_t n_clients;
};

static int fail(const char *what)
{
    fprintf(stderr, "unixd: %s: %s\n", what, strerror(errno));
    return -1;
}

/* --- 占住路径 --- */

/* 锁文件说明谁是主人。进程一死，内核就放锁，所以它不会“过期”；文件本身留着，删它反而会让两个
 * 进程锁住两个同名的文件。返回的描述符要一直开着。 */
static int take_lock(const char *path)
{
    char name[sizeof((struct sockaddr_un *)0)->sun_path + sizeof ".lock"];
    int fd;

    snprintf(name, sizeof name, "%s.lock", path);
    fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd == -1)
        return fail(name);
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    if (errno == EWOULDBLOCK)
        fprintf(stderr, "unixd: %s 已经有一个 unixd 在服务\n", path);
    else
        fail("flock");
    close(fd);
    return -1;
}

/* 拿着锁才能调用：此时 PATH 上若有套接字，它的主人一定已经死了。别的文件不归我们删。 */
static int remove_stale(const char *path)
{
    struct stat st;

    if (lstat(path, &st) != 0)
        return errno == ENOENT ? 0 : fail(path);
    if (!S_ISSOCK(st.st_mode)) {
        fprintf(stderr, "unixd: %s 已存在，而且不是套接字\n", path);
        return -1;
    }
    return unlink(path) == 0 ? 0 : fail(path);
}

static int listen_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd;

    if (remove_stale(path) != 0)
        return -1;
    memcpy(address.sun_path, path, strlen(path) + 1); /* main 已经查过长度 */
    fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd == -1)
        return fail("socket");
    if (bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, SOMAXCONN) == 0)
        return fd;
    fail(path);
    close(fd);
    return -1;
}

/* --- 一问一答 --- */

static void answer(struct client *c, const char *text, size_t len)
{
    memcpy(c->out + c->out_len, text, len); /* 地方够：见 take_lines() */
    c->out_len += len;
    c->out[c->out_len++] = '\n';
}

static void answer_text(struct client *c, const char *text)
{
    answer(c, text, strlen(text));
}

static bool line_is(const char *line, size_t len, const char *command)
{
    return len == strlen(command) && memcmp(line, command, len) == 0;
}

/* 处理一行（不含换行）。行里可以有任何字节，包括 0，所以到处带着长度，不用字符串函数。 */
static void handle_line(struct client *c, const char *line, size_t len)
{
    char identity[64];

    if (len >= 5 && memcmp(line, "ECHO ", 5) == 0) {
        answer(c, line + 5, len - 5);
    } else if (line_is(line, len, "WHOAMI")) {
        snprintf(identity, sizeof identity, "%u %u %d", c->who.uid, c->who.gid, c->who.pid);
        answer_text(c, identity);
    } else if (line_is(line, len, "QUIT")) {
        c->quit = true;
    } else {
        answer_text(c, "ERR unknown");
    }
}

/* 输入缓冲满了还没有换行：这一行太长。只答一次，之后的字节丢到换行为止。 */
static void overflow(struct client *c)
{
    if (!c->skipping)
        answer_text(c, "ERR too long");
    c->skipping = true;
    c->in_len = 0;
}

/* 把缓冲里凑齐的行都处理掉；输出缓冲快满时停下，等对方读走一些再继续。 */
static void take_lines(struct client *c)
{
    while (!c->quit && c->out_len + ANSWER_LIMIT <= sizeof c->out) {
        char *newline = memchr(c->in, '\n', c->in_len);
        size_t used;

        if (newline == NULL) {
            if (c->skipping)
                c->in_len = 0;
            else if (c->in_len == sizeof c->in)
                overflow(c);
            return;
        }
        used = (size_t)(newline - c->in) + 1;
        if (c->skipping)
            c->skipping = false;
        else
            handle_line(c, c->in, used - 1);
        c->in_len -= used;
        memmove(c->in, c->in + used, c->in_len);
    }
}

/* --- 一个客户的读写：返回 false 表示这个连接完了 --- */

static bool send_answers(struct client *c)
{
    ssize_t n;

    if (c->out_len == 0)
        return true;
    /* MSG_NOSIGNAL：对方已经走了就返回 EPIPE，而不是用 SIGPIPE 杀掉整个服务器。 */
    n = send(c->fd, c->out, c->out_len, MSG_NOSIGNAL);
    if (n == -1)
        return errno == EAGAIN || errno == EINTR;
    c->out_len -= (size_t)n;
    memmove(c->out, c->out + n, c->out_len);
    return true;
}

/* 读一次。一次 read 可能是半行，也可能是好几行：只管往缓冲里放。 */
static bool receive(struct client *c)
{
    ssize_t n = recv(c->fd, c->in + c->in_len, sizeof c->in - c->in_len, 0);

    if (n == -1)
        return errno == EAGAIN || errno == EINTR;
    if (n == 0)
        c->eof = true; /* 缓冲里若还有半行，它永远不会完整了：不答 */
    c->in_len += (size_t)n;
    return true;
}

static bool can_receive(const struct client *c)
{
    return !c->eof && !c->quit && c->in_len < sizeof c->in;
}

static bool serve(struct client *c, short events)
{
    size_t before;

    if ((events & (POLLIN | POLLHUP | POLLERR)) != 0 && can_receive(c) && !receive(c))
        return false;
    do { /* 送走一些，就可能腾出地方再处理几行 */
        take_lines(c);
        before = c->out_len;
        if (!send_answers(c))
            return false;
    } while (c->out_len < before);
    return !((c->eof || c->quit) && c->out_len == 0);
}

/* --- 客户的来去 --- */

static void drop_client(struct server *s, size_t i)
{
    close(s->clients[i]->fd);
    free(s->clients[i]);
    s->clients[i] = s->clients[--s->n_clients];
    s->crowded = false;
}

static void refuse(int fd)
{
    static const char text[] = "ERR denied\n";

    send(fd, text, sizeof text - 1, MSG_NOSIGNAL | MSG_DONTWAIT); /* 新连接的缓冲是空的 */
    close(fd);
}

/* 返回 -1：一个客户都没有还开不出描述符，这个服务器没法干活了。 */
static int accept_client(struct server *s)
{
    int fd = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct ucred who;
    socklen_t len = sizeof who;
    struct client *c;

    if (fd == -1) {
        if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM)
            return 0; /* 只关系到那一个连接，比如他已经等不及走了 */
        s->crowded = true;
        return s->n_clients > 0 ? 0 : fail("accept");
    }
    /* 身份要问“已连接”的套接字：监听套接字的答案是服务器自己。 */
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) != 0 || who.uid != s->allowed) {
        refuse(fd);
        return 0;
    }
    c = calloc(1, sizeof *c);
    if (c == NULL) {
        close(fd);
        return 0;
    }
    c->fd = fd;
    c->who = who;
    s->clients[s->n_clients++] = c;
    return 0;
}

/* --- 主循环 --- */

static short wanted_events(const struct client *c)
{
    short events = 0;

    if (c->out_len > 0)
        events |= POLLOUT;
    else if (can_receive(c)) /* 回答还没送完就先不读他的：欠账有上限 */
        events |= POLLIN;
    return events;
}

static void fill_polls(const struct server *s, struct pollfd *polls)
{
    bool full = s->crowded || s->n_clients == MAX_CLIENTS;

    polls[0] = (struct pollfd){.fd = s->signals, .events = POLLIN};
    polls[1] = (struct pollfd){.fd = full ? -1 : s->listener, .events = POLLIN};
    for (size_t i = 0; i < s->n_clients; i++)
        polls[i + 2] =
            (struct pollfd){.fd = s->clients[i]->fd, .events = wanted_events(s->clients[i])};
}

/* 直到收到 SIGTERM 或 SIGINT。 */
static int run(struct server *s)
{
    struct pollfd polls[MAX_CLIENTS + 2];

    for (;;) {
        fill_polls(s, polls);
        if (poll(polls, s->n_clients + 2, -1) == -1) {
            if (errno == EINTR)
                continue;
            return fail("poll");
        }
        if (polls[0].revents != 0)
            return 0;
        /* 从后往前：drop_client 用最后一个填空位，填进来的已经处理过了。 */
        for (size_t i = s->n_clients; i-- > 0;)
            if (polls[i + 2].revents != 0 && !serve(s->clients[i], polls[i + 2].revents))
                drop_client(s, i);
        if (polls[1].revents != 0 && accept_client(s) != 0)
            return -1;
    }
}

/* 信号变成一个可读的描述符，和客户一起 poll：没有“刚检查完标志、还没睡下”的空隙。 */
static int open_signals(void)
{
    sigset_t set;
    int fd;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return fail("sigprocmask");
    fd = signalfd(-1, &set, SFD_CLOEXEC);
    return fd != -1 ? fd : fail("signalfd");
}

static int serve_until_told(struct server *s)
{
    int result;

    s->signals = open_signals();
    if (s->signals == -1)
        return -1;
    s->listener = listen_at(s->path);
    if (s->listener == -1)
        return -1;
    printf("ready\n"); /* listen 之后才说：听到这一句的人，connect 一定成功 */
    fflush(stdout);
    result = run(s);
    unlink(s->path); /* 先摘牌子再送客 */
    while (s->n_clients > 0)
        drop_client(s, s->n_clients - 1);
    close(s->listener);
    close(s->signals);
    return result;
}

static bool parse_uid(const char *text, uid_t *uid)
{
    char *end;
    unsigned long value;

    errno = 0;
    value = strtoul(text, &end, 10);
    *uid = (uid_t)value;
    return errno == 0 && *text >= '0' && *text <= '9' && *end == '\0' && value < (uid_t)-1;
}

int main(int argc, char **argv)
{
    static struct server s;
    int lock, result;

    s.allowed = geteuid();
    if (argc < 2 || argc > 3 || (argc == 3 && !parse_uid(argv[2], &s.allowed))) {
        fprintf(stderr, "用法: unixd PATH [UID]\n");
        return 2;
    }
    s.path = argv[1];
    if (strlen(s.path) >= sizeof((struct sockaddr_un *)0)->sun_path) {
        fprintf(stderr, "unixd: 路径太长，最多 %zu 字节\n",
                sizeof((struct sockaddr_un *)0)->sun_path - 1);
        return 1;
    }
    lock = take_lock(s.path);
    if (lock == -1)
        return 1;
    result = serve_until_told(&s);
    close(lock); /* 最后才放锁：PATH 已经删掉了，下一个主人不会踩到我们 */
    return result == 0 ? 0 : 1;
}
