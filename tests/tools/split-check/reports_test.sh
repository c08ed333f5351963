#!/usr/bin/env bash
# Every report of every kind of verdict, held against the schema that its readers publish: SARIF 2.1.0, Jenkins' JUnit,
# GitLab's Code Quality, and our own.
set -uo pipefail
tool=$(readlink -f "$1")
schemas=$SLUICE_SOURCE_FOLDER/tools/split-check/schema
published=$SLUICE_SOURCE_FOLDER/tests/tools/split-check/published
failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
unset GITLAB_CI JENKINS_URL

check() {
  local name=$1
  shift
  if "$@" >"$work/said" 2>&1; then
    echo "ok - $name"
  else
    echo "not ok - $name"
    sed 's/^/  /' "$work/said"
    failed=1
  fi
}

# Pairs of schema and document.
valid_json() {
  python3 - "$@" <<'PY'
import json, sys
import jsonschema
pairs = [json.load(open(name)) for name in sys.argv[1:]]
for schema, document in zip(pairs[::2], pairs[1::2]):
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    validator(schema).validate(document)
PY
}

valid_reports() {
  valid_json "$published/sarif-schema-2.1.0.json" "$work/sarif" \
    "$published/gitlab-code-quality.schema.json" "$work/quality" "$schemas/report.schema.json" "$work/report" &&
    xmllint --noout --schema "$published/junit-10.xsd" "$work/junit"
}

# What is asked of dotenv files: at most ten keys and 5 KB, one KEY=value a line.
valid_dotenv() {
  [ "$(wc -l <"$work/dotenv")" -le 10 ] && [ "$(wc -c <"$work/dotenv")" -le 5120 ] &&
    ! grep -vE '^SLUICE_SPLIT_[A-Z_]+=[^"'"'"']*$' "$work/dotenv"
}

all_reports() { # name exit-code arguments...
  local name=$1 wanted=$2 status
  shift 2
  rm -f "$work"/{dotenv,quality,sarif,junit,report}
  "$tool" "$@" --dotenv "$work/dotenv" --codequality "$work/quality" --sarif "$work/sarif" --junit "$work/junit" \
    --report "$work/report" >"$work/out" 2>"$work/err"
  status=$?
  check "$name: exit code $wanted" test "$status" -eq "$wanted"
  check "$name: the report says so too" grep -q "\"exit_code\": $wanted,\$" "$work/report"
  check "$name: reports keep their schemas" valid_reports
  check "$name: dotenv keeps its limits" valid_dotenv
}

claims_no_success() {
  grep -q '"executionSuccessful": false' "$work/sarif" && grep -q '<failure' "$work/junit" &&
    grep -q '"severity": "blocker"' "$work/quality" && grep -qx 'SLUICE_SPLIT_PIPELINE=refuse' "$work/dotenv"
}

commit() { git add -A && git commit -qm "$1"; }

git init -q -b main "$work/r" && cd "$work/r" && mkdir -p db/migrations src .split-check
printf "print('legacy_note')\n" >src/a.py && commit first && git tag first
all_reports 'nothing' 0 --range HEAD..HEAD
echo 2 >src/a.py && commit code
all_reports 'code' 0 --range HEAD^..HEAD
printf -- '-- migrate:up\nALTER TABLE orders DROP COLUMN legacy_note;\n' >"db/migrations/20240101000000_a: b <&'\"é #%.sql"
commit 'odd name'
all_reports 'mixed, in an odd name' 1 --deployed first
check 'and SARIF names it by a URI' grep -q '"uri": "db/migrations/20240101000000_a%3A%20b%20%3C&'"'"'%22%C3%A9%20%23%25.sql"' "$work/sarif"
printf -- '-- split-check: allow drop-column because nobody reads it since May\nALTER TABLE orders DROP COLUMN legacy_x;\n' >>db/migrations/20240101*
commit edit
all_reports 'applied migration edited' 11 --range HEAD^..HEAD
printf -- '-- migrate:up\nSELECT f();\n' >db/migrations/20240102000000_b.sql && commit unknown
all_reports 'unknown' 0 --range HEAD^..HEAD
all_reports 'unknown, strict' 12 --range HEAD^..HEAD --strict
printf -- '-- migrate:up\nCREATE INDEX i ON t (a);\n' >db/migrations/20240103000000_c.sql && commit unsafe
all_reports 'unsafe' 10 --range HEAD^..HEAD
printf -- '-- migrate:up\n-- split-check: allow create-index because the table is empty here\nCREATE INDEX j ON t (a);\n' \
  >db/migrations/20240104000000_d.sql && commit waived
all_reports 'waived' 0 --range HEAD^..HEAD
check 'and SARIF holds the reason' grep -q '"justification": "the table is empty here' "$work/sarif"
all_reports 'no range' 3
check 'no range reads nowhere as success' claims_no_success
all_reports 'a commit that is gone' 3 --deployed 1234567890123456789012345678901234567890
check 'a commit that is gone reads nowhere as success' claims_no_success
echo '{"version":1,"presetz":[]}' >.split-check/config.json
all_reports 'a broken configuration' 2 --range HEAD^..HEAD
check 'a broken configuration reads nowhere as success' claims_no_success
rm .split-check/config.json

"$tool" plan first..HEAD --json >"$work/plan" 2>"$work/err"
"$tool" explain src/a.py README.md db/migrations/20240102000000_b.sql --json >"$work/explain"
"$tool" lint db/migrations/20240103000000_c.sql --json >"$work/lint"
check 'plan, explain and lint keep their schemas' valid_json "$schemas/plan.schema.json" "$work/plan" \
  "$schemas/explain.schema.json" "$work/explain" "$schemas/report.schema.json" "$work/lint"
for kind in config waivers report plan explain; do
  check "the example of $kind keeps its schema" valid_json "$schemas/$kind.schema.json" "$schemas/$kind.example.json"
done
exit "$failed"
