/* The graph in words: names of processes and objects, one sentence per wait and per fact. All
 * returned strings are malloc'd. */
#ifndef OBSERVE_WORDS_H
#define OBSERVE_WORDS_H

#include "base/buf.h"
#include "observe/pattern.h"

char *words_process(const struct graph *g, size_t process, enum lang lang); /* 子进程 1（pid 7） */
char *words_thread(const struct graph *g, size_t task, enum lang lang);
/* 管道 ①; in full with what tells it apart: FIFO ①（/w/in） */
char *words_object(const struct graph *g, int object, bool full, enum lang lang);
char *words_own(const struct graph *g, int object, enum lang lang); /* 各自的管道（如管道 ①） */
/* "子进程 1停在 read(3)：… pipe_hello.c:41" without newline. */
struct wording { /* borrowed */
    const char *who, *call;
    const char *object; /* NULL: in full, as words_object() says */
};
void words_wait(struct buf *out, const struct graph *g, const struct wait *w,
                const struct wording *with, enum lang lang);
/* Lines about the objects of a wait, each ending in a newline. An object is told about once: those
 * with told[object] are left out, and marked. */
void words_facts(struct buf *out, const struct graph *g, const struct wait *w,
                 const struct finding *f, bool *told, enum lang lang);
/* signals.c: which signals could end a wait for one, each line ending in a newline. */
void signal_facts(struct buf *out, const struct graph *g, const struct wait *w, enum lang lang);
/* fold.c: all waits not yet done that can be told together with that of the leader, itself
 * included; ascending. 1 when it is told alone. `members` holds g->wait_count. */
size_t fold_find(const struct graph *g, const struct finding *f, const struct wait *leader,
                 const bool *done, size_t *members);
/* 子进程 2–8（7 个进程） */
char *fold_processes(const struct graph *g, const size_t *processes, size_t n, enum lang lang);
/* What words_wait() says of one, of all of them. */
void fold_wait(struct buf *out, const struct graph *g, const size_t *members, size_t n,
               enum lang lang);

/* Number the objects that somebody waits for, in order of appearance. */
void words_number(struct graph *g);

/* The wait-for chain of a finding, drawn. picture.c */
void picture_draw(struct buf *out, const struct graph *g, const struct finding *f, enum lang lang);

#endif
