#ifndef ALLOCSCOPE_ALLOCATOR_GLIBC_ARENA_LIST_H_
#define ALLOCSCOPE_ALLOCATOR_GLIBC_ARENA_LIST_H_

#include "allocator/glibc/layout.h"

namespace allocscope::allocator::glibc {

// Beyond any process: a list or a chain that is longer isn't glibc's.
constexpr size_t kMaxArenas = 1 << 16;
constexpr size_t kMaxThreads = 1 << 22;

// Words of an arena change while they are read: each is loaded once, whole.
template <typename Word>
Word LoadOnce(const Word& word) {
  return __atomic_load_n(&word, __ATOMIC_RELAXED);
}

// The arena after `arena` in glibc's list, which is a ring that starts at the main arena. Arenas are never removed and their memory is
// never unmapped, so that following the ring needs no lock.
inline const ArenaState* NextArena(const ArenaState* arena) {
  return reinterpret_cast<const ArenaState*>(__atomic_load_n(&arena->next, __ATOMIC_ACQUIRE));
}

// What all arenas have from the system.
struct ArenaTotals {
  size_t system_bytes = 0;
  size_t arenas = 0;
};

inline ArenaTotals SumArenas(const ArenaState* main_arena) {
  ArenaTotals totals;
  const ArenaState* arena = main_arena;
  do {
    totals.system_bytes += LoadOnce(arena->system_mem);
    totals.arenas++;
    arena = NextArena(arena);
  } while (arena != main_arena && totals.arenas < kMaxArenas);
  return totals;
}

}  // namespace allocscope::allocator::glibc

#endif  // ALLOCSCOPE_ALLOCATOR_GLIBC_ARENA_LIST_H_
