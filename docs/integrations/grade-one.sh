#!/bin/sh
# One student's submission, graded for another system: what the scripts of every platform share.
#
#   sh grade-one.sh SUBMISSION FORMAT RESULT [options of ipclab grade…]
#
# SUBMISSION is a folder or an archive, FORMAT one of `ipclab report`, RESULT the file to write; it
# is written whole or not at all. From the environment:
#   IPCLAB             the program (default: ipclab)
#   IPCLAB_EXERCISES   what is graded, as for --only: "1.1,2.1". Needed: what was not handed in counts.
#   IPCLAB_SANDBOX     "none" grades without isolation. Only when it is said here: never by itself.
#   STUDENT_ID, STUDENT_NAME, STUDENT_EMAIL, SUBMITTED (time, ISO 8601)   when known
# Status 0: RESULT holds the points. Status 2: something here went wrong, no points; standard error
# says what, and RESULT may hold a report that says so, or not exist.
set -eu
ipclab=${IPCLAB:-ipclab}
export IPCLAB_LANG="${IPCLAB_LANG:-zh}" LC_ALL=C.UTF-8

fail() {
    echo "grade-one.sh: $*" >&2
    exit 2
}
[ $# -ge 3 ] || fail "用法 / usage: grade-one.sh SUBMISSION FORMAT RESULT [ipclab grade options]"
submission=$1 format=$2 result=$3
shift 3
[ -n "${IPCLAB_EXERCISES:-}" ] || fail "请设置 IPCLAB_EXERCISES（如 1.1,2.1） / set IPCLAB_EXERCISES (such as 1.1,2.1)"
[ -e "$submission" ] || fail "没有提交：$submission / no submission there"

# A name for a folder, also out of a hostile one; the real name goes into the roster.
id=$(printf %s "${STUDENT_ID:-student}" | LC_ALL=C tr -c 'A-Za-z0-9.@-' '-' | LC_ALL=C cut -c 1-64)
case $id in '' | [!A-Za-z0-9]*) id=student$id ;; esac
field() { printf '"%s"' "$(printf %s "$1" | tr '\r\n' '  ' | sed 's/"/""/g')"; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
mkdir -p "$work/in/$id"
if [ -d "$submission" ]; then
    # links stay links (and are refused by name), owners and special modes do not come along
    tar -C "$submission" --exclude=./.git -cf - . | tar -C "$work/in/$id" --no-same-owner -xf -
else
    cp "$submission" "$work/in/$id/"
fi
{
    echo id,name,email
    printf '%s,%s,%s\n' "$id" "$(field "${STUDENT_NAME:-$id}")" "$(field "${STUDENT_EMAIL:-}")"
} >"$work/roster.csv"
set -- --out "$work/out" --only "$IPCLAB_EXERCISES" --roster "$work/roster.csv" "$@"
if [ -n "${SUBMITTED:-}" ]; then
    printf 'id,time\n%s,%s\n' "$id" "$SUBMITTED" >"$work/times.csv"
    set -- "$@" --times "$work/times.csv"
fi
[ "${IPCLAB_SANDBOX:-}" != none ] || set -- "$@" --sandbox=none

status=0
"$ipclab" grade "$work/in" "$@" >&2 || status=$?
case $status in
0 | 2) [ -f "$work/out/class.json" ] || fail "没有评（状态 $status），原因见上。 / not graded, see above." ;;
*) fail "没有评（状态 $status），原因见上。 / not graded, see above." ;;
esac
"$ipclab" report "$work/out" --format "$format" --student "$id" --for-student -o "$work/result" >&2 ||
    fail "报告没有写成。 / the report could not be written."
cp "$work/result" "$result.tmp"
mv "$result.tmp" "$result"
exit $status
