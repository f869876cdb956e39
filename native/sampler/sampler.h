#ifndef ALLOCSCOPE_SAMPLER_SAMPLER_H_
#define ALLOCSCOPE_SAMPLER_SAMPLER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "allocator/backend.h"
#include "platform/ring.h"
#include "process/statm.h"
#include "result.h"
#include "sampler/paced_thread.h"
#include "sampler/published.h"

namespace allocscope::sampler {

struct Options {
  Pace pace;
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

// A thread that reads RSS and the allocator's footprint.
class Sampler : private PacedThread {
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

  uint64_t TakeSample(uint64_t now_nanos) override;
  void ReadInto(double* row);

  const allocator::Backend& backend_;
  const Options options_;
  const size_t figures_;
  process::StatmReader statm_;
  Published published_;
  platform::Ring ring_;
  platform::RingCounters& counters_;
  std::vector<double> row_;
};

}  // namespace allocscope::sampler

#endif  // ALLOCSCOPE_SAMPLER_SAMPLER_H_
