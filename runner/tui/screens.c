#include "tui/screens.h"

static const struct screen_ops *const table[SCREEN_COUNT] = {
    [SCREEN_TREE] = &tree_screen,           [SCREEN_TASK] = &task_screen,
    [SCREEN_LESSON] = &lesson_screen,       [SCREEN_HINTS] = &hints_screen,
    [SCREEN_SOLUTION] = &solution_screen,   [SCREEN_HELP] = &help_screen,
    [SCREEN_SETTINGS] = &settings_screen,   [SCREEN_CLOSING] = &closing_screen,
    [SCREEN_DIAGNOSIS] = &diagnosis_screen, [SCREEN_STATS] = &stats_screen,
    [SCREEN_ATTEMPTS] = &attempts_screen,   [SCREEN_RESULTS] = &results_screen,
    [SCREEN_BACKUPS] = &backups_screen,
};

const struct screen_ops *screen_ops(enum screen_id id)
{
    return table[id];
}
