/* lab-shim.so: a preloaded library that disturbs a program's own calls of the C library.
 *
 * IPCLAB_PROVOKE="FLAGS SEED": 1 short transfers, 2 EINTR, 4 delays. The disturbances follow a
 * pseudo-random sequence of the seed, the program's arguments and the place of the process in the
 * tree of forks, so a run is disturbed in the same way again. What is done to a call is what a
 * kernel, a signal handler or a scheduler may do at any time:
 *
 * - short transfers: never shorter than 1 byte; writes of up to PIPE_BUF bytes to a pipe stay whole
 *   (POSIX promises it), datagrams and sequenced packets too. None with edge-triggered epoll, where
 *   a short read says that the pipe or socket is empty (epoll(7));
 * - EINTR: never twice in a row in one thread, so a loop that tries again makes progress. Only
 * calls that may wait, and not those that SA_RESTART restarts when every handler has it
 * (signal(7));
 * - delays: a yield or a sleep of up to a millisecond before and after the call; of some more where
 *   the order of processes is decided: after fork() in one of the two, and while an object that
 *   others can see already is being set up. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SHORT_IO = 1, EINTR_NOW = 2, DELAY = 4 };

static unsigned flags;
static _Atomic uint64_t state;
static _Atomic int edge_triggered; /* the program uses EPOLLET */
static uint64_t forks;
static _Thread_local int interrupted; /* the last call of this thread was made to fail */

/* splitmix64: Steele, Lea, Flood 2014 */
static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

static uint32_t chance(uint32_t below)
{
    uint64_t z = atomic_fetch_add(&state, 0x9e3779b97f4a7c15ull) + 0x9e3779b97f4a7c15ull;
    return (uint32_t)((mix(z) >> 32) % below);
}

/* Every process of a tree gets a sequence of its own: by the order of the forks, not by pids. */
static void before_fork(void)
{
    forks++;
}

static void in_child(void)
{
    atomic_store(&state, mix(atomic_load(&state) + forks));
    forks = 0;
}

__attribute__((constructor)) static void begin(int argc, char **argv)
{
    const char *text = getenv("IPCLAB_PROVOKE");
    unsigned long long seed = 0;
    if (!text || sscanf(text, "%u %llu", &flags, &seed) != 2)
        flags = 0;
    uint64_t h = seed;
    for (int i = 0; i < argc; i++)
        for (const char *p = argv[i]; *p; p++)
            h = (h ^ (unsigned char)*p) * 0x100000001b3ull;
    atomic_store(&state, mix(h));
    pthread_atfork(before_fork, NULL, in_child);
}

static void pause_a_moment(void)
{
    if (!(flags & DELAY))
        return;
    int saved = errno;
    uint32_t kind = chance(8);
    if (kind < 3) {
        sched_yield();
    } else if (kind < 5) {
        struct timespec t = {0, (long)chance(1000) * 1000};
        nanosleep(&t, NULL);
    }
    errno = saved;
}

/* A longer hold-up, every other time: what others do meanwhile decides. */
static void nap_a_while(void)
{
    struct timespec t = {0, 500000 + (long)chance(2500) * 1000};
    nanosleep(&t, NULL);
}

static void hold_up(void)
{
    int saved = errno;
    if ((flags & DELAY) && chance(2) == 0)
        nap_a_while();
    errno = saved;
}

static int is_for_crashes(int sig)
{
    return sig == SIGSEGV || sig == SIGBUS || sig == SIGABRT || sig == SIGFPE || sig == SIGILL ||
           sig == SIGSYS || sig == SIGTRAP;
}

/* Does the program have handlers, and SA_RESTART with all of them? Then no signal can make a call
 * fail that the kernel restarts. */
static int all_restart(void)
{
    int any = 0;
    struct sigaction a;
    for (int sig = 1; sig <= SIGRTMAX; sig++) {
        if (is_for_crashes(sig) || sigaction(sig, NULL, &a) != 0 || a.sa_handler == SIG_DFL ||
            a.sa_handler == SIG_IGN)
            continue;
        if (!(a.sa_flags & SA_RESTART))
            return 0;
        any = 1;
    }
    return any;
}

enum restarts { NEVER_RESTARTED, RESTARTED };

/* Should this call, which may wait, fail with EINTR now? */
static int interrupt(enum restarts how)
{
    if (interrupted || chance(6) != 0 || (how == RESTARTED && all_restart())) {
        interrupted = 0;
        return 0;
    }
    interrupted = 1;
    errno = EINTR;
    return 1;
}

static int waits(int fd)
{
    int saved = errno, how = fcntl(fd, F_GETFL);
    errno = saved;
    return how != -1 && !(how & O_NONBLOCK);
}

static int is_stream(int fd, int *is_pipe)
{
    struct stat st;
    int type = 0;
    socklen_t len = sizeof type;
    *is_pipe = 0;
    if (fstat(fd, &st) != 0)
        return 0;
    if (S_ISFIFO(st.st_mode))
        return *is_pipe = 1;
    return S_ISSOCK(st.st_mode) && getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
           type == SOCK_STREAM;
}

static size_t shortened(int fd, size_t count, int writing)
{
    int is_pipe, saved = errno;
    size_t result = count;
    if ((flags & SHORT_IO) && !edge_triggered && count > 1 && is_stream(fd, &is_pipe) &&
        !(writing && is_pipe && count <= PIPE_BUF) && chance(4) != 0) {
        /* mostly a few bytes: the buffer is often far larger than what comes */
        size_t most = chance(4) == 0 || count < 64 ? count - 1 : 63;
        result = 1 + chance(most > 0x7fffffff ? 0x7fffffff : (uint32_t)most);
    }
    errno = saved;
    return result;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* One disturbed call: delay, perhaps EINTR if it may wait, the call itself, delay. */
#define AROUND(type, may_wait, restarts, call)                                                     \
    do {                                                                                           \
        pause_a_moment();                                                                          \
        if ((flags & EINTR_NOW) && (may_wait) && interrupt(restarts))                              \
            return (type)-1;                                                                       \
        type result_ = (call);                                                                     \
        pause_a_moment();                                                                          \
        return result_;                                                                            \
    } while (0)

ssize_t read(int fd, void *data, size_t count)
{
    AROUND(ssize_t, waits(fd), RESTARTED, REAL(read)(fd, data, shortened(fd, count, 0)));
}

ssize_t write(int fd, const void *data, size_t count)
{
    AROUND(ssize_t, waits(fd), RESTARTED, REAL(write)(fd, data, shortened(fd, count, 1)));
}

ssize_t recv(int fd, void *data, size_t count, int how)
{
    size_t most = (how & (MSG_WAITALL | MSG_PEEK)) ? count : shortened(fd, count, 0);
    AROUND(ssize_t, !(how & MSG_DONTWAIT) && waits(fd), RESTARTED, REAL(recv)(fd, data, most, how));
}

ssize_t send(int fd, const void *data, size_t count, int how)
{
    AROUND(ssize_t, !(how & MSG_DONTWAIT) && waits(fd), RESTARTED,
           REAL(send)(fd, data, shortened(fd, count, 1), how));
}

ssize_t recvmsg(int fd, struct msghdr *message, int how)
{
    AROUND(ssize_t, !(how & MSG_DONTWAIT) && waits(fd), RESTARTED, REAL(recvmsg)(fd, message, how));
}

ssize_t sendmsg(int fd, const struct msghdr *message, int how)
{
    AROUND(ssize_t, !(how & MSG_DONTWAIT) && waits(fd), RESTARTED, REAL(sendmsg)(fd, message, how));
}

int accept(int fd, __SOCKADDR_ARG address, socklen_t *restrict len)
{
    AROUND(int, waits(fd), RESTARTED, REAL(accept)(fd, address, len));
}

int accept4(int fd, __SOCKADDR_ARG address, socklen_t *restrict len, int how)
{
    AROUND(int, waits(fd), RESTARTED, REAL(accept4)(fd, address, len, how));
}

int poll(struct pollfd *fds, nfds_t count, int timeout)
{
    AROUND(int, timeout != 0, NEVER_RESTARTED, REAL(poll)(fds, count, timeout));
}

pid_t wait(int *status)
{
    AROUND(pid_t, 1, RESTARTED, REAL(wait)(status));
}

pid_t waitpid(pid_t pid, int *status, int options)
{
    AROUND(pid_t, !(options & WNOHANG), RESTARTED, REAL(waitpid)(pid, status, options));
}

int msgsnd(int id, const void *message, size_t size, int how)
{
    AROUND(int, !(how & IPC_NOWAIT), NEVER_RESTARTED, REAL(msgsnd)(id, message, size, how));
}

ssize_t msgrcv(int id, void *message, size_t size, long type, int how)
{
    AROUND(ssize_t, !(how & IPC_NOWAIT), NEVER_RESTARTED,
           REAL(msgrcv)(id, message, size, type, how));
}

int semop(int id, struct sembuf *operations, size_t count)
{
    int may_wait = 1;
    for (size_t i = 0; i < count; i++)
        may_wait = may_wait && !(operations[i].sem_flg & IPC_NOWAIT);
    AROUND(int, may_wait, NEVER_RESTARTED, REAL(semop)(id, operations, count));
}

int sem_wait(sem_t *sem)
{
    AROUND(int, 1, RESTARTED, REAL(sem_wait)(sem));
}

ssize_t mq_receive(mqd_t queue, char *data, size_t size, unsigned *priority)
{
    AROUND(ssize_t, waits((int)queue), RESTARTED, REAL(mq_receive)(queue, data, size, priority));
}

int mq_send(mqd_t queue, const char *data, size_t size, unsigned priority)
{
    AROUND(int, waits((int)queue), RESTARTED, REAL(mq_send)(queue, data, size, priority));
}

/* Calls that do not fail with EINTR: only delayed. */

int sem_post(sem_t *sem)
{
    pause_a_moment();
    int result = REAL(sem_post)(sem);
    pause_a_moment();
    return result;
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    pause_a_moment();
    int result = REAL(pthread_mutex_lock)(mutex);
    pause_a_moment();
    return result;
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    pause_a_moment();
    int result = REAL(pthread_mutex_unlock)(mutex);
    pause_a_moment();
    return result;
}

int close(int fd)
{
    pause_a_moment();
    return REAL(close)(fd);
}

/* One of the two is held up: which one goes first is nothing to rely on. */
pid_t fork(void)
{
    pause_a_moment();
    int late = (flags & DELAY) ? (int)chance(2) : -1;
    pid_t pid = REAL(fork)();
    int saved = errno;
    if (late == (pid == 0))
        nap_a_while();
    errno = saved;
    return pid;
}

/* Between creating an object and finishing it. */

int ftruncate(int fd, off_t length)
{
    hold_up();
    return REAL(ftruncate)(fd, length);
}

int sem_init(sem_t *sem, int shared, unsigned value)
{
    hold_up();
    return REAL(sem_init)(sem, shared, value);
}

int mkfifo(const char *path, mode_t mode)
{
    int result = REAL(mkfifo)(path, mode);
    hold_up();
    return result;
}

int bind(int fd, __CONST_SOCKADDR_ARG address, socklen_t len)
{
    int result = REAL(bind)(fd, address, len);
    hold_up();
    return result;
}

int epoll_ctl(int epfd, int operation, int fd, struct epoll_event *event)
{
    if (event && (event->events & EPOLLET))
        edge_triggered = 1;
    return REAL(epoll_ctl)(epfd, operation, fd, event);
}
