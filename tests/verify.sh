#!/bin/sh
# The invariants of the course as a suite: every grading is one check. Options go to ipclab verify.
set -u
B=${B:-build}
"$B/ipclab" doctor >/dev/null 2>&1 || true
out=$(mktemp)
trap 'rm -f "$out"' EXIT
"$B/ipclab" verify --json "$@" >"$out"
status=$?
# The sandbox must work in the tests: a fallback would silently test less.
case " $* " in
*--sandbox*) ;;
*)
    probe=$("$B/ipclab" run --json --sandbox=bwrap pipe-hello --source solutions/1-pipe/1-hello |
        grep -c '"sandbox": "bwrap"')
    if [ "$probe" -ne 1 ]; then
        echo "the bwrap sandbox does not work here"
        echo "0 passed, 1 failed"
        exit 1
    fi
    ;;
esac
good=$(sed -n 's/.*"good": \([0-9]*\).*/\1/p' "$out" | awk '{ s += $1 } END { print s + 0 }')
bad=$(sed -n 's/.*"violations": \([0-9]*\).*/\1/p' "$out" | awk '{ s += $1 } END { print s + 0 }')
if [ "$status" -ne 0 ]; then
    sed -n 's/^ *"text": "\(.*\)"$/\1/p' "$out" | sed 's/\\n/\n/g'
    [ "$bad" -eq 0 ] && bad=1
fi
echo "$good passed, $bad failed"
[ "$status" -eq 0 ] && [ "$good" -gt 0 ]
