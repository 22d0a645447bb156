#!/bin/sh
# A random walk through the learner's terminal, built with ASan and UBSan (tests/tui/walk/walk.c).
#
#   tests/tui/walk.sh                     a short walk
#   KEYS=200000 SEED=7 tests/tui/walk.sh  a long one, from a seed that was printed
set -u

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
tree=$(CDPATH='' cd -- "$here/../.." && pwd)
B=${B:-build}
case $B in /*) ;; *) B=$tree/$B ;; esac
seed=${SEED:-1}
keys=${KEYS:-8000}
hello=1-pipe/1-hello
echo "walk: SEED=$seed KEYS=$keys" # repeats it

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
chmod 711 "$work" # the sandbox's unprivileged user passes through
root=$work/root
mkdir -p "$work/logs" "$work/tmp" "$root/build"
chmod 777 "$work/logs"

# A small course: exercise 1.1 can be graded, the others are text.
for kind in labs solutions tests/labs; do
    mkdir -p "$root/$kind/1-pipe"
    cp -R "$tree/$kind/$hello" "$root/$kind/1-pipe/"
done
cp "$here"/course/1-pipe/* "$root/labs/1-pipe/"
cp -R "$here/course/2-demo" "$root/labs/"
for part in check ref lab-init lab-shim.so lab-crash.so; do
    ln -s "$B/$part" "$root/build/$part"
done

unset EDITOR VISUAL PAGER MANPAGER NO_COLOR COLORFGBG IPCLAB_ASCII LC_ALL LC_MESSAGES
export IPCLAB_ROOT="$root" LANG=C.UTF-8
log=log_path=$work/logs/report:exitcode=99:handle_segv=2:handle_abort=2:handle_sigbus=2
export ASAN_OPTIONS="$log" UBSAN_OPTIONS="$log:print_stacktrace=1"

# Random keys must not reach a shell: a pager or an editor that they happen to name would take them. So
# nothing is in the path but what grading needs, and a man that shows a page and asks for one key.
mkdir "$work/bin"
ln -s "$(command -v bwrap)" "$(command -v gcc)" "$work/bin/"
cat >"$work/bin/man" <<'END'
#!/bin/sh
echo "$*"
read -r line
END
chmod +x "$work/bin/man"

"$B/asan/ipclab" init "$work/workspace" >/dev/null || exit 2

wrong=$tree/tests/labs/$hello/wrong
PATH=$work/bin "$B/tests/tui/walk" "$seed" "$keys" "$work" "$B/asan/ipclab" \
    "$tree/labs/$hello/pipe_hello.c" "$tree/solutions/$hello/pipe_hello.c" \
    "$wrong/child_keeps_write_end.c" "$wrong/no_newline.c" "$wrong/pipe_unchecked.c"
