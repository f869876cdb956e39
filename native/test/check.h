#ifndef ALLOCSCOPE_TEST_CHECK_H_
#define ALLOCSCOPE_TEST_CHECK_H_

#include <string>

namespace allocscope::test {

// Counts, and prints what doesn't hold.
void Check(bool holds, const std::string& what);
int Checks();
int Failures();

// platform_test.cc
void TestPlatform();

}  // namespace allocscope::test

#endif  // ALLOCSCOPE_TEST_CHECK_H_
