#!/bin/sh
# The words scenarios are made of. Run by run.sh as: driver.sh NAME SCENARIO.
set -u

name=$1
scenario=$2
: "${here:?run.sh runs this}" "${tree:?}" "${work:?}" "${B:?}"
deadline=${TUI_DEADLINE:-60} # seconds; only broken code ever waits that long

hello=1-pipe/1-hello # the real exercise of the course
box=$work/$name
ws=$box/workspace
mkdir -p "$box"
unset TMUX VISUAL EDITOR NO_COLOR COLORFGBG IPCLAB_ASCII LC_ALL LC_MESSAGES

export TMUX_TMPDIR="$work" # sockets go when the folder goes
servers=1
T() {
    tmux -L "ipclab-test-$$-$servers" -f "$here/tmux.conf" -u "$@"
}

finish() {
    while [ "$servers" -gt 0 ]; do
        T kill-server 2>/dev/null
        servers=$((servers - 1))
    done
}

close_terminal() { # the next start gets a server of its own: an ending one refuses
    T kill-server
    servers=$((servers + 1))
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

pass() { # one more check has held
    echo "$name: $*" >>"$work/count"
}

screen() { # what the terminal shows now
    T capture-pane -p -t tui | sed 's/[[:space:]]*$//'
}

fail() { # message, the screen, the end
    echo "$*"
    echo "--- screen"
    screen
    echo "---"
    exit 1
}

# until_ok COMMAND…: again and again until it succeeds; false after the deadline.
until_ok() {
    end=$(($(date +%s) + deadline))
    while ! "$@"; do
        [ "$(date +%s)" -lt "$end" ] || return 1
        sleep 0.05
    done
}

shows() {
    screen | grep -qF -- "$1"
}

shows_not() {
    ! shows "$1"
}

see() { # the screen comes to show each of these texts
    for text; do
        until_ok shows "$text" || fail "not seen: $text"
        pass "see $text"
    done
}

gone() { # the screen comes not to show these texts
    for text; do
        until_ok shows_not "$text" || fail "still there: $text"
        pass "gone $text"
    done
}

same_screen() {
    screen | cmp -s - "$1"
}

compare() { # the whole screen comes to equal screens/NAME.txt
    golden=$here/screens/$1.txt
    if [ -n "${UPDATE:-}" ]; then
        settle
        screen >"$golden"
    fi
    if ! until_ok same_screen "$golden"; then
        echo "the screen differs from screens/$1.txt:"
        screen | diff -u "$golden" -
        exit 1
    fi
    pass "compare $1"
}

settle() { # only for UPDATE: until the screen has stayed the same for a while
    before=
    while now=$(screen) && [ "$now" != "$before" ]; do
        before=$now
        sleep 0.3
    done
}

keys() {
    T send-keys -t tui "$@"
}

type_text() {
    T send-keys -t tui -l "$1"
}

resize() { # COLUMNS ROWS
    T resize-window -t tui -x "$1" -y "$2"
}

# A course whose text never changes, for comparing screens.
make_looks() {
    root=$box/root
    mkdir -p "$root/labs" "$root/solutions" "$root/tests/labs"
    cp -R "$here/course/2-demo" "$root/labs/"
    ln -s "$B" "$root/build"
    export IPCLAB_ROOT="$root"
}

# The same with the real exercise 1.1 in front, which can be graded.
make_course() {
    make_looks
    for kind in labs solutions tests/labs; do
        mkdir -p "$root/$kind/1-pipe"
        cp -R "$tree/$kind/$hello" "$root/$kind/1-pipe/"
    done
    cp "$here"/course/1-pipe/* "$root/labs/1-pipe/"
}

make_workspace() {
    [ -n "${root:-}" ] || make_course
    [ -d "$ws" ] || "$B/ipclab" init "$ws" >/dev/null || fail "ipclab init failed"
    export IPCLAB_WORKSPACE="$ws"
}

session() { # COLUMNS ROWS COMMAND
    T new-session -d -s tui -x "$1" -y "$2" -c "$box" "$3" || fail "tmux did not start"
}

# start COLUMNS ROWS LANG [NAME=VALUE…]: the program in a terminal. After its end the pane tells how it
# ended and in which state it left the terminal, and stays. $boxed may name a command to run it with.
start() {
    columns=$1 rows=$2
    make_workspace
    export IPCLAB_LANG="$3" LANG=C.UTF-8 EDITOR="$here/fake-editor.sh" FAKE_EDITOR="$box/editor"
    mkdir -p "$FAKE_EDITOR"
    shift 3
    session "$columns" "$rows" "env $* sh '$here/pane.sh' ${boxed:-} '$B/ipclab'"
}

start_shell() { # COLUMNS ROWS LANG: an interactive shell that has job control
    make_workspace
    export IPCLAB_LANG="$3" LANG=C.UTF-8
    echo "PS1='READY> '" >"$box/bashrc"
    session "$1" "$2" "bash --rcfile '$box/bashrc' -i"
    see 'READY>'
}

program_pid() { # the program, a child of the pane's shell
    pane=$(T list-panes -t tui -F '#{pane_pid}')
    pgrep -P "$pane" -x ipclab
}

inside() { # a path as the program sees it, which may have mounts of its own
    echo "/proc/$(program_pid)/root$1"
}

alone() { # the program has no child process left
    [ -z "$(pgrep -P "$(program_pid)")" ]
}

ended() { # PID: the process is no more, or waits for a parent that takes its time
    ! grep -q '^State:[[:space:]]*[^Z]' "/proc/$1/status" 2>/dev/null
}

sane() { # the program ended with this status and left the terminal as it was
    see "STATUS $1" "TERMINAL SANE"
}

answer() { # what the editor will save next
    cp "$1" "$FAKE_EDITOR/answer"
}

# shellcheck source=/dev/null
. "$scenario"
