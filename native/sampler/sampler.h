#ifndef ALLOCSCOPE_SAMPLER_SAMPLER_H_
#define ALLOCSCOPE_SAMPLER_SAMPLER_H_

#include <pthread.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "allocator/backend.h"
#include "process/statm.h"
#include "result.h"
#include "sampler/ring.h"

namespace allocscope::sampler {

struct Options {
  uint64_t interval_nanos;
  // The share of a core that the thread may use, waking up included: the interval is lengthened until it does.
  double max_cpu_share;
  size_t ring_words;
};

// Where in a record what stands. After kRecordFigures come the back end's footprint figures, then the arenas' bytes.
enum RecordField : size_t {
  kRecordLength,
  kRecordTimeMillis,  // CLOCK_MONOTONIC when the reading began.
  kRecordCostMicros,
  kRecordMissed,
  kRecordLost,
  kRecordArenas,  // How many arenas there are; at most kMaxArenas of them follow.
  kRecordRss,
  kRecordFigures,
};

// More than glibc makes by itself on 250 cores; of a longer list the newest arenas are given.
constexpr size_t kMaxArenas = 2048;

struct Counters {
  uint64_t samples;
  // Deadlines that passed without a sample, as the thread wasn't run.
  uint64_t missed;
  // Samples that the full ring had no room for.
  uint64_t lost;
  uint64_t cpu_nanos;
  uint64_t elapsed_nanos;
  // What is kept now, which is more than what was asked for while samples are dear.
  uint64_t interval_nanos;
};

// A thread of its own that reads RSS and the allocator's footprint at absolute deadlines, whatever the thread that started it is doing.
class Sampler {
 public:
  static Result<std::unique_ptr<Sampler>> Start(const allocator::Backend& backend, const Options& options);
  ~Sampler();
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  // Ends the thread and waits for it. What was sampled can still be drained.
  void Stop();

  size_t Drain(double* into, size_t capacity) { return ring_.Drain(into, capacity); }
  size_t longest_record() const { return record_.size(); }
  Counters counters() const;

 private:
  Sampler(const allocator::Backend& backend, const Options& options);

  bool StartThread(int* error);
  static void* Enter(void* sampler);
  void Run();
  bool WaitUntil(uint64_t deadline_nanos);
  void TakeSample();
  void ReadInto(double* record);
  void Adapt(double cost_nanos);
  uint64_t NextDeadline(uint64_t deadline_nanos);

  const allocator::Backend& backend_;
  const Options options_;
  const size_t figures_;
  process::StatmReader statm_;
  Ring ring_;
  std::vector<double> record_;
  double smoothed_cost_nanos_ = 0;
  const uint64_t started_nanos_;
  uint64_t stopped_nanos_ = 0;
  pthread_t thread_{};
  bool running_ = false;
  std::atomic<uint32_t> stop_{0};
  std::atomic<uint64_t> samples_{0};
  std::atomic<uint64_t> missed_{0};
  std::atomic<uint64_t> lost_{0};
  std::atomic<uint64_t> cpu_nanos_{0};
  std::atomic<uint64_t> interval_nanos_;
};

}  // namespace allocscope::sampler

#endif  // ALLOCSCOPE_SAMPLER_SAMPLER_H_
