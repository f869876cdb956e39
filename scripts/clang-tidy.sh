#!/usr/bin/env bash
# npm run lint:native: clang-tidy over the addon, with the flags that binding.gyp compiles it with: a room at a time, or file by file those whose paths
# match the arguments, which are regular expressions.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v run-clang-tidy >/dev/null; then
  echo 'clang-tidy: SKIPPED, not installed (scripts/install-test-tools.sh installs it)'
  [ -z "${CI:-}" ]
  exit
fi

npm exec -- node-gyp configure --silent -- -f=compile_commands_json
commands=build/Release
[ $# -gt 0 ] || commands=$(node scripts/lint/join-sources.mjs)
run-clang-tidy -quiet -p "$commands" "$@"
