#!/bin/sh
# The figures of the learner's terminal (tests/bench/terminal.c): a small course whose exercise 2.1 has a
# task of 2,000 lines on the screen.
set -eu
cd "$(dirname "$0")/../.."
tree=$PWD
B=${B:-build}
case $B in /*) ;; *) B=$tree/$B ;; esac
rounds=${ROUNDS:-21}
hello=1-pipe/1-hello

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
for kind in labs solutions tests/labs; do
    mkdir -p "$root/$kind/1-pipe"
    cp -R "$kind/$hello" "$root/$kind/1-pipe/"
done
cp tests/tui/course/1-pipe/* "$root/labs/1-pipe/"
cp -R tests/tui/course/2-demo "$root/labs/"
ln -s "$B" "$root/build"

page=$root/labs/2-demo/1-first/task.zh.md
once=$(cat "$page")
for _ in $(seq 80); do
    printf '%s\n\n' "$once"
done >"$page"

unset EDITOR VISUAL TMUX NO_COLOR IPCLAB_ASCII LC_ALL
export IPCLAB_ROOT="$root" IPCLAB_WORKSPACE="$work/workspace" IPCLAB_LANG=zh LANG=C.UTF-8
"$B/ipclab" init "$IPCLAB_WORKSPACE" >/dev/null
"$B/tests/bench/terminal" "$rounds" "$B/ipclab" "$IPCLAB_WORKSPACE/$hello/pipe_hello.c" \
    "solutions/$hello/pipe_hello.c"
