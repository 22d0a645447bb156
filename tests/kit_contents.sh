# Sourced by kits.sh and deb.sh, which have $work: how a command ends, and what must not be in anything that
# students get.
# shellcheck shell=sh disable=SC2154

says() { # STATUS WORDS COMMAND…: ends so, and says so
    status=$1 words=$2
    shift 2
    "$@" >"$work/out" 2>&1
    got=$?
    cat "$work/out"
    [ "$got" -eq "$status" ] && grep -q -e "$words" "$work/out"
}

# Lines of solutions that no lab shows, to $work/lines.
secret_lines() {
    find solutions -name '*.[ch]' -exec cat {} + | sed 's/^[[:space:]]*//' | awk 'length >= 40' | sort -u >"$work/ours"
    find labs runner tests/labs -type f \( -path 'labs/*' -o -path 'runner/*' -o -name '*_driver.c' \) -exec cat {} + |
        sed 's/^[[:space:]]*//' | sort -u >"$work/shown"
    # Neither whole nor as a part of a longer line may a lab show it.
    comm -23 "$work/ours" "$work/shown" | while IFS= read -r line; do
        grep -qF -e "$line" "$work/shown" || printf '%s\n' "$line"
    done >"$work/lines"
}

# Names of files, and whole lines of solutions that no lab shows.
for_students() { # FOLDER
    found=$(find "$1" \( -path '*/solutions/*' -o -path '*/wrong/*' -o -path '*/labs/*/check.c' -o -name 'test_*' \
        -o -name .git -o -name 'teacher*' -o -name 'security*' -o -name integrations \) -print)
    [ -z "$found" ] || { echo "$found"; return 1; }
    ! grep -raFl -f "$work/lines" "$1"
}
