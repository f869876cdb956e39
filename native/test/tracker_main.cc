// The tracker's tests alone, for ThreadSanitizer: scripts/sanitize.sh builds and runs it.
#include <cstdio>

#include "test/check.h"

int main() {
  allocscope::test::TestTracker();
  std::printf("tracker: %d checks, %d failed\n", allocscope::test::Checks(), allocscope::test::Failures());
  return allocscope::test::Failures() == 0 ? 0 : 1;
}
