// expect: send_stores_messages splits-at-spaces
// 用 scanf("%s") 读，读到的是单词，不是行。
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>

struct message {
    long mtype;
    char mtext[8192];
};

static struct message m;

static void on_usr1(int sig)
{
    (void)sig;
}

static int fail(const char *what)
{
    perror(what);
    return 1;
}

static int cmd_send(key_t key, long type)
{
    int id = msgget(key, IPC_CREAT | 0600);
    if (id == -1)
        return fail("msgget");
    static char line[8200];
    ssize_t n;
    while (scanf("%8199s", line) == 1) {
        n = strlen(line);
        if (n > 0 && line[n - 1] == '\n')
            n--;
        if (n > (ssize_t)sizeof m.mtext)
            return fail("too long");
        m.mtype = type;
        memcpy(m.mtext, line, n);
        while (msgsnd(id, &m, n, 0) == -1)
            if (errno != EINTR)
                return fail("msgsnd");
    }
    return 0;
}

static int cmd_recv(key_t key, long type, bool wait)
{
    int id = msgget(key, 0);
    if (id == -1)
        return fail("msgget");
    for (;;) {
        ssize_t n = msgrcv(id, &m, sizeof m.mtext, type, wait ? 0 : IPC_NOWAIT);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1 && errno == ENOMSG)
            return 0;
        if (n == -1)
            return fail("msgrcv");
        printf("%ld:", m.mtype);
        fwrite(m.mtext, 1, n, stdout);
        putchar('\n');
        if (wait)
            return 0;
    }
}

static int cmd_stat(key_t key)
{
    int id = msgget(key, 0);
    struct msqid_ds ds;
    if (id == -1 || msgctl(id, IPC_STAT, &ds) == -1)
        return fail("stat");
    printf("messages=%lu bytes=%lu\n", (unsigned long)ds.msg_qnum, (unsigned long)ds.msg_cbytes);
    return 0;
}

static int cmd_rm(key_t key)
{
    int id = msgget(key, 0);
    if (id == -1 || msgctl(id, IPC_RMID, NULL) == -1)
        return fail("rm");
    return 0;
}

static bool number(const char *text, long *value)
{
    char *end;
    *value = strtol(text, &end, 10);
    return *text && !*end;
}

int main(int argc, char **argv)
{
    struct sigaction sa = {.sa_handler = on_usr1, .sa_flags = SA_RESTART};
    sigaction(SIGUSR1, &sa, NULL);

    long key = 0, type = 0;
    bool wait = argc == 5 && strcmp(argv[2], "-w") == 0;
    if (argc == 3 && number(argv[2], &key) && key != 0) {
        if (strcmp(argv[1], "stat") == 0)
            return cmd_stat(key);
        if (strcmp(argv[1], "rm") == 0)
            return cmd_rm(key);
    }
    if ((argc == 4 || wait) && number(argv[argc - 2], &key) && number(argv[argc - 1], &type) &&
        key) {
        if (strcmp(argv[1], "recv") == 0)
            return cmd_recv(key, type, wait);
        if (strcmp(argv[1], "send") == 0 && !wait && type > 0)
            return cmd_send(key, type);
    }
    fprintf(stderr, "usage\n");
    return 2;
}
