#!/bin/sh
# Run every suite and add up: the last line is "N passed, N failed" over everything.
# Called by `make test`. One suite alone: sh tests/run.sh unit | verify | cli | tui | walk | lint | …
set -u
B=${B:-build}
export B
# libcheck ends a test after 4 s unless told otherwise; a busy machine needs longer. A last resort only.
export CK_DEFAULT_TIMEOUT=300

# Every suite adds a line to a file, because two lanes of suites run beside each other.
report() { # NAME PASSED FAILED
    echo "$2 $3" >>"$counts"
    printf '%-28s %5d passed %4d failed%s\n' "$1" "$2" "$3" "${took:+  ${took} s}"
}

log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
counts=${COUNTS:-$log/counts}

# Check prints "100%: Checks: 12, Failures: 0, Errors: 0".
unit() {
    for program in "$B"/tests/unit/test_*; do
        case $program in *.d | *.o) continue ;; esac
        name=$(basename "$program")
        options=
        # LeakSanitizer stops its process with ptrace, which a joined namespace does not let it do
        [ "$label-$name" = asan-test_sandbox ] && options=detect_leaks=0
        ASAN_OPTIONS=$options "$program" >"$log/$name" 2>&1
        status=$?
        line=$(grep -a 'Checks: [0-9]*, Failures: [0-9]*, Errors: [0-9]*' "$log/$name" | tail -n 1)
        checks=$(printf '%s' "$line" | sed 's/.*Checks: \([0-9]*\),.*/\1/')
        failures=$(printf '%s' "$line" | sed 's/.*Failures: \([0-9]*\),.*/\1/')
        errors=$(printf '%s' "$line" | sed 's/.*Errors: \([0-9]*\).*/\1/')
        if [ -z "$line" ] || [ "$checks" -eq 0 ]; then # died, or tested nothing
            cat "$log/$name"
            report "$label $name" 0 1
            continue
        fi
        bad=$((failures + errors))
        [ $status -ne 0 ] && [ $bad -eq 0 ] && bad=1
        [ $bad -ne 0 ] && cat "$log/$name"
        report "$label $name" $((checks - bad)) $bad
    done
}

# A script that ends with "N passed, N failed" and a status that says the same.
script() { # NAME COMMAND…
    name=$1
    shift
    began=$(date +%s)
    "$@" >"$log/$name" 2>&1
    status=$?
    took=$(($(date +%s) - began))
    line=$(grep -a '^[0-9][0-9]* passed, [0-9][0-9]* failed$' "$log/$name" | tail -n 1)
    if [ -z "$line" ]; then
        cat "$log/$name"
        report "$name" 0 1
        return
    fi
    good=${line%% passed*}
    bad=${line##*, }
    bad=${bad%% failed}
    [ $status -ne 0 ] && [ "$bad" -eq 0 ] && bad=1
    [ "$bad" -ne 0 ] && grep -av '^[0-9]* passed, [0-9]* failed$' "$log/$name"
    report "$name" "$good" "$bad"
}

flags='-fsanitize=address,undefined -fno-sanitize-recover=undefined'

# The unit tests once more, everything built with ASan and UBSan.
asan() {
    if ! make --no-print-directory -j2 B=build/asan SANITIZE="$flags" unit >"$log/asan" 2>&1; then
        tail -n 30 "$log/asan"
        report "asan build" 0 1
        return
    fi
    keep=$B
    B=build/asan
    label=asan
    unit
    B=$keep
    label=unit
}

# The random walk: the learner's terminal with sanitizers, moved by seeded keys.
walk() {
    if ! make --no-print-directory -j2 B="$B/asan" SANITIZE="$flags" "$B/asan/ipclab" >"$log/walk" 2>&1 ||
        ! make --no-print-directory -j2 B="$B" "$B/tests/tui/walk" >"$log/walk" 2>&1; then
        tail -n 30 "$log/walk"
        report "walk build" 0 1
        return
    fi
    script walk sh tests/tui/walk.sh
}

label=unit
run() { # SUITE…, one after the other
    for suite in "$@"; do
        case $suite in
        unit) unit ;;
        asan) asan ;;
        verify) script verify sh tests/verify.sh ;;
        none) script verify-none sh tests/verify.sh --sandbox=none ;;
        verdicts) script verdicts sh tests/verdicts.sh ;;
        attacks) script attacks sh tests/attacks/run.sh ;;
        cli) script cli sh tests/cli/run.sh ;;
        class) script class sh tests/class/run.sh ;;
        kits) script kits sh tests/kits.sh ;;
        deb) script deb sh tests/deb.sh ;;
        integrations) script integrations sh tests/integrations/run.sh ;;
        tui) script tui sh tests/tui/run.sh ;;
        walk) walk ;;
        lint) script lint env NODES=56000 sh tests/lint.sh ;;
        *) echo "no such suite: $suite" >&2; echo "0 1" >>"$counts" ;;
        esac
    done
}

if [ -n "${COUNTS:-}" ]; then # the second lane
    run "$@"
    exit
fi
if [ $# -gt 0 ]; then
    run "$@"
else
    run unit asan verify none
    # These wait more than they compute: two lanes keep both cores busy.
    COUNTS=$counts setsid sh "$0" verdicts attacks cli class kits deb integrations &
    lane=$!
    trap 'kill -- "-$lane"; exit 130' INT TERM HUP
    run tui walk lint
    wait "$lane" || echo "0 1" >>"$counts"
    trap - INT TERM HUP
fi
awk '{ p += $1; f += $2 } END { printf "%d passed, %d failed\n", p, f; exit !(p > 0 && f == 0) }' \
    "$counts"
