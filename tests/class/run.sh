#!/bin/sh
# A class from folder to gradebook: `ipclab grade`, `merge`, `override`, `pack`. Prints "N passed, N failed".
set -u
cd "$(dirname "$0")/../.." || exit 2
ipclab=$PWD/${B:-build}/ipclab
IPCLAB_LANG=en COLUMNS=100 TZ=UTC
export IPCLAB_LANG COLUMNS TZ
passed=0 failed=0
w=$(mktemp -d)
trap 'rm -rf "$w"' EXIT
good() { passed=$((passed + 1)); }
bad() {
    failed=$((failed + 1))
    echo "class: $*"
    [ -f "$w/out" ] && tail -n 15 "$w/out"
}
check() { # NAME COMMAND…: it must succeed
    name=$1
    shift
    if "$@"; then good; else bad "$name"; fi
}
says() { grep -qF -- "$1" "$w/out" || { echo "not said: $1"; return 1; }; }
# Grade and expect a status: run STATUS ARGUMENTS…
run() {
    want=$1
    shift
    "$ipclab" "$@" >"$w/out" 2>&1
    status=$?
    [ $status -eq "$want" ] || { bad "ipclab $*: status $status, not $want"; return 1; }
}
# A gradebook without what differs from run to run.
book() { "$ipclab" report "$1" --format json | grep -vE '^ *"(graded|ms|when|title)":'; }
same() {
    book "$1" >"$w/a" && book "$2" >"$w/b" && [ -s "$w/a" ] && cmp -s "$w/a" "$w/b" && return
    diff "$w/a" "$w/b" | head -n 20
    return 1
}

x=1-pipe/1-hello
sh tests/class/make.sh "$w/S" 6 7 -1 $x
for i in 1 2 3 4 5 6 7 8 9; do # the same skeleton nine times: graded once
    mkdir -p "$w/S/t$i/$x" && cp labs/$x/pipe_hello.c "$w/S/t$i/$x/"
done
mkdir -p "$w/S/Li Si_77_assignsubmission_file_/sub"
(cd solutions/$x && tar -cJf "$w/S/Li Si_77_assignsubmission_file_/sub/hello.tar.xz" pipe_hello.c)
cp solutions/$x/pipe_hello.c "$w/S/zhangsan_LATE_1042_9_pipe_hello-1.c"
mkdir "$w/S/empty"
mkdir "$w/S/two" && (cd solutions/$x && tar -czf "$w/S/two/a.tar.gz" pipe_hello.c) &&
    (cd labs/$x && tar -czf "$w/S/two/b.tar.gz" pipe_hello.c)
mkdir -p "$w/S/lost/9-none/1-nothing" && cp solutions/$x/pipe_hello.c "$w/S/lost/9-none/1-nothing/"
printf 'PK\003\004 no zip' >"$w/S/broken.zip"
echo hello >"$w/S/readme.txt"
ln -s /etc/passwd "$w/S/link.zip"
{
    printf '\357\273\277学号,姓名,班级\r\n'
    i=1
    while [ $i -le 6 ]; do printf 's%05d,学生 %d,A\r\n' $i $i; i=$((i + 1)); done
    printf 'u4,"Si, Li",B\r\n1042,San Zhang,B\r\nu9,没交,B\r\ns00001,又一个,B\r\n'
} >"$w/roster.csv"

# --- one run, and again -----------------------------------------------------------------------------
run 0 grade "$w/S" --out "$w/o" --roster "$w/roster.csv" --due 2099-01-01 && good
check "refusals are listed" says "broken"
check "a student without a submission" says "u9"
check "a file that belongs to nobody" says "readme.txt"
check "a link is not followed" says "link.zip"
check "an unknown student is kept" says "the roster has no such student"
check "a double roster line" says "stands twice in the roster"
check "an exercise that does not exist" says "the course has no exercise of that folder"
check "an empty folder" says "it is empty"
check "equal sources are graded once" grep -qE '([6-9]|1[0-9]) equal to another submission' "$w/out"
"$ipclab" report "$w/o" --format csv >"$w/out" 2>&1
check "matched by name" sh -c "grep -q '^u4,.*17' '$w/out' && grep -q '^1042,.*17' '$w/out'"
check "two archives, the better counts" grep -q '^two,.*17' "$w/out"
run 0 grade "$w/S" --out "$w/o" && check "a second run does nothing" says "0 graded"
rm "$w/o/gradebook.db"*
cp -r "$w/o" "$w/again"
run 0 grade "$w/S" --out "$w/again" && check "the gradebook is made from the files" says "0 graded"
check "rebuilt, it is the same" same "$w/o" "$w/again"
echo broken >"$w/again/gradebook.db"
run 0 grade --resume --out "$w/again" && check "a damaged one is kept and made again" says "damaged-1"
check "and is the same" same "$w/o" "$w/again"

# --- overrides ----------------------------------------------------------------------------------------
run 0 override "$w/o" "Si, Li" 1.1 3.5 --reason "spoke about it" && good
run 64 override "$w/o" u4 1.1 3 && good
run 1 override "$w/o" nobody 1.1 3 --reason x && good
echo '// changed' >>"$w/S/Li Si_77_assignsubmission_file_/x" # no source: no change
run 0 grade "$w/S" --out "$w/o" --regrade failed --only pipe-hello && good
run 0 override "$w/o" && check "an override survives a regrade" says "u4  pipe-hello  3.5/17  spoke about it"
run 0 override "$w/o" u4 pipe-hello --remove && good
run 0 override "$w/o" && check "a removed override is gone" test ! -s "$w/out"

# --- killed, locked, in parts -------------------------------------------------------------------------
tmp=$(mktemp -d) # student programs of another user have to get there
chmod 711 "$tmp"
TMPDIR=$tmp "$ipclab" grade "$w/S" --out "$w/k" --roster "$w/roster.csv" --due 2099-01-01 >"$w/out" 2>&1 &
pid=$!
while [ "$(find "$w/k/reports" -name 'pipe-hello.json' 2>/dev/null | wc -l)" -lt 3 ]; do
    kill -0 $pid 2>/dev/null || break
    sleep 0.05
done
check "a second grader is refused" run 2 grade "$w/S" --out "$w/k"
check "and told who works there" says "pid $pid,"
kill -9 $pid
wait $pid 2>/dev/null
check "killed: it leaves its folders" test -n "$(ls "$tmp")"
TMPDIR=$tmp run 0 grade "$w/S" --out "$w/k" && good
check "killed and resumed: the same gradebook" same "$w/o" "$w/k"
check "and its folders are swept" test -z "$(ls "$tmp")"
rm -rf "$tmp"
"$ipclab" grade "$w/S" --out "$w/i" --roster "$w/roster.csv" >"$w/out" 2>&1 &
pid=$!
while [ "$(find "$w/i/reports" -name 'pipe-hello.json' 2>/dev/null | wc -l)" -lt 1 ]; do
    kill -0 $pid 2>/dev/null || break
    sleep 0.05
done
kill -TERM $pid
wait $pid
check "interrupted: the status says so" test $? -eq 143
check "and a sentence" says "Run the same command again"
check "no half file" test -z "$(find "$w/i" -name '*.tmp*')"
for i in 1 2; do
    run 0 grade "$w/S" --out "$w/p$i" --shard $i/2 --roster "$w/roster.csv" --due 2099-01-01 && good
done
run 0 merge "$w/p1" "$w/p2" -o "$w/m" && good
check "parts joined are the whole" same "$w/o" "$w/m"
run 0 merge "$w/p1" "$w/p2" -o "$w/m" && check "joined again: the same" same "$w/o" "$w/m"
run 0 grade "$w/S" --out "$w/p2" --shard 2/2 --policy last && good
run 2 merge "$w/p1" "$w/p2" -o "$w/m2" && check "other policies are not joined" says "different policies"

# --- late ---------------------------------------------------------------------------------------------
mkdir -p "$w/L/a" "$w/L/b" "$w/L/c"
for s in a b c; do cp solutions/$x/pipe_hello.c "$w/L/$s/"; done
touch -d 2026-01-01T12:00:00Z "$w/L/a/pipe_hello.c"
touch -d 2026-01-03T12:00:00Z "$w/L/b/pipe_hello.c"
printf 'id,time\nz,2026-01-01T00:00Z\nc,2026-01-02T00:00:30Z\nc,2026-03-01T00:00Z\na,2026-01-01T00:00Z\n' >"$w/times.csv" # the first row of c counts
printf 'id,due\nb,2026-01-05\n' >"$w/ext.csv"
printf 'id\na\nb\nc\n' >"$w/abc.csv"
run 0 grade "$w/L" --out "$w/l" --roster "$w/abc.csv" --times "$w/times.csv" --due 2026-01-02T00:00Z --late 10 && good
"$ipclab" report "$w/l" --format csv >"$w/out"
check "in time" grep -q '^a,.*,17' "$w/out"
check "two days late" grep -q '^b,.*13.6' "$w/out"
check "half a minute late, by the table" grep -q '^c,.*15.3' "$w/out"
run 0 grade --resume --out "$w/l" --times "$w/times.csv" --grace 1 --extensions "$w/ext.csv" && good
check "rules change without grading" says "0 graded"
"$ipclab" report "$w/l" --format csv >"$w/out"
check "grace and extension" sh -c "grep -q '^b,.*,17' '$w/out' && grep -q '^c,.*,17' '$w/out'"

# --- bad input ------------------------------------------------------------------------------------------
run 1 grade "$w/none" --out "$w/n" && good
run 1 grade "$w/roster.csv" --out "$w/n" && good
mkdir "$w/E" && run 0 grade "$w/E" --out "$w/n" && good
run 64 grade && good
run 64 grade "$w/L" --out "$w/n" --due yesterday && good
run 64 grade "$w/L" --out "$w/n" --only no-such && good
run 64 grade "$w/L" --out "$w/n" --shard 3/2 && good
run 1 report "$w/E" && good
printf 'a,b\n1,2\n' >"$w/bad.csv"
run 1 grade "$w/L" --out "$w/n" --roster "$w/bad.csv" && check "a roster without heads" says "names no column"
run 1 merge "$w/E" -o "$w/n" && good
run 0 grade "$w/L" --out "$w/u" --sandbox=none && check "without isolation: said" says "no isolation"
check "and marked in every report" test "$(grep -l '"unsafe": true' "$w"/u/reports/*/pipe-hello.json | wc -l)" -eq 3

# In namespaces of its own an ordinary user may mount a small disk, and may do without more namespaces.
own='unshare -Um --map-user=1000 --map-group=1000 --keep-caps sh'
drop='setpriv --ambient-caps=-all --inh-caps=-all'
disk=$own
# (root mapped to somebody else is still root to the limit of processes: there fork() would not fail)
[ "$(id -u)" != 0 ] || { disk='unshare -m sh' && grader=; }
mkdir "$w/small"
for i in 1 2 3 4 5 6 7 8; do
    from=solutions && [ $i -gt 4 ] && from=labs
    mkdir -p "$w/D/d$i" && { cat $from/$x/pipe_hello.c && echo "// $i"; } >"$w/D/d$i/pipe_hello.c"
done
run 0 grade "$w/D" --out "$w/d" && good
cat >"$w/small.sh" <<END
set -e
grade() { ${grader-$drop} "$ipclab" "\$@"; }
mount -t tmpfs -o size=10m,mode=777 none "$w/small"
head -c 10096640 /dev/zero >"$w/small/filler" # some results fit
code=0
grade grade "$w/D" --out "$w/small/o" >"$w/full.txt" 2>&1 || code=\$?
echo \$code >"$w/full.status"
find "$w/small/o/reports" -name pipe-hello.json | wc -l >"$w/full.count"
rm "$w/small/filler"
grade grade "$w/D" --out "$w/small/o" >"$w/again.txt" 2>&1
cp -r "$w/small/o" "$w/full"
END
: >"$w/full.txt"
# shellcheck disable=SC2086 # a command with its options
check "a small disk, with room again" $disk "$w/small.sh"
cp "$w/full.txt" "$w/out"
check "a full disk is said" says "disk is full"
check "with a status of its own" grep -qx 2 "$w/full.status"
check "some results had room" test "$(cat "$w/full.count")" -gt 0
check "what was not saved is named" says "Not saved: d"
check "with room again: the same gradebook" same "$w/d" "$w/full"
cat >"$w/none.sh" <<END
echo 0 >/proc/sys/user/max_user_namespaces
exec $drop "$ipclab" grade "$w/L" --out "$w/never"
END
$own "$w/none.sh" >"$w/out" 2>&1
check "no user namespaces: refused" test $? -eq 2
check "with the remedy" says "ipclab doctor tells how to allow them"
check "and nothing was made" test ! -e "$w/never"

# --- gone -------------------------------------------------------------------------------------------------
mkdir "$w/G" && cp -r "$w/L/a" "$w/L/b" "$w/G/" && echo no >"$w/G/c.zip" && cp "$w/G/c.zip" "$w/G/b.zip"
run 0 grade "$w/G" --out "$w/g" --roster "$w/abc.csv" && good
"$ipclab" report "$w/g" --format csv >"$w/points"
rm -r "$w/G/b" "$w/G/c.zip" "$w/G/a"
mkdir "$w/G/a" && cp labs/$x/pipe_hello.c "$w/G/a/"
run 0 grade "$w/G" --out "$w/g" && check "a student who is gone is marked" says "b  b: it is no longer in the folder"
check "so is an archive" says "c  c.zip: it is no longer in the folder"
check "remarks of it are kept" test "$(grep -c "  c.zip" "$w/out")" -eq 2
"$ipclab" report "$w/g" --format csv | cut -d, -f1-7 >"$w/out"
check "the points stay" grep -q '^b,.*,17' "$w/out"
run 0 grade "$w/G" --out "$w/g" && check "again: the same marks" test "$(grep -c "no longer in" "$w/out")" -eq 2
rm "$w/g/gradebook.db"* && cp -r "$w/g" "$w/g2"
check "the marks are in the files" same "$w/g" "$w/g2"
run 0 merge "$w/g" -o "$w/gm" && check "a merge keeps them" says "no longer in"
run 0 report "$w/gm" && check "the table says who kept the limits" says "Memory and processes were limited by"
"$ipclab" report "$w/gm" --format json >"$w/out"
check "and the earlier submission" test "$(grep -c '"source_hash"' "$w/out")" -eq 3
check "limits are in the gradebook" test "$(grep -cE '"limits": "(cgroup|rlimits?)"' "$w/out")" -eq 3

# --- hidden tests -----------------------------------------------------------------------------------------
mkdir -p "$w/course/tests" "$w/H/good" "$w/H/poor"
cp -r labs solutions "$w/course/" && cp -r tests/labs "$w/course/tests/"
sed -i '/^\[test any_bytes\]/a hidden = yes' "$w/course/labs/$x/exercise.ini"
cp solutions/$x/pipe_hello.c "$w/H/good/"
cp labs/$x/pipe_hello.c "$w/H/poor/"
IPCLAB_ROOT=$w/course
export IPCLAB_ROOT
secret='any_bytes|percent signs and backslashes'
# shellcheck disable=SC2034 # used inside the checks
forms='html feedback json junit tap gradescope'
seen() { # WHICH: does a report in any of the forms of "poor" say the secret?
    for form in $1; do
        # shellcheck disable=SC2086 # options, or none
        rm -rf "$w/r" && "$ipclab" report "$w/h" --format "$form" --student poor $2 -o "$w/r" >"$w/out" 2>&1
        grep -rqE "$secret" "$w/r" && echo "$form"
    done
}
run 0 grade "$w/H" --out "$w/h" --hidden never && good
"$ipclab" report "$w/h" --format csv >"$w/out"
check "a hidden test counts" grep -q '^good,.*,17' "$w/out"
check "hidden: no page of a student shows it" test -z "$(seen 'html feedback' --for-student)"
check "the teacher's do" test "$(seen 'html feedback' '' | wc -l)" -eq 2
"$ipclab" report "$w/h" --format gradescope --student poor -o "$w/gs" >"$w/out" 2>&1
check "Gradescope hides it" sh -c "grep -rq '\"visibility\": \"hidden\"' '$w/gs'"
run 0 grade "$w/H" --out "$w/h" --hidden 2099-01-01 && check "a date needs no grading" says "0 graded"
check "before the date: not shown" test -z "$(seen 'html feedback' --for-student)"
run 0 grade "$w/H" --out "$w/h" --hidden 2020-01-01 && good
check "after the date: shown" test "$(seen 'html feedback' --for-student | wc -l)" -eq 2
unset IPCLAB_ROOT

# --- pack -------------------------------------------------------------------------------------------------
run 0 init "$w/ws" && cp solutions/$x/pipe_hello.c "$w/ws/$x/"
mkdir "$w/P"
run 0 pack pipe-hello -o "$w/P/s1.zip" --workspace "$w/ws" && good
run 0 pack pipe-hello -o "$w/P/s2.tar.gz" --workspace "$w/ws" && good
run 0 grade "$w/P" --out "$w/po" && good
"$ipclab" report "$w/po" --format csv >"$w/out"
check "what is packed can be graded" test "$(grep -c '^s[12],.*17' "$w/out")" -eq 2
check "its packing list agrees" sh -c "! '$ipclab' report '$w/po' --format json | grep -q 'packing list'"
# the list is the student's claim: it makes remarks, and no points
mkdir "$w/M" "$w/M/s3" && tar -xzf "$w/P/s2.tar.gz" -C "$w/M/s3" && echo '// later' >>"$w/M/s3/$x/pipe_hello.c"
mkdir "$w/M/s4" && cp "$w/M/s3/ipclab-pack.json" "$w/M/s4/" && sed -i 's/pipe-hello/pipe-none/' "$w/M/s4/ipclab-pack.json"
mkdir "$w/M/s5" && cp "$w/M/s3/ipclab-pack.json" "$w/M/s5/" && mkdir "$w/M/s6" && echo '[' >"$w/M/s6/ipclab-pack.json"
run 0 grade "$w/M" --out "$w/mo" && check "a file that was changed after packing" says "is not the one of the packing list"
check "a list with an exercise of its own" says "the packing list names the exercise pipe-none"
check "a list without the file" says "but it is not in the package"
check "a list that is none" says "the packing list cannot be read"
"$ipclab" report "$w/mo" --format csv >"$w/out"
check "a list gives no points" sh -c "grep -q '^s3,.*,17' '$w/out' && grep -q '^s5,[^1-9]*,0,' '$w/out'"
rm "$w/ws/$x/pipe_hello.c"
run 1 pack pipe-hello -o "$w/P/s3.zip" --workspace "$w/ws" && check "a missing file: nothing packed" test ! -e "$w/P/s3.zip"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
