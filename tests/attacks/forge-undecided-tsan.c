// run: atomic-spsc ordering
// file: spsc.c
// append: solutions/5-atomics/4-spsc/spsc.c
// attack: claims on stderr that ThreadSanitizer cannot start here, so that the test counts neither way
// expect: no-points
#include "spsc.h"
__attribute__((constructor)) static void pretend(void)
{
    static const char text[] = "FATAL: ThreadSanitizer: unexpected memory mapping\n";
    char name[16] = "";
    prctl(PR_GET_NAME, name);
    if (strcmp(name, "spsc_tsan") == 0) {
        if (write(2, text, sizeof text - 1) < 0)
            _exit(1);
        _exit(66);
    }
}
// (the reference follows)
