/* Only write(), tcsetattr() and raise() happen in the handler: all are async-signal-safe (POSIX).
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "tui/cursesw.h"
#include "tui/rescue.h"

#include <term.h> /* terminfo; it defines capability names as macros, so it stays in this file */

static const int crashes[] = {SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE};

/* What a crash needs, prepared while all is well. */
static struct {
    pid_t owner; /* a forked child must not touch the terminal */
    struct termios modes;
    char text[256]; /* leaves the alternate screen, shows the cursor, plain colours, keypad off */
    size_t len;
    volatile sig_atomic_t armed;
} rescue;

static void on_crash(int sig)
{
    if (rescue.armed && getpid() == rescue.owner) {
        ssize_t n = write(STDOUT_FILENO, rescue.text, rescue.len);
        (void)n;
        tcsetattr(STDIN_FILENO, TCSANOW, &rescue.modes);
    }
    /* SA_RESETHAND has put the default action back. */
    raise(sig);
}

static int put(int c)
{
    if (rescue.len < sizeof rescue.text)
        rescue.text[rescue.len++] = (char)c;
    return c;
}

static void add(const char *capability)
{
    const char *text = tigetstr(capability);

    /* (char *)-1 says "no string capability" (terminfo(3)); any other pointer is one */
    if (text && (intptr_t)text != -1)
        tputs(text, 1, put);
}

void rescue_prepare(void)
{
    static char stack[32768]; /* a crash may be a full stack: handlers get their own */
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction act = {.sa_handler = on_crash, .sa_flags = SA_RESETHAND | SA_ONSTACK};

    rescue.len = 0;
    for (const char *const *c = (const char *const[]){"sgr0", "op", "rmkx", "cnorm", "rmcup", NULL};
         *c; c++)
        add(*c);
    for (const char *c = "\033[?1000l\033[?1006l"; *c; c++) /* mouse reports off */
        put(*c);
    rescue.owner = getpid();
    sigaltstack(&alternate, NULL);
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
        sigaction(crashes[i], &act, NULL);
}

int rescue_remember(void)
{
    return tcgetattr(STDIN_FILENO, &rescue.modes);
}

void rescue_arm(bool armed)
{
    rescue.armed = armed;
}

void rescue_forget(void)
{
    rescue.armed = 0;
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
        signal(crashes[i], SIG_DFL);
}
