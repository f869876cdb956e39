#ifndef ALLOCSCOPE_SAMPLER_SAMPLER_H_
#define ALLOCSCOPE_SAMPLER_SAMPLER_H_

#include <pthread.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "allocator/backend.h"
#include "platform/ring.h"
#include "process/statm.h"
#include "result.h"
#include "sampler/published.h"

namespace allocscope::sampler {

struct Options {
  uint64_t interval_nanos;
  // The share of a core that the thread may use, wake-ups included. While it uses more, the interval grows.
  double max_cpu_share;
  // Figures of the owner's own that each row carries as well: see Publish.
  size_t published = 0;
};

// Of the rows in a ring that two processes share: another number wherever RowField, or what follows its fields, is another.
constexpr uint32_t kRowFormat = 1;

// Where in a row what stands. After kRowFigures come the back end's footprint figures, then what the owner published, then the
// arenas' bytes. In TypeScript: rowPlace.
enum RowField : size_t {
  kRowLength,
  kRowTimeMillis,  // CLOCK_MONOTONIC when the reading began.
  kRowCostMicros,
  kRowMissed,
  kRowLost,
  kRowArenas,  // How many arenas there are; at most kMaxArenas of them follow.
  kRowRss,
  kRowFigures,
};

// More than glibc makes by itself on 250 cores; of a longer list the newest arenas are given.
constexpr size_t kMaxArenas = 2048;

// A thread that reads RSS and the allocator's footprint at absolute deadlines, even while the thread that started it is blocked.
class Sampler {
 public:
  // Records into `ring`, whose format is kRowFormat.
  static Result<std::unique_ptr<Sampler>> Start(const allocator::Backend& backend, const Options& options, platform::Ring ring);
  ~Sampler();
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  // Ends the thread and waits for it. What was sampled can still be drained.
  void Stop();

  // Gives the rows from now on these figures, Options::published of them. By one thread alone.
  void Publish(const double* figures) { published_.Write(figures); }
  size_t published() const { return published_.count(); }

  platform::Ring& ring() { return ring_; }
  size_t longest_row() const { return row_.size(); }

 private:
  Sampler(const allocator::Backend& backend, const Options& options, platform::Ring ring);

  bool StartThread(int* error);
  static void* Enter(void* sampler);
  void Run();
  std::optional<uint64_t> WaitUntil(uint64_t deadline_nanos, uint64_t now_nanos);
  uint64_t TakeSample(uint64_t now_nanos);
  void ReadInto(double* row);
  void Adapt(uint64_t now_nanos);
  uint64_t LastPassed(uint64_t deadline_nanos, uint64_t now_nanos);
  void CountUnmet(uint64_t deadline_nanos, uint64_t now_nanos);

  const allocator::Backend& backend_;
  const Options options_;
  const size_t figures_;
  process::StatmReader statm_;
  Published published_;
  platform::Ring ring_;
  platform::RingCounters& counters_;
  std::vector<double> row_;
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

#endif  // ALLOCSCOPE_SAMPLER_SAMPLER_H_
