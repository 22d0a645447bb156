#!/bin/sh
# Who may include whom: the dependency table of runner/ (docs/architecture.md). Prints every violation;
# exits non-zero when there is one.
set -u
cd "$(dirname "$0")/.." || exit 2
bad=0
say() {
    echo "$*"
    bad=1
}

allowed() { # ROOM → rooms it may include besides itself
    case $1 in
    base) echo "" ;;
    course | sandbox | observe) echo "base" ;;
    harness) echo "base course sandbox observe" ;;
    store | report) echo "base course" ;;
    grade) echo "base course sandbox" ;;
    tui) echo "base course store grade observe sandbox" ;;
    cli) echo "base course sandbox observe store grade report tui" ;;
    *) echo "none" ;;
    esac
}

for file in runner/*/*.c runner/*/*.h; do
    room=$(basename "$(dirname "$file")")
    ok=" $room $(allowed "$room") "
    # shellcheck disable=SC2013 # room names are single words
    for included in $(sed -n 's/^#include "\([a-z]*\)\/.*/\1/p' "$file" | sort -u); do
        case $ok in
        *" $included "*) ;;
        *) say "$file: room $room may not include $included" ;;
        esac
    done
    case $room in
    tui) ;;
    *) grep -lE '#include <(n?curses|ncursesw/.*)\.h>' "$file" && say "$file: only tui includes curses" ;;
    esac
    case $room in
    store) ;;
    *) grep -l '#include <sqlite3.h>' "$file" && say "$file: only store includes sqlite3" ;;
    esac
    case $room in
    cli) ;;
    *) grep -nE '(^|[^_a-zA-Z])exit\(' "$file" && say "$file: only cli and main may exit" ;;
    esac
    case $file in
    runner/observe/*)
        grep -nE '(^|[^_a-zA-Z])kill\(|pidfd_send_signal' "$file" && say "$file: observe never signals" ;;
    esac
done
grep -nE 'solutions|sqlite' runner/report/*.c && say "report touches neither solutions nor SQLite"
exit $bad
