#!/bin/sh
# driver.sh HANDIN: the last line is the scores, the line before it the semantic feedback. After a fault
# here the last line holds no scores, so none is changed. settings.sh lies beside this in autograde.tar.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=/dev/null # the teacher's settings
[ ! -f "$here/settings.sh" ] || . "$here/settings.sh"
home=${IPCLAB_HOME:-/opt/ipclab}
export IPCLAB="${IPCLAB:-$home/build/ipclab}"
export IPCLAB_EXERCISES="${IPCLAB_EXERCISES:-}" IPCLAB_SANDBOX="${IPCLAB_SANDBOX:-}"
result=$(mktemp)
log=$(mktemp)
trap 'rm -f "$result" "$log"' EXIT
# shellcheck disable=SC2086 # a list of options
if sh "$home/docs/integrations/grade-one.sh" "$1" autolab "$result" ${IPCLAB_OPTIONS:-} 2>"$log"; then
    cat "$result"
    exit 0
fi
cat "$log"
echo "评测环境出了故障，不是你的程序的问题；没有计分。 / The grading environment failed, not your program; no points were given."
echo '{"scores":{}}'
exit 2
