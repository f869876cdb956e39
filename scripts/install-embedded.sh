#!/usr/bin/env bash
# Installs packages whose addons carry an allocator of their own, under .cache/embedded, for the tests of what is found in them. Idempotent. When they
# can't be installed, it says so and goes on. The tests that need them are then visibly skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=.cache/embedded

# Exact versions: the tests know which allocator is in each. All of them run on Node 20.
# @duckdb/node-api: a jemalloc that exports duckdb_je_mallctl. The others: a mimalloc that exports nothing; rspack's leaves it to the kernel where its
# memory lies.
packages=(@duckdb/node-api@1.5.6-r.1 @swc/core@1.16.22 @resvg/resvg-js@2.6.2 oxc-parser@0.159.0 rolldown@1.3.2 @rspack/core@2.3.3)

say() { printf 'install-embedded: %s\n' "$*"; }

wanted=$(printf '%s\n' "${packages[@]}")
if [ "$(cat "$folder/installed" 2>/dev/null)" = "$wanted" ]; then
  say 'every package is there'
  exit
fi

mkdir -p "$folder"
# A project of its own: npm would else look for the one around it.
echo '{ "private": true }' >"$folder/package.json"
if npm install --prefix "$folder" --silent --no-audit --no-fund --ignore-scripts --save-exact "${packages[@]}"; then
  echo "$wanted" >"$folder/installed"
  say "installed ${packages[*]}"
else
  say "could not install ${packages[*]}"
fi
