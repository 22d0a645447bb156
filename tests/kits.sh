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

. tests/kit_contents.sh
secret_lines
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
is 'student: nothing forbidden' for_students "$kit"
for part in solutions tests/labs docs/teacher.zh.md docs/kit/README.zh.md runner Makefile .clang-format; do
    is "teacher: $part" test -e "$teacher/$part"
done
links_hold() { # FOLDER: every link in its pages to another file leads somewhere
    (cd "$1" && find . -name '*.md' -not -path './labs/*' | while read -r page; do
        # shellcheck disable=SC2016 # backquotes of Markdown
        sed 's/`[^`]*`//g' "$page" | grep -o '](\([^)#]*\)' | sed 's/^](//' | grep -v '^[a-z]*:' | sort -u |
            while read -r link; do
                [ -z "$link" ] || [ -e "$(dirname "$page")/$link" ] || echo "$page → $link"
            done
    done) >"$work/dead"
    cat "$work/dead"
    [ ! -s "$work/dead" ]
}
is 'student: links' links_hold "$kit"
is 'teacher: links' links_hold "$teacher"
mkdir "$work/linking"
echo '[a](nowhere.md)' >"$work/linking/page.md"
is 'a dead link is found' fails links_hold "$work/linking"
mkdir -p "$kit/labs/planted"
cp solutions/1-pipe/1-hello/pipe_hello.c "$kit/labs/planted/notes.txt"
finds_it() { for_students "$kit" | grep -q '^'"$kit"'/labs/planted/notes.txt$'; }
is 'a planted solution is found' finds_it
rm -r "$kit/labs/planted"

# The kit's own Makefile builds it. The same sources are compiled here already: their objects come along.
mkdir -p "$kit/build/obj"
cp -a "$B/obj/runner" "$kit/build/obj/"
in_kit() { (unset IPCLAB_ROOT MAKEFLAGS MFLAGS B && make --no-print-directory -C "$kit" "$@" </dev/null); }
is 'make in the kit' in_kit
is 'make run in the kit' says 0 pipe-hello in_kit run
is 'make again has nothing to do' says 0 'Nothing to be done' in_kit compiled
is 'make test in the kit says why not' says 2 'no sources of tests' in_kit test
is 'make help in the kit names no tests' fails says 0 'make test' in_kit help
is 'make install in the kit' in_kit install DESTDIR="$work/inst"
is 'an installed kit' says 0 pipe-hello env -u IPCLAB_ROOT "$work/inst/usr/local/bin/ipclab" list
is 'make uninstall in the kit' in_kit uninstall DESTDIR="$work/inst"
is 'nothing of it is left' test -z "$(find "$work/inst" -type f)"
run() { (cd "$work" && unset IPCLAB_ROOT && "$kit/build/ipclab" --workspace "$work/ws" "$@"); }
is init run init "$work/ws"
is list run list
is show run show pipe-hello
is hint run hint pipe-hello
is 'right answer' run run pipe-hello --source "$PWD/solutions/1-pipe/1-hello"
wrong=$(find tests/labs/1-pipe/1-hello/wrong -name '*.c' | sort | head -n 1)
mkdir "$work/wrong"
cp "$wrong" "$work/wrong/pipe_hello.c"
id=$(sed -n '1s|^// expect: [a-z0-9_]* \([a-z-]*\).*|\1|p' "$wrong")
is 'wrong answer' says 1 "$id" run run pipe-hello -v --source "$work/wrong"
is 'verify has nothing to verify' says 2 solutions run verify
is 'solution has nothing to show' says 1 '参考答案' run solution pipe-hello
is 'make clean keeps what cannot be built' in_kit clean
is 'checks are there' test -x "$kit/build/check/1-pipe/1-hello/check"

echo "$good passed, $bad failed"
[ "$bad" -eq 0 ]
