#!/usr/bin/env bash
# A PostgreSQL server of one's own, for tests and demonstrations; see usage() below.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: private_postgres.sh start DIR [--version MAJOR] [--set NAME=VALUE]...
       private_postgres.sh standby PRIMARY_DIR DIR [--set NAME=VALUE]...
       private_postgres.sh restart DIR
       private_postgres.sh stop DIR [fast|immediate]
       private_postgres.sh kill DIR

start, standby and restart print, one per line: PGHOST (the socket folder), PGPORT (also open on 127.0.0.1), PGUSER,
DATA and PID. Roles enter without a password through the socket and with one through 127.0.0.1.
Settings given with --set are kept and apply from the next start on. Everything is in DIR, except that the socket moves
to a folder under TMPDIR where the path to DIR is too long for a socket. As root, DIR is given to an unprivileged user.

stop leaves no process, socket or shared memory behind, and is content if there is nothing to stop.
kill ends every process of the server with SIGKILL, as a crash would; restart brings it back.
TEXT
}

die() {
  local code=$1
  shift
  printf 'private_postgres: error: %s\n' "$@" >&2
  exit "$code"
}

# sockaddr_un holds 107 bytes; "/.s.PGSQL.65535" takes 15 of them.
readonly k_longest_socket_dir=92
# Below the ports that Linux hands to outgoing connections, so that those do not take ours away between two starts.
readonly k_first_port=20000 k_port_count=12000
readonly k_start_attempts=20

# ---- the unprivileged user -------------------------------------------------------------------------------------------

server_user=""

choose_server_user() {
  [[ $(id -u) == 0 ]] || return 0
  if id -u postgres >/dev/null 2>&1; then server_user=postgres; else server_user=nobody; fi
}

as_server() {
  if [[ -z $server_user ]]; then
    "$@"
  elif command -v setpriv >/dev/null; then
    setpriv --reuid "$server_user" --regid "$(id -g "$server_user")" --clear-groups "$@"
  else
    runuser -u "$server_user" -- "$@"
  fi
}

own_directory() {
  mkdir -p "$1"
  [[ -z $server_user ]] || chown "$server_user:$(id -g "$server_user")" "$1"
  as_server test -x "$1" -a -w "$1" ||
    die 77 "user '${server_user:-$(id -un)}' cannot enter '$1': every folder above it needs the x permission for others"
}

# ---- what DIR remembers ----------------------------------------------------------------------------------------------

# DIR/instance/{bindir,socket,port,version}: one value a file, so that nothing needs to be parsed or quoted.
recall() { if [[ -f $dir/instance/$1 ]]; then cat "$dir/instance/$1"; fi; }

remember() {
  mkdir -p "$dir/instance"
  printf '%s\n' "$2" >"$dir/instance/$1"
}

use_directory() {
  [[ -n ${1-} ]] || die 2 "which directory?"
  dir=$(realpath -m -- "$1")
  data=$dir/data
}

require_cluster() {
  [[ -f $data/PG_VERSION ]] || die 69 "there is no private PostgreSQL in '$dir'"
  bindir=$(recall bindir)
}

find_server_binaries() {
  local version=$1 found
  found=$(printf '%s\n' /usr/lib/postgresql/*/bin/postgres | sort -V | grep -F "/${version:+$version/bin/}" | tail -n 1) || true
  [[ -x $found ]] || die 69 "no PostgreSQL server${version:+ $version} under /usr/lib/postgresql" \
    "install it with: apt-get install postgresql${version:+-$version}"
  bindir=${found%/postgres}
}

# ---- processes and what they leave -----------------------------------------------------------------------------------

# Every process of a server works in the data folder. That holds for orphans too, and unlike a number in postmaster.pid
# it can't mean a stranger who was given the same number later.
server_processes() {
  local escaped cwd pid
  escaped=$(printf '%s' "$data" | sed 's/[][*?\\]/\\&/g')
  while IFS= read -r cwd; do
    pid=${cwd%/cwd}
    [[ $(readlink "$pid/exe" || true) == */postgres* ]] && printf '%s\n' "${pid#/proc/}"
  done < <(find /proc -maxdepth 2 -path '/proc/[0-9]*/cwd' -lname "$escaped" 2>/dev/null || true)
  return 0
}

postmaster_pid() {
  local pid=""
  [[ -f $data/postmaster.pid ]] && read -r pid <"$data/postmaster.pid"
  [[ -n $pid && $(readlink "/proc/$pid/cwd" || true) == "$data" ]] && printf '%s\n' "$pid"
  return 0
}

await_no_processes() {
  local deadline=$((SECONDS + $1))
  while [[ -n $(server_processes) ]]; do
    ((SECONDS < deadline)) || return 1
    sleep 0.02
  done
}

# After SIGKILL nobody gives back the System V segment that guards the data folder; line 7 of postmaster.pid names it.
# The lock files go too: they name a process that, until its parent looks, is still there as a zombie, and the next start
# would take it for a running server.
remove_leftovers() {
  local segment=""
  [[ -f $data/postmaster.pid ]] || return 0
  segment=$(sed -n '7s/^ *[0-9]* *//p' "$data/postmaster.pid")
  [[ -z $segment ]] || ipcrm -m "$segment" 2>/dev/null || true
  rm -f "$data/postmaster.pid" "$(recall socket)/.s.PGSQL."*
}

kill_server() {
  local postmaster pids
  postmaster=$(postmaster_pid)
  # Stopped first: a running one could start another child between our look and our signal.
  [[ -z $postmaster ]] || kill -STOP "$postmaster" 2>/dev/null || true
  mapfile -t pids < <(server_processes)
  ((${#pids[@]} == 0)) || kill -KILL "${pids[@]}" 2>/dev/null || true
  await_no_processes 10 || die 70 "processes of '$data' survived SIGKILL: $(server_processes | tr '\n' ' ')"
  remove_leftovers
}

stop_server() {
  local mode=$1
  if [[ -n $(postmaster_pid) ]]; then
    as_server "$bindir/pg_ctl" stop -D "$data" -m "$mode" -t 120 -s >&2 || true
    await_no_processes 5 || true
  fi
  # Also the end of a server that did not obey, and of the orphans and segments of one that was killed.
  kill_server
}

# ---- settings --------------------------------------------------------------------------------------------------------

check_setting() {
  [[ $1 =~ ^[A-Za-z_][A-Za-z0-9_.]*= ]] || die 2 "--set wants NAME=VALUE, not '$1'"
  [[ $1 != *$'\n'* ]] || die 2 "the value of '${1%%=*}' has a line break"
}

keep_setting() {
  local name=${1%%=*} value=${1#*=}
  value=${value//\\/\\\\}
  printf "%s = '%s'\n" "$name" "${value//\'/\'\'}" >>"$dir/instance/settings"
}

# The file system keeps what a killed server wrote, so fsync buys a test nothing. Dynamic shared memory goes to the data
# folder, since in /dev/shm it would outlive a killed server.
write_settings() {
  {
    cat <<TEXT
listen_addresses = '127.0.0.1'
port = $1
unix_socket_directories = '${socket//\'/\'\'}'
fsync = off
shared_buffers = '128MB'
max_connections = 100
wal_level = logical
dynamic_shared_memory_type = mmap
log_line_prefix = '%m [%p] %q%u@%d '
TEXT
    cat "$dir/instance/settings"
  } | as_server tee "$data/private.conf" >/dev/null
}

# ---- start -----------------------------------------------------------------------------------------------------------

# Made beside its place and then renamed, so that an interrupted initdb is never taken for a cluster.
initialise() {
  rm -rf "$data.new"
  as_server "$bindir/initdb" -D "$data.new" -U postgres --auth-local=trust --auth-host=scram-sha-256 \
    --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$dir/initdb.log" 2>&1 ||
    die 70 "initdb failed" "$(tail -n 5 "$dir/initdb.log")"
  as_server tee -a "$data.new/postgresql.conf" >/dev/null <<<"include 'private.conf'"
  mv "$data.new" "$data"
}

make_socket_dir() {
  socket=$(recall socket)
  if [[ -n $socket ]] && { [[ -d $socket ]] || as_server mkdir -m 700 "$socket" 2>/dev/null; }; then
    return 0
  fi
  socket=$dir/socket
  if ((${#socket} <= k_longest_socket_dir)); then
    as_server mkdir -p "$socket"
  else
    local under=${TMPDIR:-/tmp}
    ((${#under} + 12 <= k_longest_socket_dir)) && as_server test -w "$under" || under=/tmp
    socket=$(as_server mktemp -d "$under/pg.XXXXXXXX")
  fi
  remember socket "$socket"
}

random_port() { printf '%s\n' "$((k_first_port + SRANDOM % k_port_count))"; }

# The server itself is the judge of whether a port is free: anything asked beforehand may be stale when it binds.
start_server() {
  local port attempt log=$dir/server.log from
  [[ -z $(postmaster_pid) ]] || return 0
  kill_server
  make_socket_dir
  port=$(recall port)
  : >>"$log"
  [[ -z $server_user ]] || chown "$server_user" "$log"
  for ((attempt = 1; attempt <= k_start_attempts; attempt++)); do
    port=${port:-$(random_port)}
    write_settings "$port"
    from=$(stat -c %s "$log")
    if (cd "$data" && as_server "$bindir/pg_ctl" start -D "$data" -l "$log" -w -t 120 -s) 2>/dev/null; then
      remember port "$port"
      return 0
    fi
    tail -c "+$((from + 1))" "$log" | grep -q 'Address already in use' || break
    port=""
  done
  die 70 "the server did not start; the end of '$log':" "$(tail -n 8 "$log")"
}

print_connection() {
  printf 'PGHOST=%s\nPGPORT=%s\nPGUSER=postgres\nDATA=%s\nPID=%s\n' \
    "$(recall socket)" "$(recall port)" "$data" "$(postmaster_pid)"
}

# ---- verbs -----------------------------------------------------------------------------------------------------------

parse_start_options() {
  wanted_version=""
  wanted_settings=()
  while (($#)); do
    [[ $# -ge 2 ]] || die 2 "'$1' wants a value"
    case $1 in
      --version) wanted_version=$2 ;;
      --set)
        check_setting "$2"
        wanted_settings+=("$2")
        ;;
      *) die 2 "unknown option '$1'" ;;
    esac
    shift 2
  done
}

keep_settings() {
  local setting
  mkdir -p "$dir/instance"
  touch "$dir/instance/settings"
  for setting in "${wanted_settings[@]}"; do
    keep_setting "$setting"
  done
}

start() {
  use_directory "${1-}"
  parse_start_options "${@:2}"
  own_directory "$dir"
  if [[ ! -f $data/PG_VERSION ]]; then
    find_server_binaries "$wanted_version"
    remember bindir "$bindir"
    initialise
  fi
  require_cluster
  [[ -z $wanted_version || $(cat "$data/PG_VERSION") == "$wanted_version" ]] ||
    die 2 "'$dir' holds a server of version $(cat "$data/PG_VERSION"), not $wanted_version"
  keep_settings
  start_server
  print_connection
}

standby() {
  local primary_socket primary_port primary_instance
  use_directory "${1-}"
  require_cluster
  [[ -n $(postmaster_pid) ]] || die 69 "the primary in '$dir' is not running"
  primary_socket=$(recall socket) primary_port=$(recall port) primary_instance=$dir/instance
  use_directory "${2-}"
  [[ ! -e $data ]] || die 2 "'$data' exists already"
  parse_start_options "${@:3}"
  own_directory "$dir"
  remember bindir "$bindir"
  cp "$primary_instance/settings" "$dir/instance/settings"
  as_server "$bindir/pg_basebackup" -h "$primary_socket" -p "$primary_port" -U postgres -D "$data.new" \
    -R -X stream -c fast --no-sync >"$dir/basebackup.log" 2>&1 ||
    die 70 "pg_basebackup failed" "$(tail -n 5 "$dir/basebackup.log")"
  mv "$data.new" "$data"
  keep_settings
  start_server
  print_connection
}

restart() {
  use_directory "${1-}"
  require_cluster
  stop_server fast
  start_server
  print_connection
}

stop() {
  local mode=${2:-fast}
  use_directory "${1-}"
  [[ $mode == fast || $mode == immediate ]] || die 2 "stop is 'fast' or 'immediate', not '$mode'"
  [[ -d $data ]] || return 0
  bindir=$(recall bindir)
  stop_server "$mode"
  socket=$(recall socket)
  [[ -z $socket ]] || rm -rf -- "$socket"
}

kill_now() {
  use_directory "${1-}"
  require_cluster
  kill_server
}

main() {
  local verb=${1-}
  (($#)) && shift
  # A caller's PGDATA, PGPORT or PGOPTIONS would reach the server's own programs.
  unset "${!PG@}"
  export LC_ALL=C.UTF-8
  choose_server_user
  case $verb in
    start | standby | restart | stop) "$verb" "$@" ;;
    kill) kill_now "$@" ;;
    -h | --help | help) usage ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
}

main "$@"
