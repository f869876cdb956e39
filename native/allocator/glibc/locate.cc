#include "allocator/glibc/locate.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "allocator/glibc/arena_list.h"
#include "platform/safe_memory.h"
#include "platform/symbol_lookup.h"

namespace allocscope::allocator::glibc {
namespace {

// A heap so fragmented that fewer of its 127 bins are empty isn't proved; chance can't make a run of this many self pointers.
constexpr size_t kEmptyBinsNeeded = 30;

// glibc's low-level lock: free, taken, taken and waited for.
constexpr int kLockStates = 2;

// Larger than DEFAULT_MMAP_THRESHOLD_MAX: always an mmap of its own, and freeing it leaves the dynamic thresholds alone.
constexpr size_t kProofBlockBytes = size_t{33} << 20;

// NONCONTIGUOUS_BIT of malloc_state.flags, and MMAP_AS_MORECORE_SIZE: the least that is mapped where the break can't grow.
constexpr int32_t kNoncontiguous = 2;
constexpr size_t kSmallestMappedPart = size_t{1} << 20;

// Other threads may move the same counters meanwhile.
constexpr int kProofAttempts = 4;

Failure NotProved(const std::string& what) { return {"UNSUPPORTED", "glibc's private layout", 0, what}; }

uintptr_t BinHeader(uintptr_t arena, size_t bin) {
  // A bin's header overlays a chunk whose forward and backward links are the bin's two words.
  return arena + offsetof(ArenaState, bins) + 2 * bin * sizeof(uintptr_t) - 2 * sizeof(uintptr_t);
}

bool HasEmptyBins(uintptr_t candidate) {
  const auto* arena = reinterpret_cast<const ArenaState*>(candidate);
  if (arena->top == 0 || arena->mutex < 0 || arena->mutex > kLockStates) return false;
  size_t empty = 0;
  for (size_t bin = 0; bin < kBins - 1; bin++) {
    const uintptr_t self = BinHeader(candidate, bin);
    if (arena->bins[2 * bin] == self && arena->bins[2 * bin + 1] == self) empty++;
  }
  return empty >= kEmptyBinsNeeded;
}

// The main arena's top chunk ends at the program break. Where something stands in the break's way, V8's code among others, glibc maps
// memory for the arena instead, and says so in its flags: the chunk then ends with a page.
bool TopEndsAsItShould(const ArenaState& main_arena) {
  const uintptr_t top = main_arena.top;
  size_t header = 0;
  if (!platform::ReadOwn(top + sizeof(size_t), &header)) return false;
  const uintptr_t end = top + (header & ~kChunkFlags);
  if (end == reinterpret_cast<uintptr_t>(sbrk(0))) return true;
  size_t last_word = 0;
  return (main_arena.flags & kNoncontiguous) != 0 && end % static_cast<size_t>(sysconf(_SC_PAGESIZE)) == 0 &&
         platform::ReadOwn(end - sizeof(size_t), &last_word);
}

size_t CommittedByHeaps(const ArenaState& arena, const ArenaState* address) {
  size_t committed = 0;
  uintptr_t heap = arena.top & ~(kHeapBytes - 1);
  for (size_t heaps = 0; heap != 0 && heaps < kMaxArenas; heaps++) {
    HeapInfo info;
    if (!platform::ReadOwn(heap, &info) || info.arena != reinterpret_cast<uintptr_t>(address)) return 0;
    committed += info.size;
    heap = info.previous;
  }
  return committed;
}

bool PlausibleArena(const ArenaState& arena) {
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return arena.system_mem % page == 0 && arena.max_system_mem >= arena.system_mem && arena.attached_threads <= kMaxThreads;
}

// Threads grow their arenas while we look, so a sum that doesn't fit is looked at again.
bool ProveSecondaryArena(const ArenaState* address) {
  for (int attempt = 0; attempt < kProofAttempts; attempt++) {
    ArenaState arena;
    if (!platform::ReadOwn(reinterpret_cast<uintptr_t>(address), &arena) || !PlausibleArena(arena)) return false;
    if (CommittedByHeaps(arena, address) == arena.system_mem) return true;
  }
  return false;
}

bool ProveArenaList(const ArenaState* main_arena) {
  const ArenaState* arena = main_arena;
  for (size_t count = 0; count < kMaxArenas; count++) {
    arena = NextArena(arena);
    if (arena == main_arena) return true;
    if (arena == nullptr || !ProveSecondaryArena(arena)) return false;
  }
  return false;
}

// The run of empty bins also fits a few words lower, so that a candidate counts only when all else about it holds.
bool ProveMainArena(uintptr_t candidate) {
  if (!HasEmptyBins(candidate)) return false;
  const auto* arena = reinterpret_cast<const ArenaState*>(candidate);
  return PlausibleArena(*arena) && TopEndsAsItShould(*arena) && ProveArenaList(arena);
}

const ArenaState* FindMainArena(const platform::AddressRange& data) {
  for (uintptr_t at = (data.begin + 7) & ~uintptr_t{7}; at + sizeof(ArenaState) <= data.end; at += sizeof(uintptr_t)) {
    if (ProveMainArena(at)) return reinterpret_cast<const ArenaState*>(at);
  }
  return nullptr;
}

// What libc's writable data held at one moment. Its own memory is taken beforehand, so that taking the copy moves no counter.
class DataCopy {
 public:
  explicit DataCopy(const platform::AddressRange& data) : begin_(data.begin), size_(data.end - data.begin), bytes_(new char[size_]) {}

  void Take() { std::memcpy(bytes_.get(), reinterpret_cast<const void*>(begin_), size_); }

  size_t size() const { return size_; }

  template <typename Word>
  Word At(size_t offset) const {
    Word word;
    std::memcpy(&word, bytes_.get() + offset, sizeof word);
    return word;
  }

 private:
  uintptr_t begin_;
  size_t size_;
  std::unique_ptr<char[]> bytes_;
};

// libc's data before a block was mapped, while it was there, and after it was freed.
struct Experiment {
  explicit Experiment(const platform::AddressRange& data) : before(data), during(data), after(data) {}

  DataCopy before;
  DataCopy during;
  DataCopy after;
  size_t chunk_bytes = 0;
};

bool CountersMoved(const Experiment& seen, const ParametersLayout& layout, size_t at) {
  // Any word of libc may stand here before the proof, INT_MAX too: unsigned, so that adding to it is defined.
  const auto count = [&](const DataCopy& copy) { return copy.At<uint32_t>(at + layout.mapped_count); };
  const auto bytes = [&](const DataCopy& copy) { return copy.At<size_t>(at + layout.mapped_bytes); };
  return count(seen.during) == count(seen.before) + 1 && count(seen.after) == count(seen.before) &&
         bytes(seen.during) == bytes(seen.before) + seen.chunk_bytes && bytes(seen.after) == bytes(seen.before);
}

// The words around the counters: a page-multiple of mapped bytes, a limit above the count, flags that are flags, a break's base below the
// break.
bool PlausibleParameters(const DataCopy& copy, const ParametersLayout& layout, size_t at) {
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const auto no_dynamic = copy.At<int32_t>(at + layout.no_dynamic_threshold);
  const auto base = copy.At<uintptr_t>(at + layout.sbrk_base);
  return copy.At<size_t>(at + layout.mapped_bytes) % page == 0 && (no_dynamic == 0 || no_dynamic == 1) &&
         copy.At<int32_t>(at + layout.mapped_max) >= copy.At<int32_t>(at + layout.mapped_count) &&
         base <= reinterpret_cast<uintptr_t>(sbrk(0)) && copy.At<size_t>(at + kArenaTest) <= kMaxArenas &&
         copy.At<size_t>(at + kArenaMax) <= kMaxArenas;
}

struct Match {
  size_t count = 0;
  size_t offset = 0;
  const ParametersLayout* layout = nullptr;
};

Match MatchParameters(const Experiment& seen) {
  Match match;
  for (const ParametersLayout& layout : kParametersLayouts) {
    for (size_t at = 0; at + layout.size <= seen.before.size(); at += sizeof(size_t)) {
      if (!CountersMoved(seen, layout, at) || !PlausibleParameters(seen.after, layout, at)) continue;
      match = {match.count + 1, at, &layout};
    }
  }
  return match;
}

Match MapABlockAndMatch(const platform::AddressRange& data) {
  Experiment seen(data);
  seen.before.Take();
  void* volatile block = std::malloc(kProofBlockBytes);
  if (block == nullptr) return {};
  const size_t header = ChunkHeader(block);
  seen.during.Take();
  std::free(block);
  seen.after.Take();
  if ((header & kChunkFlags) != kChunkMmapped) return {};
  seen.chunk_bytes = header & ~kChunkFlags;
  return MatchParameters(seen);
}

// The heap from its base to the break is the main arena, when nothing else moved the break, and beside it only what glibc had to map.
bool BaseFitsMainArena(const Located& located) {
  uintptr_t base;
  std::memcpy(&base, located.parameters + located.parameters_layout->sbrk_base, sizeof base);
  const size_t by_break = reinterpret_cast<uintptr_t>(sbrk(0)) - base;
  const size_t system_mem = located.main_arena->system_mem;
  if (system_mem == by_break) return true;
  const bool has_mapped = (located.main_arena->flags & kNoncontiguous) != 0 && system_mem >= by_break + kSmallestMappedPart;
  return has_mapped && (system_mem - by_break) % static_cast<size_t>(sysconf(_SC_PAGESIZE)) == 0;
}

Result<Located> LocateOnce(const platform::AddressRange& data) {
  const ArenaState* main_arena = FindMainArena(data);
  if (main_arena == nullptr) {
    return NotProved("nothing in libc's data has a main arena's empty bins, a top chunk that ends where it should and arenas that add up");
  }
  Match match;
  for (int attempt = 0; attempt < kProofAttempts && match.count != 1; attempt++) match = MapABlockAndMatch(data);
  if (match.count != 1) return NotProved("no single set of counters followed a block with an mmap of its own");
  const Located located{main_arena, reinterpret_cast<const char*>(data.begin) + match.offset, match.layout};
  if (!BaseFitsMainArena(located)) return NotProved("main_arena's system_mem isn't the distance from the heap's base to the break");
  return located;
}

}  // namespace

Result<Located> Locate(const void* inside_libc) {
  const platform::AddressRange data = platform::WritableDataOf(inside_libc);
  if (data.begin == data.end) return NotProved("libc has no writable data");
  // Other threads move tops and grow arenas while we look: what doesn't fit together is looked at again.
  Result<Located> located = LocateOnce(data);
  for (int attempt = 1; attempt < kProofAttempts && !located.ok(); attempt++) located = LocateOnce(data);
  return located;
}

}  // namespace allocscope::allocator::glibc
