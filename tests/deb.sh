#!/bin/sh
# The Debian packages: what is in them, and a life from `dpkg -i` to `dpkg --purge`, after which nothing of them
# is left. As root that happens for real, in a mount namespace whose root is an overlay over this machine's:
# whatever is written goes to memory and ends with the namespace, and is at the same time the list of what
# changed. As an ordinary user dpkg works on an empty root of its own, without the packages depended on.
# shellcheck disable=SC2016,SC2086 # an inner shell expands; lists of words
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/kit_contents.sh
good=0 bad=0
# Inside and outside count into one file.
is() { # NAME COMMAND…
    name=$1
    shift
    if "$@" >"$work/said" 2>&1; then
        echo good >>"$work/counts"
    else
        echo bad >>"$work/counts"
        echo "FAIL: $name"
        tail -n 20 "$work/said"
    fi
}
fails() { ! "$@"; }
installed() { [ "$(dpkg-query $admin -W -f '${Status}' "$1" 2>/dev/null)" = 'install ok installed' ]; }

# --- the life of both packages, where dpkg may write ---------------------------------------------------

# Files that are not as before; what dpkg and man keep for themselves does not count.
changed() {
    find "$upper" \( -path "$upper/var/lib/dpkg" -o -path "$upper/var/log" -o -path "$upper/var/cache/man" \
        -o -path "$upper/var/lib/man-db" \
        -o -path "$upper/tmp" -o -path "$upper/var/tmp" -o -path "$upper$work" \) -prune -o ! -type d -print
    (cd "$upper" && find usr opt etc var/lib home root -name '*ipclab*' 2>/dev/null)
}
nothing_left() {
    changed >"$work/left"
    cat "$work/left"
    [ ! -s "$work/left" ]
}
life() { # COMMAND…: how an ordinary user runs a command
    learner="$*"
    is 'install student' dpkg $options -i "$work"/debs/ipclab-student_*.deb
    is 'student: installed' installed ipclab-student
    is 'student: it leaves files' fails nothing_left
    is 'version' says 0 "$version" $learner ipclab --version
    is 'init' $learner ipclab init "$work/home/ipc"
    is 'list' says 0 pipe-hello $learner ipclab --workspace "$work/home/ipc" list
    is 'right answer' $learner ipclab run pipe-hello --source "$work/right"
    is 'wrong answer' says 1 "$diagnosis" $learner ipclab run pipe-hello -v --source "$work/wrong"
    is 'no solution to show' says 1 '参考答案' $learner ipclab --workspace "$work/home/ipc" solution pipe-hello
    is 'files are as packed' dpkg $options --verify ipclab-student
    if [ -n "$admin" ]; then man="$root/usr/share/man/man1/ipclab.1.gz"; else man=ipclab; fi
    is 'man ipclab' says 0 'merge' env MANPAGER=cat MANWIDTH=80 LC_ALL=C.UTF-8 man "$man"
    is 'both at once are refused' fails dpkg $options -i "$work"/debs/ipclab-teacher_*.deb
    is 'student: still there' installed ipclab-student
    is 'purge student' dpkg $options --purge ipclab-student
    is 'student: nothing left' nothing_left

    is 'install teacher' dpkg $options -i "$work"/debs/ipclab-teacher_*.deb
    is 'grade a class' says 0 pipe-hello $learner ipclab grade "$work/class" --out "$work/home/grades"
    is 'full points and fewer' says 0 '^right.*,17,' $learner ipclab report "$work/home/grades" --format csv
    is 'verify an exercise' $learner ipclab verify --only reference pipe-hello
    is 'purge teacher' dpkg $options --purge ipclab-teacher
    is 'teacher: nothing left' nothing_left
    mkdir -p "$root/usr/bin"
    touch "$root/usr/bin/ipclab"
    is 'a file that stays is found' fails nothing_left
    rm "$root/usr/bin/ipclab"
}
if [ "${1:-}" = inside ]; then # the root is an overlay: see below. $upper holds what changed in it
    admin='' root='' options=''
    PATH=/usr/sbin:/usr/bin:/sbin:/bin
    rm -f /var/lib/man-db/auto-update # no index of all manual pages after every step
    mkdir -p "$work/home"
    chown 4711:4711 "$work/home"
    life env -u IPCLAB_ROOT HOME="$work/home" setpriv --reuid=4711 --regid=4711 --clear-groups
    exit
fi

# --- what is in them ---------------------------------------------------------------------------------------

B=${B:-build}
export B
work=$(mktemp -d)
chmod 755 "$work"
trap 'rm -rf --one-file-system "$work"' EXIT
: >"$work/counts"
version=$(sed -n 's/^VERSION *:= *//p' Makefile)
student=$B/deb/ipclab-student_${version}_$(dpkg --print-architecture).deb
teacher=$B/deb/ipclab-teacher_${version}_$(dpkg --print-architecture).deb
rm -f "$student" "$teacher"
sh runner/deb.sh student "$version" >"$work/student.log" 2>&1 &
is 'build teacher' sh runner/deb.sh teacher "$version"
wait $!
is 'build student' test -f "$student"
tail -n 5 "$work/student.log" | grep -v "\.deb\$"

secret_lines
is 'there are lines to look for' test "$(wc -l <"$work/lines")" -gt 100
for deb in "$student" "$teacher"; do
    kind=$(basename "$deb" | sed 's/_.*//')
    mkdir "$work/$kind"
    is "$kind: unpack" dpkg-deb -R "$deb" "$work/$kind"
    field() { dpkg-deb -f "$deb" "$1"; }
    for depends in bubblewrap gcc libc6-dev libsqlite3-0 libncursesw6; do
        is "$kind: depends on $depends" says 0 "\\(^\\|[ ,]\\)$depends\\(,\\| (\\|$\\)" field Depends
    done
    is "$kind: one of both" says 0 '^ipclab$' field Conflicts
    is "$kind: version" says 0 "^$version\$" field Version
    is "$kind: checksums" sh -c 'cd "$1" && md5sum --quiet -c DEBIAN/md5sums' sh "$work/$kind"
    for file in usr/bin/ipclab usr/share/man/man1/ipclab.1.gz usr/share/man/zh_CN/man1/ipclab.1.gz \
        "usr/share/doc/$kind/copyright" "usr/share/doc/$kind/changelog.gz" usr/share/ipclab/docs/verdicts.zh.md; do
        is "$kind: $file" test -s "$work/$kind/$file"
    done
    # only root's, nobody else may write, no set-user-ID, nothing outside /usr
    dpkg-deb -c "$deb" >"$work/list"
    is "$kind: owners and modes" fails grep -vE '^(d|-)rw[x-]r-[x-]r-[x-] root/root ' "$work/list"
    is "$kind: only /usr" fails grep -vE ' \./(usr/.*)?$' "$work/list"
done
is 'student: nothing forbidden' for_students "$work/ipclab-student"
is 'teacher: that check would find it' fails for_students "$work/ipclab-teacher"
for part in share/ipclab/solutions share/ipclab/tests/labs/1-pipe/1-hello/check.c share/doc/ipclab-teacher/teacher.zh.md; do
    is "teacher: $part" test -e "$work/ipclab-teacher/usr/$part"
done

# --- install, use, remove --------------------------------------------------------------------------------

mkdir -p "$work/debs" "$work/right" "$work/wrong" "$work/class/right" "$work/class/wrong" "$work/home"
cp "$student" "$teacher" "$work/debs/"
cp solutions/1-pipe/1-hello/pipe_hello.c "$work/right/"
cp solutions/1-pipe/1-hello/pipe_hello.c "$work/class/right/"
wrong=tests/labs/1-pipe/1-hello/wrong/child_keeps_write_end.c
cp "$wrong" "$work/wrong/pipe_hello.c"
cp "$wrong" "$work/class/wrong/pipe_hello.c"
diagnosis=$(sed -n '1s|^// expect: [a-z0-9_]* \([a-z-]*\).*|\1|p' "$wrong")
export work version diagnosis

if [ "$(id -u)" -eq 0 ]; then
    before=$(dpkg-query -W -f '${Status} ${Package}\n' 'ipclab*' 2>/dev/null; ls -d /usr/bin/ipclab /usr/lib/ipclab /usr/share/ipclab 2>/dev/null)
    is 'the overlay' env script="$PWD/tests/deb.sh" repository="$PWD" unshare --mount --propagation private sh -ec '
        mkdir "$work/memory"
        mount -t tmpfs memory "$work/memory"
        cd "$work/memory"
        mkdir upper scratch root
        mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=scratch root
        mount -t proc proc root/proc
        mount --rbind /dev root/dev
        mkdir -p "root$repository" "root$work" root/var/tmp/upper root/var/tmp/outside
        mount --rbind "$repository" "root$repository"
        mount --bind "$work" "root$work"
        mount --bind upper root/var/tmp/upper
        cd root
        pivot_root . var/tmp/outside
        cd /
        umount -l /var/tmp/outside
        upper=/var/tmp/upper sh "$script" inside >"$work/inside"'
    cat "$work/inside"
    is 'this machine is as it was' test "$before" = \
        "$(dpkg-query -W -f '${Status} ${Package}\n' 'ipclab*' 2>/dev/null; ls -d /usr/bin/ipclab /usr/lib/ipclab /usr/share/ipclab 2>/dev/null)"
else
    root=$work/root admin="--admindir=$work/root/var/lib/dpkg" upper=$work/root
    options="--root=$work/root --force-not-root,depends --log=$work/dpkg.log"
    mkdir -p "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates" "$root/usr/bin"
    : >"$root/var/lib/dpkg/status"
    PATH=$root/usr/bin:/usr/sbin:/sbin:$PATH
    life env -u IPCLAB_ROOT
fi
good=$(grep -c good "$work/counts") bad=$(grep -c bad "$work/counts")
echo "$good passed, $bad failed"
[ "$bad" -eq 0 ]
