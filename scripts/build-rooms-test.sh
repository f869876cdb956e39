#!/usr/bin/env bash
# Builds native/test/rooms_test.cc with the rooms it tests: build-rooms-test.sh <output> [compiler flag…]
set -euo pipefail
cd "$(dirname "$0")/.."

output=$1
shift
rooms=()
for room in platform process allocator sampler whatif profile; do
  while IFS= read -r source; do rooms+=("$source"); done < <(find "native/$room" -name '*.cc' | sort)
done
objects="$output.o"
rm -rf "$objects"
mkdir -p "$objects"

# Each object is named after its source, whose name alone isn't unique.
compile() {
  "${CXX:-g++}" -std=c++17 -g -O0 -fno-omit-frame-pointer -Wall -Wextra -Inative "${@:2}" -c "$1" -o "$objects/${1//\//-}.o"
}
export -f compile
export objects
printf '%s\0' native/test/rooms_test.cc "${rooms[@]}" | xargs -0 -P "$(nproc)" -I{} bash -c 'compile "$@"' compile {} "$@"
"${CXX:-g++}" "$@" "$objects"/*.o -o "$output" -ldl -pthread
