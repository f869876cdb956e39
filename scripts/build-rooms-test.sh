#!/usr/bin/env bash
# Builds the tests of native/test that do without Node, and the rooms they test: build-rooms-test.sh <output> [compiler flag…]
# With ROOMS_OBJECTS, the folder where a build with the same flags has the objects of all libraries, the rooms aren't compiled again.
set -euo pipefail
cd "$(dirname "$0")/.."

output=$1
shift
rooms=()
for room in platform process allocator embedded sampler whatif profile ledger tracker; do
  while IFS= read -r source; do rooms+=("$source"); done < <(find "native/$room" -name '*.cc' -not -path native/tracker/addon.cc | sort)
done
compiled=()
if [ -n "${ROOMS_OBJECTS:-}" ]; then
  for source in "${rooms[@]}"; do
    for library in allocscope_readings allocscope allocscope_tracker; do
      object=$ROOMS_OBJECTS/$library/${source%.cc}.o
      [ ! -f "$object" ] || break
    done
    compiled+=("$object")
  done
  rooms=()
fi
objects="$output.o"
rm -rf "$objects"
mkdir -p "$objects"

# Each object is named after its source, whose name alone isn't unique.
compile() {
  "${CXX:-g++}" -std=c++17 -g1 -O0 -fno-omit-frame-pointer -Wall -Wextra -Inative "${@:2}" -c "$1" -o "$objects/${1//\//-}.o"
}
export -f compile
export objects
printf '%s\0' native/test/check.cc native/test/*_test.cc "${rooms[@]}" | xargs -0 -P "$(nproc)" -I{} bash -c 'compile "$@"' compile {} "$@"
"${CXX:-g++}" "$@" "$objects"/*.o "${compiled[@]}" -o "$output" -ldl -pthread
