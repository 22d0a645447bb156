#!/bin/sh
# Tests of the learner's terminal: the real program in a real terminal emulator (tmux, on a socket of
# its own), driven by keys and judged by what the screen shows.
#
#   tests/tui/run.sh            all scenarios
#   tests/tui/run.sh wide       those whose name contains "wide"
#   UPDATE=1 tests/tui/run.sh   write the screens of screens/ anew (then look at the difference)
#
# A scenario is a shell fragment in scenarios/ made of the words of driver.sh. Nothing sleeps for a
# fixed time: every step waits until the screen shows what it should, with a deadline for broken code.
set -u

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
tree=$(CDPATH='' cd -- "$here/../.." && pwd)
B=${B:-build}
case $B in /*) ;; *) B=$tree/$B ;; esac
export here tree B

command -v tmux >/dev/null || { echo "tests/tui: tmux is missing" >&2; exit 2; }
[ -x "$B/ipclab" ] || { echo "tests/tui: $B/ipclab is missing; run make first" >&2; exit 2; }

work=$(mktemp -d)
export work
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

passed=0
failed=0
for scenario in "$here"/scenarios/*.scenario; do
    name=$(basename "$scenario" .scenario)
    case $name in *"${1:-}"*) ;; *) continue ;; esac
    : >"$work/count"
    if sh "$here/driver.sh" "$name" "$scenario" >"$work/log" 2>&1; then
        printf 'ok      %s\n' "$name"
    else
        printf 'FAILED  %s\n' "$name"
        sed 's/^/    /' "$work/log"
        failed=$((failed + 1))
    fi
    passed=$((passed + $(wc -l <"$work/count")))
done
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
