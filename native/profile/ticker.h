#ifndef ALLOCSCOPE_PROFILE_TICKER_H_
#define ALLOCSCOPE_PROFILE_TICKER_H_

#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <memory>

#include "process/statm.h"
#include "result.h"

namespace allocscope::profile {

// A thread that reads RSS every millisecond while a profiled function runs, and tells the probes that time has passed. 3 % of a core while
// it ticks; it sleeps when nothing has run for some ticks.
class Ticker {
 public:
  // Both words outlive the ticker: `attention` is told, `running` says whether anything runs.
  static Result<std::unique_ptr<Ticker>> Start(std::atomic<uint32_t>* attention, const std::atomic<uint32_t>* running);
  ~Ticker();
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

  void Wake();
  // The most that RSS was at the ticks since the last call; 0 without one.
  uint64_t TakePeak() { return peak_bytes_.exchange(0, std::memory_order_relaxed); }

 private:
  Ticker(std::atomic<uint32_t>* attention, const std::atomic<uint32_t>* running) : attention_(attention), running_(running) {}

  static void* Enter(void* ticker);
  void Run();
  void Tick();
  void Sleep();

  std::atomic<uint32_t>* const attention_;
  const std::atomic<uint32_t>* const running_;
  process::StatmReader statm_;
  std::atomic<uint64_t> peak_bytes_{0};
  // Counts what the thread has to notice: that it is woken, and that it is to end.
  std::atomic<uint32_t> calls_{0};
  std::atomic<bool> stop_{false};
  pthread_t thread_{};
  bool started_ = false;
};

}  // namespace allocscope::profile

#endif  // ALLOCSCOPE_PROFILE_TICKER_H_
