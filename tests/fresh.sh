#!/bin/sh
# A minimal Debian in a folder of its own (debootstrap), a clean clone in it, and both README commands
# there: shows that nothing installed by hand is leaned on. Needs root and debootstrap (installed when
# missing). The folder: $FRESH (default: a new one below /var/tmp, removed at the end).
set -eu
cd "$(dirname "$0")/.."
if [ "$(id -u)" -ne 0 ]; then
    echo "make test-fresh 需要 root（debootstrap 和 chroot）。/ needs root." >&2
    exit 1
fi
command -v debootstrap >/dev/null 2>&1 || { apt-get update -qq; apt-get install -y -qq debootstrap; }
# shellcheck disable=SC1091
suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-bookworm}")
keep=${FRESH:-}
root=${FRESH:-$(mktemp -d /var/tmp/ipclab-fresh-XXXXXX)}
clean() {
    # the mounts were made in mount namespaces that have ended with their commands
    if grep -q " $root/" /proc/mounts; then
        echo "还有挂载点，不删除 / still mounted, left alone: $root" >&2
    elif [ -z "$keep" ]; then
        rm -rf --one-file-system "$root"
    fi
}
trap clean EXIT INT TERM

# the archive this machine uses itself, so that a local mirror is respected
mirror=$(sed -n 's/^deb \(\[[^]]*\] \)\{0,1\}\([^ ]*\) .*/\2/p' /etc/apt/sources.list 2>/dev/null | head -n 1)
[ -n "$mirror" ] || mirror=$(sed -n 's/^URIs: *\([^ ]*\).*/\1/p' /etc/apt/sources.list.d/*.sources 2>/dev/null | head -n 1)
# shellcheck disable=SC2086 # an empty mirror means debootstrap's own default
[ -e "$root/bin/sh" ] || debootstrap --variant=minbase --include=make,ca-certificates "$suite" "$root" $mirror
for f in /etc/apt/sources.list /etc/apt/apt.conf /etc/resolv.conf /etc/hosts; do
    [ -f "$f" ] && cp "$f" "$root$f"
done
for d in /etc/apt/sources.list.d /etc/apt/apt.conf.d /etc/apt/keyrings /etc/apt/trusted.gpg.d /usr/share/keyrings \
    /etc/ssl/certs /usr/local/share/ca-certificates; do
    if [ -d "$d" ]; then
        mkdir -p "$root$d"
        cp -rL "$d/." "$root$d/" 2>/dev/null || true
    fi
done
rm -rf "$root/ipclab"
git clone -q . "$root/ipclab"
# pivot_root in a mount namespace of its own, not chroot: the kernel refuses user namespaces, which the
# sandbox needs, to a process that is in a chroot.
export root
in_fresh() {
    # shellcheck disable=SC2016 # the inner shell expands
    command="$1" unshare --mount --propagation private sh -ec '
        mount --bind "$root" "$root"
        cd "$root"
        mount -t proc proc proc
        mount --rbind /dev dev
        mkdir -p .outside
        pivot_root . .outside
        cd /
        umount -l /.outside
        exec env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=xterm LANG=C.UTF-8 \
            sh -c "cd /ipclab && $command"'
}
for step in ${STEPS:-run test}; do # STEPS=run for the first command alone
    case $step in
    run)
        echo "== make run (no terminal: it lists the course and names the plain commands)"
        in_fresh 'make run </dev/null' | tee "$root/run.log"
        grep -q '1\.1' "$root/run.log"
        ;;
    test)
        echo "== make test"
        in_fresh 'make test'
        ;;
    esac
done
echo "fresh: done"
