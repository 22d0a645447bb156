/* Known wrong answers: tests/labs/CH/SLUG/wrong/NAME.c. The first comment lines say what must come:
 *
 *     // expect: TEST_ID DIAGNOSIS_ID        or ID|ID, where a mistake shows in more than one way
 *     // file: ring_prod.c        which source it replaces; omitted when there is only one
 *     // needs: bwrap             only the real sandbox can tell (names nobody handed out, hosts…)
 */
#ifndef CLI_WRONG_H
#define CLI_WRONG_H

#include <stdbool.h>

#include "base/err.h"
#include "course/exercise.h"

struct wrong {
    char *name;      /* owned: "one_read" */
    char *path;      /* owned */
    char *file;      /* owned: the source it replaces */
    char *test;      /* owned: the test it must fail */
    char *diagnosis; /* owned: with this diagnosis */
    bool needs_bwrap;
};
/* All wrong answers of an exercise by name; malloc'd array. A folder that does not exist gives
 * none; a file without a valid head is an error that names it. */
int wrong_load(const struct exercise *x, struct wrong **list, size_t *count, struct err *e);
void wrong_free(struct wrong *list, size_t count);

#endif
