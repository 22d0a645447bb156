#!/bin/sh
# Make a class out of the course: make.sh DIR N SEED [HANGS [EXERCISE-FOLDER…]]
# N students with ids s00001…, each one exercise: references, known wrong answers and skeletons, in
# folders and archives. Of a hundred HANGS hang (default: as it comes). The same seed gives the same
# class. Every source ends with a comment of its own, so no two are equal. STEADY=1: only submissions
# whose verdicts do not depend on the schedule (references, skeletons, plainly wrong outputs).
set -eu
cd "$(dirname "$0")/../.."
dir=$1 n=$2 seed=$3 hangs=${4:--1}
shift 3
[ $# -gt 0 ] && shift
# shellcheck disable=SC2046 # a list of folders
[ $# -gt 0 ] || set -- $(for x in tests/labs/*/*/check.c; do x=${x#tests/labs/} && echo "${x%/check.c}"; done)
mkdir -p "$dir"

# KIND FOLDER FILE, one line each; FILE "-" for references and skeletons
list=$(mktemp)
trap 'rm -rf "$list" "$list.d"' EXIT
for x in "$@"; do
    echo "reference $x -"
    echo "skeleton $x -"
    for f in tests/labs/"$x"/wrong/*.c; do
        # what a race or a wild pointer does is not the same twice
        grep -qE '^// expect: [a-z_0-9]+ .*(race|crash|fault|lost|torn|overflow|uninit)' "$f" && continue
        case $f in *missing_nul*) continue ;; esac
        # processes that share memory fail other tests from run to run, whatever the one is that they must fail
        [ -n "${STEADY:-}" ] && case $x in 4-* | 5-*) continue ;; esac
        # what this one does depends on memory that it never wrote
        [ -n "${STEADY:-}" ] && case $f in */peercred-len-unset.c) continue ;; esac
        [ -n "${STEADY:-}" ] && grep -E '^// expect:' "$f" | grep -qvE '^// expect: [a-z_0-9]+ wrong-output' && continue
        kind=wrong
        grep -qE '^// expect: [a-z_0-9]+ (unclosed-write-end|wait-before-close|both-pipes-full|lock-order|fifo-no-peer|deadlock|waits-for-itself|wrong-mtype)' "$f" && kind=hang
        case $f in */watchdog_*) kind=wrong ;; esac # these do not hang for good: they wait for their own alarm
        echo "$kind $x $f"
    done
done >"$list"

awk -v n="$n" -v seed="$seed" -v hangs="$hangs" '
    { of[$1, count[$1]++] = $0 }
    END {
        srand(seed)
        for (i = 1; i <= n; i++) {
            # as many numbers are drawn for each, so that a share of hangs replaces some and leaves the others as they are
            share = rand() * 100; r = rand(); quarter = rand(); which = rand(); form = rand()
            kind = r < 0.4 ? "reference" : r < 0.85 || hangs >= 0 ? "wrong" : "skeleton"
            if (kind == "wrong" && hangs < 0 && count["hang"] && quarter < 0.25) kind = "hang"
            if (share < hangs) kind = "hang"
            printf "s%05d %s %d\n", i, of[kind, int(which * count[kind])], int(form * 4)
        }
    }' "$list" | while read -r id kind x file form; do
    work=$dir/$id
    [ "$form" -eq 0 ] && work=$list.d
    mkdir -p "$work/$x"
    from=solutions/$x
    [ "$kind" = skeleton ] && from=labs/$x
    # shellcheck disable=SC2013 # names of files are single words
    for source in $(sed -n 's/^sources *= *//p' "labs/$x/exercise.ini"); do
        take=$from/$source
        if [ "$file" != - ]; then
            replaced=$(sed -n '1,8s|^// file: *||p' "$file" | head -n 1)
            [ -n "$replaced" ] || replaced=$(sed -n 's/^sources *= *//p' "labs/$x/exercise.ini" | head -n 1 | cut -d' ' -f1)
            [ "$replaced" = "$source" ] && take=$file
        fi
        { cat "$take" && echo "/* $id */"; } >"$work/$x/$source"
    done
    if [ "$form" -eq 0 ]; then
        tar -czf "$dir/$id.tar.gz" -C "$work" .
        rm -rf "$work"
    fi
done
