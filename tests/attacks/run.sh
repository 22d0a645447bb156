#!/bin/sh
# Hostile submissions, each graded by the real program in the real sandbox.
#
#   sh tests/attacks/run.sh [NAME…]      all of them, or these; prints "N passed, N failed"
#   KEEP=1                               keep the folder with sources and reports, and say where
#
# Started as root it does those about privilege and sight twice: as root (given up by the grader) and as an
# ordinary user; a difference is a failure. An attack is a C file here; comments at its start say:
#   // attack: what it tries
#   // expect: VERDICT [DIAGNOSIS] | …   what must come out; "no-points": any failure of its own;
#                                        "not-built": no program; a bare word may be either of the two
#   // run: EXERCISE TEST                default: pipe-hello prints_message; TEST "all": the exercise
#   // file: NAME                        its source file, default pipe_hello.c; the exercise's other
#                                        files are the reference's
#   // points: N                         points that can be had honestly on the way; default 0
#   // append: FILE                      this file of the course follows
#   // setup: SHELL                      done in the submission's folder before grading
#   // folder: NAME                      name of that folder (@ESC@ an escape character)
#   // text                              also graded with the report as text, looked at for controls
# attack.h goes before each and explains @…@. What is checked for every attack: the verdict, no point
# and no "undecided", no fault of the grader, no canary and no "ESCAPED" in the report, nothing left
# behind on the machine, an end in time. Beside them right answers are graded all the while and must
# get every point. At the end the checks themselves are checked: each must notice what it is for.
set -u
cd "$(dirname "$0")/../.." || exit 2
B=${B:-build}
PATIENCE=150 # seconds for one grading, far above what any needs: "ended in bounded time"

# --- what a report must be ---------------------------------------------------------------------------

header() { # FILE KEY: the values of a comment "// KEY: VALUE"
    sed -n "1,12s|^// $2: *||p" "$1"
}

# All text of a report, also what is in base64.
texts() { # REPORT
    jq -r '.. | strings' "$1"
    jq -r '.. | objects | select(has("base64")) | .base64 | @base64d' "$1"
}

# The verdict of the test (of the whole exercise: the first that is not a pass).
verdict() { # REPORT TEST
    jq -r --arg t "$2" 'if .built | not then "not-built" else
        [.tests[] | select($t == "all" or .test == $t) | select(.verdict != "pass")][0] // {"verdict": "pass"} |
        "\(.verdict) \(.diagnosis // "-")" end' "$1"
}

expected() { # VERDICT EXPECT: does one of the alternatives fit?
    found=$1
    echo "$2" | tr '|' '\n' | while read -r want id; do
        case $want in
        no-points) [ "${found%% *}" != pass ] && echo yes ;;
        *) case " $found " in *" $want "*) [ -z "$id" ] || [ "${found#* }" = "$id" ] && echo yes ;; esac ;;
        esac
    done | grep -q yes
}

# Complaints about a report, one per line.
judge() { # REPORT STATUS TEST EXPECT POINTS
    jq -e -s 'length == 1 and (.[0] | has("points"))' "$1" >/dev/null 2>&1 || {
        echo "no report (status $2)"
        return
    }
    found=$(verdict "$1" "$3")
    points=$(jq .points "$1")
    [ "$2" = 1 ] || echo "exit status $2 instead of 1"
    [ "$points" -le "$5" ] || echo "FORGED: $points points, at most $5 are honest"
    [ "$(jq .passed "$1")" = false ] || echo "FORGED: passed"
    [ "$(jq .internal "$1")" = null ] || echo "a fault of the grader: $(jq -c .internal "$1")"
    jq -e '[.tests[].verdict] | any(. == "undecided" or . == "internal")' "$1" >/dev/null &&
        echo "FORGED: a test that counts neither way"
    expected "$found" "$4" || echo "got \"$found\", expected \"$4\""
    texts "$1" | LC_ALL=C grep -a -F -e "$CANARY" -e "ESCAPED" | head -n 3 | LC_ALL=C tr -c '[:print:]\n' '?' |
        sed 's/^/came out: /'
    if [ -r /etc/shadow ] && texts "$1" | grep -a -q -F "$(head -n 1 /etc/shadow)"; then
        echo "came out: /etc/shadow"
    fi
}

# --- what may be left on the machine -------------------------------------------------------------------

# Every sandbox of this run has a mount of a folder below $work: that tells its processes from those
# of anybody else.
processes_left() {
    grep -l -s -F "$1" /proc/[0-9]*/mountinfo | sed 's|/proc/\([0-9]*\)/.*|\1|' | grep -v -x -e "$$" |
        while read -r pid; do
            # a process that ends just now is not left; nor is one of ours, which has no such mount
            tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | sed "s/^/process $pid: /"
        done
}

left() { # TMPDIR of a grading: what it left behind
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        found=$(processes_left "$1/ipclab-")
        [ -z "$found" ] && break
        sleep 0.25 # the kernel takes a namespace down by itself: look until it is gone
    done
    [ -z "$found" ] || echo "left behind: $found"
    find "$1" -mindepth 1 -maxdepth 1 | sed 's/^/left behind: folder /'
}

objects_left() {
    for folder in /dev/shm /dev/mqueue /tmp /var/tmp; do
        find "$folder" -maxdepth 1 -name "*$MARK*" 2>/dev/null | sed 's/^/left behind: /'
    done
    awk -v from="$KEY" 'FNR > 1 && $1 >= from && $1 < from + 9999 { print "left behind: " FILENAME " key " $1 }' \
        /proc/sysvipc/msg /proc/sysvipc/sem /proc/sysvipc/shm
    [ -e "${work}owned" ] && echo "left behind: a command of the attacker was executed"
    [ -e "$tree/owned" ] && echo "left behind: a command of the attacker was executed"
}

# --- one attack ----------------------------------------------------------------------------------------

ipclab() { # USER TMPDIR ARGUMENTS…
    as=$1 place=$2
    shift 2
    [ "$as" = root ] || [ "$(id -u)" != 0 ] ||
        set -- --reuid=65534 --regid=65534 --clear-groups "$tree/$B/ipclab" "$@"
    if [ "${1#--reuid}" != "$1" ]; then
        TMPDIR=$place timeout -k 5 "$PATIENCE" setpriv "$@"
    else
        TMPDIR=$place timeout -k 5 "$PATIENCE" "$tree/$B/ipclab" "$@"
    fi </dev/null
}

fill_in() {
    sed -e "s|@SECRET@|$work/secret.txt|g" -e "s|@OTHER@|$work/other|g" -e "s|@TREE@|$tree|g" \
        -e "s|@MARK@|$MARK|g" -e "s|@KEY@|$KEY|g" -e "s|@PORT@|$PORT|g" -e "s|@OWNED@|$work/owned|g" \
        -e "s|@ESC@|$(printf '\033')]0;x|g" "$@"
}

one() { # USER NAME
    file=tests/attacks/$2.c
    out=$work/out/$1/$2
    mkdir -p "$out/tmp"
    chmod 1777 "$out/tmp"
    run=$(header "$file" run)
    exercise=${run%% *} test=${run#* }
    [ -n "$run" ] || { exercise=pipe-hello test=prints_message; }
    source=$(header "$file" file)
    folder=$(header "$file" folder | fill_in)
    folder=$out/${folder:-submission}
    mkdir -p "$folder"
    slug=$(dirname "$(grep -l -x "id = $exercise" labs/*/*/exercise.ini)")
    cp "solutions/${slug#labs/}/"*.[ch] "$folder/"
    { fill_in tests/attacks/attack.h "$file"
      for more in $(header "$file" append); do cat "$more"; done; } >"$folder/${source:-pipe_hello.c}"
    header "$file" setup | fill_in >"$out/setup"
    (cd "$folder" && sh ../setup) || echo "the setup failed"
    set -- "$1" "$2" "$exercise" --sandbox=bwrap --source "$folder"
    [ "$test" = all ] || set -- "$@" --test "$test"
    user=$1 name=$2
    shift 2
    start=$(date +%s%N)
    ipclab "$user" "$out/tmp" run "$@" --json >"$out/report.json" 2>"$out/stderr"
    status=$?
    took=$((($(date +%s%N) - start) / 1000000))
    {
        judge "$out/report.json" $status "$test" "$(header "$file" expect)" "$(header "$file" points | grep . || echo 0)"
        left "$out/tmp"
        if grep -q '^// text$' "$file"; then
            ipclab "$user" "$out/tmp" run "$@" >"$out/report.txt" 2>&1
            controls "$out/report.txt"
        fi
    } >"$out/complaints"
    LC_ALL=C grep -a -q -F "$CANARY" "$out/stderr" && echo "came out: on standard error" >>"$out/complaints"
    printf '%s %s\n' "$name" "$(verdict "$out/report.json" "$test" 2>/dev/null)" >"$out/result"
    echo "$took" >"$out/took"
    [ -n "${KEEP:-}" ] || rm -rf "$out/submission"
}

# Control characters that are not ours: a report as text, not on a terminal, has newlines only.
controls() { # TEXT
    LC_ALL=C grep -a -q '[^[:print:][:space:]]' "$1" || true
    if LC_ALL=C grep -a -n -P '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]' "$1" | head -n 1 | grep -q .; then
        echo "came out: control characters in the text report"
    fi
}

# Right answers graded all the while; every one must get all points.
innocents() { # USER
    n=0
    mkdir -p "$work/out/$1-innocent/tmp"
    chmod 1777 "$work/out/$1-innocent/tmp"
    while [ -e "$work/attacking" ]; do
        n=$((n + 1))
        case $((n % 3)) in
        0) set -- "$1" pipe-hello 1-pipe/1-hello ;;
        1) set -- "$1" msg-sysv 3-msgqueue/1-sysv ;;
        2) set -- "$1" sem-posix 4-sem-shm/4-sem ;;
        esac
        ipclab "$1" "$work/out/$1-innocent/tmp" run "$2" --sandbox=bwrap --source "solutions/$3" --json \
            >"$work/out/$1-innocent/report.json" 2>&1
        innocent "$work/out/$1-innocent/report.json" $? | sed "s/^/innocent $2: /" >>"$work/out/$1-innocent/complaints"
        echo "$n" >"$work/out/$1-innocent/count"
        sleep 0.5 # two cores are shared with the attacks
    done
}

innocent() { # REPORT STATUS
    [ "$2" = 0 ] && [ "$(jq '.passed and .points == .max_points and .points > 0' "$1" 2>/dev/null)" = true ] ||
        echo "a right answer got $(jq -c '[.points, .max_points, .internal, (.tests[] | select(.verdict != "pass") | [.test, .verdict, .diagnosis])]' "$1" 2>/dev/null || echo "status $2")"
}

if [ "${1:-}" = --one ]; then
    one "$2" "$3"
    exit 0
fi

# --- the place ----------------------------------------------------------------------------------------

for tool in jq perl setpriv bwrap; do
    command -v $tool >/dev/null || { echo "attacks: $tool is missing"; exit 2; }
done
work=$(mktemp -d)
chmod 711 "$work"
tree=$work/tree
random=$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')
CANARY=CANARY-$random
MARK=ipclab-mark-$random
KEY=$((0x5e000000 + 0x$(echo "$random" | cut -c1-5) * 16))
mkdir -p "$tree/$B/check" "$tree/$B/ref" "$tree/tests" "$work/other" "$work/out"
for part in ipclab lab-init lab-shim.so lab-crash.so; do cp "$B/$part" "$tree/$B/"; done
cp -r labs solutions "$tree/"
cp -r tests/labs "$tree/tests/"
for dir in $(sed -n 's|^// run: \([^ ]*\).*|\1|p' tests/attacks/*.c | sort -u) pipe-hello msg-sysv sem-posix; do
    slug=$(dirname "$(grep -l -x "id = $dir" labs/*/*/exercise.ini)")
    slug=${slug#labs/}
    for kind in check ref; do
        mkdir -p "$tree/$B/$kind/$slug"
        cp "$B/$kind/$slug/"* "$tree/$B/$kind/$slug/" 2>/dev/null
    done
done
for secret in "$work/secret.txt" "$work/other/pipe_hello.c" "$tree/solutions/1-pipe/1-hello/pipe_hello.c" \
    "$tree/tests/labs/1-pipe/1-hello/check.c"; do
    printf '/* %s */\n' "$CANARY" >>"$secret"
done
export IPCLAB_LANG=en IPCLAB_SECRET="$CANARY" work tree CANARY MARK KEY B
unset IPCLAB_ROOT

perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1") or die;
    msgget($ARGV[0], 01000 | 0666); $| = 1; print $s->sockport, "\n"; sleep 3600' $((KEY + 9999)) >"$work/port" &
listener=$!
cleanup() {
    rm -f "$work/attacking"
    kill "$listener" 2>/dev/null
    perl -e '$q = msgget($ARGV[0], 0); msgctl($q, 0, 0) if defined $q' $((KEY + 9999))
    wait
    if [ -n "${KEEP:-}" ]; then echo "kept: $work"; else rm -rf "$work"; fi
}
trap cleanup EXIT
trap 'exit 130' INT TERM
until [ -s "$work/port" ]; do kill -0 "$listener" || exit 2; sleep 0.05; done
PORT=$(cat "$work/port")
export PORT

users=${ATTACK_USERS:-root}
[ "$(id -u)" = 0 ] && users=${ATTACK_USERS:-root nobody} || users=user
if [ $# -gt 0 ]; then
    names=$*
else
    names=$(grep -L '^// expect: limit last-resort' tests/attacks/*.c)
    names="$(grep -l '^// expect: limit last-resort' tests/attacks/*.c) $names" # the slow ones first
    names=$(for f in $names; do basename "$f" .c; done)
fi
passed=0 failed=0
bad() {
    failed=$((failed + 1))
    echo "attacks: $*"
}

# --- the checks themselves: each must notice what it is for ---------------------------------------------

control() { # WHAT COMPLAINT ACTUAL
    case $3 in
    *"$2"*) passed=$((passed + 1)) ;;
    *) bad "control: $1 went unnoticed: $3" ;;
    esac
}
doctored() { # JQ-FILTER: a plain failing report, changed
    jq -n "{passed: false, points: 0, internal: null, built: true, tests: [{test: \"t\", verdict: \"hang\",
        diagnosis: \"hang\", stderr: \"\"}]} | $1" >"$work/doctored.json"
    judge "$work/doctored.json" "${2:-1}" t "${3:-no-points}" 0
}
control "(a plain failure)" "[]" "[$(doctored .)]"
control "a forged point" FORGED "$(doctored '.points = 2')"
control "a forged pass" FORGED "$(doctored '.passed = true')"
control "a forged undecided" FORGED "$(doctored '.tests[0].verdict = "undecided"')"
control "a fault of the grader" "a fault" "$(doctored '.internal = "x"')"
control "another verdict" "got" "$(doctored . 1 'leak orphan | crash')"
control "a pass" "got" "$(doctored '.tests[0].verdict = "pass"')"
control "a wrong exit status" "exit status" "$(doctored . 0)"
control "a canary in text" "came out" "$(doctored ".tests[0].stderr = \"$CANARY\"")"
control "a canary in base64" "came out" "$(doctored ".tests[0].actual = {base64: (\"$CANARY\" | @base64)}")"
control "an escape" "came out" "$(doctored '.tests[0].stderr = "ESCAPED: x"')"
control "no report" "no report" "$(: >"$work/empty"; judge "$work/empty" 1 t no-points 0)"
control "a lost point of an innocent" "a right answer got" \
    "$(jq -n '{passed: false, points: 1, max_points: 2, tests: []}' >"$work/doctored.json"; innocent "$work/doctored.json" 1)"
printf 'x\033[2J' >"$work/controls"
control "control characters" "control characters" "$(controls "$work/controls")"
mkdir -p "$work/control/ipclab-run-x"
control "a folder left" "left behind: folder" "$(left "$work/control")"
bwrap --die-with-parent --dev-bind / / --bind "$work/control/ipclab-run-x" /mnt sleep 600 &
straggler=$! # the process to be found is its child
until [ -n "$(processes_left "$work/control/ipclab-")" ]; do kill -0 $straggler || break; done
control "a process left" "process" "$(processes_left "$work/control/ipclab-")"
kill $straggler
wait $straggler 2>/dev/null
touch "/tmp/$MARK"
control "an object left" "left behind: /tmp" "$(objects_left)"
rm -f "/tmp/$MARK"

# docs/security.md says for each promise which attacks check it; none may be missing there.
for file in tests/attacks/*.c; do
    grep -q -w -e "$(basename "$file" .c)" docs/security.md || bad "docs/security.md does not name $file"
done

# --- all of them ---------------------------------------------------------------------------------------

for user in $users; do
    touch "$work/attacking"
    innocents "$user" &
    beside=$!
    run=$names
    # where the two could differ: privilege, limits, what can be seen and signalled
    [ "$user" = nobody ] && [ $# -eq 0 ] && run=$(for name in $names; do echo "$name"; done | grep -E "^(forge-[bpe]|kill|stop|trace|read|find|secrets|daemon-[ok]|memory-[tm]|process-f|disk|setuid|namespaces|kernel|other|rewrite|network|sysv|core|next)")
    for name in $run; do echo "$user $name"; done | xargs -P 2 -L 1 sh tests/attacks/run.sh --one
    rm -f "$work/attacking"
    wait $beside
    for name in $run; do
        out=$work/out/$user/$name
        if [ ! -e "$out/complaints" ]; then
            bad "$name ($user): was not run"
        elif [ -s "$out/complaints" ]; then
            bad "$name ($user): $(cat "$out/complaints")"
        else
            passed=$((passed + 1))
        fi
    done
    if [ -s "$work/out/$user-innocent/complaints" ]; then
        bad "$(cat "$work/out/$user-innocent/complaints")"
    else
        passed=$((passed + 1))
    fi
    left "$work/out/$user-innocent/tmp" >"$work/left"
    objects_left >>"$work/left"
    [ -s "$work/left" ] && bad "$(cat "$work/left")" || passed=$((passed + 1))
done
[ -n "${VERBOSE:-}" ] && for user in $users; do
    for name in $names; do [ -e "$work/out/$user/$name/took" ] && echo "$(cat "$work/out/$user/$name/took") ms $user $(cat "$work/out/$user/$name/result")"; done
    echo "innocents ($user): $(cat "$work/out/$user-innocent/count")"
done

# Only the verdict words: which of two processes a hang names first may differ.
if [ "$users" = 'root nobody' ]; then
    for name in $names; do
        grep -q '^// expect:.*\(|\|no-points\)' "tests/attacks/$name.c" && continue
        [ -e "$work/out/nobody/$name/result" ] || continue
        cmp -s "$work/out/root/$name/result" "$work/out/nobody/$name/result" ||
            bad "$name: as root $(cat "$work/out/root/$name/result"), as nobody $(cat "$work/out/nobody/$name/result")"
    done
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
