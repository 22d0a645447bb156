#!/bin/sh
# Static checks, one result each: the room table, headers that compile alone, both compilers without a
# warning, formatting, cppcheck, shellcheck. Prints "N passed, N failed".
set -u
cd "$(dirname "$0")/.." || exit 2
passed=0 failed=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT

check() { # NAME COMMAND…
    name=$1
    shift
    if "$@" >"$out" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "lint: $name"
        grep -E "error|warning" "$out" | head -n 30
        tail -n 5 "$out"
    fi
}

headers_alone() {
    flags="-D_GNU_SOURCE -std=c17 -Irunner -fsyntax-only -Wall -Wextra -Werror -x c"
    for header in runner/*/*.h; do
        # shellcheck disable=SC2086 # a list of flags
        printf '#include "%s"\n' "${header#runner/}" | gcc $flags - || return 1
    done
}
formatted() {
    find runner tests labs solutions -name '*.[ch]' -not -path '*/wrong/*' -not -path 'tests/attacks/*' -print0 |
        xargs -0 clang-format --dry-run -Werror
}
clang_builds() {
    make --no-print-directory -j2 CC=clang B=build/clang compiled unit
}
cpp_check() {
    # checkersReport and unknown macros of Check are not findings
    cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 \
        --suppress=missingIncludeSystem --suppress=unknownMacro -D_GNU_SOURCE \
        -DLAB_CFLAGS='""' -DIPCLAB_VERSION='""' -Irunner runner
}
shell_check() {
    find . -path ./build -prune -o -path ./workspace -prune -o \( -name '*.sh' -o -name '*.sbatch' -o -name run_autograder \) -print0 |
        xargs -0 shellcheck -s sh && shellcheck .ci/run
}
# The analyzer walks paths through each function until a budget of nodes is used up. `make test` gives
# it a quarter of the usual 225000; `make lint` all of it.
tidy() {
    # shellcheck disable=SC2016 # the inner shell expands
    find runner -name '*.c' -print0 | xargs -0 -n 6 -P 2 sh -c 'clang-tidy --quiet "$@" -- \
        '"${NODES:+-Xclang -analyzer-config -Xclang max-nodes=$NODES}"' -D_GNU_SOURCE -std=c17 -Irunner -DLAB_CFLAGS="\"\"" -DIPCLAB_VERSION="\"\""' tidy
}

check "room table" sh tests/rooms.sh
check "headers compile alone" headers_alone
check "clang builds without a warning" clang_builds
check "clang-format" formatted
check "cppcheck" cpp_check
check "shellcheck" shell_check
check "clang-tidy" tidy
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
