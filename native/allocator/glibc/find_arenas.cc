#include "allocator/glibc/find_arenas.h"

#include "platform/page.h"
#include "platform/safe_memory.h"

namespace allocscope::allocator::glibc {
namespace {

// glibc's low-level lock: free, taken, taken and waited for.
constexpr int32_t kLockStates = 2;

// Bins whose chunks another thread may be linking while they are read.
constexpr size_t kBinsInMotion = 8;

// Longer heads of malloc_state aren't looked for.
constexpr size_t kLongestArenaHead = 512;

// A bin's header overlays a chunk, whose forward and backward links are the bin's two words.
struct Bin {
  uintptr_t header;
  uintptr_t forward;
  uintptr_t backward;

  bool is_empty() const { return forward == header && backward == header; }
};

Bin BinAt(uintptr_t bins, size_t bin) {
  const uintptr_t links = bins + bin * 2 * kWord;
  return {links - 2 * kWord, LoadOnce<uintptr_t>(links), LoadOnce<uintptr_t>(links + kWord)};
}

bool MayBeChunk(uintptr_t address) { return address >= platform::PageBytes() && address % kChunkAlignment == 0; }

bool IsLinked(const Bin& bin) {
  uintptr_t word = 0;
  if (!platform::ReadOwn(bin.forward + 3 * kWord, &word) || word != bin.header) return false;
  return platform::ReadOwn(bin.backward + 2 * kWord, &word) && word == bin.header;
}

// Whether malloc_state.bins stands here. The last bin is for chunks that no address space has room for, so that it is always empty.
bool AreBins(uintptr_t bins) {
  if (!BinAt(bins, kStoredBins - 1).is_empty()) return false;
  for (size_t i = 0; i < kStoredBins; i++) {
    const Bin bin = BinAt(bins, i);
    if (!bin.is_empty() && (!MayBeChunk(bin.forward) || !MayBeChunk(bin.backward))) return false;
  }
  size_t unlinked = 0;
  for (size_t i = 0; i < kStoredBins; i++) {
    const Bin bin = BinAt(bins, i);
    if (!bin.is_empty() && !IsLinked(bin)) unlinked++;
  }
  return unlinked <= kBinsInMotion;
}

// No multiple of a page in the main arena: the loader of 2.31 moves the break by the length of GLIBC_TUNABLES.
bool IsPlausible(size_t system_mem, size_t max_system_mem, size_t attached_threads) {
  return system_mem != 0 && max_system_mem >= system_mem && attached_threads <= kMaxThreads;
}

// What the heaps of a non-main arena add up to; 0 when they aren't its own.
size_t CommittedByHeaps(uintptr_t arena, uintptr_t top) {
  size_t committed = 0;
  uintptr_t heap = top & ~(kHeapBytes - 1);
  for (size_t heaps = 0; heap != 0 && heaps < kMaxArenas; heaps++) {
    HeapInfo info;
    if (!platform::ReadOwn(heap, &info) || info.arena != arena) return 0;
    // The top chunk lies within the newest heap.
    if (heaps == 0 && top - heap >= info.size) return 0;
    committed += info.size;
    heap = info.previous;
  }
  return committed;
}

// Through the kernel, as nothing is known of this address yet.
bool IsOtherArena(const Arena& arena) {
  const ArenaLayout& layout = arena.layout();
  size_t counts[3];
  uintptr_t top = 0;
  if (!platform::ReadOwn(arena.address() + layout.attached_threads(), &counts)) return false;
  if (!platform::ReadOwn(arena.address() + layout.top, &top)) return false;
  const auto [attached_threads, system_mem, max_system_mem] = counts;
  return IsPlausible(system_mem, max_system_mem, attached_threads) && CommittedByHeaps(arena.address(), top) == system_mem;
}

bool IsOtherArenaSoon(const Arena& arena) {
  for (int attempt = 0; attempt < kAttempts; attempt++) {
    if (IsOtherArena(arena)) return true;
  }
  return false;
}

bool ClosesRing(const Arena& main_arena) {
  Arena arena = main_arena.Next();
  for (size_t count = 0; count < kMaxArenas && arena.known(); count++) {
    if (arena == main_arena) return true;
    if (!IsOtherArenaSoon(arena)) return false;
    arena = arena.Next();
  }
  return false;
}

bool IsMainArena(const Arena& arena) {
  const int32_t lock = __atomic_load_n(arena.mutex(), __ATOMIC_RELAXED);
  return lock >= 0 && lock <= kLockStates && IsPlausible(arena.system_mem(), arena.max_system_mem(), arena.attached_threads()) &&
         ClosesRing(arena) && EndOfTop(arena).has_value();
}

// Where malloc_state begins isn't known from its bins, but the ring of arenas leads back to its beginning.
Arena ArenaWithBins(uintptr_t bins, uintptr_t lowest) {
  for (size_t top = kWord; top <= kLongestArenaHead; top += kWord) {
    const ArenaLayout layout{top};
    if (bins - lowest < layout.bins()) break;
    const Arena arena(bins - layout.bins(), layout);
    if (IsMainArena(arena)) return arena;
  }
  return {};
}

}  // namespace

std::optional<uintptr_t> EndOfTop(const Arena& main_arena) {
  for (int attempt = 0; attempt < kAttempts; attempt++) {
    const uintptr_t top = main_arena.top();
    size_t header = 0;
    size_t last_word = 0;
    if (!platform::ReadOwn(top + kWord, &header)) continue;
    const uintptr_t end = top + (header & ~kChunkFlags);
    if (end % platform::PageBytes() == 0 && end > top && platform::ReadOwn(end - kWord, &last_word)) return end;
  }
  return std::nullopt;
}

bool ReachesFrom(uintptr_t base, const Arena& main_arena) {
  for (int attempt = 0; attempt < kAttempts && main_arena.is_contiguous(); attempt++) {
    const std::optional<uintptr_t> end = EndOfTop(main_arena);
    if (end && *end - base == main_arena.system_mem()) return true;
  }
  return false;
}

Arena FindMainArena(const platform::AddressRange& data) {
  constexpr size_t kTail = ArenaLayout{}.size() - ArenaLayout{}.bins();
  for (uintptr_t at = data.begin; at + kTail <= data.end; at += kWord) {
    if (!AreBins(at)) continue;
    const Arena arena = ArenaWithBins(at, data.begin);
    if (arena.known()) return arena;
  }
  return {};
}

}  // namespace allocscope::allocator::glibc
