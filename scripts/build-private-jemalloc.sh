#!/usr/bin/env bash
# Builds a shared library that carries jemalloc under the prefix of Rust's tikv-jemallocator, from the distribution's own archive:
# build-private-jemalloc.sh <output>. Needs libjemalloc-dev and binutils.
set -euo pipefail
output=$1
archive=$("${CC:-gcc}" -print-file-name=libjemalloc_pic.a)
[ -f "$archive" ] || { echo 'libjemalloc_pic.a is not installed (Debian: libjemalloc-dev)' >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
nm --defined-only --extern-only "$archive" 2>/dev/null | awk 'NF == 3 { print $3, "_rjem_" $3 }' | sort -u >"$work/names"
objcopy --redefine-syms="$work/names" "$archive" "$work/libprefixed.a"
"${CXX:-g++}" -shared -o "$output" -Wl,--whole-archive "$work/libprefixed.a" -Wl,--no-whole-archive -Wl,-Bsymbolic -ldl -pthread -lm
