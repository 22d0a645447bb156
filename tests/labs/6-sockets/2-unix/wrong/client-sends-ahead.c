// expect: unixc goes-on-after-quit
// file: unixc.c
// 先把所有的行都发完，再收回答。
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* 读来但还没用掉的字节。一次 recv 给多少不由我们定：半行要攒着，多出来的要留给下一次。 */
struct reader {
    int fd;
    char data[4096];
    size_t begin, end;
};

enum answer { ANSWER_WHOLE, ANSWER_EOF, ANSWER_FAILED };

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd;

    if (strlen(path) >= sizeof address.sun_path) {
        fprintf(stderr, "unixc: 路径太长，最多 %zu 字节\n", sizeof address.sun_path - 1);
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd == -1) {
        perror("unixc: socket");
        return -1;
    }
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        fprintf(stderr, "unixc: %s: %s\n", path, strerror(errno));
        close(fd);
        return -1;
    }
    return fd;
}

/* 全部送出去。服务器可能已经关了连接：MSG_NOSIGNAL 让它变成一个普通的错误。 */
static bool send_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}

/* 再读一些；0 是 EOF，-1 是错误。对方关连接时若还有没读的请求，我们会得到 ECONNRESET，也是“走了”。
 */
static ssize_t refill(struct reader *r)
{
    ssize_t n;

    do
        n = recv(r->fd, r->data, sizeof r->data, 0);
    while (n == -1 && errno == EINTR);
    if (n == -1 && errno == ECONNRESET)
        n = 0;
    r->begin = 0;
    r->end = n > 0 ? (size_t)n : 0;
    return n;
}

/* 打印一行回答，连同换行。 */
static enum answer print_answer(struct reader *r)
{
    for (;;) {
        char *start = r->data + r->begin;
        char *newline = memchr(start, '\n', r->end - r->begin);
        size_t len = newline != NULL ? (size_t)(newline - start) + 1 : r->end - r->begin;
        ssize_t n;

        fwrite(start, 1, len, stdout);
        r->begin += len;
        if (newline != NULL)
            return fflush(stdout) == 0 ? ANSWER_WHOLE : ANSWER_FAILED;
        n = refill(r);
        if (n <= 0) {
            fflush(stdout);
            return n == 0 ? ANSWER_EOF : ANSWER_FAILED;
        }
    }
}

/* 一问一答：发一行，等一行。这样双方都不会一边写一边没人读。 */
static int talk(int fd)
{
    struct reader reader = {.fd = fd};
    char *line = NULL;
    size_t room = 0;
    ssize_t len;
    int status = 0, lines = 0;

    while (status == 0 && (len = getline(&line, &room, stdin)) > 0) {
        bool quit = strcmp(line, "QUIT\n") == 0 || (len == 4 && strcmp(line, "QUIT") == 0);
        /* 最后一行可能没有换行，补上：服务器只认整行。 */
        bool sent =
            send_all(fd, line, (size_t)len) && (line[len - 1] == '\n' || send_all(fd, "\n", 1));
        lines++;
        enum answer got = ANSWER_WHOLE; /* 发送失败也要读：拒绝的理由可能已经到了 */

        if (quit && got == ANSWER_EOF)
            break;
        if (got == ANSWER_FAILED)
            perror("unixc");
        else if (got == ANSWER_EOF)
            fprintf(stderr, "unixc: 服务器断开了连接\n");
        status = sent && got == ANSWER_WHOLE ? 0 : 1;
    }
    while (status == 0 && lines-- > 0)
        status = print_answer(&reader) != ANSWER_WHOLE;
    free(line);
    return ferror(stdin) ? 1 : status;
}

int main(int argc, char **argv)
{
    int fd, status;

    if (argc != 2) {
        fprintf(stderr, "用法: unixc PATH\n");
        return 2;
    }
    /* 启动时 0 号若是关着的，socket() 会拿到 0，getline 就把套接字当成标准输入了。 */
    if (fcntl(STDIN_FILENO, F_GETFD) == -1 && open("/dev/null", O_RDONLY) == -1)
        return 1;
    fd = connect_to(argv[1]);
    if (fd == -1)
        return 1;
    status = talk(fd);
    close(fd);
    return status;
}
