#!/bin/sh
# The command line: every command, and every bad input that a learner or a hostile program can make.
# B names the build folder (default: build). Runs in a scratch folder with a small copy of the course
# (three exercises), so its expectations do not change when exercises are added.
set -u

here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/../.." && pwd)
B=${B:-build}
case $B in /*) ;; *) B=$tree/$B ;; esac
ipclab=$B/ipclab

T=$(mktemp -d "${TMPDIR:-/tmp}/ipclab-cli-XXXXXX")
trap 'rm -rf "$T"' EXIT
trap 'exit 130' INT TERM
chmod 755 "$T"

# --- a pinned environment ------------------------------------------------------------------------

unset IPCLAB_WORKSPACE VISUAL EDITOR NO_COLOR LANG LC_MESSAGES LANGUAGE
export LC_ALL=C.UTF-8 COLUMNS=72 TZ=UTC HOME="$T/home" TERM=dumb IPCLAB_LANG=zh
export IPCLAB_ROOT="$T/course"
mkdir -p "$HOME"
for x in 1-pipe/1-hello 2-fifo/1-open 4-sem-shm/5-ring; do
    for top in labs solutions tests/labs; do
        mkdir -p "$IPCLAB_ROOT/$top/$x"
        cp -R "$tree/$top/$x/." "$IPCLAB_ROOT/$top/$x/"
    done
    chapter=${x%/*}
    cp "$tree/labs/$chapter/chapter.ini" "$tree/labs/$chapter/"lesson.*.md "$IPCLAB_ROOT/labs/$chapter/"
done
W=$T/ws
HELLO=$W/1-pipe/1-hello/pipe_hello.c
REFERENCE=$IPCLAB_ROOT/solutions/1-pipe/1-hello/pipe_hello.c
cd "$T" || exit 1

# --- checking ---------------------------------------------------------------------------------------

passed=0
failed=0
status=0
command=

good() { passed=$((passed + 1)); }
bad() {
    failed=$((failed + 1))
    printf '✗ %s\n  command: %s (status %s)\n' "$1" "$command" "$status"
    sed 's/^/  out| /' "$T/out" | head -n 20
    sed 's/^/  err| /' "$T/err" | head -n 20
}
# run ARGS…: the program, its output in out and err, its status in $status
run() {
    command="ipclab $*"
    "$ipclab" "$@" >"$T/out" 2>"$T/err" </dev/null
    status=$?
}
is() { if [ "$status" = "$1" ]; then good; else bad "status should be $1"; fi; }
out() { if grep -qF -- "$1" "$T/out"; then good; else bad "stdout should have: $1"; fi; }
err() { if grep -qF -- "$1" "$T/err"; then good; else bad "stderr should have: $1"; fi; }
no_out() { if grep -qF -- "$1" "$T/out"; then bad "stdout should not have: $1"; else good; fi; }
silent() { if [ -s "$T/err" ]; then bad "stderr should be empty"; else good; fi; }
out_is() {
    printf '%s\n' "$1" >"$T/expected"
    if cmp -s "$T/expected" "$T/out"; then good; else
        bad "stdout should be exactly:"
        diff "$T/expected" "$T/out" | sed 's/^/  /'
    fi
}
true_that() { # true_that DESCRIPTION COMMAND…
    what=$1
    shift
    if "$@"; then good; else bad "$what"; fi
}
same_file() { cmp -s "$1" "$2"; }
narrow() { # no line of stdout is wider than $1 columns
    wide=$("$T/width" "$1" <"$T/out")
    if [ -z "$wide" ]; then good; else bad "wider than $1 columns: $wide"; fi
}
# A command that is a whole shell line, run as somebody who is not root.
run_plain() {
    if [ "$(id -u)" = 0 ]; then
        set -- setpriv --reuid=65534 --regid=65534 --clear-groups "$ipclab" "$@"
    else
        set -- "$ipclab" "$@"
    fi
    command=$*
    "$@" >"$T/out" 2>"$T/err" </dev/null
    status=$?
}

# Display width by wcwidth(3), independent of the program's own.
cat >"$T/width.c" <<'END'
#define _XOPEN_SOURCE 700
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
int main(int argc, char **argv)
{
    int limit = argc > 1 ? atoi(argv[1]) : 80, width = 0, line = 1;
    setlocale(LC_ALL, "");
    for (wint_t c; (c = getwchar()) != WEOF;) {
        int w = c == L'\n' ? 0 : wcwidth((wchar_t)c);
        width += w > 0 ? w : 0;
        if (c != L'\n')
            continue;
        if (width > limit)
            printf("line %d has %d columns; ", line, width);
        width = 0;
        line++;
    }
    return 0;
}
END
gcc -o "$T/width" "$T/width.c" || exit 1

# --- help, version, wrong usage -------------------------------------------------------------------

run --help
is 0; out '用法：ipclab'; out '退出码'; silent
for c in init list show run watch hint solution reset stats diff doctor verify new; do
    out "  $c "
    run "$c" --help
    is 0; out "ipclab $c"; silent
    run "$c" --lang en --help
    is 0; out "Usage: ipclab $c"
    run "$c" --no-such-option
    is 64; err "ipclab $c"
    run --help
done
run help
is 0; out 'ipclab'
run --lang en --help
is 0; out 'Exit status'
run --version
is 0; out 'ipclab '
run lsit
is 64; err '是不是想用 list'
run frobnicate
is 64; err '没有命令 frobnicate'
run --lang fr list
is 64; err 'fr'
run --sandbox=docker list
is 64; err 'docker'
run list --workspace
is 64; err '--workspace'
run list extra
is 64
run show 1.1 1.2
is 64
run hint 1.1 --level zero
is 64
run hint 1.1 --level 0
is 64
run hint 1.1 --level
is 64
run hint 1.1 --level 1 --all
is 64

# --- without a workspace -----------------------------------------------------------------------------

points() { # of an exercise: the sum in its exercise.ini
    awk -F= '$1 ~ /^points *$/ { s += $2 } END { print s }' "$IPCLAB_ROOT/labs/$1/exercise.ini"
}
hello=$(points 1-pipe/1-hello) open=$(points 2-fifo/1-open) ring=$(points 4-sem-shm/5-ring)
run list
is 0; silent
out_is "1  匿名管道
    1.1 初见管道：父写子读                    pipe-hello  $hello
2  命名管道 FIFO
    2.1 打开 FIFO：两头会合才算数             fifo-open   $open
4  信号量与共享内存
    4.5 有界缓冲：共享内存里的生产者与消费者  shm-ring    $ring

共 3 题，$((hello + open + ring)) 分。还没有工作区，所以没有进度；运行 ipclab init 文件夹 建一
个。"
narrow 72
IPCLAB_LANG=en
run list
is 0; out '1.1 Hello, pipe'; out 'There is no workspace'
narrow 72
IPCLAB_LANG=zh
COLUMNS=50
run list
is 0; out '…'
COLUMNS=72
run list --json
is 0; out '"workspace": null'; out '"id": "pipe-hello"'; no_out '"state"'
run show 1.1
is 0; out '初见管道'; out 'ipclab init'; silent
narrow 72
run show 1
is 0; out 'ipclab show 1.1'; silent
run show 1-pipe
is 0; silent
run show pipe
is 0; silent
run show 2.1 --lesson
is 0; out 'FIFO'; out 'ipclab show 2.1'
run show
is 0; out '初见管道'
run show 1.1 --json
is 0; out '"task": '; out '"folder": null'
run --lang en show 1.1
is 0; out 'Hello, pipe'; no_out 'no English version'
run --lang en show 1
is 0; out 'Chapter 1: Pipes'
run --lang en hint 1.1
is 0; out 'Hint 1'; no_out 'no English version'
# A text that is there in one language only: the other one, with a note above it.
FALLBACK=$T/fallback
cp -R "$IPCLAB_ROOT" "$FALLBACK"
rm "$FALLBACK/labs/1-pipe/1-hello/task.en.md" "$FALLBACK/labs/1-pipe/1-hello/hints.en.md" \
    "$FALLBACK/labs/1-pipe/lesson.zh.md"
IPCLAB_ROOT=$FALLBACK
run --lang en show 1.1
is 0; out '初见管道'; true_that 'the note comes first' sh -c "head -1 '$T/out' | grep -q 'no English version'"
run --lang en hint 1.1
is 0; out '提示 1'; out 'no English version'
run show 1
is 0; out 'Chapter 1: Pipes'; true_that 'the note comes first' sh -c "head -1 '$T/out' | grep -q '还没有中文版'"
IPCLAB_ROOT=$T/course
run show 9.9
is 1; err '没有练习“9.9”'
run show pipe-helo
is 1; err 'pipe-hello（1.1）'
run hint 1.1
is 0; out '提示 1'; err '--level 2'
run hint 1.1 --level 2
is 0; out '提示 2'
run hint 1.1 --level 99
is 1; err '99'
run hint 1.1 --all
is 0; out '提示 1'; out '提示 3'; out '最后一条'
for c in run watch solution diff reset; do
    run "$c" 1.1
    is 1; err 'ipclab init'
done
run list --workspace "$T/nowhere"
is 1; err "ipclab init $T/nowhere"
run
is 1; err 'ipclab init'

# --- init --------------------------------------------------------------------------------------------

run init "$W"
is 0; out '工作区建好了'; out '3 个练习'; silent
for f in 1-pipe/1-hello/pipe_hello.c 2-fifo/1-open/fifo_open.c 4-sem-shm/5-ring/ring.h \
    compile_commands.json .ipclab/progress.db; do
    true_that "init makes $f" test -f "$W/$f"
done
true_that 'compile_commands.json names the flags' grep -q -- '-Werror=implicit-function' "$W/compile_commands.json"
true_that 'compile_commands.json names the files' grep -qF "\"file\": \"$HELLO\"" "$W/compile_commands.json"
# Every entry compiles as it stands, for all exercises of the course; and follows when the workspace moves.
entries_compile() { # WORKSPACE: the arguments stand one a line
    awk '/"arguments": \[/ { line = ""; inside = 1; next }
        inside && /^ *\]/ { print line; inside = 0 }
        inside { gsub(/^ *"|",?$/, ""); line = line " " $0 }' "$1/compile_commands.json" >"$T/entries"
    wanted=$(find "$1"/[0-9]* -name '*.c' | wc -l)
    [ "$(wc -l <"$T/entries")" -eq "$wanted" ] || return 1
    while read -r entry; do
        case $entry in *" $1/"*) ;; *) return 1 ;; esac
        $entry -fsyntax-only -w || return 1
    done <"$T/entries"
}
command='init in the whole course'
env -u IPCLAB_ROOT "$ipclab" init "$T/whole" >"$T/out" 2>"$T/err"
true_that 'every entry of compile_commands.json compiles' entries_compile "$T/whole"
mv "$T/whole" "$T/moved"
env -u IPCLAB_ROOT "$ipclab" --workspace "$T/moved" >"$T/out" 2>"$T/err"
true_that 'compile_commands.json follows a moved workspace' entries_compile "$T/moved"
run init "$W"
is 0; out '什么都没有改'
echo '/* mine */' >>"$HELLO"
rm "$W/4-sem-shm/5-ring/ring.h"
run init "$W"
is 0; out '补上了 1 个'
true_that 'init overwrites nothing' grep -q mine "$HELLO"
cp "$IPCLAB_ROOT/labs/1-pipe/1-hello/pipe_hello.c" "$HELLO"
touch "$T/file"
run init "$T/file"
is 1; err '不是文件夹'
run init "$T/file/below"
is 1; err '没有建好'
run init "$IPCLAB_ROOT/labs/1-pipe/ws"
is 1; err '课程自己的文件夹'
true_that 'nothing was made in labs' test ! -e "$IPCLAB_ROOT/labs/1-pipe/ws"
mkdir "$T/full"
echo text >"$T/full/notes"
run init "$T/full"
is 1; err '--force'
true_that 'nothing was made there' test ! -e "$T/full/.ipclab"
run init "$T/full" --force
is 0; out '工作区建好了'
true_that 'what was there is there' grep -q text "$T/full/notes"
run init "$W/inner"
is 0; err "$W 里面"
mkdir "$T/locked"
run_plain init "$T/locked/ws"
is 1; err '没有建好'; err '权限不够'
run init "$T/a/b/c"
is 0
true_that 'init makes folders on the way' test -d "$T/a/b/c/.ipclab"

# --- which workspace ------------------------------------------------------------------------------------

cd "$W" || exit 1
run list
is 0; out "工作区：$W"
cd "$W/inner/1-pipe/1-hello" || exit 1
run hint -v
is 0; out '1.1'
run diff --skeleton -v
is 0; err "工作区：$W/inner"
cd "$W/2-fifo/1-open" || exit 1
run show
is 0; out 'FIFO'; out "$W/2-fifo/1-open/fifo_open.c"
run show fifo_open.c
is 0; out 'FIFO'
rm -r "$W/inner"
cd "$T" || exit 1
IPCLAB_WORKSPACE=$W
export IPCLAB_WORKSPACE
run list
is 0; out "工作区：$W"
run list --workspace "$T/full"
is 0; out "工作区：$T/full"

# --- hints, reference, differences, reset ----------------------------------------------------------------

run hint 1.1
is 0; out '提示 1'; out '第 1 条'; silent
run hint 1.1
is 0; out '提示 2'
run hint 1.1 --level 1
is 0; out '提示 1'
run hint 1.1
is 0; out '提示 3'
run hint 1.1 --json
is 0; out '"level": 4'
run hint 1.1 --all
is 0; out '最后一条'
run hint 1.1
is 0; out '最后一条'
run list
is 0; out '看过提示'

run solution 2.1
is 1; err '--show-me'
run diff 2.1
is 1; err '--show-me'
run list
no_out '看过参考'
run solution 2.1 --show-me
is 0; silent
true_that 'the reference comes byte for byte' same_file "$T/out" "$IPCLAB_ROOT/solutions/2-fifo/1-open/fifo_open.c"
run solution 4.5 --show-me
is 0; out '==== ring.c ===='; out '==== ring_prod.c ===='
run list --json
is 0; out '"peeked": true'
run solution 4.5 --show-me --json
is 0; out '"name": "ring.c"'

run diff 1.1 --skeleton
is 0; out '完全一样'
echo '// one line more' >>"$HELLO"
run diff 1.1 --skeleton
is 0; out '+// one line more'; out '+++ 你的/pipe_hello.c'
printf '// \033[31mescape\n' >>"$HELLO"
run diff 1.1 --skeleton
is 0; out '\x1b[31mescape'
cp "$HELLO" "$T/mine.c"
run reset 1.1
is 1; err '--yes'
true_that 'without --yes nothing is touched' same_file "$HELLO" "$T/mine.c"
run reset 1.1 --yes
is 0; out '--restore'
true_that 'reset puts the skeleton back' same_file "$HELLO" "$IPCLAB_ROOT/labs/1-pipe/1-hello/pipe_hello.c"
true_that 'reset keeps a backup' same_file "$HELLO.bak-1" "$T/mine.c"
run reset 1.1 --yes
is 0; out '不用恢复'
run reset 1.1 --restore
is 0; out 'pipe_hello.c ← pipe_hello.c.bak-1'
true_that 'restore brings it back' same_file "$HELLO" "$T/mine.c"
run stats
is 0; out '运行  '; silent
run stats --lang en
is 0; out 'Runs '; silent
run stats --json
is 0; out '"diagnoses": ['; out '"date": "'; silent
run stats 1.1
is 64; err 'ipclab stats'
echo '// later' >>"$HELLO"
cp "$HELLO" "$T/later.c"
run reset 1.1 --restore
is 0
true_that 'restore takes the newest backup' same_file "$HELLO" "$T/mine.c"
run reset 1.1 --restore
is 0
true_that 'and loses nothing' same_file "$HELLO" "$T/later.c"
run reset 2.1 --restore
is 1; err '没有备份'
rm "$HELLO"
run diff 1.1 --skeleton
is 1; err 'ipclab reset 1.1'
run reset 1.1 --yes
is 0; out '补上了 1 个'
cp "$IPCLAB_ROOT/labs/1-pipe/1-hello/pipe_hello.c" "$HELLO"

# --- run -----------------------------------------------------------------------------------------------

run run 1.1
is 1; out '现象'; out 'ipclab run pipe-hello --test'
narrow 72
run list
is 0; out '试过 1 次'
# a call that failed is named, with its descriptor and its line; what the library said stays unseen
HERE=$IPCLAB_ROOT/tests/labs/1-pipe/1-hello/wrong
run run pipe-hello --test prints_message --replace "pipe_hello.c=$HERE/parent_closes_first.c"
is 1; out 'write(4) 失败（EBADF）'; out 'pipe_hello.c:52'; no_out 'ipclab-call'
run run pipe-hello --test prints_message --replace "pipe_hello.c=$HERE/closes_before_fork.c"
is 1; out 'write(4) 时，另一头已经没有人开着读端了'; out 'read(3) 失败（EBADF）'
run run 1.1 --json
is 1; out '"exercise"'
run run 1.1 --test nothing
is 1; err 'nothing'
cp "$REFERENCE" "$HELLO"
run run 1.1
is 0; out '全部通过'
run list
is 0; out '✓ 1.1'; out "$hello/$hello"
run show
is 0; out 'FIFO'
run solution 1.1
is 0; silent
run diff 1.1
is 0; out '和参考答案完全一样'
IPCLAB_LANG=en
run run 1.1
is 0; out 'passed'
IPCLAB_LANG=zh
run run 1.1 --source "$T/nowhere"
is 1; out '找不到 pipe_hello.c'

# --- without a terminal: the list and the plain commands ---------------------------------------------------

run
is 0; out '✓ 1.1'; out 'ipclab watch'; silent
run --workspace "$T/fresh"
is 0; err '工作区建好了'; out 'ipclab watch'
true_that 'the workspace was made' test -d "$T/fresh/.ipclab"
run --workspace "$T/file"
is 1; err '不是文件夹'

# --- watch ---------------------------------------------------------------------------------------------------

# The minutes of timeout(1) only end a test that hangs.
# next TEXT: read lines of the watch until one has TEXT. The end of its output ends the waiting.
next() {
    while IFS= read -r line <&3; do
        printf '%s\n' "$line" >>"$T/out"
        case $line in *"$1"*)
            good
            return ;;
        esac
    done
    bad "watch should say: $1"
}
# Save as editors do: in place, or a new file renamed over the old one.
save() { cat "$1" >"$HELLO"; }
save_renamed() { cp "$1" "$HELLO.swp" && mv "$HELLO.swp" "$HELLO"; }
begin_watch() { # with stdin from $1
    : >"$T/out"
    : >"$T/err"
    command="ipclab watch 1.1 <$1"
    status=-
    rm -f "$T/lines"
    mkfifo "$T/lines"
    timeout 600 "$ipclab" watch 1.1 <"$1" >"$T/lines" 2>"$T/err" &
    watcher=$!
    exec 3<"$T/lines"
}
end_watch() { # its exit status must be 0
    wait "$watcher"
    status=$?
    exec 3<&-
    is 0
}
skeleton=$IPCLAB_ROOT/labs/1-pipe/1-hello/pipe_hello.c
cat >"$T/slow.c" <<'END'
#include <unistd.h>
int main(void)
{
    for (;;)
        sleep(1000);
}
END
begin_watch /dev/null # the end of stdin does not end it
next '开始评 1.1'
next '全部通过'
save "$skeleton"
next '开始评 1.1'
next "得分 0/$hello"
next '等待保存'
save_renamed "$REFERENCE"
next '开始评 1.1'
next '全部通过'
next '下一个'
save "$T/slow.c"
next '开始评 1.1'
save_renamed "$REFERENCE" # a newer save ends the grading that runs
next '刚才那次不评了'
next '全部通过'
rm "$HELLO"
save_renamed "$skeleton"
next "得分 0/$hello"
next '等待保存'
kill -TERM "$watcher"
next '结束'
end_watch
plain_lines() { # FILE: no control character but the ends of lines
    ! LC_ALL=C tr -d '\n' <"$1" | LC_ALL=C grep -q '[[:cntrl:]]'
}
true_that 'watch writes plain lines' plain_lines "$T/out"

mkfifo "$T/keys"
exec 4<>"$T/keys"
begin_watch "$T/keys"
next "得分 0/$hello"
echo >&4
next '开始评 1.1'
next '等待保存'
echo q >&4
next '结束'
end_watch
exec 4<&-

# A terminal that goes away ends it, too.
: >"$T/out"
command='script: ipclab watch 1.1, then the terminal goes away'
exec 4<>"$T/keys"
# shellcheck disable=SC2016 # for the inner shell
TERM=xterm-256color IPCLAB=$ipclab timeout 600 script -qfec 'echo $$ $PPID >pid; exec "$IPCLAB" watch 1.1' /dev/null >"$T/lines" <"$T/keys" &
terminal=$!
exec 3<"$T/lines"
next '等待保存'
read -r watcher script <"$T/pid"
kill -KILL "$script"
wait "$terminal" 2>/dev/null
exec 3<&- 4<&-
# even there it only ever adds lines: colours, but no cursor movement
esc=$(printf '\033')
cr=$(printf '\r')
sed "s/$esc\[[0-9;]*m//g; s/$cr\$//" "$T/out" >"$T/bare"
true_that 'watch writes plain lines to a terminal' plain_lines "$T/bare"
true_that 'it ends with its terminal' timeout 120 tail -s 0.05 --pid="$watcher" -f /dev/null

# --- bad input: the source file --------------------------------------------------------------------------------

run_bad() { # run_bad TEXT: grading gives a verdict that says TEXT, nothing breaks
    run run 1.1 --sandbox=bwrap
    is 1
    out "$1"
    rm -rf "$HELLO"
}
COLUMNS=120 # so that the sentences stand in one line
rm -f "$HELLO"
run_bad '找不到 pipe_hello.c'
: >"$HELLO"
run_bad 'pipe_hello.c 是空的'
head -c 5000 /dev/zero >"$HELLO"
run_bad 'NUL'
truncate -s 100M "$HELLO"
run_bad '太大'
ln -s "$REFERENCE" "$HELLO"
run_bad '符号链接'
mkdir "$HELLO"
run_bad '是文件夹'
mkfifo "$HELLO"
run_bad '不是普通文件'
printf 'int main(void) { return x\377\376; } /* \304\343 */\n' >"$HELLO"
run run 1.1
is 1
true_that 'the report is UTF-8' iconv -f UTF-8 -t UTF-8 -o /dev/null "$T/out"
printf '/* \304\343\272\303 */\n' | cat - "$REFERENCE" >"$HELLO"
run run 1.1
is 0; out '全部通过'; out '参考答案：ipclab solution 1.1'
printf 'int main(void)\n{\n    return "\033[2Jclear"\n}\n' >"$HELLO"
run run 1.1
is 1
true_that 'no escape sequence reaches the terminal' sh -c "! grep -q '$(printf '\033')' '$T/out'"

# --- bad input: progress, permissions, exercise.ini ---------------------------------------------------------------

run init "$T/damaged"
head -c 20000 /dev/urandom >"$T/damaged/.ipclab/progress.db"
run list --workspace "$T/damaged"
is 0; err '已损坏'; out '1.1'
run hint 1.1 --workspace "$T/damaged"
is 0; err '已损坏'; out '提示 1'
run hint 1.1 --workspace "$T/damaged"
is 0; out '提示 2'; silent
true_that 'the damaged file is kept' sh -c "ls '$T/damaged/.ipclab' | grep -q damaged"

cp "$REFERENCE" "$HELLO"
chmod -R a+rX "$T"
run_plain list --workspace "$W"
is 0; out '✓ 1.1'
run_plain run 1.1 --workspace "$W"
out '全部通过'; err '不可写'
run_plain hint 1.1 --workspace "$W"
out '提示'; err '不可写'

cp -R "$IPCLAB_ROOT" "$T/broken"
ini=$T/broken/labs/1-pipe/1-hello/exercise.ini
broken() { # broken TEXT: the error names the file and says TEXT
    command="ipclab list with a broken exercise.ini"
    IPCLAB_ROOT=$T/broken "$ipclab" list >"$T/out" 2>"$T/err" </dev/null
    status=$?
    is 2; err "$ini"; err "$1"
    cp "$IPCLAB_ROOT/labs/1-pipe/1-hello/exercise.ini" "$ini"
}
echo 'colour = red' >>"$ini"
broken 'colour'
: >"$ini"
broken '[exercise]'
head -c 3000 /dev/urandom >"$ini"
broken "$ini"
sed 's/points = 2/points = many/' "$IPCLAB_ROOT/labs/1-pipe/1-hello/exercise.ini" >"$ini"
broken 'many'
IPCLAB_ROOT=$T/nowhere "$ipclab" list >"$T/out" 2>"$T/err"
status=$?
is 2; err 'IPCLAB_ROOT'

# --- new -----------------------------------------------------------------------------------------------------------

cp -R "$IPCLAB_ROOT" "$T/author"
mkdir -p "$T/author/runner/cli"
cp -R "$tree/runner/cli/template" "$T/author/runner/cli/"
IPCLAB_ROOT=$T/author
run new pipe echo
is 0; out 'labs/1-pipe/2-echo/exercise.ini'; out 'ipclab verify pipe-echo'
true_that 'no mark is left in the files' sh -c "! grep -rq '@[A-Z]*@' '$T/author/labs' '$T/author/solutions' '$T/author/tests'"
run list
is 0; out '1.2 pipe-echo'
run new pipe 2-echo
is 1; err 'pipe-echo'
run new pipe echo --id pipe-hello
is 1; err 'pipe-hello'
run new pipe 'Bad Name'
is 1; err 'Bad Name'
run new nowhere echo
is 1; err 'nowhere'
run new 7-signals first --id signal-first
is 0; out 'labs/7-signals/lesson.zh.md'; out 'labs/7-signals/lesson.en.md'
run --lang en show signal-first
is 0; no_out 'no English version'
run show signals
is 0
run new 1
is 64
IPCLAB_ROOT=$T/course
run new pipe echo
is 1; err '源码'

# --- a file that goes into two programs has a fault once ---------------------------------------------

mkdir "$T/twice"
cp "$tree"/solutions/4-sem-shm/5-ring/*.[ch] "$T/twice/"
sed -i '0,/^{/s//{ int never_used; undeclared_thing();/' "$T/twice/ring.c"
run run shm-ring --source "$T/twice"
is 1; out 'ring.c:'; out 'undeclared_thing'
true_that 'the warning stands there once' [ "$(grep -c 'Wunused-variable' "$T/out")" = 1 ]
rm -r "$T/twice"

# --- verify: what cannot be told on this machine is no violation, but it is said ----------------------

cpu=$(taskset -cp $$ | sed 's/.*: *\([0-9]*\).*/\1/')
for lang in zh en; do
    command="taskset -c $cpu ipclab verify atomic-counter"
    IPCLAB_ROOT=$tree taskset -c "$cpu" "$ipclab" --lang $lang verify atomic-counter --only reference \
        >"$T/out" 2>"$T/err" </dev/null
    status=$?
    is 0; out '5.1 atomic-counter reference: plain_races'; silent
    case $lang in
    zh) out '其中 1 次有测试在这台机器上无法判定' ;;
    en) out 'In 1 of them this machine could not tell a test' ;;
    esac
done
IPCLAB_ROOT=$tree run verify pipe-hello --only reference
is 0; no_out '无法判定'

# --- doctor ----------------------------------------------------------------------------------------------------------

run doctor
is 0; out '✓ 沙箱'; out '✓ 试评一次'
run doctor --json
is 0; out '"grading": true'; out '"id": "sandbox"'
run doctor --sandbox=none
is 0; out '! 沙箱'
# For a class the sandbox is a must, and so is a place that can be written.
run doctor --grading
is 0; out '✓ 沙箱'; out '整份作业的限额'; out '适合给一个班评分'; no_out '编辑器'
run doctor --grading --json
is 0; out '"grading": true'; out '"id": "limits"'; out '"id": "namespaces"'
run doctor --grading --sandbox=none
is 1; out '✗ 沙箱'; out '还不适合'
TMPDIR=/no/such run doctor --grading --json
is 1; out '"grading": false'; out '/no/such 不可写'
run doctor --grading 1.1
is 64
# Where no user namespace can be made: inside one that forbids further ones.
set -- bwrap --unshare-user --uid 1000 --gid 1000 --disable-userns --bind / / --dev-bind /dev /dev \
    "$ipclab" doctor
[ "$(id -u)" != 0 ] || set -- setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
command=$*
"$@" >"$T/out" 2>"$T/err" </dev/null
status=$?
is 0; out '! 沙箱'; out 'user.max_user_namespaces'; out '沙箱 none'
"$@" --grading >"$T/out" 2>"$T/err" </dev/null
status=$?
is 1; out '✗ 沙箱'; out 'user.max_user_namespaces'

# --- hostile programs: only in the sandbox --------------------------------------------------------------------------------

mark=hostile$$
# Not one that has ended and only waits for PID 1 to take notice.
lives() {
    case $(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "$1/status" 2>/dev/null) in
    Z | X | '') return 1 ;;
    esac
}
hostile() { # hostile NAME TEXT: what stands in "source" fails with TEXT, and nothing of it lives on
    sed "s/MARK/$mark/" "$T/source" >"$HELLO"
    run run 1.1 --test prints_message --sandbox=bwrap
    is 1
    out "$2"
    for comm in /proc/[0-9]*/comm; do
        if read -r name 2>/dev/null <"$comm" && [ "$name" = "$mark" ] && lives "${comm%/comm}"; then
            bad "$1: a process lives on: $comm"
            return
        fi
    done
    good
}
prelude='#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>
'
program() { printf '%sint main(void)\n{\n    prctl(PR_SET_NAME, "MARK");\n%s\n}\n' "$prelude" "$1"; }

program '    static char line[65536];
    memset(line, 65, sizeof line);
    for (long i = 0; i < 16384; i++)
        if (write(1, line, sizeof line) < 0)
            return 1;
    return 0;' >"$T/source"
hostile 'prints 1 GB' 'output-flood'
program '    for (int i = 0; i < 10000; i++)
        if (fork() == 0)
            pause();
    pause();' >"$T/source"
hostile 'forks 10,000 times' '✗'
program '    signal(SIGTERM, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    for (;;)
        ;' >"$T/source"
hostile 'ignores SIGTERM and spins' 'busy-loop'
program '    signal(SIGTERM, SIG_IGN);
    for (;;)
        pause();' >"$T/source"
hostile 'ignores SIGTERM and waits' 'no-signal'
program '    if (fork() == 0) {
        setsid();
        if (fork() == 0) {
            close(0);
            close(1);
            close(2);
            for (;;)
                pause();
        }
        _exit(0);
    }
    puts("child got 5 bytes: hello");
    return 0;' >"$T/source"
hostile 'daemonises' '✗'
program '    kill(getppid(), SIGKILL);
    kill(1, SIGKILL);
    kill(-1, SIGKILL);
    return 0;' >"$T/source"
hostile 'kills its parent' '✗'
program '    for (;;)
        if (fork() < 0)
            pause();' >"$T/source"
hostile 'forks for ever' '✗'
program '    size_t n = 0;
    for (char *p; (p = malloc(1 << 20)); n++)
        memset(p, 1, 1 << 20);
    abort();' >"$T/source"
hostile 'takes all memory' '✗'
program '    int fd = open("fill", O_CREAT | O_WRONLY, 0600);
    static char block[65536];
    signal(SIGXFSZ, SIG_IGN);
    while (write(fd, block, sizeof block) > 0)
        ;
    for (int i = 0; i < 100000; i++) {
        char name[32];
        snprintf(name, sizeof name, "f%d", i);
        if (open(name, O_CREAT | O_WRONLY, 0600) < 0)
            break;
    }
    return 0;' >"$T/source"
hostile 'fills the disk' '✗'
program '    printf("\033]0;owned\007\033[2J%c%c", 0, 255);
    return 0;' >"$T/source"
hostile 'prints escape sequences' '✗'
true_that 'its escape sequences are shown, not obeyed' sh -c "! grep -q '$(printf '\033')' '$T/out'"
program '    char text[64];
    return read(0, text, sizeof text) > 0 && system("cat /etc/passwd /proc/1/environ; ls /srv /home") == 0;' >"$T/source"
hostile 'looks around' '✗'

echo '#include "/dev/zero"' >"$T/source"
hostile '#include "/dev/zero"' '编译'
echo '#include "/dev/stdin"' >"$T/source"
hostile '#include "/dev/stdin"' '编译'
echo '#include "pipe_hello.c"' >"$T/source"
hostile 'includes itself' '编译'
awk 'BEGIN { for (i = 0; i < 100000; i++) print "x y;" }' >"$T/source"
hostile 'a million errors' '编译'
echo 'char a[1ul << 40] = {1}; int main(void) { return a[5]; }' >"$T/source"
hostile 'a giant array' '编译'
echo 'char a[3000000000u] = {1}; int main(void) { return a[5]; }' >"$T/source"
hostile 'an array of 3 GB' '编译'
awk 'BEGIN { printf "int main(void) { return "; for (i = 0; i < 200000; i++) printf "("; print "1; }" }' >"$T/source"
hostile 'nested without end' '编译'
printf '#define A(x) x x x x x x x x x x\nint main(void) { return A(A(A(A(A(A(A(A(A(A(+)))))))))) 1; }\n' >"$T/source"
hostile 'a macro bomb' '编译'

# Without a sandbox: System V objects without a key are named and taken away.
{
    printf '#include <%s.h>\n' stdio string sys/msg sys/sem sys/shm
    cat <<'END'
int main(int argc, char **argv)
{
    struct { long type; char byte; } message = {1, 'x'};
    if (argc != 2)
        return 2;
    int queue = msgget(IPC_PRIVATE, 0600), set = semget(IPC_PRIVATE, 2, 0600);
    if (queue < 0 || set < 0 || shmget(IPC_PRIVATE, 4096, 0600) < 0 ||
        msgsnd(queue, &message, 1, 0) < 0 || semctl(set, 1, SETVAL, 1) < 0)
        return 1;
    printf("child got %zu bytes: %s\n", strlen(argv[1]), argv[1]);
    return 0;
}
END
} >"$HELLO"
run run 1.1 --test prints_message --sandbox=none
is 1; out 'sysv-leak'
for kind in msg sem shm; do
    id=$(sed -n "s/.*$kind key 0x00000000 id \([0-9]*\).*/\1/p" "$T/out")
    true_that "$kind: named" test -n "$id"
    # shellcheck disable=SC2016 # awk expands it
    true_that "$kind: taken away" awk -v id="$id" '$2 == id { exit 1 }' "/proc/sysvipc/$kind"
done

cp "$REFERENCE" "$HELLO"
run run 1.1 --sandbox=bwrap
is 0; out '全部通过'

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
