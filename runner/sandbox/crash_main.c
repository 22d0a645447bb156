/* lab-crash.so: preloaded into student programs so that a crash says where it happened. On a fatal
 * signal it writes one line to stderr and lets the signal take its course:
 *
 *     ipclab-crash: signal=11 code=1 address=0x0 offset=0x1234
 *
 * SIGALRM counts as fatal: a program that sets alarm() and no handler is told where it was then.
 *
 * `offset` is the place in the main program (relative to its load address): the faulting
 * instruction, or, when that lies in a library, the nearest return address on the stack that lies
 * in the main program; 0 when there is none. A handler the program installs itself replaces ours.
 */
#include <link.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM};
static uintptr_t base, text_start, text_end;

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

static char *put_text(char *at, const char *text)
{
    size_t n = strlen(text);
    memcpy(at, text, n);
    return at + n;
}

static char *put_number(char *at, uintptr_t value, unsigned radix)
{
    char digits[32];
    int n = 0;
    do {
        digits[n++] = "0123456789abcdef"[value % radix];
        value /= radix;
    } while (value);
    while (n)
        *at++ = digits[--n];
    return at;
}

static int in_program(uintptr_t pc)
{
    return pc >= text_start && pc < text_end;
}

/* The faulting instruction, or a return address (minus one: the call, not the line after it). */
static uintptr_t place(const ucontext_t *context)
{
#if defined(__x86_64__)
    uintptr_t pc = (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
    const uintptr_t *stack = (const uintptr_t *)context->uc_mcontext.gregs[REG_RSP];
#elif defined(__aarch64__)
    uintptr_t pc = context->uc_mcontext.pc;
    const uintptr_t *stack = (const uintptr_t *)context->uc_mcontext.sp;
    if (!in_program(pc) && in_program(context->uc_mcontext.regs[30]))
        return context->uc_mcontext.regs[30] - 1;
#else
    uintptr_t pc = 0;
    const uintptr_t *stack = NULL;
#endif
    if (in_program(pc))
        return pc;
    unsigned char there;
    for (int i = 0; stack && i < 512; i++) {
        /* mincore tells whether a page is mapped without touching it */
        uintptr_t page = (uintptr_t)(stack + i) & ~(uintptr_t)4095;
        if ((i == 0 || ((uintptr_t)(stack + i) & 4095) == 0) &&
            mincore((void *)page, 1, &there) != 0)
            break;
        if (in_program(stack[i]))
            return stack[i] - 1;
    }
    return 0;
}

static void on_crash(int sig, siginfo_t *info, void *context)
{
    char line[160];
    uintptr_t pc = place(context);
    char *at = put_text(line, "\nipclab-crash: signal=");
    at = put_number(at, (uintptr_t)sig, 10);
    at = put_text(at, " code=");
    at = put_number(at, info->si_code > 0 ? (uintptr_t)info->si_code : 0, 10);
    at = put_text(at, " address=0x");
    at = put_number(at, info->si_code > 0 && sig != SIGALRM ? (uintptr_t)info->si_addr : 0, 16);
    at = put_text(at, " offset=0x");
    at = put_number(at, pc ? pc - base : 0, 16);
    at = put_text(at, "\n");
    if (write(2, line, (size_t)(at - line)) < 0)
        _exit(128 + sig);
    /* SA_RESETHAND: the default action takes over; a fault happens again on return, abort() raises
     * again by itself, what somebody or a timer sent is sent again */
    if ((info->si_code <= 0 || sig == SIGALRM) && sig != SIGABRT)
        raise(sig);
}

__attribute__((constructor)) static void begin(void)
{
    static char stack[16384];
    const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_sigaction = on_crash,
                               .sa_flags = SA_SIGINFO | SA_RESETHAND | SA_ONSTACK | SA_NODEFER};
    dl_iterate_phdr(first_object, NULL);
    sigaltstack(&alternate, NULL); /* a stack overflow can be told too */
    for (size_t i = 0; i < sizeof fatal / sizeof fatal[0]; i++)
        sigaction(fatal[i], &action, NULL);
}
