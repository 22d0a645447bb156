#!/bin/sh
# install.sh install|uninstall: PREFIX, DESTDIR and B come from the Makefile. Uninstalling removes what
# the list of the installation names, and nothing else.
set -eu
action=$1
bin=$DESTDIR$PREFIX/bin lib=$DESTDIR$PREFIX/lib/ipclab share=$DESTDIR$PREFIX/share/ipclab

put() { # MODE FILE TARGET
    mkdir -p "$(dirname "$3")"
    install -m "$1" "$2" "$3"
    echo "${3#"$DESTDIR"}" >>"$lib/installed"
}

case $action in
install)
    mkdir -p "$bin" "$lib" "$share"
    : >"$lib/installed"
    put 755 "$B/ipclab" "$bin/ipclab"
    put 755 "$B/lab-init" "$lib/lab-init"
    put 644 "$B/lab-shim.so" "$lib/lab-shim.so"
    put 644 "$B/lab-crash.so" "$lib/lab-crash.so"
    put 644 "$B/lab-calls.so" "$lib/lab-calls.so"
    find "$B/check" "$B/ref" -type f ! -name '.*' | while read -r f; do
        put 755 "$f" "$lib/${f#"$B/"}"
    done
    find labs solutions -type f | while read -r f; do
        put 644 "$f" "$share/$f"
    done
    put 644 docs/verdicts.zh.md "$share/docs/verdicts.zh.md"
    find tests/labs -type f -name '*.c' | while read -r f; do
        put 644 "$f" "$share/$f"
    done
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
