#!/bin/sh
# Build the reference programs of one exercise: build-reference.sh CHAPTER/SLUG OUT CC FLAGS
# Which programs there are, their sources and extra flags come from exercise.ini.
set -eu
slug=$1 out=$2 cc=$3 flags=$4
mkdir -p "$out"
awk '
    function value(line) { sub(/^[^=]*=[[:space:]]*/, "", line); sub(/[[:space:]]+$/, "", line); return line }
    /^\[/        { if (name) print name "|" src "|" driver "|" extra; name = src = driver = extra = "" }
    /^\[program/ { name = $0; sub(/^\[program[[:space:]]+/, "", name); sub(/\].*/, "", name) }
    /^sources[[:space:]]*=/ && name { src = value($0) }
    /^flags[[:space:]]*=/ && name   { extra = value($0) }
    /^driver[[:space:]]*=/ && name  { driver = value($0) }
    END          { if (name) print name "|" src "|" driver "|" extra }' "labs/$slug/exercise.ini" |
while IFS='|' read -r name sources drivers extra; do
    files=
    for s in $drivers; do files="$files tests/labs/$slug/$s"; done
    for s in $sources; do files="$files solutions/$slug/$s"; done
    # shellcheck disable=SC2086 # flags and files are lists of words
    $cc $flags $extra -I"labs/$slug" -I"solutions/$slug" $files -o "$out/$name"
    chmod 755 "$out/$name"
done
touch "$out/.built"
