#ifndef ALLOCSCOPE_ALLOCATOR_GLIBC_FIND_PARAMETERS_H_
#define ALLOCSCOPE_ALLOCATOR_GLIBC_FIND_PARAMETERS_H_

#include "allocator/glibc/arena.h"
#include "allocator/glibc/parameters.h"
#include "allocator/glibc/public_totals.h"
#include "platform/symbol_lookup.h"

namespace allocscope::allocator::glibc {

// Finds `mp_`, which has no symbol, in libc's writable data: the only counters that a block with an mmap of its own moves by exactly one
// and by its size, and back when it is freed. Unknown when malloc gave no such block an mmap: because the settings forbid it, or because
// one of that size was free. `main_arena` may be unknown: with it, a block is asked for that no free chunk can hold.
Parameters FollowABlock(const platform::AddressRange& data, const Arena& main_arena);

// Where `mp_` stands when no block may be moved, by what glibc tells of it.
struct Match {
  uint32_t count = 0;
  Parameters parameters;
};

// The counters in libc's data that are what `told` says, in a struct that is plausible as `mp_`, its sbrk_base at the heap's first chunk.
// Allocates nothing.
Match MatchTotals(const platform::AddressRange& data, const Arena& main_arena, const PublicTotals& totals, const Mallinfo2& told);

}  // namespace allocscope::allocator::glibc

#endif  // ALLOCSCOPE_ALLOCATOR_GLIBC_FIND_PARAMETERS_H_
