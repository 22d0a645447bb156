#include "tui/editor.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"

static bool is_program(const char *path)
{
    return access(path, X_OK) == 0 && !fs_is_dir(path);
}

static bool in_path(const char *program)
{
    const char *path = getenv("PATH");

    for (const char *at = path ? path : "/usr/bin:/bin"; at; at = strchr(at, ':')) {
        at += *at == ':';
        size_t len = strcspn(at, ":");
        AUTO_FREE char *dir = len ? str_ndup(at, len) : str_dup(".");
        AUTO_FREE char *file = fs_join(dir, program);
        if (is_program(file))
            return true;
    }
    return false;
}

static char *first_word(const char *command)
{
    command += strspn(command, " \t");
    return str_ndup(command, strcspn(command, " \t"));
}

/* What only a shell can take apart ("FOO=1 vim", quotes, ~) is believed. */
static bool exists(const char *command)
{
    AUTO_FREE char *word = first_word(command);

    if (strpbrk(word, "'\"\\$=~`;&|(){}<>*?"))
        return true;
    return strchr(word, '/') ? is_program(word) : in_path(word);
}

const char *editor_choose(const char *wish, char **missing)
{
    const char *const wanted[] = {wish, getenv("VISUAL"), getenv("EDITOR")};
    static const char *const usual[] = {"nano", "vi", "vim", "micro", "emacs"};

    *missing = NULL;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        if (!wanted[i] || !wanted[i][strspn(wanted[i], " \t")])
            continue;
        if (exists(wanted[i]))
            return wanted[i];
        if (!*missing)
            *missing = str_dup(wanted[i]);
    }
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (in_path(usual[i]))
            return usual[i];
    return NULL;
}

/* The first word of the command decides; "vim.basic" and "vim.tiny" are vims. */
enum line_style editor_line_style(const char *editor)
{
    static const struct {
        const char *name;
        enum line_style style;
    } known[] = {
        {"vi", LINE_PLUS},
        {"vim", LINE_PLUS},
        {"nvim", LINE_PLUS},
        {"view", LINE_PLUS},
        {"nvi", LINE_PLUS},
        {"nano", LINE_PLUS},
        {"emacs", LINE_PLUS},
        {"micro", LINE_PLUS},
        {"emacsclient", LINE_PLUS},
        {"kak", LINE_PLUS},
        {"joe", LINE_PLUS},
        {"ne", LINE_PLUS},
        {"mg", LINE_PLUS},
        {"hx", LINE_COLON},
        {"helix", LINE_COLON},
        {"subl", LINE_COLON},
        {"zed", LINE_COLON},
        {"code", LINE_GOTO},
        {"code-insiders", LINE_GOTO},
        {"codium", LINE_GOTO},
    };
    AUTO_FREE char *word = first_word(editor);
    const char *slash = strrchr(word, '/');
    const char *name = slash ? slash + 1 : word;

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t len = strlen(known[i].name);

        if (strncmp(name, known[i].name, len) == 0 && (name[len] == '\0' || name[len] == '.'))
            return known[i].style;
    }
    return LINE_UNKNOWN;
}
