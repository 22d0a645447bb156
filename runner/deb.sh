#!/bin/sh
# deb.sh student|teacher VERSION: make $B/deb/ipclab-KIND_VERSION_ARCH.deb, the kit of that kind as `make
# install PREFIX=/usr` lays it out. Prints the file's name. The same tree gives the same package.
# DEBFULLNAME and DEBEMAIL name the maintainer.
set -eu
kind=$1 version=$2
package=ipclab-$kind
arch=$(dpkg --print-architecture)
here=$PWD
case $B in /*) built=$B ;; *) built=$here/$B ;; esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 022
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH
maintainer="${DEBFULLNAME:-ipclab} <${DEBEMAIL:-ipclab@localhost}>"

# --- files: the kit, what is compiled, installed below $root ------------------------------------------

sh runner/kit.sh "$kind" "$version" >/dev/null
tar -xzf "$built/kit/$package-$version.tar.gz" -C "$work"
tree=$work/$package-$version root=$work/root
mkdir -p "$tree/build" "$root"
for f in ipclab lab-init lab-shim.so lab-crash.so lab-calls.so; do cp "$built/$f" "$tree/build/$f"; done
if [ "$kind" = teacher ]; then # the student's kit has these already
    for ini in labs/*/*/exercise.ini; do
        slug=${ini#labs/} slug=${slug%/exercise.ini}
        mkdir -p "$tree/build/check/$slug" "$tree/build/ref/$slug"
        cp "$built/check/$slug/check" "$tree/build/check/$slug/"
        sed -n 's/^\[program[[:space:]]\{1,\}\([^]]*\)\].*/\1/p' "$ini" | while read -r program; do
            cp "$built/ref/$slug/$program" "$tree/build/ref/$slug/"
        done
    done
fi
(cd "$tree" && PREFIX=/usr DESTDIR=$root B=build sh runner/install.sh install >/dev/null)
rm "$root/usr/lib/ipclab/installed" # dpkg keeps that list
find "$root/usr/bin" "$root/usr/lib" -type f -exec strip --strip-unneeded {} +
gzip -9n "$root"/usr/share/man/man1/ipclab.1 "$root"/usr/share/man/zh_CN/man1/ipclab.1

doc=$root/usr/share/doc/$package
mkdir -p "$doc" "$root/DEBIAN"
if [ "$kind" = teacher ]; then cp -r docs/architecture.md docs/security.md docs/teacher.zh.md docs/adding-an-exercise.md \
    docs/verdicts.zh.md docs/integrations "$doc/"; fi
cat >"$doc/copyright" <<EOF
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: ipclab
Comment: Built from the source tree of ipclab $version.

Files: *
Copyright: the authors of ipclab
License: none-stated
 The source tree of ipclab states no licence. Whoever got this package from their teacher or from the
 authors may use it in the course; ask the authors before passing it on.
 .
 The libraries that the programs need come as packages of their own, each with its own copyright file.
EOF
printf '%s (%s) stable; urgency=medium\n\n  * Built from the source tree of ipclab %s.\n\n -- %s  %s\n' \
    "$package" "$version" "$version" "$maintainer" "$(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")" |
    gzip -9n >"$doc/changelog.gz"

# --- the control file: libraries as dpkg-shlibdeps finds them, and what is started at run time -------------

mkdir -p "$work/source/debian"
printf 'Source: ipclab\n\nPackage: %s\nArchitecture: any\n' "$package" >"$work/source/debian/control"
libraries=$(cd "$work/source" && find "$root/usr/bin" "$root/usr/lib" -type f ! -name lab-init -exec dpkg-shlibdeps -O {} + 2>"$work/said" |
    sed -n 's/^shlibs:Depends=//p')
[ -n "$libraries" ] || { cat "$work/said" >&2; exit 1; }
case $kind in
student)
    summary='terminal course in Linux inter-process communication'
    also='Suggests: strace, tmux, clangd, manpages-dev'
    body=' Short lessons and C exercises: pipes, FIFOs, message queues, semaphores and
 shared memory, atomics, sockets. Every save is built, run in a sandbox and
 graded, and a program that hangs is told why nobody will wake it.
 .
 This package holds lessons, tasks, compiled Check programs and reference
 programs; no reference sources and no hidden tests.'
    ;;
teacher)
    summary='terminal course in Linux inter-process communication, with solutions'
    also='Recommends: similarity-tester
Suggests: parallel, slurm-wlm, strace, tmux, clangd, manpages-dev'
    body=' The course with reference sources, known wrong answers and sources of the
 tests; grades a class of submissions in a sandbox and reports the result as
 HTML, CSV for Canvas and Moodle, JUnit, Gradescope and others.
 .
 On machines of students install ipclab-student instead: this package holds
 the solutions.'
    ;;
esac
cat >"$root/DEBIAN/control" <<EOF
Package: $package
Source: ipclab
Version: $version
Architecture: $arch
Maintainer: $maintainer
Installed-Size: $(du -sk --apparent-size "$root/usr" | cut -f1)
Depends: bubblewrap, gcc, libc6-dev, $libraries
$also
Conflicts: ipclab
Replaces: ipclab
Provides: ipclab
Section: education
Priority: optional
Description: $summary
$body
EOF
(cd "$root" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
chmod -R u+rwX,go+rX,go-w "$root"
mkdir -p "$built/deb"
dpkg-deb --root-owner-group --build "$root" "$built/deb/${package}_${version}_$arch.deb" >/dev/null
echo "$B/deb/${package}_${version}_$arch.deb"
