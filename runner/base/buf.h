/* A growable byte buffer and small allocation helpers. Running out of memory ends the program
 * (abort): nothing here returns NULL. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

struct buf {
    char *data; /* owned; NUL-terminated once anything was added, the NUL is not counted */
    size_t len;
    size_t cap;
};

#define BUF_INIT                                                                                   \
    {                                                                                              \
        NULL, 0, 0                                                                                 \
    }

void buf_add(struct buf *b, const void *data, size_t len);
void buf_adds(struct buf *b, const char *text);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vaddf(struct buf *b, const char *format, va_list ap) __attribute__((format(printf, 2, 0)));
/* Append `count` copies of a UTF-8 string (rules, indentation). */
void buf_repeat(struct buf *b, const char *text, size_t count);
void buf_clear(struct buf *b);   /* keep the memory, forget the contents */
void buf_release(struct buf *b); /* free the memory; the buffer is usable again afterwards */
/* The text, never NULL; owned by the buffer. */
const char *buf_text(const struct buf *b);
/* Hand the memory over to the caller (who frees it); the buffer is empty afterwards. */
char *buf_steal(struct buf *b);

void *mem_alloc(size_t size);                              /* zeroed */
void *mem_grow(void *old, size_t count, size_t item_size); /* realloc with overflow check */
char *str_dup(const char *text);                           /* NULL stays NULL */
char *str_ndup(const char *text, size_t len);
/* Append a line to a text that may be NULL or empty; *text is owned. */
void str_add_line(char **text, const char *line);
char *str_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
int str_equal(const char *a, const char *b); /* NULL-safe; 1 when equal */
int str_order(const void *a, const void *b); /* qsort, bsearch: two elements of a char *[] */

/* Cleanup attribute for plain malloc'd pointers: AUTO_FREE char *s = …; */
void mem_free_at(void *pointer_to_pointer);
#define AUTO_FREE __attribute__((cleanup(mem_free_at)))

#endif
