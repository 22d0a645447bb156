#!/bin/sh
# make bench-class: what a class costs. SIZES="100 1000 10000" (default "100 1000"), KILLS=100 (default 20),
# SEED=1, EXERCISES="1-pipe/1-hello …" (default all). Prints the figures and whether each limit of
# docs/architecture.md is met.
set -eu
cd "$(dirname "$0")/../.."
B=${B:-build}
IPCLAB_LANG=en
export IPCLAB_LANG
sizes=${SIZES:-100 1000}
kills=${KILLS:-20}
seed=${SEED:-1}
exercises=${EXERCISES:-}
missed=0
mkdir -p "$B/bench"
gcc -D_GNU_SOURCE -O2 -Wall -Wextra tests/bench/class_watch.c -o "$B/bench/class_watch"
w=$(mktemp -d)
trap 'rm -rf "$w"' EXIT

limit() { # NAME VALUE LIMIT: at most
    if awk -v a="$2" -v b="$3" 'BEGIN { exit !(a <= b) }'; then mark=ok; else mark=MISSED missed=1; fi
    printf '    %-46s %10s  (limit %s)  %s\n' "$1" "$2" "$3" "$mark"
}
figure() { printf '    %-46s %10s\n' "$1" "$2"; }
grade() { # OUT SUBMISSIONS …: sets wall busy own peak
    out=$1
    shift
    # shellcheck disable=SC2046 # five numbers
    set -- $("$B/bench/class_watch" "$B/ipclab" grade "$@" --out "$out" 2>"$w/log" || true)
    wall=$1 busy=$2 own=$3 peak=$4 ours=$5
}
# shellcheck disable=SC2086 # a list of folders
draw() { sh tests/class/make.sh "$1" "$2" "$seed" "${3:--1}" $exercises; } # DIR N [HANGS]
book() { "$B/ipclab" report "$1" --format json | grep -vE '^ *"(graded|ms|when|title)":'; }

for n in $sizes; do
    echo "== $n submissions, seed $seed"
    draw "$w/S$n" "$n"
    grade "$w/o$n" "$w/S$n"
    figure "wall time, s" "$wall"
    figure "submissions per second" "$(awk -v n="$n" -v t="$wall" 'BEGIN { printf "%.2f", n / t }')"
    figure "time per submission, ms" "$(awk -v n="$n" -v t="$wall" 'BEGIN { printf "%.0f", 1000 * t / n }')"
    figure "CPUs busy, % (wanted: 90)" "$busy"
    limit "own process, % of the CPU time" "$own" 15
    figure "with sandbox, lab-init and Check programs, %" "$ours"
    limit "peak memory of the grader, MiB" "$peak" 64
    grade "$w/o$n" "$w/S$n"
    limit "second run, s" "$wall" "$(awk -v n="$n" 'BEGIN { print n > 2000 ? n / 1000 : 2 }')"
    grep -q '^0 graded' "$w/log" || { tail -n 3 "$w/log" && missed=1; }
done

n=${sizes%% *}
killed() { # SUBMISSIONS OUT SECONDS: the grader killed again and again, and then let go
    # random moments: early ones, and late enough that the runs together get through the whole class
    longest=$(awk -v t="$3" -v k="$kills" 'BEGIN { m = 2 * t / k; print m < 3 ? 3 : m }')
    i=0
    while [ $i -lt "$kills" ]; do
        "$B/ipclab" grade "$1" --out "$2" >/dev/null 2>&1 &
        pid=$!
        sleep "$(awk -v s="$seed$i" -v m="$longest" 'BEGIN { srand(s); printf "%.2f", rand() * m }')"
        kill -9 $pid 2>/dev/null || true
        wait $pid 2>/dev/null || true
        i=$((i + 1))
    done
    figure "results before the last run" "$(find "$2/reports" -name '*.json' ! -name '_*' 2>/dev/null | wc -l)"
    "$B/ipclab" grade "$1" --out "$2" >"$w/log" 2>&1 || true
}
# Each test of each student: "s00012 pipe-hello any_bytes wrong-output no-output".
marks() { # OUT
    "$B/ipclab" report "$1" --format json | jq -r '.students[] | .id as $s | .grades[] | .exercise as $x |
        .attempts[]? | .tests[]? | "\($s) \($x) \(.test) \(.verdict) \(.diagnosis)"' | sort
}
differing() { # OUT OUT: students and exercises whose marks are not the same
    marks "$1" >"$w/marks1"
    marks "$2" >"$w/marks2"
    comm -3 "$w/marks1" "$w/marks2" | awk '{ print $1, $2 }' | sort -u
}

echo "== $n submissions of which each has one outcome, the grader killed $kills times"
STEADY=1 draw "$w/K" "$n"
grade "$w/k0" "$w/K"
killed "$w/K" "$w/k" "$wall"
book "$w/k0" >"$w/a"
book "$w/k" >"$w/b"
limit "lines of the gradebook that differ" "$(diff "$w/a" "$w/b" | grep -c '^[<>]' || true)" 0

# What a race does is not the same twice, killed or not: two runs that nobody disturbed are the measure.
echo "== $n submissions of all kinds, twice in one go and once killed $kills times"
grade "$w/again" "$w/S$n"
killed "$w/S$n" "$w/killed" "$wall"
differing "$w/o$n" "$w/again" >"$w/by-chance"
differing "$w/o$n" "$w/killed" >"$w/by-killing"
figure "submissions that differ, undisturbed" "$(wc -l <"$w/by-chance")"
figure "submissions that differ, killed" "$(wc -l <"$w/by-killing")"
sort -u "$w/by-chance" "$w/by-killing" | sed 's/^/        /'
limit "submissions missing after the kills" "$(($(marks "$w/o$n" | wc -l) - $(marks "$w/killed" | wc -l)))" 0
echo "== $n submissions, of which 20 % hang"
draw "$w/H0" "$n" 0
draw "$w/H20" "$n" 20
grade "$w/h0" "$w/H0"
none=$wall
grade "$w/h20" "$w/H20"
figure "none hang, s" "$none"
figure "20 % hang, s" "$wall"
limit "slower by the factor" "$(awk -v a="$wall" -v b="$none" 'BEGIN { printf "%.2f", a / b }')" 1.3
exit "$missed"
