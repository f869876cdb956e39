#ifndef ALLOCSCOPE_PROFILE_PROFILER_H_
#define ALLOCSCOPE_PROFILE_PROFILER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "process/statm.h"
#include "profile/heap_counter.h"
#include "profile/mapped_file.h"
#include "profile/peak_mark.h"
#include "profile/state.h"
#include "profile/ticker.h"
#include "profile/v8_workers.h"
#include "result.h"

namespace allocscope::profile {

// Measures one thread: its heap's counter, the ticking thread, and the record into which the probes write their figures.
class Profiler {
 public:
  // The record is the file `path` of `bytes`, its header included. The counter outlives the profiler.
  static Result<std::unique_ptr<Profiler>> Start(const std::string& path, size_t bytes, HeapCounter* counter);
  ~Profiler() { Stop(); }
  Profiler(const Profiler&) = delete;
  Profiler& operator=(const Profiler&) = delete;

  // Ends the thread, and leaves the counter. The record stays mapped.
  void Stop();

  // Brings the header's figures and words up to date. Allocates nothing.
  void Synchronise();

  // Before a collection by which lines are charged: what V8's background compilers hold then would count as theirs.
  void WaitForV8Workers();

  // Like Synchronise, but no line is charged for what was allocated since the last probe.
  void Disown();

  const MappedFile& record() const { return *record_; }
  const HeapCounter& counter() const { return *counter_; }
  uint64_t kept_peak_bytes() const { return peak_mark_.kept_bytes(); }

 private:
  explicit Profiler(std::unique_ptr<MappedFile> record) : record_(std::move(record)) {}

  // Whether no call of a profiled function is under way or suspended: nothing is charged with what is allocated.
  static bool IsIdle(void* profiler);

  double* figures() const { return static_cast<double*>(record_->memory()); }
  std::atomic<uint32_t>* word(size_t place) const;
  void WriteHeap();
  void WriteWords();
  void WriteRss();

  const std::unique_ptr<MappedFile> record_;
  HeapCounter* counter_ = nullptr;
  std::unique_ptr<Ticker> ticker_;
  process::StatmReader statm_;
  PeakMark peak_mark_;
  // Nothing before the first wait.
  std::optional<V8Workers> v8_workers_;
};

}  // namespace allocscope::profile

#endif  // ALLOCSCOPE_PROFILE_PROFILER_H_
