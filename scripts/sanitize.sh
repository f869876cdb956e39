#!/usr/bin/env bash
# AddressSanitizer and UndefinedBehaviorSanitizer over the rooms alone and over the addon within Node. Any finding fails.
# Works in .cache/sanitize, so that the ordinary build stays as it is.
set -euo pipefail
cd "$(dirname "$0")/.."

work=.cache/sanitize
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1

say() { printf '\n── sanitize: %s\n' "$*"; }

# UBSan leaves malloc alone, so glibc's own is the live one; under ASan malloc is the sanitizer's, which no back end serves.
say 'the rooms under UBSan, with the allocator of the system'
scripts/build-rooms-test.sh "$work/rooms-ubsan" -fsanitize=undefined -fno-sanitize-recover=all
"$work/rooms-ubsan" glibc

say 'the rooms under ASan and UBSan, leaks included'
scripts/build-rooms-test.sh "$work/rooms-asan" -fsanitize=address,undefined -fno-sanitize-recover=all
ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1 "$work/rooms-asan" unknown

say 'the addon'
rm -rf "$work/package"
mkdir -p "$work/package"
cp -R package.json binding.gyp native dist test "$work/package/"
ln -s "$PWD/node_modules" "$work/package/node_modules"
(cd "$work/package" && npm exec -- node-gyp rebuild -j max --silent -- -Dsanitize=address,undefined)

# Without leak detection: V8 and Node keep what they have to the end of the process, and the rooms were checked above.
say 'the smoke tests, with the addon under ASan and UBSan'
for file in "$work"/package/test/smoke/smoke.test.*; do
  env -u PREBUILDS_ONLY LD_PRELOAD="$("${CXX:-g++}" -print-file-name=libasan.so)" ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0 \
    ALLOCSCOPE_EXPECT_ALLOCATOR=unknown node "$file"
done
say 'clean'
