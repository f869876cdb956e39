#ifndef ALLOCSCOPE_ALLOCATOR_GLIBC_ARENA_H_
#define ALLOCSCOPE_ALLOCATOR_GLIBC_ARENA_H_

#include "allocator/glibc/layout.h"

namespace allocscope::allocator::glibc {

// Beyond any process: a list or a chain that is longer isn't glibc's.
constexpr size_t kMaxArenas = 1 << 16;
constexpr size_t kMaxThreads = 1 << 22;

// One arena, read where it stands. Arenas are never removed and their memory is never unmapped, so that reading one needs no lock.
class Arena {
 public:
  Arena() = default;
  Arena(uintptr_t address, ArenaLayout layout) : address_(address), layout_(layout) {}

  bool known() const { return address_ != 0; }
  uintptr_t address() const { return address_; }
  const ArenaLayout& layout() const { return layout_; }

  // The first word, which glibc writes as a lock.
  int32_t* mutex() const { return reinterpret_cast<int32_t*>(address_ + kMutex); }
  bool is_contiguous() const { return (LoadOnce<int32_t>(address_ + kFlags) & kNoncontiguous) == 0; }
  uintptr_t top() const { return LoadOnce<uintptr_t>(address_ + layout_.top); }
  size_t attached_threads() const { return LoadOnce<size_t>(address_ + layout_.attached_threads()); }
  size_t system_mem() const { return LoadOnce<size_t>(address_ + layout_.system_mem()); }
  size_t max_system_mem() const { return LoadOnce<size_t>(address_ + layout_.max_system_mem()); }

  // The arena after this one in glibc's list, which is a ring that starts at the main arena.
  Arena Next() const {
    const auto* next = reinterpret_cast<const uintptr_t*>(address_ + layout_.next());
    return {__atomic_load_n(next, __ATOMIC_ACQUIRE), layout_};
  }

  bool operator==(const Arena& other) const { return address_ == other.address_; }
  bool operator!=(const Arena& other) const { return address_ != other.address_; }

 private:
  uintptr_t address_ = 0;
  ArenaLayout layout_;
};

// What all arenas have from the system.
struct ArenaTotals {
  size_t system_bytes = 0;
  size_t arenas = 0;
};

inline ArenaTotals SumArenas(const Arena& main_arena) {
  ArenaTotals totals;
  Arena arena = main_arena;
  do {
    totals.system_bytes += arena.system_mem();
    totals.arenas++;
    arena = arena.Next();
  } while (arena != main_arena && totals.arenas < kMaxArenas);
  return totals;
}

}  // namespace allocscope::allocator::glibc

#endif  // ALLOCSCOPE_ALLOCATOR_GLIBC_ARENA_H_
