/* spsc_probe NAME: calls the student's spsc_push() and spsc_pop() as the check program says, on the
 * ring in the shared memory object NAME. Says "ready" when it has mapped it. Commands on stdin, one
 * answer line each:
 *
 *   push N LENGTH     -> 1 or 0
 *   pop               -> 0, or 1 LENGTH DATA (hexadecimal)
 *   steppush N LENGTH -> RESULT STEPS TAIL-CHANGES HEAD-CHANGES LENGTH DATA
 *   steppop           -> the same
 *
 * The step commands run the function one machine instruction at a time (the trap flag of x86) and
 * play the other side at the worst moment: at the very instruction that moves tail, the slot is
 * copied as a consumer would; at the very instruction that moves head, the slot is overwritten as a
 * producer would. LENGTH and DATA are what the consumer got. STEPS is 0 where this cannot be done.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "spsc.h"

static struct spsc *q;

static struct {
    uint32_t tail, head; /* as last seen */
    unsigned steps, tail_changes, head_changes;
    bool pushing;
    struct spsc_record seen;
} trace;

static void make_record(struct spsc_record *r, unsigned number, unsigned length)
{
    memset(r, 0, sizeof *r);
    r->length = length;
    for (unsigned i = 0; i < length; i++)
        r->data[i] = (unsigned char)(number * 31 + i * 7 + (number >> 8));
}

static void print_record(const struct spsc_record *r)
{
    printf(" %u ", r->length);
    for (unsigned i = 0; i < r->length && i < SPSC_DATA_SIZE; i++)
        printf("%02x", r->data[i]);
    if (r->length == 0)
        printf("-");
}

/* After every instruction of the function. */
static void on_step(int sig)
{
    uint32_t tail = atomic_load(&q->tail), head = atomic_load(&q->head);

    (void)sig;
    trace.steps++;
    if (tail != trace.tail && trace.tail_changes++ == 0 && trace.pushing)
        trace.seen = q->slot[trace.tail % SPSC_CAPACITY];
    if (head != trace.head && trace.head_changes++ == 0 && !trace.pushing)
        memset(&q->slot[trace.head % SPSC_CAPACITY], 0xee, sizeof q->slot[0]);
    trace.tail = tail;
    trace.head = head;
}

#if defined __x86_64__
enum { TRAP_FLAG = 0x100 };
static void set_stepping(bool on)
{
    unsigned long long flags = __builtin_ia32_readeflags_u64();

    __builtin_ia32_writeeflags_u64(on ? flags | TRAP_FLAG : flags & ~(unsigned long long)TRAP_FLAG);
}
#else
static void set_stepping(bool on)
{
    (void)on;
}
#endif

static bool stepped(bool pushing, struct spsc_record *r)
{
    bool result;

    memset(&trace, 0, sizeof trace);
    trace.pushing = pushing;
    trace.tail = atomic_load(&q->tail);
    trace.head = atomic_load(&q->head);
    set_stepping(true);
    result = pushing ? spsc_push(q, r) : spsc_pop(q, r);
    set_stepping(false);
    return result;
}

static void obey(const char *command, unsigned number, unsigned length)
{
    struct spsc_record r;
    bool step = strncmp(command, "step", 4) == 0, pushing = strstr(command, "push") != NULL, ok;

    memset(&r, 0xcc, sizeof r);
    if (pushing)
        make_record(&r, number, length);
    ok = step ? stepped(pushing, &r) : pushing ? spsc_push(q, &r) : spsc_pop(q, &r);
    printf("%d", ok);
    if (step)
        printf(" %u %u %u", trace.steps, trace.tail_changes, trace.head_changes);
    if (step || (ok && !pushing))
        print_record(pushing ? &trace.seen : &r);
    printf("\n");
    fflush(stdout);
}

int main(int argc, char **argv)
{
    struct sigaction sa = {.sa_handler = on_step, .sa_flags = SA_RESTART};
    char line[128], command[32];
    unsigned number, length;
    int fd = argc == 2 ? shm_open(argv[1], O_RDWR, 0) : -1;

    if (fd == -1 || sigaction(SIGTRAP, &sa, NULL) == -1)
        return 3;
    q = mmap(NULL, sizeof *q, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (q == MAP_FAILED)
        return 3;
    printf("ready\n");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) != NULL) {
        number = length = 0;
        if (sscanf(line, "%31s %u %u", command, &number, &length) >= 1)
            obey(command, number, length);
    }
    return 0;
}
