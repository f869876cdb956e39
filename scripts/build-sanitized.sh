#!/usr/bin/env bash
# Builds a copy of the package in .cache/sanitize/package, whose addon AddressSanitizer and UndefinedBehaviorSanitizer watch.
set -euo pipefail
cd "$(dirname "$0")/.."

package=.cache/sanitize/package
rm -rf "$package"
mkdir -p "$package"
cp -R package.json binding.gyp native dist scripts test "$package/"
ln -s "$PWD/node_modules" "$package/node_modules"
cd "$package"
CXXFLAGS=-fno-sanitize-recover=all npm exec -- node-gyp rebuild -j max --silent -- -Dsanitize=address,undefined
