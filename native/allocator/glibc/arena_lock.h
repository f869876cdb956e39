#ifndef ALLOCSCOPE_ALLOCATOR_GLIBC_ARENA_LOCK_H_
#define ALLOCSCOPE_ALLOCATOR_GLIBC_ARENA_LOCK_H_

#include "allocator/glibc/arena.h"

namespace allocscope::allocator::glibc {

// Whether the first word of an arena is the lock that glibc itself takes, in the protocol that we know: 0 free, 1 taken, 2 taken and waited
// for. The proof: while we hold the main arena's, a mallopt of another thread must be seen to wait for it, and to end once it is free.
// Keeps the main arena locked for some 50 µs; on a busy machine for 20 ms, and up to four times. False for an arena that isn't known.
bool ProveArenaLock(const Arena& main_arena);

// Takes the lock if nobody has it. `arena` is glibc's, and is written to.
bool TryLock(const Arena& arena);
void Unlock(const Arena& arena);

}  // namespace allocscope::allocator::glibc

#endif  // ALLOCSCOPE_ALLOCATOR_GLIBC_ARENA_LOCK_H_
