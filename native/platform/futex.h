#ifndef ALLOCSCOPE_PLATFORM_FUTEX_H_
#define ALLOCSCOPE_PLATFORM_FUTEX_H_

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <cstdint>

namespace allocscope::platform {

static_assert(sizeof(std::atomic<uint32_t>) == sizeof(uint32_t), "a futex is a plain word");

// Sleeps until CLOCK_MONOTONIC reads `deadline_nanos`, or `word` no longer holds `expected` and somebody woke it. May return early.
// A condition variable would need pthread_condattr_setclock, which old and new glibc export under different versions.
inline void FutexWaitUntil(const std::atomic<uint32_t>& word, uint32_t expected, uint64_t deadline_nanos) {
  timespec deadline{};
  deadline.tv_sec = static_cast<decltype(deadline.tv_sec)>(deadline_nanos / 1'000'000'000u);
  deadline.tv_nsec = static_cast<decltype(deadline.tv_nsec)>(deadline_nanos % 1'000'000'000u);
  syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, expected, &deadline, nullptr, FUTEX_BITSET_MATCH_ANY);
}

inline void FutexWakeAll(const std::atomic<uint32_t>& word) { syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0); }

}  // namespace allocscope::platform

#endif  // ALLOCSCOPE_PLATFORM_FUTEX_H_
