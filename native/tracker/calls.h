#ifndef ALLOCSCOPE_TRACKER_CALLS_H_
#define ALLOCSCOPE_TRACKER_CALLS_H_

#include <cstddef>

namespace allocscope::tracker {

// The calls whose slots are patched: those that allocate or free, those that map and unmap, and those by which the tracker knows what else
// belongs to an allocation. The C++ names are those of the Itanium ABI for 64-bit platforms.
enum Call : size_t {
  kMalloc,
  kCalloc,
  kRealloc,
  kReallocArray,
  kFree,
  kPosixMemalign,
  kAlignedAlloc,
  kMemalign,
  kValloc,
  kPvalloc,
  kNew,
  kNewArray,
  kNewNothrow,
  kNewArrayNothrow,
  kNewAligned,
  kNewArrayAligned,
  kNewAlignedNothrow,
  kNewArrayAlignedNothrow,
  kDelete,
  kDeleteArray,
  kDeleteSized,
  kDeleteArraySized,
  kDeleteNothrow,
  kDeleteArrayNothrow,
  kDeleteAligned,
  kDeleteArrayAligned,
  kDeleteSizedAligned,
  kDeleteArraySizedAligned,
  kMmap,
  kMmap64,
  kMunmap,
  kMremap,
  kSbrk,
  kBrk,
  kDlopen,
  kNapiCreateAsyncWork,
  kCalls,
};

// A call by its symbol, what stands in its slots while something is tracked, and what it really is: null while that isn't known.
struct CallEntry {
  const char* symbol;
  void* hook;
  void* real;
  // The program defines it itself, for what it loads.
  bool is_of_program = false;
};

// By Call. The real functions are set before the first slot is patched and not changed while one is.
extern CallEntry calls[kCalls];

}  // namespace allocscope::tracker

#endif  // ALLOCSCOPE_TRACKER_CALLS_H_
