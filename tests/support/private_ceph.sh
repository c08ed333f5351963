#!/usr/bin/env bash
# An S3 server of one's own, Ceph's gateway on a cluster of one monitor and one OSD in memory; see usage() below.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: private_ceph.sh start DIR [GIB]
       private_ceph.sh bucket DIR NAME
       private_ceph.sh stop DIR

start prints, one per line: ENDPOINT (http on 127.0.0.1), TLS_ENDPOINT (https, by a certificate that CA_FILE vouches for),
CA_FILE, ACCESS_KEY and SECRET_KEY. It takes some 20 seconds. Objects are
in memory, GIB at most (4). Everything else is in DIR. stop leaves no process behind, and is content if there is nothing to stop.
TEXT
}

# shellcheck source=private_server.sh
source "$(dirname "${BASH_SOURCE[0]}")/private_server.sh"

# A slash and a plus, which a signature has to bear.
readonly access_key=LABKEY secret_key='lab/Secret+Key0123456789'
readonly fsid=11111111-2222-3333-4444-555555555555 osd_id=aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee

# A memory store for the objects; the rest is what a cluster of one needs to call itself healthy.
write_configuration() {
  local monitor_port=$1 gateway_port=$2 tls_port=$3 osd_port=$4
  cat >"$dir/ceph.conf" <<CONF
[global]
fsid = $fsid
mon_host = v1:127.0.0.1:$monitor_port
public_network = 127.0.0.0/8
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_msgr2 = false
ms_bind_port_min = $osd_port
ms_bind_port_max = $((osd_port + 30))
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
run_dir = $dir/run
pid_file = $dir/run/\$name.pid
log_file = $dir/log/\$name.log
admin_socket = $dir/run/\$name.asok
keyring = $dir/keyring
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_pool_default_pgp_num = 4
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_data_avail_crit = 1
[mon]
mon_data = $dir/mon
[osd]
osd_data = $dir/osd
osd_objectstore = memstore
memstore_device_bytes = $((memory_gib << 30))
osd_class_dir = $(dirname "$(find /usr/lib -name libcls_rgw.so -print -quit)")
[client]
rgw_frontends = beast endpoint=127.0.0.1:$gateway_port ssl_endpoint=127.0.0.1:$tls_port ssl_certificate=$dir/certificate.pem ssl_private_key=$dir/certificate.key
rgw_data = $dir/rgw
rgw_enable_lc_threads = false
rgw_run_sync_thread = false
CONF
}

make_certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=private_ceph \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$dir/certificate.key" -out "$dir/certificate.pem"
}

start_daemons() {
  local monitor_port=$1
  export CEPH_CONF=$dir/ceph.conf
  cd "$dir"
  touch keyring
  monmaptool --create --clobber --fsid "$fsid" --addv a "[v1:127.0.0.1:$monitor_port]" monmap
  ceph-mon --mkfs -i a --monmap monmap
  ceph-mon -i a
  ceph osd new "$osd_id"
  ceph-osd -i 0 --mkfs --osd-uuid "$osd_id"
  ceph osd crush add osd.0 1.0 root=default host=lab
  ceph-osd -i 0
}

await_gateway() {
  local port=$1 attempt
  for ((attempt = 0; attempt < 600; attempt++)); do
    curl --silent --output /dev/null "http://127.0.0.1:$port/" && return
    kill -0 "$(<"$dir/run/gateway.pid")" 2>/dev/null || die "the gateway ended" "$dir/log/gateway"
    sleep 0.2
  done
  die "the gateway does not answer" "$dir/log/gateway"
}

make_cluster() {
  local monitor_port
  mkdir -p "$dir"/{mon,osd,run,log,rgw}
  monitor_port=$(free_port)
  write_configuration "$monitor_port" "$gateway_port" "$tls_port" "$(free_port)"
  make_certificate 2>"$dir/log/certificate"
  (start_daemons "$monitor_port") >"$dir/log/setup" 2>&1
}

start() {
  local attempt gateway_port tls_port memory_gib=${1:-4}
  gateway_port=$(free_port)
  tls_port=$(free_port)
  # An OSD that starts before it has the monitors' map is turned away ("wrong fsid"), now and then.
  for attempt in 1 2 3 4 5; do
    make_cluster && break
    [[ $attempt != 5 ]] || die "the cluster did not start" "$dir/log/setup"
    stop
    rm -rf "${dir:?}"/{mon,osd,run,log,rgw,monmap}
  done
  CEPH_CONF=$dir/ceph.conf setsid radosgw -c "$dir/ceph.conf" -n client.rgw1 -f >"$dir/log/gateway" 2>&1 </dev/null &
  echo "$!" >"$dir/run/gateway.pid"
  await_gateway "$gateway_port"
  CEPH_CONF=$dir/ceph.conf radosgw-admin -c "$dir/ceph.conf" -n client.rgw1 user create --uid lab --display-name lab \
    --access-key "$access_key" --secret-key "$secret_key" >"$dir/log/user" 2>&1 || die "no user was made" "$dir/log/user"
  printf '%s\n' "ENDPOINT=http://127.0.0.1:$gateway_port" "TLS_ENDPOINT=https://127.0.0.1:$tls_port" \
    "CA_FILE=$dir/certificate.pem" "ACCESS_KEY=$access_key" "SECRET_KEY=$secret_key" | tee "$dir/facts"
}

bucket() {
  local endpoint
  endpoint=$(sed -n 's/^ENDPOINT=//p' "$dir/facts")
  # The key on standard input, since the arguments of a process are everybody's to read.
  curl --silent --show-error --fail --request PUT --aws-sigv4 aws:amz:us-east-1:s3 \
    --header 'x-amz-content-sha256: UNSIGNED-PAYLOAD' --config - "$endpoint/$1" <<<"user = \"$access_key:$secret_key\"" \
    >"$dir/log/bucket" || die "no bucket '$1' was made" "$dir/log/bucket"
}

stop() {
  local file pid
  for file in "$dir"/run/*.pid; do
    [[ -e $file ]] || continue
    pid=$(<"$file")
    kill -KILL "$pid" 2>/dev/null || true
    while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
  done
}

case ${1-} in
  start | stop | bucket)
    [[ -n ${2-} && (-n ${3-} || $1 != bucket) ]] || { usage >&2 && exit 2; }
    dir=$(realpath -m -- "$2")
    "$1" "${@:3}"
    ;;
  -h | --help) usage ;;
  *)
    usage >&2
    exit 2
    ;;
esac
