#!/bin/sh
# kit.sh student|teacher VERSION: make $B/kit/ipclab-KIND-VERSION.tar.gz from what is built in $B.
# The student's kit: labs, runner, compiled Check programs and references (stripped), drivers. Neither
# solutions nor wrong answers nor sources of tests nor hidden tests; its README is docs/kit/README.zh.md. The
# teacher's kit: everything needed to grade, build and test.
# The same tree gives the same archive: sorted, one date (SOURCE_DATE_EPOCH), one owner.
set -eu
kind=$1 version=$2
name=ipclab-$kind-$version
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/$name

copy() { # FOLDER-OR-FILE…, keeping paths
    find "$@" -type f -print0 | tar --null -cf - --files-from=- | tar -xf - -C "$root"
}

mkdir -p "$root" "$B/kit"
case $kind in
student)
    # A hidden test is compiled into its Check program, which a student could read or run.
    hidden=$(find labs -name exercise.ini -exec grep -liE '^[[:space:]]*hidden[[:space:]]*[=:][[:space:]]*(yes|true|on|1)' {} + || true)
    if [ -n "$hidden" ]; then
        echo "这些练习有隐藏测试。检查程序里含着它们，学生读得到，所以不能放进学生包；请先从课程的一份副本里去掉：" >&2
        echo "These exercises have hidden tests. Their Check programs contain them, so a student could read them;" >&2
        echo "take them out in a copy of the course first:" >&2
        echo "$hidden" >&2
        exit 1
    fi
    copy labs runner Makefile docs/verdicts.zh.md docs/ipclab.en.1.in docs/ipclab.zh.1.in
    for page in README.md README.zh.md; do sed 's|](\.\./|](docs/|g' "docs/kit/$page" >"$root/$page"; done
    find tests/labs -name '*_driver.c' -print0 | tar --null -cf - --files-from=- | tar -xf - -C "$root"
    # only what the sources name: an old build folder may hold programs of exercises that are gone
    for ini in labs/*/*/exercise.ini; do
        slug=${ini#labs/} slug=${slug%/exercise.ini}
        mkdir -p "$root/build/check/$slug" "$root/build/ref/$slug"
        strip -s -o "$root/build/check/$slug/check" "$B/check/$slug/check"
        sed -n 's/^\[program[[:space:]]\{1,\}\([^]]*\)\].*/\1/p' "$ini" | while read -r program; do
            strip -s -o "$root/build/ref/$slug/$program" "$B/ref/$slug/$program"
        done
    done
    printf 'ipclab %s, student kit, %s\n' "$version" "$(uname -m)" >"$root/KIT"
    ;;
teacher) copy labs runner solutions tests docs Makefile README.md README.zh.md .ci .clang-format .clang-tidy .gitignore ;;
*)
    echo "usage: kit.sh student|teacher VERSION" >&2
    exit 64
    ;;
esac
date=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
tar --sort=name --mtime="@$date" --owner=0 --group=0 --numeric-owner --mode=u+rwX,go+rX,go-w \
    -C "$work" -cf "$work/kit.tar" "$name"
gzip -9n "$work/kit.tar"
mv "$work/kit.tar.gz" "$B/kit/$name.tar.gz"
echo "$B/kit/$name.tar.gz"
