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
/* "子进程 1停在 read(3)：… pipe_hello.c:41" without newline. */
void words_wait(struct buf *out, const struct graph *g, const struct wait *w, enum lang lang);
/* Lines about the objects of a wait, each ending in a newline. An object is told about once: those
 * with told[object] are left out, and marked. */
void words_facts(struct buf *out, const struct graph *g, const struct wait *w,
                 const struct finding *f, bool *told, enum lang lang);
/* Number the objects that somebody waits for, in order of appearance. */
void words_number(struct graph *g);

/* The wait-for chain of a finding, drawn. picture.c */
void picture_draw(struct buf *out, const struct graph *g, const struct finding *f, enum lang lang);

#endif
