/* The main program of every check program: takes over the sandbox, runs the tests with Check. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "harness/state.h"

struct lab lab = {.events = -1};

static int usage(const char *name)
{
    fprintf(stderr, "%s: started by ipclab (ipclab run, ipclab verify), not by hand.\n", name);
    return 64;
}

static bool take_events(void)
{
    const char *text = getenv("IPCLAB_EVENTS");
    if (!text)
        return false;
    lab.events = atoi(text);
    unsetenv("IPCLAB_EVENTS");
    return lab.events > 2 && fcntl(lab.events, F_SETFD, FD_CLOEXEC) == 0;
}

/* "name=fd name=fd": the reference programs, opened by the grader. */
static void take_references(void)
{
    const char *text = getenv("IPCLAB_REFERENCES");
    while (text && *text) {
        const char *equals = strchr(text, '=');
        if (!equals)
            break;
        char *end;
        int fd = (int)strtol(equals + 1, &end, 10);
        lab.references = mem_grow(lab.references, lab.n_references + 1, sizeof *lab.references);
        lab.references[lab.n_references++] =
            (struct program_fd){str_ndup(text, (size_t)(equals - text)), fd};
        if (fd >= 0)
            fcntl(fd, F_SETFD, FD_CLOEXEC);
        text = *end ? end + 1 : end;
    }
    unsetenv("IPCLAB_REFERENCES");
}

static void take_limits(void)
{
    const char *text = getenv("IPCLAB_LIMITS");
    lab.limits =
        (struct limits){.cpu_seconds = 3, .wall_seconds = 60, .processes = 64, .memory_mb = 2048};
    if (text)
        sscanf(text, "%d %d %d %d", &lab.limits.cpu_seconds, &lab.limits.wall_seconds,
               &lab.limits.processes, &lab.limits.memory_mb);
    const char *seed = getenv("IPCLAB_SEED");
    lab.seed = seed ? strtoull(seed, NULL, 10) : 1;
    lab.fail_fast = getenv("IPCLAB_FAIL_FAST") != NULL;
    lab.asan = getenv("IPCLAB_ASAN") != NULL;
    lab.pauses = getenv("IPCLAB_PAUSES") != NULL;
}

static Suite *make_suite(const struct lab_entry *entries, size_t count)
{
    const char *only = getenv("IPCLAB_TEST");
    Suite *suite = suite_create("ipclab");
    for (size_t i = 0; i < count; i++) {
        if (only && strcmp(only, entries[i].name) != 0)
            continue;
        TCase *tcase = tcase_create(entries[i].name);
        /* far above the harness's own last resort limit: this one only guards against our bugs */
        tcase_set_timeout(tcase, lab.limits.wall_seconds * 2 + 120);
        tcase_add_test(tcase, entries[i].test);
        suite_add_tcase(suite, tcase);
    }
    return suite;
}

int lab_main(const struct lab_entry *entries, size_t count, int argc, char **argv)
{
    struct err e = {0};
    (void)argc;
    if (!take_events())
        return usage(argv[0]);
    lab.runner = getpid();
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* as before the exec */
    signal(SIGPIPE, SIG_IGN);
    take_references();
    take_limits();
    if (sandbox_import(&lab.box, &e) != 0) {
        fprintf(stderr, "%s\n", e.text);
        return 2;
    }
    if (unwinder_start(&lab.unwinder, sandbox_out(&lab.box), lab.box.out, &e) != 0)
        lab.unwinder = (struct unwinder){.socket = -1}; /* reports then lack source lines */
    lab.shared =
        mmap(NULL, sizeof *lab.shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (lab.shared == MAP_FAILED) {
        fprintf(stderr, "mmap: %s\n", strerror(errno));
        return 2;
    }
    SRunner *runner = srunner_create(make_suite(entries, count));
    srunner_set_fork_status(runner, CK_FORK);
    srunner_run_all(runner, CK_MINIMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    unwinder_stop(&lab.unwinder);
    return failed ? 1 : 0;
}
