#ifndef ALLOCSCOPE_PROFILE_TICKER_H_
#define ALLOCSCOPE_PROFILE_TICKER_H_

#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <memory>

#include "process/statm.h"
#include "result.h"

namespace allocscope::profile {

// A thread that reads RSS every millisecond while a profiled function runs, and tells the probes when it is another one than they know, or
// was higher meanwhile. It takes 3 % of a core. It sleeps when nothing has run for some ticks.
class Ticker {
 public:
  // The ticker sets `attention`, and reads from `running` whether anything runs. Both words must outlive it.
  static Result<std::unique_ptr<Ticker>> Start(std::atomic<uint32_t>* attention, const std::atomic<uint32_t>* running);
  ~Ticker();
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

  void Wake();
  // What a probe has just seen: RSS, and the kernel's mark. While both stay the same, another look would tell nothing.
  void Saw(uint64_t resident_bytes, uint64_t mark_bytes);
  // The highest RSS at the ticks since the last call; 0 without a tick.
  uint64_t TakePeak() { return peak_bytes_.exchange(0, std::memory_order_relaxed); }

 private:
  Ticker(std::atomic<uint32_t>* attention, const std::atomic<uint32_t>* running) : attention_(attention), running_(running) {}

  static void* Enter(void* ticker);
  void Run();
  void Tick();
  // Whether RSS is, and has been, what the probes know.
  bool IsKnown(uint64_t resident_bytes) const;
  void Sleep();

  std::atomic<uint32_t>* const attention_;
  const std::atomic<uint32_t>* const running_;
  process::StatmReader statm_;
  std::atomic<uint64_t> peak_bytes_{0};
  std::atomic<uint64_t> seen_bytes_{0};
  std::atomic<uint64_t> seen_mark_bytes_{0};
  int known_ticks_ = 0;
  // Counts the calls to the thread: to wake up, and to end.
  std::atomic<uint32_t> calls_{0};
  std::atomic<bool> stop_{false};
  pthread_t thread_{};
  bool started_ = false;
};

}  // namespace allocscope::profile

#endif  // ALLOCSCOPE_PROFILE_TICKER_H_
