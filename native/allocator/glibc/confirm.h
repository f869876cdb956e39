#ifndef ALLOCSCOPE_ALLOCATOR_GLIBC_CONFIRM_H_
#define ALLOCSCOPE_ALLOCATOR_GLIBC_CONFIRM_H_

#include "allocator/glibc/find_parameters.h"

namespace allocscope::allocator::glibc {

// What of a layout agrees with what glibc's public calls tell.
struct Confirmation {
  // The arenas' system_mem add up to mallinfo2's `arena`.
  bool arenas_add_up = false;
  Match match;
  // Made in a forked child, where nothing moves: another try would say the same.
  bool is_final = false;
};

// Compares once. The public calls walk every free list with their arenas locked, so that only a small heap is walked here; a large one is
// walked in a forked child, where nobody waits for it and nothing moves meanwhile. `main_arena` may be unknown.
Confirmation Confirm(const platform::AddressRange& data, const Arena& main_arena);

}  // namespace allocscope::allocator::glibc

#endif  // ALLOCSCOPE_ALLOCATOR_GLIBC_CONFIRM_H_
