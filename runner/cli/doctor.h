/* What ipclab doctor looks at. To add a check: a function with this type in one of the doctor_*.c
 * files, declared here, and a line in the table of doctor.c. */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "cli/cli.h"
#include "cli/print.h"

struct finding {
    enum mark mark;    /* GOOD works, WARN works with less, BAD grading does not work */
    struct buf detail; /* one or two sentences */
    struct buf remedy; /* what to do, lines separated by \n; empty: nothing */
};
typedef void doctor_look(struct cli *c, struct finding *f);

/* Set the mark (never back to a better one) and append a sentence. */
void finding_say(struct finding *f, enum mark mark, enum msg_id id, ...);
/* Append a line to the remedy. */
void finding_remedy(struct finding *f, enum msg_id id, ...);

/* doctor_machine.c */
doctor_look doctor_versions, doctor_cpus, doctor_clock, doctor_space, doctor_ipc, doctor_terminal;
/* doctor_sandbox.c */
doctor_look doctor_sandbox, doctor_proc, doctor_lines;
/* doctor_tools.c */
doctor_look doctor_gcc, doctor_asan, doctor_tsan, doctor_strace, doctor_editor;
/* doctor_course.c */
doctor_look doctor_built, doctor_workspace, doctor_trial;

/* doctor_class.c: for --grading */
doctor_look doctor_class_sandbox, doctor_class_namespaces, doctor_class_limits, doctor_class_memory,
    doctor_class_space, doctor_class_noise, doctor_class_descriptors, doctor_class_tools,
    doctor_class_user;

/* Compile `source` with the course's flags and `flags` (NULL-terminated) to `folder`/NAME; what the
 * compiler said goes to `out`. True when it worked. */
bool doctor_compile(const char *folder, const char *name, const char *source,
                    const char *const *flags, struct buf *out);

#endif
