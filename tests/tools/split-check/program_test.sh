#!/usr/bin/env bash
# The built program itself: what it links, what it says of itself, that it pipes, and that its JSON keeps its schemas.
set -uo pipefail
tool=$(readlink -f "$1")
schemas=$SLUICE_SOURCE_FOLDER/tools/split-check/schema
failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

check() {
  local name=$1
  shift
  if "$@"; then echo "ok - $name"; else echo "not ok - $name"; failed=1; fi
}

exits() {
  local wanted=$1
  shift
  "$@" >"$work/out" 2>"$work/err"
  [ $? -eq "$wanted" ]
}

links_neither() { ! ldd "$tool" | grep -E 'libcurl|libpq|libpg_query'; }
shows_two_examples() { [ "$("$tool" --help | grep -c '^  split-check ')" -ge 2 ]; }
names_its_grammar() { "$tool" --version | grep -q 'grammar of PostgreSQL 1[0-9]'; }
says_what_was_meant() { grep -q "did you mean '--strict'" "$work/err"; }
reads_a_pipe() { printf 'src/a.c\0' | "$tool" --files-from - --repo "$work" | grep -q ': code,'; }

valid() { # schema document
  python3 - "$schemas/$1" "$2" <<'PY'
import json, sys
import jsonschema
schema, document = (json.load(open(name)) for name in sys.argv[1:3])
jsonschema.Draft202012Validator.check_schema(schema)
jsonschema.Draft202012Validator(schema).validate(document)
PY
}

all_presets_are_valid() {
  local file
  for file in "$SLUICE_SOURCE_FOLDER"/tools/split-check/presets/*.json; do
    valid preset.schema.json "$file" || return 1
  done
}

repository() {
  export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
  git init -q -b main "$work/r" && cd "$work/r" && mkdir -p db/migrations src .split-check
  echo 1 >src/a.py && git add -A && git commit -qm first
  printf -- '-- migrate:up\nDROP TABLE a;\n' >db/migrations/20240101000000_a.sql
  echo 2 >src/a.py && git add -A && git commit -qm second
}

check 'links neither libcurl nor libpq nor a shared grammar' links_neither
check 'shows two examples' shows_two_examples
check 'names the grammar in its version' names_its_grammar
check 'refuses an unknown option' exits 2 "$tool" --stritc
check 'and says what was meant' says_what_was_meant
check 'reads a list from a pipe' reads_a_pipe
mkdir "$work/empty"
check 'refuses an option without its value' exits 2 "$tool" --range
check 'takes no folder for a repository' exits 3 env GIT_CEILING_DIRECTORIES="$work" "$tool" --repo "$work/empty" --range a..b
check 'and says so' grep -q 'there is no git repository here' "$work/err"
check 'names a folder that is not there' exits 69 "$tool" --repo "$work/nowhere" --range a..b
# shellcheck disable=SC2016 # the inner shell expands it
check 'lints a pipe' exits 10 bash -c 'echo "CREATE INDEX i ON t (a);" | "$0" lint -' "$tool"
repository >/dev/null
check 'finds a mixed release' exits 1 "$tool" --range HEAD^..HEAD --json
cp "$work/out" "$work/report.json"
check 'report keeps its schema' valid report.schema.json "$work/report.json"
check 'finds a mixed commit' exits 1 "$tool" plan HEAD^..HEAD --json
cp "$work/out" "$work/plan.json"
check 'plan keeps its schema' valid plan.schema.json "$work/plan.json"
check 'explains as JSON' exits 0 "$tool" explain src/a.py --json
check 'writes a configuration' exits 0 "$tool" init
check 'configuration keeps its schema' valid config.schema.json .split-check/config.json
check 'every example is valid: configuration' valid config.schema.json "$schemas/config.example.json"
check 'every example is valid: waivers' valid waivers.schema.json "$schemas/waivers.example.json"
cp "$schemas/config.example.json" .split-check/config.json
cp "$schemas/waivers.example.json" .split-check/waivers.json
check 'examples are read by the program' exits 1 "$tool" --range HEAD^..HEAD
check 'presets keep their schema' all_presets_are_valid
exit "$failed"
