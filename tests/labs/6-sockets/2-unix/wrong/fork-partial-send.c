// expect: pieces partial-send
// file: unixd.c
// send 返回多少不看，以为阻塞的 send 一定全发走：平时总是对的，被打断的时候就少一截
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINE_LIMIT = 1024 };

struct client {
    int fd;
    struct ucred who;
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
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd == -1)
        return fail("socket");
    if (bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, SOMAXCONN) == 0)
        return fd;
    fail(path);
    close(fd);
    return -1;
}

static void answer(struct client *c, const char *text, size_t len)
{
    send(c->fd, text, len, MSG_NOSIGNAL);
    send(c->fd, "\n", 1, MSG_NOSIGNAL);
}

/* 返回 false：客户说了 QUIT。 */
static bool handle_line(struct client *c, const char *line, size_t len)
{
    char identity[64];

    if (len >= 5 && memcmp(line, "ECHO ", 5) == 0) {
        answer(c, line + 5, len - 5);
    } else if (len == 6 && memcmp(line, "WHOAMI", 6) == 0) {
        snprintf(identity, sizeof identity, "%u %u %d", c->who.uid, c->who.gid, c->who.pid);
        answer(c, identity, strlen(identity));
    } else if (len == 4 && memcmp(line, "QUIT", 4) == 0) {
        return false;
    } else {
        answer(c, "ERR unknown", 11);
    }
    return true;
}

static void serve(struct client *c)
{
    char line[LINE_LIMIT + 1];
    size_t len = 0;
    bool too_long = false;
    FILE *in = fdopen(dup(c->fd), "r");
    int byte;

    while (in != NULL && (byte = getc(in)) != EOF) {
        if (byte != '\n' && len < LINE_LIMIT) {
            line[len++] = (char)byte;
        } else if (byte != '\n') {
            too_long = true;
        } else {
            if (too_long)
                answer(c, "ERR too long", 12);
            else if (!handle_line(c, line, len))
                break;
            len = 0;
            too_long = false;
        }
    }
    if (in != NULL)
        fclose(in);
}

static bool welcome(struct client *c, uid_t allowed)
{
    socklen_t len = sizeof c->who;

    if (getsockopt(c->fd, SOL_SOCKET, SO_PEERCRED, &c->who, &len) == 0 && c->who.uid == allowed)
        return true;
    answer(c, "ERR denied", 10);
    return false;
}

static volatile sig_atomic_t stop;

static void on_term(int sig)
{
    (void)sig;
    stop = 1;
}

static void catch_sigterm(void)
{
    struct sigaction action = {.sa_handler = on_term};

    sigaction(SIGTERM, &action, NULL);
}

static void accept_loop(int listener, uid_t allowed)
{
    while (!stop) {
        struct client c = {.fd = accept(listener, NULL, NULL)};

        if (c.fd == -1)
            continue;
        if (fork() == 0) {
            signal(SIGTERM, SIG_DFL);
            close(listener);
            if (welcome(&c, allowed))
                serve(&c);
            _exit(0);
        }
        close(c.fd);
    }
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
    uid_t allowed = geteuid();
    int listener;

    if (argc < 2 || argc > 3 || (argc == 3 && !parse_uid(argv[2], &allowed))) {
        fprintf(stderr, "用法: unixd PATH [UID]\n");
        return 2;
    }
    if (strlen(argv[1]) >= sizeof((struct sockaddr_un *)0)->sun_path)
        return 1;
    if (take_lock(argv[1]) == -1)
        return 1;
    catch_sigterm();
    signal(SIGCHLD, SIG_IGN);
    listener = listen_at(argv[1]);
    if (listener == -1)
        return 1;
    printf("ready\n");
    fflush(stdout);
    accept_loop(listener, allowed);
    unlink(argv[1]);
    return 0;
}
