/* The tables of all screens, one per screen_*.c. */
#ifndef TUI_SCREENS_H
#define TUI_SCREENS_H

#include "tui/app.h"

extern const struct screen_ops tree_screen, task_screen, lesson_screen, hints_screen,
    solution_screen, help_screen, settings_screen, closing_screen, stats_screen, attempts_screen,
    results_screen, backups_screen, diagnosis_screen;

#endif
