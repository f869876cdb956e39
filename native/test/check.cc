#include "test/check.h"

#include <cstdio>

namespace allocscope::test {
namespace {

int checks = 0;
int failures = 0;

}  // namespace

void Check(bool holds, const std::string& what) {
  checks++;
  if (holds) return;
  failures++;
  std::fprintf(stderr, "FAILED: %s\n", what.c_str());
}

int Checks() { return checks; }
int Failures() { return failures; }

}  // namespace allocscope::test
