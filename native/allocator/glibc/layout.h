// glibc's private structures, as hypotheses: nothing here is used until locate.cc has proved it in this process.
// Source: malloc/malloc.c and malloc/arena.c of glibc 2.28 to 2.43.
#ifndef ALLOCSCOPE_ALLOCATOR_GLIBC_LAYOUT_H_
#define ALLOCSCOPE_ALLOCATOR_GLIBC_LAYOUT_H_

#include <cstddef>
#include <cstdint>

namespace allocscope::allocator::glibc {

constexpr size_t kWord = sizeof(uintptr_t);

// Other threads link chunks, grow arenas and map blocks while we look: what doesn't fit together is looked at again.
constexpr int kAttempts = 4;

// Of bin_at(1) to bin_at(127): the first of the 128 isn't stored.
constexpr size_t kStoredBins = 127;
constexpr size_t kBinMapBytes = 16;

// Offsets within struct malloc_state. What stands before `top` differs by version: 2.43 dropped have_fastchunks and fastbinsY. From `top`
// on all versions are alike.
struct ArenaLayout {
  size_t top = 0;

  constexpr size_t bins() const { return top + 2 * kWord; }
  constexpr size_t next() const { return bins() + kStoredBins * 2 * kWord + kBinMapBytes; }
  constexpr size_t attached_threads() const { return next() + 2 * kWord; }
  constexpr size_t system_mem() const { return next() + 3 * kWord; }
  constexpr size_t max_system_mem() const { return next() + 4 * kWord; }
  constexpr size_t size() const { return next() + 5 * kWord; }
};
static_assert(ArenaLayout{96}.next() == 2160 && ArenaLayout{96}.size() == 2200, "glibc 2.28 to 2.42");
static_assert(ArenaLayout{8}.next() == 2072 && ArenaLayout{8}.size() == 2112, "glibc 2.43");

constexpr size_t kMutex = 0;
constexpr size_t kFlags = 4;

// NONCONTIGUOUS_BIT of malloc_state.flags: the break couldn't grow, and the main arena went on in memory that was mapped for it.
constexpr int32_t kNoncontiguous = 2;

// struct heap_info: the head of each reservation of a non-main arena.
struct HeapInfo {
  uintptr_t arena;
  uintptr_t previous;
  size_t size;
  // What of it can be read and written. Stays as it is when the heap shrinks.
  size_t accessible;
};

constexpr size_t kHeapBytes = size_t{64} << 20;

// Offsets within `mp_` (struct malloc_par) of the words at its beginning, alike in all versions.
constexpr size_t kTrimThreshold = 0;
constexpr size_t kTopPad = 8;
constexpr size_t kMmapThreshold = 16;
constexpr size_t kArenaTest = 24;
constexpr size_t kArenaMax = 32;

// … and from `n_mmaps` on, counted from there. Between the two stand the words for huge pages, more of them in each version: none before
// 2.35, three from 2.35 on, four in 2.43. mmapped_mem follows 16 bytes later, at the next whole word.
constexpr size_t kMappedMax = 4;
constexpr size_t kNoDynamicThreshold = 12;
constexpr uintptr_t MappedBytesAfter(uintptr_t mapped_count) { return (mapped_count + 16 + kWord - 1) & ~(kWord - 1); }
constexpr size_t kSbrkBase = 16;
constexpr size_t kTcacheMaxBytes = 32;
constexpr size_t kTcacheCount = 40;
constexpr size_t kParametersEnd = 56;

// How far behind the beginning of `mp_` n_mmaps may stand.
constexpr size_t kShortestHead = 40;
constexpr size_t kLongestHead = 128;

// A chunk's header is the word before the block: its size, with these flags in the low bits.
constexpr size_t kChunkPreviousInUse = 1;
constexpr size_t kChunkMmapped = 2;
constexpr size_t kChunkFlags = 7;
constexpr size_t kChunkAlignment = 16;
constexpr size_t kSmallestChunk = 32;

inline size_t ChunkHeader(const void* block) {
  return static_cast<const size_t*>(block)[-1];  // NOLINT(clang-analyzer-core.uninitialized.UndefReturn): malloc wrote it
}

constexpr uintptr_t AlignUp(uintptr_t address, uintptr_t alignment) { return (address + alignment - 1) & ~(alignment - 1); }

// Words that other threads may be changing: each is loaded once, whole.
template <typename Word>
Word LoadOnce(uintptr_t address) {
  return __atomic_load_n(reinterpret_cast<const Word*>(address), __ATOMIC_RELAXED);
}

}  // namespace allocscope::allocator::glibc

#endif  // ALLOCSCOPE_ALLOCATOR_GLIBC_LAYOUT_H_
