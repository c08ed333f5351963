# shellcheck shell=bash
# What the scripts of private servers share. To be sourced.

# MESSAGE [LOG]: the error, the end of the log that explains it, and the exit code of a service that is not there.
die() {
  printf '%s: error: %s\n' "$(basename "$0" .sh)" "$1" >&2
  [[ -z ${2-} ]] || tail -n 20 "$2" >&2 || true
  exit 69
}

# Below the ports that Linux hands to outgoing connections.
free_port() {
  local first=20000 count=12000 port
  while true; do
    port=$((first + RANDOM % count))
    ! (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && printf '%s\n' "$port" && return
  done
}
