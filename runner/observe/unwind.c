/* The unwinder: a forked helper that never joins a namespace.
 *
 * Requests: stop these threads (answered with those that stand still), the stack of one (answered
 * with its frames), its registers, let all go (not answered). One packet each way. The helper ends
 * when its socket reports the end of file, when its creator dies (PR_SET_PDEATHSIG), or when one
 * answer takes unreasonably long (alarm). Callers then simply get no frames. */
#include "observe/unwind.h"

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined __x86_64__
#include <sys/user.h>
#elif defined __aarch64__
#include <asm/ptrace.h>
#endif
#include <sys/uio.h>

enum { FRAME_MAX = 24, PATIENCE_S = 20 };

struct request {
    enum { HOLD, STACK, STATE, RELEASE } what;
    size_t count;
    pid_t tids[UNWIND_HOLD_MAX]; /* STACK, STATE: the first one */
};

struct answer {
    size_t count;
    struct frame frames[FRAME_MAX];
};

struct state_answer {
    bool known;
    struct unwind_state state;
};

/* State of the helper process. */
static struct {
    char inside[256], outside[1024]; /* without trailing slashes; "" when not mapped */
    pid_t pid;                       /* whose memory map is being resolved */
    struct answer *answer;
    struct request held; /* what HOLD was answered with; count 0: nothing is held */
} helper;

/* --- finding the ELF file of a module --- */

static void map_path(const char *path, char *out, size_t size)
{
    size_t n = strlen(helper.inside);
    if (n && strncmp(path, helper.inside, n) == 0 && path[n] == '/')
        snprintf(out, size, "%s%s", helper.outside, path + n);
    else
        snprintf(out, size, "%s", path);
}

/* The inode that is mapped at an address, 0 when unknown: a file that only happens to have the same
 * name would give wrong lines. */
static unsigned long long mapped_inode(Dwarf_Addr base)
{
    char name[40], line[4400];
    unsigned long long found = 0;
    snprintf(name, sizeof name, "/proc/%d/maps", (int)helper.pid);
    FILE *f = fopen(name, "re");
    if (!f)
        return 0;
    while (!found && fgets(line, sizeof line, f)) {
        unsigned long start, end;
        unsigned long long inode;
        if (sscanf(line, "%lx-%lx %*s %*x %*x:%*x %llu", &start, &end, &inode) == 3 &&
            start <= base && base < end)
            found = inode;
    }
    fclose(f);
    return found;
}

/* The file, if it is the one that is mapped. */
static int open_mapped(const char *path, unsigned long long inode)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return -1;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && inode != 0 && st.st_ino == inode)
        return fd;
    close(fd);
    return -1;
}

static int find_elf(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
                    char **file_name, Elf **elf)
{
    char path[1400];
    if (name[0] != '/') /* the vdso: read from memory */
        return dwfl_linux_proc_find_elf(module, userdata, name, base, file_name, elf);
    unsigned long long inode = mapped_inode(base);
    map_path(name, path, sizeof path);
    int fd = open_mapped(path, inode);
    if (fd < 0) { /* what is mounted elsewhere in the sandbox: the preloaded libraries */
        snprintf(path, sizeof path, "/proc/%d/root%s", (int)helper.pid, name);
        fd = open_mapped(path, inode);
    }
    if (fd >= 0)
        *file_name = strdup(path);
    return fd;
}

/* Debug information only from the file itself: no debuginfod, no search in the file system. */
static int find_debuginfo(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
                          const char *file, const char *link, GElf_Word crc, char **out)
{
    (void)module, (void)userdata, (void)name, (void)base, (void)file, (void)link, (void)crc;
    *out = NULL;
    return -1;
}

/* --- walking the stack --- */

static void copy_base_name(char *out, size_t size, const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    snprintf(out, size, "%s", slash ? slash + 1 : path ? path : "");
}

/* The function in the source, inlined ones included; the symbol table knows only the outer one. */
static const char *function_at(Dwfl_Module *module, Dwarf_Addr pc)
{
    Dwarf_Addr bias = 0;
    Dwarf_Die *unit = dwfl_module_addrdie(module, pc, &bias), *scopes = NULL;
    int n = unit ? dwarf_getscopes(unit, pc - bias, &scopes) : 0;
    const char *name = NULL;
    for (int i = 0; i < n && !name; i++) {
        int tag = dwarf_tag(&scopes[i]);
        if (tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine)
            name = dwarf_diename(&scopes[i]);
    }
    free(scopes);
    return name ? name : dwfl_module_addrname(module, pc);
}

static void fill_frame(Dwfl_Module *module, Dwarf_Addr pc, struct frame *frame)
{
    const char *path = NULL;
    Dwarf_Addr start = 0;
    const char *name = dwfl_module_info(module, NULL, &start, NULL, NULL, NULL, &path, NULL);
    copy_base_name(frame->module, sizeof frame->module, name);
    const char *function = function_at(module, pc);
    snprintf(frame->function, sizeof frame->function, "%s", function ? function : "");
    Dwfl_Line *line = dwfl_module_getsrc(module, pc);
    int number = 0;
    const char *source = line ? dwfl_lineinfo(line, NULL, &number, NULL, NULL, NULL) : NULL;
    if (!source || number <= 0)
        return;
    copy_base_name(frame->file, sizeof frame->file, source);
    frame->line = number;
}

static int on_frame(Dwfl_Frame *state, void *arg)
{
    Dwfl *dwfl = arg;
    Dwarf_Addr pc;
    bool activation;
    if (!dwfl_frame_pc(state, &pc, &activation))
        return DWARF_CB_ABORT;
    if (!activation) /* a return address: the call is just before it */
        pc--;
    struct answer *a = helper.answer;
    struct frame *frame = &a->frames[a->count++];
    Dwfl_Module *module = dwfl_addrmodule(dwfl, pc);
    if (module)
        fill_frame(module, pc, frame);
    return a->count < FRAME_MAX ? DWARF_CB_OK : DWARF_CB_ABORT;
}

static pid_t process_of(pid_t tid)
{
    char name[40], line[256];
    int pid = 0;
    snprintf(name, sizeof name, "/proc/%d/status", (int)tid);
    FILE *f = fopen(name, "re");
    if (!f)
        return 0;
    while (!pid && fgets(line, sizeof line, f))
        if (sscanf(line, "Tgid: %d", &pid) != 1)
            pid = 0;
    fclose(f);
    return pid;
}

/* --- stopping several threads --- */

/* An interrupted thread stops on its way out of the system call, before it runs any code. */
static bool has_stopped(pid_t tid)
{
    int status;
    pid_t got;
    do
        got = waitpid(tid, &status, __WALL);
    while (got < 0 && errno == EINTR);
    return got == tid && WIFSTOPPED(status);
}

static void hold(const struct request *r)
{
    helper.held = *r;
    for (size_t i = 0; i < r->count; i++)
        if (r->tids[i] <= 0 || ptrace(PTRACE_SEIZE, r->tids[i], NULL, NULL) != 0 ||
            ptrace(PTRACE_INTERRUPT, r->tids[i], NULL, NULL) != 0)
            helper.held.tids[i] = 0;
    for (size_t i = 0; i < r->count; i++)
        if (helper.held.tids[i] && !has_stopped(helper.held.tids[i]))
            helper.held.tids[i] = 0;
}

static void release(void)
{
    for (size_t i = 0; i < helper.held.count; i++)
        if (helper.held.tids[i] && ptrace(PTRACE_DETACH, helper.held.tids[i], NULL, NULL) != 0)
            waitpid(helper.held.tids[i], NULL, __WALL); /* killed: its parent waits for us */
    helper.held.count = 0;
}

static bool is_held(pid_t tid)
{
    for (size_t i = 0; i < helper.held.count; i++)
        if (helper.held.tids[i] == tid)
            return true;
    return false;
}

/* --- its registers --- */

/* Those that the convention of calls keeps for the caller; the others a system call changes. A
 * sleep that was interrupted returns ERESTART_RESTARTBLOCK, which only a tracer sees (ptrace(2)).
 */
static bool registers_of(pid_t tid, struct unwind_state *state)
{
    enum { RESTART_BLOCK = -516 };
#if defined __x86_64__
    struct user_regs_struct r;
    struct iovec all = {&r, sizeof r};
    if (ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &all) != 0)
        return false;
    state->interrupted = (long long)r.rax == RESTART_BLOCK;
    const unsigned long long kept[] = {r.rbx, r.rbp, r.r12, r.r13, r.r14, r.r15, r.rsp, r.rip};
#elif defined __aarch64__
    struct user_pt_regs r;
    struct iovec all = {&r, sizeof r};
    if (ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &all) != 0)
        return false;
    unsigned long long kept[14] = {r.sp, r.pc};
    state->interrupted = (long long)r.regs[0] == RESTART_BLOCK;
    for (int i = 0; i < 12; i++) /* x19 to x30 */
        kept[2 + i] = r.regs[19 + i];
#else
    (void)tid, (void)state;
    return false;
#endif
#if defined __x86_64__ || defined __aarch64__
    memcpy(state->registers, kept, sizeof kept);
    return true;
#endif
}

/* PTRACE_GET_RSEQ_CONFIGURATION, Linux 5.13, see ptrace(2). */
static void find_rseq(pid_t tid, struct unwind_state *state)
{
    enum { GET_RSEQ_CONFIGURATION = 0x420f };
    struct {
        uint64_t address;
        uint32_t size, signature, flags, pad;
    } rseq = {0};
    if (ptrace((enum __ptrace_request)GET_RSEQ_CONFIGURATION, tid, sizeof rseq, &rseq) < 0)
        return;
    state->rseq = (unsigned long)rseq.address;
    state->rseq_size = rseq.address ? rseq.size : 0;
}

static void take_state(pid_t tid, struct state_answer *a)
{
    *a = (struct state_answer){0};
    if (!is_held(tid))
        return;
    a->known = registers_of(tid, &a->state);
    find_rseq(tid, &a->state);
}

static void unwind_thread(pid_t tid, struct answer *a)
{
    static const Dwfl_Callbacks callbacks = {.find_elf = find_elf,
                                             .find_debuginfo = find_debuginfo};
    memset(a, 0, sizeof *a);
    helper.answer = a;
    helper.pid = tid > 0 ? process_of(tid) : 0;
    if (helper.pid <= 0)
        return;
    Dwfl *dwfl = dwfl_begin(&callbacks);
    if (!dwfl)
        return;
    if (dwfl_linux_proc_report(dwfl, helper.pid) == 0 && dwfl_report_end(dwfl, NULL, NULL) == 0 &&
        dwfl_linux_proc_attach(dwfl, helper.pid, is_held(tid)) == 0)
        dwfl_getthread_frames(dwfl, tid, on_frame, dwfl); /* the end of the stack is an error too */
    dwfl_end(dwfl);                                       /* detaches */
}

/* --- the helper process --- */

static void reply(int socket, const void *data, size_t size)
{
    if (send(socket, data, size, MSG_NOSIGNAL) != (ssize_t)size)
        _exit(0);
}

static _Noreturn void serve(int socket)
{
    static struct answer a;
    static struct state_answer state;
    static struct request r;
    for (;;) {
        ssize_t n = recv(socket, &r, sizeof r, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n != sizeof r || r.count > UNWIND_HOLD_MAX)
            _exit(0);
        alarm(PATIENCE_S);
        switch (r.what) {
        case HOLD:
            release();
            hold(&r);
            reply(socket, &helper.held, sizeof helper.held);
            break;
        case STACK:
            unwind_thread(r.tids[0], &a);
            reply(socket, &a, sizeof a);
            break;
        case STATE:
            take_state(r.tids[0], &state);
            reply(socket, &state, sizeof state);
            break;
        case RELEASE:
            release();
            break;
        }
        alarm(0);
    }
}

/* Nothing of the creator's may stay open here: an inherited write end would keep a pipe alive. */
static void close_all_but(int keep)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd < 3; fd++)
        if (null >= 0 && null != fd)
            dup2(null, fd);
    if (keep > 3)
        close_range(3, (unsigned)keep - 1, 0);
    close_range((unsigned)keep + 1, ~0U, 0);
}

static void reset_signals(void)
{
    sigset_t none;
    sigemptyset(&none);
    for (int sig = 1; sig < NSIG; sig++)
        signal(sig, SIG_DFL);
    signal(SIGINT, SIG_IGN); /* it ends with its creator, not before it */
    signal(SIGPIPE, SIG_IGN);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void helper_main(int socket, pid_t creator)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != creator)
        _exit(0);
    prctl(PR_SET_NAME, "ipclab-unwind");
    reset_signals();
    int moved = fcntl(socket, F_DUPFD_CLOEXEC, 3);
    if (moved < 0)
        _exit(1);
    close_all_but(moved);
    serve(moved);
}

static void set_mapping(const char *inside, const char *outside)
{
    helper.inside[0] = helper.outside[0] = '\0';
    if (!inside || !outside)
        return;
    snprintf(helper.inside, sizeof helper.inside, "%s", inside);
    snprintf(helper.outside, sizeof helper.outside, "%s", outside);
}

int unwinder_start(struct unwinder *u, const char *inside, const char *outside, struct err *e)
{
    int pair[2];
    *u = (struct unwinder){.socket = -1};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return err_sys(e, MSG_OBSERVE_UNWINDER_FAILED);
    pid_t creator = getpid(), pid = fork();
    if (pid < 0) {
        err_sys(e, MSG_OBSERVE_UNWINDER_FAILED);
        close(pair[0]);
        close(pair[1]);
        return -1;
    }
    if (pid == 0) {
        set_mapping(inside, outside);
        helper_main(pair[1], creator);
    }
    close(pair[1]);
    u->socket = pair[0];
    u->pid = pid;
    return 0;
}

void unwinder_stop(struct unwinder *u)
{
    /* In a forked child of the creator the helper is not ours: only our copy of the socket goes. */
    bool ours = u->pid > 0 && waitpid(u->pid, NULL, WNOHANG) == 0;
    if (ours) /* reaches the helper even while others hold copies */
        shutdown(u->socket, SHUT_RDWR);
    if (u->socket >= 0)
        close(u->socket);
    while (ours && waitpid(u->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    *u = (struct unwinder){.socket = -1};
}

/* --- the creator's side --- */

/* Send a request, and receive `size` bytes of an answer if there is to be one. */
static bool ask(struct unwinder *u, const struct request *r, void *answer, size_t size)
{
    if (!u || u->socket < 0 || send(u->socket, r, sizeof *r, MSG_NOSIGNAL) != sizeof *r)
        return false;
    ssize_t n = 0;
    while (size && (n = recv(u->socket, answer, size, 0)) < 0 && errno == EINTR)
        continue;
    return n == (ssize_t)size;
}

/* Static: large for a stack, and a process asks one thing at a time. */
static struct request request;

size_t unwinder_hold(struct unwinder *u, pid_t *tids, size_t count)
{
    size_t most = count < UNWIND_HOLD_MAX ? count : UNWIND_HOLD_MAX, held = 0;
    request = (struct request){.what = HOLD, .count = most};
    memcpy(request.tids, tids, most * sizeof *tids);
    if (!ask(u, &request, &request, sizeof request) || request.count != most)
        memset(&request, 0, sizeof request);
    for (size_t i = 0; i < count; i++) {
        tids[i] = i < most ? request.tids[i] : 0;
        held += tids[i] != 0;
    }
    return held;
}

void unwinder_release(struct unwinder *u)
{
    request = (struct request){.what = RELEASE};
    ask(u, &request, NULL, 0);
}

bool unwinder_state(struct unwinder *u, pid_t tid, struct unwind_state *state)
{
    struct state_answer a;
    if (tid <= 0)
        return false;
    request = (struct request){.what = STATE, .count = 1, .tids = {tid}};
    if (!ask(u, &request, &a, sizeof a))
        return false;
    *state = a.state;
    return a.known;
}

size_t unwinder_stack(struct unwinder *u, pid_t tid, struct frame *frames, size_t max)
{
    static struct answer a;
    if (tid <= 0)
        return 0;
    request = (struct request){.what = STACK, .count = 1, .tids = {tid}};
    if (!ask(u, &request, &a, sizeof a) || a.count > FRAME_MAX)
        return 0;
    size_t count = a.count < max ? a.count : max;
    memcpy(frames, a.frames, count * sizeof *frames);
    return count;
}
