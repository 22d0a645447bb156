#!/bin/sh
# docs/verdicts.zh.md: every verdict and every diagnosis, each with a real report.
#
#   sh tests/verdicts.sh --update      write the page from docs/verdicts.src.md and real runs
#   sh tests/verdicts.sh               check it; prints "N passed, N failed"
#   sh tests/verdicts.sh --ids         the diagnoses of the runner, as found in its code
#   sh tests/verdicts.sh --show ID…    the report of these, as the page would show it
#
# The source is Markdown with three kinds of lines of its own:
#   {{report ID}}       the report of a wrong answer: tests/verdicts/ID.c when there is one, else the
#                       first of tests/labs/*/*/wrong/*.c that promises this diagnosis
#   {{report ID FILE}}  of that one (without tests/labs/ and .c)
#   {{tables}}          the diagnoses that exercises make themselves, one table each
# A program in tests/verdicts says in its first lines how it is run and what must come out:
#   // run: EXERCISE TEST [--asan]
#   // cpus: 1                            (optional: on one CPU only)
#   // expect: TEST DIAGNOSIS
#   // one sentence about the mistake
set -u
cd "$(dirname "$0")/.." || exit 2
B=${B:-build}
export B
source=docs/verdicts.src.md
page=docs/verdicts.zh.md
self=tests/verdicts.sh

# --- what there is, from the code -----------------------------------------------------------------

# Strings with a dash in harness and observe are diagnoses, but for these. Those of one word are
# recognised by what stands before them.
not_diagnoses='^(lab-init|lab-shim|lab-crash|lab-calls|ipclab-unwind|ipclab-crash|ipclab-call)$'

general_ids() {
    {
        cat runner/harness/*.c runner/observe/*.c | grep -v '^#include' |
            grep -oE '"[a-z]+(-[a-z0-9]+)+"'
        cat runner/harness/*.c runner/observe/*.c | tr '\n' ' ' |
            grep -oE '((diagnosis|id) = |\{SIG[A-Z]+, )"[a-z]+"|\{"[a-z]+", *MSG'
        echo '"build-failed"' # made without any test
    } | grep -oE '"[a-z0-9-]+"' | tr -d '"' | grep -vE "$not_diagnoses" | sort -u
}

verdict_names() {
    sed -n 's/^ *\[VERDICT_[A-Z_]*\] = {"\([a-z-]*\)", MSG_\([A-Z_]*\)},/\1 \2/p' \
        runner/course/verdict.c
}

exercises() { # the folders, in the order of the course
    for manifest in labs/*/*/exercise.ini; do
        dir=${manifest#labs/}
        dir=${dir%/exercise.ini}
        [ -f "tests/labs/$dir/check.c" ] && echo "$dir"
    done
}

from_manifest() { # DIR KEY: the first value
    sed -n "s/^$2 *= *//p" "labs/$1/exercise.ini" | head -n 1
}

# "expect" and "file" of a program's head.
head_of() { # FILE KEY
    sed -n "1,8s|^// $2: *||p" "$1" | head -n 1
}

# The first comment line that is prose.
sentence_of() { # FILE
    sed -n '1,12{/^\/\/ [a-z]*:/d;s|^// *||p;}' "$1" | head -n 1
}

wrong_answers() { # DIR: "DIAGNOSIS<tab>FILE<tab>SENTENCE" per line
    awk '
        function done() { if (id != "") print id "\t" file "\t" said }
        FNR == 1 { done(); id = said = ""; file = FILENAME }
        FNR <= 12 && /^\/\/ expect: / { id = $4; sub(/[|].*/, "", id) }
        FNR <= 12 && /^\/\/ / && !/^\/\/ [a-z]+:/ && said == "" { said = substr($0, 4) }
        END { done() }' tests/labs/"$1"/wrong/*.c
}

# Diagnoses a check.c makes itself, each with the Chinese text that stands with it: a failure's
# symptom, a renaming rule's hint, or the hint set before a refining function returns. Symptoms are
# formats: their conversions become "…".
own_texts() { # DIR: "DIAGNOSIS<tab>TEXT" per line
    awk '
        BEGIN { RS = "\001" }
        function say(id, text, format) {
            if (text !~ /[^\001-\177]/) text = ""
            if (format) gsub(/%[0-9]*[$]?[-0-9.*$]*[lhz]*[dusxofgc]/, "…", text)
            if (text != "" && text !~ /(。|”|？|！|）)$/) text = "等不到：" text
            print id "\t" text
        }
        {
            text = $0
            gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, "", text)
            n = depth = 0
            while (length(text)) {
                if (match(text, /^[ \t\n]+/) || match(text, /^\/\/[^\n]*/)) {
                    text = substr(text, RLENGTH + 1)
                } else if (match(text, /^"([^"\\]|\\.)*"/)) {
                    piece = substr(text, 2, RLENGTH - 2)
                    text = substr(text, RLENGTH + 1)
                    # literals that follow each other are one text
                    if (n && kind[n] == "s" && piece !~ /^[a-z0-9-]+$/) value[n] = value[n] piece
                    else { kind[++n] = "s"; value[n] = piece }
                } else if (match(text, /^[A-Za-z_0-9]+/)) {
                    kind[++n] = "w"; value[n] = substr(text, 1, RLENGTH)
                    text = substr(text, RLENGTH + 1)
                } else {
                    kind[++n] = "p"; value[n] = substr(text, 1, 1)
                    text = substr(text, 2)
                }
            }
            for (i = 1; i <= n; i++) {
                if (kind[i] == "p" && value[i] == "{") depth++
                if (kind[i] == "p" && value[i] == "}" && --depth == 0) hint = ""
                if (kind[i] == "w" && value[i] ~ /^lab_/) call = value[i]
                if (call == "lab_hint" && value[i - 1] == "(" && kind[i] == "s") hint = value[i]
                if (kind[i] != "s" || value[i] !~ /^[a-z]+(-[a-z0-9]+)+$/) continue
                after = ""
                for (k = i + 1; k <= i + 14 && value[k] !~ /^[;{}]$/ && after == ""; k++)
                    if (kind[k] == "s" && (k == i + 2 || value[k] ~ /[^\001-\177]/)) {
                        after = value[k] # of "c ? ID : ID, c ? TEXT : TEXT" the one in its place
                        if (value[i - 1] == ":" && value[k + 1] == ":") after = value[k + 2]
                    }
                if (after ~ /[^\001-\177]/) say(value[i], after, call != "lab_hint_for")
                else if (value[i - 1] == "return" || value[i - 1] == "?" || value[i - 1] == ":")
                    say(value[i], hint, 0)
            }
        }' "tests/labs/$1/check.c"
}

# A text of C as it reads, its first sentence, fit for a cell of a table.
plain() {
    sed -e 's/\\\\/\x01/g' -e 's/%%/%/g' -e 's/\\"/"/g' -e 's/\\n/ /g' -e 's/\x01/\\/g' \
        -e 's/。.*/。/' -e 's/[*|<]/\\&/g'
}

# --- reports ----------------------------------------------------------------------------------------

answer_for() { # ID [FILE]
    if [ -n "${2:-}" ]; then
        echo "tests/labs/$2.c"
    elif [ -f "tests/verdicts/$1.c" ]; then
        echo "tests/verdicts/$1.c"
    else
        for dir in $(exercises); do wrong_answers "$dir"; done |
            awk -F '\t' -v id="$1" '$1 == id { print $2; exit }'
    fi
}

exercise_of() { # FILE: its folder
    case $1 in
    tests/labs/*) dir=${1#tests/labs/} && echo "${dir%/wrong/*}" ;;
    *)
        id=$(head_of "$1" run | awk '{ print $1 }')
        for dir in $(exercises); do
            [ "$(from_manifest "$dir" id)" = "$id" ] && echo "$dir"
        done
        ;;
    esac
}

# The part of the report that explains the failure; what changes from run to run is made the same.
block() {
    awk '
        /^(得分|全部通过|编译没有通过)/ { shown = 0 }
        /^[^ ].* · / || /^(✗|✓|\?|!) / { shown = 1 }
        shown { if (NF) { while (blank > 0) { print ""; blank-- } ; print } else if (started) blank++ }
        shown { started = 1 }' |
        sed -e 's/\([0-9]\)\.[0-9] 秒/\1.x 秒/g' -e 's/抽查了 [0-9]* 次/抽查了 n 次/' -e 's/0x[0-9a-f]\{6,\}/0x…/g' -e 's/ *$//'
}

compiler_block() {
    awk '/^(得分|编译没有通过)/ { exit } rule && NF { body = body blank $0 "\n"; blank = "" }
         rule && !NF && body != "" { blank = blank "\n" }
         /^───/ { rule = 1 }
         END { printf "%s", body }'
}

# Run one answer: OUT.text gets the block, OUT.id the diagnosis that came out.
run_one() { # ID FILE OUT
    dir=$(exercise_of "$2")
    id=$(from_manifest "$dir" id)
    replaced=$(head_of "$2" file)
    [ -n "$replaced" ] || replaced=$(from_manifest "$dir" sources)
    test=$(head_of "$2" expect | awk '{ print $1 }')
    options=$(head_of "$2" run | awk '{ $1 = $2 = ""; print }')
    launch=
    [ "$(head_of "$2" cpus)" = 1 ] && launch="taskset -c $(first_cpu)"
    # shellcheck disable=SC2086 # lists of words
    COLUMNS=80 $launch "$B/ipclab" run "$id" --lang zh --no-color --seed 1 --test "$test" $options \
        --source "solutions/$dir" --replace "$replaced=$2" >"$3.all" 2>&1
    block <"$3.all" >"$3.text"
    sed -n '1,2s/.* · \([a-z-]*\)$/\1/p' "$3.text" | tail -n 1 >"$3.id"
    if grep -q '^编译没有通过' "$3.all"; then
        compiler_block <"$3.all" >"$3.text"
        echo build-failed >"$3.id"
    fi
}

first_cpu() {
    taskset -cp $$ | sed 's/.*: *\([0-9]*\).*/\1/'
}

# "ID FILE" per placeholder of the source.
wanted_reports() {
    sed -n 's/^{{report \([a-z-]*\) *\([^ }]*\)}}$/\1 \2/p' "$source" | while read -r id file; do
        echo "$id $(answer_for "$id" "$file")"
    done
}

# All at once, as many as there are CPUs and one more: one of them only waits for its time to pass.
run_all() { # LIST: lines "ID FILE"; results in $work/ID
    {
        grep '^last-resort ' "$1"
        grep -v '^last-resort ' "$1"
    } | while read -r id file; do
        [ -n "$file" ] && echo "$id $file $work/$id"
    done | xargs -P "$(($(nproc) + 1))" -L 1 sh $self --one
}

# --- the page -----------------------------------------------------------------------------------------

print_report() { # ID FILE
    printf '%s\n\n```text\n' "$(caption "$2")"
    cat "$work/$1.text"
    printf '```\n'
}

caption() { # FILE
    dir=$(exercise_of "$1")
    case $1 in
    tests/labs/*) what="课程里的错误答案 \`$1\`" ;;
    *) what="小程序 \`$1\`" ;;
    esac
    said=$(sentence_of "$1")
    how="练习 $(from_manifest "$dir" id)，测试 \`$(head_of "$1" expect | awk '{ print $1 }')\`"
    case $(head_of "$1" run) in *--asan*) how="$how，加 \`--asan\`" ;; esac
    [ "$(head_of "$1" cpus)" = 1 ] && how="$how，只给一个 CPU"
    printf '%s（%s）：%s' "$what" "$how" "$said"
}

print_table() { # DIR
    printf '### %s %s\n\n' "$(from_manifest "$1" id)" "$(from_manifest "$1" title.zh)"
    {
        wrong_answers "$1" | awk -F '\t' '{ print $1 "\t1\t" $3 }'
        own_texts "$1" | awk -F '\t' '{ print $1 "\t2\t" $2 }' | plain
    } | awk -F '\t' -v general="$work/general" '
        BEGIN { while ((getline id <general) > 0) skip[id] = 1 }
        skip[$1] { next }
        { ids[$1] = 1; gsub(/\|/, "\\|", $3) }
        $2 == 1 && mistake[$1] == "" { mistake[$1] = $3 }
        $2 == 2 && report[$1] == "" { report[$1] = $3 }
        function cell(text) { return text == "" ? "—" : text }
        # one without any text is only a step on the way to another name
        END { for (id in ids) if (mistake[id] report[id] != "") print "| `" id "` | " cell(mistake[id]) " | " cell(report[id]) " |" }' |
        LC_ALL=C sort >"$work/rows"
    if [ -s "$work/rows" ]; then
        printf '| 诊断 | 典型的错误 | 报告里怎么说 |\n|---|---|---|\n'
        cat "$work/rows"
    else
        printf '只用到上面的通用诊断。\n'
    fi
}

# The page from the source; with "blank" the reports are left out.
print_page() { # [blank]
    printf '<!-- 由 tests/verdicts.sh --update 从 docs/verdicts.src.md 生成，不要直接改这个文件。 -->\n'
    while IFS= read -r line; do
        case $line in
        '{{report '*)
            id=$(printf '%s' "$line" | sed 's/{{report \([a-z-]*\).*/\1/')
            file=$(awk -v id="$id" '$1 == id { print $2; exit }' "$work/wanted")
            if [ "${1:-}" = blank ]; then printf '{{%s}}\n' "$id"; else print_report "$id" "$file"; fi
            ;;
        '{{tables}}')
            for dir in $(exercises); do
                print_table "$dir"
                echo
            done | sed '$d'
            ;;
        *) printf '%s\n' "$line" ;;
        esac
    done <"$source"
}

# --- checking -------------------------------------------------------------------------------------------

passed=0 failed=0
good() { passed=$((passed + 1)); }
bad() {
    failed=$((failed + 1))
    printf '%s\n' "$*"
}

check_ids() {
    while read -r id; do
        if ! grep -qx "### $id" "$page"; then
            bad "$id: not in $page"
        elif [ "$id" != internal ] && ! grep -q "^$id " "$work/wanted"; then # nobody provokes it
            bad "$id: no {{report $id}} in $source"
        else
            good
        fi
    done <"$work/general"
    sed -n 's/^### \([a-z-]*\)$/\1/p' "$page" | while read -r id; do
        grep -qx "$id" "$work/general" || echo "$id"
    done >"$work/unknown"
    if [ -s "$work/unknown" ]; then
        bad "in $page, but no code makes them: $(tr '\n' ' ' <"$work/unknown")"
    else
        good
    fi
}

check_verdicts() {
    verdict_names >"$work/verdicts"
    while read -r name title; do
        title=$(sed -n "s/^MSG($title, \"\([^\"]*\)\".*/\1/p" runner/base/messages/course.def)
        if grep -qF "| \`$name\` | $title |" "$page"; then good; else bad "verdict $name ($title)"; fi
    done <"$work/verdicts"
}

check_tables() {
    for dir in $(exercises); do
        print_table "$dir" >"$work/table"
        if [ "$(sed -n "/^### $(from_manifest "$dir" id) /,\$p" "$page" |
            head -n "$(wc -l <"$work/table")")" = "$(cat "$work/table")" ]; then
            good
        else
            bad "$dir: the table of its diagnoses is old: sh $self --update"
        fi
    done
}

# Without the reports, page and source must be the same.
check_text() {
    print_page blank >"$work/blank"
    awk '/^(课程里的错误答案|小程序) / { held = 1; next }
        held == 1 && /^```text/ { held = 2; next }
        held == 2 && /^```$/ { held = 0; print "{{}}"; next }
        !held' "$page" >"$work/page"
    sed 's/^{{.*}}$/{{}}/' "$work/blank" | if diff - "$work/page" >"$work/diff"; then :; else
        return 1
    fi
}

check_reports() {
    run_all "$work/wanted"
    while read -r id file; do
        came=$(cat "$work/$id.id" 2>/dev/null)
        if [ -z "$file" ]; then
            bad "$id: no wrong answer and no tests/verdicts/$id.c gives a report"
        elif [ "$came" != "$id" ]; then
            bad "$id: $file gives ${came:-nothing}"
            head -n 40 "$work/$id.all"
        else
            good
        fi
    done <"$work/wanted"
}

work=
case ${1:-} in
--one)
    shift
    run_one "$@"
    exit 0
    ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
general_ids >"$work/general"
wanted_reports >"$work/wanted"
case ${1:-} in
--ids) cat "$work/general" ;;
--show)
    shift
    for id in "$@"; do echo "$id $(answer_for "$id")"; done >"$work/wanted"
    run_all "$work/wanted"
    while read -r id file; do
        printf '\n[%s → %s] ' "$id" "$(cat "$work/$id.id")"
        print_report "$id" "$file"
    done <"$work/wanted"
    ;;
--update)
    run_all "$work/wanted"
    print_page >"$work/new" && cp "$work/new" "$page"
    ;;
'')
    check_ids
    check_verdicts
    check_tables
    if check_text; then good; else
        bad "$page is older than $source: sh $self --update"
        head -n 20 "$work/diff"
    fi
    check_reports
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
    ;;
*)
    sed -n '2,8s/^# \{0,1\}//p' $self
    exit 64
    ;;
esac
