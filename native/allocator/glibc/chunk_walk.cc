#include "allocator/glibc/chunk_walk.h"

#include <unistd.h>

#include <cstring>
#include <limits>

#include "allocator/glibc/arena_list.h"

namespace allocscope::allocator::glibc {
namespace {

constexpr size_t kAlignment = 16;
constexpr size_t kSmallestChunk = 32;
constexpr size_t kPreviousInUse = 1;

// sizeof(struct malloc_chunk): malloc_trim leaves a free chunk's links where they are.
constexpr size_t kChunkHead = 48;

constexpr uintptr_t AlignUp(uintptr_t address, uintptr_t alignment) { return (address + alignment - 1) & ~(alignment - 1); }

uintptr_t PageBytes() { return static_cast<uintptr_t>(sysconf(_SC_PAGESIZE)); }

size_t HeaderOf(uintptr_t chunk) { return *reinterpret_cast<const size_t*>(chunk + sizeof(size_t)); }

struct Sum {
  size_t in_use = 0;
  size_t pinned = 0;
};

// The chunks from `chunk` to `end`, the arena's top excepted. A chunk is free when the next one's header says so. The last chunks of a heap
// that is no longer the newest are fenceposts, smaller than any chunk.
bool WalkRange(uintptr_t chunk, uintptr_t end, uintptr_t top, Sum* sum) {
  while (chunk < end && chunk != top) {
    const size_t bytes = HeaderOf(chunk) & ~kChunkFlags;
    if (bytes < kSmallestChunk) return bytes == 0 || bytes == kAlignment;
    if (bytes % kAlignment != 0 || bytes > end - chunk || end - chunk - bytes < kAlignment) return false;
    if ((HeaderOf(chunk + bytes) & kPreviousInUse) != 0) {
      sum->in_use += bytes;
    } else {
      sum->pinned += bytes - InteriorOf(chunk, bytes).bytes();
    }
    chunk += bytes;
  }
  return true;
}

bool WalkMainArena(const Located& located, Sum* sum) {
  uintptr_t base;
  std::memcpy(&base, located.parameters + located.parameters_layout->sbrk_base, sizeof base);
  const uintptr_t end = base + located.main_arena->system_mem;
  // Somebody else has moved the break: the main arena has gaps, and where they are isn't known.
  if (end != reinterpret_cast<uintptr_t>(sbrk(0))) return false;
  return WalkRange(AlignUp(base, kAlignment), end, located.main_arena->top, sum);
}

bool WalkHeaps(const ArenaState* arena, Sum* sum) {
  const auto address = reinterpret_cast<uintptr_t>(arena);
  const uintptr_t first_heap = address & ~(kHeapBytes - 1);
  // The arena's state stands right behind the head of its first heap, so that its place tells how large that head is.
  const size_t head = address - first_heap;
  uintptr_t heap = arena->top & ~(kHeapBytes - 1);
  for (size_t heaps = 0; heap != 0 && heaps < kMaxArenas; heaps++) {
    const auto* info = reinterpret_cast<const HeapInfo*>(heap);
    if (info->arena != address) return false;
    const uintptr_t first_chunk = heap == first_heap ? AlignUp(address + sizeof(ArenaState), kAlignment) : heap + head;
    if (!WalkRange(first_chunk, heap + info->size, arena->top, sum)) return false;
    heap = info->previous;
  }
  return true;
}

bool WalkEverything(const Located& located, Sum* sum) {
  if (!WalkMainArena(located, sum)) return false;
  for (const ArenaState* arena = NextArena(located.main_arena); arena != located.main_arena; arena = NextArena(arena)) {
    if (!WalkHeaps(arena, sum)) return false;
  }
  return true;
}

}  // namespace

Interior InteriorOf(uintptr_t chunk, size_t chunk_bytes) {
  const uintptr_t page = PageBytes();
  const Interior interior{AlignUp(chunk + kChunkHead, page), (chunk + chunk_bytes) & ~(page - 1)};
  return interior.end > interior.begin ? interior : Interior{};
}

Top TopOf(const ArenaState* arena) {
  const uintptr_t chunk = LoadOnce(arena->top);
  return {chunk, HeaderOf(chunk) & ~kChunkFlags};
}

Occupancy WalkChunks(const Located& located) {
  Sum sum;
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  if (!WalkEverything(located, &sum)) return {kUnknown, kUnknown};
  size_t mapped;
  std::memcpy(&mapped, located.parameters + located.parameters_layout->mapped_bytes, sizeof mapped);
  return {static_cast<double>(sum.in_use + mapped), static_cast<double>(sum.pinned)};
}

}  // namespace allocscope::allocator::glibc
