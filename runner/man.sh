#!/bin/sh
# man.sh en|zh PREFIX: the manual page ipclab(1) on standard output. Commands and options are asked of the
# program in $B, so the page cannot say anything else than it does; the rest is docs/ipclab.LANG.1.in.
set -eu
lang=$1 prefix=$2
ipclab() { "$B/ipclab" --lang "$lang" "$@"; }
verbatim() { # text into lines that roff leaves alone
    sed 's/\\/\\e/g; s/-/\\-/g; s/^\([.'\'']\)/\\\&\1/'
}
help=$(ipclab --help)
printf '.TH IPCLAB 1 "" "%s" ""\n' "$(ipclab --version)"
sed "s|@SHARE@|$prefix/share/ipclab|; s|@LIB@|$prefix/lib/ipclab|" "docs/ipclab.$lang.1.in" | while IFS= read -r line; do
    case $line in
    @COMMANDS@)
        # the first block of lines that begin with two spaces and a word
        printf '%s\n' "$help" | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' | while read -r command; do
            printf '.SS %s\n.nf\n' "$command"
            ipclab "$command" --help | verbatim
            echo .fi
        done
        ;;
    @OPTIONS@)
        echo .nf
        printf '%s\n' "$help" | sed -n '/^  --lang/,$p' | verbatim
        echo .fi
        ;;
    *) printf '%s\n' "$line" ;;
    esac
done
