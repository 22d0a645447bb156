/* Which socket is the other end of which. Unix sockets: sock_diag(7) in the caller's network
 * namespace. TCP: /proc/PID/net/tcp, where the peer has the addresses the other way round. */
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "observe/graph.h"

static int socket_by_inode(const struct graph *g, unsigned long long inode)
{
    for (size_t i = 0; i < g->object_count; i++)
        if (g->objects[i].kind == OBJECT_SOCKET && g->objects[i].id == inode)
            return (int)i;
    return -1;
}

/* As in TCP; Unix sockets use the same numbers. */
enum { STATE_CONNECTED = 1, STATE_LISTEN = 10 };

static void one_unix_socket(struct graph *g, const struct nlmsghdr *h)
{
    const struct unix_diag_msg *m = NLMSG_DATA(h);
    int index = socket_by_inode(g, m->udiag_ino);
    if (index < 0)
        return;
    struct object *o = &g->objects[index];
    o->listening = m->udiag_state == STATE_LISTEN;
    o->connected = m->udiag_state == STATE_CONNECTED;
    int left = (int)h->nlmsg_len - (int)NLMSG_LENGTH(sizeof *m);
    struct nlattr *a = (struct nlattr *)(void *)((char *)NLMSG_DATA(h) + NLMSG_ALIGN(sizeof *m));
    while (left >= (int)sizeof *a && a->nla_len >= sizeof *a && (int)a->nla_len <= left) {
        const char *data = (const char *)a + NLA_HDRLEN;
        size_t len = a->nla_len - NLA_HDRLEN;
        if (a->nla_type == UNIX_DIAG_PEER && len >= 4) {
            __u32 peer;
            memcpy(&peer, data, sizeof peer);
            o->peer = peer ? socket_by_inode(g, peer) : -1;
        } else if (a->nla_type == UNIX_DIAG_NAME && len > 0) {
            bool hidden = data[0] == '\0'; /* abstract */
            snprintf(o->name, sizeof o->name, "%s%.*s", hidden ? "@" : "",
                     (int)(len - hidden < 100 ? len - hidden : 100), data + hidden);
        }
        left -= (int)NLA_ALIGN(a->nla_len);
        a = (struct nlattr *)(void *)((char *)a + NLA_ALIGN(a->nla_len));
    }
}

static bool request_unix_sockets(int fd)
{
    struct {
        struct nlmsghdr h;
        struct unix_diag_req r;
    } request = {.h = {.nlmsg_len = sizeof request,
                       .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                       .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
                 .r = {.sdiag_family = AF_UNIX,
                       .udiag_states = ~0U,
                       .udiag_show = UDIAG_SHOW_PEER | UDIAG_SHOW_NAME}};
    return send(fd, &request, sizeof request, 0) == (ssize_t)sizeof request;
}

static void unix_sockets(struct graph *g)
{
    static union {
        struct nlmsghdr header;
        char bytes[32768];
    } answer;
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (fd < 0)
        return;
    bool more = request_unix_sockets(fd);
    while (more) {
        ssize_t n = recv(fd, &answer, sizeof answer, 0);
        more = n > 0;
        unsigned left = n > 0 ? (unsigned)n : 0;
        for (struct nlmsghdr *h = &answer.header; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left)) {
            if (h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR)
                more = false;
            else
                one_unix_socket(g, h);
        }
    }
    close(fd);
}

struct tcp_row {
    char local[48], remote[48];
    unsigned state;
    unsigned long long inode;
    ino_t host; /* the network namespace */
};

static void add_rows(int dir, const char *name, ino_t host, struct tcp_row **rows, size_t *count)
{
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
    if (!f) {
        if (fd >= 0)
            close(fd);
        return;
    }
    char line[256];
    while (fgets(line, sizeof line, f)) {
        struct tcp_row r = {.host = host};
        if (sscanf(line, " %*d: %47s %47s %x %*s %*s %*s %*s %*s %llu", r.local, r.remote, &r.state,
                   &r.inode) != 4)
            continue;
        *rows = mem_grow(*rows, *count + 1, sizeof **rows);
        (*rows)[(*count)++] = r;
    }
    fclose(f);
}

static void name_tcp(struct object *o, const struct tcp_row *r)
{
    const char *colon = strrchr(r->local, ':');
    unsigned port;
    if (colon && sscanf(colon + 1, "%x", &port) == 1)
        snprintf(o->name, sizeof o->name, "TCP %u", port);
}

/* 127.0.0.0/8 and ::1, as the kernel prints them on a little-endian machine: the words in host
 * order. */
static bool is_loopback(const char *address)
{
    return strncmp(address + 6, "7F:", 3) == 0 ||
           strncmp(address, "00000000000000000000000001000000:", 33) == 0;
}

static bool ends_of_one(const struct tcp_row *a, const struct tcp_row *b)
{
    return strcmp(a->local, b->remote) == 0 && strcmp(a->remote, b->local) == 0 &&
           (a->host == b->host || !is_loopback(a->local));
}

static void connect_tcp(struct graph *g, const struct tcp_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int index = rows[i].inode ? socket_by_inode(g, rows[i].inode) : -1;
        if (index < 0)
            continue;
        struct object *o = &g->objects[index];
        o->listening = rows[i].state == STATE_LISTEN;
        o->connected = rows[i].state == STATE_CONNECTED;
        name_tcp(o, &rows[i]);
        for (size_t k = 0; k < count && !o->listening; k++)
            if (rows[k].inode && ends_of_one(&rows[i], &rows[k]))
                o->peer = socket_by_inode(g, rows[k].inode);
    }
}

static bool read_already(const ino_t *hosts, size_t count, ino_t host)
{
    for (size_t i = 0; i < count; i++)
        if (hosts[i] == host)
            return true;
    return false;
}

/* The connections of every network namespace that a process is in. */
static void tcp_sockets(struct graph *g)
{
    AUTO_FREE struct tcp_row *rows = NULL;
    AUTO_FREE ino_t *hosts = NULL;
    size_t count = 0, n_hosts = 0;
    for (size_t i = 0; i < g->s->process_count; i++) {
        struct stat st;
        int dir = g->facts[i].dir;
        if (dir < 0 || fstatat(dir, "ns/net", &st, 0) != 0 ||
            read_already(hosts, n_hosts, st.st_ino))
            continue;
        hosts = mem_grow(hosts, n_hosts + 1, sizeof *hosts);
        hosts[n_hosts++] = st.st_ino;
        add_rows(dir, "net/tcp", st.st_ino, &rows, &count);
        add_rows(dir, "net/tcp6", st.st_ino, &rows, &count);
    }
    connect_tcp(g, rows, count);
}

void sockets_connect(struct graph *g)
{
    bool any = false;
    for (size_t i = 0; i < g->object_count; i++)
        any |= g->objects[i].kind == OBJECT_SOCKET;
    if (!any)
        return;
    unix_sockets(g);
    tcp_sockets(g);
}
