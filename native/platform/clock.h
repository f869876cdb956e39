#ifndef ALLOCSCOPE_PLATFORM_CLOCK_H_
#define ALLOCSCOPE_PLATFORM_CLOCK_H_

#include <time.h>

#include <cstdint>

namespace allocscope::platform {

constexpr double kNanosPerMilli = 1e6;

inline uint64_t NanosOf(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(now.tv_nsec);
}

inline uint64_t MonotonicNanos() { return NanosOf(CLOCK_MONOTONIC); }

// Time that the calling thread has had on a core.
inline uint64_t ThreadCpuNanos() { return NanosOf(CLOCK_THREAD_CPUTIME_ID); }

}  // namespace allocscope::platform

#endif  // ALLOCSCOPE_PLATFORM_CLOCK_H_
