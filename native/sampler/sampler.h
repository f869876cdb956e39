#ifndef ALLOCSCOPE_SAMPLER_SAMPLER_H_
#define ALLOCSCOPE_SAMPLER_SAMPLER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "allocator/backend.h"
#include "platform/ring.h"
#include "process/number_file.h"
#include "process/statm.h"
#include "result.h"
#include "sampler/paced_thread.h"
#include "sampler/published.h"
#include "sampler/slot_file.h"

namespace allocscope::sampler {

struct Options {
  Pace pace;
  // Figures of the owner's own that each row carries as well: see Publish.
  size_t published = 0;
  // Of a control group, what it is charged: read for kOwnCharged. Empty where there is none.
  std::string usage_file = {};
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

// What follows the published figures in rows that go into a file's slots.
enum OwnFigure : size_t {
  kOwnShared,   // Of RSS: files and shared memory.
  kOwnCharged,  // What the control group is charged.
  kOwnFigures,
};

// More than glibc makes by itself on 250 cores; of a longer list the newest arenas are given.
constexpr size_t kMaxArenas = 2048;

// A thread that reads RSS and the allocator's footprint.
class Sampler : private PacedThread {
 public:
  // Records into `ring`, whose format is kRowFormat; with `slots` into these, and the ring is there for its counters alone.
  static Result<std::unique_ptr<Sampler>> Start(const allocator::Backend& backend, const Options& options, platform::Ring ring,
                                                std::unique_ptr<SlotFile> slots = nullptr);
  ~Sampler();
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  // Ends the thread and waits for it. What was sampled can still be drained. Into slots, a last row is written.
  void Stop();

  // Gives the rows from now on these figures, Options::published of them. By one thread alone.
  void Publish(const double* figures) { published_.Write(figures); }
  size_t published() const { return published_.count(); }

  platform::Ring& ring() { return ring_; }
  // Null unless it records into slots.
  SlotFile* slots() { return slots_.get(); }
  size_t longest_row() const { return row_.size(); }

 private:
  Sampler(const allocator::Backend& backend, const Options& options, platform::Ring ring, std::unique_ptr<SlotFile> slots);

  size_t own_figures() const { return slots_ == nullptr ? 0 : size_t{kOwnFigures}; }
  uint64_t TakeSample(uint64_t now_nanos) override;
  void ReadInto(double* row);
  bool Keep();

  const allocator::Backend& backend_;
  const Options options_;
  const size_t figures_;
  process::StatmReader statm_;
  process::NumberFile usage_;
  Published published_;
  platform::Ring ring_;
  std::unique_ptr<SlotFile> slots_;
  platform::RingCounters& counters_;
  std::vector<double> row_;
};

}  // namespace allocscope::sampler

#endif  // ALLOCSCOPE_SAMPLER_SAMPLER_H_
