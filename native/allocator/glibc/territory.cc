#include "allocator/glibc/territory.h"

#include <unistd.h>

#include <cstdint>

#include "allocator/glibc/arena.h"
#include "platform/safe_memory.h"

namespace allocscope::allocator::glibc {
namespace {

// The end of a stretch whose top chunk is elsewhere, otherwise where that chunk begins.
uintptr_t TopWithin(uintptr_t begin, uintptr_t end, uintptr_t top) { return top >= begin && top < end ? top : end; }

// False where part of the arena is elsewhere: the break couldn't grow, or somebody else has moved it.
bool AddMainArena(const Located& located, std::vector<ArenaStretch>* stretches) {
  const uintptr_t begin = located.parameters.sbrk_base();
  const uintptr_t end = begin + located.main_arena.system_mem();
  const auto brk = reinterpret_cast<uintptr_t>(sbrk(0));
  if (begin == 0 || begin >= brk) return located.main_arena.system_mem() == 0;
  stretches->push_back({0, begin, brk, TopWithin(begin, brk, located.main_arena.top())});
  return end == brk && located.main_arena.is_contiguous();
}

// A heap that shrank has given its last pages back, but they still are the arena's: it grows into them again without a call.
size_t AccessibleBytes(const HeapInfo& info) {
  return info.accessible >= info.size && info.accessible <= kHeapBytes ? info.accessible : info.size;
}

// The heaps may be unlinked and unmapped by their arena's threads at any time: hence each head is copied by the kernel.
bool AddHeaps(const Arena& arena, uint32_t place, std::vector<ArenaStretch>* stretches) {
  const uintptr_t top = arena.top();
  uintptr_t heap = top & ~(kHeapBytes - 1);
  for (size_t heaps = 0; heap != 0 && heaps < kMaxArenas; heaps++) {
    HeapInfo info;
    if (!platform::ReadOwn(heap, &info) || info.arena != arena.address() || info.size == 0 || info.size > kHeapBytes) return false;
    stretches->push_back({place, heap, heap + AccessibleBytes(info), TopWithin(heap, heap + info.size, top)});
    heap = info.previous;
  }
  return true;
}

}  // namespace

std::optional<Territory> ReadTerritory(const Located& located) {
  if (!located.main_arena.known() || !located.parameters.known()) return std::nullopt;
  Territory territory;
  territory.mapped_bytes = static_cast<double>(located.parameters.mapped_bytes());
  territory.mapped_count = located.parameters.mapped_count();
  territory.is_complete = AddMainArena(located, &territory.stretches);
  uint32_t place = 1;
  for (Arena arena = located.main_arena.Next(); arena != located.main_arena && place < kMaxArenas; arena = arena.Next()) {
    territory.is_complete = AddHeaps(arena, place++, &territory.stretches) && territory.is_complete;
  }
  return territory;
}

}  // namespace allocscope::allocator::glibc
