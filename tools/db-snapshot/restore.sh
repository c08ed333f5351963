#!/bin/sh
# Restores the snapshot that lies beside this script into a new database, without Sluice.
# Needs zstd, jq, pg_restore and psql. The server is named by PGHOST, PGPORT, PGUSER and the like.
# Usage: ./restore.sh NEW_DATABASE
set -eu

if [ $# -ne 1 ]; then
    echo "usage: $0 NEW_DATABASE" >&2
    exit 2
fi
database=$1
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

quietly_run_sql() {
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set "database=$database" "$@" >/dev/null
}

load_rows() {
    count=$(jq '.tables | length' "$here/export.json")
    number=0
    while [ "$number" -lt "$count" ]; do
        file=$(jq --raw-output ".tables[$number].file" "$here/export.json")
        copy=$(jq --raw-output ".tables[$number].copy" "$here/export.json")
        zstd --decompress --stdout --quiet "$here/$file" | quietly_run_sql --dbname "$database" --command "$copy"
        number=$((number + 1))
    done
}

quietly_run_sql --dbname postgres --file "$here/create.sql"
pg_restore --exit-on-error --no-tablespaces --section=pre-data --dbname "$database" "$here/schema.dump"
quietly_run_sql --dbname "$database" --file "$here/large_objects.sql"
load_rows
quietly_run_sql --dbname "$database" --file "$here/after_rows.sql"
pg_restore --exit-on-error --no-tablespaces --section=post-data --dbname "$database" "$here/schema.dump"
quietly_run_sql --dbname "$database" --file "$here/analyze.sql"
quietly_run_sql --dbname postgres --file "$here/database.sql"
echo "restored into database '$database'"
