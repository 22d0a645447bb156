#!/bin/sh
# docs/integrations: every script run for real, as far as that goes without its server.
# Prints "N passed, N failed".
set -u
cd "$(dirname "$0")/../.." || exit 2
root=$PWD
ipclab=$PWD/${B:-build}/ipclab
IPCLAB=$ipclab IPCLAB_LANG=en TZ=UTC
export IPCLAB IPCLAB_LANG TZ
unset IPCLAB_EXERCISES IPCLAB_OPTIONS IPCLAB_SANDBOX
passed=0 failed=0
w=$(mktemp -d)
chmod 755 "$w"
trap 'rm -rf "$w"' EXIT
trap 'exit 2' HUP INT TERM
good() { passed=$((passed + 1)); }
bad() {
    failed=$((failed + 1))
    echo "integrations: $*"
    [ -f "$w/out" ] && tail -n 15 "$w/out"
}
check() { # NAME COMMAND…: it must succeed
    name=$1
    shift
    if "$@"; then good; else bad "$name"; fi
}
run() { # STATUS COMMAND…
    want=$1
    shift
    "$@" >"$w/out" 2>&1
    status=$?
    if [ $status -eq "$want" ]; then good; else bad "$*: status $status, not $want"; fi
}
# A gradebook without what differs from run to run.
book() { "$ipclab" report "$1" --format json | grep -vE '^ *"(graded|ms|when|title)":'; }
same() {
    book "$1" >"$w/a"
    book "$2" >"$w/b"
    [ -s "$w/a" ] || return 1
    diff "$w/a" "$w/b" >"$w/diff" || { head -n 10 "$w/diff"; return 1; }
    "$ipclab" report "$1" --format csv >"$w/a" && "$ipclab" report "$2" --format csv >"$w/b" && cmp -s "$w/a" "$w/b"
}
json() { jq -e "$1" "$2" >/dev/null; }
x=1-pipe/1-hello
y=1-pipe/2-eof

# --- one student: Gradescope ----------------------------------------------------------------------
g=$w/gradescope
mkdir -p "$g/submission" "$g/source/ipclab/docs"
cp solutions/$x/pipe_hello.c "$g/submission/"
ln -s "$root/docs/integrations" "$g/source/ipclab/docs/integrations"
echo 'IPCLAB_EXERCISES=pipe-hello' >"$g/source/settings.sh"
cat >"$g/submission_metadata.json" <<'END'
{"id": 7, "created_at": "2026-03-02T10:00:00.365935-08:00", "assignment": {"due_date": "2026-03-01T10:00:00.000000-08:00"},
 "users": [{"id": 48213, "name": "王\"芳\", $(touch x)", "email": "wf@x.edu"}]}
END
gradescope() { AUTOGRADER_ROOT=$g sh docs/integrations/gradescope/run_autograder; }
valid_gradescope() {
    json '(.score | type == "number") and ([.tests[] | select(
        (.name | type == "string") and (.score | type == "number") and (.max_score | type == "number") and
        (.status == "passed" or .status == "failed") and (.output | type == "string") and
        (.visibility | IN("visible", "hidden", "after_due_date", "after_published")))] | length) == (.tests | length)
        and (.tests | length) > 0' "$g/results/results.json" &&
        [ "$(wc -c <"$g/results/results.json")" -lt 1000000 ]
}
run 0 gradescope
check "gradescope: the fields" valid_gradescope
check "gradescope: all points" json '.score == ([.tests[].max_score] | add)' "$g/results/results.json"
echo "IPCLAB_OPTIONS='--late 50'" >>"$g/source/settings.sh"
run 0 gradescope
check "gradescope: a day late costs what the rules say" json '.score * 2 == ([.tests[].max_score] | add)' "$g/results/results.json"
rm "$g/submission/pipe_hello.c"
run 0 gradescope
check "gradescope: nothing handed in: no points" json '.score == 0 and (.tests | length) > 0' "$g/results/results.json"
no_points() { json '(has("score") or has("tests") | not) and (.output | test("not your program"))' "$g/results/results.json"; }
IPCLAB=$w/none run 2 gradescope
check "gradescope: a fault of ours says so, without a score" no_points
: >"$g/source/settings.sh"
run 2 gradescope
check "gradescope: without settings as well" no_points
check "gradescope: nothing half written" test "$(ls "$g/results")" = results.json

# --- PrairieLearn, hidden tests ---------------------------------------------------------------------
p=$w/prairielearn
mkdir -p "$p/student" "$p/data"
cp solutions/$x/pipe_hello.c "$p/student/"
echo '{"params": {"ipclab_exercises": "1.1"}}' >"$p/data/data.json"
prairielearn() { GRADE_ROOT=$p sh docs/integrations/prairielearn/grade.sh; }
run 0 prairielearn
check "prairielearn: full score" json '.gradable and .score == 1 and ([.tests[] | select(.points == .max_points and .max_points > 0)] | length) == (.tests | length)' "$p/results/results.json"
check "prairielearn: at most 1 MB" test "$(wc -c <"$p/results/results.json")" -lt 1000000
echo 'int main(void) { return' >"$p/student/pipe_hello.c"
run 0 prairielearn
check "prairielearn: what does not compile uses no attempt" json '.gradable == false and (.format_errors | length) == 1' "$p/results/results.json"
IPCLAB=$w/none run 2 prairielearn
check "prairielearn: a fault" json '.gradable == false and (has("score") | not) and (.message | test("not your program"))' "$p/results/results.json"
check "prairielearn: the fragment is JSON and names the script" \
    json '.externalGradingOptions.entrypoint | endswith("docs/integrations/prairielearn/grade.sh")' docs/integrations/prairielearn/info.json

# --- Autolab ---------------------------------------------------------------------------------------------
a=$w/autolab
mkdir -p "$a"
echo 'IPCLAB_EXERCISES=1.1' >"$w/settings.sh"
tar cf "$a/autograde.tar" -C docs/integrations/autolab driver.sh -C "$w" settings.sh
cp docs/integrations/autolab/autograde-Makefile "$a/Makefile"
tar czf "$a/handin.tar.gz" -C solutions/$x pipe_hello.c
autolab() { IPCLAB_HOME=$root make -s -C "$a" 2>"$w/autolab.err" >"$w/autolab.out"; }
run 0 autolab
tail -n 1 "$w/autolab.out" >"$w/last"
check "autolab: the last line is the scores" json '.scores["pipe-hello"] > 0 and (.scoreboard | type == "array")' "$w/last"
tail -n 2 "$w/autolab.out" | head -n 1 >"$w/last"
check "autolab: the line before is the feedback" json '._presentation == "semantic" and .stages == ["pipe-hello"]' "$w/last"
IPCLAB=$w/none run 2 autolab
tail -n 1 "$w/autolab.out" >"$w/last"
check "autolab: a fault changes no score" json '.scores == {}' "$w/last"

# --- CI: the line of each recipe --------------------------------------------------------------------------
c=$w/ci
mkdir -p "$c/work/$x"
ln -s "$root" "$c/ipclab"
for recipe in github gitlab; do
    line=$(sed -n 's/^ *- \(run: \)\{0,1\}\(sh ipclab.*step\.sh .*\)$/\2/p' docs/integrations/ci/$recipe.yml)
    check "$recipe.yml has the step" test -n "$line"
    cp solutions/$x/pipe_hello.c "$c/work/$x/"
    step() { (cd "$c" && rm -f result.xml && IPCLAB_EXERCISES=1.1 sh -c "$line"); }
    run 0 step
    check "$recipe: JUnit" test "$(xmllint --xpath 'string(count(//testcase))' "$c/result.xml")" -gt 3
    cp labs/$x/pipe_hello.c "$c/work/$x/"
    run 1 step
    check "$recipe: failures" test "$(xmllint --xpath 'string(count(//failure))' "$c/result.xml")" -gt 0
    IPCLAB=$w/none run 2 step
done

# --- hidden tests ---------------------------------------------------------------------------------------------
h=$w/hidden
mkdir -p "$h/course" "$h/in"
for d in solutions tests build runner; do ln -s "$root/$d" "$h/course/$d"; done
cp -r labs "$h/course/labs"
sed -i 's/^\[test empty_message\]/&\nhidden = yes/' "$h/course/labs/$x/exercise.ini"
cp labs/$x/pipe_hello.c "$h/in/"
for format in gradescope prairielearn autolab junit; do
    IPCLAB_ROOT=$h/course IPCLAB_EXERCISES=1.1 run 0 sh docs/integrations/grade-one.sh "$h/in" $format "$h/result"
    if [ $format = gradescope ]; then # sent, and hidden by Gradescope
        check "the hidden test is hidden" json '[.tests[] | select(.visibility == "hidden") | .name] | length == 1 and (.[0] | test("the empty message"))' "$h/result"
        check "nothing else speaks of it" json '[.output, (.tests[] | select(.visibility != "hidden"))] | tostring | test("empty.message") | not' "$h/result"
    else
        check "$format: not a word of the hidden test" test "$(grep -c 'empty.message' "$h/result")" -eq 0
    fi
done

# --- a class in parts, with workers killed ---------------------------------------------------------------------
# Answers whose verdicts are the same every time; the ones that hang keep a grader busy for a while.
for i in 1 2 3 4 5 6 7 8; do
    case $i in
    1 | 2) f=$x from=solutions/$x/pipe_hello.c ;;
    3) f=$x from=labs/$x/pipe_hello.c ;;
    4 | 5) f=$y from=solutions/$y/$(basename labs/$y/*.c) ;;
    *) f=$x from=tests/labs/$x/wrong/never_closes.c ;;
    esac
    mkdir -p "$w/S/s$i/$f"
    { cat "$from" && echo "/* $i */"; } >"$w/S/s$i/$f/$(basename labs/$f/*.c)"
done
"$ipclab" grade "$w/S" --out "$w/whole" --only 1.1,1.2 >"$w/out" 2>&1 || bad "the undisturbed run"
started() { # PART FOLDER: wait for its grader, which is at work as long as it holds the lock; prints the pid
    tries=600
    while [ $tries -gt 0 ]; do
        pid=$(sed -n 's/^pid \([0-9][0-9]*\),.*/\1/p' "$2/parts/$1/lock" 2>/dev/null)
        if [ -n "$pid" ] && [ "$(readlink "/proc/$pid/exe")" = "$(readlink -f "$ipclab")" ]; then
            echo "$pid"
            return 0
        fi
        tries=$((tries - 1))
        sleep 0.05
    done
    return 1
}
sh docs/integrations/parallel/class.sh 3 "$w/S" "$w/par" --only 1.1,1.2 >"$w/par.log" 2>&1 &
job=$!
pid=$(started 2 "$w/par") && kill -9 "$pid"
wait $job
check "parallel: a killed worker is said" test $? -eq 1
check "parallel: and nothing is merged" test ! -e "$w/par/class"
run 0 sh docs/integrations/parallel/class.sh 3 "$w/S" "$w/par" --only 1.1,1.2
check "parallel: only the killed part ran again" test "$(awk 'NR > 1 { n[$1]++ } END { print n[1] n[2] n[3] }' "$w/par/parts/joblog.last")" = 121
check "parallel: the same gradebook" same "$w/whole" "$w/par/class"
run 0 sh docs/integrations/parallel/class.sh 3 "$w/S" "$w/par" --only 1.1,1.2
check "parallel: again, and the same" same "$w/whole" "$w/par/class"

cluster() { # runs inside slurm.sh
    sh docs/integrations/slurm/class.sbatch submit 3 "$w/S" "$w/slurm" --only 1.1,1.2 >"$w/jobs" || return 1
    array=$(sed -n 's/^array //p' "$w/jobs") merge=$(sed -n 's/^merge //p' "$w/jobs")
    pid=$(started 1 "$w/slurm") && kill -9 "$pid" || return 1
    started 2 "$w/slurm" >/dev/null && scontrol requeue "${array}_2" || return 1
    tries=600
    while [ $tries -gt 0 ]; do
        state=$(scontrol show job "$merge" | sed -n 's/.*JobState=\([A-Z_]*\).*/\1/p')
        case $state in COMPLETED | FAILED | CANCELLED) break ;; esac
        # a requeued job waits for two minutes, unless somebody says otherwise
        scontrol update job "${array}_2" StartTime=now >/dev/null 2>&1
        tries=$((tries - 1))
        sleep 0.2
    done
    scontrol show job "$array" | grep -E 'ArrayTaskId|Restarts' >"$w/restarts"
    [ "$state" = COMPLETED ] || { squeue; cat "$w/slurm/merge.log" "$w"/slurm/parts/*.log; return 1; }
}
if [ "$(id -u)" -ne 0 ]; then
    bad "slurm: slurmd must be started by root; run this suite as root"
else
    started=$(mktemp -d)
    chmod 755 "$started"
    trap 'rm -rf "$w" "$started"' EXIT
    # the functions above, for the shell that slurm.sh starts
    sed -n '/^started()/,/^}/p;/^cluster()/,/^}/p' tests/integrations/run.sh >"$w/functions"
    run 0 sh tests/integrations/slurm.sh "$started" sh -c "w='$w' ipclab='$ipclab'; . '$w/functions'; cluster"
    check "slurm: the requeued task was started again" grep -q 'Restarts=1' "$w/restarts"
    check "slurm: the killed part says so" grep -q Killed "$w/slurm/parts/1.log"
    check "slurm: the same gradebook" same "$w/whole" "$w/slurm/class"
    check "slurm: nothing of it still runs" test -z "$(find /proc/[0-9]*/cwd /proc/[0-9]*/fd -maxdepth 1 -lname "$started/*" 2>/dev/null)"
    echo 0 >"$w/slurm/parts/2.done"
    run 1 sh docs/integrations/slurm/class.sbatch merge 3 "$w/slurm"
    check "slurm: an unfinished part is named" grep -q 'to the end, nothing merged: 2' "$w/out"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
