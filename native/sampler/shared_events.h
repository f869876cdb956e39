#ifndef ALLOCSCOPE_SAMPLER_SHARED_EVENTS_H_
#define ALLOCSCOPE_SAMPLER_SHARED_EVENTS_H_

#include <cstddef>
#include <optional>

#include "sampler/slot_file.h"

namespace allocscope::sampler {

// The events of the one file that this process records itself into, for all its threads: a worker's marks don't wait for the main thread,
// whose event loop may not turn any more.
class SharedEvents {
 public:
  // While it lives, threads write into `file`. There is one at a time. Its end waits for a thread that is writing.
  SharedEvents(SlotFile* file, double start_millis);
  ~SharedEvents();
  SharedEvents(const SharedEvents&) = delete;
  SharedEvents& operator=(const SharedEvents&) = delete;

  // From any thread. When the recording began, milliseconds of CLOCK_MONOTONIC. Nothing while there is none.
  static std::optional<double> StartMillis();
  // From any thread. False when there is no file, or it couldn't be written.
  static bool Write(const void* event, size_t bytes);
};

}  // namespace allocscope::sampler

#endif  // ALLOCSCOPE_SAMPLER_SHARED_EVENTS_H_
