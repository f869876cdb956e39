#include "allocator/glibc/chunk_walk.h"

#include <unistd.h>

#include "allocator/glibc/arena.h"
#include "platform/page.h"

namespace allocscope::allocator::glibc {
namespace {

// sizeof(struct malloc_chunk): malloc_trim leaves a free chunk's links where they are.
constexpr size_t kChunkHead = 48;

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
    if (bytes < kSmallestChunk) return bytes == 0 || bytes == kChunkAlignment;
    if (bytes % kChunkAlignment != 0 || bytes > end - chunk || end - chunk - bytes < kChunkAlignment) return false;
    if ((HeaderOf(chunk + bytes) & kChunkPreviousInUse) != 0) {
      sum->in_use += bytes;
    } else {
      sum->pinned += bytes - InteriorOf(chunk, bytes).bytes();
    }
    chunk += bytes;
  }
  return true;
}

bool WalkMainArena(const Located& located, Sum* sum) {
  const uintptr_t base = located.parameters.sbrk_base();
  const uintptr_t end = base + located.main_arena.system_mem();
  // Somebody else has moved the break, or part of the arena had to be mapped: it has gaps, and where they are isn't known.
  if (end != reinterpret_cast<uintptr_t>(sbrk(0))) return false;
  return WalkRange(AlignUp(base, kChunkAlignment), end, located.main_arena.top(), sum);
}

bool WalkHeaps(const Arena& arena, Sum* sum) {
  const uintptr_t address = arena.address();
  const uintptr_t first_heap = address & ~(kHeapBytes - 1);
  // The arena's state stands right behind the head of its first heap, so that its place tells how large that head is.
  const size_t head = address - first_heap;
  uintptr_t heap = arena.top() & ~(kHeapBytes - 1);
  for (size_t heaps = 0; heap != 0 && heaps < kMaxArenas; heaps++) {
    const auto* info = reinterpret_cast<const HeapInfo*>(heap);
    if (info->arena != address) return false;
    const uintptr_t first_chunk = heap == first_heap ? AlignUp(address + arena.layout().size(), kChunkAlignment) : heap + head;
    if (!WalkRange(first_chunk, heap + info->size, arena.top(), sum)) return false;
    heap = info->previous;
  }
  return true;
}

bool WalkEverything(const Located& located, Sum* sum) {
  if (!WalkMainArena(located, sum)) return false;
  for (Arena arena = located.main_arena.Next(); arena != located.main_arena; arena = arena.Next()) {
    if (!WalkHeaps(arena, sum)) return false;
  }
  return true;
}

}  // namespace

Interior InteriorOf(uintptr_t chunk, size_t chunk_bytes) {
  const uintptr_t page = platform::PageBytes();
  const Interior interior{AlignUp(chunk + kChunkHead, page), (chunk + chunk_bytes) & ~(page - 1)};
  return interior.end > interior.begin ? interior : Interior{};
}

Top TopOf(const Arena& arena) {
  const uintptr_t chunk = arena.top();
  return {chunk, HeaderOf(chunk) & ~kChunkFlags};
}

std::optional<Occupancy> WalkChunks(const Located& located) {
  Sum sum;
  if (!located.main_arena.known() || !located.parameters.known() || !WalkEverything(located, &sum)) return std::nullopt;
  return Occupancy{static_cast<double>(sum.in_use + located.parameters.mapped_bytes()), static_cast<double>(sum.pinned)};
}

}  // namespace allocscope::allocator::glibc
