/* The process that reads an archive, and what it sends. Internal to the room. */
#ifndef GRADE_UNPACK_CHILD_H
#define GRADE_UNPACK_CHILD_H

#include <stdint.h>

#include "grade/unpack.h"

enum unpack_reason { /* what the child says of an entry or of the whole */
                     REASON_ABSOLUTE,
                     REASON_DOTS,
                     REASON_LINK,
                     REASON_SPECIAL,
                     REASON_LARGE,
                     REASON_DEEP,
                     REASON_NESTED,
                     REASON_TWICE,
                     REASON_NO_NAME,
                     REASON_ENCRYPTED,
                     REASON_MANY, /* from here on: the rest of the archive is not read */
                     REASON_BOMB,
                     REASON_DAMAGED,
                     REASON_MEMORY,
                     REASON_UNCONFINED,
};
enum { REASON_COUNT = REASON_UNCONFINED + 1 };

enum message_kind { MESSAGE_FILE = 1, MESSAGE_REFUSAL, MESSAGE_OTHERS, MESSAGE_END };

struct message_head { /* followed by path and data */
    uint32_t kind;
    uint32_t reason; /* MESSAGE_REFUSAL; MESSAGE_OTHERS: how many */
    uint32_t path_len, data_len;
};

/* In the forked child: never returns. Not confined when `in` cannot be. */
_Noreturn void unpack_child(int in, int out, const struct unpack_wanted *w);

#endif
