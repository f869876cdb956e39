#ifndef ALLOCSCOPE_TRACKER_TRACKER_H_
#define ALLOCSCOPE_TRACKER_TRACKER_H_

#include <link.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "result.h"
#include "tracker/slots.h"

namespace allocscope::tracker {

// Samples the native allocations of the whole process, by one session at a time.

// Begins a session: puts the hooks in, logs the code of the calling thread's isolate, then samples on average one of `interval_bytes`
// bytes; at 1 every block. UNSUPPORTED where the process can't be tracked, TRACKING when it already is.
Result<PatchedSlots> Start(uint64_t interval_bytes);

// Ends it, in the thread that began it. What was sampled stays until the next. Returns how many slots could not be put back.
size_t Stop();

bool IsTracking();

// Only the calling thread's next block of exactly so many bytes is sampled, for sure, and nothing of this thread before it.
void AwaitBlock(uint64_t bytes);

// Whether `block` is among the sampled ones that are live.
bool IsSampled(const void* block);

// The addresses that a loaded object's segments are within.
struct ObjectBounds {
  uintptr_t begin = UINTPTR_MAX;
  uintptr_t end = 0;
};

ObjectBounds BoundsOf(const dl_phdr_info& object);

// A loaded object, for whoever names addresses.
struct NamedObject {
  // Empty for the program itself.
  std::string path;
  uintptr_t bias = 0;
  uintptr_t begin = 0;
  uintptr_t end = 0;
};

std::vector<NamedObject> ListObjects();

}  // namespace allocscope::tracker

#endif  // ALLOCSCOPE_TRACKER_TRACKER_H_
