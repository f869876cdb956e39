#ifndef ALLOCSCOPE_ALLOCATOR_GLIBC_FIND_ARENAS_H_
#define ALLOCSCOPE_ALLOCATOR_GLIBC_FIND_ARENAS_H_

#include <optional>

#include "allocator/glibc/arena.h"
#include "platform/symbol_lookup.h"

namespace allocscope::allocator::glibc {

// Finds `main_arena`, which has no symbol, in libc's writable data, by what holds of it however full the heap is:
//  - each of its bins points to itself, or to chunks that point back;
//  - `next` leads through every arena and back, and the heaps of each other arena point back at it and add up to its system_mem;
//  - every top chunk lies within its heap, the main arena's on pages that can be read.
// Unknown when nothing fits. Its system_mem isn't proved by that. Walks no free list, takes no lock.
Arena FindMainArena(const platform::AddressRange& data);

// Where the main arena's top chunk ends; nothing while it is on the move.
std::optional<uintptr_t> EndOfTop(const Arena& main_arena);

// Whether the main arena reaches from `base` to the end of its top, as it does while everything came from the break.
bool ReachesFrom(uintptr_t base, const Arena& main_arena);

}  // namespace allocscope::allocator::glibc

#endif  // ALLOCSCOPE_ALLOCATOR_GLIBC_FIND_ARENAS_H_
