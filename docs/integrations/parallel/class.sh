#!/bin/sh
# A class with GNU parallel, on this machine or over ssh on several, and the parts merged.
#
#   sh class.sh PARTS SUBMISSIONS OUT [options of ipclab grade…]
#
# IPCLAB names the program; PARALLEL_OPTIONS adds options for parallel, such as
# "--sshlogin 2/node1,2/node2" or "--jobs 4". The folders must be the same on every machine. Started
# again after whatever happened, it goes on: parts that are done are not run again, a part that was
# interrupted takes up its own results.
set -eu
ipclab=${IPCLAB:-ipclab}

fail() {
    echo "class.sh: $*" >&2
    exit 1
}
[ $# -ge 3 ] || {
    echo "用法 / usage: sh class.sh PARTS SUBMISSIONS OUT [ipclab grade options]" >&2
    exit 64
}
case $1 in '' | *[!0-9]* | 0*) fail "份数必须是正整数：$1 / the number of parts must be a positive integer" ;; esac
[ -d "$2" ] || fail "没有这个提交文件夹：$2 / no such folder of submissions"
command -v parallel >/dev/null 2>&1 || fail "请先安装 GNU parallel：apt-get install parallel / install GNU parallel first"
parts=$1
submissions=$(cd "$2" && pwd)
mkdir -p "$3/parts"
chmod 700 "$3" "$3/parts"
out=$(cd "$3" && pwd)
shift 3

# The log counts for one list of jobs: other arguments start a new one.
log=$out/parts/joblog
printf '%s\n' "$parts" "$submissions" "$@" >"$out/parts/arguments.new"
cmp -s "$out/parts/arguments.new" "$out/parts/arguments" || rm -f "$log"
mv "$out/parts/arguments.new" "$out/parts/arguments"

status=0
# shellcheck disable=SC2086 # a list of options
seq "$parts" | parallel --will-cite --quote --jobs 100% ${PARALLEL_OPTIONS:-} \
    --joblog "$log" --resume-failed --halt never --line-buffer --tagstring '{}' \
    "$ipclab" grade "$submissions" --out "$out/parts/{}" --shard "{}/$parts" --jobs 1 "$@" || status=$?
if [ $status -ne 0 ]; then
    fail "有 $status 份没有评完（见 $log），没有合并。再运行一次同样的命令，会接着评。" \
        "/ $status parts were not graded to the end (see $log), nothing merged. Run the same command again: it goes on."
fi
number=$parts
set --
while [ "$number" -ge 1 ]; do
    set -- "$out/parts/$number" "$@"
    number=$((number - 1))
done
"$ipclab" merge "$@" -o "$out/class"
# The next run looks at every part again, for submissions that came or changed since.
mv "$log" "$log.last"
