# shellcheck shell=bash
# Sourced by the scripts that need Debian packages: tests/run, ci-templates/demo/run.
#
#   require_packages [--for REASON] PACKAGE...
#
# Silent and quick when nothing is missing. Everything it says goes to stderr, since stdout belongs to the caller's result.

# A package that is removed but still has its configuration is known to dpkg too, hence the look at the state.
# dpkg-query fails as soon as one package is unknown to it, which here is an answer and not an error.
_missing_packages() {
  local installed package
  installed=$(dpkg-query -W -f '${db:Status-Abbrev}|${Package}\n' "$@" 2>/dev/null | sed -nE 's/^.i[^|]*[|]//p' || true)
  for package in "$@"; do
    grep -qxF -e "$package" <<<"$installed" || printf '%s\n' "$package"
  done
}

# Another apt on the machine may hold the lock on the package lists; apt-get waits for dpkg's lock only.
_apt_update() {
  local attempt
  for attempt in 1 2 3 4 5; do
    "$@" apt-get -qq update >&2 && return 0
    [[ $attempt == 5 ]] || sleep 3
  done
  echo "packages: warning: the package lists could not be refreshed, trying with those at hand" >&2
}

_apt_install() {
  local -a become=()
  if [[ $(id -u) != 0 ]]; then
    if ! command -v sudo >/dev/null; then
      echo "packages: error: not root, and there is no sudo" >&2
      return 77
    fi
    become=(sudo)
  fi
  become+=(env DEBIAN_FRONTEND=noninteractive)
  # Asks for the password once, before apt's own output can bury the question.
  if [[ ${become[0]} == sudo ]] && ! sudo -v; then
    echo "packages: error: sudo was refused" >&2
    return 77
  fi
  _apt_update "${become[@]}"
  "${become[@]}" apt-get -qq -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 \
    install --no-install-recommends "$@" >&2 || return 69
}

require_packages() {
  local reason="this script" status=0 list
  local -a missing
  if [[ ${1-} == --for ]]; then
    reason=$2
    shift 2
  fi
  if ! command -v dpkg-query >/dev/null; then
    echo "packages: error: this is not Debian: install the equivalents of: $*" >&2
    return 69
  fi
  list=$(_missing_packages "$@")
  [[ -n $list ]] || return 0
  mapfile -t missing <<<"$list"

  echo "packages: installing for $reason: ${missing[*]}" >&2
  _apt_install "${missing[@]}" || status=$?
  ((status != 0)) || return 0
  echo "packages: error: missing for $reason: ${missing[*]}" >&2
  echo "packages:   hint: as root, run: apt-get update && apt-get install --no-install-recommends ${missing[*]}" >&2
  return "$status"
}

# The extension whose rows the tests carry is packaged for each version of PostgreSQL: Debian 12 has 15, Debian 13 has 17.
_unit_package() {
  case $(. /etc/os-release 2>/dev/null && echo "${VERSION_ID-}") in
    12) echo postgresql-15-unit ;;
    *) echo postgresql-17-unit ;;
  esac
}

# Debian's npm brings Debian's node along; an npm from elsewhere comes with a node of its own and excludes both packages.
_npm_package() { command -v npm >/dev/null || echo npm; }

# Read by the scripts that source this file. The package of the server holds initdb and the contrib extensions too.
# shellcheck disable=SC2034
{
  build_packages=(cmake ninja-build g++ pkg-config libpq-dev libpqxx-dev libzstd-dev libssl-dev libxxhash-dev
    libexpected-dev nlohmann-json3-dev libcli11-dev libpg-query-dev libcurl4-openssl-dev libpugixml-dev)
  server_packages=(postgresql)
  test_packages=(ceph-common ceph-mon ceph-osd curl libfaketime libgtest-dev libxml2-utils git jq memcached nginx-light openssl
    pandoc pgbackrest pgbouncer "$(_unit_package)" procps python3 python3-cryptography python3-jsonschema python3-psycopg2
    radosgw swift-account swift-container swift-object swift-proxy zstd)
  # What the tests of the shipped pipelines need beside the above; gitlab-ci-local and its node come through npm.
  mapfile -t pipeline_packages < <(printf '%s\n' groovy default-jre-headless rsync yamllint python3-yaml shellcheck && _npm_package)
  check_packages=(clang-format clang-tidy shellcheck)
}
