#ifndef ALLOCSCOPE_ALLOCATOR_GLIBC_LOCATE_H_
#define ALLOCSCOPE_ALLOCATOR_GLIBC_LOCATE_H_

#include "allocator/glibc/layout.h"
#include "result.h"

namespace allocscope::allocator::glibc {

// Where glibc keeps its arenas and parameters, proved.
struct Located {
  const ArenaState* main_arena;
  const char* parameters;
  const ParametersLayout* parameters_layout;
};

// Finds `main_arena` and `mp_`, which have no symbols, in libc's writable data, and proves each field that is used:
//  - the main arena by its self-pointing empty bins, and by a top chunk that ends at the program break;
//  - the arena list by heaps that point back at their arena and whose sizes add up to its system_mem;
//  - `mp_` by the only counters that a block with an mmap of its own moves by exactly one and by its size, and back when it is freed.
// Walks no free list. About 0.2 ms.
Result<Located> Locate(const void* inside_libc);

}  // namespace allocscope::allocator::glibc

#endif  // ALLOCSCOPE_ALLOCATOR_GLIBC_LOCATE_H_
