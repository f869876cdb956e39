#ifndef ALLOCSCOPE_TRACKER_RESERVED_MEMORY_H_
#define ALLOCSCOPE_TRACKER_RESERVED_MEMORY_H_

#include <cstddef>

namespace allocscope::tracker {

// Zeroed memory of its own mapping: resident where it was written only. Null when the kernel refuses it.
void* ReserveMemory(size_t bytes);

// Makes it zero again, and gives what was resident back.
void EmptyMemory(void* memory, size_t bytes);

}  // namespace allocscope::tracker

#endif  // ALLOCSCOPE_TRACKER_RESERVED_MEMORY_H_
