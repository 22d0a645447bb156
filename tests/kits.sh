#!/bin/sh
# The kits: same archive twice, no line of a solution in the student's, which grades right and wrong answers.
set -u
cd "$(dirname "$0")/.." || exit 1
B=${B:-build} good=0 bad=0
export B
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
is() { # NAME COMMAND…
    name=$1
    shift
    if "$@" >"$work/said" 2>&1; then
        good=$((good + 1))
    else
        bad=$((bad + 1))
        echo "FAIL: $name"
        tail -n 20 "$work/said"
    fi
}
fails() { ! "$@"; }

# What a student's kit must not hold: names of files, and whole lines of solutions that no lab shows.
clean_kit() { # FOLDER
    found=$(find "$1" \( -path '*/solutions/*' -o -path '*/wrong/*' -o -path '*/labs/*/check.c' -o -name 'test_*' \
        -o -path '*/docs/*' -o -name .git \) -print)
    [ -z "$found" ] || { echo "$found"; return 1; }
    ! grep -raFl -f "$work/lines" "$1"
}
find solutions -name '*.[ch]' -exec cat {} + | sed 's/^[[:space:]]*//' | awk 'length >= 40' | sort -u >"$work/ours"
find labs runner tests/labs -type f \( -path 'labs/*' -o -path 'runner/*' -o -name '*_driver.c' \) -exec cat {} + |
    sed 's/^[[:space:]]*//' | sort -u >"$work/shown"
# Neither whole nor as a part of a longer line may a lab show it.
comm -23 "$work/ours" "$work/shown" | while IFS= read -r line; do
    grep -qF -e "$line" "$work/shown" || printf '%s\n' "$line"
done >"$work/lines"
is 'there are lines to look for' test "$(wc -l <"$work/lines")" -gt 100

version=$(sed -n 's/^VERSION *:= *//p' Makefile)
for kind in student teacher; do
    is "make kit-$kind" sh runner/kit.sh "$kind" "$version"
    first=$(sha256sum <"$B/kit/ipclab-$kind-$version.tar.gz")
    is "kit-$kind again" sh runner/kit.sh "$kind" "$version"
    is "$kind: the same archive" test "$first" = "$(sha256sum <"$B/kit/ipclab-$kind-$version.tar.gz")"
    is "unpack $kind" tar -xzf "$B/kit/ipclab-$kind-$version.tar.gz" -C "$work"
done
kit=$work/ipclab-student-$version
teacher=$work/ipclab-teacher-$version
is 'student: nothing forbidden' clean_kit "$kit"
for part in solutions tests/labs docs/teacher.zh.md runner Makefile; do
    is "teacher: $part" test -e "$teacher/$part"
done
mkdir -p "$kit/labs/planted"
cp solutions/1-pipe/1-hello/pipe_hello.c "$kit/labs/planted/notes.txt"
finds_it() { clean_kit "$kit" | grep -q '^'"$kit"'/labs/planted/notes.txt$'; }
is 'a planted solution is found' finds_it
rm -r "$kit/labs/planted"

# `make run` builds these from the kit's own sources; the same sources are built here already.
for f in ipclab lab-init lab-shim.so lab-crash.so lab-calls.so; do cp "$B/$f" "$kit/build/$f"; done
run() { (cd "$work" && unset IPCLAB_ROOT && "$kit/build/ipclab" --workspace "$work/ws" "$@"); }
is init run init "$work/ws"
is list run list
is show run show pipe-hello
is hint run hint pipe-hello
says() { # STATUS WORDS COMMAND…: ends so, and says so
    status=$1 words=$2
    shift 2
    "$@" >"$work/out" 2>&1
    got=$?
    cat "$work/out"
    [ "$got" -eq "$status" ] && grep -q -e "$words" "$work/out"
}
is 'right answer' run run pipe-hello --source "$PWD/solutions/1-pipe/1-hello"
wrong=$(find tests/labs/1-pipe/1-hello/wrong -name '*.c' | sort | head -n 1)
mkdir "$work/wrong"
cp "$wrong" "$work/wrong/pipe_hello.c"
id=$(sed -n '1s|^// expect: [a-z0-9_]* \([a-z-]*\).*|\1|p' "$wrong")
is 'wrong answer' says 1 "$id" run run pipe-hello -v --source "$work/wrong"
is 'verify has nothing to verify' says 2 solutions run verify
is 'make sees the kit' make -n -C "$kit" compiled

echo "$good passed, $bad failed"
[ "$bad" -eq 0 ]
