/* Random pauses: SIGSTOP and SIGCONT of the programs' processes while the harness waits, to show
 * that nothing it concludes depends on how fast they get on. Asked for by `ipclab verify --pauses`.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fs.h"
#include "harness/state.h"

enum { LONGEST_MS = 40, BETWEEN_MS = 15 };

static int paused_fd = -1; /* pidfd of the process that is stopped now */
static double next_at;     /* when to stop another one, or to let this one go on */
static uint64_t state;

static uint32_t dice(uint32_t below)
{
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(state >> 33) % below;
}

static void send(int fd, int sig)
{
    syscall(SYS_pidfd_send_signal, fd, sig, NULL, 0);
}

/* Some living process of the student's; a pidfd or -1. */
static int pick(void)
{
    struct proc_info *list = NULL;
    size_t n = 0;
    struct lab_proc *p = lab.n_procs ? lab.procs[dice((uint32_t)lab.n_procs)] : NULL;
    if (!p || p->ended || p->side != LAB_STUDENT ||
        observe_tree(lab.box.proc, p->pid, &list, &n) != 0 || n == 0) {
        free(list);
        return -1;
    }
    const struct proc_info *chosen = &list[dice((uint32_t)n)];
    pid_t pid = chosen->state == 'T' ? 0 : chosen->pid; /* the test itself may have stopped one */
    free(list);
    return pid > 1 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
}

bool lab_paused(void)
{
    return paused_fd >= 0;
}

static void resume(void)
{
    if (paused_fd < 0)
        return;
    send(paused_fd, SIGCONT);
    close(paused_fd);
    paused_fd = -1;
}

void lab_no_pauses(void)
{
    lab.pauses = false;
    resume();
}

void lab_pauses(void)
{
    double now = clock_ms();
    if (!lab.pauses || now < next_at)
        return;
    if (!state)
        state = lab.random ^ (uint64_t)clock_ns();
    if (paused_fd >= 0) {
        resume();
        next_at = now + dice(BETWEEN_MS);
        return;
    }
    paused_fd = pick();
    if (paused_fd >= 0)
        send(paused_fd, SIGSTOP);
    next_at = now + 1 + dice(LONGEST_MS);
}
