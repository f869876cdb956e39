#ifndef ALLOCSCOPE_TRACKER_NATIVE_STACK_H_
#define ALLOCSCOPE_TRACKER_NATIVE_STACK_H_

#include <cstddef>
#include <cstdint>

namespace allocscope::tracker {

// Finds where the calling thread's stack begins and ends. Takes no lock and allocates nothing: it is called from within allocations.
void FindStackBounds();

// The return addresses of the frame at `frame` and of those around it, innermost first, by the chain of frame pointers. Reads within the
// thread's stack alone, and ends where the chain doesn't lead outwards: code that was compiled without frame pointers uses the register for
// something else. Returns how many were written.
size_t WalkFrames(const void* frame, uintptr_t* return_addresses, size_t most);

}  // namespace allocscope::tracker

#endif  // ALLOCSCOPE_TRACKER_NATIVE_STACK_H_
