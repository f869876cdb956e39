#ifndef ALLOCSCOPE_SAMPLER_PACED_THREAD_H_
#define ALLOCSCOPE_SAMPLER_PACED_THREAD_H_

#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <optional>

#include "platform/ring.h"

namespace allocscope::sampler {

struct Pace {
  uint64_t interval_nanos;
  // The share of a core that the thread may use, wake-ups included. While it uses more, the interval grows.
  double max_cpu_share;
  // How often the thread looks what it has used: a system call that costs more than reading every arena.
  uint64_t adapt_nanos = 100'000'000;
};

// A thread that takes a sample at absolute deadlines, even while the thread that started it is blocked, and counts how it keeps them.
class PacedThread {
 public:
  PacedThread(const PacedThread&) = delete;
  PacedThread& operator=(const PacedThread&) = delete;

 protected:
  // `counters` outlive the thread.
  PacedThread(const Pace& pace, platform::RingCounters* counters);
  ~PacedThread() = default;

  // False, with the number of the error, when there is no thread to be had.
  bool StartThread(int* error);
  // Waits for the thread's end; false when there was none. Whoever derives from this calls it before what a sample needs goes away.
  bool StopThread();

  // By the thread. The time at which the sample was done.
  virtual uint64_t TakeSample(uint64_t now_nanos) = 0;

 private:
  static void* Enter(void* thread);
  void Run();
  std::optional<uint64_t> WaitUntil(uint64_t deadline_nanos, uint64_t now_nanos);
  void Adapt(uint64_t now_nanos);
  uint64_t LastPassed(uint64_t deadline_nanos, uint64_t now_nanos);
  void CountUnmet(uint64_t deadline_nanos, uint64_t now_nanos);

  const Pace pace_;
  platform::RingCounters& counters_;
  uint64_t interval_nanos_;
  // For adapting the interval: the thread's time at the last look, when that look was, and the samples since.
  uint64_t cpu_nanos_ = 0;
  uint64_t adapted_nanos_ = 0;
  uint64_t samples_since_ = 0;
  double smoothed_cost_nanos_ = 0;
  pthread_t thread_{};
  bool running_ = false;
  std::atomic<uint32_t> stop_{0};
};

}  // namespace allocscope::sampler

#endif  // ALLOCSCOPE_SAMPLER_PACED_THREAD_H_
