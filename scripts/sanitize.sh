#!/usr/bin/env bash
# AddressSanitizer and UndefinedBehaviorSanitizer over the rooms alone and over the addon within Node. Any finding fails; every stage runs, whatever
# became of the one before. Works in .cache/sanitize, so that the ordinary build stays as it is.
set -uo pipefail
cd "$(dirname "$0")/.."

work=.cache/sanitize
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
titles=()
jobs=()

# Begins a stage beside the others: while one waits for its only thread, another compiles.
stage() {
  titles+=("$1")
  (
    set -e
    "$2"
  ) >"$logs/${#jobs[@]}" 2>&1 &
  jobs+=($!)
}

# UBSan leaves malloc alone, so glibc's own is the live one.
rooms_under_ubsan() {
  scripts/build-rooms-test.sh "$work/rooms-ubsan" -fsanitize=undefined -fno-sanitize-recover=all
  "$work/rooms-ubsan" glibc
}

# Under ASan malloc is the sanitizer's, which no back end serves.
rooms_under_asan() {
  ROOMS_OBJECTS=$work/package/build/Release/obj.target scripts/build-rooms-test.sh "$work/rooms-asan" \
    -fsanitize=address,undefined -fno-sanitize-recover=all
  ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1 "$work/rooms-asan" unknown
}

# What several threads do at once without a lock. Without randomised addresses, among which the sanitizer's own don't always fit.
tracker_under_tsan() {
  "${CXX:-g++}" -std=c++17 -g1 -O1 -fno-omit-frame-pointer -fno-optimize-sibling-calls -fsanitize=thread -Wno-tsan -Inative native/test/check.cc \
    native/test/tracker_main.cc native/test/tracker_test.cc native/tracker/{hooks,sampling,slots,relocations,isolates,code_log}.cc \
    native/tracker/{live_table,mappings,stack_store,native_stack,pool_work,reserved_memory}.cc native/platform/symbol_lookup.cc -o "$work/tracker-tsan" -ldl -pthread
  setarch -R "$work/tracker-tsan"
}

# Without leak detection: V8 and Node keep what they have to the end of the process, and the rooms are checked above.
addon_under_asan() {
  for file in "$work"/package/test/smoke/smoke.test.*; do
    env -u PREBUILDS_ONLY LD_PRELOAD="$("${CXX:-g++}" -print-file-name=libasan.so)" ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0 \
      ALLOCSCOPE_EXPECT_ALLOCATOR=unknown node "$file"
  done
}

stage 'the rooms under UBSan, with the allocator of the system' rooms_under_ubsan
# What it compiles of the rooms is tested alone as well.
stage 'the build of the addon' scripts/build-sanitized.sh
stage 'the tracker under TSan' tracker_under_tsan
wait "${jobs[1]}"
stage 'the rooms under ASan and UBSan, leaks included' rooms_under_asan
stage 'the smoke tests, with the addon under ASan and UBSan' addon_under_asan

failed=()
for index in "${!jobs[@]}"; do
  # Not as a part of `||`, within which bash ignores -e.
  wait "${jobs[$index]}"
  status=$?
  printf '\n── sanitize: %s\n' "${titles[$index]}"
  cat "$logs/$index"
  [ "$status" -eq 0 ] || failed+=("${titles[$index]}")
done

if [ "${#failed[@]}" -gt 0 ]; then
  printf '\nsanitize: failed: %s\n' "${failed[@]}"
  exit 1
fi
printf '\n── sanitize: clean\n'
