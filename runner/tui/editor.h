/* Which editor, and how it is spoken to. To teach another editor its line numbers, add a row to the
 * table in editor.c. */
#ifndef TUI_EDITOR_H
#define TUI_EDITOR_H

/* The first of `wish` (the learner's setting, may be NULL), $VISUAL, $EDITOR, nano, vi… that
 * exists; borrowed, a command that a shell takes apart. NULL when there is none. *missing becomes
 * the name (malloc'd) of the first that was asked for but does not exist, or NULL. */
const char *editor_choose(const char *wish, char **missing);

/* How an editor is told the line to begin at. */
enum line_style {
    LINE_UNKNOWN, /* not at all */
    LINE_PLUS,    /* +41 FILE */
    LINE_COLON,   /* FILE:41 */
    LINE_GOTO,    /* --goto FILE:41 */
};
enum line_style editor_line_style(const char *editor);

#endif
