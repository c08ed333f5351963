#!/usr/bin/env bash
# Tests of common/shell/private_postgres.sh against real servers.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
script=$root/common/shell/private_postgres.sh
scratch=$(mktemp -d)
chmod 755 "$scratch"
passed=0
failed=0

clean_up() {
  local instance
  for instance in "$scratch"/*/instance "$scratch"/*/*/instance; do
    [[ ! -d $instance ]] || "$script" stop "${instance%/instance}" immediate || true
  done
  rm -rf "$scratch"
}
trap clean_up EXIT

# The case runs as a condition, where set -e has no say: every step of one is joined with &&.
check() {
  local name=$1
  shift
  if "$@" >"$scratch/output" 2>&1; then
    passed=$((passed + 1))
    printf 'ok - %s\n' "$name"
  else
    failed=$((failed + 1))
    printf 'not ok - %s\n' "$name"
    sed 's/^/#   /' "$scratch/output"
  fi
}

# sql DIR STATEMENT: through the socket, as the superuser.
sql() {
  psql -XqAt -v ON_ERROR_STOP=1 -h "$(cat "$1/instance/socket")" -p "$(cat "$1/instance/port")" -U postgres -d postgres -c "$2"
}

# Zombies have ended; how soon somebody collects them is not the server's business.
no_process_in() {
  [[ -z $(find /proc -maxdepth 2 -path '/proc/[0-9]*/cwd' -lname "$1/data" 2>/dev/null || true) ]]
}

exits_with() {
  local expected=$1 status=0
  shift
  "$@" || status=$?
  [[ $status == "$expected" ]]
}

eventually() {
  local deadline=$((SECONDS + 15))
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.05
  done
}

# ---- cases -----------------------------------------------------------------------------------------------------------

one=$scratch/one

start_prints_where_to_connect() {
  local output
  output=$("$script" start "$one" --set work_mem=5MB --set "application_name=it's \\ odd") &&
    [[ $(cut -d= -f1 <<<"$output" | tr '\n' ' ') == 'PGHOST PGPORT PGUSER DATA PID ' ]] &&
    grep -qx "DATA=$one/data" <<<"$output" && grep -qx 'PGUSER=postgres' <<<"$output" &&
    kill -0 "$(sed -n 's/^PID=//p' <<<"$output")"
}

settings_are_as_asked() {
  [[ $(sql "$one" "SELECT current_setting('work_mem') || current_setting('wal_level') || current_setting('fsync')") == 5MBlogicaloff ]] &&
    [[ $(sql "$one" 'SHOW shared_buffers') == 128MB && $(sql "$one" 'SHOW max_connections') == 100 ]] &&
    [[ $(sql "$one" "SELECT datcollate || pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'template0'") == C.UTF-8UTF8 ]] &&
    grep -qxF "application_name = 'it''s \\\\ odd'" "$one/data/private.conf"
}

tcp_session() {
  PGPASSWORD=$1 psql -XqAt -h 127.0.0.1 -p "$(cat "$one/instance/port")" -U clerk -d postgres -c 'SELECT current_user'
}

tcp_wants_the_password() {
  sql "$one" "CREATE ROLE clerk LOGIN PASSWORD 'correct horse'" &&
    [[ $(tcp_session 'correct horse') == clerk ]] &&
    ! tcp_session 'wrong horse' &&
    [[ $(sql "$one" "SELECT rolpassword LIKE 'SCRAM-SHA-256%' FROM pg_authid WHERE rolname = 'clerk'") == t ]]
}

start_again_is_the_same_server() {
  local before after
  before=$("$script" start "$one") && after=$("$script" start "$one") && [[ $before == "$after" ]]
}

standby_has() { [[ $(sql "$scratch/standby" "SELECT count(*) FROM replayed") == "$1" ]]; }

standby_replays() {
  sql "$one" 'CREATE TABLE replayed AS SELECT generate_series(1, 1000)' &&
    "$script" standby "$one" "$scratch/standby" &&
    [[ $(sql "$scratch/standby" 'SELECT pg_is_in_recovery()') == t ]] &&
    eventually standby_has 1000 &&
    sql "$one" 'INSERT INTO replayed SELECT 1' &&
    eventually standby_has 1001
}

kill_ends_everything_at_once() {
  sql "$one" 'SELECT pg_sleep(300)' &
  eventually test "$(sql "$one" "SELECT 1")" = 1 &&
    sql "$one" "CREATE TABLE committed AS SELECT generate_series(1, 500) AS n" &&
    "$script" kill "$one" && no_process_in "$one" && ! wait $!
}

restart_recovers_what_was_committed() {
  local port
  port=$(cat "$one/instance/port") &&
    "$script" restart "$one" &&
    [[ $(sql "$one" 'SELECT count(*) FROM committed') == 500 ]] &&
    [[ $(cat "$one/instance/port") == "$port" ]] &&
    grep -q 'automatic recovery in progress' "$one/server.log"
}

stop_leaves_nothing() {
  local socket segment
  socket=$(cat "$one/instance/socket")
  segment=$(sed -n '7s/^ *[0-9]* *//p' "$one/data/postmaster.pid")
  "$script" stop "$one" && no_process_in "$one" && [[ ! -e $socket ]] && ! ipcs -m -i "$segment" | grep -q bytes
}

stop_after_a_kill_leaves_nothing() {
  local socket segment
  "$script" start "$scratch/standby" &&
    socket=$(cat "$scratch/standby/instance/socket") &&
    segment=$(sed -n '7s/^ *[0-9]* *//p' "$scratch/standby/data/postmaster.pid") &&
    kill -KILL "$(sed -n 1p "$scratch/standby/data/postmaster.pid")" &&
    "$script" stop "$scratch/standby" && no_process_in "$scratch/standby" && [[ ! -e $socket ]] &&
    ! ipcs -m -i "$segment" | grep -q bytes
}

stop_is_content_with_nothing() {
  "$script" stop "$one" && "$script" stop "$one" immediate && "$script" stop "$scratch/never-was" &&
    [[ ! -e $scratch/never-was ]]
}

data_survives_stop_and_start() {
  "$script" start "$one" && [[ $(sql "$one" 'SELECT count(*) FROM committed') == 500 ]]
}

long_path_moves_the_socket() {
  local deep socket
  deep=$scratch/long/$(printf 'x%.0s' {1..120})
  "$script" start "$deep" && socket=$(cat "$deep/instance/socket") &&
    ((${#socket} <= 92)) && [[ $(sql "$deep" 'SELECT 1') == 1 ]] &&
    "$script" stop "$deep" immediate && [[ ! -e $socket ]]
}

odd_characters_in_the_path() {
  local odd="$scratch/it's [odd] *"
  "$script" start "$odd" && [[ $(sql "$odd" 'SELECT 1') == 1 ]] &&
    "$script" stop "$odd" && [[ ! -e "$odd/data/postmaster.pid" ]]
}

taken_port_is_left_to_its_owner() {
  "$script" start "$scratch/second" && "$script" stop "$scratch/second" &&
    cp "$one/instance/port" "$scratch/second/instance/port" &&
    "$script" start "$scratch/second" &&
    ! cmp -s "$one/instance/port" "$scratch/second/instance/port" &&
    [[ $(sql "$one" 'SELECT 1')$(sql "$scratch/second" 'SELECT 1') == 11 ]]
}

many_at_once() {
  local n ok=0
  local -a pids=()
  for n in 1 2 3 4; do
    "$script" start "$scratch/parallel-$n" &
    pids+=($!)
  done
  for n in "${pids[@]}"; do wait "$n" || ok=1; done
  [[ $ok == 0 && $(cat "$scratch"/parallel-*/instance/port | sort -u | wc -l) == 4 ]]
}

works_without_root() {
  local user=(env)
  [[ $(id -u) != 0 ]] || user=(setpriv --reuid nobody --regid nogroup --clear-groups)
  mkdir "$scratch/plain" && chmod 777 "$scratch/plain" &&
    "${user[@]}" "$script" start "$scratch/plain/cluster" && [[ $(sql "$scratch/plain/cluster" 'SELECT 1') == 1 ]] &&
    "${user[@]}" "$script" kill "$scratch/plain/cluster" && "${user[@]}" "$script" restart "$scratch/plain/cluster" &&
    "${user[@]}" "$script" stop "$scratch/plain/cluster" && no_process_in "$scratch/plain/cluster"
}

caller_environment_is_ignored() {
  PGPORT=1 PGDATA=/nowhere PGOPTIONS='-c nonsense=1' "$script" start "$scratch/environment" &&
    [[ $(sql "$scratch/environment" 'SELECT 1') == 1 ]]
}

bad_setting_is_reported() {
  exits_with 70 "$script" start "$scratch/bad" --set no_such_setting=1 2>"$scratch/errors" &&
    grep -q no_such_setting "$scratch/errors" && no_process_in "$scratch/bad"
}

mistakes_are_usage_errors() {
  exits_with 2 "$script" && exits_with 2 "$script" explode "$one" && exits_with 2 "$script" start &&
    exits_with 2 "$script" start "$scratch/u" --colour red && exits_with 2 "$script" start "$scratch/u" --set novalue &&
    exits_with 2 "$script" stop "$one" gently && exits_with 69 "$script" restart "$scratch/never-was" &&
    exits_with 69 "$script" start "$scratch/u" --version 1
}

check "start prints where to connect" start_prints_where_to_connect
check "settings are the ones asked for" settings_are_as_asked
check "TCP wants the password" tcp_wants_the_password
check "a second start finds the same server" start_again_is_the_same_server
check "a standby replays its primary" standby_replays
check "kill ends every process, busy ones too" kill_ends_everything_at_once
check "restart after a kill recovers what was committed" restart_recovers_what_was_committed
check "stop leaves no process, socket or segment" stop_leaves_nothing
check "so does stop after somebody else's SIGKILL" stop_after_a_kill_leaves_nothing
check "stop is content with nothing to stop" stop_is_content_with_nothing
check "data survives a stop and a start" data_survives_stop_and_start
check "a long path moves the socket, and stop removes it" long_path_moves_the_socket
check "quotes, brackets and blanks in the path" odd_characters_in_the_path
check "a taken port is left to its owner" taken_port_is_left_to_its_owner
check "four start at once" many_at_once
check "it works without root" works_without_root
check "the caller's PG variables do not reach the server" caller_environment_is_ignored
check "a bad setting is reported and leaves no process" bad_setting_is_reported
check "mistakes are usage errors" mistakes_are_usage_errors

printf '%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
