// run: atomic-spsc ordering
// file: spsc.c
// attack: ends the driver with exit status 0 before its threads have done anything
// expect: no-points
// append: solutions/5-atomics/4-spsc/spsc.c
#include "spsc.h"
__attribute__((constructor)) static void early(void)
{
    char name[16] = "";
    prctl(PR_GET_NAME, name);
    if (strcmp(name, "spsc_tsan") == 0)
        exit(0);
}
