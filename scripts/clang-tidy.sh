#!/usr/bin/env bash
# npm run lint:native: clang-tidy over the addon, with the flags that binding.gyp compiles it with. Arguments are regular expressions of files.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v run-clang-tidy >/dev/null; then
  echo 'clang-tidy: SKIPPED, not installed (scripts/install-test-tools.sh installs it)'
  [ -z "${CI:-}" ]
  exit
fi

npm exec -- node-gyp configure --silent -- -f=compile_commands_json
run-clang-tidy -quiet -p build/Release "$@"
