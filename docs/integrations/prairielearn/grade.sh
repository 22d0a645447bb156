#!/bin/sh
# The entry point of a PrairieLearn grader. The exercises come from the environment of the question
# (info.json), else from /grade/tests/settings.sh, else from the parameter ipclab_exercises of data.json.
set -u
grade=${GRADE_ROOT:-/grade}
here=$(cd "$(dirname "$0")" && pwd)
results=$grade/results/results.json
export IPCLAB="${IPCLAB:-$here/../../../build/ipclab}"

mkdir -p "$grade/results"
printf '%s\n' '{"gradable":false,"message":"评测环境出了故障，不是你的程序的问题；这次不计。 / The grading environment failed, not your program; this attempt does not count."}' >"$results.tmp"
mv "$results.tmp" "$results"
# shellcheck source=/dev/null # the teacher's settings
[ -n "${IPCLAB_EXERCISES:-}" ] || [ ! -f "$grade/tests/settings.sh" ] || . "$grade/tests/settings.sh"
[ -n "${IPCLAB_EXERCISES:-}" ] ||
    IPCLAB_EXERCISES=$(jq -r '.params.ipclab_exercises // empty' "$grade/data/data.json" 2>/dev/null)
export IPCLAB_EXERCISES IPCLAB_SANDBOX="${IPCLAB_SANDBOX:-}"
# shellcheck disable=SC2086 # a list of options
sh "$here/../grade-one.sh" "$grade/student" prairielearn "$results.new" ${IPCLAB_OPTIONS:-}
status=$?
if jq -e '(.score | type == "number") or .gradable == false' "$results.new" >/dev/null 2>&1; then
    mv "$results.new" "$results"
else
    rm -f "$results.new"
fi
exit $status
