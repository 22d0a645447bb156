#!/bin/sh
# Gradescope runs this once while it builds the image: packages, then ipclab from the source tree that
# lies in the zip beside this script as ipclab/. Not under /usr: student programs can see that.
set -eu
source=${AUTOGRADER_SOURCE:-/autograder/source}
cd "$source/ipclab"
command -v jq >/dev/null 2>&1 || {
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends jq
}
sh runner/packages.sh build
make -j2 compiled
build/ipclab --version
