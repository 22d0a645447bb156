#!/bin/sh
# How long a wrong answer that hangs stands still before the verdict: over all of them, from the last
# sign of life (blocked_ms of the record). Two kinds are listed apart, because they wait by design: a
# stopped process may be continued (2 s), a packet between two hosts may be on its way (1 s).
set -eu
B=${B:-build}
list=$(mktemp)
trap 'rm -f "$list"' EXIT
# one line each: MS EXERCISE WRONG TEST DIAGNOSIS
{ "$B/ipclab" verify --json --only wrong "$@" 2>/dev/null || true; } |
    sed -n '/^  "hangs": \[/,/^  \]/p' | tr -d ' ",\n' | sed 's/}/\n/g' | sed -n \
    's/.*id:\(.*\)wrong:\(.*\)test:\(.*\)diagnosis:\(.*\)blocked_ms:\([0-9.]*\).*/\5 \1 \2 \3 \4/p' >"$list"
hosts=$(grep -l 'lab_two_hosts' tests/labs/*/*/check.c | while read -r check; do
    dir=${check#tests/labs/}
    sed -n 's/^id *= *//p' "labs/${dir%/check.c}/exercise.ini"
done | tr '\n' ' ')
select_of() { # CLASS: plain, stopped or hosts
    awk -v class="$1" -v hosts=" $hosts" '
        { kind = $5 == "stopped" ? "stopped" : index(hosts, " " $2 " ") && $1 >= 1000 ? "hosts" : "plain" }
        kind == class' "$list"
}
show() { # TITLE
    sort -n | awk -v title="$1" '
        { v[NR] = $1; line[NR] = $2 " " $3 " (" $4 "): " $5 }
        END {
            printf "%-34s ", title
            if (!NR) { print "none"; exit }
            printf "min %8.0f  median %8.0f  max %8.0f ms  (n=%d)\n", v[1], v[int((NR + 1) / 2)], v[NR], NR
            for (i = NR; i > NR - 3 && i > 0; i--) printf "    %6.0f ms  %s\n", v[i], line[i]
        }'
}
[ -s "$list" ] || { echo "no hang was seen"; exit 1; }
select_of plain | show "hangs, to the verdict"
select_of stopped | show "stopped processes (2 s)"
select_of hosts | show "two hosts (1 s)"
