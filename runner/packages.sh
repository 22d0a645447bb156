#!/bin/sh
# Install the Debian packages that are missing: packages.sh build [test] [deb]
# Says what it installs; does nothing when nothing is missing. Without apt-get it names the command.
set -eu

build='gcc libc6-dev make pkg-config libncurses-dev check libsqlite3-dev libmd4c-dev
       libunistring-dev libdw-dev libseccomp-dev libarchive-dev libjansson-dev libinih-dev
       nettle-dev bubblewrap'
test='similarity-tester clang clang-format clang-tidy cppcheck shellcheck tmux procps jq libxml2-utils slurm-wlm munge parallel
      dpkg-dev man-db'
deb='dpkg-dev'

wanted=
for group in "$@"; do
    case $group in
    build) wanted="$wanted $build" ;;
    test) wanted="$wanted $test" ;;
    deb) wanted="$wanted $deb" ;;
    esac
done

if ! command -v dpkg-query >/dev/null 2>&1; then
    # Another distribution: look for the things themselves.
    missing=
    for program in gcc make pkg-config bwrap; do
        command -v $program >/dev/null 2>&1 || missing="$missing $program"
    done
    for library in ncursesw check sqlite3 nettle md4c libdw libseccomp libarchive jansson inih; do
        pkg-config --exists $library 2>/dev/null || missing="$missing $library"
    done
    [ -z "$missing" ] && exit 0
    echo "缺少 / missing:$missing" >&2
    if command -v dnf >/dev/null 2>&1; then
        echo "请运行 / run: sudo dnf install gcc make pkgconf ncurses-devel check-devel sqlite-devel md4c-devel libunistring-devel elfutils-devel libseccomp-devel libarchive-devel jansson-devel inih-devel nettle-devel bubblewrap" >&2
    elif command -v pacman >/dev/null 2>&1; then
        echo "请运行 / run: sudo pacman -S --needed gcc make pkgconf ncurses check sqlite md4c libunistring elfutils libseccomp libarchive jansson libinih nettle bubblewrap" >&2
    elif command -v zypper >/dev/null 2>&1; then
        echo "请运行 / run: sudo zypper install gcc make pkg-config ncurses-devel check-devel sqlite3-devel md4c-devel libunistring-devel libdw-devel libseccomp-devel libarchive-devel libjansson-devel inih-devel nettle-devel bubblewrap" >&2
    elif command -v apk >/dev/null 2>&1; then
        echo "请运行 / run: sudo apk add gcc musl-dev make pkgconf ncurses-dev check-dev sqlite-dev md4c-dev libunistring-dev elfutils-dev libseccomp-dev libarchive-dev jansson-dev inih-dev nettle-dev bubblewrap" >&2
    fi
    exit 1
fi

missing=
for package in $wanted; do
    case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true) in
    *' installed') ;;
    *) missing="$missing $package" ;;
    esac
done
[ -z "$missing" ] && exit 0

echo "安装缺少的软件包 / installing missing packages:$missing"
sudo=
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "需要 root 或 sudo。请以 root 运行：apt-get install$missing" >&2
        echo "root or sudo is needed. As root: apt-get install$missing" >&2
        exit 1
    fi
    sudo=sudo
fi
# shellcheck disable=SC2086 # lists of words
$sudo apt-get update -qq || echo "apt-get update 失败，继续尝试安装 / failed, trying to install anyway" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    echo "安装失败。请检查网络和软件源，然后再运行一次。/ Installing failed: check network and sources, then run again." >&2
    exit 1
}
