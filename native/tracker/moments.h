#ifndef ALLOCSCOPE_TRACKER_MOMENTS_H_
#define ALLOCSCOPE_TRACKER_MOMENTS_H_

#include <cstdint>

#include "result.h"

namespace allocscope::tracker {

// How often a moment is taken: each time that kMomentsOfAPeriod were, half as often, down to one in `longest_nanos`.
struct MomentPace {
  uint64_t period_nanos;
  uint64_t longest_nanos;
};

constexpr uint32_t kMomentsOfAPeriod = 64;

// Begins to tell another process what the session has sampled, moment by moment, through a file: what is live of each stack and what it has
// allocated by now, how much is mapped apart from malloc, and stacks and code that it wasn't told of yet. lib/track/moments.ts reads it. A
// thread does it, whatever the event loop is doing. The file holds one moment: the next is taken when the reader has emptied it. Whoever
// reads nothing costs nothing, and the file doesn't grow. `identity` is as for WriteRecord, and is copied. Once for a session, after it
// began.
Result<Done> TellMoments(int descriptor, const char* identity, const MomentPace& pace);

// Waits for the thread's end. Does nothing where there is none.
void StopTelling();

}  // namespace allocscope::tracker

#endif  // ALLOCSCOPE_TRACKER_MOMENTS_H_
