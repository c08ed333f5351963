#!/usr/bin/env bash
# Completes command lines of a built tool as bash would.
set -uo pipefail

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0
PATH=$SLUICE_BUILD_FOLDER/bin:$PATH

# As CMake installs it: under the tool's name.
cp "$SLUICE_SOURCE_FOLDER/common/completion/sluice.bash" "$scratch/db-snapshot"
# shellcheck source=../../../common/completion/sluice.bash
source "$scratch/db-snapshot"

# expect NAME WANTED WORD...: completing the last word offers exactly the words of WANTED.
expect() {
  local name=$1 wanted=$2
  shift 2
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  _sluice_complete
  if [[ "${COMPREPLY[*]}" == "$wanted" ]]; then
    printf 'ok - completion: %s\n' "$name"
  else
    printf 'not ok - completion: %s: got "%s"\n' "$name" "${COMPREPLY[*]}"
    failed=1
  fi
}

expect "finishes an option" "--source" db-snapshot --sou
expect "offers every option that fits" "--json --jobs" db-snapshot --j
expect "finishes a verb" "verify" db-snapshot ver
expect "finishes an option of the verb" "--restore-to" db-snapshot verify --rest
expect "finishes a verb behind an option with a value" "list" db-snapshot --store /backups li
expect "leaves the value of an option to bash" "" db-snapshot --store l
expect "leaves the value of an option to bash behind a verb" "" db-snapshot verify --store l
expect "leaves what follows a verb to bash" "" db-snapshot verify l
expect "offers nothing for an option that is not there" "" db-snapshot --xyz

if [[ $(complete -p db-snapshot) == *_sluice_complete\ db-snapshot ]]; then
  echo "ok - completion: registers for the tool it is named after"
else
  echo "not ok - completion: registers for the tool it is named after"
  failed=1
fi
exit "$failed"
