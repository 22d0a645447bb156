#!/bin/sh
# How long every wrong answer that hangs is looked at before the verdict (blocked_ms of the record).
set -eu
B=${B:-build}
for file in tests/labs/*/*/wrong/*.c; do
    test=$(sed -n 's|^// expect: \([a-z0-9_]*\) .*|\1|p' "$file" | head -n 1)
    slug=${file#tests/labs/}
    slug=${slug%/wrong/*}
    source=$(sed -n 's|^// file: *||p' "$file" | head -n 1)
    [ -n "$source" ] || source=$(cd "solutions/$slug" && echo ./*.c | sed 's|^\./||')
    "$B/ipclab" run "$slug" --json --source "solutions/$slug" --replace "$source=$file" --test "$test" 2>/dev/null |
        sed -n 's/.*"blocked_ms": \([0-9.]*\).*/\1/p' || true
done | sort -n | awk '
    { v[NR] = $1 }
    END {
        if (!NR) { print "no hang was seen"; exit 1 }
        printf "%d hangs: min %.0f  median %.0f  max %.0f ms\n", NR, v[1], v[int((NR + 1) / 2)], v[NR]
    }'
