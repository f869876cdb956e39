#ifndef ALLOCSCOPE_PLATFORM_CLOCK_H_
#define ALLOCSCOPE_PLATFORM_CLOCK_H_

#include <time.h>

#include <cstdint>

namespace allocscope::platform {

inline uint64_t MonotonicNanos() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(now.tv_nsec);
}

}  // namespace allocscope::platform

#endif  // ALLOCSCOPE_PLATFORM_CLOCK_H_
