#!/usr/bin/env bash
# Installs packages with addons that tests load, each set in a folder of its own under .cache. Idempotent. When they can't be installed, it says so and goes
# on. The tests that need them are then visibly skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'install-packages: %s\n' "$*"; }

# Exact versions: tests know what is in each.
install_set() {
  local folder=.cache/$1 wanted
  shift
  wanted=$(printf '%s\n' "$@")
  if [ "$(cat "$folder/installed" 2>/dev/null)" = "$wanted" ]; then
    say "$folder: every package is there"
    return
  fi
  mkdir -p "$folder"
  # A project of its own: npm would else look for the one around it.
  echo '{ "private": true }' >"$folder/package.json"
  if npm install --prefix "$folder" --silent --no-audit --no-fund --ignore-scripts --save-exact "$@"; then
    echo "$wanted" >"$folder/installed"
    say "$folder: installed $*"
  else
    say "$folder: could not install $*"
  fi
}

# Allocators within addons. @duckdb/node-api: a jemalloc that exports duckdb_je_mallctl. The others: a mimalloc that exports nothing; rspack's leaves it to
# the kernel where its memory lies. All of them run on Node 20.
install_set embedded @duckdb/node-api@1.5.6-r.1 @swc/core@1.16.22 @resvg/resvg-js@2.6.2 oxc-parser@0.159.0 rolldown@1.3.2 @rspack/core@2.3.3
# Addons that ask malloc: in the calling thread, and sharp in node's pool of threads.
install_set addons @napi-rs/canvas@1.1.1 libsql@0.5.29 sharp@0.35.5
# Bundlers, each of which leaves allocscope out of what it makes; esbuild is a development dependency.
install_set bundlers rollup@4.68.8 webpack@5.113.0 @vercel/ncc@0.45.0
# Other runtimes that load the package: their executables, which npm's packages carry.
case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) install_set runtimes @oven/bun-linux-x64@1.4.5 @deno/linux-x64-glibc@2.9.6 ;;
  *) say "no executables of Bun and Deno for $(uname -sm)" ;;
esac
