#!/usr/bin/env bash
# valgrind's memcheck over the rooms alone, leaks included, and over the addon within Node. Any error fails.
# valgrind replaces malloc by its own, which no back end serves: the live allocator is unknown here, and sanitize.sh covers glibc's.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v valgrind >/dev/null; then
  echo 'valgrind: SKIPPED, not installed (scripts/install-test-tools.sh installs it)'
  [ -z "${CI:-}" ]
  exit
fi

echo '── valgrind: the rooms'
scripts/build-rooms-test.sh .cache/valgrind/rooms
# One test has a frame of 4 MiB, which is else taken for a switch to another stack. A forked child's errors would be printed but not counted.
valgrind --quiet --error-exitcode=1 --leak-check=full --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect \
  --max-stackframe=6000000 --child-silent-after-fork=yes .cache/valgrind/rooms unknown

echo '── valgrind: the addon within Node'
# V8 compiles nothing here (--jitless): generated code that valgrind can't follow is Node's matter.
ALLOCSCOPE_EXPECT_ALLOCATOR=unknown valgrind --quiet --error-exitcode=1 \
  node --jitless test/smoke/smoke.test.cjs
echo 'valgrind: clean'
