#!/usr/bin/env bash
# Debian's groovyc compiles everything that is shipped for Jenkins and every example of its page, and would notice if it did not.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
source_folder=$(cd "$here/../../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0
# Debian's own guess is a link that only one of its packages makes.
JAVA_HOME=$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")
export JAVA_HOME

check() {
  local name=$1
  shift
  if "$@" >"$scratch/said" 2>&1; then
    printf 'ok - %s\n' "$name"
  else
    printf 'not ok - %s\n' "$name"
    sed 's/^/#   /' "$scratch/said"
    failed=1
  fi
}

compiles() { groovyc -cp "$scratch/stubs" -d "$scratch/classes" "$@"; }
says_where() {
  local said
  ! said=$(compiles "$scratch/broken.groovy" 2>&1) && grep -q 'broken.groovy: 3:' <<<"$said"
}

# A Jenkinsfile under a name that a class may have.
as_scripts() {
  local file
  mkdir -p "$scratch/jenkinsfiles"
  for file in "$source_folder"/ci-templates/jenkins/Jenkinsfile.*; do
    # What Jenkins imports for every Jenkinsfile.
    { echo 'import org.jenkinsci.plugins.workflow.libs.Library' && cat "$file"; } >"$scratch/jenkinsfiles/$(basename "$file" | tr '.-' '__').groovy"
  done
}

# Each block of the page that people copy from, under the number of its first line.
examples_of_page() {
  mkdir -p "$scratch/examples"
  awk -v folder="$scratch/examples" '/^```groovy$/ { file = folder "/line_" NR + 1 ".groovy"; next } /^```$/ { file = "" }
    file { print >file }' "$source_folder/ci-templates/jenkins/README.md"
}

check "the stubs of Jenkins' own classes" groovyc -d "$scratch/stubs" "$here"/harness/stubs/*.groovy
check "the library: vars and src" compiles "$source_folder"/jenkins/src/sluice/*.groovy "$source_folder"/jenkins/vars/*.groovy
as_scripts
check "the Jenkinsfiles" compiles "$scratch"/jenkinsfiles/*.groovy
examples_of_page
check "the examples of the page" compiles "$scratch"/examples/line_*.groovy
printf 'node {\n  sh(script: "true"\n}\n' >"$scratch/broken.groovy"
check "a file with a mistake is refused, with its line" says_where
exit "$failed"
