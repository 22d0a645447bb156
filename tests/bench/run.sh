#!/bin/sh
# make bench: what grading, the terminal, hangs and verify cost. Every figure with min, median, max; those
# of the terminal with their limits, and a status that says whether all were met.
# Numbers belong to the machine and its mood; ratios within one run say more.
set -eu
cd "$(dirname "$0")/../.."
B=${B:-build}
rounds=${ROUNDS:-21}
missed=0
mkdir -p "$B/bench"
for tool in measure cpu_share first_frame observer_share; do
    gcc -D_GNU_SOURCE -O2 -Wall -Wextra "tests/bench/$tool.c" -o "$B/bench/$tool" -lutil
done
flags=$(sed -n 's/^LAB_CFLAGS := //p' Makefile)
solution=solutions/1-pipe/1-hello

echo "== a passing submission (pipe-hello: 9 tests, 23 program runs) against gcc and 23 plain runs"
"$B/bench/measure" "$rounds" \
    "ipclab run, sandboxed" "$B/ipclab run pipe-hello --source $solution" \
    "gcc + 23 runs" "gcc $flags -o $B/bench/hello $solution/pipe_hello.c && i=0 && while [ \$i -lt 23 ]; do $B/bench/hello hi; i=\$((i+1)); done" \
    "gcc alone" "gcc $flags -o $B/bench/hello $solution/pipe_hello.c" \
    "ipclab run, --sandbox=none" "$B/ipclab run pipe-hello --sandbox=none --source $solution"

echo "== ipclab list"
workspace=$(mktemp -d)
trap 'rm -rf "$workspace"' EXIT
"$B/ipclab" init "$workspace/w" >/dev/null
"$B/bench/measure" "$rounds" "ipclab list" "$B/ipclab list --workspace $workspace/w" \
    "true" "/bin/true"

echo "== the first frame of the terminal"
"$B/bench/first_frame" "$rounds" 1.1 "$B/ipclab" --workspace "$workspace/w" || missed=1

echo "== keys, rest and saves in the terminal"
sh tests/bench/terminal.sh || missed=1

echo "== a look at 8 processes with 64 descriptors each"
"$B/tests/bench/look"

echo "== the test process while a student program runs (observing, moving bytes)"
for kind in cpu io; do
    printf '%-34s ' "$kind-bound program"
    "$B/bench/observer_share" pipe_hello "$B/ipclab" run pipe-hello --source $solution \
        --replace "pipe_hello.c=tests/bench/busy/$kind.c" --test prints_message || true
done

echo "== from the last sign of life to the verdict of a hang"
sh tests/bench/hangs.sh

echo "== verify of the whole course"
"$B/bench/cpu_share" "$B/ipclab" verify
exit "$missed"
