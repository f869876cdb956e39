#!/usr/bin/env bash
# Builds native/test/rooms_test.cc with the rooms it tests: build-rooms-test.sh <output> [compiler flag…]
set -euo pipefail
cd "$(dirname "$0")/.."

output=$1
shift
mapfile -t rooms < <(find native/platform native/process native/allocator native/sampler native/profile -name '*.cc' | sort)
mkdir -p "$(dirname "$output")"
"${CXX:-g++}" -std=c++17 -g -O1 -fno-omit-frame-pointer -Wall -Wextra -Inative "$@" native/test/rooms_test.cc "${rooms[@]}" -o "$output" -ldl -pthread
