#!/usr/bin/env bash
# The schema of mask files takes the example and refuses what the program refuses too.
set -uo pipefail

folder=$SLUICE_SOURCE_FOLDER/tools/db-snapshot
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

valid() { # Python that changes the document: 0 when the schema takes what comes of it, 9 when it does not
  python3 - "$folder/mask.schema.json" "$folder/mask.example.json" "$1" <<'PY'
import json, sys
import jsonschema
schema, document = (json.load(open(name)) for name in sys.argv[1:3])
jsonschema.Draft202012Validator.check_schema(schema)
person = document["tables"]["people.person"]
exec(sys.argv[3])
sys.exit(0 if jsonschema.Draft202012Validator(schema).is_valid(document) else 9)
PY
}

refused() {
  local status=0
  valid "$1" || status=$?
  [[ $status == 9 ]]
}

check 'mask schema: takes the example' valid ''
check 'mask schema: refuses an unknown mask' refused 'person["token"] = "hsah"'
check 'mask schema: refuses an unknown key' refused 'document["comment"] = "drop"'
check 'mask schema: refuses a fixed mask without a value' refused 'person["token"] = {"mask": "fixed"}'
check 'mask schema: refuses a shift without days' refused 'person["born"] = {"mask": "date_shift"}'
check 'mask schema: refuses json without a word on the rest' refused 'del person["papers"]["rest"]'
check 'mask schema: refuses a path that is none' refused 'person["papers"]["paths"] = {"iban": "hash"}'
check 'mask schema: refuses a key that is spelt out' refused 'document["key"] = "0123456789abcdef"'
exit "$failed"
