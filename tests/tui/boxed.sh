#!/bin/sh
# boxed.sh KIND FOLDER COMMAND…: run a command in namespaces of its own (as any user may make them), where
#
#   small       FOLDER is a small file system of its own, with the same files
#   full        the same, and it is full
#   read-only   FOLDER cannot be written to
#   no-inotify  there are no inotify instances to be had
#   plain       all is as usual, but root is not mighty either
#
# A second user namespace makes the command an ordinary user, so that file modes hold for it.
set -u
kind=$1 folder=$2
shift 2
# shellcheck disable=SC2016 # the inner shell expands
exec unshare --user --map-root-user --mount sh -c '
    kind=$1 folder=$2
    shift 2
    case $kind in
    small | full)
        keep=$(mktemp -d) &&
        cp -R "$folder/." "$keep" &&
        mount -t tmpfs -o size=1m,mode=755 full "$folder" &&
        cp -R "$keep/." "$folder" &&
        rm -r "$keep" || exit 125
        [ "$kind" = small ] || cat /dev/zero >"$folder/filler" 2>/dev/null
        ;;
    read-only)
        mount --bind "$folder" "$folder" && mount -o remount,bind,ro "$folder" || exit 125
        ;;
    no-inotify)
        echo 0 >/proc/sys/user/max_inotify_instances || exit 125
        ;;
    plain) ;;
    *) exit 64 ;;
    esac
    exec unshare --user --map-user=1000 --map-group=1000 "$@"
' boxed "$kind" "$folder" "$@"
