#!/usr/bin/env bash
# `npm run build:arm64`: the addon and the tracker for Linux on arm64, under prebuilds/linux-arm64, where `npm pack` takes them from. Leaves what is as
# new as its sources. On x64 by Debian's package g++-aarch64-linux-gnu.
# With --if-there it builds anew what is there, and nothing else: a package has no binary that is older than its sources.
set -euo pipefail
cd "$(dirname "$0")/.."
built=prebuilds/linux-arm64

say() { printf 'build-arm64: %s\n' "$*"; }

if [ "${1:-}" = --if-there ] && [ ! -d "$built" ]; then exit; fi
if [ -d "$built" ] && [ -z "$(find native binding.gyp -newer "$built" -not -path 'native/test/*' -type f)" ]; then
  say "$built is as new as its sources"
  exit
fi
if [ "$(uname -m)" = aarch64 ]; then exec npm run --silent build:native; fi
if ! command -v aarch64-linux-gnu-g++ >/dev/null; then
  say 'no aarch64-linux-gnu-g++ here: scripts/install-arm64.sh installs it, and Node for arm64'
  exit 1
fi

# In a copy of what is built from: node-gyp's folder `build` is this machine's.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r binding.gyp package.json native "$work"
rm -rf "$work/native/test"
ln -s "$PWD/node_modules" "$work/node_modules"
(
  cd "$work"
  CC=aarch64-linux-gnu-gcc CXX=aarch64-linux-gnu-g++ PREBUILD_STRIP_BIN=aarch64-linux-gnu-strip JOBS=max \
    npx prebuildify --napi --strip --tag-libc --name allocscope --arch arm64
) >&2
mkdir -p prebuilds && rm -rf "$built" && mv "$work/$built" "$built"
say "built $(echo "$built"/*)"
