#!/usr/bin/env bash
# What prune, stats and a stream's snapshot write keeps to their schemas. Streams need no database.
set -uo pipefail

tool=$SLUICE_BUILD_FOLDER/bin/db-snapshot
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export SLUICE_STORE=$scratch/store
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

valid() { # SCHEMA DOCUMENT: 0 when the schema takes it, 9 when it does not
  python3 - "$SLUICE_SOURCE_FOLDER/$1" "$2" <<'PY'
import json, sys
import jsonschema
schema, document = (json.load(open(name)) for name in sys.argv[1:3])
jsonschema.Draft202012Validator.check_schema(schema)
errors = [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(document)]
print("\n".join(errors), end="")
sys.exit(9 if errors else 0)
PY
}

refused() { # SCHEMA DOCUMENT JQ-CHANGE
  local status=0
  jq "$3" "$2" >"$scratch/changed"
  valid "$1" "$scratch/changed" >/dev/null || status=$?
  [[ $status == 9 ]]
}

one=$("$tool" --name config --log "$scratch/log" --background --command echo one 2>"$scratch/err")
"$tool" wait "$one" >/dev/null
cp "$SLUICE_STORE/snapshots/config/$one/status.json" "$scratch/status"
sleep 1.1 # ids of one second are in no order
"$tool" --name config --command echo two >/dev/null 2>&1
"$tool" --name config --command false >/dev/null 2>&1
cp "$SLUICE_STORE/snapshots/config/$one/manifest.json" "$scratch/manifest"
"$tool" stats --json >"$scratch/stats"
"$tool" prune --keep-last 1 --dry-run --json >"$scratch/dry"
"$tool" prune --keep-last 1 --json >"$scratch/prune"

check "a stream's manifest keeps its schema" valid common/snapshot/stream_manifest.schema.json "$scratch/manifest"
check 'the status of a run in the background keeps its schema' valid common/snapshot/status.schema.json "$scratch/status"
check 'stats keeps its schema' valid tools/db-snapshot/stats.schema.json "$scratch/stats"
check 'a dry run keeps its schema' valid tools/db-snapshot/prune.schema.json "$scratch/dry"
check 'prune keeps its schema' valid tools/db-snapshot/prune.schema.json "$scratch/prune"
check 'the dry run said what prune did' test \
  "$(jq -c '[.snapshots[] | [.id, .keep]]' "$scratch/dry")" = "$(jq -c '[.snapshots[] | [.id, .keep]]' "$scratch/prune")"
check 'prune removed the older one' test "$(jq '[.snapshots[] | select(.removed)] | length' "$scratch/prune")" = 1
check 'stats counted two snapshots' test "$(jq '.snapshots | length' "$scratch/stats")" = 2
check 'the schemas refuse an unknown key' refused tools/db-snapshot/prune.schema.json "$scratch/prune" '.extra = 1'
check 'the schema of a status wants a log in version 2' refused common/snapshot/status.schema.json "$scratch/status" 'del(.log)'
exit "$failed"
