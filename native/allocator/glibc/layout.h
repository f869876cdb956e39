// glibc's private structures, as hypotheses: nothing here is used until locate.cc has proved it in this process.
// Source: malloc/malloc.c and malloc/arena.c of glibc 2.28 to 2.41.
#ifndef ALLOCSCOPE_ALLOCATOR_GLIBC_LAYOUT_H_
#define ALLOCSCOPE_ALLOCATOR_GLIBC_LAYOUT_H_

#include <cstddef>
#include <cstdint>

namespace allocscope::allocator::glibc {

constexpr size_t kBins = 128;
constexpr size_t kFastBins = 10;

// struct malloc_state
struct ArenaState {
  int32_t mutex;
  int32_t flags;
  int32_t have_fast_chunks;
  int32_t padding;
  uintptr_t fast_bins[kFastBins];
  uintptr_t top;
  uintptr_t last_remainder;
  uintptr_t bins[kBins * 2 - 2];
  uint32_t bin_map[kBins / 32];
  uintptr_t next;
  uintptr_t next_free;
  size_t attached_threads;
  size_t system_mem;
  size_t max_system_mem;
};
static_assert(offsetof(ArenaState, top) == 96, "malloc_state.top");
static_assert(offsetof(ArenaState, bins) == 112, "malloc_state.bins");
static_assert(offsetof(ArenaState, next) == 2160, "malloc_state.next");
static_assert(sizeof(ArenaState) == 2200, "malloc_state");

// struct heap_info: the head of each reservation of a non-main arena.
struct HeapInfo {
  uintptr_t arena;
  uintptr_t previous;
  size_t size;
};

constexpr size_t kHeapBytes = size_t{64} << 20;

// Offsets within `mp_` (struct malloc_par), which grew by the huge-page words in 2.35.
struct ParametersLayout {
  const char* since;
  size_t mapped_count;
  size_t mapped_max;
  size_t no_dynamic_threshold;
  size_t mapped_bytes;
  size_t sbrk_base;
  size_t tcache_max_bytes;
  size_t tcache_count;
  size_t size;
};

constexpr size_t kTrimThreshold = 0;
constexpr size_t kTopPad = 8;
constexpr size_t kMmapThreshold = 16;
constexpr size_t kArenaTest = 24;
constexpr size_t kArenaMax = 32;

constexpr ParametersLayout kParametersLayouts[] = {
    {"2.35", 60, 64, 72, 80, 96, 112, 120, 136},
    {"2.26", 40, 44, 52, 56, 72, 88, 96, 112},
};

// A chunk's header is the word before the block: its size, with these flags in the low bits.
constexpr size_t kChunkMmapped = 2;
constexpr size_t kChunkFlags = 7;

inline size_t ChunkHeader(const void* block) {
  return static_cast<const size_t*>(block)[-1];  // NOLINT(clang-analyzer-core.uninitialized.UndefReturn): malloc wrote it
}

}  // namespace allocscope::allocator::glibc

#endif  // ALLOCSCOPE_ALLOCATOR_GLIBC_LAYOUT_H_
