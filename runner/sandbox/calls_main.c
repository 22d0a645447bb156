/* lab-calls.so: preloaded into student programs so that a failed test can name the call that failed
 * before. A call that fails because it was called wrongly (a descriptor that is not open, a wild
 * pointer, a child that is not there) and a write that will end in SIGPIPE leave a line on stderr:
 *
 *     ipclab-call: pid=3 name=read arg=4 errno=9 how=1 offset=0x1234
 *
 * `how`: 0 unknown; the descriptor is 1 not open, 2 only for reading, 3 only for writing; the
 * message has 4 a type that is not positive, 5 more bytes than a message may have (MSGMAX).
 * `offset` is the place of the call in the main program, 0 when it came from a library. Each
 * process reports once. What a program may try on purpose (EINTR, EAGAIN, ENOENT, E2BIG…) is the
 * program's own affair. Programs that it executes are not watched: IPCLAB_CALLS is taken out of the
 * environment. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/msg.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MESSAGE_MAX = 8192 };

static uintptr_t base, text_start, text_end;
static struct stat errors; /* stderr as it was in the beginning */
static int watching, reported;

static int first_object(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size;
    (void)arg;
    base = info->dlpi_addr;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        if (p->p_type == PT_LOAD && (p->p_flags & PF_X)) {
            text_start = base + p->p_vaddr;
            text_end = text_start + p->p_memsz;
        }
    }
    return 1; /* the first one is the main program */
}

static int how_open(long fd)
{
    int how = fd >= 0 && fd <= 1 << 20 ? fcntl((int)fd, F_GETFL) : -1;
    if (how == -1)
        return 1;
    return (how & O_ACCMODE) == O_RDONLY ? 2 : (how & O_ACCMODE) == O_WRONLY ? 3 : 0;
}

/* Descriptor 2 may have become something else since: then nothing is said. */
static int errors_unchanged(void)
{
    struct stat st;
    return fstat(2, &st) == 0 && st.st_dev == errors.st_dev && st.st_ino == errors.st_ino;
}

static void report(const char *name, long arg, int error, int how, const void *caller)
{
    char line[160];
    uintptr_t pc = (uintptr_t)caller;
    if (!watching || reported || !errors_unchanged())
        return;
    reported = 1;
    int inside = pc >= text_start && pc < text_end;
    int n = snprintf(line, sizeof line,
                     "\nipclab-call: pid=%d name=%s arg=%ld errno=%d how=%d offset=0x%lx\n",
                     (int)getpid(), name, arg, error, error == EBADF ? how_open(arg) : how,
                     inside ? (unsigned long)(pc - 1 - base) : 0ul);
    if (n > 0 && dprintf(2, "%s", line) < 0)
        watching = 0;
}

static int called_wrongly(int error)
{
    return error == EBADF || error == EFAULT || error == EINVAL || error == EMSGSIZE ||
           error == ENOTSOCK;
}

/* Hand the result on, errno as it was. */
static long judged(long result, const char *name, long arg, int how, const void *caller)
{
    int saved = errno;
    if (result == -1 && called_wrongly(saved))
        report(name, arg, saved, saved == EINVAL ? how : 0, caller);
    errno = saved;
    return result;
}

/* Will this write end in SIGPIPE? Asked before, because afterwards nobody is left to say so. (A
 * reader that leaves during the write is not noticed.) */
static void foresee_sigpipe(const char *name, int fd, const void *caller)
{
    struct pollfd end = {.fd = fd, .events = POLLOUT};
    struct sigaction action;
    int saved = errno;
    if (watching && !reported && poll(&end, 1, 0) == 1 && (end.revents & (POLLERR | POLLHUP)) &&
        sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_DFL)
        report(name, fd, EPIPE, 0, caller);
    errno = saved;
}

static void in_child(void)
{
    reported = 0;
}

__attribute__((constructor)) static void begin(void)
{
    if (!getenv("IPCLAB_CALLS") || fstat(2, &errors) != 0)
        return;
    unsetenv("IPCLAB_CALLS");
    dl_iterate_phdr(first_object, NULL);
    pthread_atfork(NULL, NULL, in_child);
    watching = 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define WATCHED(name_, arg_, ...)                                                                  \
    return (__typeof__(name_(__VA_ARGS__)))judged(REAL(name_)(__VA_ARGS__), #name_, (long)(arg_),  \
                                                  0, __builtin_return_address(0))

ssize_t read(int fd, void *data, size_t count)
{
    WATCHED(read, fd, fd, data, count);
}

ssize_t write(int fd, const void *data, size_t count)
{
    foresee_sigpipe("write", fd, __builtin_return_address(0));
    WATCHED(write, fd, fd, data, count);
}

ssize_t send(int fd, const void *data, size_t count, int how)
{
    foresee_sigpipe("send", fd, __builtin_return_address(0));
    WATCHED(send, fd, fd, data, count, how);
}

ssize_t recv(int fd, void *data, size_t count, int how)
{
    WATCHED(recv, fd, fd, data, count, how);
}

int dup2(int from, int to)
{
    WATCHED(dup2, from, from, to);
}

int ftruncate(int fd, off_t length)
{
    WATCHED(ftruncate, fd, fd, length);
}

/* The kernel looks at the size first (ipc/msg.c), then at the type, which it has copied by then. */
int msgsnd(int id, const void *message, size_t size, int how)
{
    int result = REAL(msgsnd)(id, message, size, how);
    int why = result == -1 && errno == EINVAL ? (size > MESSAGE_MAX           ? 5
                                                 : *(const long *)message < 1 ? 4
                                                                              : 0)
                                              : 0;
    return (int)judged(result, "msgsnd", id, why, __builtin_return_address(0));
}

ssize_t msgrcv(int id, void *message, size_t size, long type, int how)
{
    WATCHED(msgrcv, id, id, message, size, type, how);
}

int mq_send(mqd_t queue, const char *data, size_t size, unsigned priority)
{
    WATCHED(mq_send, queue, queue, data, size, priority);
}

ssize_t mq_receive(mqd_t queue, char *data, size_t size, unsigned *priority)
{
    WATCHED(mq_receive, queue, queue, data, size, priority);
}

/* wait() until ECHILD is a way to end; waiting for one child that is not there is a mistake. */
pid_t waitpid(pid_t pid, int *status, int options)
{
    const void *caller = __builtin_return_address(0);
    pid_t result = REAL(waitpid)(pid, status, options);
    int saved = errno;
    if (result == -1 && (saved == ECHILD ? pid >= 0 : called_wrongly(saved)))
        report("waitpid", pid, saved, 0, caller);
    errno = saved;
    return result;
}
