#!/usr/bin/env bash
# Nobody is locked in: what lies in an encrypted store is opened without any code of Sluice, and the test vectors are what
# that other implementation makes of them. Streams need no database.
set -uo pipefail

tool=$SLUICE_BUILD_FOLDER/bin/db-snapshot
tests=$SLUICE_SOURCE_FOLDER/tests/common/store
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export SLUICE_STORE=$scratch/store
SLUICE_STORE_KEY=$("$tool" key generate)
export SLUICE_STORE_KEY
failed=0

check() { # NAME COMMAND...
  local name=$1
  shift
  if "$@"; then
    printf 'ok - %s\n' "$name"
  else
    printf 'not ok - %s\n' "$name"
    failed=1
  fi
}

independently() { "$tests/independent_decrypt.py" "$@"; }

vectors_are_what_python_makes() { independently vectors | cmp - "$tests/encryption_vectors.json"; }

snapshot_is_opened() {
  seq 1 900000 >"$scratch/in"
  "$tool" init --encrypt --recipient ci >/dev/null && "$tool" --name numbers --command cat "$scratch/in" >/dev/null 2>&1 &&
    independently stream "$SLUICE_STORE" numbers >"$scratch/out" && cmp "$scratch/in" "$scratch/out"
}

# One line in a hundred is another: what is alike is stored as a difference, in a file with both names.
differences_are_opened() {
  seq 1 900000 | awk 'NR % 100 == 7 { $0 = $0 "!" } 1' >"$scratch/in"
  "$tool" --name numbers --command cat "$scratch/in" >/dev/null 2>&1 &&
    find "$SLUICE_STORE/chunks" -name '*-*' | grep -q . &&
    independently stream "$SLUICE_STORE" numbers | cmp - "$scratch/in"
}

# Objects of the first and of the second store key, opened by a recipient who was added in between.
snapshot_is_opened_after_changes_of_keys() {
  local added
  added=$("$tool" key generate)
  NEW=$added "$tool" key add escrow --new-key env:NEW >/dev/null && "$tool" key rotate >/dev/null &&
    seq 1 1000000 >"$scratch/in" && "$tool" --name numbers --command cat "$scratch/in" >/dev/null 2>&1 &&
    SLUICE_STORE_KEY=$added independently stream "$SLUICE_STORE" numbers | cmp - "$scratch/in"
}

every_object_is_opened() {
  independently store "$SLUICE_STORE" "$scratch/plain" &&
    jq --exit-status '.state == "complete"' "$scratch/plain"/snapshots/numbers/*/status.json >/dev/null
}

other_key_opens_nothing() { ! SLUICE_STORE_KEY=$("$tool" key generate) independently store "$SLUICE_STORE" "$scratch/no" 2>/dev/null; }

check "the vectors are what an independent implementation makes" vectors_are_what_python_makes
check "an independent implementation opens a snapshot" snapshot_is_opened
check "and one that holds differences" differences_are_opened
check "and one with keys added and rotated" snapshot_is_opened_after_changes_of_keys
check "and every other object" every_object_is_opened
check "and nothing with another key" other_key_opens_nothing
exit "$failed"
