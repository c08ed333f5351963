#!/usr/bin/env bash
# run_script_test.sh RESULT SCRIPT [ARGUMENT...]: runs a script and keeps what it says in the file RESULT, where tests/run
# counts the lines "ok - NAME" and "not ok - NAME". A script that fails without saying which case did gets a case of its own.
set -uo pipefail

result=$1
shift
mkdir -p "$(dirname "$result")"
"$@" 2>&1 | tee "$result"
status=${PIPESTATUS[0]}
if ((status != 0)) && ! grep -q '^not ok - ' "$result"; then
  printf 'not ok - %s ended with exit code %s\n' "$(basename "$1")" "$status" | tee -a "$result"
fi
if ! grep -qE '^(not )?ok - ' "$result"; then
  printf 'not ok - %s ran no case\n' "$(basename "$1")" | tee -a "$result"
  status=1
fi
exit "$status"
