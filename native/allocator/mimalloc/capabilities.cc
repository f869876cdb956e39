#include "allocator/mimalloc/capabilities.h"

#include <array>

#include "allocator/mimalloc/json_statistics.h"
#include "allocator/mimalloc/purge_delay.h"

namespace allocscope::allocator::mimalloc {
namespace {

// Fifteen to a page of 64 KiB. 3.0 visits the last two pages that became full and passes over the others.
constexpr size_t kBlocks = 128;
constexpr size_t kBlockBytes = 4000;
constexpr size_t kLeastFullPages = 5;
// Of a size class of their own.
constexpr size_t kLargerBlockBytes = 2 * kBlockBytes;

// Larger than what shares a page with others, and left untouched.
constexpr size_t kSpanBytes = size_t{3} << 20;

// Other threads may take or free blocks meanwhile.
constexpr int kAttempts = 4;

struct Seen {
  size_t used = 0;
  size_t block_bytes = 0;
  size_t page_bytes = 0;
};

bool AddOwnClass(const void*, const HeapArea* area, void*, size_t, void* argument) {
  if (area->block_size < kBlockBytes || area->block_size >= kLargerBlockBytes) return true;
  auto* seen = static_cast<Seen*>(argument);
  seen->used += area->used;
  seen->block_bytes = area->block_size;
  if (area->reserved > seen->page_bytes) seen->page_bytes = area->reserved;
  return true;
}

UsedUnit UnitOf(size_t used, size_t block_bytes, size_t page_bytes) {
  // Too few blocks to fill pages would prove nothing.
  if (kBlocks * block_bytes < kLeastFullPages * page_bytes) return UsedUnit::kUnproved;
  if (used == kBlocks) return UsedUnit::kBlocks;
  return used >= kBlocks * kBlockBytes && used <= kBlocks * block_bytes ? UsedUnit::kBytes : UsedUnit::kUnproved;
}

// Takes the blocks by `take`, and looks for them in `heap`.
template <typename Take>
UsedUnit SeeOwnBlocks(const Api& api, const void* heap, Take take) {
  std::array<void*, kBlocks> blocks{};
  Seen before;
  Seen during;
  bool whole = api.heap_visit_blocks(heap, false, AddOwnClass, &before);
  for (void*& block : blocks) {
    block = take(kBlockBytes);
    whole = whole && block != nullptr;
  }
  whole = whole && api.heap_visit_blocks(heap, false, AddOwnClass, &during);
  for (void* block : blocks) api.free(block);
  return whole ? UnitOf(during.used - before.used, during.block_bytes, during.page_bytes) : UsedUnit::kUnproved;
}

// In the thread's own heap: 3.0 shows heaps that a program made in full, and this one not.
UsedUnit ProveThreadVisit(const Api& api) {
  if (api.heap_get_default == nullptr || api.heap_visit_blocks == nullptr) return UsedUnit::kUnproved;
  return SeeOwnBlocks(api, api.heap_get_default(), api.malloc);
}

// In a heap made for it, since the one of all threads mustn't be visited while they run.
UsedUnit ProveProcessVisit(const Api& api) {
  if (api.heap_main == nullptr || api.heap_visit_blocks == nullptr || api.heap_new == nullptr || api.heap_malloc == nullptr ||
      api.heap_destroy == nullptr) {
    return UsedUnit::kUnproved;
  }
  void* const heap = api.heap_new();
  if (heap == nullptr) return UsedUnit::kUnproved;
  const UsedUnit unit = SeeOwnBlocks(api, heap, [&api, heap](size_t size) { return api.heap_malloc(heap, size); });
  api.heap_destroy(heap);
  return unit;
}

bool CountsAllocated(const Api& api) {
  JsonStatistics statistics(api);
  for (int attempt = 0; attempt < kAttempts; attempt++) {
    const auto before = AllocatedNow(statistics.Read());
    void* const span = api.malloc(kSpanBytes);
    const auto during = AllocatedNow(statistics.Read());
    api.free(span);
    const auto after = AllocatedNow(statistics.Read());
    if (!before || !during || !after || span == nullptr) return false;
    const auto is_span = [](double moved) { return moved >= kSpanBytes && moved < kSpanBytes * 1.125; };
    if (is_span(*during - *before) && is_span(*during - *after)) return true;
  }
  return false;
}

size_t CommittedNow(const Api& api) {
  size_t elapsed, user, system, rss, peak_rss, commit, peak_commit, faults;
  api.process_info(&elapsed, &user, &system, &rss, &peak_rss, &commit, &peak_commit, &faults);
  return commit;
}

bool CommitFalls(const Api& api) {
  if (api.process_info == nullptr || !NoPurgeDelay::IsPossible(api)) return false;
  const NoPurgeDelay none(api);
  for (int attempt = 0; attempt < kAttempts; attempt++) {
    void* const span = api.malloc(kSpanBytes);
    const size_t during = CommittedNow(api);
    api.free(span);
    const size_t after = CommittedNow(api);
    // Half of it: some of what lies around may have been committed with it.
    if (span != nullptr && static_cast<ptrdiff_t>(during - after) >= static_cast<ptrdiff_t>(kSpanBytes / 2)) return true;
  }
  return false;
}

}  // namespace

void* HeapOf(const Api& api, Reach reach) {
  if (reach == Reach::kProcess) return api.heap_main == nullptr ? nullptr : api.heap_main();
  return reach == Reach::kNone || api.heap_get_default == nullptr ? nullptr : api.heap_get_default();
}

Capabilities ProveCapabilities(const Api& api) {
  Capabilities proved;
  if (api.malloc == nullptr || api.free == nullptr) return proved;
  proved.used_unit = ProveProcessVisit(api);
  if (proved.used_unit != UsedUnit::kUnproved) {
    proved.reach = Reach::kProcess;
  } else {
    proved.used_unit = ProveThreadVisit(api);
    if (proved.used_unit != UsedUnit::kUnproved) proved.reach = Reach::kThread;
  }
  proved.counts_allocated = CountsAllocated(api);
  proved.commit_falls = CommitFalls(api);
  return proved;
}

}  // namespace allocscope::allocator::mimalloc
