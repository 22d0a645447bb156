/* Reading the line that lab-crash.so leaves on stderr, and the source line it stands for. */
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "harness/state.h"

static const char mark[] = "\nipclab-crash: ";

static char *first_line(const struct buf *errors)
{
    return errors->len ? memmem(errors->data, errors->len, mark, sizeof mark - 1) : NULL;
}

bool lab_has_crash(const struct lab_proc *p, int sig)
{
    const char *at = first_line(&p->errors);
    int told;
    return at && sscanf(at + sizeof mark - 1, "signal=%d", &told) == 1 && told == sig;
}

/* Take the first such line out of `errors`; false when there is none. */
static bool take_line(struct buf *errors, struct crash *c)
{
    unsigned long address = 0, offset = 0;
    char *at = first_line(errors);
    if (!at)
        return false;
    int got = sscanf(at + sizeof mark - 1, "signal=%d code=%d address=0x%lx offset=0x%lx",
                     &c->signal, &c->code, &address, &offset);
    c->address = address;
    c->offset = offset;
    char *end = strchr(at + 1, '\n');
    size_t rest = end ? errors->len - (size_t)(end + 1 - errors->data) : 0;
    if (rest)
        memmove(at, end + 1, rest);
    errors->len = (size_t)(at - errors->data) + rest;
    errors->data[errors->len] = '\0';
    return got == 4;
}

static const Dwfl_Callbacks callbacks = {
    .find_elf = dwfl_build_id_find_elf,
    .find_debuginfo = dwfl_standard_find_debuginfo,
    .section_address = dwfl_offline_section_address,
};

char *lab_source_line(const struct lab_proc *p, unsigned long offset)
{
    AUTO_FREE char *path = fs_join(sandbox_out(&lab.box), p->program);
    char *result = NULL;
    Dwfl *dwfl = dwfl_begin(&callbacks);
    Dwfl_Module *module = dwfl ? dwfl_report_offline(dwfl, "program", path, -1) : NULL;
    GElf_Addr start = 0;
    if (module && dwfl_report_end(dwfl, NULL, NULL) == 0) {
        dwfl_module_info(module, NULL, &start, NULL, NULL, NULL, NULL, NULL);
        int line = 0;
        Dwfl_Line *l = dwfl_module_getsrc(module, start + offset);
        const char *file = l ? dwfl_lineinfo(l, NULL, &line, NULL, NULL, NULL) : NULL;
        const char *slash = file ? strrchr(file, '/') : NULL;
        if (file && line > 0)
            result = str_format("%s:%d", slash ? slash + 1 : file, line);
    }
    if (dwfl)
        dwfl_end(dwfl);
    return result;
}

bool lab_take_crash(struct lab_proc *p, struct crash *c)
{
    *c = (struct crash){.signal = 0};
    if (!take_line(&p->errors, c))
        return false;
    struct crash more;
    while (take_line(&p->errors, &more)) /* several processes may crash; the first one counts */
        ;
    if (c->offset)
        c->where = lab_source_line(p, c->offset);
    return true;
}
