#!/usr/bin/env bash
# An S3 server of one's own, Swift with its S3 interface; see usage() below.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: private_swift.sh start DIR
       private_swift.sh stop DIR

start prints, one per line: ENDPOINT (http on 127.0.0.1), ACCESS_KEY and SECRET_KEY. Everything is in DIR, whose file system
has to take extended attributes. stop leaves no process behind, and is content if there is nothing to stop.
TEXT
}

# shellcheck source=private_server.sh
source "$(dirname "${BASH_SOURCE[0]}")/private_server.sh"

readonly account=lab user=ci secret_key='lab/Secret+Key0123456789'

# RING PORT: sixteen partitions. With one replica an object that is being replaced is at times not found; Swift means its
# proxy to ask the others then.
make_ring() {
  local builder=$dir/$1.builder disk
  swift-ring-builder "$builder" create 4 3 1
  for disk in 1 2 3; do swift-ring-builder "$builder" add "r1z$disk-127.0.0.1:$2/disk$disk" 1; done
  swift-ring-builder "$builder" rebalance
}

# SERVER PORT PIPELINE: the head of its file, without the proxy's further filters.
server_configuration() {
  cat <<CONF
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $2
user = $(id -un)
swift_dir = $dir
devices = $dir/devices
mount_check = false
disable_fallocate = true
workers = 0
log_address = $dir/no-syslog
[pipeline:main]
pipeline = $3
[app:$1-server]
use = egg:swift#${1%-server}
CONF
}

write_configuration() {
  local kind
  printf '[swift-hash]\nswift_hash_path_prefix = lab\nswift_hash_path_suffix = lab\n' >"$dir/swift.conf"
  for kind in account container object; do
    server_configuration "$kind" "${port[$kind]}" "$kind-server" >"$dir/$kind.conf"
    make_ring "$kind" "${port[$kind]}" >"$dir/log/ring-$kind"
  done
  {
    server_configuration proxy "${port[proxy]}" \
      'catch_errors proxy-logging cache s3api tempauth copy slo dlo symlink versioned_writes proxy-server'
    printf '[filter:%s]\nuse = egg:swift#%s\n' catch_errors catch_errors proxy-logging proxy_logging copy copy slo slo dlo dlo \
      symlink symlink versioned_writes versioned_writes
    printf '[filter:cache]\nuse = egg:swift#memcache\nmemcache_servers = 127.0.0.1:%s\n' "${port[memcached]}"
    printf '[filter:s3api]\nuse = egg:swift#s3api\n'
    printf '[filter:tempauth]\nuse = egg:swift#tempauth\nuser_%s_%s = %s .admin\n' "$account" "$user" "$secret_key"
  } >"$dir/proxy.conf"
  # Where the proxy looks for the account to be created.
  sed -i '/^use = egg:swift#proxy$/a account_autocreate = true' "$dir/proxy.conf"
}

# NAME COMMAND...: in the background, its output in a file.
launch() {
  local name=$1
  shift
  setsid "$@" >"$dir/log/$name" 2>&1 </dev/null &
  echo "$!" >"$dir/run/$name.pid"
}

start_servers() {
  local kind
  local -a as_root=()
  [[ $(id -u) != 0 ]] || as_root=(-u root)
  launch memcached memcached "${as_root[@]}" -l 127.0.0.1 -p "${port[memcached]}" -U 0
  for kind in account container object proxy; do
    launch "$kind" "swift-$kind-server" "$dir/$kind.conf" -v
  done
}

await_answer() {
  local attempt name
  for ((attempt = 0; attempt < 300; attempt++)); do
    curl --silent --fail --output /dev/null -H "X-Auth-User: $account:$user" -H "X-Auth-Key: $secret_key" \
      "http://127.0.0.1:${port[proxy]}/auth/v1.0" && return
    for name in memcached account container object proxy; do
      kill -0 "$(<"$dir/run/$name.pid")" 2>/dev/null || die "$name ended" "$dir/log/$name"
    done
    sleep 0.2
  done
  die "the proxy does not answer" "$dir/log/proxy"
}

start() {
  declare -A port
  local kind
  for kind in account container object proxy memcached; do port[$kind]=$(free_port); done
  mkdir -p "$dir"/{devices/disk{1,2,3},run,log}
  python3 -c 'import os, sys; os.setxattr(sys.argv[1], "user.swift", b"x")' "$dir/devices" 2>"$dir/log/attributes" ||
    die "the file system of '$dir' takes no extended attributes, in which Swift keeps what it knows of an object" \
      "$dir/log/attributes"
  write_configuration
  start_servers
  await_answer
  printf 'ENDPOINT=http://127.0.0.1:%s\nACCESS_KEY=%s\nSECRET_KEY=%s\n' "${port[proxy]}" "$account:$user" "$secret_key"
}

stop() {
  local file pid
  for file in "$dir"/run/*.pid; do
    [[ -e $file ]] || continue
    pid=$(<"$file")
    # A server has workers; each was made the head of a session.
    kill -KILL -- "-$pid" 2>/dev/null || true
    while kill -0 -- "-$pid" 2>/dev/null; do sleep 0.05; done
  done
}

case ${1-} in
  start | stop)
    [[ -n ${2-} ]] || { usage >&2 && exit 2; }
    dir=$(realpath -m -- "$2")
    "$1"
    ;;
  -h | --help) usage ;;
  *)
    usage >&2
    exit 2
    ;;
esac
