/* Two hosts: two fresh network namespaces joined by a veth pair, with addresses 10.77.0.1
 * and 10.77.0.2. The pair is made with rtnetlink(7), the rest with the interface ioctls of
 * netdevice(7). */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/state.h"

static const char *const addresses[] = {"10.77.0.1", "10.77.0.2"};
static const char *const loopbacks[] = {"127.0.0.1", "127.0.0.2"};
static int hosts[2] = {-1, -1}; /* their network namespaces */

int lab_host_namespace(int host)
{
    return host == 2 && lab.box.mode == SANDBOX_BWRAP ? hosts[1] : -1;
}

static int new_namespace(void)
{
    if (unshare(CLONE_NEWNET) != 0)
        lab_internal("unshare(CLONE_NEWNET): %s", strerror(errno));
    int fd = openat(lab.box.proc, "thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        lab_internal("ns/net: %s", strerror(errno));
    return fd;
}

static void enter(int fd)
{
    if (setns(fd, CLONE_NEWNET) != 0)
        lab_internal("setns(CLONE_NEWNET): %s", strerror(errno));
}

struct request {
    struct nlmsghdr head;
    struct ifinfomsg info;
    char attributes[512];
};

static struct rtattr *put(struct request *r, unsigned short type, const void *data, size_t len)
{
    struct rtattr *a = (struct rtattr *)((char *)r + NLMSG_ALIGN(r->head.nlmsg_len));
    a->rta_type = type;
    a->rta_len = (unsigned short)RTA_LENGTH(len);
    if (len)
        memcpy(RTA_DATA(a), data, len);
    r->head.nlmsg_len = NLMSG_ALIGN(r->head.nlmsg_len) + RTA_ALIGN(a->rta_len);
    return a;
}

static void end_nest(struct request *r, struct rtattr *nest)
{
    nest->rta_len = (unsigned short)((char *)r + r->head.nlmsg_len - (char *)nest);
}

/* In the current namespace: "host1", whose other end "host2" is born in `peer`. */
static void make_pair(int peer)
{
    struct request r = {
        .head = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
                 .nlmsg_type = RTM_NEWLINK,
                 .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK}};
    const struct ifinfomsg empty = {.ifi_family = AF_UNSPEC};
    put(&r, IFLA_IFNAME, "host1", sizeof "host1");
    struct rtattr *link = put(&r, IFLA_LINKINFO, NULL, 0);
    put(&r, IFLA_INFO_KIND, "veth", 4);
    struct rtattr *data = put(&r, IFLA_INFO_DATA, NULL, 0);
    struct rtattr *other = put(&r, VETH_INFO_PEER, &empty, sizeof empty);
    put(&r, IFLA_IFNAME, "host2", sizeof "host2");
    put(&r, IFLA_NET_NS_FD, &peer, sizeof peer);
    end_nest(&r, other);
    end_nest(&r, data);
    end_nest(&r, link);

    int s = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    struct {
        struct nlmsghdr head;
        struct nlmsgerr error;
        char rest[512];
    } answer = {.error = {.error = -EIO}};
    if (s < 0 || send(s, &r, r.head.nlmsg_len, 0) < 0 || recv(s, &answer, sizeof answer, 0) < 0)
        lab_internal("netlink: %s", strerror(errno));
    close(s);
    if (answer.error.error != 0)
        lab_undecided("这台机器建不了 veth 网卡（%1$s），没法演两台主机。",
                      "This machine cannot make veth interfaces (%1$s), so there are no two hosts.",
                      strerror(-answer.error.error));
}

static void bring_up(const char *interface, const char *address)
{
    struct ifreq q = {0};
    struct sockaddr_in *in = (struct sockaddr_in *)&q.ifr_addr;
    int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    strncpy(q.ifr_name, interface, IFNAMSIZ - 1);
    bool ok = s >= 0;
    if (ok && address) {
        in->sin_family = AF_INET;
        inet_pton(AF_INET, address, &in->sin_addr);
        ok = ioctl(s, SIOCSIFADDR, &q) == 0;
        inet_pton(AF_INET, "255.255.255.0", &in->sin_addr);
        ok = ok && ioctl(s, SIOCSIFNETMASK, &q) == 0;
    }
    q.ifr_flags = IFF_UP | IFF_RUNNING;
    ok = ok && ioctl(s, SIOCSIFFLAGS, &q) == 0;
    if (s >= 0)
        close(s);
    if (!ok)
        lab_internal("%s: %s", interface, strerror(errno));
}

void lab_two_hosts(void)
{
    if (lab.box.mode == SANDBOX_NONE || hosts[0] >= 0)
        return;
    hosts[1] = new_namespace();
    bring_up("lo", NULL);
    hosts[0] = new_namespace();
    bring_up("lo", NULL);
    make_pair(hosts[1]);
    bring_up("host1", addresses[0]);
    enter(hosts[1]);
    bring_up("host2", addresses[1]);
    enter(hosts[0]);
}

const char *lab_host_address(int host)
{
    return (lab.box.mode == SANDBOX_NONE ? loopbacks : addresses)[host == 2];
}
