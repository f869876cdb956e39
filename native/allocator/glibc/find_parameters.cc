#include "allocator/glibc/find_parameters.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "allocator/glibc/find_arenas.h"
#include "platform/page.h"
#include "platform/safe_memory.h"

namespace allocscope::allocator::glibc {
namespace {

// Larger than DEFAULT_MMAP_THRESHOLD_MAX, so that freeing it leaves the dynamic thresholds alone.
constexpr size_t kProofBlockBytes = size_t{33} << 20;

// No chunk of a non-main arena is as large as its heap, none of the main arena's as large as that arena. Of address space alone: no page of
// it is touched.
constexpr size_t kLargestProofBlock = size_t{1} << 30;
constexpr size_t kBeyondArena = kHeapBytes + (size_t{1} << 20);

// DEFAULT_MMAP_THRESHOLD_MIN, which the trim threshold begins with as well.
constexpr size_t kDefaultThreshold = size_t{128} << 10;

constexpr int32_t kDefaultMappedMax = 65536;
constexpr size_t kDefaultTopPad = size_t{128} << 10;

// What nobody sets: a threshold below, more arenas before a limit is computed.
constexpr size_t kLeastThreshold = 1024;
constexpr size_t kMostArenaTest = 4096;

// The last of enum malloc_thp_mode_t.
constexpr size_t kMostHugePageMode = 3;

// The most that a tcache bin may hold: UINT16_MAX.
constexpr size_t kMostTcacheCount = 65535;

// What libc's writable data held at one moment. Its own memory is taken beforehand, so that taking the copy moves no counter.
class DataCopy {
 public:
  explicit DataCopy(const platform::AddressRange& data) : begin_(data.begin), size_(data.end - data.begin), bytes_(new char[size_]) {}

  void Take() { std::memcpy(bytes_.get(), reinterpret_cast<const void*>(begin_), size_); }

  template <typename Word>
  Word At(uintptr_t address) const {
    Word word;
    std::memcpy(&word, bytes_.get() + (address - begin_), sizeof word);
    return word;
  }

 private:
  uintptr_t begin_;
  size_t size_;
  std::unique_ptr<char[]> bytes_;
};

// libc's data before a block was allocated, while it was there, and after it was freed.
struct Experiment {
  explicit Experiment(const platform::AddressRange& data) : before(data), during(data), after(data) {}

  DataCopy before;
  DataCopy during;
  DataCopy after;
  size_t mapping_bytes = 0;
  bool was_mapped = false;
  bool grew_arenas = false;
};

// Unsigned, as any word of libc may stand here before the proof, INT_MAX too.
bool CountersMoved(const Experiment& seen, uintptr_t at) {
  const auto count = [at](const DataCopy& copy) { return copy.At<uint32_t>(at); };
  const auto bytes = [at](const DataCopy& copy) { return copy.At<size_t>(MappedBytesAfter(at)); };
  return count(seen.during) == count(seen.before) + 1 && count(seen.after) == count(seen.before) &&
         bytes(seen.during) == bytes(seen.before) + seen.mapping_bytes && bytes(seen.after) == bytes(seen.before);
}

// The words for huge pages, and padding.
bool MayBeHugePageWord(size_t word) {
  const bool is_power_of_two = (word & (word - 1)) == 0;
  return word <= kMostHugePageMode || (is_power_of_two && word >= platform::PageBytes());
}

// The words at the beginning of `mp_`, if it begins `head` bytes before its counters. While the thresholds are dynamic, nothing was set:
// each is the default or what the other says.
bool IsHead(const Parameters& parameters, size_t head) {
  for (size_t at = kShortestHead; at + kWord <= head; at += kWord) {
    if (!MayBeHugePageWord(parameters.At(at))) return false;
  }
  const size_t arena_test = parameters.At(kArenaTest);
  const size_t mmap_threshold = parameters.At(kMmapThreshold);
  const size_t trim_threshold = parameters.At(kTrimThreshold);
  if (arena_test < 1 || arena_test > kMostArenaTest || parameters.At(kArenaMax) > kMaxArenas || mmap_threshold < kLeastThreshold)
    return false;
  if (parameters.no_dynamic_threshold() != 0) return true;
  if (parameters.mapped_max() != kDefaultMappedMax || parameters.At(kTopPad) != kDefaultTopPad) return false;
  return trim_threshold == 2 * mmap_threshold || (mmap_threshold == kDefaultThreshold && trim_threshold == kDefaultThreshold);
}

// Adds where `mp_` begins, if only one place will do.
Parameters WithHead(uintptr_t mapped_count, uintptr_t lowest) {
  size_t found = 0;
  for (size_t head = kShortestHead; head <= kLongestHead && mapped_count - lowest >= head; head += sizeof(int32_t)) {
    if ((mapped_count - head) % kWord != 0 || !IsHead(Parameters(mapped_count, head), head)) continue;
    if (found != 0) return {mapped_count, 0};
    found = head;
  }
  return {mapped_count, found};
}

bool AreCounters(const Parameters& parameters) {
  const int32_t no_dynamic = parameters.no_dynamic_threshold();
  return parameters.mapped_bytes() % platform::PageBytes() == 0 && (no_dynamic == 0 || no_dynamic == 1) && parameters.mapped_max() >= 0 &&
         parameters.mapped_count() <= static_cast<uint32_t>(parameters.mapped_max()) && parameters.tcache_count() <= kMostTcacheCount;
}

template <typename Accept>
Match FindCounters(const platform::AddressRange& data, const Accept& accept) {
  Match match;
  const uintptr_t last = data.end - kParametersEnd - 3 * kWord;
  for (uintptr_t at = data.begin + kShortestHead; at <= last; at += sizeof(int32_t)) {
    if (!accept(at) || !AreCounters(Parameters(at, 0))) continue;
    match = {match.count + 1, WithHead(at, data.begin)};
  }
  return match;
}

void TryABlock(size_t bytes, const Arena& main_arena, Experiment* seen) {
  const auto footprint = [&main_arena] { return main_arena.known() ? SumArenas(main_arena).system_bytes : 0; };
  const size_t footprint_before = footprint();
  seen->before.Take();
  void* volatile block = std::malloc(bytes);
  if (block == nullptr) {
    seen->was_mapped = false;
    return;
  }
  const size_t header = ChunkHeader(block);
  seen->grew_arenas = footprint() > footprint_before;
  seen->during.Take();
  std::free(block);
  seen->after.Take();
  seen->was_mapped = (header & kChunkFlags) == kChunkMmapped;
  // From 2.43 on, the chunk ends some bytes before its mapping.
  seen->mapping_bytes = AlignUp(header & ~kChunkFlags, platform::PageBytes());
}

// The heap begins with the block that holds the first thread's tcache.
bool IsFirstChunk(uintptr_t base) {
  size_t header = 0;
  if (base == 0 || !platform::ReadOwn(AlignUp(base, kChunkAlignment) + kWord, &header)) return false;
  return (header & kChunkFlags) == kChunkPreviousInUse && (header & ~kChunkFlags) >= kSmallestChunk;
}

}  // namespace

Parameters FollowABlock(const platform::AddressRange& data, const Arena& main_arena) {
  Experiment seen(data);
  size_t bytes = kProofBlockBytes;
  for (int attempt = 0; attempt < kAttempts; attempt++) {
    TryABlock(bytes, main_arena, &seen);
    if (seen.was_mapped) {
      const Match match = FindCounters(data, [&seen](uintptr_t at) { return CountersMoved(seen, at); });
      if (match.count == 1) return match.parameters;
      continue;
    }
    // An arena that grew for it would grow for any: no block gets an mmap here.
    if (seen.grew_arenas || !main_arena.known() || bytes != kProofBlockBytes) return {};
    bytes = main_arena.system_mem() + kBeyondArena;
    if (bytes > kLargestProofBlock) return {};
  }
  return {};
}

Match MatchTotals(const platform::AddressRange& data, const Arena& main_arena, const PublicTotals& totals, const Mallinfo2& told) {
  const auto is_told = [&](uintptr_t at) {
    const Parameters parameters(at, 0);
    const uintptr_t base = parameters.sbrk_base();
    return totals.Tells(told.hblks, parameters.mapped_count()) && totals.Tells(told.hblkhd, parameters.mapped_bytes()) &&
           WithHead(at, data.begin).thresholds_known() && (main_arena.known() && ReachesFrom(base, main_arena) ? true : IsFirstChunk(base));
  };
  return FindCounters(data, is_told);
}

}  // namespace allocscope::allocator::glibc
