/* Beginning and end of a test, and small services for check.c. */
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "harness/state.h"
#include "sandbox/bond.h"

static pid_t tester; /* the process of the test, not one of its children */

/* A check that looks into shared memory which the student's program cuts short. Nothing of ours is
 * interrupted: it is the check itself that touched the memory. */
static void on_bus_error(int sig, siginfo_t *info, void *context)
{
    struct failure f = {
        .verdict = VERDICT_WRONG_STATE, .diagnosis = "object-shrunk", .certain = true};
    (void)context;
    if (getpid() != tester || info->si_code != BUS_ADRERR) {
        signal(sig, SIG_DFL);
        return;
    }
    lab_hint(NULL, NULL);
    lab_say(f.symptom, MSG_HARNESS_SHRUNK);
    lab_say(f.hint, MSG_HARNESS_HINT_SHRUNK);
    lab_fail_with(&f);
}

static void watch_own_memory(void)
{
    struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO};
    tester = getpid();
    sigaction(SIGBUS, &action, NULL);
}

void lab_test_begin(const char *name)
{
    struct err e = {0};
    bond_make(lab.runner); /* the runner's death ends us, and our sandbox with us */
    if (lab.fail_fast && lab.shared->failed)
        _exit(0); /* no record: the report says "skipped" */
    lab.name = name;
    watch_own_memory();
    lab.watching = true;
    lab.started = clock_ms();
    /* the same seed gives every test its own sequence, whichever tests ran before */
    lab.random = lab.seed * 0x9e3779b97f4a7c15ull;
    for (const char *p = name; *p; p++)
        lab.random = (lab.random ^ (unsigned char)*p) * 0x100000001b3ull;
    lab_emit_begin();
    if (sandbox_enter(&lab.test, &lab.box, SANDBOX_TEST, &e) != 0)
        lab_internal("%s", e.text);
    lab.observer = observer_new(lab.box.proc, lab.unwinder.socket >= 0 ? &lab.unwinder : NULL);
    lab_left_begin();
}

static bool runs(const struct lab_proc *p)
{
    return !p->ended && p->side == LAB_STUDENT;
}

void lab_test_end(void)
{
    for (size_t i = 0; i < lab.n_procs; i++)
        if (runs(lab.procs[i]))
            lab_wait(lab.procs[i]);
    lab_check_sanitizers();
    bool slept = lab_check_sleep();
    /* what the test said of its last step does not explain what is left behind */
    lab_hint(NULL, NULL);
    lab_context("", "");
    lab_check_left();
    lab_emit_pass(slept);
    sandbox_leave(&lab.test);
    lab_remove_left();
}

char *lab_keep(char *text)
{
    lab.kept = mem_grow(lab.kept, lab.n_kept + 1, sizeof *lab.kept);
    return lab.kept[lab.n_kept++] = text;
}

/* Formats come from check.c, in pairs; the compiler cannot see both against one argument list. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

static void format_pair(char *out[LANG_COUNT], const char *zh, const char *en, va_list ap)
{
    const char *formats[LANG_COUNT] = {[LANG_ZH] = zh, [LANG_EN] = en};
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        struct buf b = BUF_INIT;
        va_list again;
        va_copy(again, ap);
        buf_vaddf(&b, formats[lang] ? formats[lang] : "", again);
        va_end(again);
        out[lang] = buf_steal(&b);
    }
}

#pragma GCC diagnostic pop

void lab_context(const char *zh, const char *en, ...)
{
    va_list ap;
    va_start(ap, en);
    for (int lang = 0; lang < LANG_COUNT; lang++)
        free(lab.context[lang]);
    format_pair(lab.context, zh, en, ap);
    va_end(ap);
}

void lab_note(const char *zh, const char *en, ...)
{
    char *line[LANG_COUNT];
    va_list ap;
    va_start(ap, en);
    format_pair(line, zh, en, ap);
    va_end(ap);
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        buf_adds(&lab.notes[lang], line[lang]);
        buf_addc(&lab.notes[lang], '\n');
        free(line[lang]);
    }
}

void lab_hint(const char *zh, const char *en)
{
    lab.hint[LANG_ZH] = zh;
    lab.hint[LANG_EN] = en;
}

void lab_hint_for(const char *diagnosis, const char *rename, const char *zh, const char *en)
{
    for (size_t i = 0; i < lab.n_rules; i++)
        if (strcmp(lab.rules[i].diagnosis, diagnosis) == 0) {
            lab.rules[i] = (struct hint_rule){diagnosis, rename, zh, en};
            return;
        }
    if (lab.n_rules == MAX_RULES)
        lab_internal("more than %d lab_hint_for() rules", MAX_RULES);
    lab.rules[lab.n_rules++] = (struct hint_rule){diagnosis, rename, zh, en};
}

void lab_on_fail(const char *(*refine)(enum verdict, const char *, struct lab_proc *))
{
    lab.refine = refine;
}

void lab_fail(enum verdict v, const char *diagnosis, const char *zh, const char *en, ...)
{
    struct failure f = {.verdict = v, .diagnosis = diagnosis};
    va_list ap;
    va_start(ap, en);
    format_pair(f.symptom, zh, en, ap);
    va_end(ap);
    lab_fail_with(&f);
}

void lab_undecided(const char *zh, const char *en, ...)
{
    struct failure f = {.verdict = VERDICT_UNDECIDED, .diagnosis = "undecided"};
    va_list ap;
    va_start(ap, en);
    format_pair(f.symptom, zh, en, ap);
    va_end(ap);
    lab_fail_with(&f);
}

void lab_internal(const char *format, ...)
{
    struct failure f = {.verdict = VERDICT_INTERNAL, .diagnosis = "internal"};
    struct buf b = BUF_INIT;
    va_list ap;
    va_start(ap, format);
    buf_vaddf(&b, format, ap);
    va_end(ap);
    f.symptom[LANG_ZH] = buf_steal(&b);
    f.symptom[LANG_EN] = str_dup(f.symptom[LANG_ZH]);
    lab_fail_with(&f);
}

void lab_expect_blocking(bool on)
{
    lab.watching = !on;
}

/* --- surroundings ------------------------------------------------------------------------------
 */

const char *lab_dir(void)
{
    return lab.test.dir;
}

const char *lab_path(const char *name)
{
    return lab_keep(fs_join(lab.test.dir, name));
}

const char *lab_text(const char *format, ...)
{
    struct buf b = BUF_INIT;
    va_list ap;
    va_start(ap, format);
    buf_vaddf(&b, format, ap);
    va_end(ap);
    return lab_keep(buf_steal(&b));
}

uint64_t lab_seed(void)
{
    return lab.seed;
}

/* splitmix64: Steele, Lea, Flood 2014 */
static uint64_t next_random(void)
{
    uint64_t z = (lab.random += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

uint32_t lab_random(uint32_t below)
{
    return below ? (uint32_t)((next_random() >> 32) * below >> 32) : 0;
}

/* Remember what a program was told to use: in mode none, where IPC objects of the whole machine are
 * visible, only these are looked for at the end. */
static void hand_out(const char *what)
{
    buf_addf(&lab.handed_out, "\n%s\n", what);
}

/* Numbers for names. In a namespace of our own the seed decides; in mode none a second grading
 * beside this one must not choose the same. */
static uint32_t name_number(void)
{
    uint64_t number = next_random();
    if (lab.box.mode == SANDBOX_NONE)
        number ^= (uint64_t)getpid() * 0x9e3779b97f4a7c15ull ^ clock_ns();
    return (uint32_t)(number >> 16);
}

key_t lab_key(void)
{
    key_t key = (key_t)(0x1b000000u | (name_number() & 0xffffffu)) + lab.key_count++;
    AUTO_FREE char *text = str_format("0x%08x", (unsigned)key);
    hand_out(text);
    return key;
}

const char *lab_key_text(key_t key)
{
    return lab_text("%d", (int)key);
}

const char *lab_name(const char *stem)
{
    const char *name = lab_text("/%s-%06u", stem, (unsigned)(name_number() % 1000000));
    hand_out(name + 1);
    return name;
}

int lab_cpus(void)
{
    return sandbox_cpus();
}

const char *lab_pattern(size_t len)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    char *text = mem_alloc(len + 1);
    for (size_t i = 0; i < len; i++)
        text[i] = letters[lab_random(sizeof letters - 1)];
    return lab_keep(text);
}
