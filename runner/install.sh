#!/bin/sh
# install.sh install|uninstall: PREFIX, DESTDIR and B come from the Makefile (or deb.sh). Uninstalling removes what
# the list of the installation names, and nothing else.
set -eu
action=$1
bin=$DESTDIR$PREFIX/bin man=$DESTDIR$PREFIX/share/man lib=$DESTDIR$PREFIX/lib/ipclab share=$DESTDIR$PREFIX/share/ipclab

put() { # MODE FILE TARGET
    mkdir -p "$(dirname "$3")"
    install -m "$1" "$2" "$3"
    echo "${3#"$DESTDIR"}" >>"$lib/installed"
}

put_all() { # MODE FOLDER TARGET: the files of the folder that standard input names, at once
    tar -C "$2" --mode="$1" --owner=0 --group=0 -cf "$pack" --files-from=-
    mkdir -p "$3"
    tar -C "$3" --no-same-owner -xf "$pack"
    tar --quoting-style=literal -tf "$pack" | sed "s|^|${3#"$DESTDIR"}/|" >>"$lib/installed"
}

case $action in
install)
    pack=$(mktemp)
    trap 'rm -f "$pack"' EXIT
    mkdir -p "$bin" "$lib" "$share"
    : >"$lib/installed"
    put 755 "$B/ipclab" "$bin/ipclab"
    put 755 "$B/lab-init" "$lib/lab-init"
    put 644 "$B/lab-shim.so" "$lib/lab-shim.so"
    put 644 "$B/lab-crash.so" "$lib/lab-crash.so"
    put 644 "$B/lab-calls.so" "$lib/lab-calls.so"
    (cd "$B" && find check ref -type f ! -name '.*') | put_all 755 "$B" "$lib"
    parts='labs docs/verdicts.zh.md'
    [ ! -d solutions ] || parts="$parts solutions" # a student's kit has none
    # shellcheck disable=SC2086 # a list of folders
    find $parts -type f | put_all 644 . "$share"
    find tests/labs -type f -name '*.c' | put_all 644 . "$share"
    sh runner/man.sh en "$PREFIX" >"$pack"
    put 644 "$pack" "$man/man1/ipclab.1"
    sh runner/man.sh zh "$PREFIX" >"$pack"
    put 644 "$pack" "$man/zh_CN/man1/ipclab.1"
    echo "已安装 / installed: $PREFIX/bin/ipclab"
    ;;
uninstall)
    if [ ! -f "$lib/installed" ]; then
        echo "没有安装在 $PREFIX / not installed in $PREFIX" >&2
        exit 1
    fi
    while read -r f; do
        rm -f "$DESTDIR$f"
    done <"$lib/installed"
    rm -f "$lib/installed"
    for d in "$lib" "$share"; do
        if [ -d "$d" ]; then find "$d" -depth -type d -empty -delete; fi
    done
    echo "已卸载 / removed"
    ;;
*)
    echo "usage: install.sh install|uninstall" >&2
    exit 64
    ;;
esac
