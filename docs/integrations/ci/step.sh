#!/bin/sh
# step.sh REPOSITORY RESULT.xml: grade the checked out repository of one student and write JUnit XML.
# Status 0: all points; 1: not all; 2: a fault here.
set -u
here=$(cd "$(dirname "$0")" && pwd)
export IPCLAB="${IPCLAB:-$here/../../../build/ipclab}"
SUBMITTED=$(git -C "$1" log -1 --format=%cI 2>/dev/null)
export SUBMITTED
# shellcheck disable=SC2086 # a list of options
sh "$here/../grade-one.sh" "$1" junit "$2" ${IPCLAB_OPTIONS:-} || exit 2
grep -qE '<(failure|error)[ >/]' "$2" && exit 1
exit 0
