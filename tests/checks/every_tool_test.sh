#!/usr/bin/env bash
# What every tool owes its user, whatever else it does; new tools are found by themselves. Looks at what gets installed.
set -uo pipefail

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

check() {
  local name=$1
  shift
  if "$@"; then
    printf 'ok - %s\n' "$name"
  else
    printf 'not ok - %s\n' "$name"
    sed 's/^/#   /' "$scratch/out" "$scratch/err" 2>/dev/null
    failed=1
  fi
}

# run WANTED-EXIT-CODE COMMAND...: keeps the streams in files.
run() {
  local wanted=$1 status=0
  shift
  # What CI or the machine has set must not stand in for what is missing on the command line.
  env -u SLUICE_STORE -u PGHOST -u PGDATABASE -u PGSERVICE -u PGHOSTADDR "$@" >"$scratch/out" 2>"$scratch/err" || status=$?
  [[ $status == "$wanted" ]]
}

says_how_it_is_used() {
  run 0 "$1" --help && [[ ! -s $scratch/err ]] &&
    (($(wc -l <"$scratch/out") <= 50)) &&
    (($(sed '1,/^Examples:/d' "$scratch/out" | grep -c "^  $2 ") >= 2))
}

tells_its_version() {
  local version
  version=$(sed -nE 's/^project\(sluice VERSION ([0-9.]+).*/\1/p' "$SLUICE_SOURCE_FOLDER/CMakeLists.txt")
  run 0 "$1" --version && [[ $(head -n 1 "$scratch/out") == "$2 $version" ]]
}

refuses_an_unknown_option() {
  run 2 "$1" --versoin && [[ ! -s $scratch/out ]] &&
    grep -q "^$2: error: " "$scratch/err" && grep -q "did you mean '--version'?" "$scratch/err"
}

# 3 where the question itself is missing, as in split-check without a range.
wants_to_be_told_what_to_do() { { run 2 "$1" || run 3 "$1"; } && [[ ! -s $scratch/out ]] && grep -q "^$2: error: " "$scratch/err"; }

# Every option of --help is in the man page, and the table of exit codes is in it too.
has_a_man_page() {
  local page=$scratch/prefix/share/man/man1/$2.1 text option
  [[ -s $page ]] || return 1
  text=$(sed 's/\\//g' "$page")
  grep -q '^.SH EXIT STATUS' "$page" || return 1
  for option in $("$1" --help | grep -oE -- '^ +(-[a-zA-Z],)?--[a-z-]+' | grep -oE -- '--[a-z-]+'); do
    grep -qF -- "$option" <<<"$text" || { echo "$option is not in the man page" >"$scratch/err" && return 1; }
  done
}

has_completion() { [[ -s $scratch/prefix/share/bash-completion/completions/$2 ]]; }

cmake --install "$SLUICE_BUILD_FOLDER" --prefix "$scratch/prefix" >"$scratch/out" 2>"$scratch/err"
check "every tool: installs at least one" test -n "$(ls "$scratch/prefix/bin" 2>/dev/null)"
for tool in "$scratch/prefix/bin"/*; do
  name=${tool##*/}
  check "$name: says how it is used, on one screen, with two examples" says_how_it_is_used "$tool" "$name"
  check "$name: tells its version" tells_its_version "$tool" "$name"
  check "$name: refuses an unknown option and proposes one" refuses_an_unknown_option "$tool" "$name"
  check "$name: wants to be told what to do" wants_to_be_told_what_to_do "$tool" "$name"
  check "$name: has a man page with every option and the exit codes" has_a_man_page "$tool" "$name"
  check "$name: has completion" has_completion "$tool" "$name"
done
exit "$failed"
