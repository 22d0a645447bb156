#include "course/highlight.h"

#include <string.h>

#include "course/doc.h"

static const char *const c_keywords[] = {
    "_Alignas",
    "_Atomic",
    "_Bool",
    "_Generic",
    "_Noreturn",
    "_Static_assert",
    "_Thread_local",
    "alignas",
    "alignof",
    "auto",
    "bool",
    "break",
    "case",
    "char",
    "const",
    "continue",
    "default",
    "do",
    "double",
    "else",
    "enum",
    "extern",
    "false",
    "float",
    "for",
    "goto",
    "if",
    "inline",
    "int",
    "long",
    "register",
    "restrict",
    "return",
    "short",
    "signed",
    "sizeof",
    "static",
    "struct",
    "switch",
    "true",
    "typedef",
    "typeof",
    "union",
    "unsigned",
    "void",
    "volatile",
    "while",
    "size_t",
    "ssize_t",
    "pid_t",
    "off_t",
    "mode_t",
    "key_t",
    "mqd_t",
    "sem_t",
    "int8_t",
    "int16_t",
    "int32_t",
    "int64_t",
    "uint8_t",
    "uint16_t",
    "uint32_t",
    "uint64_t",
    "uintptr_t",
    "intptr_t",
    "socklen_t",
    "pthread_t",
    "atomic_int",
    "atomic_bool",
    "atomic_uint",
    "FILE",
    "NULL",
    NULL,
};

static const char *const shell_keywords[] = {
    "case",     "do", "done", "elif",  "else",   "esac", "export", "fi",    "for",
    "function", "if", "in",   "local", "return", "then", "until",  "while", NULL,
};

enum code_language code_language(const char *word, size_t len)
{
    static const struct {
        const char *word;
        enum code_language language;
    } table[] = {
        {"c", CODE_C},
        {"h", CODE_C},
        {"cpp", CODE_C},
        {"sh", CODE_SHELL},
        {"bash", CODE_SHELL},
        {"shell", CODE_SHELL},
        {"make", CODE_SHELL},
        {"makefile", CODE_SHELL},
        {"ini", CODE_SHELL},
        {"console", CODE_CONSOLE},
        {"shell-session", CODE_CONSOLE},
        {"terminal", CODE_CONSOLE},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strlen(table[i].word) == len && memcmp(table[i].word, word, len) == 0)
            return table[i].language;
    return CODE_PLAIN;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_keyword(const char *const *list, const char *word, size_t len)
{
    for (; *list != NULL; list++)
        if (strlen(*list) == len && memcmp(*list, word, len) == 0)
            return true;
    return false;
}

/* A piece of the line being looked at. */
struct piece {
    size_t len;
    enum style style;
};

static size_t word_length(const char *p, size_t len)
{
    size_t n = 0;
    while (n < len && is_word(p[n]))
        n++;
    return n;
}

/* A number with its base, point, exponent and suffix: 0x1f, 1.5e-3f, 10UL. */
static size_t number_length(const char *p, size_t len)
{
    size_t n = 1;
    while (n < len && (is_word(p[n]) || p[n] == '.' ||
                       ((p[n] == '+' || p[n] == '-') && (p[n - 1] == 'e' || p[n - 1] == 'E') &&
                        !(p[0] == '0' && (p[1] == 'x' || p[1] == 'X')))))
        n++;
    return n;
}

static size_t string_length(const char *p, size_t len, char end, bool escapes)
{
    for (size_t n = 1; n < len; n++) {
        if (escapes && p[n] == '\\')
            n++;
        else if (p[n] == end)
            return n + 1;
    }
    return len;
}

/* The comment that `p` is in or starts; notes whether it goes on in the next line. */
static size_t comment_length(struct highlight *h, const char *p, size_t len, size_t from)
{
    const char *end = from <= len ? memmem(p + from, len - from, "*/", 2) : NULL;
    h->in_comment = end == NULL;
    return end == NULL ? len : (size_t)(end - p) + 2;
}

/* "#include <x.h>": the word after # now, the name in angle brackets as a string. */
static struct piece preprocessor_piece(const char *p, size_t len)
{
    size_t n = 1;
    while (n < len && p[n] == ' ')
        n++;
    return (struct piece){n + word_length(p + n, len - n), STYLE_CODE_PREPROC};
}

static bool is_include(const char *line, size_t at)
{
    return at >= 8 && memmem(line, at, "include", 7) != NULL && line[strspn(line, " ")] == '#';
}

static struct piece c_piece(struct highlight *h, const char *line, size_t at, size_t len)
{
    const char *p = line + at;
    size_t left = len - at;
    if (h->in_comment)
        return (struct piece){comment_length(h, p, left, 0), STYLE_CODE_COMMENT};
    if (left >= 2 && p[0] == '/' && p[1] == '/')
        return (struct piece){left, STYLE_CODE_COMMENT};
    if (left >= 2 && p[0] == '/' && p[1] == '*')
        return (struct piece){comment_length(h, p, left, 2), STYLE_CODE_COMMENT};
    if (p[0] == '"' || p[0] == '\'')
        return (struct piece){string_length(p, left, p[0], true), STYLE_CODE_STRING};
    if (p[0] == '#' && strspn(line, " ") >= at)
        return preprocessor_piece(p, left);
    if (p[0] == '<' && is_include(line, at))
        return (struct piece){string_length(p, left, '>', false), STYLE_CODE_STRING};
    if (is_digit(p[0]))
        return (struct piece){number_length(p, left), STYLE_CODE_NUMBER};
    size_t word = word_length(p, left);
    if (word > 0)
        return (struct piece){word, is_keyword(c_keywords, p, word) ? STYLE_CODE_KEYWORD
                                                                    : STYLE_CODE_LINE};
    return (struct piece){1, STYLE_CODE_LINE};
}

static struct piece shell_piece(const char *line, size_t at, size_t len)
{
    const char *p = line + at;
    size_t left = len - at;
    bool word_start = at == 0 || p[-1] == ' ' || p[-1] == ';';
    if (p[0] == '#' && word_start)
        return (struct piece){left, STYLE_CODE_COMMENT};
    if (p[0] == '\\' && left >= 2)
        return (struct piece){2, STYLE_CODE_LINE};
    if (p[0] == '"' || p[0] == '\'')
        return (struct piece){string_length(p, left, p[0], p[0] == '"'), STYLE_CODE_STRING};
    size_t word = word_length(p, left);
    if (word == 0)
        return (struct piece){1, STYLE_CODE_LINE};
    bool keyword = word_start && is_keyword(shell_keywords, p, word);
    return (struct piece){word, keyword ? STYLE_CODE_KEYWORD : STYLE_CODE_LINE};
}

static void highlight_pieces(struct highlight *h, struct flow *f, const char *line, size_t len)
{
    for (size_t at = 0; at < len;) {
        struct piece piece =
            h->language == CODE_C ? c_piece(h, line, at, len) : shell_piece(line, at, len);
        flow_add(f, piece.style, line + at, piece.len, NULL);
        at += piece.len;
    }
}

void highlight_line(struct highlight *h, struct doc *d, const char *line, size_t len)
{
    struct flow f = {0}; /* joins neighbours of one style */
    switch (h->language) {
    case CODE_C:
    case CODE_SHELL:
        highlight_pieces(h, &f, line, len);
        break;
    case CODE_CONSOLE:
        flow_add(&f, len > 0 && line[0] == '$' ? STYLE_STRONG : STYLE_CODE_LINE, line, len, NULL);
        break;
    case CODE_PLAIN:
        flow_add(&f, STYLE_CODE_LINE, line, len, NULL);
        break;
    }
    flow_emit(&f, (struct text_slice){0, f.text.len}, d);
    flow_release(&f);
}
