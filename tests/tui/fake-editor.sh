#!/bin/sh
# An editor without a human: saves the prepared answer over the file it is given (the last argument) and
# remembers how it was called.
for file; do :; done
echo "$*" >"$FAKE_EDITOR/arguments"
[ -f "$FAKE_EDITOR/answer" ] && cp "$FAKE_EDITOR/answer" "$file"
exit 0
