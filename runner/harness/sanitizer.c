/* What ThreadSanitizer, AddressSanitizer and UBSan wrote on stderr, as evidence. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "harness/state.h"

enum { MAX_EVIDENCE = 6, LINE_COLUMNS = 160 };

static const char *next_line(const char *at)
{
    const char *end = strchr(at, '\n');
    return end ? end + 1 : NULL;
}

/* One line without the indentation, addresses and folder names that help nobody. */
static char *tidy(const char *line)
{
    struct buf b = BUF_INIT;
    size_t len = strcspn(line, "\n");
    while (len && isspace((unsigned char)*line)) {
        line++;
        len--;
    }
    AUTO_FREE char *copy = str_ndup(line, len);
    char *address = strstr(copy, " on address 0x");
    if (address)
        *address = '\0';
    address = strstr(copy, " at 0x");
    if (address)
        memset(address, ' ', 3);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
        char *slash = strrchr(word, '/');
        if (strncmp(word, "0x", 2) == 0 || (word[0] == '(' && strstr(word, "+0x")) ||
            strncmp(word, "(pid", 4) == 0)
            continue;
        buf_addf(&b, "%s%s", b.len ? " " : "", word[0] == '/' && slash ? slash + 1 : word);
    }
    AUTO_FREE char *raw = buf_steal(&b);
    text_sanitize(&b, raw, text_fit(raw, strlen(raw), LINE_COLUMNS));
    return buf_steal(&b);
}

static bool is_access(const char *line)
{
    line += strspn(line, " ");
    return strncasecmp(line, "Write of size", 13) == 0 ||
           strncasecmp(line, "Read of size", 12) == 0 || strncmp(line, "Previous ", 9) == 0 ||
           strncmp(line, "Atomic ", 7) == 0;
}

static bool has(const char *line, size_t len, const char *word)
{
    return memmem(line, len, word, strlen(word)) != NULL;
}

static void quote(struct failure *f, const char *line)
{
    AUTO_FREE char *shown = tidy(line);
    lab_say_more(f->evidence, MSG_HARNESS_QUOTE, shown);
}

/* The lines that name a report or an access, each with the first stack frame after it that lies in
 * a C file (not in the library's own). */
static void collect(struct failure *f, const char *text)
{
    int count = 0;
    bool frame_wanted = false;
    for (const char *at = text; at && *at && count < MAX_EVIDENCE; at = next_line(at)) {
        size_t len = strcspn(at, "\n");
        const char *error = memmem(at, len, "ERROR: ", 7);
        if (error || is_access(at) || has(at, len, "runtime error:")) {
            quote(f, error ? error + 7 : at);
            frame_wanted = !has(at, len, "runtime error:");
            count++;
        } else if (frame_wanted && at[strspn(at, " ")] == '#' && has(at, len, ".c:") &&
                   !has(at, len, "libsanitizer")) {
            quote(f, at);
            frame_wanted = false;
            count++;
        }
    }
}

static bool cannot_start(const struct lab_proc *p)
{
    return strstr(buf_text(&p->errors), "FATAL: ThreadSanitizer") != NULL;
}

/* The program says that ThreadSanitizer cannot start. Anybody can print that: it is believed if the
 * reference's build of the same program says so as well. */
static _Noreturn void no_result(const struct lab_proc *p)
{
    struct lab_proc *reference =
        lab_spawn(.program = p->program, .side = LAB_REFERENCE, .fixed_addresses = true,
                  .no_memory_limit = true, .role_zh = "参考程序", .role_en = "the reference");
    lab_wait(reference);
    if (cannot_start(reference))
        lab_undecided(
            "ThreadSanitizer 在这台机器上启动不了（地址空间布局不合它的要求），看不出有没有竞争。",
            "ThreadSanitizer cannot start on this machine (it does not like the address layout), "
            "so races cannot be seen.");
    struct failure f = {.verdict = VERDICT_RACE, .diagnosis = "data-race", .certain = true};
    lab_say(f.symptom, MSG_HARNESS_NO_TSAN);
    lab_say(f.hint, MSG_HARNESS_HINT_RACE);
    lab_fail_with(&f);
}

void lab_expect_no_race(struct lab_proc *p)
{
    lab_wait(p);
    if (cannot_start(p))
        no_result(p);
    const char *text = buf_text(&p->errors);
    const char *report = strstr(text, "WARNING: ThreadSanitizer: data race");
    if (!report)
        return;
    struct failure f = {.verdict = VERDICT_RACE, .diagnosis = "data-race"};
    lab_say(f.symptom, MSG_HARNESS_RACE);
    lab_say(f.hint, MSG_HARNESS_HINT_RACE);
    collect(&f, report);
    lab_fail_with(&f);
}

void lab_check_sanitizers(void)
{
    for (size_t i = 0; lab.asan && i < lab.n_procs; i++) {
        struct lab_proc *p = lab.procs[i];
        const char *text = buf_text(&p->errors);
        bool address = strstr(text, "ERROR: AddressSanitizer") != NULL;
        if (p->side != LAB_STUDENT || (!address && !strstr(text, "runtime error:")))
            continue;
        struct failure f = {.verdict = VERDICT_CRASH,
                            .proc = p,
                            .certain = true,
                            .diagnosis = address ? "address-sanitizer" : "undefined-behaviour"};
        for (int lang = 0; lang < LANG_COUNT; lang++)
            f.symptom[lang] =
                msg_format((enum lang)lang, MSG_HARNESS_SANITIZER, lab_role(p, (enum lang)lang));
        lab_say(f.hint, MSG_HARNESS_HINT_SANITIZER);
        collect(&f, text);
        lab_fail_with(&f);
    }
}
