#ifndef ALLOCSCOPE_SAMPLER_OUTSIDE_SAMPLER_H_
#define ALLOCSCOPE_SAMPLER_OUTSIDE_SAMPLER_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "platform/ring.h"
#include "result.h"
#include "sampler/paced_thread.h"

namespace allocscope::sampler {

// Where in a row what stands. In TypeScript: outsidePlace.
enum OutsideField : size_t {
  kOutsideLength,
  kOutsideTimeMillis,  // CLOCK_MONOTONIC when the reading began.
  kOutsideProcess,     // The number under which it is followed.
  kOutsideRss,         // Bytes. 0 in a process's last row: it has ended, and this is when it was seen.
  kOutsideShared,
  kOutsideFields,
};

// Reads the memory of other processes, of each at every deadline: /proc/<pid>/statm, kept open. Some 2 µs a process.
class OutsideSampler : private PacedThread {
 public:
  static Result<std::unique_ptr<OutsideSampler>> Start(const Pace& pace, platform::Ring ring);
  ~OutsideSampler();
  OutsideSampler(const OutsideSampler&) = delete;
  OutsideSampler& operator=(const OutsideSampler&) = delete;

  // Samples the process at once and at each deadline from now on, until it ends. False when there is no such process.
  bool Follow(pid_t pid, double number);

  // Ends the thread and waits for it. What was sampled can still be drained.
  void Stop() { StopThread(); }

  platform::Ring& ring() { return ring_; }

 private:
  // The kernel answers for that process alone, also when its id is given to another one.
  struct Followed {
    double number;
    int statm;
  };

  OutsideSampler(const Pace& pace, platform::Ring ring);

  uint64_t TakeSample(uint64_t now_nanos) override;
  bool Sample(const Followed& one, uint64_t now_nanos);
  void Push(double number, uint64_t resident, uint64_t shared, uint64_t now_nanos);

  platform::Ring ring_;
  platform::RingCounters& counters_;
  // Held while they are read and their rows are pushed. Only Follow waits for it.
  std::mutex mutex_;
  std::vector<Followed> followed_;
};

}  // namespace allocscope::sampler

#endif  // ALLOCSCOPE_SAMPLER_OUTSIDE_SAMPLER_H_
