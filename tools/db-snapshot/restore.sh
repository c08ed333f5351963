#!/bin/sh
# Restores the snapshot that lies beside this script into a new database, without Sluice.
# Needs zstd, jq, pg_restore and psql (and sha256sum, which is everywhere). The server is named by PGHOST, PGPORT, PGUSER and the like.
# Usage: ./restore.sh NEW_DATABASE
set -eu
export PGCLIENTENCODING=UTF8

if [ $# -ne 1 ]; then
    echo "usage: $0 NEW_DATABASE" >&2
    exit 2
fi
database=$1
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

quietly_run_sql() {
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set "database=$database" "$@" >/dev/null
}

# The exit status of a pipe is psql's alone, which is content with what zstd wrote before it broke off.
load_file() {
    broken=$({
        { zstd --decompress --stdout --quiet "$1" || echo zstd >&3; } |
            quietly_run_sql --dbname "$database" --command "$2" || echo psql >&3
    } 3>&1)
    [ -z "$broken" ]
}

load_rows() {
    count=$(jq '.tables | length' "$here/export.json")
    number=0
    while [ "$number" -lt "$count" ]; do
        file=$(jq --raw-output ".tables[$number].file" "$here/export.json")
        copy=$(jq --raw-output ".tables[$number].copy" "$here/export.json")
        load_file "$here/$file" "$copy"
        number=$((number + 1))
    done
}

if ! (cd "$here" && sha256sum --check --quiet SHA256SUMS); then
    echo "$0: error: these files are damaged or not complete; nothing was restored" >&2
    exit 65
fi
quietly_run_sql --dbname postgres --file "$here/create.sql"
pg_restore --exit-on-error --no-tablespaces --section=pre-data --dbname "$database" "$here/schema.dump"
quietly_run_sql --dbname "$database" --file "$here/large_objects.sql"
load_rows
quietly_run_sql --dbname "$database" --file "$here/after_rows.sql"
pg_restore --exit-on-error --no-tablespaces --section=post-data --dbname "$database" "$here/schema.dump"
quietly_run_sql --dbname "$database" --file "$here/analyze.sql"
quietly_run_sql --dbname postgres --file "$here/database.sql"
echo "restored into database '$database'"
